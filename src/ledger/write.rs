//! The SQL behind a submission: reads what bears on it, writes what was decided.

use super::evidence::KeptEvidence;
use super::link;
use super::shop::Shop;
use super::submission::{Event, Known, KnownAddress, KnownContact, PersonFacts, Receipt, Submission};
use super::text::BirthDate;
use super::track::{self, Columns, parse_id};
use super::{Database, DatabaseError, Param, Row, words};
use crate::consent::{Address, AddressKind, Assurance, CountryCode, RegionCode, Relation, Timestamp};

/// Reads what the ledger knows that bears on a submission.
pub(super) fn known<D: Database>(database: &D, shop: &Shop, submission: &Submission) -> Result<Known, DatabaseError> {
    let earlier = database.first(
        "SELECT s.fingerprint, s.received_at, c.uuid FROM submission s JOIN contact c ON c.id = s.contact WHERE s.id = ?",
        &[Param::Text(&submission.id.to_string())],
    )?;
    if let Some(row) = earlier {
        let receipt = Receipt { id: submission.id, received_at: row.time(1)?, contact: Some(row.parsed(2, parse_id)?) };
        return Ok(Known { earlier: Some((row.text(0)?.to_owned(), receipt)), ..Known::default() });
    }
    // A submission of a person who has been erased since.
    let spent = database.first(
        "SELECT received_at FROM spent_submission WHERE hash = ?",
        &[Param::Text(&shop.submission_hash(&submission.id.to_string()))],
    )?;
    if let Some(row) = spent {
        return Ok(Known { spent: Some(row.time(0)?), ..Known::default() });
    }
    let mut addresses = Vec::with_capacity(submission.addresses.len());
    for address in &submission.addresses {
        addresses.extend(known_address(database, address)?);
    }
    let by_external = match &submission.external {
        None => None,
        Some(external) => database
            .first(
                "SELECT c.id, c.uuid FROM external_id e JOIN contact c ON c.id = e.contact WHERE e.value = ?",
                &[Param::Text(external.as_str())],
            )?
            .map(|row| contact_in(&row, 0))
            .transpose()?,
    };
    Ok(Known { addresses, by_external, ..Known::default() })
}

fn known_address<D: Database>(database: &D, address: &Address) -> Result<Option<KnownAddress>, DatabaseError> {
    let kind = address.kind();
    let row = database.first(
        "SELECT a.id, a.assurance, c.id, c.uuid, a.linked FROM address a JOIN contact c ON c.id = a.contact
         WHERE a.kind = ? AND a.match_key = ?",
        &[Param::Text(kind.as_str()), Param::Text(address.key())],
    )?;
    row.map(|row| {
        Ok(KnownAddress {
            id: row.integer(0)?,
            kind,
            assurance: row.parsed(1, Assurance::parse)?,
            contact: contact_in(&row, 2)?,
            linked: row.integer(4)? == 1,
        })
    })
    .transpose()
}

fn contact_in(row: &Row, from: usize) -> Result<KnownContact, DatabaseError> {
    Ok(KnownContact { id: row.integer(from)?, uuid: row.parsed(from + 1, parse_id)? })
}

/// Writes the events of one submission. To be called inside a transaction.
pub(super) fn apply<D: Database>(
    tx: &D,
    shop: &Shop,
    contact: Option<i64>,
    known: &[KnownAddress],
    events: &[Event<'_>],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let now = Param::Integer(now.millis());
    // Row numbers that the database gives out on the way. An event that needs one follows the event that makes it.
    let mut contact = contact;
    let mut addresses: Vec<(AddressKind, i64)> = known.iter().map(|address| (address.kind, address.id)).collect();
    let mut evidence = String::new();
    let contact_row = |contact: Option<i64>| contact.map(Param::Integer).ok_or(DatabaseError::Shape { column: 0 });
    for event in events {
        match event {
            Event::ContactOpened { uuid, person } => {
                let [country, region, relation, born] = columns_of(person);
                contact = Some(inserted(
                    tx,
                    "INSERT INTO contact (uuid, created_at, country, region, relation, born) VALUES (?, ?, ?, ?, ?, ?)
                     RETURNING id",
                    &[Param::Text(&uuid.to_string()), now, country, region, relation, born],
                )?);
            }
            Event::PersonLearned { person, anew } => learned(tx, contact_row(contact)?, person, *anew)?,
            Event::ExternalIdAdded(external) => tx.execute(
                "INSERT INTO external_id (value, contact, created_at) VALUES (?, ?, ?)",
                &[Param::Text(external.as_str()), contact_row(contact)?, now],
            )?,
            Event::AddressAdded { address, assurance, linked } => {
                let pseudonym = link::written(&shop.pseudonym(address.kind(), address.key()));
                let row = inserted(
                    tx,
                    "INSERT INTO address (contact, kind, match_key, value, assurance, created_at, pseudonym, linked)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    &[
                        contact_row(contact)?,
                        Param::Text(address.kind().as_str()),
                        Param::Text(address.key()),
                        Param::Text(address.given()),
                        Param::Text(assurance.as_str()),
                        now,
                        Param::Text(&pseudonym),
                        Param::Integer((*linked).into()),
                    ],
                )?;
                addresses.push((address.kind(), row));
            }
            Event::AddressVouched { id, assurance, linked } => tx.execute(
                "UPDATE address SET assurance = ?, linked = max(linked, ?) WHERE id = ?",
                &[Param::Text(assurance.as_str()), Param::Integer((*linked).into()), Param::Integer(*id)],
            )?,
            Event::Submitted(submission) => {
                evidence = submission.id.to_string();
                submitted(tx, submission, &evidence, contact_row(contact)?, now)?;
            }
            Event::Recorded { on, track, evidence: shown } => {
                let address = addresses.iter().find(|(kind, _)| kind == on).map(|(_, row)| *row);
                let address = address.ok_or(DatabaseError::Shape { column: 0 })?;
                recorded(tx, address, track, &evidence, shown)?;
                track::keep(tx, address, track)?;
            }
        }
    }
    Ok(())
}

