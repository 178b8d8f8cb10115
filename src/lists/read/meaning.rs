//! What a whole row says: a person with choices, or a suppression.

use crate::consent::{Channel, Relation};
use crate::lists::cells::{country, word};
use crate::lists::read::choices;
use crate::lists::read::fault::{RowFault, Wrong};
use crate::lists::read::layout::Layout;
use crate::lists::read::row::ListRow;
use crate::lists::read::values::Values;
use crate::model::list_kind::ListKind;
use crate::model::listed::{Listed, ListedChoice, ListedPerson, ListedSuppression, Suppressed};
use crate::model::person::PersonFacts;
use crate::model::text::{BirthDate, ExternalId, KeyedHash, Sha256Hex};
use crate::platforms::field::Field;

/// Reads a row. Also returns what is wrong with cells that were passed over, because the row is valid without them.
///
/// # Errors
/// The fault of the row. Then nothing of the row is imported.
pub(crate) fn listed(layout: &Layout, values: &Values<'_>) -> Result<(Listed, Vec<RowFault>), RowFault> {
    let row = ListRow::new(layout, values);
    // A hash stands for an address that the row does not have. Beside an address it is some identifier of the platform.
    let addresses = [Field::Email, Field::Phone, Field::Whatsapp, Field::Push, Field::Postal, Field::Address];
    let has_address = addresses.iter().any(|field| row.text(*field).is_some());
    let has_hash = row.text(Field::Hash).is_some() || row.text(Field::Sha256).is_some();
    let is_suppressed = layout.list == Some(ListKind::Suppressed) || (has_hash && !has_address);
    let listed =
        if is_suppressed { row.suppressions().map(Listed::Suppressed) } else { row.person().map(Listed::Person) };
    listed.map(|listed| (listed, row.into_warnings()))
}

impl<'a> ListRow<'a> {
    fn person(&self) -> Result<ListedPerson, RowFault> {
        let country = self.text(Field::Country).and_then(country::country);
        let person = PersonFacts {
            country,
            // A region without a country, or in another form, is ignored.
            region: self.text(Field::Region).zip(country).and_then(|(text, country)| country::region(text, country)),
            relation: self.lenient(self.read(Field::Relation, Wrong::UnknownWord { field: Field::Relation }, |text| {
                Relation::parse(&text.to_ascii_lowercase())
            })),
            // A date of birth can only take an opt-in away, so no opt-in is imported without it.
            born: self.later(self.read(Field::Born, Wrong::BadBirth, BirthDate::parse)),
        };
        let external = self.lenient(self.read(Field::External, Wrong::BadExternal, |text| {
            let platform = self.layout.profile.and_then(|profile| profile.table().external);
            match platform {
                Some(platform) => ExternalId::parse(&format!("{platform}:{text}")),
                None => ExternalId::parse(text),
            }
        }));
        let (addresses, unread) = self.addresses(country)?;
        if addresses.is_empty() {
            let fault = unread.first().map(|(_, fault)| *fault);
            return Err(fault.unwrap_or(RowFault::of_row(Wrong::NoAddress)));
        }
        let choices = choices::choices(self, &addresses, &unread)?;
        if choices.iter().any(ListedChoice::is_yes) {
            self.needs_what_was_left()?;
        }
        unread.into_iter().for_each(|(_, fault)| self.warn(fault));
        Ok(ListedPerson { addresses, external, person, choices })
    }
}

impl<'a> ListRow<'a> {
    fn suppressions(&self) -> Result<Vec<ListedSuppression>, RowFault> {
        let channel = self.channel()?;
        let times = [Field::Since, Field::OptedOutAt, Field::OccurredAt];
        let since = times.into_iter().find_map(|field| self.lenient(self.time(field)));
        let of_provider = |text: &str| text.split(|c: char| !c.is_alphanumeric() && c != '_').find_map(word::reason);
        let reason = match self.text(Field::Reason) {
            Some(text) => match word::reason(text) {
                None if self.is_own() => {
                    self.warn(self.fault(Field::Reason, Wrong::BadReason));
                    None
                }
                reason => reason,
            },
            None => self.text(Field::EmailSuppressions).and_then(of_provider),
        };
        let reason = reason.unwrap_or(self.layout.reason);
        let targets = self.suppressed(channel)?.into_iter();
        Ok(targets.map(|target| ListedSuppression { target, channel, reason, since }).collect())
    }
}

impl<'a> ListRow<'a> {
    fn suppressed(&self, channel: Option<Channel>) -> Result<Vec<Suppressed>, RowFault> {
        let (mut addresses, unread) = self.addresses(self.text(Field::Country).and_then(country::country))?;
        let is_about = |kind| channel.is_none_or(|channel| channel.address_kind() == kind);
        addresses.retain(|address| is_about(address.kind()));
        // An address is better than a hash, and a SHA-256 is better than a keyed hash, which only this shop can use.
        if !addresses.is_empty() {
            unread.into_iter().for_each(|(_, fault)| self.warn(fault));
            return Ok(addresses.into_iter().map(Suppressed::Address).collect());
        }
        let fault = unread.iter().find(|(kind, _)| kind.is_none_or(is_about)).map(|(_, fault)| *fault);
        let sha256 = |text: &str| Sha256Hex::parse(&text.to_ascii_lowercase());
        let hash = match self.read(Field::Sha256, Wrong::BadHash, sha256)? {
            Some(hash) => Some(Suppressed::Sha256 { kind: self.kind("")?, hash }),
            None => self.read(Field::Hash, Wrong::BadHash, KeyedHash::parse)?.map(Suppressed::Hash),
        };
        match (hash, fault) {
            (Some(hash), fault) => {
                fault.into_iter().for_each(|fault| self.warn(fault));
                Ok(vec![hash])
            }
            (None, Some(fault)) => Err(fault),
            (None, None) => Err(RowFault::of_row(Wrong::NoAddress)),
        }
    }
}
