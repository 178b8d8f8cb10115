//! Webhooks: added, changed, removed, their secrets rotated.

use crate::consent::Timestamp;
use crate::ledger::outbox::signature::secret_text;
use crate::ledger::outbox::target::Target;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::{EventType, Payload, Webhook, list_webhooks};
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// What a shop says of a webhook.
#[derive(Clone, Debug)]
pub struct NewWebhook {
    /// Where to.
    pub target: Target,
    /// Which events; all where nothing is said.
    pub events: Option<Vec<EventType>>,
    /// How much they tell.
    pub payload: Payload,
    /// Whether anything is sent to it.
    pub enabled: bool,
}

/// Why a webhook is not as asked. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookError {
    /// The shop has no such webhook.
    Unknown,
    /// The shop has as many as it may have.
    TooMany,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for WebhookError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// How a webhook fares.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    /// How often it has failed since the last success.
    pub failures: i64,
    /// Until when nothing is sent to it but a probe at a time; `None` where it is not held.
    pub held_until: Option<Timestamp>,
    /// How many events wait for it.
    pub waiting: i64,
    /// How many were given up.
    pub dead: i64,
}

impl Webhook {
    /// The most that a shop has.
    pub const MOST: usize = 16;

    /// The secret that it has now, or had in an earlier generation.
    pub fn secret(shop: &Shop, id: &str, generation: i64) -> String {
        secret_text(shop, id, generation)
    }

    /// The generations of secrets that are signed with, the newest first.
    pub(crate) fn live_generations(&self, now: Timestamp) -> impl Iterator<Item = i64> {
        let before = self.rotated_until.filter(|until| *until > now).map(|_| self.generation - 1);
        [Some(self.generation), before].into_iter().flatten()
    }
}

/// Adds a webhook.
///
/// # Errors
/// [`WebhookError::TooMany`], and those of the database.
pub fn add_webhook(database: &dyn Database, new: &NewWebhook, moment: &Moment<'_>) -> Result<Webhook, WebhookError> {
    database.transaction(|tx| {
        let count = tx.first("SELECT count(*) FROM webhook", &[])?.ok_or(DatabaseError::Shape { column: 0 })?;
        if usize::try_from(count.integer(0)?).is_ok_and(|count| count >= Webhook::MOST) {
            return Err(WebhookError::TooMany);
        }
        let id = moment.next_id().to_string();
        let events = written(new)?;
        tx.execute(
            "INSERT INTO webhook (id, url, events, payload, generation, created_at) VALUES (?, ?, ?, ?, 1, ?)",
            &[
                Param::Text(&id),
                Param::Text(new.target.as_str()),
                Param::text_or_null(events.as_deref()),
                Param::Text(new.payload.as_str()),
                Param::Integer(moment.now.millis()),
            ],
        )?;
        named(tx, &id)
    })
}

/// Changes a webhook. What waits for it is due at once, unless it is to wait on.
///
/// # Errors
/// [`WebhookError::Unknown`], and those of the database.
pub fn change_webhook(
    database: &dyn Database,
    id: &str,
    new: &NewWebhook,
    now: Timestamp,
) -> Result<Webhook, WebhookError> {
    database.transaction(|tx| {
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
    })
}

/// Makes all that waits for a webhook due now.
pub(crate) fn release(tx: &dyn Database, id: &str, now: Timestamp) -> Result<(), DatabaseError> {
    let now = Param::Integer(now.millis());
    tx.execute(
        "UPDATE delivery SET due_at = ? WHERE webhook = ? AND state = 'pending' AND due_at > ?",
        &[now, Param::Text(id), now],
    )
}

/// Removes a webhook with all that was or was to be sent to it.
///
/// # Errors
/// [`WebhookError::Unknown`], and those of the database.
pub fn remove_webhook(database: &dyn Database, id: &str) -> Result<Webhook, WebhookError> {
    database.transaction(|tx| {
        let old = named(tx, id)?;
        tx.execute("DELETE FROM delivery WHERE webhook = ?", &[Param::Text(id)])?;
        tx.execute("DELETE FROM webhook WHERE id = ?", &[Param::Text(id)])?;
        Ok(old)
    })
}

/// Gives a webhook a new secret; for `overlap` milliseconds events are signed with the one before as well.
///
/// # Errors
/// [`WebhookError::Unknown`], and those of the database.
pub fn rotate_webhook(
    database: &dyn Database,
    id: &str,
    overlap: i64,
    now: Timestamp,
) -> Result<Webhook, WebhookError> {
    database.transaction(|tx| {
        let until = if overlap > 0 { Some(now.plus_millis(overlap)) } else { None };
        tx.execute(
            "UPDATE webhook SET generation = generation + 1, rotated_until = ? WHERE id = ?",
            &[Param::time_or_null(until), Param::Text(id)],
        )?;
        named(tx, id)
    })
}

/// How a webhook fares.
///
/// # Errors
/// Those of the database.
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
