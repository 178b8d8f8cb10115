//! The outbox: events, stored in the transaction of their cause until they are delivered to every webhook that wants
//! them.
//!
//! | file | contents |
//! |---|---|
//! | `mod` | events, and storing one for the webhooks that want it |
//! | `target` | the URLs that events may be sent to |
//! | `webhook` | adding, changing and removing webhooks, rotating their secrets |
//! | `delivery` | due deliveries and their results: retries, holds, giving up |
//! | `backlog` | deliveries listed and replayed |
//! | `signature` | the signatures with which a receiver checks an event |

use serde::Serialize;
use uuid::Uuid;

use crate::consent::{Assurance, Channel, Choice, PurposeSlug, Track};
use crate::ledger::people::contact::{Lookup, find};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The data of the event [`EventType::ConsentChanged`].
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ConsentChanged {
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
    /// Returns the entry for a record; `None` for an activity, which is not a choice.
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

/// Emits the event that records were added to a contact.
pub(crate) fn consent_changed(
    tx: &dyn Database,
    shop: &Shop,
    contact: Uuid,
    tracks: &mut dyn Iterator<Item = &Track>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let changes: Vec<Change> = tracks.filter_map(Change::of).collect();
    if changes.is_empty() {
        return Ok(());
    }
    emit(tx, shop, EventType::ConsentChanged, &ConsentChanged { contact: contact.to_string(), changes }, context)
}

/// Returns the addresses of a contact for a full event: kind and value. Empty if the contact no longer exists.
pub fn addresses_told(database: &dyn Database, contact: Uuid) -> Result<Vec<(String, String)>, DatabaseError> {
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

/// Stores an event for every webhook that wants it; stores nothing if none does. Must be called in the transaction of
/// its cause.
pub(crate) fn emit(
    tx: &dyn Database,
    shop: &Shop,
    kind: EventType,
    data: &impl Serialize,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    emit_named(tx, shop, kind, data, context).map(drop)
}

/// Does the same, and returns the id of the event; `None` if no webhook wants it.
pub(crate) fn emit_named(
    tx: &dyn Database,
    shop: &Shop,
    kind: EventType,
    data: &impl Serialize,
    context: &Context<'_>,
) -> Result<Option<String>, DatabaseError> {
    // A connection may have to write to its platform, also where no webhook wants the event.
    context.note_event();
    if !shop.wants(kind) {
        return Ok(None);
    }
    let id = format!("evt_{}", context.next_id().simple());
    let data = serde_json::to_string(data).map_err(|_| DatabaseError::Json)?;
    let now = Param::Integer(context.now.millis());
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
    Ok(Some(id))
}
