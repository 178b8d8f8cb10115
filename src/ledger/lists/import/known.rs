//! Reads what is known about all addresses on a page at once. Per kind of address, one text goes to SQLite and one
//! comes back.

use std::collections::HashMap;

use serde::Deserialize;
use uuid::Uuid;

use crate::consent::{Address, AddressKind, Channel, Track};
use crate::ledger::records::bearing::TRACKS;
use crate::ledger::records::standing::{StoredTrack, track_of};
use crate::ledger::records::suppression::{hash_of_hash, name_listed, suppressions_of};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param, from_json, to_json};
use crate::model::listed::{ListedSuppression, Suppressed};
use crate::model::person::PersonFacts;

/// An address on a page: its kind and its normalised form.
pub(crate) type Key<'a> = (AddressKind, &'a str);

/// The facts that are missing for a contact: country (1), relation (2), date of birth (4), added up.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MissingFacts(u8);

impl MissingFacts {
    /// Returns the part of `facts` that fills gaps; `None` if it fills none.
    pub(crate) fn filled_by(self, facts: &PersonFacts) -> Option<PersonFacts> {
        let lacks = |bit: u8| self.0 & bit != 0;
        let new = PersonFacts {
            country: facts.country.filter(|_| lacks(1)),
            region: facts.region.filter(|_| lacks(1)),
            relation: facts.relation.filter(|_| lacks(2)),
            born: facts.born.clone().filter(|_| lacks(4)),
        };
        (new != PersonFacts::default()).then_some(new)
    }
}

/// Data about an address: what the ledger has, updated by the earlier rows of the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownAddressData {
    /// The row ids of the address and of its contact; `None` if the address is unknown.
    pub(crate) rows: Option<(i64, i64)>,
    /// The histories of the address, and those that apply to all addresses of the contact.
    pub(crate) tracks: Vec<Track>,
    /// The channels on which the address is suppressed; `None` in the list means all channels.
    pub(crate) suppressed: Vec<Option<Channel>>,
    /// The facts that a list may add to the contact.
    pub(crate) gaps: MissingFacts,
    /// Whether the page has changed anything about the address.
    pub(crate) is_changed: bool,
}

impl KnownAddressData {
    /// Returns whether the address is suppressed on the given channel. With `None`, whether it is suppressed on all
    /// channels.
    pub(crate) fn is_suppressed(&self, channel: Option<Channel>) -> bool {
        self.suppressed.iter().any(|own| own.is_none() || *own == channel)
    }

    /// Returns whether nothing may be stored about the address: it is unknown, and suppressed on every channel that
    /// could use it.
    pub(crate) fn is_barred(&self, kind: AddressKind) -> bool {
        let mut channels = Channel::ALL.iter().filter(|channel| channel.address_kind() == kind);
        self.rows.is_none() && channels.all(|channel| self.is_suppressed(Some(*channel)))
    }
}

/// All the addresses of a page.
#[derive(Debug, Default)]
pub(crate) struct KnownAddresses<'a> {
    slots: HashMap<Key<'a>, usize>,
    known: Vec<KnownAddressData>,
}

impl<'a> KnownAddresses<'a> {
    /// Adds an address to the page.
    pub(crate) fn want(&mut self, address: &'a Address) {
        let next = self.known.len();
        if *self.slots.entry((address.kind(), address.key())).or_insert(next) == next {
            self.known.push(KnownAddressData::default());
        }
    }

    pub(crate) fn of(&self, address: &Address) -> Option<&KnownAddressData> {
        self.known.get(*self.slots.get(&(address.kind(), address.key()))?)
    }

    pub(crate) fn of_mut(&mut self, address: &Address) -> Option<&mut KnownAddressData> {
        self.known.get_mut(*self.slots.get(&(address.kind(), address.key()))?)
    }

    /// Returns the addresses that the page has changed, in the order in which they came.
    pub(crate) fn changed(&self) -> Vec<(Key<'a>, &KnownAddressData)> {
        let mut changed: Vec<_> = self
            .slots
            .iter()
            .filter_map(|(key, slot)| Some((slot, *key, self.known.get(*slot)?)))
            .filter(|(_, _, known)| known.is_changed)
            .collect();
        changed.sort_unstable_by_key(|(slot, _, _)| **slot);
        changed.into_iter().map(|(_, key, known)| (key, known)).collect()
    }

