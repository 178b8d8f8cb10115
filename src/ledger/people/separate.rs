//! Separates addresses of one contact that may belong to different persons. A form named both addresses, and anybody
//! may have filled in that form.
//!
//! Earlier versions kept such addresses in one contact. A job takes these contacts apart after an upgrade. What a
//! verified person asks for meanwhile takes apart their own contact first: each address that is not linked becomes a
//! contact of its own. It takes along its records and every opt-out that applied to it. It never gains
//! an opt-in that it did not have, nor what the shop knows about the person who has the other address.

use uuid::Uuid;

use crate::consent::{ActTime, RecordId, Track};
use crate::ledger::people::address::{StoredAddress, named_row};
use crate::ledger::people::contact::{Contact, members};
use crate::ledger::people::rights_log::{ActDetail, Acting, RightsAct};
use crate::ledger::people::{disclosure, rights_log};
use crate::ledger::records::{record, standing};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::evidence::KeptEvidence;
use crate::model::submission::Submission;

/// Separates a verified address from addresses that may belong to somebody else. If it is linked, it keeps the contact
/// and every unlinked address moves to a contact of its own. Otherwise it moves out alone. If no address is linked and
/// the shop has noted something about the contact, every address moves out, because nobody knows whom the note is
/// about. Returns the address as it is afterwards.
pub(crate) fn separate_address(
    tx: &dyn Database,
    shop: &Shop,
    named: &StoredAddress,
    context: &Context<'_>,
) -> Result<StoredAddress, DatabaseError> {
    if is_one_person(tx, named.contact.row)? {
        return Ok(named.clone());
    }
    let noted = noted_of(tx, &named.contact)?;
    let leaving = match (named.linked, noted) {
        (false, Noted::OfLinked | Noted::Nothing) => vec![named.row],
        _ => unlinked(tx, &named.contact)?,
    };
    for address in leaving {
        leave(tx, shop, &named.contact, address, noted, context)?;
    }
    named_row(tx, shop, named.row)?.ok_or(DatabaseError::Shape { column: 0 })
}

/// Takes a contact apart: every address that is not linked moves to a contact of its own. If no address is linked, and
/// the shop has noted nothing about the contact, the first address keeps it.
pub(crate) fn take_apart(
    tx: &dyn Database,
    shop: &Shop,
    contact: &Contact,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let noted = noted_of(tx, contact)?;
    let stays = usize::from(noted == Noted::Nothing);
    for address in unlinked(tx, contact)?.into_iter().skip(stays) {
        leave(tx, shop, contact, address, noted, context)?;
    }
    Ok(())
}

/// Returns whether all addresses of a contact belong to one person: the shop has linked them all, or there is only one.
pub(crate) fn is_one_person(database: &dyn Database, contact: i64) -> Result<bool, DatabaseError> {
    let row = database.first(
        "SELECT count(*) < 2 OR min(linked) = 1 FROM address WHERE contact = ? AND kind <> 'rectified'",
        &[Param::Integer(contact)],
    )?;
    Ok(row.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)? == 1)
}

/// Facts that the shop has noted about a contact beyond what a form stated.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Noted {
    /// Nothing. All facts were stated by the form, about all its addresses.
    Nothing,
    /// The facts are about the person whose addresses the shop has linked.
    OfLinked,
    /// The shop has linked no address, but has corrected, restricted, exported or merged something.
    OfSomebody,
}

fn noted_of(tx: &dyn Database, contact: &Contact) -> Result<Noted, DatabaseError> {
    let row = tx.first(
        "SELECT EXISTS (SELECT 1 FROM address WHERE contact = ?1 AND linked = 1 AND kind <> 'rectified'),
             EXISTS (SELECT 1 FROM rights_act WHERE contact IN (SELECT value FROM json_each(?2)) AND kind <> 'unmerged')",
        &[contact.param(), Param::Text(&members(tx, contact.row)?)],
    )?;
    let row = row.ok_or(DatabaseError::Shape { column: 0 })?;
    Ok(match (row.integer(0)?, row.integer(1)?) {
        (1, _) => Noted::OfLinked,
        (_, 1) => Noted::OfSomebody,
        _ => Noted::Nothing,
    })
}

