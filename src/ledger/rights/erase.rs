//! Erasure (GDPR Art. 17): deletes everything that identifies a person in one transaction, dependent rows first.
//!
//! The data that stays identifies nobody:
//! - a suppression for each address, a keyed hash that prevents a new subscription (Art. 17(3)(b) and 21(3));
//! - the ids of the submissions as keyed hashes, so that a repeated submission does not bring the person back;
//! - counts by month;
//! - the lines of the audit log, which contain only the id of the contact;
//! - a certificate, signed with the shop's key.
//!
//! [`TABLES`] says of every table what an erasure does with it.

use std::collections::BTreeMap;

use serde::Serialize;
use uuid::Uuid;

use crate::consent::certificate::{Certificate, Issuer, Kept, Requester};
use crate::consent::{AddressKind, Channel, Timestamp};
use crate::json;
use crate::ledger::lists::import::errors::forget_errors_of;
use crate::ledger::outbox::event::emit;
use crate::ledger::people::address;
use crate::ledger::people::contact::{Contact, Lookup, find, members};
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::{notice, suppression};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::{parse_id, time_of_id};
use crate::ledger::store::tables::{Class, TABLES, Tie};
use crate::ledger::sync::erasure::{forget_remote, name_certificate, open_targets};
use crate::model::suppression::SuppressionReason;

/// The origin of an erasure: who requested it, and which API key carried it out.
#[derive(Clone, Copy, Debug)]
pub struct ErasureAsked {
    /// Who requested the erasure.
    pub requested_by: Requester,
    /// The id of the API key.
    pub key: Uuid,
}

/// A certificate of an erasure as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// The id of the certificate.
    pub id: String,
    /// The time of the erasure.
    pub erased_at: Timestamp,
    /// The signed certificate: JWS in compact serialisation.
    pub jws: String,
    /// The recipients to which data of the person was disclosed, by the shop's ids for them.
    pub recipients: Vec<String>,
    /// The external ids that the contact had. Only when it has just been erased: the ledger does not keep them.
    pub external_ids: Vec<String>,
    /// The addresses of the connected platforms that have still to do what the erasure asks of them.
    pub open_targets: Vec<String>,
}

/// Erases a contact and all contacts merged into it. A repeated call by any of their ids changes nothing and returns
/// the same certificate. Returns `None` if the contact was never known.
///
/// # Errors
/// Returns a [`DatabaseError`] if the database fails.
pub fn erase_contact(
    tx: &dyn Database,
    shop: &Shop,
    contact: Uuid,
    asked: &ErasureAsked,
    context: &Context<'_>,
) -> Result<Option<Certified>, DatabaseError> {
    if let Some(done) = certificate_of(tx, contact)? {
        return Ok(Some(done));
    }
    let Some(contact) = find(tx, &Lookup::Id(contact))? else { return Ok(None) };
    let members = members(tx, contact.row)?;
    let suppressions = suppress_addresses(tx, shop, &members, context)?;
    spend_submissions(tx, shop, &members)?;
    let uuids = ids_of(tx, &members)?;
    let recipients = recipients_of(tx, &members)?;
    let external_ids = external_ids_in(tx, &members)?;
    let shared = submissions_touched(tx, &members)?;
    forget_links(tx, shop, &members, &uuids)?;
    for name in pseudonyms_of(tx, shop, &members)? {
        forget_remote(tx, &name)?;
    }
    let mut deleted = empty(tx, &members, &uuids)?;
    *deleted.entry("submission".to_owned()).or_default() += drop_bare_submissions(tx, shop, &shared)?;
    let certified = certify(tx, shop, &contact, &uuids, (deleted, suppressions, recipients), asked, context)?;
    announce(tx, shop, &contact, &certified, context)?;
    Ok(Some(Certified { external_ids, ..certified }))
}

/// Deletes a contact that nobody has proven. Nothing of it is kept: no suppression, no certificate, no count. An account with
/// its address at a connected platform is somebody's own, so it stays as it is.
pub(crate) fn forget_contact(tx: &dyn Database, shop: &Shop, contact: i64) -> Result<(), DatabaseError> {
    let members = serde_json::to_string(&[contact]).map_err(|_| DatabaseError::Json)?;
    let uuids = ids_of(tx, &members)?;
    let shared = submissions_touched(tx, &members)?;
    forget_links(tx, shop, &members, &uuids)?;
    empty(tx, &members, &uuids)?;
    drop_bare_submissions(tx, shop, &shared)?;
    Ok(())
}