    /// Reads the ledger's data about all addresses of the page.
    pub(crate) fn read(
        &mut self,
        database: &dyn Database,
        shop: &Shop,
        dry_run: Option<Uuid>,
    ) -> Result<(), DatabaseError> {
        let mut keys: Vec<(usize, Key<'a>)> = self.slots.iter().map(|(key, slot)| (*slot, *key)).collect();
        // In the order of the index, so that SQLite reads one part of the index after the other.
        keys.sort_unstable_by_key(|(_, key)| *key);
        for kind in AddressKind::ALL {
            let of_kind: Vec<&(usize, Key<'a>)> = keys.iter().filter(|(_, (own, _))| own == kind).collect();
            if !of_kind.is_empty() {
                self.read_kind(database, *kind, &of_kind)?;
            }
        }
        if let Some(dry_run) = dry_run {
            self.read_dry_run(database, dry_run, &keys)?;
        }
        self.read_suppressions(database, shop, &keys)
    }

    fn read_kind(
        &mut self,
        database: &dyn Database,
        kind: AddressKind,
        keys: &[&(usize, Key<'a>)],
    ) -> Result<(), DatabaseError> {
        let texts = to_json(&keys.iter().map(|(_, (_, text))| *text).collect::<Vec<_>>())?;
        let of_addresses = format!(
            "SELECT CAST(json_group_array(json_array(q.key, a.id, a.contact,
                (c.country IS NULL) + 2 * (c.relation IS NULL) + 4 * (c.born IS NULL), json({TRACKS}))) AS BLOB)
             FROM json_each(CAST(? AS TEXT)) q CROSS JOIN address a ON a.match_key = q.value AND a.kind = ?
             CROSS JOIN contact c ON c.id = a.contact"
        );
        let row = database.first(&of_addresses, &[Param::Bytes(texts.as_bytes()), Param::Text(kind.as_str())])?;
        let row = row.ok_or(DatabaseError::Shape { column: 0 })?;
        let found: Vec<KnownRow<'_>> = from_json(row.bytes(0)?)?;
        for KnownRow(place, address, contact, gaps, tracks) in found {
            let slot = keys.get(place).map(|(slot, _)| *slot);
            let known = slot.and_then(|slot| self.known.get_mut(slot)).ok_or(DatabaseError::Shape { column: 0 })?;
            known.rows = Some((address, contact));
            known.gaps = MissingFacts(gaps);
            known.tracks = tracks_in(tracks)?;
        }
        Ok(())
    }

    /// Reads the results that the dry run has had for these addresses so far.
    fn read_dry_run(
        &mut self,
        database: &dyn Database,
        dry_run: Uuid,
        keys: &[(usize, Key<'a>)],
    ) -> Result<(), DatabaseError> {
        let texts = to_json(&keys.iter().map(|(_, (kind, text))| format!("{kind}:{text}")).collect::<Vec<_>>())?;
        let row = database.first(
            "SELECT json_group_array(json_array(q.key, t.filed_under, json(t.tracks)))
             FROM json_each(?) q CROSS JOIN import_trial t ON t.import = ? AND t.address = q.value",
            &[Param::Text(&texts), Param::Text(&dry_run.to_string())],
        )?;
        let row = row.ok_or(DatabaseError::Shape { column: 0 })?;
        let found: Vec<(usize, i64, Vec<StoredTrack<'_>>)> = from_json(row.text(0)?.as_bytes())?;
        for (place, contact, tracks) in found {
            let slot = keys.get(place).map(|(slot, _)| *slot);
            let known = slot.and_then(|slot| self.known.get_mut(slot)).ok_or(DatabaseError::Shape { column: 0 })?;
            known.rows = known.rows.or(Some((0, contact)));
            known.tracks.extend(tracks_in(tracks)?);
        }
        Ok(())
    }

    fn read_suppressions(
        &mut self,
        database: &dyn Database,
        shop: &Shop,
        keys: &[(usize, Key<'a>)],
    ) -> Result<(), DatabaseError> {
        let addresses: Vec<Key<'a>> = keys.iter().map(|(_, key)| *key).collect();
        for (place, refusal) in suppressions_of(database, shop, &addresses)? {
            let slot = keys.get(place).map(|(slot, _)| *slot);
            let known = slot.and_then(|slot| self.known.get_mut(slot)).ok_or(DatabaseError::Shape { column: 0 })?;
            known.suppressed.push(refusal.scope.channel);
        }
        Ok(())
    }
}

/// Returns the hash under which a suppression of a file is stored.
pub(crate) fn name_of(shop: &Shop, suppression: &ListedSuppression) -> String {
    match &suppression.target {
        Suppressed::Address(address) => {
            crate::ledger::records::suppression::hash_of(shop, address.kind(), address.key())
        }
        Suppressed::Sha256 { kind, hash } => hash_of_hash(shop, *kind, hash.as_str()),
        Suppressed::Hash(hash) => name_listed(shop, hash.as_str()).unwrap_or_default().to_owned(),
    }
}

/// Returns the contacts that have these external ids.
pub(crate) fn externals(database: &dyn Database, values: &[&str]) -> Result<HashMap<String, i64>, DatabaseError> {
    if values.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = database.query(
        "SELECT e.value, e.contact FROM json_each(?) q CROSS JOIN external_id e ON e.value = q.value",
        &[Param::Text(&to_json(&values)?)],
    )?;
    rows.iter().map(|row| Ok((row.text(0)?.to_owned(), row.integer(1)?))).collect()
}

/// Place in the page, address, contact, gaps, histories.
#[derive(Deserialize)]
struct KnownRow<'a>(usize, i64, i64, u8, #[serde(borrow)] Vec<StoredTrack<'a>>);

fn tracks_in(written: Vec<StoredTrack<'_>>) -> Result<Vec<Track>, DatabaseError> {
    written.into_iter().map(|track| track_of(track).ok_or(DatabaseError::Shape { column: 0 })).collect()
}
