//! Webhooks as the shop configures them: where events go and which events a webhook wants.

use crate::consent::Timestamp;
use crate::ledger::store::database::{Database, DatabaseError, Row};

vocabulary! {
    /// What an event is about.
    EventType, "unknown event" {
        /// What stands for a contact has changed, or evidence was added.
        ConsentChanged = "consent.changed",
        /// An address was asked to confirm a yes.
        ConfirmationRequested = "confirmation.requested",
        /// A contact was erased.
        ContactErased = "contact.erased",
        /// A person asks for something under their rights; nobody knows yet whether it is they.
        RequestOpened = "request.opened",
        /// It is they.
        RequestVerified = "request.verified",
        /// The deadline of a request is near.
        RequestReminder = "request.reminder",
        /// A request has been answered.
        RequestCompleted = "request.completed",
        /// The shop has to send a message.
        MessageRequested = "message.requested",
        /// An import is done, could not be read to the end, or was taken back. It is the one event of all its rows.
        ImportEnded = "import.ended",
    }
}

vocabulary! {
    /// How much an event tells.
    Payload, "unknown payload" {
        /// Ids alone.
        Thin = "thin",
        /// The addresses that they stand for as well, and the text of messages.
        Full = "full",
    }
}

/// An address of the shop's that events are sent to.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// Where to.
    pub url: String,
    /// Which events; all where nothing is said.
    pub events: Option<Vec<EventType>>,
    /// How much they tell.
    pub payload: Payload,
    /// Counts the secrets that it has had.
    pub generation: i64,
    /// Until when the secret before is used as well.
    pub rotated_until: Option<Timestamp>,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// Since when nothing is sent to it, and why.
    pub disabled: Option<(Timestamp, String)>,
}

impl Webhook {
    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: row.text(0)?.to_owned(),
            url: row.text(1)?.to_owned(),
            events: row
                .optional_text(2)?
                .map(|text| crate::json::read(text).ok_or(DatabaseError::Shape { column: 2 }))
                .transpose()?,
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

    /// Whether it is to be told of such an event.
    pub fn wants(&self, event: EventType) -> bool {
        self.disabled.is_none() && self.events.as_ref().is_none_or(|events| events.contains(&event))
    }
}

/// The webhooks of the shop.
///
/// # Errors
/// Those of the database.
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
