//! The contact report: all that is held on one person.

use serde::Serialize;

use super::shop::Shop;
use super::track::{parse_id, standing_of, track_in};
use super::{Database, DatabaseError, Param, Row};
use crate::consent::{
    Address, AddressKind, Assurance, Basis, Channel, Choice, PurposeSlug, Standing, Status, Timestamp, decide,
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
    /// Its addresses.
    pub addresses: Vec<AddressEntry>,
    /// What platforms call it.
    pub external_ids: Vec<String>,
    /// What stands, for each address and each channel and purpose of the shop.
    pub standings: Vec<StandingEntry>,
    /// Every act, oldest first, with its evidence.
    pub records: Vec<RecordEntry>,
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
    /// Whether a message may be sent now.
    pub allow: bool,
    /// Why not.
    pub reason: Option<&'static str>,
    /// The record that decides.
    pub record: Option<String>,
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
    /// What was shown.
    pub notice: NoticeEntry,
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
) -> Result<Option<ContactReport>, DatabaseError> {
    let Some(found) = find(database, lookup)? else { return Ok(None) };
    let contact = Param::Integer(found.integer(0)?);
    let addresses = addresses_of(database, contact)?;
    let mut standings = Vec::new();
    for address in &addresses {
        let standing = standing_of(database, address.row)?;
        standings.extend(standings_on(shop, address, &standing));
    }
    let external_ids = database
        .query("SELECT value FROM external_id WHERE contact = ? ORDER BY value", &[contact])?
        .iter()
        .map(|row| row.text(0).map(str::to_owned))
        .collect::<Result<_, _>>()?;
    Ok(Some(ContactReport {
        id: found.text(1)?.to_owned(),
        country: found.optional_text(2)?.map(str::to_owned),
        created_at: found.time(3)?,
        external_ids,
        standings,
        records: records_of(database, shop, contact)?,
        addresses,
    }))
}

fn find<D: Database>(database: &D, lookup: &Lookup) -> Result<Option<Row>, DatabaseError> {
    match lookup {
        Lookup::Id(id) => database
            .first("SELECT id, uuid, country, created_at FROM contact WHERE uuid = ?", &[Param::Text(&id.to_string())]),
        Lookup::Address(address) => database.first(
            "SELECT c.id, c.uuid, c.country, c.created_at FROM address a JOIN contact c ON c.id = a.contact
             WHERE a.kind = ? AND a.match_key = ?",
            &[Param::Text(address.kind().as_str()), Param::Text(address.key())],
        ),
        Lookup::External(external) => database.first(
            "SELECT c.id, c.uuid, c.country, c.created_at FROM external_id e JOIN contact c ON c.id = e.contact
             WHERE e.value = ?",
            &[Param::Text(external.as_str())],
        ),
    }
}

fn addresses_of<D: Database>(database: &D, contact: Param<'_>) -> Result<Vec<AddressEntry>, DatabaseError> {
    database
        .query("SELECT id, kind, value, assurance, created_at FROM address WHERE contact = ? ORDER BY id", &[contact])?
        .iter()
        .map(|row| {
            Ok(AddressEntry {
                row: row.integer(0)?,
                kind: row.parsed(1, AddressKind::parse)?,
                value: row.text(2)?.to_owned(),
                assurance: row.parsed(3, Assurance::parse)?,
                created_at: row.time(4)?,
            })
        })
        .collect()
}

/// Every channel and purpose that the shop has for this kind of address, and those that only the records know.
fn standings_on(shop: &Shop, address: &AddressEntry, standing: &Standing) -> Vec<StandingEntry> {
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
    questions
        .into_iter()
        .map(|(channel, purpose)| {
            let decision = decide(standing, &policy, channel, purpose);
            let track = standing.tracks().iter().find(|track| Some(track.record) == decision.record());
            StandingEntry {
                address: address.value.clone(),
                channel,
                purpose: purpose.clone(),
                choice: track.map(|track| track.act.choice()),
                status: decision.status().as_str(),
                allow: decision.status() == Status::OptedIn,
                reason: decision.reason().map(|reason| reason.as_str()),
                record: decision.record().map(|record| record.0.to_string()),
                since: track.and_then(|track| dated(track.at)),
            }
        })
        .collect()
}

fn records_of<D: Database>(database: &D, shop: &Shop, contact: Param<'_>) -> Result<Vec<RecordEntry>, DatabaseError> {
    database
        .query(
            "SELECT r.channel, r.purpose, r.choice, r.basis, r.objection, r.assurance, r.effective_at, r.id,
                 a.value, s.id, s.occurred_at, s.received_at, s.notice_id, s.notice_version, s.notice_locale,
                 s.notice_sha256, s.source_kind, s.source_url, s.source_form
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
    let owned = |column| row.text(column).map(str::to_owned);
    let mut notice =
        NoticeEntry { id: owned(12)?, version: owned(13)?, locale: owned(14)?, text_sha256: owned(15)?, text: None };
    notice.text = shop.settings.words_of(&notice.id, &notice.version, &notice.locale, &notice.text_sha256);
    Ok(RecordEntry {
        id: track.record.0.to_string(),
        channel: track.scope.channel,
        purpose: track.scope.purpose,
        choice: track.act.choice(),
        basis: track.act.basis(),
        objection: track.act.is_objection(),
        assurance: track.assurance,
        effective_at: dated(track.at),
        address: owned(8)?,
        submission: row.parsed(9, parse_id)?.to_string(),
        occurred_at: if row.is_null(10) { None } else { Some(row.time(10)?) },
        received_at: row.time(11)?,
        notice,
        source: SourceEntry {
            kind: owned(16)?,
            url: row.optional_text(17)?.map(str::to_owned),
            form: row.optional_text(18)?.map(str::to_owned),
        },
    })
}

fn dated(at: Timestamp) -> Option<Timestamp> {
    (at > Timestamp::BEGINNING).then_some(at)
}
