//! Webhooks and their deliveries, as they are told.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::{DeliveryEntry, EventType, Health, Payload, Shop, Webhook, public_key};

/// A webhook as it is told; its secret only when it was just made.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct WebhookAnswer<'a> {
    /// Its id.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: &'a str,
    /// Where events go.
    url: &'a str,
    /// Which; `null` for all.
    events: Option<&'a [EventType]>,
    /// How much they tell.
    payload: Payload,
    /// Counts the secrets that it has had.
    generation: i64,
    /// The secret that events are signed with, Standard Webhooks `v1`. It is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::contract::schema::WebhookSecret>"))]
    secret: Option<String>,
    /// The shop's key that events are signed with besides, Standard Webhooks `v1a`. It stays the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::contract::schema::WebhookKey>"))]
    public_key: Option<String>,
    /// Until when events are signed with the secret before as well; `null` where they are not.
    rotated_until: Option<Timestamp>,
    /// Since when it exists.
    created_at: Timestamp,
    /// Whether anything is sent to it.
    enabled: bool,
    /// Since when nothing is sent to it.
    disabled_at: Option<Timestamp>,
    /// Why: `asked` by the shop, or `gone`, since it answered with 410.
    disabled_reason: Option<&'a str>,
    /// How often it has failed since the last success.
    failures: i64,
    /// Until when nothing is sent to it, then one event as a test; `null` where it is not held.
    held_until: Option<Timestamp>,
    /// How many events wait for it.
    waiting: i64,
    /// How many were given up.
    dead: i64,
}

impl<'a> WebhookAnswer<'a> {
    pub(in crate::api) fn of(webhook: &'a Webhook, health: Health, now: Timestamp) -> Self {
        Self {
            id: &webhook.id,
            url: &webhook.url,
            events: webhook.events.as_deref(),
            payload: webhook.payload,
            generation: webhook.generation,
            secret: None,
            public_key: None,
            rotated_until: webhook.rotated_until.filter(|until| *until > now),
            created_at: webhook.created_at,
            enabled: webhook.disabled.is_none(),
            disabled_at: webhook.disabled.as_ref().map(|(since, _)| *since),
            disabled_reason: webhook.disabled.as_ref().map(|(_, reason)| reason.as_str()),
            failures: health.failures,
            held_until: health.held_until,
            waiting: health.waiting,
            dead: health.dead,
        }
    }

    /// With what receivers check signatures by.
    pub(in crate::api) fn with_secret(self, shop: &Shop) -> Self {
        let secret = Some(Webhook::secret(shop, self.id, self.generation));
        Self { secret, public_key: Some(public_key(shop)), ..self }
    }
}

/// Answer of `GET /v1/webhooks`, the oldest first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct WebhookListAnswer<'a> {
    /// The webhooks.
    pub(in crate::api) webhooks: Vec<WebhookAnswer<'a>>,
}

/// Answer of `GET /v1/webhooks/{id}/deliveries`, the newest event first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DeliveriesAnswer {
    /// The deliveries.
    pub(in crate::api) deliveries: Vec<DeliveryEntry>,
    /// What to send as `before` for the next page; `null` on the last.
    pub(in crate::api) next: Option<String>,
}
