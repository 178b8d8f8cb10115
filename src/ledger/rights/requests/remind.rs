//! Scheduled work on subject requests: reminds the shop before a deadline, and closes requests that were never
//! verified.

use jiff::civil::Date;

use crate::ledger::outbox::event::emit;
use crate::ledger::rights::requests::subject_request::{COLUMNS, RequestEvent, request_in};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Cells, Database, DatabaseError, Param};

/// The maximum number of requests that one call processes.
const AT_ONCE: usize = 100;
/// The time that a request can wait for verification, in milliseconds: 30 days.
const TO_LAPSE: i64 = 30 * 86_400_000;

/// Reminds the shop of requests that are due soon. Returns whether there may be more.
pub fn remind(tx: &dyn Database, shop: &Shop, today: Date, context: &Context<'_>) -> Result<bool, DatabaseError> {
    let today = today.to_string();
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS}, reminders FROM subject_request WHERE remind_on IS NOT NULL AND remind_on <= ? AND verified_at IS NOT NULL
             ORDER BY remind_on LIMIT {AT_ONCE}"
        ),
        &[Param::Text(&today)],
    )?;
    for row in &rows {
        let mut cells = Cells::of(row);
        let request = request_in(&mut cells)?;
        emit(tx, shop, EventType::RequestReminder, &RequestEvent::of(&request), context)?;
        let days: Vec<String> = cells.parsed(|text| crate::json::read(text))?;
        let next = days.into_iter().find(|day| *day > today);
        tx.execute(
            "UPDATE subject_request SET remind_on = ? WHERE id = ?",
            &[Param::text_or_null(next.as_deref()), Param::Text(&request.id)],
        )?;
    }
    Ok(rows.len() == AT_ONCE)
}

/// Closes the requests that were not verified in time, and deletes their address and details.
pub(in crate::ledger) fn lapse(tx: &dyn Database, context: &Context<'_>) -> Result<(), DatabaseError> {
    let oldest = context.now.plus_millis(-TO_LAPSE);
    tx.execute(
        "UPDATE subject_request SET state = 'lapsed', closed_at = ?, remind_on = NULL, to_value = NULL, details = NULL
         WHERE id IN (SELECT id FROM subject_request WHERE state = 'open' AND opened_at < ?)",
        &[Param::Integer(context.now.millis()), Param::Integer(oldest.millis())],
    )
}
