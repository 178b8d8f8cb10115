//! The SQL for submissions: reads the relevant data and writes what was decided.

use std::slice;

use crate::consent::{Address, AddressKind, Assurance, Timestamp};
use crate::ledger::capture::decide::{Event, KnownAddress, KnownContact, KnownData, Receipt};
use crate::ledger::people::address;
use crate::ledger::people::profile::{learned, note_claim, written};
use crate::ledger::records::record::{inserted, recorded, submitted};
use crate::ledger::records::standing;
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;
use crate::model::submission::Submission;

/// Returns the submission that the ledger has recorded under this id, with its fingerprint.
pub(crate) fn earlier(
    database: &dyn Database,
    submission: &Submission,
) -> Result<Option<(String, Receipt)>, DatabaseError> {
    let row = database.first(
        "SELECT s.fingerprint, s.received_at, c.uuid, s.outcomes FROM submission s JOIN contact c ON c.id = s.contact WHERE s.id = ?",
        &[Param::Text(&submission.id.to_string())],
    )?;
    row.map(|row| {
        let contact = Some(row.parsed(2, parse_id)?);
        let outcomes = row.optional_text(3)?.map(str::to_owned);
        let receipt = Receipt::new(submission.id, row.time(1)?, contact);
        Ok((row.text(0)?.to_owned(), Receipt { repeated: Some(outcomes), ..receipt }))
    })
    .transpose()
}

/// Returns the time at which the ledger received the submission with this id, if the person has been erased since.
pub(crate) fn erased_submission(
    database: &dyn Database,
    shop: &Shop,
    submission: &Submission,
) -> Result<Option<Timestamp>, DatabaseError> {
    let row = database.first(
        "SELECT received_at FROM spent_submission WHERE hash = ?",
        &[Param::Text(&shop.secret.submission_hash(&submission.id.to_string()))],
    )?;
    row.map(|row| row.time(0)).transpose()
}

/// Reads the data in the ledger about the person in a submission.
pub(crate) fn known(database: &dyn Database, submission: &Submission) -> Result<KnownData, DatabaseError> {
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
    Ok(KnownData { addresses, by_external })
}

fn known_address(database: &dyn Database, address: &Address) -> Result<Option<KnownAddress>, DatabaseError> {
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

/// Writes the events of one submission. Must be called inside a transaction.
pub(crate) fn apply(
    tx: &dyn Database,
    shop: &Shop,
    contact: Option<i64>,
    known: &[KnownAddress],
    events: &[Event<'_>],
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let (received_at, now) = (now, Param::Integer(now.millis()));
    // The database assigns row ids on the way. An event that needs one comes after the event that creates it.
    let mut contact = contact;
    let mut addresses: Vec<(AddressKind, i64)> = known.iter().map(|address| (address.kind, address.id)).collect();
    let mut evidence = String::new();
    let contact_row = |contact: Option<i64>| contact.map(Param::Integer).ok_or(DatabaseError::Shape { column: 0 });
    for event in events {
        match event {
            Event::ContactOpened { uuid, claimed } => {
                let claimed = claimed.as_ref().map(|facts| written(slice::from_ref(facts))).transpose()?;
                contact = Some(inserted(
                    tx,
                    "INSERT INTO contact (uuid, created_at, claimed) VALUES (?, ?, ?) RETURNING id",
                    &[Param::Text(&uuid.to_string()), now, Param::text_or_null(claimed.as_deref())],
                )?);
            }
            Event::PersonClaimed(facts) => note_claim(tx, contact_row(contact)?, facts)?,
            Event::PersonLearned { person, anew } => learned(tx, contact_row(contact)?, person, *anew)?,
            Event::ExternalIdAdded(external) => tx.execute(
                "INSERT INTO external_id (value, contact, created_at) VALUES (?, ?, ?)",
                &[Param::Text(external.as_str()), contact_row(contact)?, now],
            )?,
            Event::AddressAdded { address, assurance, linked, vouched_at } => {
                let pseudonym = address::written(&shop.pseudonym(address.kind(), address.key()));
                let row = inserted(
                    tx,
                    "INSERT INTO address (contact, kind, match_key, value, assurance, created_at, pseudonym, linked,
                         vouched_at)
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                    &[
                        contact_row(contact)?,
                        Param::Text(address.kind().as_str()),
                        Param::Text(address.key()),
                        Param::Text(address.given()),
                        Param::Text(assurance.as_str()),
                        now,
                        Param::Text(&pseudonym),
                        Param::Integer((*linked).into()),
                        vouched_at.map_or(Param::Null, |at| Param::Integer(at.millis())),
                    ],
                )?;
                addresses.push((address.kind(), row));
            }
            Event::AddressVouched { id, assurance, linked, vouched_at } => tx.execute(
                "UPDATE address SET assurance = ?1, linked = max(linked, ?2),
                     vouched_at = nullif(max(coalesce(vouched_at, 0), coalesce(?3, 0)), 0)
                 WHERE id = ?4",
                &[
                    Param::Text(assurance.as_str()),
                    Param::Integer((*linked).into()),
                    vouched_at.map_or(Param::Null, |at| Param::Integer(at.millis())),
                    Param::Integer(*id),
                ],
            )?,
            Event::Submitted(submission) => {
                evidence = submission.id.to_string();
                submitted(tx, submission, &evidence, contact_row(contact)?, received_at)?;
            }
            Event::Recorded { on, track, evidence: shown } => {
                let address = addresses.iter().find(|(kind, _)| kind == on).map(|(_, row)| *row);
                let address = address.ok_or(DatabaseError::Shape { column: 0 })?;
                recorded(tx, address, track, &evidence, shown)?;
                standing::keep(tx, address, track)?;
            }
        }
    }
    Ok(())
}
