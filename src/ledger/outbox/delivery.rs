//! Due deliveries, and the handling of their results.
//!
//! Each delivery has its own retry schedule ([`DELAYS`], ten attempts). A webhook that fails again and again, or asks
//! for a pause, is put on hold as a whole. After each hold one delivery is sent as a probe, and the first success makes
//! all others due. So an endpoint that is down costs one request every five minutes, and the events that wait for it
//! lose no attempt.

use crate::consent::Timestamp;
use crate::ledger::outbox::webhook::release;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// The delays from a failed attempt to the next, as Standard Webhooks advises, each varied at random by up to ± 20 %.
const DELAYS: [i64; 9] =
    [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
/// The number of failures in a row after which a webhook is put on hold.
const PATIENCE: i64 = 5;
/// The length of the hold: the first one, and each one after a failed probe.
const HOLDS: [i64; 5] = [10 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE];
/// The longest hold that an endpoint can ask for.
const LONGEST_HOLD: i64 = HOUR;

/// The key of a delivery: one event for one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DeliveryKey {
    /// The id of the webhook.
    pub webhook: String,
    /// The id of the event.
    pub event: String,
}

/// A pending delivery, which is due now or later.
#[derive(Clone, Debug)]
pub struct DueDelivery {
    /// The key of the delivery.
    pub key: DeliveryKey,
    /// The time when the delivery is due.
    pub due_at: Timestamp,
    /// The type of the event.
    pub kind: EventType,
    /// The time of the event.
    pub at: Timestamp,
    /// The data of the event, with ids only, as JSON.
    pub data: String,
}

/// A webhook with pending deliveries.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The id of the webhook.
    pub webhook: String,
    /// The time from which the first pending delivery may be sent.
    pub due_at: Timestamp,
    /// The time until which the webhook is, or was, on hold.
    pub held_until: Timestamp,
    /// Whether the last attempt failed. Then one delivery at a time is enough.
    pub is_failing: bool,
}

/// The result of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendOutcome<'a> {
    /// The endpoint answered.
    Answered {
        /// The HTTP status of the answer.
        status: u16,
        /// The header `retry-after` of the answer.
        retry_after: Option<&'a str>,
    },
    /// The endpoint did not answer in time.
    TimedOut,
    /// The connection failed or broke: unknown host, no listener, or an untrusted certificate.
    Unreachable,
    /// Nothing was sent, because placet could not build the request.
    Unwritten,
}

/// The judgement of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AttemptResult {
    Delivered,
    /// The endpoint wants no more events at all.
    Gone,
    Failed {
        code: &'static str,
        quiet: Backoff,
    },
}

/// Whether the endpoint asked for a pause, or needs one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Backoff {
    No,
    Needed,
    /// The endpoint asked for a pause of this many milliseconds.
    Asked(i64),
}

/// Returns the webhooks that have pending deliveries, due or not.
pub fn waiting(database: &dyn Database) -> Result<Vec<Waiting>, DatabaseError> {
    let rows = database.query(
        "SELECT id, held_until, failures,
             (SELECT min(due_at) FROM delivery WHERE delivery.webhook = webhook.id AND state = 'pending')
         FROM webhook WHERE disabled_at IS NULL",
        &[],
    )?;
    let mut waiting = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| !row.is_null(3)) {
        let held_until = row.time(1)?;
        waiting.push(Waiting {
            webhook: row.text(0)?.to_owned(),
            due_at: row.time(3)?.max(held_until),
            held_until,
            is_failing: row.integer(2)? > 0 || held_until.millis() > 0,
        });
    }
    Ok(waiting)
}

/// Returns the pending deliveries of a webhook, the earliest first.
pub fn due_deliveries(database: &dyn Database, webhook: &str, most: usize) -> Result<Vec<DueDelivery>, DatabaseError> {
    // The inner statement reads only an index, however many deliveries are pending.
    let rows = database.query(
        "SELECT due.event, due.due_at, e.type, e.at, e.data
         FROM (SELECT event, due_at FROM delivery WHERE webhook = ? AND state = 'pending'
               ORDER BY due_at, event LIMIT CAST(? AS INTEGER)) due
         CROSS JOIN event e ON e.id = due.event ORDER BY due.due_at, due.event",
        &[Param::Text(webhook), Param::Integer(i64::try_from(most).unwrap_or(0))],
    )?;
    rows.iter()
        .map(|row| {
            Ok(DueDelivery {
                key: DeliveryKey { webhook: webhook.to_owned(), event: row.text(0)?.to_owned() },
                due_at: row.time(1)?,
                kind: row.parsed(2, EventType::parse)?,
                at: row.time(3)?,
                data: row.text(4)?.to_owned(),
            })
        })
        .collect()
}

