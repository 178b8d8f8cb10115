//! What runs by itself, and when: one row a job, so that neither a crash nor an eviction makes it forgotten.

use crate::consent::Timestamp;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// How far a job has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// When it is to run.
    pub due_at: Timestamp,
    /// How often it has failed since it last was done.
    pub attempts: i64,
}

/// A job by its name; `None` where it never ran.
///
/// # Errors
/// Those of the database.
pub fn job(database: &dyn Database, name: &str) -> Result<Option<Job>, DatabaseError> {
    let row = database.first("SELECT due_at, attempts FROM job WHERE name = ?", &[Param::Text(name)])?;
    row.map(|row| Ok(Job { due_at: row.time(0)?, attempts: row.integer(1)? })).transpose()
}

/// Notes that a job is done until `due_at`.
///
/// # Errors
/// Those of the database.
pub fn finish_job(database: &dyn Database, name: &str, now: Timestamp, due_at: Timestamp) -> Result<(), DatabaseError> {
    database.execute(
        "INSERT INTO job (name, due_at, done_at) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET due_at = excluded.due_at, done_at = excluded.done_at, attempts = 0",
        &[Param::Text(name), Param::Integer(due_at.millis()), Param::Integer(now.millis())],
    )
}

/// Notes that a job has failed and is to be tried again at `due_at`.
///
/// # Errors
/// Those of the database.
pub fn postpone_job(database: &dyn Database, name: &str, due_at: Timestamp) -> Result<(), DatabaseError> {
    database.execute(
        "INSERT INTO job (name, due_at, attempts) VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET due_at = excluded.due_at, attempts = attempts + 1",
        &[Param::Text(name), Param::Integer(due_at.millis())],
    )
}