/// Country, region, relation and date of birth.
fn columns_of(person: &PersonFacts) -> [Param<'_>; 4] {
    [
        person.country.as_ref().map(CountryCode::as_str),
        person.region.as_ref().map(RegionCode::as_str),
        person.relation.map(Relation::as_str),
        person.born.as_ref().map(BirthDate::as_str),
    ]
    .map(Param::text_or_null)
}

/// What was not said stays as it was, and so does what was known, unless it is said `anew`. A region goes with its country.
pub(super) fn learned<D: Database>(
    tx: &D,
    contact: Param<'_>,
    person: &PersonFacts,
    anew: bool,
) -> Result<(), DatabaseError> {
    let [country, region, relation, born] = columns_of(person);
    let (places, others) = if anew {
        (
            "UPDATE contact SET region = CASE WHEN ? IS NULL AND country = ? THEN region ELSE ? END, country = ? WHERE id = ?",
            "UPDATE contact SET relation = coalesce(?, relation), born = coalesce(?, born) WHERE id = ?",
        )
    } else {
        (
            "UPDATE contact SET region = CASE WHEN ? IS NULL AND country = ? THEN region ELSE ? END, country = ?
             WHERE id = ? AND country IS NULL",
            "UPDATE contact SET relation = coalesce(relation, ?), born = coalesce(born, ?) WHERE id = ?",
        )
    };
    if person.country.is_some() {
        tx.execute(places, &[region, country, region, country, contact])?;
    }
    tx.execute(others, &[relation, born, contact])
}

pub(super) fn inserted<D: Database>(tx: &D, sql: &str, params: &[Param<'_>]) -> Result<i64, DatabaseError> {
    tx.first(sql, params)?.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)
}

pub(super) fn submitted<D: Database>(
    tx: &D,
    submission: &Submission,
    id: &str,
    contact: Param<'_>,
    now: Param<'_>,
) -> Result<(), DatabaseError> {
    let source = &submission.source;
    let notice = submission.notice.as_ref().map_or([""; 4], |notice| {
        [notice.id.as_str(), notice.version.as_str(), notice.locale.as_str(), notice.text_sha256.as_str()]
    });
    let [notice_id, notice_version, notice_locale, notice_sha256] = notice.map(Param::Text);
    if let Some(notice) = &submission.notice {
        words::keep_sent(tx, notice, submission.is_anonymous(), now)?;
    }
    tx.execute(
        "INSERT INTO submission (id, fingerprint, contact, received_at, occurred_at, notice_id, notice_version,
             notice_locale, notice_sha256, source_kind, source_url, source_form, source_module, source_gpc, source_ip,
             source_user_agent)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(id),
            Param::Text(&submission.fingerprint),
            contact,
            now,
            submission.occurred_at.map_or(Param::Null, |at| Param::Integer(at.millis())),
            notice_id,
            notice_version,
            notice_locale,
            notice_sha256,
            Param::Text(source.kind.as_str()),
            Param::text_or_null(source.url.as_ref().map(|url| url.as_str())),
            Param::text_or_null(source.form.as_ref().map(|form| form.as_str())),
            Param::text_or_null(source.module.as_ref().map(|module| module.as_str())),
            Param::Integer(source.gpc.into()),
            Param::text_or_null(source.ip.as_deref()),
            Param::text_or_null(source.user_agent.as_deref()),
        ],
    )
}

pub(super) fn recorded<D: Database>(
    tx: &D,
    address: i64,
    track: &crate::consent::Track,
    submission: &str,
    evidence: &KeptEvidence,
) -> Result<(), DatabaseError> {
    let columns = Columns::of(track);
    let evidence = if evidence.is_empty() { None } else { serde_json::to_string(evidence).ok() };
    tx.execute(
        "INSERT INTO record (id, address, channel, purpose, choice, ground, objection, assurance, effective_at, submission,
             evidence)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&track.record.0.to_string()),
            Param::Integer(address),
            columns.channel(),
            columns.purpose(),
            columns.choice(),
            columns.ground(),
            columns.objection(),
            columns.assurance(),
            columns.effective_at(),
            Param::Text(submission),
            Param::text_or_null(evidence.as_deref()),
        ],
    )
}
