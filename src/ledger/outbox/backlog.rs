//! Deliveries as the shop sees them: listed, replayed, and gone in time.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::first_id_of;

vocabulary! {
    /// How far a delivery has come.
    DeliveryState, "unknown state" {
        /// It is still to be made.
        Pending = "pending",
        /// It was made.
        Delivered = "delivered",
        /// It was given up.
        Dead = "dead",
    }
}

/// One delivery.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct DeliveryEntry {
    /// The id of the event, as the header `webhook-id` bears it.
    pub event: String,
    /// What it is about.
    pub r#type: EventType,
    /// When it was.
    pub at: Timestamp,
    /// How far its delivery has come.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried again; `null` where it is not. A webhook that is held or disabled waits longer.
    pub due_at: Option<Timestamp>,
    /// When it was tried last.
    pub tried_at: Option<Timestamp>,
    /// The HTTP status of the last answer; `null` where there was none.
    pub status: Option<u16>,
    /// Why the last try failed: `status`, `redirect`, `gone`, `timeout`, `unreachable`, or `internal` where placet itself could not
    /// write it; `null` where it did not.
    pub failure: Option<String>,
}

/// Which deliveries are to be made once more.
#[derive(Clone, Debug)]
pub struct Replay {
    /// Those in this state.
    pub state: DeliveryState,
    /// Of this event alone.
    pub event: Option<String>,
    /// Of events from this time on.
    pub since: Option<Timestamp>,
}

/// What a replay has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(rename = "ReplayAnswer"))]
pub struct Replayed {
    /// How many are due again.
    pub replayed: u32,
    /// How many are left: ask again for them.
    pub left: u32,
}

/// The most that one replay makes due.
const REPLAYED: u32 = 1_000;

/// A page of a webhook's deliveries, the newest event first.
///
/// # Errors
/// Those of the database.
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

/// Makes deliveries due now, as if they were new; at most 1,000 of them, the oldest first.
///
/// # Errors
/// Those of the database.
pub fn replay(
    database: &dyn Database,
    webhook: &str,
    asked: &Replay,
    moment: &Moment<'_>,
) -> Result<Replayed, DatabaseError> {
    let now = Param::Integer(moment.now.millis());
    let since = asked.since.map(event_id_of);
    let mut meant = format!("FROM delivery WHERE webhook = ? AND state = '{}'", asked.state.as_str());
    let mut params = vec![Param::Text(webhook)];
    if asked.state == DeliveryState::Pending {
        // What is due already is no part of it, nor left.
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
    database.transaction(|tx| {
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
    })
}

/// The smallest id of an event of a millisecond.
fn event_id_of(at: Timestamp) -> String {
    format!("evt_{}", first_id_of(at).replace('-', ""))
}
