//! Deliveries as the shop sees them: listed and replayed.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::first_id_of;

vocabulary! {
    /// The state of a delivery.
    DeliveryState, "unknown state" {
        /// The event still has to be delivered.
        Pending = "pending",
        /// The event was delivered.
        Delivered = "delivered",
        /// All attempts failed and the ledger gave up.
        Dead = "dead",
    }
}

/// One delivery of an event to a webhook.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct DeliveryEntry {
    /// The id of the event, as in the header `webhook-id`.
    pub event: String,
    /// The type of the event.
    pub r#type: EventType,
    /// The time of the event.
    pub at: Timestamp,
    /// The state of the delivery.
    pub state: DeliveryState,
    /// The number of attempts so far.
    pub attempts: u32,
    /// The time of the next attempt; `null` if there is none. A webhook that is on hold or disabled waits longer.
    pub due_at: Option<Timestamp>,
    /// The time of the last attempt; `null` if there was none.
    pub tried_at: Option<Timestamp>,
    /// The HTTP status of the last answer; `null` if there was none.
    pub status: Option<u16>,
    /// The reason why the last attempt failed: `status`, `redirect`, `gone`, `timeout`, `unreachable`, or `internal` if
    /// placet could not build the request; `null` if it did not fail.
    pub failure: Option<String>,
}

/// A selection of deliveries to repeat.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Only deliveries in this state.
    pub state: DeliveryState,
    /// Only deliveries of this event.
    pub event: Option<String>,
    /// Only deliveries of events from this time on.
    pub since: Option<Timestamp>,
}

/// The result of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(rename = "ReplayAnswer"))]
pub struct Replayed {
    /// The number of deliveries that are due again.
    pub replayed: u32,
    /// The number of selected deliveries that remain. Repeat the request to replay them.
    pub left: u32,
}

/// The maximum number of deliveries that one replay makes due.
const REPLAYED: u32 = 1_000;

/// Returns a page of a webhook's deliveries, the newest event first.
pub fn deliveries_page(
    database: &dyn Database,
    webhook: &str,
    state: Option<DeliveryState>,
    before: Option<&str>,
    most: u16,
) -> Result<Vec<DeliveryEntry>, DatabaseError> {
    let mut sql = String::from(
        "SELECT d.event, e.type, e.at, d.state, d.attempts, d.due_at, d.tried_at, d.status, d.failure
         FROM delivery d CROSS JOIN event e ON e.id = d.event WHERE d.webhook = ?",
    );
    let mut params = vec![Param::Text(webhook)];
    if let Some(state) = state {
        sql.push_str(&format!(" AND d.state = '{}'", state.as_str()));
    }
    if let Some(before) = before {
        sql.push_str(" AND d.event < ?");
        params.push(Param::Text(before));
    }
    sql.push_str(" ORDER BY d.event DESC LIMIT CAST(? AS INTEGER)");
    params.push(Param::Integer(most.into()));
    database.query(&sql, &params)?.iter().map(entry_in).collect()
}

fn entry_in(row: &Row) -> Result<DeliveryEntry, DatabaseError> {
    let state = row.parsed(3, DeliveryState::parse)?;
    let shape = |column| move |_| DatabaseError::Shape { column };
    Ok(DeliveryEntry {
        event: row.text(0)?.to_owned(),
        r#type: row.parsed(1, EventType::parse)?,
        at: row.time(2)?,
        state,
        attempts: row.integer(4)?.try_into().map_err(shape(4))?,
        due_at: if state == DeliveryState::Pending { Some(row.time(5)?) } else { None },
        tried_at: if row.is_null(6) { None } else { Some(row.time(6)?) },
        status: if row.is_null(7) { None } else { Some(row.integer(7)?.try_into().map_err(shape(7))?) },
        failure: row.optional_text(8)?.map(str::to_owned),
    })
}

/// Makes deliveries due now, as if they were new: at most 1,000, the oldest first.
pub fn replay(
    tx: &dyn Database,
    webhook: &str,
    asked: &Replay,
    context: &Context<'_>,
) -> Result<Replayed, DatabaseError> {
    let now = Param::Integer(context.now.millis());
    let since = asked.since.map(event_id_of);
    let mut meant = format!("FROM delivery WHERE webhook = ? AND state = '{}'", asked.state.as_str());
    let mut params = vec![Param::Text(webhook)];
    if asked.state == DeliveryState::Pending {
        // Deliveries that are due already are neither replayed nor counted as remaining.
        meant.push_str(" AND due_at > ?");
        params.push(now);
    }
    if let Some(event) = &asked.event {
        meant.push_str(" AND event = ?");
        params.push(Param::Text(event));
    }
    if let Some(since) = &since {
        meant.push_str(" AND event >= ?");
        params.push(Param::Text(since));
    }
    let counted = |row: Option<Row>| {
        let count = row.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)?;
        u32::try_from(count).map_err(|_| DatabaseError::Shape { column: 0 })
    };
    let all = counted(tx.first(&format!("SELECT count(*) {meant}"), &params)?)?;
    let mut bound = vec![now, Param::Text(webhook)];
    bound.extend_from_slice(&params);
    tx.execute(
        &format!(
            "UPDATE delivery SET state = 'pending', attempts = 0, due_at = ?, failure = NULL
             WHERE webhook = ? AND event IN (SELECT event {meant} ORDER BY event LIMIT {REPLAYED})"
        ),
        &bound,
    )?;
    let replayed = all.min(REPLAYED);
    Ok(Replayed { replayed, left: all - replayed })
}

/// Returns the smallest possible id of an event at this millisecond.
fn event_id_of(at: Timestamp) -> String {
    format!("evt_{}", first_id_of(at).replace('-', ""))
}
