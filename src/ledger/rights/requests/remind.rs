//! What happens to requests as days pass: the shop is reminded before a day is over, and what nobody proved to be theirs lapses.

use jiff::civil::Date;

use crate::ledger::outbox::event::emit;
use crate::ledger::rights::requests::subject_request::{COLUMNS, RequestEvent, request_in};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// Requests that are looked at in one go.
const AT_ONCE: usize = 100;
/// For how long a request can wait for its address, in milliseconds: 30 days.
const TO_LAPSE: i64 = 30 * 86_400_000;

/// Reminds the shop of what is due soon. Tells whether some is left over.
///
/// # Errors
/// Those of the database.
pub fn remind(tx: &dyn Database, shop: &Shop, today: Date, moment: &Moment<'_>) -> Result<bool, DatabaseError> {
    let today = today.to_string();
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS}, reminders FROM subject_request WHERE remind_on IS NOT NULL AND remind_on <= ?
             ORDER BY remind_on LIMIT {AT_ONCE}"
        ),
        &[Param::Text(&today)],
    )?;
    for row in &rows {
        let request = request_in(row)?;
        emit(tx, shop, EventType::RequestReminder, &RequestEvent::of(&request), moment)?;
        let days: Vec<String> = row.parsed(25, |text| crate::json::read(text))?;
        let next = days.into_iter().find(|day| *day > today);
        tx.execute(
            "UPDATE subject_request SET remind_on = ? WHERE id = ?",
            &[Param::text_or_null(next.as_deref()), Param::Text(&request.id)],
        )?;
    }
    Ok(rows.len() == AT_ONCE)
}

/// Lets requests lapse whose address never answered: what they said goes.
pub(in crate::ledger) fn lapse(tx: &dyn Database, moment: &Moment<'_>) -> Result<(), DatabaseError> {
    let oldest = moment.now.plus_millis(-TO_LAPSE);
    tx.execute(
        "UPDATE subject_request SET state = 'lapsed', closed_at = ?, remind_on = NULL, to_value = NULL, details = NULL
         WHERE id IN (SELECT id FROM subject_request WHERE state = 'open' AND opened_at < ?)",
        &[Param::Integer(moment.now.millis()), Param::Integer(oldest.millis())],
    )
}
