//! Writes lists row by row into a buffer. The caller empties the buffer from time to time.
//!
//! A list may have a million rows. Nothing here grows with the list, and a row is built only in the buffer.
//!
//! | file | purpose |
//! |---|---|
//! | `errors` | rejected rows, to be corrected |
//!
//! The columns of each platform are in `platforms`.
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

pub mod errors;

#[cfg(test)]
mod tests;

use std::fmt;

use crate::model::list_kind::ListKind;
use crate::model::suppression::SuppressedRow;
pub use crate::platforms::Columns;
pub use crate::platforms::cell::Cells;
use crate::platforms::cell::Value;
use crate::platforms::columns::{Values, WrittenColumns};
pub use crate::platforms::list_row::{OutDecision, OutRow};
use crate::platforms::placet;

vocabulary! {
    /// The format of a written list.
    Form, "unknown form" {
        /// CSV (RFC 4180) in UTF-8.
        Csv = "csv",
        /// Lines with one JSON object each.
        Ndjson = "ndjson",
        /// One JSON array of objects.
        Json = "json",
    }
}

/// Writes a text unchanged as a cell of a CSV file.
pub(crate) fn csv_cell(out: &mut Vec<u8>, text: &str, separator: u8) {
    Value::Text(text).write_cell(out, separator, Cells::Exact);
}

/// The reason why a list cannot be written with the given options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// A platform reads its columns only as CSV.
    ColumnsAreCsv,
    /// A platform has no columns for suppressions.
    SuppressionsArePlacet,
    /// A platform has no columns for decisions.
    DecisionsArePlacet,
    /// A suppression has no decision.
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
    columns: &'static WrittenColumns,
    cells: Cells,
    what: ListKind,
    header: &'static [&'static str],
    /// The text before the next object of an array: first the bracket, then commas. So the first object of each page
    /// opens the array.
    before: &'static str,
}

impl ListWriter {
    const OPEN: &'static str = "[\n";

    /// Makes a writer for a list of this kind, with or without decisions.
    ///
    /// # Errors
    /// [`Unwritable`] if such a list does not exist.
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
            columns: columns.written(),
            cells,
            what,
            header: (columns.written().header)(what, with_decisions),
            before: Self::OPEN,
        })
    }

    /// Writes the beginning of a list: the header line of a CSV file. Do not call it for later pages, which have no
    /// header line. In JSON each page is an array that opens without this call.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if self.form == Form::Csv {
            if self.cells == Cells::Spreadsheet {
                out.extend_from_slice("\u{feff}".as_bytes());
            }
            self.line(out, self.header.iter().map(|name| Value::Word(name)));
        }
    }

    /// Writes a row of a list of contacts, and returns whether it did. A platform's columns cannot express some
    /// channels and statuses. A row that they would express wrongly is left out.
    ///
    /// Platforms have no purposes. A caller that uses a platform's columns must write the rows of one purpose only.
    pub fn row(&mut self, out: &mut Vec<u8>, row: &OutRow<'_>) -> bool {
        if self.what == ListKind::Suppressed {
            return false;
        }
        let values = (self.columns.row)(row, self.what);
        self.values(out, values)
    }

    /// Writes a row of a list of suppressions, and returns whether it did. A list of contacts has no suppressions.
    pub fn suppression(&mut self, out: &mut Vec<u8>, suppression: &SuppressedRow<'_>) -> bool {
        let is_of_suppressions = self.what == ListKind::Suppressed;
        self.values(out, is_of_suppressions.then(|| placet::suppression(suppression)))
    }

    /// Writes the end of a list or of a page: closes the JSON array.
    pub fn end(&mut self, out: &mut Vec<u8>) {
        if self.form == Form::Json {
            let is_empty = self.before == Self::OPEN;
            out.extend_from_slice(if is_empty { b"[]\n" } else { b"\n]\n" });
            self.before = Self::OPEN;
        }
    }

    /// Returns the media type of the file.
    pub const fn media_type(&self) -> &'static str {
        match self.form {
            Form::Csv => "text/csv; charset=utf-8",
            Form::Ndjson => "application/x-ndjson",
            Form::Json => "application/json",
        }
    }

    /// Returns the extension of the file's name, without the dot.
    pub const fn ending(&self) -> &'static str {
        self.form.as_str()
    }

    fn values(&mut self, out: &mut Vec<u8>, values: Option<Values<'_>>) -> bool {
        let Some(values) = values else { return false };
        let values = values.as_slice();
        match self.form {
            // A row may have more values than the list has columns: the values of a decision, if the list has no
            // decisions.
            Form::Csv => self.line(out, values.iter().copied().take(self.header.len())),
            Form::Ndjson => {
                self.object(out, values);
                out.push(b'\n');
            }
            Form::Json => {
                out.extend_from_slice(self.before.as_bytes());
                self.before = ",\n";
                self.object(out, values);
            }
        }
        true
    }

    fn line<'a>(&self, out: &mut Vec<u8>, values: impl Iterator<Item = Value<'a>>) {
        for (index, value) in values.enumerate() {
            if index > 0 {
                out.push(self.columns.separator);
            }
            value.write_cell(out, self.columns.separator, self.cells);
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
