//! Decides for many contacts at once whether a message may be sent. One page of lookups is passed to SQLite and back as
//! one text each.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;

use crate::consent::{
    AddressKind, CLOCK_SKEW, Channel, Circumstances, ConditionVersions, CountryCode, Entry, Person, Place, PurposeSlug,
    RecordId, RegionCode, Relation, RelevantRecords, Timestamp, Track, WrittenDecision, decide_under, tightened,
};
use crate::ledger::people::contact::Lookup;
use crate::ledger::people::profile::persons_claimed;
use crate::ledger::records::bearing::{ACTIVITIES_THEN, ENTRIES, ENTRIES_THEN};
use crate::ledger::records::standing::{WrittenEntry, entry_in};
use crate::ledger::records::suppression::Suppressions;
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The question that is decided for every contact.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The channel of the message.
    pub channel: Channel,
    /// The purpose of the message.
    pub purpose: PurposeSlug,
    /// The time for which the question is decided. If it is earlier than `now` by more than [`CLOCK_SKEW`], the records
    /// of that time decide; country, age and restriction are always the current ones.
    pub at: Timestamp,
    /// The time of the call.
    pub now: Timestamp,
    /// Whether the decision contains its steps in words.
    pub explain: bool,
}

/// The result of one lookup.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// A decision was made.
    Decided(Decided),
    /// No contact has this id or external id.
    Unknown,
}

/// A decision about one contact.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The id of the contact. `None`: the address is unknown.
    pub contact: Option<String>,
    /// The address that the decision is about. `None` if the lookup itself is that address, or if there is none.
    pub address: Option<String>,
    /// The decision.
    pub decision: WrittenDecision,
}

/// The maximum number of lookups in one statement. The result must stay below 2 MB, the maximum length of a text in the
/// SQLite of a Durable Object.
const PAGE: usize = 1_000;

/// Decides for each contact. The outcomes have the order of `contacts`.
///
/// For a lookup by an address that the channel can use, the decision is about this address. For any other lookup, it is
/// about the current address of the contact that the channel can use: of those that the shop vouches for the one for
/// which it did so last. An opt-in of an earlier address does not count for the current one.
pub fn decide_contacts(
    database: &dyn Database,
    shop: &Shop,
    asked: &Asked,
    contacts: &[&Lookup],
) -> Result<Vec<Outcome>, DatabaseError> {
    let policy = shop.settings.policy();
    let mut reader = DecisionReader {
        database,
        asked,
        suppressions: Suppressions::of(database, shop)?,
        conditions: HashMap::new(),
        policy: &policy,
    };
    let mut outcomes = Vec::with_capacity(contacts.len());
    for page in contacts.chunks(PAGE) {
        reader.decide_page(page, &mut outcomes)?;
    }
    Ok(outcomes)
}

/// A kind of lookup.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// By the address that the decision is about.
    Address,
    /// By an address of another kind.
    OtherAddress(AddressKind),
    External,
    Id,
}

impl By {
    fn of(lookup: &Lookup, needed: AddressKind) -> Self {
        match lookup {
            Lookup::Address(address) if address.kind() == needed => Self::Address,
            Lookup::Address(address) => Self::OtherAddress(address.kind()),
            Lookup::External(_) => Self::External,
            Lookup::Id(_) => Self::Id,
        }
    }
}

/// One row: position in the page, row id of the address, match key and spelling of the address, id of the contact,
/// country, region, relation, date of birth, whether restricted, claimed facts, entries,
/// activities.
type Found<'a> = (
    usize,
    Option<i64>,
    Option<Cow<'a, str>>,
    Option<Cow<'a, str>>,
    &'a str,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    Option<&'a str>,
    u8,
    Option<Cow<'a, str>>,
    Entries<'a>,
    Entries<'a>,
);

/// A JSON array of entries as SQLite writes it.
#[derive(Deserialize)]
struct Entries<'a>(#[serde(borrow)] Vec<WrittenEntry<'a>>);

struct DecisionReader<'a> {
    database: &'a (dyn Database + 'a),
    asked: &'a Asked,
    suppressions: Suppressions<'a>,
    policy: &'a crate::consent::Policy,
    /// The conditions by place and relation. They are cached because many contacts share them.
    conditions: HashMap<(Place, Relation), ConditionVersions<'a>>,
}

