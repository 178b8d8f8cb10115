//! The providers that deliver inbound messages, and the secrets with which they sign.

use crate::consent::Timestamp;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// A provider as the ledger stores it.
#[derive(Clone, Debug)]
pub struct KnownProvider {
    /// The name of the provider.
    pub name: String,
    /// The time since which the provider has this secret.
    pub created_at: Timestamp,
    /// The token that the provider presents when it verifies the webhook URL.
    pub verify_token: Option<String>,
    /// The secret with which the provider signs. Empty if the secret is derived from the shop's secret.
    pub given: String,
    /// Who answers keywords, as the shop has set it.
    pub answers: Option<Answering>,
}

vocabulary! {
    /// Who answers keywords such as STOP.
    Answering, "unknown answering" {
        /// The provider, by itself. placet sends nothing.
        Provider = "provider",
        /// placet asks the shop to send an answer.
        Placet = "placet",
    }
}

impl KnownProvider {
    /// Returns the secret that is derived for this provider, based on the time when it was set up.
    pub fn made(&self, shop: &Shop) -> [u8; 32] {
        made_for_provider(shop, &self.name, self.created_at)
    }
}

/// Returns the secret that is derived for a provider that was set up at the given time. It follows from the shop's
/// secret.
pub fn made_for_provider(shop: &Shop, name: &str, set_up_at: Timestamp) -> [u8; 32] {
    shop.keyed(format!("provider\0{name}\0{}", set_up_at.millis()).as_bytes())
}

/// Returns the providers of the shop.
pub fn list_providers(database: &dyn Database) -> Result<Vec<KnownProvider>, DatabaseError> {
    database
        .query("SELECT name, created_at, verify_token, secret, answers FROM provider ORDER BY name", &[])?
        .iter()
        .map(|row| {
            Ok(KnownProvider {
                name: row.text(0)?.to_owned(),
                created_at: row.time(1)?,
                verify_token: row.optional_text(2)?.map(str::to_owned),
                given: row.text(3)?.to_owned(),
                answers: row.optional_text(4)?.and_then(Answering::parse),
            })
        })
        .collect()
}

/// Stores a provider and replaces what was stored for it before.
pub fn store_provider(
    tx: &dyn Database,
    name: &str,
    secret: Option<&str>,
    verify_token: Option<&str>,
    answers: Option<Answering>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO provider (name, secret, verify_token, answers, created_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET secret = excluded.secret, verify_token = excluded.verify_token,
             answers = excluded.answers, created_at = excluded.created_at",
        &[
            Param::Text(name),
            Param::Text(secret.unwrap_or_default()),
            Param::text_or_null(verify_token),
            Param::text_or_null(answers.map(Answering::as_str)),
            Param::Integer(context.now.millis()),
        ],
    )
}

/// Deletes a provider. From then on its inbound messages are refused. Returns whether the provider was known.
pub fn remove_provider(tx: &dyn Database, name: &str) -> Result<bool, DatabaseError> {
    let gone = tx.query("DELETE FROM provider WHERE name = ? RETURNING 1", &[Param::Text(name)])?;
    Ok(!gone.is_empty())
}
