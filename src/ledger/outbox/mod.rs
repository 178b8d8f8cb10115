//! The outbox: what happened, kept in the transaction of its cause until every address of the shop that wants to know has been
//! told.
//!
//! | file | idea |
//! |---|---|
//! | `mod` | events and who wants them; keeping one |
//! | `target` | where events may be sent |
//! | `webhook` | webhooks added, changed, removed, rotated |
//! | `delivery` | what is due, and what becomes of it: retries, holds, dead letters |
//! | `backlog` | deliveries listed, replayed, and gone in time |
//! | `signature` | how a receiver knows that it was us |

mod backlog;
mod delivery;
mod signature;
mod target;
mod webhook;

use serde::Serialize;
use uuid::Uuid;

pub use self::backlog::{DeliveryEntry, DeliveryState, Replay, Replayed, deliveries_page, replay};
pub use self::delivery::{DeliveryKey, DueDelivery, SendOutcome, Waiting, due_deliveries, note_outcome, waiting};
pub use self::signature::{public_key, signatures};
pub use self::target::Target;
pub use self::webhook::{
    Health, NewWebhook, WebhookError, add_webhook, change_webhook, health_of, remove_webhook, rotate_webhook,
};

use super::contact::{Lookup, find};
use super::shop::Shop;
use super::{Database, DatabaseError, Moment, Param, Row};
use crate::consent::{Assurance, Channel, Choice, PurposeSlug, Timestamp, Track};

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

/// What [`EventType::ConsentChanged`] tells.
#[derive(Clone, Debug, Serialize)]
struct ConsentChanged {
    contact: String,
    changes: Vec<Change>,
}

/// One record; `*` stands for all channels or all purposes.
#[derive(Clone, Debug, Serialize)]
struct Change {
    record: String,
    channel: String,
    purpose: String,
    choice: Choice,
    assurance: Assurance,
}

impl Change {
    /// `None` for an activity, which is no choice.
    fn of(track: &Track) -> Option<Self> {
        let or_all = |text: Option<&str>| text.unwrap_or("*").to_owned();
        Some(Self {
            record: track.record.0.to_string(),
            channel: or_all(track.scope.channel.map(Channel::as_str)),
            purpose: or_all(track.scope.purpose.as_ref().map(PurposeSlug::as_str)),
            choice: track.act.choice()?,
            assurance: track.assurance,
        })
    }
}

/// Tells that records were added to a contact.
pub(super) fn consent_changed<D: Database>(
    tx: &D,
    shop: &Shop,
    contact: Uuid,
    tracks: &mut dyn Iterator<Item = &Track>,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let changes: Vec<Change> = tracks.filter_map(Change::of).collect();
    if changes.is_empty() {
        return Ok(());
    }
    emit(tx, shop, EventType::ConsentChanged, &ConsentChanged { contact: contact.to_string(), changes }, moment)
}

/// The webhooks of the shop.
///
/// # Errors
/// Those of the database.
pub fn list_webhooks<D: Database>(database: &D) -> Result<Vec<Webhook>, DatabaseError> {
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

/// The addresses of a contact as a full event tells them: kind and value. Nothing where the contact is gone.
///
/// # Errors
/// Those of the database.
pub fn addresses_told<D: Database>(database: &D, contact: Uuid) -> Result<Vec<(String, String)>, DatabaseError> {
    let Some(contact) = find(database, &Lookup::Id(contact))? else { return Ok(Vec::new()) };
    database
        .query(
            "SELECT kind, value FROM address WHERE contact = ? AND kind <> 'rectified' ORDER BY id",
            &[contact.param()],
        )?
        .iter()
        .map(|row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned())))
        .collect()
}

/// Keeps an event for every webhook that wants it; nothing where none does. To be called in the transaction of its cause.
pub(super) fn emit<D: Database>(
    tx: &D,
    shop: &Shop,
    kind: EventType,
    data: &impl Serialize,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    if !shop.wants(kind) {
        return Ok(());
    }
    moment.note_event();
    let id = format!("evt_{}", moment.next_id().simple());
    let data = serde_json::to_string(data).map_err(|_| DatabaseError::Shape { column: 3 })?;
    let now = Param::Integer(moment.now.millis());
    tx.execute(
        "INSERT INTO event (id, type, at, data) VALUES (?, ?, ?, ?)",
        &[Param::Text(&id), Param::Text(kind.as_str()), now, Param::Text(&data)],
    )?;
    for webhook in shop.webhooks.iter().filter(|webhook| webhook.wants(kind)) {
        tx.execute(
            "INSERT INTO delivery (webhook, event, state, attempts, due_at) VALUES (?, ?, 'pending', 0, ?)",
            &[Param::Text(&webhook.id), Param::Text(&id), now],
        )?;
    }
    Ok(())
}
