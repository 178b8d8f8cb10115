//! The limits of anonymous submissions: those of a day about contacts that nobody has proven, and the records about one
//! address. Anyone can send such submissions, and the owner of the address cannot prevent them.
//!
//! Once an address has reached the daily limit, a submission that only repeats earlier records of the address is
//! counted there and not stored. What the submission says about other addresses is not affected. A channel, purpose or
//! choice that was not recorded for the address within the day is always stored. The sender gets the same response
//! either way, so no form is blocked and nobody learns whether an address is known.

use serde::Serialize;

use crate::consent::{AddressKind, Channel, PurposeSlug, Timestamp};
use crate::ledger::capture::decide::{KnownAddress, KnownData};
use crate::ledger::outbox::event::emit;
use crate::ledger::records::notice::{TEXTS_A_DAY, is_text_kept};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::day_count::{count, counted, hour_of};
use crate::ledger::store::id::first_id_of;
use crate::model::submission::Submission;

/// The name under which anonymous submissions about contacts that nobody has proven are counted.
const UNPROVEN: &str = "unproven";

/// Returns whether anonymous forms may make or name further unproven contacts today. The answer does not depend on what
/// is known of an address.
pub(crate) fn has_room(tx: &dyn Database, shop: &Shop, now: Timestamp) -> Result<bool, DatabaseError> {
    Ok(counted(tx, UNPROVEN, now)? < i64::from(shop.settings.limits.unproven_day))
}

/// The part of the shop's space that claims may use, in per cent.
const CLAIMS_MAY_USE: u64 = 80;

/// Returns whether there is space for what nobody has proven. The rest of the space is for proven opt-outs and for the
/// rights of persons.
pub(crate) fn has_space(tx: &dyn Database, shop: &Shop) -> Result<bool, DatabaseError> {
    let limit = u64::from(shop.settings.limits.space_mb) * 1_000_000;
    Ok(tx.size()? < limit / 100 * CLAIMS_MAY_USE)
}

/// Tells the shop that claims have to wait for space: once a day.
pub fn tell_no_space(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<(), DatabaseError> {
    tell_once(tx, shop, BudgetReached { budget: "space_mb", limit: shop.settings.limits.space_mb }, context)
}

/// Tells the shop once a day if the text that a page has sent could not be stored: the record has only its hash.
pub(crate) fn tell_text_dropped(
    tx: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Some(notice) = submission.notice.as_ref().filter(|notice| notice.text.is_some()) else { return Ok(()) };
    if is_text_kept(tx, notice)? {
        return Ok(());
    }
    let limit = u32::try_from(TEXTS_A_DAY).unwrap_or_default();
    tell_once(tx, shop, BudgetReached { budget: "texts_day", limit }, context)
}

/// Tells the shop of a budget that was reached, once a day.
fn tell_once(
    tx: &dyn Database,
    shop: &Shop,
    reached: BudgetReached,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let told = tx.first(
        "INSERT INTO budget_count (name, hour, count) SELECT ?2, ?1, 1
         WHERE NOT EXISTS (SELECT 1 FROM budget_count WHERE name = ?2 AND hour > ?1 - 24) RETURNING 1",
        &[Param::Integer(hour_of(context.now)), Param::Text(&format!("told {}", reached.budget))],
    )?;
    if told.is_none() { Ok(()) } else { emit(tx, shop, EventType::BudgetReached, &reached, context) }
}

/// The data of the event [`EventType::BudgetReached`].
#[derive(Serialize)]
struct BudgetReached {
    budget: &'static str,
    limit: u32,
}

/// Counts an anonymous submission about a contact that nobody has proven. Tells the shop when the budget of the day is
/// spent.
pub(crate) fn count_unproven(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<(), DatabaseError> {
    count(tx, UNPROVEN, context.now)?;
    let limit = shop.settings.limits.unproven_day;
    if counted(tx, UNPROVEN, context.now)? != i64::from(limit) {
        return Ok(());
    }
    emit(tx, shop, EventType::BudgetReached, &BudgetReached { budget: "unproven_day", limit }, context)
}

/// The number of anonymous records that are stored for one address within 24 hours before the limit applies.
const KEPT_A_DAY: i64 = 20;
const DAY: i64 = 86_400_000;

/// Returns the kinds of the addresses in a submission that are over the limit, and counts the submission at each of
/// them. The caller must store no records for them.
pub(crate) fn over_limit(
    tx: &dyn Database,
    known: &KnownData,
    submission: &Submission,
    now: Timestamp,
) -> Result<Vec<AddressKind>, DatabaseError> {
    let mut over_limit = Vec::new();
    // The id of a record begins with the time of receipt.
    let since = first_id_of(now.plus_millis(-DAY));
    let anonymous = |address: &&KnownAddress| submission.is_anonymous_about(address.kind);
    for address in known.addresses.iter().filter(anonymous) {
        if is_flooded(tx, address, &since)? && repeats(tx, address, submission, &since)? {
            tx.execute(
                "INSERT INTO damped (address, count, last_at) VALUES (?, 1, ?)
                 ON CONFLICT DO UPDATE SET count = count + 1, last_at = excluded.last_at",
                &[Param::Integer(address.id), Param::Integer(now.millis())],
            )?;
            over_limit.push(address.kind);
        }
    }
    Ok(over_limit)
}

fn is_flooded(tx: &dyn Database, address: &KnownAddress, since: &str) -> Result<bool, DatabaseError> {
    let row = tx.first(
        "SELECT count(*) FROM (SELECT 1 FROM record WHERE address = ? AND id >= ? AND assurance = 'claimed'
             LIMIT CAST(? AS INTEGER))",
        &[Param::Integer(address.id), Param::Text(since), Param::Integer(KEPT_A_DAY)],
    )?;
    Ok(row.map_or(Ok(0), |row| row.integer(0))? >= KEPT_A_DAY)
}

/// Returns whether every choice that a submission makes for an address was recorded for it anonymously within the day.
fn repeats(
    tx: &dyn Database,
    address: &KnownAddress,
    submission: &Submission,
    since: &str,
) -> Result<bool, DatabaseError> {
    for choice in &submission.choices {
        let scope = &choice.scope;
        if scope.channel.is_some_and(|channel| channel.address_kind() != address.kind) {
            continue;
        }
        let statement = tx.first(
            "SELECT 1 FROM record WHERE address = ? AND id >= ? AND channel = ? AND purpose = ? AND choice = ?
                 AND assurance = 'claimed' LIMIT 1",
            &[
                Param::Integer(address.id),
                Param::Text(since),
                Param::Text(scope.channel.map_or("*", Channel::as_str)),
                Param::Text(scope.purpose.as_ref().map_or("*", PurposeSlug::as_str)),
                Param::Text(choice.claim.choice().as_str()),
            ],
        )?;
        if statement.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
