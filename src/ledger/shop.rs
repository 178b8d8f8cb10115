//! The shop itself: its settings and the keys that open it.

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::handling::{Evidence, Links, Requests, Retention};
use super::key::{NewKey, add_key};
use super::outbox::{EventType, Webhook, list_webhooks};
use super::privacy::{Limits, Privacy};
use super::text::{Line, Locale, Origin, Sha256Hex, Token};
use super::{Database, DatabaseError, Moment, Param};
use crate::consent::certificate::SigningKey;
use crate::consent::{Basis, Channel, CountryCode, Override, Policy, PurposeSlug, Timestamp};
use crate::json;

/// What a shop has decided about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The name that people know it by.
    pub name: Line,
    /// Where it is established.
    pub country: Option<CountryCode>,
    /// The web origins on which its publishable keys work.
    pub origins: Vec<Origin>,
    /// The channels it uses.
    pub channels: Vec<Channel>,
    /// The purposes it has.
    pub purposes: Vec<PurposeSlug>,
    /// The words that it shows, by version and language.
    pub notices: Vec<Notice>,
    /// The channels on which an anonymous opt-in awaits confirmation.
    pub confirmation: Vec<Channel>,
    /// What else the shop asks for beyond the law, and where it goes its own way. Absent in shops of the first version.
    #[serde(default)]
    pub policy: PolicySettings,
    /// What a person may know of how their data is handled.
    #[serde(default)]
    pub privacy: Privacy,
    /// How much may be asked.
    #[serde(default)]
    pub limits: Limits,
    /// Links and the messages that they stand in.
    #[serde(default)]
    pub links: Links,
    /// Requests of persons.
    #[serde(default)]
    pub requests: Requests,
    /// For how long things are kept that are of no use any more.
    #[serde(default)]
    pub retention: Retention,
    /// What is kept of where a page's submission came from.
    #[serde(default)]
    pub evidence: Evidence,
}

/// The part of a [`Policy`] that is not told by other settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicySettings {
    /// The purposes that are no advertising.
    pub transactional: Vec<PurposeSlug>,
    /// The bases that advertising may rest on.
    pub bases: Vec<Basis>,
    /// The age from which on a person's act counts, where it is above that of the law.
    pub minimum_age: u16,
    /// Whether a person of unknown age counts as too young.
    pub age_required: bool,
    /// Months after which every ground lapses if the person has not turned to the shop; 0 for no such limit.
    pub expires_after_months: u16,
    /// Where the shop goes its own way.
    pub overrides: Vec<Override>,
}

impl Default for PolicySettings {
    fn default() -> Self {
        let Policy { transactional, bases, minimum_age, age_required, expires_after_months, overrides, .. } =
            Policy::default();
        Self { transactional, bases, minimum_age, age_required, expires_after_months, overrides }
    }
}

impl Settings {
    /// The part of the settings that bears on decisions.
    pub fn policy(&self) -> Policy {
        let own = self.policy.clone();
        Policy {
            channels: self.channels.clone(),
            confirmation: self.confirmation.clone(),
            transactional: own.transactional,
            bases: own.bases,
            minimum_age: own.minimum_age,
            age_required: own.age_required,
            expires_after_months: own.expires_after_months,
            overrides: own.overrides,
        }
    }

    /// The words that a record's notice stands for. The hash decides: what a page claims to have shown under a name is
    /// believed only if it is what the shop says that it shows under that name.
    pub fn words_of(&self, id: &str, version: &str, locale: &str, text_sha256: &str) -> Option<String> {
        let named = |notice: &&Notice| {
            (notice.id.as_str(), notice.version.as_str(), notice.locale.as_str()) == (id, version, locale)
        };
        let mut notices = self.notices.iter().filter(named);
        notices.find(|notice| Sha256Hex::of(&notice.text).as_str() == text_sha256).map(|notice| notice.text.clone())
    }
}

/// Words that were or are shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Notice {
    /// The shop's name for it.
    pub id: Token,
    /// Its version.
    pub version: Token,
    /// Its language.
    pub locale: Locale,
    /// The words: the notice, and below it the label of each choice, a line each.
    pub text: String,
    /// The choices that its last lines are the labels of, in this order. A page can be made of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<NoticeChoice>,
}

/// A choice that a notice offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct NoticeChoice {
    /// By this channel.
    pub channel: Channel,
    /// For this purpose.
    pub purpose: PurposeSlug,
}

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
    pub fn load<D: Database>(database: &D) -> Result<Option<Self>, DatabaseError> {
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
    pub fn create<D: Database>(
        database: &D,
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
    pub fn with<D: Database>(&self, database: &D, settings: Settings) -> Result<Self, DatabaseError> {
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
    pub(super) fn submission_hash(&self, id: &str) -> String {
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
