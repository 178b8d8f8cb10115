//! What earlier versions stored otherwise. A job for each goes through the data once, page by page, after an upgrade.

use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};
use crate::ledger::upkeep::{apart, normalise};

/// Returns whether data of an earlier version waits to be brought into today's form.
pub fn has_earlier_data(database: &dyn Database) -> Result<bool, DatabaseError> {
    Ok(database.first("SELECT 1 FROM job WHERE name IN ('addresses', 'apart')", &[])?.is_some())
}

/// Brings one page of data into today's form. Must be called inside a transaction.
pub fn renew_page(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<(), DatabaseError> {
    // Rows of one address are joined before the addresses are taken apart.
    if normalise::normalise_page(tx, shop, context)? { Ok(()) } else { apart::take_page_apart(tx, shop, context) }
}
