//! Lists written out, row by row, into a buffer that whoever reads them empties from time to time.
//!
//! A list may have a million rows, so nothing here grows with it and no row is put together anywhere but in the buffer.
//!
//! | file | idea |
//! |---|---|
//! | `columns` | the columns of placet and of each platform, and what a row says in them |
//! | `value` | what stands in one place of a row, as a cell and as JSON |
//!
//! ```
//! use placet::consent::{AddressKind, Assurance, Basis, Channel, Timestamp};
//! use placet::lists::{ListKind, write::*};
//!
//! let mut list = ListWriter::new(Form::Csv, Columns::Mailchimp, Cells::Exact, ListKind::OptedIn, false)?;
//! let mut out = Vec::new();
//! list.begin(&mut out);
//! list.row(&mut out, &OutRow {
//!     kind: AddressKind::Email, address: "ada@shop.example", contact: "0199a1b2-0000-7000-8000-000000000001",
//!     country: Some("GB"), region: None, channel: Some(Channel::Email), purpose: Some("newsletter"), status: "opted_in",
//!     basis: Some(Basis::Consent), objection: false, assurance: Some(Assurance::Confirmed),
//!     since: Timestamp::parse("2026-11-23T10:00:00Z"), decision: None,
//! });
//! list.end(&mut out);
//! assert_eq!(String::from_utf8_lossy(&out), "\
//! Email Address,Phone Number,OPTIN_TIME,CONFIRM_TIME,CC,REGION\r\n\
//! ada@shop.example,,2026-11-23 10:00:00,2026-11-23 10:00:00,GB,\r\n");
//! # Ok::<(), Unwritable>(())
//! ```

mod columns;
pub mod errors;
mod value;

#[cfg(test)]
mod tests;

use std::fmt;

pub use self::value::Cells;
use self::value::Value;
use crate::consent::{AddressKind, Assurance, Basis, Channel, Timestamp};
use crate::lists::kind::ListKind;
use crate::model::suppression::SuppressedRow;

vocabulary! {
    /// How a list is written down.
    Form, "unknown form" {
        /// Lines of cells, RFC 4180, in UTF-8.
        Csv = "csv",
        /// Lines that are a JSON object each.
        Ndjson = "ndjson",
        /// One JSON array of objects.
        Json = "json",
    }
}

vocabulary! {
    /// Whose columns a list has.
    Columns, "unknown columns" {
        /// Ours, which lose nothing.
        Placet = "placet",
        /// Those of Shopify's customers.
        Shopify = "shopify",
        /// Those of Klaviyo's profiles.
        Klaviyo = "klaviyo",
        /// Those of a Mailchimp audience.
        Mailchimp = "mailchimp",
        /// Those of Brevo's contacts.
        Brevo = "brevo",
        /// Those of Magento's newsletter subscribers.
        Magento = "magento",
        /// Those of PrestaShop's newsletter module.
        Prestashop = "prestashop",
    }
}

/// One line of a list of people: what is said of one address, on one channel, for one purpose.
#[derive(Clone, Copy, Debug)]
pub struct OutRow<'a> {
    /// What kind of address it is.
    pub kind: AddressKind,
    /// The address as it is written to.
    pub address: &'a str,
    /// Whose it is, a UUID.
    pub contact: &'a str,
    /// Where they are, ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// In which part of it: what follows the country in ISO 3166-2.
    pub region: Option<&'a str>,
    /// On which channel; nothing for all, which only a no may mean.
    pub channel: Option<Channel>,
    /// For which purpose; nothing for all, which only a no may mean.
    pub purpose: Option<&'a str>,
    /// What it comes to: `opted_in`, `opted_out`, `awaiting_confirmation`, `declined`.
    pub status: &'static str,
    /// The ground of a yes.
    pub basis: Option<Basis>,
    /// Whether a no is an objection under GDPR Art. 21(2).
    pub objection: bool,
    /// How it is known.
    pub assurance: Option<Assurance>,
    /// Since when; nothing where nobody knows.
    pub since: Option<Timestamp>,
    /// Whether it may be used now; for lists with decisions.
    pub decision: Option<OutDecision<'a>>,
}

/// Whether an address may be written to now.
#[derive(Clone, Copy, Debug)]
pub struct OutDecision<'a> {
    /// Whether.
    pub allow: bool,
    /// Why not.
    pub reason: Option<&'a str>,
    /// By which rule.
    pub rule: &'a str,
    /// Until when a yes holds; nothing where it does not end by itself.
    pub until: Option<Timestamp>,
}

/// Writes a text as a cell of a CSV file, as it is.
pub(crate) fn csv_cell(out: &mut Vec<u8>, text: &str, separator: u8) {
    Value::Text(text).write_cell(out, separator, Cells::Exact);
}

/// Why a list cannot be written as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// A platform reads its columns from CSV alone.
    ColumnsAreCsv,
    /// A platform has no columns for suppressions.
    SuppressionsArePlacet,
    /// A platform has no columns for decisions.
    DecisionsArePlacet,
    /// A suppression has no decision: it is one.
    SuppressionsDecide,
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ColumnsAreCsv => "the columns of a platform are CSV: leave out the format or the profile",
            Self::SuppressionsArePlacet => "no platform has columns for suppressions: leave out the profile",
            Self::DecisionsArePlacet => "no platform has columns for decisions: leave out decide or the profile",
            Self::SuppressionsDecide => "a suppression has no decision: leave out decide",
        })
    }
}

