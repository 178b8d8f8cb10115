//! Webhooks as the shop configures them: where events go and which events a webhook wants.

use crate::consent::Timestamp;
use crate::ledger::store::database::{Database, DatabaseError, Row};

vocabulary! {
    /// The type of an event.
    EventType, "unknown event" {
        /// Records were added to a contact. Its standings may have changed.
        ConsentChanged = "consent.changed",
        /// An address was asked to confirm an opt-in.
        ConfirmationRequested = "confirmation.requested",
        /// A contact was erased.
        ContactErased = "contact.erased",
        /// A subject request was opened. The identity of the requester is not verified yet.
        RequestOpened = "request.opened",
        /// The identity of the requester was verified.
        RequestVerified = "request.verified",
        /// The deadline of a subject request is near.
        RequestReminder = "request.reminder",
        /// A subject request was closed: it was carried out or refused.
        RequestCompleted = "request.completed",
        /// The shop has to send a message.
        MessageRequested = "message.requested",
        /// Anonymous forms have made as many contacts of a day as the shop allows. Further ones have to wait.
        BudgetReached = "budget.reached",
        /// Messages are over a budget of the shop, so they are held.
        MessagesHeld = "messages.held",
        /// A person sent a message to the shop, and its keyword was carried out.
        InboundReceived = "inbound.received",
        /// A person sent a message to the shop that placet did not carry out: it has no keyword, or the sender is not
        /// known. Somebody should read it.
        InboundUnmatched = "inbound.unmatched",
        /// A key of the shop was created.
        KeyCreated = "key.created",
        /// A key of the shop was revoked.
        KeyRevoked = "key.revoked",
        /// A webhook was created, changed or removed, or got a new secret.
        WebhookChanged = "webhook.changed",
        /// The settings of the shop were changed.
        SettingsChanged = "settings.changed",
        /// A connection to a shop platform stands still: it needs credentials, or an approval.
        ConnectionChanged = "connection.changed",
        /// A new version of placet has changed what the records of some contacts mean.
        LedgerMigrated = "ledger.migrated",
        /// An import was completed, could not be read to its end, or was undone. It is the only event for all its rows.
        ImportEnded = "import.ended",
    }
}

vocabulary! {
    /// The amount of data that an event contains.
    Payload, "unknown payload" {
        /// Ids only.
        Thin = "thin",
        /// Ids, and also the addresses of the contact and the text of messages.
        Full = "full",
    }
}

/// A URL of the shop that events are sent to.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The id of the webhook.
    pub id: String,
    /// The URL of the webhook.
    pub url: String,
    /// The types of events to send; `None` for all.
    pub events: Option<Vec<EventType>>,
    /// The amount of data in each event.
    pub payload: Payload,
    /// The number of secrets that the webhook has had, the current one included.
    pub generation: i64,
    /// The time until which events are signed with the previous secret too.
    pub rotated_until: Option<Timestamp>,
    /// The time at which the webhook was created.
    pub created_at: Timestamp,
    /// The time since which nothing is sent to the webhook, and the reason.
    pub disabled: Option<(Timestamp, String)>,
}

impl Webhook {
    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.text(0)?.to_owned(),
            url: row.text(1)?.to_owned(),
            events: row.optional_text(2)?.map(|text| crate::json::read(text).ok_or(DatabaseError::Json)).transpose()?,
            payload: row.parsed(3, Payload::parse)?,
            generation: row.integer(4)?,
            rotated_until: if row.is_null(5) { None } else { Some(row.time(5)?) },
            created_at: row.time(6)?,
            disabled: if row.is_null(7) {
                None
            } else {
                Some((row.time(7)?, row.optional_text(8)?.unwrap_or_default().to_owned()))
            },
        })
    }

    /// Returns whether the webhook wants events of this type.
    pub fn wants(&self, event: EventType) -> bool {
        self.disabled.is_none() && self.events.as_ref().is_none_or(|events| events.contains(&event))
    }
}

/// Returns the webhooks of the shop.
pub fn list_webhooks(database: &dyn Database) -> Result<Vec<Webhook>, DatabaseError> {
    database
        .query(
            "SELECT id, url, events, payload, generation, rotated_until, created_at, disabled_at, disabled_reason
             FROM webhook ORDER BY id",
            &[],
        )?
        .iter()
        .map(Webhook::read)
        .collect()
}
