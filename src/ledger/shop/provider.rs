//! The providers that hand in what persons write back, and the secrets that they sign with.

use crate::consent::Timestamp;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// A provider as it is kept.
#[derive(Clone, Debug)]
pub struct KnownProvider {
    /// Which, by its name.
    pub name: String,
    /// Since when it has this secret.
    pub created_at: Timestamp,
    /// The word by which it checks the address.
    pub verify_token: Option<String>,
    /// The secret that it signs with; empty where that is made here.
    pub given: String,
}

impl KnownProvider {
    /// The secret that is made here, for this provider since it was set up.
    pub fn made(&self, shop: &Shop) -> [u8; 32] {
        made_for_provider(shop, &self.name, self.created_at)
    }
}

/// The secret that is made here for a provider that was set up at a time. It follows from the shop's own.
pub fn made_for_provider(shop: &Shop, name: &str, set_up_at: Timestamp) -> [u8; 32] {
    shop.keyed(format!("provider\0{name}\0{}", set_up_at.millis()).as_bytes())
}

/// The providers of the shop.
///
/// # Errors
/// Those of the database.
pub fn list_providers(database: &dyn Database) -> Result<Vec<KnownProvider>, DatabaseError> {
    database
        .query("SELECT name, created_at, verify_token, secret FROM provider ORDER BY name", &[])?
        .iter()
        .map(|row| {
            Ok(KnownProvider {
                name: row.text(0)?.to_owned(),
                created_at: row.time(1)?,
                verify_token: row.optional_text(2)?.map(str::to_owned),
                given: row.text(3)?.to_owned(),
            })
        })
        .collect()
}

/// Keeps a provider, in the place of what was kept of it before.
///
/// # Errors
/// Those of the database.
pub fn keep_provider(
    tx: &dyn Database,
    name: &str,
    secret: Option<&str>,
    verify_token: Option<&str>,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO provider (name, secret, verify_token, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET secret = excluded.secret, verify_token = excluded.verify_token,
             created_at = excluded.created_at",
        &[
            Param::Text(name),
            Param::Text(secret.unwrap_or_default()),
            Param::text_or_null(verify_token),
            Param::Integer(moment.now.millis()),
        ],
    )
}

/// Forgets a provider. What it hands in is refused from then on. Tells whether it was known.
///
/// # Errors
/// Those of the database.
pub fn remove_provider(tx: &dyn Database, name: &str) -> Result<bool, DatabaseError> {
    let gone = tx.query("DELETE FROM provider WHERE name = ? RETURNING 1", &[Param::Text(name)])?;
    Ok(!gone.is_empty())
}
