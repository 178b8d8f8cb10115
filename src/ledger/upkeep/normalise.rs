//! Gives every address its normal form.
//!
//! Earlier versions stored some writings of one address as different addresses: a number with a trunk zero behind its
//! country code, in the other form of WhatsApp, or with the `.0` of a spreadsheet as a digit. An opt-out by one writing did
//! not end an opt-in by another. The job goes through all addresses once, page by page. If a row has another form than
//! the same text has today, it gets that form. If another row has that form already, the two are joined: all records
//! belong to one address then, and the law of standings decides as if they always had. So an opt-out counts against every
//! opt-in that was not given later.

use crate::consent::{Address, AddressKind, PhoneNumber};
use crate::ledger::people::address::{StoredAddress, find_verified_address, named_row, written};
use crate::ledger::people::contact::{Contact, Lookup};
use crate::ledger::people::merge::{MergeError, merge_contacts};
use crate::ledger::people::rights_log::Acting;
use crate::ledger::records::suppression;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The number of addresses that are looked at in one step.
const PAGE: i64 = 500;

/// How far the job has come: the row id of the last address, and the number of addresses that got another form.
type Place = (i64, i64);

fn place_of(database: &dyn Database) -> Result<Option<Place>, DatabaseError> {
    let row = database.first("SELECT place FROM job WHERE name = 'addresses'", &[])?;
    row.map(|row| row.parsed(0, |text| crate::json::read(text))).transpose()
}

/// Gives the addresses of one page their normal form. Returns whether there was a page.
pub(super) fn normalise_page(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<bool, DatabaseError> {
    let Some((after, mut changed)) = place_of(tx)? else { return Ok(false) };
    let rows = tx.query(
        "SELECT id, kind, match_key, value FROM address WHERE id > ? ORDER BY id LIMIT CAST(? AS INTEGER)",
        &[Param::Integer(after), Param::Integer(PAGE)],
    )?;
    let is_anybody_suppressed = tx.first("SELECT 1 FROM suppression LIMIT 1", &[])?.is_some();
    let mut last = after;
    for row in &rows {
        last = row.integer(0)?;
        // The kind `rectified` is not a kind of address.
        let Some(kind) = AddressKind::parse(row.text(1)?) else { continue };
        let Some(right) = right_form(kind, row.text(3)?) else { continue };
        if is_anybody_suppressed {
            adopt_suppressions(tx, shop, &right, context)?;
        }
        if right.key() != row.text(2)? {
            let Some(wrong) = named_row(tx, shop, last)? else { continue };
            normalise(tx, shop, &wrong, row.text(2)?, &right, context)?;
            changed += 1;
        } else if right.given() != row.text(3)? {
            tx.execute(
                "UPDATE address SET value = ? WHERE id = ?",
                &[Param::Text(right.given()), Param::Integer(last)],
            )?;
        }
    }
    if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
        tx.execute("DELETE FROM job WHERE name = 'addresses'", &[])?;
        if changed > 0 {
            tx.execute(
                "INSERT INTO job (name, due_at, place) VALUES ('addresses_told', 0, ?)",
                &[Param::Text(&changed.to_string())],
            )?;
        }
        return Ok(true);
    }
    let place = serde_json::to_string(&(last, changed)).map_err(|_| DatabaseError::Json)?;
    tx.execute("UPDATE job SET place = ? WHERE name = 'addresses'", &[Param::Text(&place)])?;
    Ok(true)
}

fn right_form(kind: AddressKind, value: &str) -> Option<Address> {
    match kind {
        AddressKind::Phone => PhoneNumber::stored_earlier(value).map(Address::Phone),
        _ => Address::parse(kind, value),
    }
}

/// Copies suppressions of earlier writings of a number to the number. Nothing else is known of them but a hash.
fn adopt_suppressions(
    tx: &dyn Database,
    shop: &Shop,
    right: &Address,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Address::Phone(number) = right else { return Ok(()) };
    let own = suppression::hash_of(shop, AddressKind::Phone, right.key());
    for key in number.earlier_keys() {
        suppression::copy_to(tx, &suppression::hash_of(shop, AddressKind::Phone, &key), &own, context)?;
    }
    Ok(())
}

