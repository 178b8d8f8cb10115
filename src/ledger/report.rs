//! The contact report: all that is held on one person.

use serde::Serialize;

use super::evidence::KeptEvidence;
use super::shop::Shop;
use super::suppression::Suppressions;
use super::track::{parse_id, standing_of, track_in};
use super::{Database, DatabaseError, Param, Row};
use crate::consent::{
    Act, Activity, Address, AddressKind, Assurance, Basis, Channel, Choice, Circumstances, Person, Place, PurposeSlug,
    RegionCode, Relation, Standing, Timestamp, WrittenDecision, decide_under, said,
};

/// What a contact can be found by.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// One of its addresses.
    Address(Address),
    /// What a platform calls it.
    External(super::text::ExternalId),
    /// The id that the ledger gave it.
    Id(uuid::Uuid),
}

/// All that is held on one person.
#[derive(Clone, Debug, Serialize)]
pub struct ContactReport {
    /// The id of the contact.
    pub id: String,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// Its country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// The part of the country, ISO 3166-2 without the country.
    pub region: Option<String>,
    /// As whom it is addressed: `consumer` or `business`.
    pub relation: Option<Relation>,
    /// The date of birth.
    pub born: Option<String>,
    /// Since when the data may be kept and not used (GDPR Art. 18), and why.
    pub restriction: Option<RestrictionEntry>,
    /// Its addresses.
    pub addresses: Vec<AddressEntry>,
    /// What platforms call it.
    pub external_ids: Vec<String>,
    /// What stands, for each address and each channel and purpose of the shop.
    pub standings: Vec<StandingEntry>,
    /// Every act, oldest first, with its evidence.
    pub records: Vec<RecordEntry>,
    /// What keeps grounds alive, the latest of each kind.
    pub activities: Vec<ActivityEntry>,
}

/// A restriction of processing.
#[derive(Clone, Debug, Serialize)]
pub struct RestrictionEntry {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub reason: Option<String>,
}

/// The latest activity of a kind.
#[derive(Clone, Debug, Serialize)]
pub struct ActivityEntry {
    /// The address it was about.
    pub address: String,
    /// What happened: `used`, `contacted` or `screened`.
    pub activity: Activity,
    /// The channel; `null` for all.
    pub channel: Option<Channel>,
    /// The purpose; `null` for all.
    pub purpose: Option<PurposeSlug>,
    /// When.
    pub at: Timestamp,
}

/// An address of a contact.
#[derive(Clone, Debug, Serialize)]
pub struct AddressEntry {
    /// Its kind.
    pub kind: AddressKind,
    /// The address as it was given.
    pub value: String,
    /// How we know that it is this person's.
    pub assurance: Assurance,
    /// Since when it is known.
    pub created_at: Timestamp,
    #[serde(skip)]
    row: i64,
    #[serde(skip)]
    match_key: String,
}

/// What stands for one address, channel and purpose.
#[derive(Clone, Debug, Serialize)]
pub struct StandingEntry {
    /// The address.
    pub address: String,
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The choice that decides; `null` when the person was never asked.
    pub choice: Option<Choice>,
    /// What it amounts to: `opted_in`, `awaiting_confirmation`, `opted_out`, `declined` or `never_asked`.
    pub status: &'static str,
    /// Whether a message may be sent now, by which law, and why or why not.
    #[serde(flatten)]
    pub decision: WrittenDecision,
    /// Since when it counts.
    pub since: Option<Timestamp>,
}

/// One act, with its evidence.
#[derive(Clone, Debug, Serialize)]
pub struct RecordEntry {
    /// Its id.
    pub id: String,
    /// The address it was about.
    pub address: String,
    /// The channel; `null` for all.
    pub channel: Option<Channel>,
    /// The purpose; `null` for all.
    pub purpose: Option<PurposeSlug>,
    /// The choice.
    pub choice: Choice,
    /// The ground of an opt-in.
    pub basis: Option<Basis>,
    /// What shows that the ground is there.
    #[serde(skip_serializing_if = "KeptEvidence::is_empty")]
    pub evidence: KeptEvidence,
    /// Whether it is an objection to direct marketing, GDPR Art. 21(2).
    pub objection: bool,
    /// How we know.
    pub assurance: Assurance,
    /// When, by the sender's clock.
    pub occurred_at: Option<Timestamp>,
    /// When it reached the ledger.
    pub received_at: Timestamp,
    /// Since when it counts; `null` for an opt-in of unknown age.
    pub effective_at: Option<Timestamp>,
    /// What was shown; `null` where nobody was asked.
    pub notice: Option<NoticeEntry>,
    /// Where.
    pub source: SourceEntry,
    /// The submission that brought it.
    pub submission: String,
}

/// The words that were shown.
#[derive(Clone, Debug, Serialize)]
pub struct NoticeEntry {
    /// The shop's name for them.
    pub id: String,
    /// Their version.
    pub version: String,
    /// Their language.
    pub locale: String,
    /// Their SHA-256, hexadecimal.
    pub text_sha256: String,
    /// The words themselves, where the shop has told them and their hash is the one above; else `null`.
    pub text: Option<String>,
}

