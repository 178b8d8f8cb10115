//! What the cells of a row say.

use std::borrow::Cow;

use super::fault::{RowFault, Wrong};
use super::phone::{self, PhoneFault};
use super::values::Values;
use super::{Field, Layout, ListKind, Listed, ListedPerson, ListedSuppression, Profile, Suppressed};
use super::{country, instant, said, word};
use crate::consent::{
    Address, AddressKind, Channel, CountryCode, EmailAddress, PostalAddress, PurposeSlug, PushAddress, Relation,
    Timestamp,
};
use crate::ledger::PersonFacts;
use crate::ledger::text::{BirthDate, ExternalId, KeyedHash, Line, Sha256Hex};

/// Reads a row.
///
/// # Errors
/// What is wrong with it; then nothing of it is taken.
pub(super) fn listed(layout: &Layout, values: &Values<'_>) -> Result<Listed, RowFault> {
    let row = Row { layout, values };
    let is_suppressed = layout.list == Some(ListKind::Suppressed)
        || row.text(Field::Hash).is_some()
        || row.text(Field::Sha256).is_some();
    if is_suppressed { row.suppression().map(Listed::Suppressed) } else { row.person().map(Listed::Person) }
}

/// A row, and how it is to be read.
pub(super) struct Row<'a> {
    pub(super) layout: &'a Layout,
    values: &'a Values<'a>,
}

