//! How a file is read: the field of each column, and the meaning of a row.

use serde::{Deserialize, Serialize};

use crate::consent::{AddressKind, Basis, Channel, CountryCode, PurposeSlug};
use crate::lists::cells::opt_out_column::speaks_of_opt_out;
use crate::lists::read::column::{Column, Format};
use crate::lists::read::header;
use crate::lists::read::header::ListHeader;
use crate::lists::read::layout_error::LayoutError;
use crate::lists::read::options::{ImportOptions, ShopScopes};
use crate::lists::read::place::Place;
use crate::lists::read::scan::{Scanned, scan};
use crate::model::list_kind::ListKind;
use crate::model::suppression::SuppressionReason;
use crate::platforms::Profile;
use crate::platforms::columns::KindMark;
use crate::platforms::field::Field;

/// The purpose of PrestaShop's second flag, if the shop has this purpose.
const PARTNERS: &str = "partner_offers";

/// How a file is read. It is found once and stored between the pieces of the file, together with everything that the
/// meaning of a row depends on. So all rows are read in the same way, even if the shop's settings change meanwhile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// The format of the rows.
    pub format: Format,
    /// The separator between cells. `None` for JSON lines.
    pub separator: Option<char>,
    /// The columns in their order. For JSON lines: the names that an object may have.
    pub columns: Vec<Column>,
    /// The platform that the file comes from. `None` if the sender mapped the columns and named no profile.
    pub profile: Option<Profile>,
    /// The meaning of a row that contains no choice.
    pub list: Option<ListKind>,
    /// The channel of rows that name none. If the file has columns for several channels, only this channel is read.
    pub channel: Option<Channel>,
    /// The purpose of rows that name none.
    pub purpose: Option<PurposeSlug>,
    /// The basis of an opt-in that names none.
    pub basis: Basis,
    /// The country of telephone numbers without a country code.
    pub country: Option<CountryCode>,
    /// Whether a `no` counts as an opt-out even if it may also mean that the person was never asked.
    pub is_no_opt_out: bool,
    /// The reason of a suppression in a row that gives no reason.
    pub reason: SuppressionReason,
    /// The channels that the shop uses.
    pub channels: Vec<Channel>,
    /// The purposes that the shop has.
    pub purposes: Vec<PurposeSlug>,
}

impl Layout {
    /// Finds how to read a file, and where its first row begins. `head` is the beginning of the file, up to 256 KB;
    /// `is_whole` says that this is the whole file. The import options and the shop's settings are used too.
    ///
    /// # Errors
    /// A [`LayoutError`] if the file cannot be read with these options.
    pub fn of(
        head: &[u8],
        is_whole: bool,
        options: &ImportOptions,
        shop: &ShopScopes<'_>,
    ) -> Result<(Self, Place), LayoutError> {
        if let Some(purpose) = options.purpose.as_ref().filter(|purpose| !shop.purposes.contains(purpose)) {
            return Err(LayoutError::UnknownPurpose { purpose: purpose.clone() });
        }
        if let Some(channel) = options.channel.filter(|channel| !shop.channels.contains(channel)) {
            return Err(LayoutError::ChannelOff { channel });
        }
        let ListHeader { format, separator, texts, place } = header::header(head, is_whole, options)?;
        let is_own = !options.columns.is_empty();
        let profile = match (options.profile, format) {
            (Some(Profile::Placet) | None, Format::Ndjson) => Some(Profile::Placet),
            (Some(_), Format::Ndjson) if !is_own => return Err(LayoutError::NotCsv),
            (wished @ Some(_), _) => wished,
            (None, Format::Csv) => (!is_own).then(|| header::detect(&texts)),
        };
        let table = profile.map(Profile::table);
        let mut columns = match (format, table) {
            _ if is_own => header::own_columns(texts, format, options)?,
            (Format::Csv, Some(table)) => header::columns(texts, table)?,
            _ => header::keys(),
        };
        let is_named_ignored = |column: &Column| column.header.to_lowercase().starts_with("placet_");
        let ignored = |column: &Column| {
            let is_unused_offer = column.field == Some(Field::PartnerChoice)
                && !shop.purposes.iter().any(|purpose| purpose.as_str() == PARTNERS);
            is_unused_offer || is_named_ignored(column)
        };
        for column in &mut columns {
            let is_unread = column.field.is_none() && !is_named_ignored(column);
            column.is_unread_opt_out = format == Format::Csv && is_unread && speaks_of_opt_out(&column.header);
        }
        columns.iter_mut().filter(|column| ignored(column)).for_each(|column| column.field = None);
        let mut layout = Self {
            format,
            separator,
            columns,
            profile,
            list: options.list,
            channel: options.channel.or(table.and_then(|table| table.channel)),
            purpose: options.purpose.clone(),
            basis: options.basis.unwrap_or(Basis::Consent),
            country: options.country.or(shop.country),
            is_no_opt_out: options.is_no_opt_out,
            reason: SuppressionReason::Asked,
            channels: shop.channels.to_vec(),
            purposes: shop.purposes.to_vec(),
        };
        layout.find_list(options)?;
        layout.check()?;
        layout.find_wrapped(
            usize::try_from(place.byte).ok().and_then(|byte| head.get(byte..)).unwrap_or_default(),
            is_whole,
        );
        Ok((layout, place))
    }

