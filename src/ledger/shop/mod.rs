//! The tenant: what a shop has decided, and the keys and addresses that it has set up.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the shop |
//! | `settings` | what a shop decides |
//! | `privacy` | the information that a shop gives to persons |
//! | `limits` | limits of requests, and budgets for what a stranger can cause |
//! | `secret` | the shop's secret, and what is derived from it |
//! | `seal` | how secrets are stored |
//! | `api_key` | the keys of the API |
//! | `provider` | the providers that hand in messages |
//! | `webhook` | where events go |

pub(super) mod api_key;
pub(super) mod limits;
pub(super) mod privacy;
pub(super) mod provider;
pub(super) mod seal;
pub(super) mod secret;
pub(super) mod settings;
pub(super) mod webhook;

use self::api_key::{NewKey, add_key};
use self::provider::seal_providers;
use self::seal::Sealer;
use self::secret::ShopSecret;
use self::settings::Settings;
use self::webhook::{EventType, Webhook, list_webhooks};
use crate::consent::Timestamp;
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
    /// The time before which all links for persons were called back; `None` if they never were.
    pub(crate) links_from: Option<Timestamp>,
    /// The time since which links contain the time at which they were made.
    pub(crate) timed_links_since: Timestamp,
    /// The secret of the shop, from which keys and hashes are derived.
    pub secret: ShopSecret,
}

impl Shop {
    /// Reads the shop of this database; `None` if it was not created. Seals its secrets again if the first master key has
    /// changed, or if an earlier version stored them open.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Sealed`] if the sealer has no key that opens the shop's secret.
    pub fn load(
        database: &dyn Database,
        sealer: impl Fn(&str) -> Sealer,
        context: &Context<'_>,
    ) -> Result<Option<Self>, DatabaseError> {
        let Some(row) =
            database.first("SELECT id, settings, secret, created_at, links_from, timed_links_since FROM shop", &[])?
        else {
            return Ok(None);
        };
        let id = row.text(0)?.to_owned();
        let sealer = sealer(&id);
        let (secret, is_outdated) = sealer.open(row.text(2)?)?;
        let shop = Self {
            id,
            settings: row.parsed(1, |text| json::read(text))?,
            secret,
            created_at: row.time(3)?,
            links_from: if row.is_null(4) { None } else { Some(row.time(4)?) },
            timed_links_since: row.time(5)?,
            webhooks: list_webhooks(database)?,
        };
        if is_outdated {
            let sealed = sealer.seal(&shop.secret, context)?;
            database.execute("UPDATE shop SET secret = ?", &[Param::Text(&sealed)])?;
            seal_providers(database, &shop.secret, context)?;
        }
        Ok(Some(shop))
    }

    /// Creates the shop and its first keys. A database holds one shop: a second call changes nothing and fails.
    pub fn create(
        tx: &dyn Database,
        id: &str,
        settings: Settings,
        keys: &[NewKey],
        sealer: &Sealer,
        context: &Context<'_>,
    ) -> Result<Self, DatabaseError> {
        let secret = ShopSecret::new(context);
        let written = serde_json::to_string(&settings).map_err(|error| DatabaseError::Statement(error.to_string()))?;
        tx.execute(
            "INSERT INTO shop (only, id, settings, secret, created_at, timed_links_since) VALUES (1, ?, ?, ?, ?, 0)",
            &[
                Param::Text(id),
                Param::Text(&written),
                Param::Text(&sealer.seal(&secret, context)?),
                Param::Integer(context.now.millis()),
            ],
        )?;
        let shop = Self {
            id: id.to_owned(),
            settings,
            created_at: context.now,
            webhooks: Vec::new(),
            links_from: None,
            timed_links_since: Timestamp::BEGINNING,
            secret,
        };
        for key in keys {
            add_key(tx, &shop.secret, key, context)?;
        }
        Ok(shop)
    }

    /// Stores new settings and returns the shop with them.
    pub fn with(&self, database: &dyn Database, settings: Settings) -> Result<Self, DatabaseError> {
        let written = serde_json::to_string(&settings).map_err(|error| DatabaseError::Statement(error.to_string()))?;
        database.execute("UPDATE shop SET settings = ?", &[Param::Text(&written)])?;
        Ok(Self { settings, ..self.clone() })
    }

    /// Calls back all links for persons that were made before now.
    pub fn call_back_links(&self, database: &dyn Database, now: Timestamp) -> Result<(), DatabaseError> {
        database.execute("UPDATE shop SET links_from = ?", &[Param::Integer(now.millis())])
    }

    /// Returns whether any webhook wants events of this type.
    pub fn wants(&self, event: EventType) -> bool {
        self.webhooks.iter().any(|webhook| webhook.wants(event))
    }
}
