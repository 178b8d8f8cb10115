//! Tells the shop what a new version of placet has changed in its ledger.

use serde::Serialize;

use crate::ledger::outbox::event::emit_named;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The data of the event [`EventType::LedgerMigrated`].
#[derive(Serialize)]
struct LedgerMigrated {
    change: &'static str,
    contacts: i64,
}

/// The jobs that count what a migration has changed, and the changes as the event names them.
const CHANGES: [(&str, &str); 2] =
    [("migrated", "wide_opt_outs_are_objections"), ("addresses_told", "addresses_have_one_form")];

/// Emits the event of each migration once, as soon as a webhook wants it.
pub fn tell_migrated(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<(), DatabaseError> {
    for (job, change) in CHANGES {
        let name = Param::Text(job);
        let Some(row) = tx.first("SELECT CAST(place AS INTEGER) FROM job WHERE name = ?", &[name])? else { continue };
        let data = LedgerMigrated { change, contacts: row.integer(0)? };
        if emit_named(tx, shop, EventType::LedgerMigrated, &data, context)?.is_some() {
            tx.execute("DELETE FROM job WHERE name = ?", &[name])?;
        }
    }
    Ok(())
}
