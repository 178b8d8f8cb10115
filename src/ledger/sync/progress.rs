//! Reading all customers of a platform, page by page, and the approval of great changes.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::outbox::event::emit;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::sync::connection::{Connection, ConnectionMode, ConnectionState, set_state};
use crate::ledger::sync::owed::{PUSHES_ON, PUSHES_OUT, TAKES_ON, TAKES_OUT, count_owed};

/// How often all customers are read, in milliseconds: every day.
const EVERY: i64 = 86_400_000;
/// The share of the customers of which a change at once needs an approval: a twentieth.
const SHARE: i64 = 20;

/// The data of the event that a connection has a new state.
#[derive(Serialize)]
struct Data<'a> {
    connection: String,
    state: &'a str,
}

/// Sets the state of a connection and tells the shop.
pub fn halt(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    state: ConnectionState,
    fault: Option<&str>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    set_state(tx, connection.id, state, fault)?;
    let data = Data { connection: connection.id.to_string(), state: state.as_str() };
    emit(tx, shop, EventType::ConnectionChanged, &data, context)
}

/// Begins to read all customers, unless that is under way. Returns the connection as it is then.
pub fn begin_sweep(tx: &dyn Database, connection: &Connection) -> Result<Connection, DatabaseError> {
    if connection.place.is_some() {
        return Ok(connection.clone());
    }
    tx.execute(
        "UPDATE connection SET sweep = sweep + 1, taken = 0, place = '' WHERE id = ?",
        &[Param::Text(&connection.id.to_string())],
    )?;
    Ok(Connection { sweep: connection.sweep + 1, taken: 0, place: Some(String::new()), ..connection.clone() })
}

/// Notes the place of the next page, or that the last one was read.
pub fn note_page(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    next: Option<&str>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let id = connection.id.to_string();
    if let Some(next) = next {
        return tx.execute("UPDATE connection SET place = ? WHERE id = ?", &[Param::Text(next), Param::Text(&id)]);
    }
    // A customer who was on no page is no longer at the platform.
    tx.execute(
        "DELETE FROM remote WHERE connection = ? AND seen < ? AND task IS NOT 'erase'",
        &[Param::Text(&id), Param::Integer(connection.sweep)],
    )?;
    tx.execute(
        "UPDATE connection SET place = NULL, swept_at = ?1, sweep_due = ?1 + ?2 WHERE id = ?3",
        &[Param::Integer(context.now.millis()), Param::Integer(EVERY), Param::Text(&id)],
    )?;
    if !connection.is_approved && connection.mode != ConnectionMode::Observe {
        halt(tx, shop, connection, ConnectionState::NeedsApproval, None, context)?;
    }
    Ok(())
}

/// Stops a connection that would change more at once than an employee has to approve. Returns whether it was stopped.
pub fn stop_at_cap(
    tx: &dyn Database,
    shop: &Shop,
    connection: &Connection,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    if connection.state != ConnectionState::Ok {
        return Ok(false);
    }
    let id = connection.id.to_string();
    let cap = i64::from(connection.settings.cap);
    let changes = connection.taken.max(count_owed(tx, connection)?);
    if changes <= cap {
        return Ok(false);
    }
    let row = tx.first("SELECT count(*) FROM remote WHERE connection = ?", &[Param::Text(&id)])?;
    let all = row.map_or(Ok(0), |row| row.integer(0))?;
    if changes <= all / SHARE {
        return Ok(false);
    }
    halt(tx, shop, connection, ConnectionState::NeedsApproval, None, context)?;
    Ok(true)
}

/// Lets a connection that waits for an approval go on. All customers are read again, and what they chose is taken over.
pub fn approve(tx: &dyn Database, connection: &Connection, now: Timestamp) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE connection SET is_approved = 1, place = NULL, sweep_due = ?, taken = 0,
             state = iif(state = 'needs_approval', 'ok', state) WHERE id = ?",
        &[Param::Integer(now.millis()), Param::Text(&connection.id.to_string())],
    )
}

/// The changes that a connection would make now.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// The customers of the platform.
    pub customers: i64,
    /// Those whose opt-in would be taken over.
    pub takes_on: Samples,
    /// Those whose opt-out would be taken over.
    pub takes_out: Samples,
    /// Those that would be turned on at the platform.
    pub pushes_on: Samples,
    /// Those that would be turned off at the platform.
    pub pushes_out: Samples,
}

/// A number of customers, with the platform's ids of some.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// The number.
    pub count: i64,
    /// The ids.
    pub ids: Vec<String>,
}

/// Returns what a connection would do now, with the ids of up to 20 customers of each kind.
pub fn preview(database: &dyn Database, connection: &Connection) -> Result<Preview, DatabaseError> {
    let id = connection.id.to_string();
    let samples = |bit: i64| {
        let params = [Param::Text(&id), Param::Integer(bit)];
        let count = database
            .first("SELECT count(*) FROM remote WHERE connection = ? AND would <> 0 AND would & ? <> 0", &params)?;
        let rows = database.query(
            "SELECT remote FROM remote WHERE connection = ? AND would <> 0 AND would & ? <> 0 LIMIT 20",
            &params,
        )?;
        let ids = rows.iter().map(|row| row.text(0).map(str::to_owned)).collect::<Result<_, _>>()?;
        Ok::<_, DatabaseError>(Samples { count: count.map_or(Ok(0), |row| row.integer(0))?, ids })
    };
    let all = database.first("SELECT count(*) FROM remote WHERE connection = ?", &[Param::Text(&id)])?;
    Ok(Preview {
        customers: all.map_or(Ok(0), |row| row.integer(0))?,
        takes_on: samples(TAKES_ON)?,
        takes_out: samples(TAKES_OUT)?,
        pushes_on: samples(PUSHES_ON)?,
        pushes_out: samples(PUSHES_OUT)?,
    })
}

/// A customer about whom the platform and the ledger disagree.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The platform's id of the customer.
    pub id: String,
    /// Whether the platform sends messages although the person does not want them.
    pub is_on_against_a_no: bool,
    /// The reason why the platform did not accept a write.
    pub fault: Option<String>,
}

/// Returns up to 100 customers about whom the platform and the ledger disagree, after the given id.
pub fn conflicts(
    database: &dyn Database,
    connection: &Connection,
    after: &str,
) -> Result<Vec<Conflict>, DatabaseError> {
    let rows = database.query(
        "SELECT remote, would, fault FROM remote
         WHERE connection = ? AND remote > ? AND (fault IS NOT NULL OR would & ? <> 0) ORDER BY remote LIMIT 100",
        &[Param::Text(&connection.id.to_string()), Param::Text(after), Param::Integer(PUSHES_OUT)],
    )?;
    let conflict = |row: &crate::ledger::store::database::Row| {
        Ok(Conflict {
            id: row.text(0)?.to_owned(),
            is_on_against_a_no: row.integer(1)? & PUSHES_OUT != 0,
            fault: row.optional_text(2)?.map(str::to_owned),
        })
    };
    rows.iter().map(conflict).collect()
}