impl<'a> DecisionReader<'a> {
    fn decide_page(&mut self, page: &[&Lookup], outcomes: &mut Vec<Outcome>) -> Result<(), DatabaseError> {
        let needed = self.asked.channel.address_kind();
        let mut decided: Vec<Option<Decided>> = vec![None; page.len()];
        let mut ways: Vec<By> = Vec::new();
        for lookup in page {
            let by = By::of(lookup, needed);
            if !ways.contains(&by) {
                ways.push(by);
            }
        }
        for by in ways {
            let text = self.look_up(page, by, needed)?;
            // Reads the rows directly, without a JSON tree in between, because there are many.
            let found: Vec<Found<'_>> = serde_json::from_slice(text.as_bytes()).map_err(|_| DatabaseError::Json)?;
            for row in found {
                let place = row.0;
                let one = self.decide_row(row, by)?;
                if let Some(slot) = decided.get_mut(place) {
                    *slot = Some(one);
                }
            }
        }
        for (lookup, decided) in page.iter().zip(decided) {
            outcomes.push(match decided {
                Some(decided) => Outcome::Decided(decided),
                None => self.decide_unknown(lookup, needed)?,
            });
        }
        Ok(())
    }

    /// Returns the data of all contacts of a page that are looked up in one way, as JSON.
    fn look_up(&self, page: &[&Lookup], by: By, needed: AddressKind) -> Result<String, DatabaseError> {
        // `null` takes the place of a lookup of another kind, so that the positions stay right. No key in the tables is
        // NULL, so it matches nothing.
        let keys: Vec<Option<Cow<'_, str>>> = page
            .iter()
            .map(|lookup| {
                (By::of(lookup, needed) == by).then(|| match lookup {
                    Lookup::Address(address) => address.key().into(),
                    Lookup::External(external) => external.as_str().into(),
                    Lookup::Id(id) => id.to_string().into(),
                })
            })
            .collect();
        let keys = serde_json::to_string(&keys).map_err(|_| DatabaseError::Json)?;
        let past = self.asked.at < self.asked.now.plus_millis(-CLOCK_SKEW);
        let entries = if past {
            format!("json({ENTRIES_THEN}), json({ACTIVITIES_THEN})")
        } else {
            format!("json({ENTRIES}), json('[]')")
        };
        let found_by = match by {
            By::Address => BY_ADDRESS,
            By::OtherAddress(_) => BY_OTHER_ADDRESS,
            By::External => BY_EXTERNAL,
            By::Id => BY_ID,
        };
        let current = if matches!(by, By::External | By::Id) { CURRENT } else { "" };
        let sql = format!("{SELECT}{entries})){found_by}{current}");
        let (channel, purpose) = (Param::Text(self.asked.channel.as_str()), Param::Text(self.asked.purpose.as_str()));
        let at = Param::Integer(self.asked.at.millis());
        let mut params = vec![channel, purpose];
        if past {
            params.extend([at, at, channel, purpose, at]);
        }
        params.push(Param::Text(&keys));
        if let By::OtherAddress(kind) = by {
            params.push(Param::Text(kind.as_str()));
        }
        params.push(Param::Text(needed.as_str()));
        let row = self.database.first(&sql, &params)?.ok_or(DatabaseError::Shape { column: 0 })?;
        Ok(row.text(0)?.to_owned())
    }

    fn decide_row(&mut self, row: Found<'_>, by: By) -> Result<Decided, DatabaseError> {
        let (
            _,
            address,
            key,
            value,
            contact,
            country,
            region,
            relation,
            born,
            restricted,
            claimed,
            entries,
            activities,
        ) = row;
        let mut known = Vec::with_capacity(entries.0.len() + activities.0.len());
        for entry in entries.0.into_iter().chain(activities.0) {
            known.push(entry_in(entry).ok_or(DatabaseError::Shape { column: 10 })?);
        }
        if let Some(key) = &key {
            known.extend(self.suppressed(self.asked.channel.address_kind(), key)?);
        }
        let person = Person {
            place: Place { country: country.and_then(CountryCode::parse), region: region.and_then(RegionCode::parse) },
            relation: relation.and_then(Relation::parse),
            circumstances: Circumstances {
                reachable: address.is_some(),
                restricted: restricted != 0,
                born: born.and_then(Timestamp::parse_birth),
            },
        };
        Ok(Decided {
            contact: Some(contact.to_owned()),
            address: if by == By::Address { None } else { value.map(Cow::into_owned) },
            decision: self.decide(&person, &persons_claimed(claimed.as_deref(), &person)?, known),
        })
    }

