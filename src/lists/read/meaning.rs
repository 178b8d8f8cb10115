//! What a whole row says: a person with choices, or a suppression.

use crate::consent::{Channel, Relation};
use crate::lists::cells::{country, word};
use crate::lists::read::choices;
use crate::lists::read::fault::{RowFault, Wrong};
use crate::lists::read::layout::Layout;
use crate::lists::read::row::ListRow;
use crate::lists::read::values::Values;
use crate::model::list_kind::ListKind;
use crate::model::listed::{Listed, ListedPerson, ListedSuppression, Suppressed};
use crate::model::person::PersonFacts;
use crate::model::text::{BirthDate, ExternalId, KeyedHash, Sha256Hex};
use crate::platforms::field::Field;

/// Reads a row.
///
/// # Errors
/// The fault of the row. Then nothing of the row is imported.
pub(crate) fn listed(layout: &Layout, values: &Values<'_>) -> Result<Listed, RowFault> {
    let row = ListRow { layout, values };
    let is_suppressed = layout.list == Some(ListKind::Suppressed)
        || row.text(Field::Hash).is_some()
        || row.text(Field::Sha256).is_some();
    if is_suppressed { row.suppression().map(Listed::Suppressed) } else { row.person().map(Listed::Person) }
}

impl<'a> ListRow<'a> {
    fn person(&self) -> Result<ListedPerson, RowFault> {
        let country = self.text(Field::Country).and_then(country::country);
        let person = PersonFacts {
            country,
            // A region without a country, or in another form, is ignored.
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
        let choices = choices::choices(self, &addresses)?;
        Ok(ListedPerson { addresses, external, person, choices })
    }
}

impl<'a> ListRow<'a> {
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
        Ok(ListedSuppression { target: self.suppressed(channel)?, channel, reason, since })
    }
}

impl<'a> ListRow<'a> {
    fn suppressed(&self, channel: Option<Channel>) -> Result<Suppressed, RowFault> {
        let mut addresses = self.addresses(self.text(Field::Country).and_then(country::country))?;
        if let Some(channel) = channel {
            addresses.retain(|address| address.kind() == channel.address_kind());
        }
        // An address is better than a hash, and a SHA-256 is better than a keyed hash, which only this shop can use.
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
