//! What the routes of API keys answer.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::StoredKey;
use crate::model::text::Origin;

/// A key. The answer that creates it also contains the key itself.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct KeyAnswer<'a> {
    /// The id of the key. The audit log refers to the key by this id.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The key itself. Present only in the answer that creates it; it is never shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::schema::KeyText>"))]
    key: Option<&'a str>,
    /// The kind of key: `pk` (publishable) or `sk` (secret).
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::key::KeyKind"))]
    kind: &'a str,
    /// The shop's name for the key; `null` if it has none.
    name: Option<&'a str>,
    /// The scopes of the key.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<crate::api::key::Scope>"))]
    scopes: Vec<&'a str>,
    /// The web origins on which the key works; `null` if it works on all origins of the shop.
    origins: Option<&'a [Origin]>,
    /// Whether the key works now: it is neither revoked nor expired.
    active: bool,
    /// The time at which the key was created.
    created_at: Timestamp,
    /// The time from which the key no longer works; `null` if it does not expire.
    expires_at: Option<Timestamp>,
    /// The time at which the key was revoked; `null` if it is not revoked.
    revoked_at: Option<Timestamp>,
    /// The time of the last use, accurate to a minute; `null` if the key was never used.
    last_used_at: Option<Timestamp>,
    /// The id of the key that replaced this one in a rotation; `null` if there is none.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    replaced_by: Option<String>,
}

impl<'a> KeyAnswer<'a> {
    pub(in crate::api) fn of(stored: &'a StoredKey, key: Option<&'a str>, now: Timestamp) -> Self {
        Self {
            id: stored.id.to_string(),
            key,
            kind: &stored.kind,
            name: stored.name.as_deref(),
            scopes: stored.scopes.split(' ').collect(),
            origins: stored.origins.as_deref(),
            active: stored.is_good(now),
            created_at: stored.created_at,
            expires_at: stored.expires_at,
            revoked_at: stored.revoked_at,
            last_used_at: stored.last_used_at,
            replaced_by: stored.replaced_by.map(|id| id.to_string()),
        }
    }
}

/// Answer of `GET /v1/keys`, the newest key first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct KeyListAnswer<'a> {
    /// The keys of the shop, including expired and revoked ones.
    pub(in crate::api) keys: Vec<KeyAnswer<'a>>,
}
