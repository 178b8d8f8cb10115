//! The row of a customer of a platform.

use crate::consent::Timestamp;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::sync::connection::Connection;
use crate::ledger::sync::mirror::Mirror;

/// The tasks of a customer's row.
pub(crate) const READ: &str = "read";
pub(crate) const ERASE: &str = "erase";

/// The stored row of a customer of the platform.
pub(crate) struct RemoteRow {
    pub(crate) id: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) mirror: Mirror,
    pub(crate) version: Option<Timestamp>,
    pub(crate) task: Option<String>,
    /// The reason why the platform did not accept the last write. It is not repeated until something changes.
    pub(crate) fault: Option<String>,
}

/// Returns the row of a customer.
pub(crate) fn remote_row(
    database: &dyn Database,
    connection: &Connection,
    id: &str,
) -> Result<Option<RemoteRow>, DatabaseError> {
    let row = database.first(
        "SELECT email, phone, mirror, version, task, fault FROM remote WHERE connection = ? AND remote = ?",
        &[Param::Text(&connection.id.to_string()), Param::Text(id)],
    )?;
    row.map(|row| {
        Ok(RemoteRow {
            id: id.to_owned(),
            email: row.optional_text(0)?.map(str::to_owned),
            phone: row.optional_text(1)?.map(str::to_owned),
            mirror: row.parsed(2, |text| crate::json::read(text))?,
            version: if row.is_null(3) { None } else { Some(row.time(3)?) },
            task: row.optional_text(4)?.map(str::to_owned),
            fault: row.optional_text(5)?.map(str::to_owned),
        })
    })
    .transpose()
}

/// Stores the row of a customer.
pub(crate) fn store(tx: &dyn Database, connection: &Connection, row: &RemoteRow) -> Result<(), DatabaseError> {
    let mirror = serde_json::to_string(&row.mirror).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "INSERT INTO remote (connection, remote, email, phone, mirror, version, seen, task, fault)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET email = excluded.email, phone = excluded.phone, mirror = excluded.mirror,
             version = excluded.version, seen = excluded.seen, task = excluded.task, due_at = 0, fault = excluded.fault",
        &[
            Param::Text(&connection.id.to_string()),
            Param::Text(&row.id),
            Param::text_or_null(row.email.as_deref()),
            Param::text_or_null(row.phone.as_deref()),
            Param::Text(&mirror),
            Param::time_or_null(row.version),
            Param::Integer(connection.sweep),
            Param::text_or_null(row.task.as_deref()),
            Param::text_or_null(row.fault.as_deref()),
        ],
    )
}

/// Stores a mirror.
pub(crate) fn store_mirror(
    tx: &dyn Database,
    connection: &Connection,
    id: &str,
    mirror: &Mirror,
) -> Result<(), DatabaseError> {
    let mirror = serde_json::to_string(mirror).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "UPDATE remote SET mirror = ? WHERE connection = ? AND remote = ?",
        &[Param::Text(&mirror), Param::Text(&connection.id.to_string()), Param::Text(id)],
    )
}
