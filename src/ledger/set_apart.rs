//! Addresses of one contact of which nobody has said that they are one person's: a form named both, and anybody may have typed it.
//!
//! They stay together until one of them is proven and has to be answered. Then each that is not linked becomes a contact of its
//! own, with all that was said by it and every no that bore on it; never with a yes that it had not, nor with what the shop
//! knows of the person whose the other one is.

use uuid::Uuid;

use super::contact::Contact;
use super::evidence::KeptEvidence;
use super::link::{Named, named_row};
use super::rights::{self, ActDetail, Acting, RightsAct};
use super::shop::Shop;
use super::submission::Submission;
use super::{Database, DatabaseError, Moment, Param, disclosure, track, write};
use crate::consent::{RecordId, Track};

/// Parts a proven address from whatever may be somebody else's. One that is linked keeps the contact, and the others leave it; one
/// that is not leaves by itself. Tells the address as it is then.
///
/// # Errors
/// Those of the database.
pub(super) fn set_apart<D: Database>(
    tx: &D,
    shop: &Shop,
    named: &Named,
    moment: &Moment<'_>,
) -> Result<Named, DatabaseError> {
    if is_one_person(tx, named.contact.row)? {
        return Ok(named.clone());
    }
    let leaving = if named.linked { unlinked(tx, &named.contact)? } else { vec![named.row] };
    for address in leaving {
        leave(tx, shop, &named.contact, address, moment)?;
    }
    named_row(tx, shop, named.row)?.ok_or(DatabaseError::Shape { column: 0 })
}

/// Whether all addresses of a contact are of one person, as far as the shop has said so; one alone is.
pub(super) fn is_one_person<D: Database>(database: &D, contact: i64) -> Result<bool, DatabaseError> {
    let row = database.first(
        "SELECT count(*) < 2 OR min(linked) = 1 FROM address WHERE contact = ? AND kind <> 'rectified'",
        &[Param::Integer(contact)],
    )?;
    Ok(row.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)? == 1)
}

fn unlinked<D: Database>(tx: &D, contact: &Contact) -> Result<Vec<i64>, DatabaseError> {
    tx.query(
        "SELECT id FROM address WHERE contact = ? AND linked = 0 AND kind <> 'rectified' ORDER BY id",
        &[contact.param()],
    )?
    .iter()
    .map(|row| row.integer(0))
    .collect()
}

/// Makes an address a contact by itself.
fn leave<D: Database>(
    tx: &D,
    shop: &Shop,
    from: &Contact,
    address: i64,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let linked = tx.first(
        "SELECT 1 FROM address WHERE contact = ? AND linked = 1 AND kind <> 'rectified' LIMIT 1",
        &[from.param()],
    )?;
    // What the shop knows is of the person whose address it has linked. Where it has linked none, the form has said it of both.
    let is_theirs = linked.is_none();
    let apart = moment.next_id();
    let to = write::inserted(
        tx,
        "INSERT INTO contact (uuid, created_at, country, region, relation, born, restricted_at, restriction_reason)
         SELECT ?1, created_at, iif(?2, country, NULL), iif(?2, region, NULL), iif(?2, relation, NULL), iif(?2, born, NULL),
             restricted_at, iif(?2, restriction_reason, NULL) FROM contact WHERE id = ?3
         RETURNING id",
        &[Param::Text(&apart.to_string()), Param::Integer(is_theirs.into()), from.param()],
    )?;
    // With it go those that were corrected into it.
    tx.execute(
        "WITH RECURSIVE chain (id) AS (
             SELECT CAST(?1 AS INTEGER) UNION
             SELECT a.id FROM chain c JOIN address a ON a.contact = ?2 AND a.successor = c.id)
         UPDATE address SET contact = ?3, home = NULL WHERE id IN (SELECT id FROM chain)",
        &[Param::Integer(address), from.param(), Param::Integer(to)],
    )?;
    keep_noes(tx, shop, from, (to, address), moment)?;
    disclosure::copy(tx, from, to, !is_theirs)?;
    let detail = ActDetail { contact: Some(apart.to_string()), ..ActDetail::default() };
    rights::note(tx, from, RightsAct::Unmerged, &Acting { key: Uuid::nil(), reason: None }, &detail, moment)
}

/// A no of every channel bore on the whole contact, whichever address it was said by. It still does.
fn keep_noes<D: Database>(
    tx: &D,
    shop: &Shop,
    from: &Contact,
    (to, address): (i64, i64),
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let noes = track::wide_noes_of(tx, from.row)?;
    if noes.is_empty() {
        return Ok(());
    }
    let submission = Submission::entered(shop, "set_apart", None, None, moment)?;
    let id = submission.id.to_string();
    write::submitted(tx, &submission, &id, Param::Integer(to), Param::Integer(moment.now.millis()))?;
    for no in noes {
        let kept = Track { record: RecordId(moment.next_id()), ..no };
        write::recorded(tx, address, &kept, &id, &KeptEvidence::default())?;
        track::keep(tx, address, &kept)?;
    }
    Ok(())
}