/// Where an act was captured.
#[derive(Clone, Debug, Serialize)]
pub struct SourceEntry {
    /// The kind of place.
    pub kind: String,
    /// The page, without query and fragment.
    pub url: Option<String>,
    /// The form.
    pub form: Option<String>,
}

/// Reports on one contact; `None` when it is not known.
///
/// # Errors
/// Those of the database.
pub fn contact_report<D: Database>(
    database: &D,
    shop: &Shop,
    lookup: &Lookup,
    now: Timestamp,
) -> Result<Option<ContactReport>, DatabaseError> {
    let Some(found) = find(database, lookup)? else { return Ok(None) };
    let contact = Param::Integer(found.integer(0)?);
    let addresses = addresses_of(database, contact)?;
    let facts = facts_of(database, contact)?;
    let (person, born) = (facts.person, facts.born);
    let suppressions = Suppressions::of(database)?;
    let (mut standings, mut activities) = (Vec::new(), Vec::new());
    let own = addresses.iter().map(|address| standing_of(database, address.row)).collect::<Result<Vec<_>, _>>()?;
    // What bears on all that reaches the person, whatever address of theirs it was said by.
    let wide =
        Standing::of(own.iter().flat_map(Standing::tracks).filter(|track| track.scope.channel.is_none()).cloned());
    for (address, mut standing) in addresses.iter().zip(own) {
        activities.extend(activities_on(address, &standing));
        standing.merge(&wide);
        for track in suppressions.on(database, shop, address.kind, &address.match_key)? {
            standing.add(track);
        }
        standings.extend(standings_on(shop, address, &standing, &person, now));
    }
    let external_ids = database
        .query("SELECT value FROM external_id WHERE contact = ? ORDER BY value", &[contact])?
        .iter()
        .map(|row| row.text(0).map(str::to_owned))
        .collect::<Result<_, _>>()?;
    Ok(Some(ContactReport {
        id: found.text(1)?.to_owned(),
        country: person.place.country.map(|country| country.as_str().to_owned()),
        region: person.place.region.map(|region| region.as_str().to_owned()),
        relation: person.relation,
        born,
        restriction: facts.restriction,
        created_at: found.time(2)?,
        external_ids,
        standings,
        activities,
        records: records_of(database, shop, contact)?,
        addresses,
    }))
}

pub(super) fn find<D: Database>(database: &D, lookup: &Lookup) -> Result<Option<Row>, DatabaseError> {
    match lookup {
        Lookup::Id(id) => {
            database.first("SELECT id, uuid, created_at FROM contact WHERE uuid = ?", &[Param::Text(&id.to_string())])
        }
        Lookup::Address(address) => database.first(
            "SELECT c.id, c.uuid, c.created_at FROM address a JOIN contact c ON c.id = a.contact
             WHERE a.kind = ? AND a.match_key = ?",
            &[Param::Text(address.kind().as_str()), Param::Text(address.key())],
        ),
        Lookup::External(external) => database.first(
            "SELECT c.id, c.uuid, c.created_at FROM external_id e JOIN contact c ON c.id = e.contact
             WHERE e.value = ?",
            &[Param::Text(external.as_str())],
        ),
    }
}

fn addresses_of<D: Database>(database: &D, contact: Param<'_>) -> Result<Vec<AddressEntry>, DatabaseError> {
    database
        .query(
            "SELECT id, kind, value, assurance, created_at, match_key FROM address WHERE contact = ? ORDER BY id",
            &[contact],
        )?
        .iter()
        .map(|row| {
            Ok(AddressEntry {
                row: row.integer(0)?,
                kind: row.parsed(1, AddressKind::parse)?,
                value: row.text(2)?.to_owned(),
                assurance: row.parsed(3, Assurance::parse)?,
                created_at: row.time(4)?,
                match_key: row.text(5)?.to_owned(),
            })
        })
        .collect()
}

/// What rules and ages go by.
struct Facts {
    person: Person,
    born: Option<String>,
    restriction: Option<RestrictionEntry>,
}

fn facts_of<D: Database>(database: &D, contact: Param<'_>) -> Result<Facts, DatabaseError> {
    let row = database
        .first(
            "SELECT country, region, relation, born, restricted_at, restriction_reason FROM contact WHERE id = ?",
            &[contact],
        )?
        .ok_or(DatabaseError::Shape { column: 0 })?;
    let born = row.optional_text(3)?;
    let restriction = if row.is_null(4) {
        None
    } else {
        Some(RestrictionEntry { since: row.time(4)?, reason: row.optional_text(5)?.map(str::to_owned) })
    };
    let person = Person {
        place: Place {
            country: row.optional_text(0)?.and_then(crate::consent::CountryCode::parse),
            region: row.optional_text(1)?.and_then(RegionCode::parse),
        },
        relation: row.optional_text(2)?.and_then(Relation::parse),
        circumstances: Circumstances {
            reachable: true,
            restricted: restriction.is_some(),
            born: born.and_then(Timestamp::parse_birth),
        },
    };
    Ok(Facts { person, born: born.map(str::to_owned), restriction })
}

