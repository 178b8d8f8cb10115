//! What an erasure does with the customers of connected platforms.

use crate::ledger::store::database::{Database, DatabaseError, Param};

/// Forgets what is known of a person's accounts at connected platforms. Where the connection writes to the platform, the
/// platform's id of the customer alone stays, until the platform has unsubscribed or erased them.
pub(crate) fn forget_remote(tx: &dyn Database, pseudonym: &str) -> Result<(), DatabaseError> {
    for column in ["email", "phone"] {
        tx.execute(
            &format!(
                "UPDATE remote SET email = NULL, phone = NULL, mirror = '{{}}', version = NULL, would = 0, task = 'erase',
                     urgent = 0, due_at = 0, attempts = 0, fault = NULL
                 WHERE {column} = ? AND connection IN (SELECT id FROM connection WHERE mode IN ('export', 'both'))"
            ),
            &[Param::Text(pseudonym)],
        )?;
        tx.execute(&format!("DELETE FROM remote WHERE {column} = ?"), &[Param::Text(pseudonym)])?;
    }
    Ok(())
}