impl<'a> Row<'a> {
    pub(super) fn text(&self, field: Field) -> Option<&'a str> {
        self.values.get(field)
    }

    /// The text of a cell where the file has such a column.
    pub(super) fn cell(&self, field: Field) -> Option<&'a str> {
        self.layout.has(field).then(|| self.text(field).unwrap_or_default())
    }

    #[cold]
    pub(super) fn fault(&self, field: Field, what: Wrong) -> RowFault {
        let place = self.layout.columns.iter().position(|column| column.field == Some(field));
        RowFault { column: place.map(|place| place + 1), what }
    }

    /// Reads a cell by a rule; an empty one is nothing.
    pub(super) fn read<T>(
        &self,
        field: Field,
        wrong: Wrong,
        rule: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, RowFault> {
        self.text(field).map(|text| rule(text).ok_or_else(|| self.fault(field, wrong))).transpose()
    }

    /// Reads a time. What databases write for none is none.
    pub(super) fn time(&self, field: Field) -> Result<Option<Timestamp>, RowFault> {
        match self.text(field) {
            Some(text) if instant::is_none(text) => Ok(None),
            _ => self.read(field, Wrong::BadTime, instant::instant),
        }
    }

    pub(super) fn line(&self, field: Field) -> Result<Option<Line>, RowFault> {
        self.read(field, Wrong::BadText, |text| {
            // What a platform tells at length is told in short; our own columns are the shop's to fill.
            let end = text.char_indices().nth(200).filter(|_| !self.is_own()).map_or(text.len(), |(end, _)| end);
            Line::parse(text.get(..end)?)
        })
    }

    pub(super) fn flag(&self, field: Field) -> Result<Option<bool>, RowFault> {
        self.read(field, Wrong::BadFlag, word::flag)
    }

    /// Whether the columns are ours, or chosen by hand.
    fn is_own(&self) -> bool {
        matches!(self.layout.profile, Some(Profile::Placet) | None)
    }

    /// The channel that the row is about. Nothing where it leaves that open, or nobody says.
    pub(super) fn channel(&self) -> Result<Option<Channel>, RowFault> {
        match self.cell(Field::Channel) {
            None => Ok(self.layout.channel),
            Some("" | "*") => Ok(None),
            Some(text) => {
                let channel = Channel::parse(&text.to_ascii_lowercase());
                channel.map(Some).ok_or_else(|| self.fault(Field::Channel, Wrong::UnknownChannel))
            }
        }
    }

    /// The purpose that the row is about, likewise.
    pub(super) fn purpose(&self) -> Result<Option<&'a PurposeSlug>, RowFault> {
        match self.cell(Field::Purpose) {
            None => Ok(self.layout.purpose.as_ref()),
            Some("" | "*") => Ok(None),
            Some(text) => {
                let purpose = self.layout.purposes.iter().find(|purpose| purpose.as_str() == text);
                purpose.map(Some).ok_or_else(|| self.fault(Field::Purpose, Wrong::UnknownPurpose))
            }
        }
    }

    fn person(&self) -> Result<ListedPerson, RowFault> {
        let country = self.text(Field::Country).and_then(country::country);
        let person = PersonFacts {
            country,
            // Without a country it says nothing, and of another form neither.
            region: self.text(Field::Region).zip(country).and_then(|(text, country)| country::region(text, country)),
            relation: self.read(Field::Relation, Wrong::UnknownWord { field: Field::Relation }, |text| {
                Relation::parse(&text.to_ascii_lowercase())
            })?,
            born: self.read(Field::Born, Wrong::BadBirth, BirthDate::parse)?,
        };
        let external = self.read(Field::External, Wrong::BadExternal, |text| {
            let platform = self.layout.profile.and_then(|profile| profile.table().external);
            match platform {
                Some(platform) => ExternalId::parse(&format!("{platform}:{text}")),
                None => ExternalId::parse(text),
            }
        })?;
        let addresses = self.addresses(country)?;
        if addresses.is_empty() {
            return Err(RowFault::of_row(Wrong::NoAddress));
        }
        let choices = said::choices(self, &addresses)?;
        Ok(ListedPerson { addresses, external, person, choices })
    }

    fn addresses(&self, country: Option<CountryCode>) -> Result<Vec<Address>, RowFault> {
        let country = country.or(self.layout.country);
        let mut addresses = Vec::with_capacity(1);
        for field in [Field::Email, self.number_field()?, Field::Push, Field::Postal, Field::Address] {
            let Some(text) = self.text(field) else { continue };
            let kind = match field {
                Field::Email => AddressKind::Email,
                Field::Push => AddressKind::Push,
                Field::Postal => AddressKind::Postal,
                Field::Address => self.kind(text)?,
                _ => AddressKind::Phone,
            };
            let address = self.address(field, kind, text, country)?;
            match addresses.iter().find(|other: &&Address| other.kind() == kind) {
                None => addresses.push(address),
                Some(other) if other.key() == address.key() => {}
                Some(_) => return Err(self.fault(field, Wrong::SeveralAddresses)),
            }
        }
        Ok(addresses)
    }

    /// The number of the channel that the file is about, where a row has two.
    fn number_field(&self) -> Result<Field, RowFault> {
        let (phone, whatsapp) = match (self.text(Field::Phone), self.text(Field::Whatsapp)) {
            (_, None) => return Ok(Field::Phone),
            (None, Some(_)) => return Ok(Field::Whatsapp),
            (Some(phone), Some(whatsapp)) => (phone, whatsapp),
        };
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).collect::<Vec<_>>();
        let chosen = if self.layout.channel == Some(Channel::Whatsapp) { Field::Whatsapp } else { Field::Phone };
        // A contact has one number, and what is said of the other would be lost.
        let is_said = |field| self.text(field).is_some_and(|text| word::flag(text) != Some(false));
        if digits(phone) != digits(whatsapp)
            && (is_said(Field::SmsRefused) || is_said(Field::WhatsappRefused) || is_said(Field::WhatsappChoice))
        {
            return Err(self.fault(Field::Whatsapp, Wrong::TwoNumbers));
        }
        Ok(chosen)
    }

    /// What kind of address a cell holds that may be of any: as the row says, or the channel; a mailbox can be told by itself.
    fn kind(&self, text: &str) -> Result<AddressKind, RowFault> {
        let said = self.read(Field::Kind, Wrong::BadKind, |text| {
            let text = text.to_ascii_lowercase();
            AddressKind::parse(&text).or(Channel::parse(&text).map(Channel::address_kind))
        })?;
        let of_channel = || self.channel().ok().flatten().or(self.layout.channel).map(Channel::address_kind);
        let of_text = || (text.contains('@') && !text.contains([' ', '\n', '/'])).then_some(AddressKind::Email);
        let kind = said.or_else(of_channel).or_else(of_text);
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
                phone::number(&self.with_plus(text), country).map(Address::Phone).map_err(|fault| match fault {
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

    /// A number as its platform means it.
    fn with_plus(&self, text: &'a str) -> Cow<'a, str> {
        let is_bare = self.layout.profile.is_some_and(|profile| profile.table().are_numbers_bare)
            && text.len() >= 8
            && !text.starts_with('0')
            && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_bare { format!("+{text}").into() } else { text.into() }
    }

    fn suppression(&self) -> Result<ListedSuppression, RowFault> {
        let channel = self.channel()?;
        let since = match self.time(Field::Since)? {
            Some(at) => Some(at),
            None => self.time(Field::OptedOutAt)?.or(self.time(Field::OccurredAt)?),
        };
        let of_provider = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').find_map(word::reason);
        let reason = match self.text(Field::Reason) {
            Some(text) => match word::reason(text) {
                None if self.is_own() => return Err(self.fault(Field::Reason, Wrong::BadReason)),
                reason => reason,
            },
            None => self.text(Field::EmailSuppressions).and_then(of_provider),
        };
        let reason = reason.unwrap_or(self.layout.reason);
        Ok(ListedSuppression { whom: self.suppressed(channel)?, channel, reason, since })
    }

    fn suppressed(&self, channel: Option<Channel>) -> Result<Suppressed, RowFault> {
        let mut addresses = self.addresses(self.text(Field::Country).and_then(country::country))?;
        if let Some(channel) = channel {
            addresses.retain(|address| address.kind() == channel.address_kind());
        }
        // The plainest name of an address is the best: a hash of ours is worth something in this shop alone.
        if let Some(address) = addresses.pop() {
            let is_one = addresses.is_empty();
            return if is_one {
                Ok(Suppressed::Address(address))
            } else {
                Err(RowFault::of_row(Wrong::SeveralAddresses))
            };
        }
        let sha256 = |text: &str| Sha256Hex::parse(&text.to_ascii_lowercase());
        if let Some(hash) = self.read(Field::Sha256, Wrong::BadHash, sha256)? {
            return Ok(Suppressed::Sha256 { kind: self.kind("")?, hash });
        }
        let hash = self.read(Field::Hash, Wrong::BadHash, KeyedHash::parse)?;
        hash.map(Suppressed::Hash).ok_or(RowFault::of_row(Wrong::NoAddress))
    }
}

#[cfg(test)]
#[path = "row_tests.rs"]
mod tests;