fn unlinked(tx: &dyn Database, contact: &Contact) -> Result<Vec<i64>, DatabaseError> {
    tx.query(
        "SELECT id FROM address WHERE contact = ? AND linked = 0 AND kind <> 'rectified' ORDER BY id",
        &[contact.param()],
    )?
    .iter()
    .map(|row| row.integer(0))
    .collect()
}

/// Moves an address to a new contact of its own.
fn leave(
    tx: &dyn Database,
    shop: &Shop,
    from: &Contact,
    address: i64,
    noted: Noted,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    // The id tells nobody when the address moved.
    let apart = context.id_at(from.created_at);
    let to = record::inserted(
        tx,
        "INSERT INTO contact (uuid, created_at, country, region, relation, born, claimed, restricted_at)
         SELECT ?1, created_at, iif(?2, country, NULL), iif(?2, region, NULL), iif(?2, relation, NULL), iif(?2, born, NULL),
             iif(?2, claimed, NULL),
             restricted_at FROM contact WHERE id = ?3
         RETURNING id",
        &[
            Param::Text(&apart.to_string()),
            Param::Integer((noted == Noted::Nothing).into()),
            from.param(),
        ],
    )?;
    let opt_outs = standing::wide_noes_of(tx, from.row)?;
    // The old rows of addresses that were corrected into this one move too.
    let gone = tx.query(
        "WITH RECURSIVE chain (id) AS (
             SELECT CAST(?1 AS INTEGER) UNION
             SELECT a.id FROM chain c JOIN address a ON a.contact = ?2 AND a.successor = c.id)
         UPDATE address SET contact = ?3, home = NULL WHERE id IN (SELECT id FROM chain) RETURNING id",
        &[Param::Integer(address), from.param(), Param::Integer(to)],
    )?;
    let gone = gone.iter().map(|row| row.integer(0)).collect::<Result<Vec<_>, _>>()?;
    let (own, others): (Vec<_>, Vec<_>) = opt_outs.into_iter().partition(|(said_by, _)| gone.contains(said_by));
    store_opt_outs(tx, shop, (to, address), others, context)?;
    if let Some(stays) = one_that_stays(tx, from)? {
        store_opt_outs(tx, shop, (from.row, stays), own, context)?;
    }
    disclosure::inherit(tx, from, to)?;
    let detail = ActDetail { contact: Some(apart.to_string()), ..ActDetail::default() };
    rights_log::note(tx, from, RightsAct::Unmerged, &Acting { key: Uuid::nil(), reason: None }, &detail, context)
}

/// Returns an address that stays with the contact, if any.
fn one_that_stays(tx: &dyn Database, contact: &Contact) -> Result<Option<i64>, DatabaseError> {
    let row = tx.first(
        "SELECT id FROM address WHERE contact = ? AND kind <> 'rectified' ORDER BY id LIMIT 1",
        &[contact.param()],
    )?;
    row.map(|row| row.integer(0)).transpose()
}

/// Stores the given opt-outs for an address. An opt-out from all channels applied to the whole contact, through
/// whichever address it came. It still does after the separation.
fn store_opt_outs(
    tx: &dyn Database,
    shop: &Shop,
    (contact, address): (i64, i64),
    opt_outs: Vec<(i64, Track)>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    if opt_outs.is_empty() {
        return Ok(());
    }
    let submission = Submission::entered(shop, "set_apart", None, ActTime::NOW, context)?;
    let id = submission.id.to_string();
    record::submitted(tx, &submission, &id, Param::Integer(contact), context.now)?;
    for (_, no) in opt_outs {
        let kept = Track { record: RecordId(context.next_id()), ..no };
        record::recorded(tx, address, &kept, &id, &KeptEvidence::default())?;
        standing::keep(tx, address, &kept)?;
    }
    Ok(())
}