    /// Returns whether a column holds this field.
    pub fn has(&self, field: Field) -> bool {
        self.columns.iter().any(|column| column.field == Some(field))
    }

    /// Returns the purpose for offers of partners, if the shop has it.
    pub(crate) fn partner_purpose(&self) -> Option<&PurposeSlug> {
        self.purposes.iter().find(|purpose| purpose.as_str() == PARTNERS)
    }

    /// Finds the columns with several cells of which every one begins with an apostrophe. In another column an apostrophe
    /// may belong to the text. `rows` is the beginning of the rows.
    fn find_wrapped(&mut self, rows: &[u8], is_whole: bool) {
        let Some(separator) = self.separator.and_then(|c| u8::try_from(c).ok()) else { return };
        let (mut wrapped, mut cells, mut rest) = (vec![(0, true); self.columns.len()], Vec::new(), rows);
        while let (false, Scanned::Row { next, .. }) = (rest.is_empty(), scan(rest, separator, is_whole, &mut cells)) {
            for (cell, wrapped) in cells.iter().zip(&mut wrapped) {
                let text = rest.get(cell.start..cell.end).unwrap_or_default().trim_ascii();
                if !text.is_empty() {
                    *wrapped = (wrapped.0 + 1, wrapped.1 && text.starts_with(b"'"));
                }
            }
            rest = rest.get(next..).unwrap_or_default();
        }
        for (column, wrapped) in self.columns.iter_mut().zip(wrapped) {
            column.is_wrapped = matches!(wrapped, (2.., true));
        }
    }

    /// Finds the kind of list that the file itself states.
    fn find_list(&mut self, options: &ImportOptions) -> Result<(), LayoutError> {
        let has = |header: &str| self.columns.iter().any(|column| column.header.eq_ignore_ascii_case(header));
        let name = options.name.as_deref().unwrap_or_default().to_lowercase();
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
        // A list of contacts may have columns with hashes as well.
        let is_of_people = self.has(Field::Choice) || self.has(Field::Status);
        let has_hashes = self.has(Field::Hash) || self.has(Field::Sha256);
        let is_of_hashes = self.format == Format::Csv && has_hashes && !is_of_people;
        let marks = self.profile.map_or(&[][..], |profile| profile.table().kinds);
        // A copy has another beginning. Only the word for subscribers is a part of the words for others.
        let is_named = |mark: &KindMark| {
            name.starts_with(mark.file) || (mark.kind != Some(ListKind::OptedIn) && name.contains(mark.file))
        };
        let marked = marks.iter().find(|mark| mark.headers.iter().any(|header| has(header)) || is_named(mark));
        let own = if is_of_hashes { Some(ListKind::Suppressed) } else { marked.and_then(|mark| mark.kind) };
        let is_of_others = marked.is_some_and(|mark| mark.kind != Some(ListKind::OptedIn)) || is_of_hashes;
        match (self.list, own) {
            (Some(ListKind::OptedIn), _) if is_of_others => return Err(LayoutError::ListContradicted),
            (None, own) => self.list = own,
            _ => {}
        }
        if let Some(reason) = marked.and_then(|mark| mark.reason) {
            self.reason = reason;
        }
        Ok(())
    }

    /// Checks that the file has everything that a row needs.
    fn check(&self) -> Result<(), LayoutError> {
        let has_one = |fields: &[Field]| fields.iter().any(|field| self.has(*field));
        if !self.columns.iter().filter_map(|column| column.field).any(Field::names_a_person) {
            return Err(LayoutError::HeaderMissing { columns: self.columns.len() });
        }
        if self.list == Some(ListKind::Suppressed) {
            return Ok(());
        }
        let of_row = self.columns.iter().filter_map(|column| column.field).any(Field::is_choice_of_the_row);
        let of_channels = has_one(&[Field::EmailChoice, Field::SmsChoice, Field::WhatsappChoice, Field::PartnerChoice]);
        let of_refusals = has_one(&[
            Field::OptedOutAt,
            Field::EmailRefused,
            Field::SmsRefused,
            Field::WhatsappRefused,
            Field::EmailSuppressions,
        ]);
        if self.list.is_none() && !of_row && !of_channels && !of_refusals {
            return Err(LayoutError::NoChoice);
        }
        let is_opted_in = self.list == Some(ListKind::OptedIn);
        if (of_row || of_channels || is_opted_in) && self.purpose.is_none() && !self.has(Field::Purpose) {
            return Err(LayoutError::NoPurpose);
        }
        if (of_row || (is_opted_in && !of_channels)) && !self.has(Field::Channel) {
            let channel = self.channel.ok_or(LayoutError::NoChannel)?;
            let reached = match channel.address_kind() {
                AddressKind::Email => has_one(&[Field::Email, Field::Address]),
                AddressKind::Phone => has_one(&[Field::Phone, Field::Whatsapp, Field::Address]),
                AddressKind::Push => has_one(&[Field::Push, Field::Address]),
                AddressKind::Postal => has_one(&[Field::Postal, Field::Address]),
            };
            if !reached {
                return Err(LayoutError::NoAddressColumn { channel });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