/// Stores the result of an attempt. Returns whether this disabled the webhook.
pub fn note_outcome(
    database: &dyn Database,
    key: &DeliveryKey,
    outcome: SendOutcome<'_>,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let names = [Param::Text(&key.webhook), Param::Text(&key.event)];
    database.transaction(|tx| {
        let row = tx.first(
            "SELECT d.attempts, w.failures, w.held_until FROM delivery d CROSS JOIN webhook w ON w.id = d.webhook
             WHERE d.webhook = ? AND d.event = ?",
            &names,
        )?;
        // The delivery was deleted while it was being sent.
        let Some(row) = row else { return Ok(false) };
        let (attempts, failures, held_until) = (row.integer(0)? + 1, row.integer(1)?, row.time(2)?);
        let status = match outcome {
            SendOutcome::Answered { status, .. } => Param::Integer(status.into()),
            SendOutcome::TimedOut | SendOutcome::Unreachable | SendOutcome::Unwritten => Param::Null,
        };
        let now = context.now;
        let note = |state: &str, due_at: Timestamp, failure: Option<&str>| {
            tx.execute(
                "UPDATE delivery SET state = ?, attempts = ?, due_at = ?, tried_at = ?, status = ?, failure = ?
                 WHERE webhook = ? AND event = ?",
                &[
                    Param::Text(state),
                    Param::Integer(attempts),
                    Param::Integer(due_at.millis()),
                    Param::Integer(now.millis()),
                    status,
                    Param::text_or_null(failure),
                    Param::Text(&key.webhook),
                    Param::Text(&key.event),
                ],
            )
        };
        match verdict(outcome, now) {
            AttemptResult::Delivered => {
                note("delivered", now, None)?;
                if failures > 0 || held_until.millis() > 0 {
                    set_health(tx, &key.webhook, 0, 0)?;
                }
                if held_until.millis() > 0 {
                    release(tx, &key.webhook, now)?;
                }
                Ok(false)
            }
            AttemptResult::Gone => {
                note("dead", now, Some("gone"))?;
                tx.execute(
                    "UPDATE delivery SET state = 'dead', failure = 'gone' WHERE webhook = ? AND state = 'pending'",
                    &[Param::Text(&key.webhook)],
                )?;
                tx.execute(
                    "UPDATE webhook SET disabled_at = ?, disabled_reason = 'gone' WHERE id = ? AND disabled_at IS NULL",
                    &[Param::Integer(now.millis()), Param::Text(&key.webhook)],
                )?;
                Ok(true)
            }
            AttemptResult::Failed { code, quiet } => {
                match delay(attempts, context.random()) {
                    Some(delay) => note("pending", now.plus_millis(delay), Some(code))?,
                    None => note("dead", now, Some(code))?,
                }
                // Nothing was sent, so the result says nothing about the endpoint.
                if outcome != SendOutcome::Unwritten {
                    let (failures, hold) = health(failures, held_until, quiet, now);
                    set_health(tx, &key.webhook, failures, hold.millis())?;
                }
                Ok(false)
            }
        }
    })
}

fn set_health(tx: &dyn Database, webhook: &str, failures: i64, held_until: i64) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE webhook SET failures = ?, held_until = ? WHERE id = ?",
        &[Param::Integer(failures), Param::Integer(held_until), Param::Text(webhook)],
    )
}

fn verdict(outcome: SendOutcome<'_>, now: Timestamp) -> AttemptResult {
    let failed = |code, quiet| AttemptResult::Failed { code, quiet };
    match outcome {
        SendOutcome::TimedOut => failed("timeout", Backoff::No),
        SendOutcome::Unreachable => failed("unreachable", Backoff::No),
        SendOutcome::Unwritten => failed("internal", Backoff::No),
        SendOutcome::Answered { status: 200..=299, .. } => AttemptResult::Delivered,
        SendOutcome::Answered { status: 300..=399, .. } => failed("redirect", Backoff::No),
        SendOutcome::Answered { status: 410, .. } => AttemptResult::Gone,
        SendOutcome::Answered { status, retry_after } => {
            let asked = retry_after.and_then(|text| asked_for(text, now)).map(Backoff::Asked);
            let quiet = match status {
                429 => asked.unwrap_or(Backoff::Needed),
                503 => asked.unwrap_or(Backoff::No),
                502 | 504 => Backoff::Needed,
                _ => Backoff::No,
            };
            failed("status", quiet)
        }
    }
}

/// Returns the pause that `Retry-After` asks for, in milliseconds. The header is a number of seconds or a date (RFC
/// 9110, section 10.2.3).
fn asked_for(text: &str, now: Timestamp) -> Option<i64> {
    let text = text.trim();
    let millis = match text.parse::<u32>() {
        Ok(seconds) => i64::from(seconds) * SECOND,
        Err(_) => Timestamp::parse_http_date(text)?.millis() - now.millis(),
    };
    Some(millis.clamp(0, LONGEST_HOLD))
}

