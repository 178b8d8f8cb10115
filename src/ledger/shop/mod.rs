//! The tenant: what a shop has decided, and the keys and addresses that it has set up.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the shop with its secret |
//! | `settings` | what a shop decides |
//! | `privacy` | the information that a shop gives to persons, and its rate limits |
//! | `api_key` | the keys of the API |
//! | `provider` | the providers that hand in messages |
//! | `webhook` | where events go |

pub(super) mod api_key;
pub(super) mod privacy;
pub(super) mod provider;
pub(super) mod settings;
pub(super) mod webhook;

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use self::api_key::{NewKey, add_key};
use self::settings::Settings;
use self::webhook::{EventType, Webhook, list_webhooks};
use crate::consent::Timestamp;
use crate::consent::jws::SigningKey;
use crate::json;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// A shop as the ledger stores it.
#[derive(Clone, Debug)]
pub struct Shop {
    /// The id of the shop. Every API key contains it.
    pub id: String,
    /// The settings of the shop.
    pub settings: Settings,
    /// The time at which the shop was created.
    pub created_at: Timestamp,
    /// The webhooks that the shop's events are sent to.
    pub webhooks: Vec<Webhook>,
    secret: ShopSecret,
}

impl Shop {
    /// Reads the shop of this database; `None` if it was not created.
    pub fn load(database: &dyn Database) -> Result<Option<Self>, DatabaseError> {
        let Some(row) = database.first("SELECT id, settings, secret, created_at FROM shop", &[])? else {
            return Ok(None);
        };
        Ok(Some(Self {
            id: row.text(0)?.to_owned(),
            settings: row.parsed(1, |text| json::read(text))?,
            secret: row.parsed(2, ShopSecret::parse)?,
            created_at: row.time(3)?,
            webhooks: list_webhooks(database)?,
        }))
    }

    /// Creates the shop and its first keys. A database holds one shop: a second call changes nothing and fails.
    pub fn create(
        tx: &dyn Database,
        id: &str,
        settings: Settings,
        keys: &[NewKey],
        context: &Context<'_>,
    ) -> Result<Self, DatabaseError> {
        let secret = ShopSecret(context.random());
        let written = serde_json::to_string(&settings).map_err(|error| DatabaseError::Statement(error.to_string()))?;
        tx.execute(
            "INSERT INTO shop (only, id, settings, secret, created_at) VALUES (1, ?, ?, ?, ?)",
            &[
                Param::Text(id),
                Param::Text(&written),
                Param::Text(&Base64Url::encode_string(&secret.0)),
                Param::Integer(context.now.millis()),
            ],
        )?;
        for key in keys {
            add_key(tx, key, context)?;
        }
        Ok(Self { id: id.to_owned(), settings, created_at: context.now, webhooks: Vec::new(), secret })
    }

    /// Stores new settings and returns the shop with them.
    pub fn with(&self, database: &dyn Database, settings: Settings) -> Result<Self, DatabaseError> {
        let written = serde_json::to_string(&settings).map_err(|error| DatabaseError::Statement(error.to_string()))?;
        database.execute("UPDATE shop SET settings = ?", &[Param::Text(&written)])?;
        Ok(Self { settings, ..self.clone() })
    }

    /// Returns whether any webhook wants events of this type.
    pub fn wants(&self, event: EventType) -> bool {
        self.webhooks.iter().any(|webhook| webhook.wants(event))
    }

    /// Returns the key with which the shop signs its certificates. It follows from the shop's secret.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(self.keyed(b"signing key"))
    }

    /// Returns the keyed hash under which the id of an erased submission is stored.
    pub(crate) fn submission_hash(&self, id: &str) -> String {
        self.fingerprint(format!("submission\0{id}").as_bytes())
    }

    /// Returns a keyed hash of a content, so that the same content can be recognised again. Without the shop's secret
    /// the hash reveals nothing, so it may be stored where the content must not be.
    pub fn fingerprint(&self, content: &[u8]) -> String {
        Base64Url::encode_string(&self.keyed(content))
    }

    /// Returns 32 bytes derived from the shop's secret and `content`, for one use.
    pub fn keyed(&self, content: &[u8]) -> [u8; 32] {
        // HMAC takes a key of any length, so this is never `None`.
        Hmac::<Sha256>::new_from_slice(&self.secret.0)
            .map(|mac| mac.chain_update(content).finalize().into_bytes().into())
            .unwrap_or_default()
    }
}

/// The shop's own secret. It never leaves the database.
#[derive(Clone)]
struct ShopSecret([u8; 32]);

impl ShopSecret {
    fn parse(text: &str) -> Option<Self> {
        Base64Url::decode_vec(text).ok()?.try_into().ok().map(Self)
    }
}

impl std::fmt::Debug for ShopSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShopSecret(…)")
    }
}