fn announce(
    tx: &dyn Database,
    shop: &Shop,
    contact: &Contact,
    certified: &Certified,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    #[derive(Serialize)]
    struct Data<'a> {
        contact: String,
        certificate: &'a str,
    }
    let data = Data { contact: contact.uuid.to_string(), certificate: &certified.id };
    emit(tx, shop, EventType::ContactErased, &data, context)
}

/// Deletes the messages that wait to be sent to the person, and the personal data in the person's subject requests. The
/// shop must be able to show that each request was made and answered (11 CCR § 7101), so this stays.
fn forget_links(tx: &dyn Database, shop: &Shop, members: &str, uuids: &[String]) -> Result<(), DatabaseError> {
    let forget = "UPDATE subject_request SET to_value = NULL, details = NULL, pseudonym = NULL WHERE";
    for uuid in uuids {
        tx.execute(&format!("{forget} subject = ?"), &[Param::Text(uuid)])?;
    }
    for name in pseudonyms_of(tx, shop, members)? {
        tx.execute("DELETE FROM message WHERE pseudonym = ?", &[Param::Text(&name)])?;
        tx.execute(&format!("{forget} pseudonym = ?"), &[Param::Text(&name)])?;
    }
    Ok(())
}

fn pseudonyms_of(database: &dyn Database, shop: &Shop, members: &str) -> Result<Vec<String>, DatabaseError> {
    let rows = database.query(
        "SELECT a.kind, a.match_key FROM json_each(?) m CROSS JOIN address a ON a.contact = m.value",
        &[Param::Text(members)],
    )?;
    let mut names = Vec::new();
    for row in &rows {
        if let Some(kind) = AddressKind::parse(row.text(0)?) {
            names.push(address::written(&shop.pseudonym(kind, row.text(1)?)));
        }
    }
    Ok(names)
}

/// Returns the certificate of an erasure by the id that the contact had. `None` if there is none.
pub fn certificate_of(database: &dyn Database, contact: Uuid) -> Result<Option<Certified>, DatabaseError> {
    let row = database.first(
        "SELECT c.id, c.erased_at, c.jws, c.recipients FROM erased_contact e JOIN certificate c ON c.id = e.certificate WHERE e.uuid = ?",
        &[Param::Text(&contact.to_string())],
    )?;
    row.map(|row| {
        Ok(Certified {
            id: row.text(0)?.to_owned(),
            erased_at: row.time(1)?,
            jws: row.text(2)?.to_owned(),
            recipients: row.parsed(3, |text| json::read(text))?,
            external_ids: Vec::new(),
            open_targets: open_targets(database, row.text(0)?)?,
        })
    })
    .transpose()
}

/// Selects the row ids of the addresses of contacts. The statement binds the row ids of the contacts as a JSON array.
const ADDRESSES: &str = "(SELECT a.id FROM json_each(?) m CROSS JOIN address a ON a.contact = m.value)";

/// Suppresses each address. A phone number that has stopped a channel also gets a suppression of that channel with the
/// reason `asked`: after the erasure nothing else prevents a form from having the number asked to confirm. Returns the
/// number of suppressions.
fn suppress_addresses(
    tx: &dyn Database,
    shop: &Shop,
    members: &str,
    context: &Context<'_>,
) -> Result<u64, DatabaseError> {
    let rows = tx.query(
        "SELECT a.kind, a.match_key, a.id FROM json_each(?) m CROSS JOIN address a ON a.contact = m.value",
        &[Param::Text(members)],
    )?;
    let mut kept = 0;
    for row in &rows {
        let (kind, key) = (AddressKind::parse(row.text(0)?), row.text(1)?);
        let (hash, since) = match kind {
            Some(kind) => (suppression::hash_of(shop, kind, key), context.now),
            None => corrected(key, context.now),
        };
        suppression::store_hash(tx, &hash, None, (SuppressionReason::Erased, since), context)?;
        forget_errors_of(tx, &hash)?;
        kept += 1;
        if kind == Some(AddressKind::Phone) {
            let standing = standing_of(tx, row.integer(2)?)?;
            let own = Channel::ALL.iter().filter(|channel| channel.address_kind() == AddressKind::Phone);
            for channel in own.filter(|channel| standing.has_stopped(**channel)) {
                let asked = (SuppressionReason::Asked, context.now);
                suppression::store_hash(tx, &hash, Some(*channel), asked, context)?;
                kept += 1;
            }
        }
    }
    Ok(kept)
}

