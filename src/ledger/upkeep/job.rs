//! Background jobs and their due times. Each job is one row, so that neither a crash nor an eviction loses it.

use crate::consent::Timestamp;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The state of a background job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The time at which the job is due.
    pub due_at: Timestamp,
    /// The number of failures since the job last succeeded.
    pub attempts: i64,
}

/// Returns a job by its name; `None` if it never ran.
pub fn job(database: &dyn Database, name: &str) -> Result<Option<Job>, DatabaseError> {
    let row = database.first("SELECT due_at, attempts FROM job WHERE name = ?", &[Param::Text(name)])?;
    row.map(|row| Ok(Job { due_at: row.time(0)?, attempts: row.integer(1)? })).transpose()
}

/// Records that a job has succeeded and is due again at `due_at`.
pub fn finish_job(database: &dyn Database, name: &str, now: Timestamp, due_at: Timestamp) -> Result<(), DatabaseError> {
    database.execute(
        "INSERT INTO job (name, due_at, done_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET due_at = excluded.due_at, done_at = excluded.done_at, attempts = 0",
        &[Param::Text(name), Param::Integer(due_at.millis()), Param::Integer(now.millis())],
    )
}

/// Records that a job has failed and is to be retried at `due_at`.
pub fn postpone_job(database: &dyn Database, name: &str, due_at: Timestamp) -> Result<(), DatabaseError> {
    database.execute(
        "INSERT INTO job (name, due_at, attempts) VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET due_at = excluded.due_at, attempts = attempts + 1",
        &[Param::Text(name), Param::Integer(due_at.millis())],
    )
}
