//! Reads the cells of a row.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};

use crate::consent::{
    Address, AddressKind, Channel, CountryCode, EmailAddress, PhoneFault, PhoneNumber, PostalAddress, PurposeSlug,
    PushAddress, Timestamp,
};
use crate::lists::cells::{instant, word};
use crate::lists::read::column::Format;
use crate::lists::read::fault::{RowFault, Wrong};
use crate::lists::read::layout::Layout;
use crate::lists::read::values::Values;
use crate::model::list_kind::ListKind;
use crate::model::text::Line;
use crate::platforms::Profile;
use crate::platforms::field::Field;

/// A row, and the layout by which it is read.
pub(crate) struct ListRow<'a> {
    pub(crate) layout: &'a Layout,
    values: &'a Values<'a>,
    /// What is wrong with cells that were passed over.
    warnings: RefCell<Vec<RowFault>>,
    /// The first fault of a cell that an opt-in needs, and an opt-out does not.
    left: Cell<Option<RowFault>>,
}

/// The addresses of a row, and the faults of those that cannot be read, each with the kind of the address if it is
/// known.
pub(crate) type ReadAddresses = (Vec<Address>, Vec<(Option<AddressKind>, RowFault)>);

impl<'a> ListRow<'a> {
    pub(crate) fn new(layout: &'a Layout, values: &'a Values<'a>) -> Self {
        Self { layout, values, warnings: RefCell::default(), left: Cell::default() }
    }

    /// Notes a fault for which the row is not rejected.
    #[cold]
    pub(crate) fn warn(&self, fault: RowFault) {
        let mut warnings = self.warnings.borrow_mut();
        if !warnings.contains(&fault) {
            warnings.push(fault);
        }
    }