    fn decide_unknown(&mut self, lookup: &Lookup, needed: AddressKind) -> Result<Outcome, DatabaseError> {
        let Lookup::Address(address) = lookup else { return Ok(Outcome::Unknown) };
        let reachable = address.kind() == needed;
        let known = if reachable { self.suppressed(needed, address.key())? } else { Vec::new() };
        let circumstances = Circumstances { reachable, ..Circumstances::default() };
        let decision = self.decide(&Person { circumstances, ..Person::default() }, &[], known);
        Ok(Outcome::Decided(Decided { contact: None, address: None, decision }))
    }

    fn suppressed(&self, kind: AddressKind, key: &str) -> Result<Vec<(Entry, RecordId)>, DatabaseError> {
        let tracks = self.suppressions.on(self.database, kind, key)?;
        let bears =
            |track: &&Track| track.scope.covers(self.asked.channel, &self.asked.purpose) && track.at <= self.asked.at;
        Ok(tracks.iter().filter(bears).map(|track| (track.entry(), track.record)).collect())
    }

    fn decide(&mut self, person: &Person, claimed: &[Person], known: Vec<(Entry, RecordId)>) -> WrittenDecision {
        let (policy, asked) = (self.policy, self.asked);
        let relation = person.relation.unwrap_or(Relation::Consumer);
        let conditions = self
            .conditions
            .entry((person.place, relation))
            .or_insert_with(|| policy.conditions(&person.place, relation, asked.channel, &asked.purpose));
        let relevant = RelevantRecords::of(known);
        let base = decide_under(conditions, &relevant, &person.circumstances, asked.at);
        let question = (asked.channel, &asked.purpose);
        tightened(base, claimed, policy, question, &relevant, asked.at).written(asked.explain)
    }
}

const SELECT: &str =
    "SELECT json_group_array(json_array(q.key, a.id, a.match_key, a.value, c.uuid, c.country, c.region, c.relation,
        c.born, c.restricted_at IS NOT NULL, c.claimed, ";

const BY_ADDRESS: &str = " FROM json_each(?) q CROSS JOIN address a ON a.match_key = q.value AND a.kind = ?
    CROSS JOIN contact c ON c.id = a.contact";
const BY_OTHER_ADDRESS: &str = " FROM json_each(?) q CROSS JOIN address o ON o.match_key = q.value AND o.kind = ?
    CROSS JOIN contact c ON c.id = o.contact LEFT JOIN address a ON o.linked = 1 AND a.id = (SELECT id FROM address
        WHERE contact = c.id AND kind = ? AND linked = 1 ORDER BY vouched_at DESC, id DESC LIMIT 1)";
const BY_EXTERNAL: &str = " FROM json_each(?) q CROSS JOIN external_id e ON e.value = q.value
    CROSS JOIN contact c ON c.id = e.contact LEFT JOIN address a ON a.id = ";
/// The id of a contact that was merged into another finds the other.
const BY_ID: &str = " FROM json_each(?) q CROSS JOIN contact c ON c.id = (WITH RECURSIVE up (id, whole) AS (
            SELECT id, merged_into FROM contact WHERE uuid = q.value
            UNION SELECT m.id, m.merged_into FROM up JOIN contact m ON m.id = up.whole)
        SELECT id FROM up WHERE whole IS NULL)
    LEFT JOIN address a ON a.id = ";

/// Selects the current address of a contact. Without one that the shop vouches for, it is one that its owner has used, or
/// the only address of the contact.
const CURRENT: &str = "(SELECT id FROM address n WHERE contact = c.id AND kind = ?
    AND (linked = 1 OR assurance <> 'claimed' OR NOT EXISTS (SELECT 1 FROM address
        WHERE contact = c.id AND id <> n.id AND kind <> 'rectified'))
    ORDER BY linked DESC, vouched_at DESC, id DESC LIMIT 1)";
