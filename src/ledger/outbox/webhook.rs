//! Adds, changes and removes webhooks, and rotates their secrets.

use crate::consent::Timestamp;
use crate::ledger::outbox::signature::secret_text;
use crate::ledger::outbox::target::Target;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::{EventType, Payload, Webhook, list_webhooks};
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The settings of a webhook.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// The URL that events are sent to.
    pub target: Target,
    /// The types of events to send; `None` for all.
    pub events: Option<Vec<EventType>>,
    /// The amount of data in each event.
    pub payload: Payload,
    /// Whether events are sent to the webhook.
    pub enabled: bool,
}

/// The reason why a change of a webhook is refused. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// The shop has no such webhook.
    Unknown,
    /// The shop already has the maximum number of webhooks.
    TooMany,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for WebhookError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// The health of a webhook.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// The number of failures since the last success.
    pub failures: i64,
    /// The time until which the webhook is on hold; `None` if it is not. When a hold ends, only one probe is sent at a
    /// time.
    pub held_until: Option<Timestamp>,
    /// The number of pending deliveries.
    pub waiting: i64,
    /// The number of deliveries that were given up.
    pub dead: i64,
}

impl Webhook {
    /// The maximum number of webhooks of a shop.
    pub const MOST: usize = 16;

    /// Returns the secret of the webhook in the given generation.
    pub fn secret(shop: &Shop, id: &str, generation: i64) -> String {
        secret_text(shop, id, generation)
    }

    /// Returns the generations of secrets that events are signed with, the newest first.
    pub(crate) fn live_generations(&self, now: Timestamp) -> impl Iterator<Item = i64> {
        let before = self.rotated_until.filter(|until| *until > now).map(|_| self.generation - 1);
        [Some(self.generation), before].into_iter().flatten()
    }
}

/// Adds a webhook.
///
/// # Errors
/// Returns [`WebhookError::TooMany`] if the shop already has [`Webhook::MOST`] webhooks, or a database error.
pub fn add_webhook(tx: &dyn Database, new: &NewWebhook, context: &Context<'_>) -> Result<Webhook, WebhookError> {
    let count = tx.first("SELECT count(*) FROM webhook", &[])?.ok_or(DatabaseError::Shape { column: 0 })?;
    if usize::try_from(count.integer(0)?).is_ok_and(|count| count >= Webhook::MOST) {
        return Err(WebhookError::TooMany);
    }
    let id = context.next_id().to_string();
    let events = written(new)?;
    tx.execute(
        "INSERT INTO webhook (id, url, events, payload, generation, created_at) VALUES (?, ?, ?, ?, 1, ?)",
        &[
            Param::Text(&id),
            Param::Text(new.target.as_str()),
            Param::text_or_null(events.as_deref()),
            Param::Text(new.payload.as_str()),
            Param::Integer(context.now.millis()),
        ],
    )?;
    named(tx, &id)
}

/// Changes a webhook. A change ends any hold and makes pending deliveries due now.
///
/// # Errors
/// Returns [`WebhookError::Unknown`] if the shop has no such webhook, or a database error.
pub fn change_webhook(tx: &dyn Database, id: &str, new: &NewWebhook, now: Timestamp) -> Result<Webhook, WebhookError> {
    let old = named(tx, id)?;
    let disabled = match (new.enabled, old.disabled) {
        (true, _) => (None, None),
        (false, Some((since, reason))) => (Some(since), Some(reason)),
        (false, None) => (Some(now), Some("asked".to_owned())),
    };
    let events = written(new)?;
    tx.execute(
        "UPDATE webhook SET url = ?, events = ?, payload = ?, disabled_at = ?, disabled_reason = ?, failures = 0, held_until = 0
         WHERE id = ?",
        &[
            Param::Text(new.target.as_str()),
            Param::text_or_null(events.as_deref()),
            Param::Text(new.payload.as_str()),
            Param::time_or_null(disabled.0),
            Param::text_or_null(disabled.1.as_deref()),
            Param::Text(id),
        ],
    )?;
    release(tx, id, now)?;
    named(tx, id)
}

/// Makes all pending deliveries of a webhook due now.
pub(crate) fn release(tx: &dyn Database, id: &str, now: Timestamp) -> Result<(), DatabaseError> {
    let now = Param::Integer(now.millis());
    tx.execute(
        "UPDATE delivery SET due_at = ? WHERE webhook = ? AND state = 'pending' AND due_at > ?",
        &[now, Param::Text(id), now],
    )
}

/// Removes a webhook with all its deliveries.
///
/// # Errors
/// Returns [`WebhookError::Unknown`] if the shop has no such webhook, or a database error.
pub fn remove_webhook(tx: &dyn Database, id: &str) -> Result<Webhook, WebhookError> {
    let old = named(tx, id)?;
    tx.execute("DELETE FROM delivery WHERE webhook = ?", &[Param::Text(id)])?;
    tx.execute("DELETE FROM webhook WHERE id = ?", &[Param::Text(id)])?;
    Ok(old)
}

/// Gives a webhook a new secret. For `overlap` milliseconds events are signed with the previous secret too.
///
/// # Errors
/// Returns [`WebhookError::Unknown`] if the shop has no such webhook, or a database error.
pub fn rotate_webhook(tx: &dyn Database, id: &str, overlap: i64, now: Timestamp) -> Result<Webhook, WebhookError> {
    let until = if overlap > 0 { Some(now.plus_millis(overlap)) } else { None };
    tx.execute(
        "UPDATE webhook SET generation = generation + 1, rotated_until = ? WHERE id = ?",
        &[Param::time_or_null(until), Param::Text(id)],
    )?;
    named(tx, id)
}

/// Returns the health of a webhook.
pub fn health_of(database: &dyn Database, id: &str) -> Result<Health, DatabaseError> {
    let row = database.first(
        "SELECT failures, held_until,
             (SELECT count(*) FROM delivery WHERE delivery.webhook = webhook.id AND state = 'pending'),
             (SELECT count(*) FROM delivery WHERE delivery.webhook = webhook.id AND state = 'dead')
         FROM webhook WHERE id = ?",
        &[Param::Text(id)],
    )?;
    let Some(row) = row else { return Ok(Health { failures: 0, held_until: None, waiting: 0, dead: 0 }) };
    Ok(Health {
        failures: row.integer(0)?,
        held_until: if row.integer(1)? == 0 { None } else { Some(row.time(1)?) },
        waiting: row.integer(2)?,
        dead: row.integer(3)?,
    })
}

fn named(database: &dyn Database, id: &str) -> Result<Webhook, WebhookError> {
    list_webhooks(database)?.into_iter().find(|webhook| webhook.id == id).ok_or(WebhookError::Unknown)
}

fn written(new: &NewWebhook) -> Result<Option<String>, DatabaseError> {
    let written = new.events.as_ref().map(serde_json::to_string).transpose();
    written.map_err(|_| DatabaseError::Shape { column: 2 })
}