    /// Passes over a cell that cannot be read.
    pub(crate) fn lenient<T>(&self, read: Result<Option<T>, RowFault>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.warn(fault);
            None
        })
    }

    /// Passes over a cell that cannot be read, unless the row turns out to have an opt-in.
    pub(crate) fn later<T>(&self, read: Result<Option<T>, RowFault>) -> Option<T> {
        read.unwrap_or_else(|fault| {
            self.left.set(self.left.get().or(Some(fault)));
            self.warn(fault);
            None
        })
    }

    /// Returns the fault of a cell that was passed over and that an opt-in needs.
    pub(crate) fn needs_what_was_left(&self) -> Result<(), RowFault> {
        self.left.get().map_or(Ok(()), Err)
    }

    pub(crate) fn into_warnings(self) -> Vec<RowFault> {
        self.warnings.into_inner()
    }

    /// Returns the fault of a row that seems to opt out in a column that is not read.
    pub(crate) fn unread_opt_out(&self) -> Option<RowFault> {
        self.values.unread_opt_out().map(|column| RowFault { column: Some(column), what: Wrong::UnreadOptOut })
    }

    pub(crate) fn text(&self, field: Field) -> Option<&'a str> {
        self.values.get(field)
    }

    /// Returns the text of a cell, or `None` if the file has no such column.
    pub(crate) fn cell(&self, field: Field) -> Option<&'a str> {
        self.layout.has(field).then(|| self.text(field).unwrap_or_default())
    }

    #[cold]
    pub(crate) fn fault(&self, field: Field, what: Wrong) -> RowFault {
        let place = self.layout.columns.iter().position(|column| column.field == Some(field));
        RowFault { column: place.map(|place| place + 1), what }
    }

    /// Reads a cell by a rule. Returns `None` if the cell is empty.
    pub(crate) fn read<T>(
        &self,
        field: Field,
        wrong: Wrong,
        rule: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, RowFault> {
        self.text(field).map(|text| rule(text).ok_or_else(|| self.fault(field, wrong))).transpose()
    }

    /// Reads a time. Returns `None` for the dates that programs write for "no time".
    pub(crate) fn time(&self, field: Field) -> Result<Option<Timestamp>, RowFault> {
        match self.text(field) {
            Some(text) if instant::is_none(text) => Ok(None),
            _ => {
                let is_day_first = self.layout.profile.is_some_and(|profile| profile.table().is_day_first);
                let read = self.read(field, Wrong::BadTime, |text| instant::instant(text, is_day_first))?;
                Ok(read.filter(|at| !instant::is_placeholder(*at)))
            }
        }
    }

    /// Reads the time of an opt-out: the end of the day, minute or second that the cell names, because the opt-out may
    /// have come at any time in it.
    pub(crate) fn time_of_no(&self, field: Field) -> Result<Option<Timestamp>, RowFault> {
        let at = self.time(field)?;
        Ok(at.zip(self.text(field)).map(|(at, text)| instant::end_of(text, at)))
    }

    pub(crate) fn line(&self, field: Field) -> Result<Option<Line>, RowFault> {
        self.read(field, Wrong::BadText, |text| {
            // A long text from a platform is cut to 200 characters. In placet's own columns it is a fault, because the
            // shop fills them itself.
            let end = text.char_indices().nth(200).filter(|_| !self.is_own()).map_or(text.len(), |(end, _)| end);
            Line::parse(text.get(..end)?)
        })
    }

    pub(crate) fn flag(&self, field: Field) -> Result<Option<bool>, RowFault> {
        self.read(field, Wrong::BadFlag, word::flag)
    }

    /// Returns whether the columns are placet's own or mapped by the sender.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.layout.profile, Some(Profile::Placet) | None)
    }

    /// Returns the channel of the row. `None` if the row leaves it open, or if neither the file nor the import options
    /// name one.
    pub(crate) fn channel(&self) -> Result<Option<Channel>, RowFault> {
        match self.cell(Field::Channel) {
            None => Ok(self.layout.channel),
            // A line of NDJSON without the key leaves it to the import.
            Some("") if self.layout.format == Format::Ndjson => Ok(self.layout.channel),
            Some("" | "*") => Ok(None),
            Some(text) => {
                let channel = Channel::parse(&text.to_ascii_lowercase());
                channel.map(Some).ok_or_else(|| self.fault(Field::Channel, Wrong::UnknownChannel))
            }
        }
    }

    /// Returns the purpose of the row. `None` has the same meaning as for the channel.
    pub(crate) fn purpose(&self) -> Result<Option<&'a PurposeSlug>, RowFault> {
        match self.cell(Field::Purpose) {
            None => Ok(self.layout.purpose.as_ref()),
            Some("") if self.layout.format == Format::Ndjson => Ok(self.layout.purpose.as_ref()),
            Some("" | "*") => Ok(None),
            Some(text) => {
                let purpose = self.layout.purposes.iter().find(|purpose| purpose.as_str() == text);
                purpose.map(Some).ok_or_else(|| self.fault(Field::Purpose, Wrong::UnknownPurpose))
            }
        }
    }

    /// Returns the addresses of the row.
    ///
    /// # Errors
    /// A fault if the row has two addresses of one kind.
    pub(crate) fn addresses(&self, country: Option<CountryCode>) -> Result<ReadAddresses, RowFault> {
        let country = country.or(self.layout.country);
        let (mut addresses, mut unread) = (Vec::with_capacity(1), Vec::new());
        for field in [Field::Email, self.number_field()?, Field::Push, Field::Postal, Field::Address] {
            let Some(text) = self.text(field) else { continue };
            let kind = match field {
                Field::Email => AddressKind::Email,
                Field::Push => AddressKind::Push,
                Field::Postal => AddressKind::Postal,
                Field::Address => match self.kind(text) {
                    Ok(kind) => kind,
                    Err(fault) => {
                        unread.push((None, fault));
                        continue;
                    }
                },
                _ => AddressKind::Phone,
            };
            let address = match self.address(field, kind, text, country) {
                Ok(address) => address,
                Err(fault) => {
                    unread.push((Some(kind), fault));
                    continue;
                }
            };
            match addresses.iter().find(|other: &&Address| other.kind() == kind) {
                None => addresses.push(address),
                Some(other) if other.key() == address.key() => {}
                Some(_) => return Err(self.fault(field, Wrong::SeveralAddresses)),
            }
        }
        Ok((addresses, unread))
    }

    /// Returns the column of the telephone number. If a row has two numbers, it is the one for the channel of the row.
    fn number_field(&self) -> Result<Field, RowFault> {
        let (phone, whatsapp) = match (self.text(Field::Phone), self.text(Field::Whatsapp)) {
            (_, None) => return Ok(Field::Phone),
            (None, Some(_)) => return Ok(Field::Whatsapp),
            (Some(phone), Some(whatsapp)) => (phone, whatsapp),
        };
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
        let channel = self.channel().ok().flatten().or(self.layout.channel);
        let chosen = if channel == Some(Channel::Whatsapp) { Field::Whatsapp } else { Field::Phone };
        if channel.is_some_and(|channel| channel.address_kind() != AddressKind::Phone) {
            return Ok(chosen);
        }
        // A statement about the row as a whole is about both numbers.
        let said = [Field::Choice, Field::Status, Field::Objection, Field::OptedOutAt];
        let is_list = matches!(self.layout.list, Some(ListKind::OptedOut | ListKind::Suppressed));
        let is_whole = channel.is_none() && (is_list || said.iter().any(|field| self.text(*field).is_some()));
        // A contact has only one telephone number, so the choice about the other number would be lost.
        let is_said = |field| self.text(field).is_some_and(|text| word::flag(text) != Some(false));
        if digits(phone) != digits(whatsapp)
            && (is_whole
                || is_said(Field::SmsRefused)
                || is_said(Field::WhatsappRefused)
                || is_said(Field::WhatsappChoice))
        {
            return Err(self.fault(Field::Whatsapp, Wrong::TwoNumbers));
        }
        Ok(chosen)
    }

    /// Returns the kind of an address in a column that may hold any kind: from the row, otherwise from the channel. An
    /// email address is recognised by its text.
    pub(crate) fn kind(&self, text: &str) -> Result<AddressKind, RowFault> {
        let stated = self.read(Field::Kind, Wrong::BadKind, |text| {
            let text = text.to_ascii_lowercase();
            AddressKind::parse(&text).or(Channel::parse(&text).map(Channel::address_kind))
        })?;
        let of_channel = || self.channel().ok().flatten().or(self.layout.channel).map(Channel::address_kind);
        let of_text = || (text.contains('@') && !text.contains([' ', '\n', '/'])).then_some(AddressKind::Email);
        let kind = stated.or_else(of_channel).or_else(of_text);
        kind.ok_or_else(|| self.fault(Field::Address, Wrong::NoKind))
    }

    fn address(
        &self,
        field: Field,
        kind: AddressKind,
        text: &'a str,
        country: Option<CountryCode>,
    ) -> Result<Address, RowFault> {
        let address = match kind {
            AddressKind::Email => EmailAddress::parse(text).map(Address::Email).ok_or(Wrong::BadEmail),
            AddressKind::Phone => {
                PhoneNumber::of_country(&self.with_plus(text), country).map(Address::Phone).map_err(|fault| match fault
                {
                    PhoneFault::International => Wrong::BadPhone,
                    PhoneFault::NoCountry => Wrong::NoPhoneCountry,
                    PhoneFault::National(country) => Wrong::BadNationalPhone { country },
                })
            }
            AddressKind::Push => PushAddress::parse(text).map(Address::Push).ok_or(Wrong::BadAddress),
            AddressKind::Postal => PostalAddress::parse(text).map(Address::Postal).ok_or(Wrong::BadAddress),
        };
        address.map_err(|wrong| self.fault(field, wrong))
    }

    /// Returns the number with a `+` if its platform writes international numbers without it.
    fn with_plus(&self, text: &'a str) -> Cow<'a, str> {
        let is_bare = self.layout.profile.is_some_and(|profile| profile.table().are_numbers_bare)
            && text.len() >= 8
            && !text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_bare { format!("+{text}").into() } else { text.into() }
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
