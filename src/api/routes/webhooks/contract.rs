//! Webhooks: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{NONE, Operation, maker};
use crate::api::routes::webhooks::answers::{DeliveriesAnswer, WebhookAnswer, WebhookListAnswer};
use crate::api::routes::webhooks::bodies::{NewWebhookBody, ReplayBody, SecretRotationBody, WebhookBody};
use crate::ledger::Replayed;

const WEBHOOK: Operation = Operation { tag: "Events", codes: &["webhook_not_found"], ..NONE };

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listWebhooks",
        summary: "List the shop's webhooks",
        about: "The webhooks with their state of delivery, without their secrets.",
        answers: &[maker!(WebhookListAnswer<'static>)],
        codes: &[],
        ..WEBHOOK
    },
    Operation {
        id: "createWebhook",
        summary: "Create a webhook",
        about: "A shop has at most 16 webhooks. The answer contains the secret, which is never shown again. \
                Events from now on are sent to the webhook.",
        body: Some(maker!(NewWebhookBody)),
        status: 201,
        answers: &[maker!(WebhookAnswer<'static>)],
        codes: &["empty_list", "too_many_webhooks"],
        ..WEBHOOK
    },
    Operation {
        id: "putWebhook",
        summary: "Change, disable or enable a webhook",
        about: "Replaces all fields: a field that is absent is set to its default. Pending events are sent at \
                once. While the webhook is disabled, its pending events wait and new events are not stored for \
                it.",
        body: Some(maker!(WebhookBody)),
        answers: &[maker!(WebhookAnswer<'static>)],
        codes: &["webhook_not_found", "empty_list"],
        ..WEBHOOK
    },
    Operation {
        id: "removeWebhook",
        summary: "Remove a webhook",
        about: "Removes the webhook and its pending events. Returns the webhook as it was.",
        answers: &[maker!(WebhookAnswer<'static>)],
        ..WEBHOOK
    },
    Operation {
        id: "rotateWebhook",
        summary: "Give a webhook a new secret",
        about: "Events are signed with the old and the new secret for a while, so that receivers need not \
                change at the same moment. At most the last two secrets are used.",
        body: Some(maker!(SecretRotationBody)),
        answers: &[maker!(WebhookAnswer<'static>)],
        ..WEBHOOK
    },
    Operation {
        id: "listDeliveries",
        summary: "List the deliveries of a webhook",
        about: "The newest event first, without the data of the events. A delivery is stored for \
                `retention.event_days` after it succeeded or was given up. For the next page, send `next` as \
                `before`.",
        answers: &[maker!(DeliveriesAnswer)],
        ..WEBHOOK
    },
    Operation {
        id: "replayDeliveries",
        summary: "Send events again",
        about: "The events are sent as if they were new, under the same `webhook-id`. At most 1,000 at a time, \
                the oldest first: repeat the request until `left` is 0. Of `pending` deliveries, only those \
                that are not due yet are replayed.",
        body: Some(maker!(ReplayBody)),
        answers: &[maker!(Replayed)],
        ..WEBHOOK
    },
];
