//! What the routes of the shop itself answer.

use serde::Serialize;

use crate::api::routes::storefront::answers::StorefrontAnswer;
use crate::consent::Timestamp;
use crate::consent::jws::Jwk;
use crate::ledger::{AuditEntry, MissingSetup, OverdueEntry, Settings, SetupGap, Shop, StatisticsEntry};

/// Answer of `POST /v1/shops`. It contains the shop's first keys, which are never shown again.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NewShopAnswer<'a> {
    #[serde(flatten)]
    pub(in crate::api) storefront: StorefrontAnswer<'a>,
    /// The first keys of the shop. They are shown only in this answer.
    pub(in crate::api) keys: KeysAnswer<'a>,
}

/// The first keys of a shop.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct KeysAnswer<'a> {
    /// The publishable key for the shop's pages, with the scopes `storefront` and `capture`.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::schema::KeyText"))]
    pub(in crate::api) publishable: &'a str,
    /// The secret key for the shop's servers, with every scope.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::schema::KeyText"))]
    pub(in crate::api) secret: &'a str,
}

/// Answer of `GET /v1/shop`, `PUT /v1/shop` and `PATCH /v1/shop`. It is also a valid body of `PUT /v1/shop`, which passes
/// over the fields that only placet sets.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ShopSettingsAnswer<'a> {
    /// The id of the shop.
    id: &'a str,
    /// The time at which the shop was created.
    created_at: Timestamp,
    /// The public key that verifies the shop's certificates, a JSON Web Key (RFC 8037).
    certificate_key: Jwk,
    /// What is missing for the shop to work as a whole. Empty if nothing is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    setup: Vec<SetupEntry>,
    #[serde(flatten)]
    settings: &'a Settings,
}

/// Something that is missing for the shop to work as a whole.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct SetupEntry {
    /// What is missing.
    code: SetupGap,
    /// What to do, in words.
    detail: &'static str,
    /// How many messages or notices are concerned; 0 if nothing is counted.
    count: i64,
}

impl SetupEntry {
    fn of(&(code, count): &MissingSetup) -> Self {
        let detail = match code {
            SetupGap::MessagesWait => {
                "nobody sends the messages that wait: add a webhook for message.requested, or read GET /v1/messages"
            }
            SetupGap::MessagesHeld => {
                "messages are over a budget of limits.messages and are sent later: look for a flood, or raise the limit"
            }
            SetupGap::NoPublicUrl => "set PLACET_PUBLIC_URL, so that messages can contain links",
            SetupGap::NoticesLackALanguage => "some notices are not written in every language of the others",
            SetupGap::NoStopProvider => {
                "the shop sends text messages, and no provider hands in the word STOP: set one up by PUT /v1/providers"
            }
            SetupGap::InboundUnread => {
                "people wrote back and placet could not carry their messages out; no webhook for inbound.unmatched told \
                 of it: add one, and read the messages at the provider"
            }
        };
        Self { code, detail, count }
    }
}

impl<'a> ShopSettingsAnswer<'a> {
    pub(in crate::api) fn of(shop: &'a Shop) -> Self {
        Self {
            id: &shop.id,
            created_at: shop.created_at,
            certificate_key: shop.secret.signing_key().jwk(),
            setup: Vec::new(),
            settings: &shop.settings,
        }
    }

    /// Adds what is missing.
    pub(in crate::api) fn with_setup(self, missing: &[MissingSetup]) -> Self {
        Self { setup: missing.iter().map(SetupEntry::of).collect(), ..self }
    }
}

/// Answer of `GET /v1/audit`, the newest line first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct AuditAnswer {
    /// The lines of the audit log.
    pub(in crate::api) entries: Vec<AuditEntry>,
    /// The value to send as `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) next: Option<String>,
}

/// Answer of `GET /v1/statistics`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct StatisticsAnswer {
    /// The counts, erased contacts included.
    pub(in crate::api) counts: Vec<StatisticsEntry>,
}

/// The data whose retention period has expired. The next daily run deletes it.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RetentionAnswer {
    /// The expired data, one entry for each kind of data.
    pub(in crate::api) overdue: Vec<OverdueEntry>,
}
