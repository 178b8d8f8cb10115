//! What an erasure does with the customers of connected platforms.

use crate::ledger::store::database::{Database, DatabaseError, Param};

/// Names the certificate to the customers whom [`forget_remote`] has just left to be erased at their platforms.
pub(crate) fn name_certificate(tx: &dyn Database, certificate: &str) -> Result<(), DatabaseError> {
    tx.execute("UPDATE remote SET erased = ? WHERE erased = ''", &[Param::Text(certificate)])
}

/// Returns the addresses of the platforms that have still to do what an erasure asks of them.
pub(crate) fn open_targets(database: &dyn Database, certificate: &str) -> Result<Vec<String>, DatabaseError> {
    let rows = database.query(
        "SELECT DISTINCT c.base FROM remote r CROSS JOIN connection c ON c.id = r.connection
         WHERE r.erased = ? AND c.settings ->> 'erasure' <> 'nothing'",
        &[Param::Text(certificate)],
    )?;
    rows.iter().map(|row| row.text(0).map(str::to_owned)).collect()
}

/// Forgets what is known of a person's accounts at connected platforms. Where the connection writes to the platform, the
/// platform's id of the customer alone stays, until the platform has unsubscribed or erased them.
pub(crate) fn forget_remote(tx: &dyn Database, pseudonym: &str) -> Result<(), DatabaseError> {
    for column in ["email", "phone"] {
        tx.execute(
            &format!(
                "UPDATE remote SET email = NULL, phone = NULL, mirror = '{{}}', version = NULL, would = 0, task = 'erase',
                     urgent = 0, due_at = 0, attempts = 0, fault = NULL, erased = ''
                 WHERE {column} = ? AND connection IN (SELECT id FROM connection WHERE mode IN ('export', 'both'))"
            ),
            &[Param::Text(pseudonym)],
        )?;
        tx.execute(&format!("DELETE FROM remote WHERE {column} = ?"), &[Param::Text(pseudonym)])?;
    }
    Ok(())
}
