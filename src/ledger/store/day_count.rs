//! Counts by hour, of which a budget adds up the last 24.

use crate::consent::Timestamp;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// An hour in milliseconds.
pub(crate) const HOUR: i64 = 3_600_000;

/// Returns the number of the hour in which budgets are counted.
pub(crate) fn hour_of(now: Timestamp) -> i64 {
    now.millis().div_euclid(HOUR)
}

/// Returns how often something was counted within 24 hours.
pub(crate) fn counted(tx: &dyn Database, name: &str, now: Timestamp) -> Result<i64, DatabaseError> {
    let row = tx.first(
        "SELECT coalesce(sum(count), 0) FROM budget_count WHERE name = ? AND hour > ?",
        &[Param::Text(name), Param::Integer(hour_of(now) - 24)],
    )?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// Counts something once.
pub(crate) fn count(tx: &dyn Database, name: &str, now: Timestamp) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO budget_count (name, hour, count) VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET count = count + 1",
        &[Param::Text(name), Param::Integer(hour_of(now))],
    )
}