/// Returns the hash of an address that was corrected, and the time of the correction. The address has not been the
/// person's since then, and its present owner may have opted in since.
fn corrected(key: &str, now: Timestamp) -> (String, Timestamp) {
    let (hash, id) = key.split_once(' ').unwrap_or((key, ""));
    (hash.to_owned(), parse_id(id).map_or(now, time_of_id))
}

/// Stores the ids of the submissions as keyed hashes. The ledger recognizes a repeated submission by its hash, so the
/// repetition does not bring the person back.
fn spend_submissions(tx: &dyn Database, shop: &Shop, members: &str) -> Result<(), DatabaseError> {
    let rows = tx.query(
        "SELECT s.id, s.received_at FROM json_each(?) m CROSS JOIN submission s ON s.contact = m.value",
        &[Param::Text(members)],
    )?;
    rows.iter().try_for_each(|row| spend(tx, shop, row))
}

/// Stores the keyed hash of the id of a submission, with its time of receipt.
fn spend(tx: &dyn Database, shop: &Shop, row: &Row) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO spent_submission (hash, received_at) VALUES (?, ?) ON CONFLICT DO NOTHING",
        &[Param::Text(&shop.secret.submission_hash(row.text(0)?)), Param::Integer(row.integer(1)?)],
    )
}

fn ids_of(tx: &dyn Database, members: &str) -> Result<Vec<String>, DatabaseError> {
    tx.query("SELECT c.uuid FROM json_each(?) m CROSS JOIN contact c ON c.id = m.value", &[Param::Text(members)])?
        .iter()
        .map(|row| row.text(0).map(str::to_owned))
        .collect()
}

/// Returns the external ids of a contact, which an erasure deletes together: those of all accounts with its addresses.
/// `None` if the contact is unknown.
pub fn external_ids_of(database: &dyn Database, contact: Uuid) -> Result<Option<Vec<String>>, DatabaseError> {
    let Some(contact) = find(database, &Lookup::Id(contact))? else { return Ok(None) };
    external_ids_in(database, &members(database, contact.row)?).map(Some)
}

fn external_ids_in(database: &dyn Database, members: &str) -> Result<Vec<String>, DatabaseError> {
    database
        .query(
            "SELECT e.value FROM json_each(?) m CROSS JOIN external_id e ON e.contact = m.value ORDER BY 1",
            &[Param::Text(members)],
        )?
        .iter()
        .map(|row| row.text(0).map(str::to_owned))
        .collect()
}

/// Deletes the rows of the person and returns the number of deleted rows for each table.
fn empty(tx: &dyn Database, members: &str, uuids: &[String]) -> Result<BTreeMap<String, u64>, DatabaseError> {
    let ids = serde_json::to_string(uuids).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "UPDATE contact SET merged_into = NULL WHERE id IN (SELECT value FROM json_each(?))",
        &[Param::Text(members)],
    )?;
    let mut deleted = BTreeMap::new();
    for (table, class) in TABLES {
        let (rows, bound) = match class {
            Class::Deleted(Tie::AddressRow) => (format!("address IN {ADDRESSES}"), members),
            Class::Deleted(Tie::ContactRow) => ("contact IN (SELECT value FROM json_each(?))".into(), members),
            Class::Deleted(Tie::ContactId) => ("contact IN (SELECT value FROM json_each(?))".into(), &*ids),
            Class::Deleted(Tie::Contact) => ("id IN (SELECT value FROM json_each(?))".into(), members),
            // `forget_links`, `forget_errors_of` and `notice` find these by other ways.
            _ => continue,
        };
        if *table == "submission" {
            pass_on_submissions(tx, members)?;
            let own = tx.first(
                "SELECT json_group_array(id) FROM submission WHERE contact IN (SELECT value FROM json_each(?))",
                &[Param::Text(members)],
            )?;
            notice::delete_unused(tx, own.ok_or(DatabaseError::Shape { column: 0 })?.text(0)?)?;
        }
        let gone = tx.query(&format!("DELETE FROM {table} WHERE {rows} RETURNING 1"), &[Param::Text(bound)])?;
        deleted.insert((*table).to_owned(), gone.len() as u64);
    }
    Ok(deleted)
}