/// Gives one address its normal form.
fn normalise(
    tx: &dyn Database,
    shop: &Shop,
    wrong: &StoredAddress,
    wrong_key: &str,
    right: &Address,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let kind = right.kind();
    let [from, to] = [wrong_key, right.key()].map(|key| suppression::hash_of(shop, kind, key));
    suppression::copy_to(tx, &from, &to, context)?;
    let [former, pseudonym] = [wrong_key, right.key()].map(|key| written(&shop.pseudonym(kind, key)));
    for table in ["message", "subject_request"] {
        tx.execute(
            &format!(
                "UPDATE {table} SET pseudonym = ?1, to_value = iif(to_value IS NULL, NULL, ?2) WHERE pseudonym = ?3"
            ),
            &[Param::Text(&pseudonym), Param::Text(right.given()), Param::Text(&former)],
        )?;
    }
    let row = match find_verified_address(tx, shop, right)? {
        Some(found) => {
            join(tx, wrong, &found, context)?;
            found.row
        }
        None => {
            tx.execute(
                "UPDATE address SET match_key = ?, value = ?, pseudonym = ? WHERE id = ?",
                &[
                    Param::Text(right.key()),
                    Param::Text(right.given()),
                    Param::Text(&pseudonym),
                    Param::Integer(wrong.row),
                ],
            )?;
            wrong.row
        }
    };
    tx.execute(
        "INSERT INTO former_pseudonym (pseudonym, address) VALUES (?, ?) ON CONFLICT DO UPDATE SET address = excluded.address",
        &[Param::Text(&former), Param::Integer(row)],
    )
}

/// Joins two rows of one address. The contact of the row with the normal form stays, unless nobody has vouched for it and
/// the shop has vouched for the other.
fn join(
    tx: &dyn Database,
    wrong: &StoredAddress,
    right: &StoredAddress,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    if wrong.contact != right.contact {
        let is_better = wrong.linked && !right.linked && is_alone(tx, &right.contact)?;
        let (stays, goes) = if is_better { (wrong, right) } else { (right, wrong) };
        if is_alone(tx, &goes.contact)? {
            let by = Acting { key: uuid::Uuid::nil(), reason: None };
            let merged = merge_contacts(tx, stays.contact(), &Lookup::Id(goes.contact()), &by, context);
            if let Err(MergeError::Database(error)) = merged {
                return Err(error);
            }
        }
    }
    let rows = [Param::Integer(right.row), Param::Integer(wrong.row)];
    for (columns, table) in MOVED {
        tx.execute(
            &format!(
                "INSERT INTO {table} (address, {columns}) SELECT ?1, {columns} FROM {table} WHERE address = ?2
                 ON CONFLICT DO NOTHING"
            ),
            &rows,
        )?;
    }
    tx.execute(
        "INSERT INTO track (address, channel, purpose, choice, ground, objection, assurance, effective_at, record)
         SELECT ?1, channel, purpose, choice, ground, objection, assurance, effective_at, record FROM track
         WHERE address = ?2
         ON CONFLICT DO UPDATE SET effective_at = excluded.effective_at, record = excluded.record
         WHERE (excluded.effective_at, excluded.record) > (track.effective_at, track.record)",
        &rows,
    )?;
    tx.execute("UPDATE confirmation SET address = ?1 WHERE address = ?2", &rows)?;
    tx.execute("UPDATE former_pseudonym SET address = ?1 WHERE address = ?2", &rows)?;
    tx.execute(
        "UPDATE address SET successor = ?1 WHERE successor = ?2
             AND contact IN (SELECT contact FROM address WHERE id IN (?1, ?2))",
        &rows,
    )?;
    tx.execute(
        "UPDATE address SET linked = max(address.linked, w.linked),
             vouched_at = nullif(max(coalesce(address.vouched_at, 0), coalesce(w.vouched_at, 0)), 0),
             assurance = iif(address.assurance = 'claimed', w.assurance, address.assurance)
         FROM address w WHERE address.id = ?1 AND w.id = ?2",
        &rows,
    )?;
    for table in ["track", "reversal", "record", "damped"] {
        tx.execute(&format!("DELETE FROM {table} WHERE address = ?"), &[Param::Integer(wrong.row)])?;
    }
    tx.execute("DELETE FROM address WHERE id = ?", &[Param::Integer(wrong.row)])
}

/// The rows that move from one address to another unchanged, by their columns.
const MOVED: [(&str, &str); 2] = [
    ("id, channel, purpose, choice, ground, objection, assurance, effective_at, submission, evidence", "record"),
    ("record, at, import", "reversal"),
];

/// Returns whether a contact has one address only.
fn is_alone(tx: &dyn Database, contact: &Contact) -> Result<bool, DatabaseError> {
    let row = tx.first("SELECT count(*) FROM address WHERE contact = ? AND kind <> 'rectified'", &[contact.param()])?;
    Ok(row.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)? == 1)
}
