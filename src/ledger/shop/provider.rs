//! The providers that deliver inbound messages, and the secrets with which they sign.

use crate::consent::Timestamp;
use crate::ledger::shop::seal::is_sealed;
use crate::ledger::shop::secret::{KeyUse, ShopSecret};
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
    /// The shop's own numbers or accounts at the provider, as the provider names them. Empty: all.
    pub numbers: Vec<String>,
}

/// What the shop has set up for a provider.
#[derive(Clone, Copy, Debug)]
pub struct ProviderSetup<'a> {
    /// The name of the provider.
    pub name: &'a str,
    /// The secret with which the provider signs. `None` if it is derived from the shop's secret.
    pub secret: Option<&'a str>,
    /// The token that the provider presents when it verifies the webhook URL.
    pub verify_token: Option<&'a str>,
    /// Who answers keywords.
    pub answers: Option<Answering>,
    /// The shop's own numbers or accounts at the provider. Empty: all.
    pub numbers: &'a [String],
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
    pub fn made(&self, of: &ShopSecret) -> [u8; 32] {
        made_for_provider(of, &self.name, self.created_at)
    }
}

/// Returns the secret that is derived for a provider that was set up at the given time. It follows from the shop's
/// secret.
pub fn made_for_provider(of: &ShopSecret, name: &str, set_up_at: Timestamp) -> [u8; 32] {
    of.keyed(KeyUse::Provider, &[name.as_bytes(), set_up_at.millis().to_string().as_bytes()])
}

/// Returns the providers of the shop, with their secrets opened.
pub fn list_providers(database: &dyn Database, of: &ShopSecret) -> Result<Vec<KnownProvider>, DatabaseError> {
    let open = |name: &str, column: &str, stored: &str| {
        let bytes = of.open(&place_of(name, column), stored);
        bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or(DatabaseError::Shape { column: 3 })
    };
    database
        .query("SELECT name, created_at, verify_token, secret, answers, numbers FROM provider ORDER BY name", &[])?
        .iter()
        .map(|row| {
            let (name, given) = (row.text(0)?, row.text(3)?);
            Ok(KnownProvider {
                name: name.to_owned(),
                created_at: row.time(1)?,
                verify_token: row.optional_text(2)?.map(|word| open(name, VERIFY_TOKEN, word)).transpose()?,
                given: if given.is_empty() { String::new() } else { open(name, SECRET, given)? },
                answers: row.optional_text(4)?.and_then(Answering::parse),
                numbers: row.optional_text(5)?.and_then(crate::json::read).unwrap_or_default(),
            })
        })
        .collect()
}

/// The columns with secrets.
const SECRET: &str = "secret";
const VERIFY_TOKEN: &str = "verify_token";

/// Returns the place for which a secret of a provider is sealed.
fn place_of(name: &str, column: &str) -> String {
    format!("provider {name} {column}")
}

/// Seals the secrets of providers that an earlier version stored open.
pub(super) fn seal_providers(
    database: &dyn Database,
    of: &ShopSecret,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    for row in database.query("SELECT name, secret, verify_token FROM provider", &[])? {
        let name = row.text(0)?;
        for (column, stored) in [(SECRET, Some(row.text(1)?)), (VERIFY_TOKEN, row.optional_text(2)?)] {
            let Some(open) = stored.filter(|stored| !stored.is_empty() && !is_sealed(stored)) else { continue };
            let sealed = of.seal(&place_of(name, column), open.as_bytes(), context)?;
            let update = format!("UPDATE provider SET {column} = ? WHERE name = ?");
            database.execute(&update, &[Param::Text(&sealed), Param::Text(name)])?;
        }
    }
    Ok(())
}

/// Stores a provider and replaces what was stored for it before. Its secrets are sealed.
pub fn store_provider(
    tx: &dyn Database,
    of: &ShopSecret,
    setup: &ProviderSetup<'_>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let seal = |column, text: Option<&str>| {
        text.map(|text| of.seal(&place_of(setup.name, column), text.as_bytes(), context)).transpose()
    };
    let (secret, verify_token) = (seal(SECRET, setup.secret)?, seal(VERIFY_TOKEN, setup.verify_token)?);
    let numbers = serde_json::to_string(setup.numbers).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "INSERT INTO provider (name, secret, verify_token, answers, numbers, created_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET secret = excluded.secret, verify_token = excluded.verify_token,
             answers = excluded.answers, numbers = excluded.numbers, created_at = excluded.created_at",
        &[
            Param::Text(setup.name),
            Param::Text(secret.as_deref().unwrap_or_default()),
            Param::text_or_null(verify_token.as_deref()),
            Param::text_or_null(setup.answers.map(Answering::as_str)),
            Param::Text(&numbers),
            Param::Integer(context.now.millis()),
        ],
    )
}

/// Deletes a provider. From then on its inbound messages are refused. Returns whether the provider was known.
pub fn remove_provider(tx: &dyn Database, name: &str) -> Result<bool, DatabaseError> {
    let gone = tx.query("DELETE FROM provider WHERE name = ? RETURNING 1", &[Param::Text(name)])?;
    Ok(!gone.is_empty())
}
