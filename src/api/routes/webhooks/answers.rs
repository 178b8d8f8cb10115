//! The answers of the webhook routes.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::{DeliveryEntry, EventType, Health, Payload, Shop, Webhook, public_key};

/// A webhook. The answer that creates its secret also contains the secret.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct WebhookAnswer<'a> {
    /// The id of the webhook.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: &'a str,
    /// The URL that events are sent to.
    url: &'a str,
    /// The types of events that are sent; `null` for all.
    events: Option<&'a [EventType]>,
    /// The amount of data in each event.
    payload: Payload,
    /// The number of secrets that the webhook has had, the current one included.
    generation: i64,
    /// The secret that signs events (Standard Webhooks `v1`). Present only in the answer that creates it; it is never
    /// shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::schema::WebhookSecret>"))]
    secret: Option<String>,
    /// The shop's public key; events are also signed with the private key (Standard Webhooks `v1a`). It does not
    /// change. Present only together with `secret`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::schema::WebhookKey>"))]
    public_key: Option<String>,
    /// The time until which events are signed with the previous secret too; `null` if they are not.
    rotated_until: Option<Timestamp>,
    /// The time at which the webhook was created.
    created_at: Timestamp,
    /// Whether events are sent to the webhook.
    enabled: bool,
    /// The time since which nothing is sent to the webhook; `null` if it is enabled.
    disabled_at: Option<Timestamp>,
    /// The reason why the webhook is disabled: `asked` if the shop disabled it, `gone` if it answered with the status
    /// 410; `null` if it is enabled.
    disabled_reason: Option<&'a str>,
    /// The number of failed attempts since the last success.
    failures: i64,
    /// The time until which nothing is sent to the webhook because of failures. Then one event is sent as a test.
    /// `null` if it is not on hold.
    held_until: Option<Timestamp>,
    /// The number of events that wait to be delivered to the webhook.
    waiting: i64,
    /// The number of deliveries that were given up.
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

    /// Adds the secret and the public key with which receivers verify signatures.
    pub(in crate::api) fn with_secret(self, shop: &Shop) -> Self {
        let secret = Some(Webhook::secret(shop, self.id, self.generation));
        Self { secret, public_key: Some(public_key(shop)), ..self }
    }
}

/// Answer of `GET /v1/webhooks`, the oldest webhook first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct WebhookListAnswer<'a> {
    /// The webhooks of the shop.
    pub(in crate::api) webhooks: Vec<WebhookAnswer<'a>>,
}

/// Answer of `GET /v1/webhooks/{id}/deliveries`, the newest event first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DeliveriesAnswer {
    /// The deliveries to the webhook.
    pub(in crate::api) deliveries: Vec<DeliveryEntry>,
    /// The value to send as `before` for the next page; `null` on the last page.
    pub(in crate::api) next: Option<String>,
}
