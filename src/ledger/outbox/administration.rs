//! Tells the shop when somebody changes who may do what. A stolen key cannot do it in silence: the events go to the
//! webhooks that the shop has before the change.

use serde::Serialize;
use uuid::Uuid;

use crate::ledger::outbox::event::emit;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};

/// What somebody has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdministrationChange<'a> {
    /// A key was created, or another one was rotated into it.
    KeyCreated(Uuid),
    /// A key was revoked.
    KeyRevoked(Uuid),
    /// A webhook was created, changed or removed, or got a new secret.
    WebhookChanged(&'a str),
    /// The settings were replaced or changed.
    SettingsChanged,
}

/// The data of the events.
#[derive(Serialize)]
struct Changed<'a> {
    /// The id of the key with which the change was made.
    by: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<&'a str>,
}

/// Tells the webhooks of the shop of a change, but not a webhook of its own change. `shop`: the shop before the change. `by`: the id of the key that made it.
pub fn tell_change(
    tx: &dyn Database,
    shop: &Shop,
    change: AdministrationChange<'_>,
    by: Uuid,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let (kind, key, webhook) = match change {
        AdministrationChange::KeyCreated(key) => (EventType::KeyCreated, Some(key.to_string()), None),
        AdministrationChange::KeyRevoked(key) => (EventType::KeyRevoked, Some(key.to_string()), None),
        AdministrationChange::WebhookChanged(webhook) => (EventType::WebhookChanged, None, Some(webhook)),
        AdministrationChange::SettingsChanged => (EventType::SettingsChanged, None, None),
    };
    // A webhook that somebody has turned elsewhere cannot tell the shop of that itself.
    let mut others = shop.clone();
    others.webhooks.retain(|own| webhook != Some(own.id.as_str()));
    emit(tx, &others, kind, &Changed { by: by.to_string(), key, webhook }, context)
}