/// Moves submissions to another contact if they also contain a record about an address of that contact.
fn pass_on_submissions(tx: &dyn Database, members: &str) -> Result<(), DatabaseError> {
    let of_others = "(SELECT a.contact FROM record r JOIN address a ON a.id = r.address WHERE r.submission = submission.id LIMIT 1)";
    tx.execute(
        &format!(
            "UPDATE submission SET contact = {of_others}
             WHERE contact IN (SELECT value FROM json_each(?)) AND {of_others} IS NOT NULL"
        ),
        &[Param::Text(members)],
    )
}

/// Returns the recipients that the shop has to inform under GDPR Art. 19. They must be read before the erasure deletes
/// them.
fn recipients_of(tx: &dyn Database, members: &str) -> Result<Vec<String>, DatabaseError> {
    tx.query(
        "SELECT DISTINCT recipient FROM disclosure WHERE contact IN (SELECT value FROM json_each(?)) ORDER BY 1",
        &[Param::Text(members)],
    )?
    .iter()
    .map(|row| row.text(0).map(str::to_owned))
    .collect()
}

/// Returns the submissions that contain a record about an address of the person, whichever contact they belong to, as a
/// JSON array of ids.
fn submissions_touched(tx: &dyn Database, members: &str) -> Result<String, DatabaseError> {
    let row = tx.first(
        &format!("SELECT json_group_array(DISTINCT submission) FROM record WHERE address IN {ADDRESSES}"),
        &[Param::Text(members)],
    )?;
    Ok(row.ok_or(DatabaseError::Shape { column: 0 })?.text(0)?.to_owned())
}

/// Deletes submissions of other contacts that were about this person only, and returns their number.
fn drop_bare_submissions(tx: &dyn Database, shop: &Shop, touched: &str) -> Result<u64, DatabaseError> {
    let bare = tx.query(
        "SELECT s.id, s.received_at FROM json_each(?) t CROSS JOIN submission s ON s.id = t.value
         WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.submission = s.id)",
        &[Param::Text(touched)],
    )?;
    let ids = bare.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
    notice::delete_unused(tx, &serde_json::to_string(&ids).map_err(|_| DatabaseError::Json)?)?;
    for row in &bare {
        spend(tx, shop, row)?;
        tx.execute("DELETE FROM submission WHERE id = ?", &[Param::Text(row.text(0)?)])?;
    }
    Ok(bare.len() as u64)
}

#[allow(clippy::too_many_arguments, reason = "what a certificate says")]
fn certify(
    tx: &dyn Database,
    shop: &Shop,
    contact: &Contact,
    uuids: &[String],
    (deleted, suppressions, recipients): (BTreeMap<String, u64>, u64, Vec<String>),
    asked: &ErasureAsked,
    context: &Context<'_>,
) -> Result<Certified, DatabaseError> {
    let id = context.next_id().to_string();
    let certificate = Certificate {
        version: Certificate::VERSION,
        id: id.clone(),
        shop: Issuer { id: shop.id.clone(), name: shop.settings.name.as_str().to_owned() },
        contact: contact.uuid.to_string(),
        erased_at: context.now.to_string(),
        requested_by: asked.requested_by,
        key: asked.key.to_string(),
        deleted,
        kept: Kept { suppressions, counters: true },
    };
    let recipients_json = serde_json::to_string(&recipients).map_err(|_| DatabaseError::Json)?;
    let jws = certificate.signed(&shop.secret.signing_key()).map_err(|_| DatabaseError::Shape { column: 0 })?;
    tx.execute(
        "INSERT INTO certificate (id, erased_at, jws, recipients) VALUES (?, ?, ?, ?)",
        &[Param::Text(&id), Param::Integer(context.now.millis()), Param::Text(&jws), Param::Text(&recipients_json)],
    )?;
    for uuid in uuids {
        tx.execute(
            "INSERT INTO erased_contact (uuid, certificate) VALUES (?, ?)",
            &[Param::Text(uuid), Param::Text(&id)],
        )?;
    }
    name_certificate(tx, &id)?;
    let open_targets = open_targets(tx, &id)?;
    Ok(Certified { id, erased_at: context.now, jws, recipients, external_ids: Vec::new(), open_targets })
}
