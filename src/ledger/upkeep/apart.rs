//! Takes contacts apart that only a form has put together.
//!
//! Earlier versions kept the addresses of one anonymous form in one contact. Anybody may have filled in that form. Today
//! each address for which nobody vouches is a contact of its own.

use crate::ledger::people::contact::Contact;
use crate::ledger::people::separate::take_apart;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::parse_id;

/// The number of contacts that are taken apart in one step.
const PAGE: i64 = 200;

/// Takes the contacts of one page apart. Must be called inside a transaction.
pub(super) fn take_page_apart(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<(), DatabaseError> {
    let Some(place) = tx.first("SELECT place FROM job WHERE name = 'apart'", &[])? else { return Ok(()) };
    let after: i64 = place.parsed(0, |text| text.parse().ok())?;
    let rows = tx.query(
        "SELECT c.id, c.uuid, c.created_at FROM contact c WHERE c.id > ?
             AND EXISTS (SELECT 1 FROM address WHERE contact = c.id AND linked = 0 AND kind <> 'rectified')
             AND (SELECT count(*) FROM address WHERE contact = c.id AND kind <> 'rectified') > 1
         ORDER BY c.id LIMIT CAST(? AS INTEGER)",
        &[Param::Integer(after), Param::Integer(PAGE)],
    )?;
    let mut last = after;
    for row in &rows {
        let contact = Contact { row: row.integer(0)?, uuid: row.parsed(1, parse_id)?, created_at: row.time(2)? };
        take_apart(tx, shop, &contact, context)?;
        last = contact.row;
    }
    if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
        return tx.execute("DELETE FROM job WHERE name = 'apart'", &[]);
    }
    tx.execute("UPDATE job SET place = ? WHERE name = 'apart'", &[Param::Text(&last.to_string())])
}