fn activities_on<'a>(address: &'a AddressEntry, standing: &'a Standing) -> impl Iterator<Item = ActivityEntry> + 'a {
    standing.tracks().iter().filter_map(|track| {
        let Act::Noted { activity } = track.act else { return None };
        Some(ActivityEntry {
            address: address.value.clone(),
            activity,
            channel: track.scope.channel,
            purpose: track.scope.purpose.clone(),
            at: track.at,
        })
    })
}

/// Every channel and purpose that the shop has for this kind of address, and those that only the records know.
fn standings_on(
    shop: &Shop,
    address: &AddressEntry,
    standing: &Standing,
    person: &Person,
    now: Timestamp,
) -> Vec<StandingEntry> {
    let settings = &shop.settings;
    let mut questions: Vec<(Channel, &PurposeSlug)> = Vec::new();
    let configured =
        settings.channels.iter().flat_map(|channel| settings.purposes.iter().map(|purpose| (*channel, purpose)));
    let recorded =
        standing.tracks().iter().filter_map(|track| Some((track.scope.channel?, track.scope.purpose.as_ref()?)));
    for question in configured.filter(|(channel, _)| channel.address_kind() == address.kind).chain(recorded) {
        if !questions.contains(&question) {
            questions.push(question);
        }
    }
    let policy = settings.policy();
    let relation = person.relation.unwrap_or(Relation::Consumer);
    questions
        .into_iter()
        .map(|(channel, purpose)| {
            let conditions = policy.conditions(&person.place, relation, channel, purpose);
            let entries = standing.entries(channel, purpose);
            let decision = decide_under(&conditions, &entries, &person.circumstances, now);
            let said = said(&conditions, &entries, now);
            StandingEntry {
                address: address.value.clone(),
                channel,
                purpose: purpose.clone(),
                choice: said.decided_by.and_then(|entry| entry.act.choice()),
                status: said.status.as_str(),
                since: said.decided_by.and_then(|entry| dated(entry.at)),
                decision: decision.written(true),
            }
        })
        .collect()
}

fn records_of<D: Database>(database: &D, shop: &Shop, contact: Param<'_>) -> Result<Vec<RecordEntry>, DatabaseError> {
    database
        .query(
            "SELECT r.channel, r.purpose, r.choice, r.ground, r.objection, r.assurance, r.effective_at, r.id,
                 a.value, s.id, s.occurred_at, s.received_at, s.notice_id, s.notice_version, s.notice_locale,
                 s.notice_sha256, s.source_kind, s.source_url, s.source_form, r.evidence
             FROM address a JOIN record r ON r.address = a.id JOIN submission s ON s.id = r.submission
             WHERE a.contact = ? ORDER BY r.id",
            &[contact],
        )?
        .iter()
        .map(|row| record_in(shop, row))
        .collect()
}

fn record_in(shop: &Shop, row: &Row) -> Result<RecordEntry, DatabaseError> {
    let track = track_in(row, 0)?;
    let notice = match row.text(12)? {
        "" => None,
        id => {
            let (version, locale, hash) = (row.text(13)?, row.text(14)?, row.text(15)?);
            Some(NoticeEntry {
                text: shop.settings.words_of(id, version, locale, hash),
                id: id.to_owned(),
                version: version.to_owned(),
                locale: locale.to_owned(),
                text_sha256: hash.to_owned(),
            })
        }
    };
    let evidence = match row.optional_text(19)? {
        None => KeptEvidence::default(),
        Some(text) => serde_json::from_str(text).map_err(|_| DatabaseError::Shape { column: 19 })?,
    };
    Ok(RecordEntry {
        id: track.record.0.to_string(),
        channel: track.scope.channel,
        purpose: track.scope.purpose,
        choice: track.act.choice().ok_or(DatabaseError::Shape { column: 2 })?,
        basis: track.act.ground().map(crate::consent::Ground::basis),
        evidence,
        objection: track.act.is_objection(),
        assurance: track.assurance,
        effective_at: dated(track.at),
        address: row.text(8)?.to_owned(),
        submission: row.parsed(9, parse_id)?.to_string(),
        occurred_at: if row.is_null(10) { None } else { Some(row.time(10)?) },
        received_at: row.time(11)?,
        notice,
        source: SourceEntry {
            kind: row.text(16)?.to_owned(),
            url: row.optional_text(17)?.map(str::to_owned),
            form: row.optional_text(18)?.map(str::to_owned),
        },
    })
}

fn dated(at: Timestamp) -> Option<Timestamp> {
    (at > Timestamp::BEGINNING).then_some(at)
}
