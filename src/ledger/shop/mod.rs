//! The tenant: what a shop has decided, and the keys and addresses that it has set up.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the shop with its secret |
//! | `settings` | what a shop decides |
//! | `privacy` | what a shop tells people, and its limits |
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
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// A shop as it is stored.
#[derive(Clone, Debug)]
pub struct Shop {
    /// Its identity, part of every key.
    pub id: String,
    /// Its settings.
    pub settings: Settings,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// Where its events go.
    pub webhooks: Vec<Webhook>,
    secret: ShopSecret,
}

impl Shop {
    /// Reads the shop of this database; `None` when none was created.
    ///
    /// # Errors
    /// Those of the database.
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
    ///
    /// # Errors
    /// Those of the database.
    pub fn create(
        database: &dyn Database,
        id: &str,
        settings: Settings,
        keys: &[NewKey],
        moment: &Moment<'_>,
    ) -> Result<Self, DatabaseError> {
        let secret = ShopSecret(moment.random());
        let written = serde_json::to_string(&settings).map_err(|error| DatabaseError::Statement(error.to_string()))?;
        database.transaction(|tx| {
            tx.execute(
                "INSERT INTO shop (only, id, settings, secret, created_at) VALUES (1, ?, ?, ?, ?)",
                &[
                    Param::Text(id),
                    Param::Text(&written),
                    Param::Text(&Base64Url::encode_string(&secret.0)),
                    Param::Integer(moment.now.millis()),
                ],
            )?;
            for key in keys {
                add_key(tx, key, moment)?;
            }
            Ok::<_, DatabaseError>(())
        })?;
        Ok(Self { id: id.to_owned(), settings, created_at: moment.now, webhooks: Vec::new(), secret })
    }

    /// The same shop with other settings, stored.
    ///
    /// # Errors
    /// Those of the database.
    pub fn with(&self, database: &dyn Database, settings: Settings) -> Result<Self, DatabaseError> {
        let written = serde_json::to_string(&settings).map_err(|error| DatabaseError::Statement(error.to_string()))?;
        database.execute("UPDATE shop SET settings = ?", &[Param::Text(&written)])?;
        Ok(Self { settings, ..self.clone() })
    }

    /// Whether anybody wants to be told of such an event.
    pub fn wants(&self, event: EventType) -> bool {
        self.webhooks.iter().any(|webhook| webhook.wants(event))
    }

    /// The key that the shop signs its certificates with. It follows from the shop's secret.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(self.keyed(b"signing key"))
    }

    /// The hash by which the id of a submission is known when nothing else of it is.
    pub(crate) fn submission_hash(&self, id: &str) -> String {
        self.fingerprint(format!("submission\0{id}").as_bytes())
    }

    /// A keyed hash of a content, by which the same content is known again. Without the shop's secret it tells nothing,
    /// so it may stay where the content itself must not.
    pub fn fingerprint(&self, content: &[u8]) -> String {
        Base64Url::encode_string(&self.keyed(content))
    }

    /// 32 bytes that follow from the shop's secret, for one use.
    pub fn keyed(&self, content: &[u8]) -> [u8; 32] {
        // HMAC takes a key of any length; there is no case in which this is `None`.
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