impl std::error::Error for Unwritable {}

/// Writes a list.
#[derive(Clone, Debug)]
pub struct ListWriter {
    form: Form,
    columns: Columns,
    cells: Cells,
    what: ListKind,
    header: &'static [&'static str],
    separator: u8,
    /// What comes before the next object of an array: its bracket, then commas. An array so opens by itself on whatever page.
    before: &'static str,
}

impl ListWriter {
    const OPEN: &'static str = "[\n";

    /// A list of a kind, with or without decisions.
    ///
    /// # Errors
    /// [`Unwritable`] when there is no such list.
    pub fn new(
        form: Form,
        columns: Columns,
        cells: Cells,
        what: ListKind,
        with_decisions: bool,
    ) -> Result<Self, Unwritable> {
        let is_of_platform = columns != Columns::Placet;
        let is_of_suppressions = what == ListKind::Suppressed;
        if is_of_platform && is_of_suppressions {
            return Err(Unwritable::SuppressionsArePlacet);
        }
        if is_of_platform && form != Form::Csv {
            return Err(Unwritable::ColumnsAreCsv);
        }
        if with_decisions && is_of_suppressions {
            return Err(Unwritable::SuppressionsDecide);
        }
        if with_decisions && is_of_platform {
            return Err(Unwritable::DecisionsArePlacet);
        }
        Ok(Self {
            form,
            columns,
            cells,
            what,
            header: columns::header(columns, what, with_decisions),
            separator: columns::separator(columns),
            before: Self::OPEN,
        })
    }

    /// Begins a list: the header line of a CSV file. Not for its later pages, which have none; the array that each page is in
    /// JSON opens without.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if self.form == Form::Csv {
            if self.cells == Cells::Spreadsheet {
                out.extend_from_slice("\u{feff}".as_bytes());
            }
            self.line(out, self.header.iter().map(|name| Value::Word(name)));
        }
    }

    /// Writes a row of a list of people, and tells whether it did. The columns of a platform have no place for some channels and
    /// statuses; a row that would say in them what it does not mean is left out.
    ///
    /// Purposes no platform knows: who writes a list in its columns writes one purpose alone.
    pub fn row(&mut self, out: &mut Vec<u8>, row: &OutRow<'_>) -> bool {
        if self.what == ListKind::Suppressed {
            return false;
        }
        match self.columns {
            Columns::Placet => self.values(out, Some(columns::placet(row))),
            Columns::Shopify => self.values(out, columns::shopify(row)),
            Columns::Klaviyo => self.values(out, columns::klaviyo(row)),
            Columns::Mailchimp => self.values(out, columns::mailchimp(row, self.what)),
            Columns::Brevo => self.values(out, columns::brevo(row, self.what)),
            Columns::Magento => self.values(out, columns::magento(row)),
            Columns::Prestashop => self.values(out, columns::prestashop(row)),
        }
    }

    /// Writes a row of the list of suppressions, and tells whether it did: in a list of people there are none.
    pub fn suppression(&mut self, out: &mut Vec<u8>, suppression: &SuppressedRow<'_>) -> bool {
        let is_of_suppressions = self.what == ListKind::Suppressed;
        self.values(out, is_of_suppressions.then(|| columns::suppression(suppression)))
    }

    /// Ends a list, or a page of one: closes the array.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if self.form == Form::Json {
            let is_empty = self.before == Self::OPEN;
            out.extend_from_slice(if is_empty { b"[]\n" } else { b"\n]\n" });
            self.before = Self::OPEN;
        }
    }

    /// The media type of the file.
    pub const fn media_type(&self) -> &'static str {
        match self.form {
            Form::Csv => "text/csv; charset=utf-8",
            Form::Ndjson => "application/x-ndjson",
            Form::Json => "application/json",
        }
    }

    /// What the file's name ends with, after the dot.
    pub const fn ending(&self) -> &'static str {
        self.form.as_str()
    }

    fn values<const N: usize>(&mut self, out: &mut Vec<u8>, values: Option<[Value<'_>; N]>) -> bool {
        let Some(values) = values else { return false };
        match self.form {
            // A row may have more values than the list has columns: those of a decision, where it is without.
            Form::Csv => self.line(out, values.into_iter().take(self.header.len())),
            Form::Ndjson => {
                self.object(out, &values);
                out.push(b'\n');
            }
            Form::Json => {
                out.extend_from_slice(self.before.as_bytes());
                self.before = ",\n";
                self.object(out, &values);
            }
        }
        true
    }

    fn line<'a>(&self, out: &mut Vec<u8>, values: impl Iterator<Item = Value<'a>>) {
        for (index, value) in values.enumerate() {
            if index > 0 {
                out.push(self.separator);
            }
            value.write_cell(out, self.separator, self.cells);
        }
        out.extend_from_slice(b"\r\n");
    }

    fn object(&self, out: &mut Vec<u8>, values: &[Value<'_>]) {
        let mut before = b'{';
        for (name, value) in self.header.iter().zip(values) {
            out.extend_from_slice(&[before, b'"']);
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":");
            value.write_json(out);
            before = b',';
        }
        out.push(b'}');
    }
}