/// Returns the delay after the failed attempt of this number; `None` after the last. `chance` varies it by up to a
/// fifth.
fn delay(attempts: i64, chance: [u8; 2]) -> Option<i64> {
    let delay = usize::try_from(attempts - 1).ok().and_then(|place| DELAYS.get(place))?;
    // From -32768 to 32767, in units of 1/163840.
    let by = i64::from(u16::from_be_bytes(chance)) - 32_768;
    Some(delay + delay * by / 163_840)
}

/// Returns the number of failures in a row after one more, and the time until which the webhook is on hold.
fn health(failures: i64, held_until: Timestamp, quiet: Backoff, now: Timestamp) -> (i64, Timestamp) {
    let hold = |place: i64| {
        let last = HOLDS.len() - 1;
        HOLDS.get(usize::try_from(place).unwrap_or(0).min(last)).copied().unwrap_or(LONGEST_HOLD)
    };
    // An attempt that started before the hold tells nothing new, unless the endpoint asks for a longer pause.
    let straggler = held_until > now;
    let failures = if straggler { failures } else { failures + 1 };
    let until = match quiet {
        Backoff::Asked(millis) => Some(now.plus_millis(millis.max(SECOND))),
        _ if straggler => None,
        _ if failures >= PATIENCE => Some(now.plus_millis(hold(failures - PATIENCE))),
        Backoff::Needed => Some(now.plus_millis(hold(failures - 1))),
        Backoff::No => None,
    };
    (failures, until.map_or(held_until, |until| until.max(held_until)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn the_retry_schedule_is_that_of_standard_webhooks() {
        let middle = [128, 0];
        let schedule: Vec<i64> = (1..).map_while(|attempts| delay(attempts, middle)).map(|ms| ms / SECOND).collect();
        assert_eq!(schedule, [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400], "ten tries");
        assert_eq!(delay(1, [0, 0]), Some(4_000));
        assert_eq!(delay(1, [255, 255]), Some(5_999));
        assert_eq!(delay(0, middle), None);
    }

    #[test]
    fn each_answer_of_an_endpoint_has_its_delivery_verdict() {
        let now = Timestamp::parse("2026-11-23T10:00:00Z").unwrap();
        let failed = |code, quiet| AttemptResult::Failed { code, quiet };
        for (status, retry_after, expected) in [
            (200, None, AttemptResult::Delivered),
            (204, None, AttemptResult::Delivered),
            (301, None, failed("redirect", Backoff::No)),
            (304, None, failed("redirect", Backoff::No)),
            (400, None, failed("status", Backoff::No)),
            (410, None, AttemptResult::Gone),
            (429, None, failed("status", Backoff::Needed)),
            (429, Some("20"), failed("status", Backoff::Asked(20_000))),
            (429, Some("Mon, 23 Nov 2026 10:01:00 GMT"), failed("status", Backoff::Asked(60_000))),
            (429, Some("Mon, 23 Nov 2026 09:01:00 GMT"), failed("status", Backoff::Asked(0))),
            (429, Some("soon"), failed("status", Backoff::Needed)),
            (500, Some("20"), failed("status", Backoff::No)),
            (502, None, failed("status", Backoff::Needed)),
            (503, None, failed("status", Backoff::No)),
            (503, Some("86400"), failed("status", Backoff::Asked(HOUR))),
            (504, Some("20"), failed("status", Backoff::Needed)),
        ] {
            let outcome = SendOutcome::Answered { status, retry_after };
            assert_eq!(verdict(outcome, now), expected, "{status} {retry_after:?}");
        }
    }

    #[test]
    fn the_pause_of_a_webhook_grows_with_its_failures() {
        let (mut failures, mut held, mut now) = (0, at(0), at(1_000_000));
        let mut holds = Vec::new();
        for _ in 0..12 {
            (failures, held) = health(failures, held, Backoff::No, now);
            let hold = (held.millis() - now.millis()).max(0);
            holds.push(hold / SECOND);
            // Results that arrive during a hold change nothing.
            if hold > 0 {
                assert_eq!(health(failures, held, Backoff::Needed, now.plus_millis(1)), (failures, held));
            }
            now = now.plus_millis(hold + 1);
        }
        assert_eq!(holds, [0, 0, 0, 0, 10, 30, 60, 120, 300, 300, 300, 300]);
        assert_eq!(health(0, at(0), Backoff::Needed, now).1, now.plus_millis(10 * SECOND));
        assert_eq!(health(0, at(0), Backoff::Asked(0), now).1, now.plus_millis(SECOND));
        assert_eq!(health(9, now.plus_millis(50), Backoff::Asked(HOUR), now), (9, now.plus_millis(HOUR)));
    }
}
