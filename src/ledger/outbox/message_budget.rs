//! The budget for messages. Anybody can make the shop send a message, by a form or by a request in somebody's name, and
//! the shop pays for it. What is over a budget is held, and an event tells the shop.

use serde::Serialize;

use crate::consent::{Channel, PhoneNumber, Timestamp};
use crate::ledger::outbox::event::emit;
use crate::ledger::shop::Shop;
use crate::ledger::shop::limits::MessageLimits;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::day_count::{HOUR, hour_of};

vocabulary! {
    /// A budget for messages.
    MessageBudget, "unknown budget" {
        /// All messages of an hour.
        Hour = "hour",
        /// All messages of a day.
        Day = "day",
        /// The text messages of a day.
        Text = "text",
        /// The text messages of a day to the numbers of one country code.
        Country = "country",
        /// The messages of a day to one mailbox or number. Tags and upper case make no other mailbox.
        Address = "address",
        /// Text messages to a country that the shop does not name, or to satellite and premium numbers.
        OtherCountry = "other_country",
    }
}

/// How a message counts towards the budgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Priority {
    /// Anybody can cause it. It may use 80 % of each budget, so that it never takes the place of the others.
    Claim,
    /// It serves a person's right.
    Right,
    /// The person themselves has asked for it. It is counted and never held.
    Owed,
}

impl MessageBudget {
    /// Returns whether a message over this budget may be sent later. A flood for one address is never sent.
    pub(crate) fn is_sent_later(self) -> bool {
        !matches!(self, Self::Address | Self::OtherCountry)
    }

    fn limit(self, limits: &MessageLimits) -> u32 {
        match self {
            Self::Hour => limits.hour,
            Self::Day => limits.day,
            Self::Text => limits.text_day,
            Self::Country => limits.country_day,
            Self::Address => limits.address_day,
            Self::OtherCountry => 0,
        }
    }
}

/// The data of the event [`EventType::MessagesHeld`].
#[derive(Serialize)]
struct MessagesHeld {
    budget: MessageBudget,
    limit: u32,
}

/// Counts a message to an address. Returns the budget that it exceeds; it is not counted then. A message that
/// is owed is counted and never held.
pub(crate) fn spend(
    tx: &dyn Database,
    shop: &Shop,
    (medium, to): (Channel, &str),
    priority: Priority,
    context: &Context<'_>,
) -> Result<Option<MessageBudget>, DatabaseError> {
    let limits = &shop.settings.limits.messages;
    if is_text(medium) && priority != Priority::Owed && !may_text(limits, to) {
        return Ok(Some(MessageBudget::OtherCountry));
    }
    let hour = hour_of(context.now);
    let counted = counted_under(shop, medium, to);
    let names: Vec<&str> = counted.iter().flat_map(|(name, _)| [name.as_str()]).collect();
    let names = serde_json::to_string(&names).map_err(|_| DatabaseError::Json)?;
    if priority != Priority::Owed {
        let rows = tx.query(
            "SELECT name, sum(count), coalesce(sum(count) FILTER (WHERE hour = ?1), 0) FROM budget_count
             WHERE name IN (SELECT value FROM json_each(?2)) AND hour > ?1 - 24 GROUP BY name",
            &[Param::Integer(hour), Param::Text(&names)],
        )?;
        for row in &rows {
            let budgets = counted.iter().filter(|(name, _)| row.text(0) == Ok(name)).flat_map(|(_, budgets)| *budgets);
            for budget in budgets {
                let spent = row.integer(if *budget == MessageBudget::Hour { 2 } else { 1 })?;
                let limit = i64::from(budget.limit(limits));
                // The owner of one mailbox has only a few messages, so they are not divided.
                let is_divided = priority == Priority::Claim && *budget != MessageBudget::Address;
                if spent >= if is_divided { (limit * 4 / 5).max(1) } else { limit } {
                    return Ok(Some(*budget));
                }
            }
        }
    }
    tx.execute(
        "INSERT INTO budget_count (name, hour, count) SELECT value, ?1, 1 FROM json_each(?2) WHERE true
         ON CONFLICT DO UPDATE SET count = count + 1",
        &[Param::Integer(hour), Param::Text(&names)],
    )?;
    Ok(None)
}

const fn is_text(medium: Channel) -> bool {
    matches!(medium, Channel::Sms | Channel::Whatsapp)
}

/// Calling codes without a country: shared-cost, satellite, international premium and other networks (ITU-T E.164).
const NO_COUNTRY: &[i32] = &[800, 808, 870, 878, 881, 882, 883, 888, 979];

/// Returns whether the shop sends text messages to this number.
fn may_text(limits: &MessageLimits, to: &str) -> bool {
    let Some(number) = PhoneNumber::parse(to) else { return false };
    let Some(code) = number.country_code() else { return limits.country_codes.is_empty() };
    let is_named = limits.country_codes.is_empty() || limits.country_codes.iter().any(|own| i32::from(*own) == code);
    is_named && !NO_COUNTRY.contains(&code) && !number.is_premium()
}

/// Returns the names under which a message is counted, each with its budgets.
fn counted_under(shop: &Shop, medium: Channel, to: &str) -> Vec<(String, &'static [MessageBudget])> {
    const ALL: &[MessageBudget] = &[MessageBudget::Hour, MessageBudget::Day];
    let mut names = vec![("all".to_owned(), ALL)];
    if is_text(medium) {
        names.push(("text".to_owned(), &[MessageBudget::Text]));
        if let Some(code) = PhoneNumber::parse(to).and_then(|number| number.country_code()) {
            names.push((format!("country {code}"), &[MessageBudget::Country]));
        }
    }
    // The name is a keyed hash, because the count may outlive the address.
    let own = shop.secret.fingerprint(KeyUse::Counted, &[counting_form(to).as_bytes()]);
    names.push((own, &[MessageBudget::Address]));
    names
}

/// Returns an address in the form in which messages to it are counted: `Ada+shop@Example.com` is the mailbox of
/// `ada@example.com`.
fn counting_form(value: &str) -> String {
    let lower = value.to_lowercase();
    match lower.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", local.split('+').next().unwrap_or(local)),
        None => lower,
    }
}

/// Tells the shop that messages are held: once an hour for each budget. Plans when to try again.
pub(crate) fn tell_held(
    tx: &dyn Database,
    shop: &Shop,
    budget: MessageBudget,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let hour = hour_of(context.now);
    let is_first = tx.first(
        "INSERT INTO budget_count (name, hour, count) VALUES (?, ?, 1) ON CONFLICT DO NOTHING RETURNING 1",
        &[Param::Text(&format!("held {budget}")), Param::Integer(hour)],
    )?;
    if budget.is_sent_later() && held_due(tx)?.is_none() {
        plan_held(tx, next_hour(context.now))?;
    }
    if is_first.is_none() {
        return Ok(());
    }
    let limit = budget.limit(&shop.settings.limits.messages);
    emit(tx, shop, EventType::MessagesHeld, &MessagesHeld { budget, limit }, context)
}

/// Returns the beginning of the next hour, when a budget may have room again.
pub(crate) fn next_hour(now: Timestamp) -> Timestamp {
    now.plus_millis(HOUR - now.millis().rem_euclid(HOUR))
}

/// Plans when messages that are held are tried again.
pub(crate) fn plan_held(tx: &dyn Database, at: Timestamp) -> Result<(), DatabaseError> {
    tx.execute(
        "INSERT INTO job (name, due_at) VALUES ('held', ?) ON CONFLICT DO UPDATE SET due_at = excluded.due_at",
        &[Param::Integer(at.millis())],
    )
}

/// Returns when messages that are held are tried again; `None` if there are none.
pub fn held_due(database: &dyn Database) -> Result<Option<Timestamp>, DatabaseError> {
    let row = database.first("SELECT due_at FROM job WHERE name = 'held'", &[])?;
    row.map(|row| row.time(0)).transpose()
}

/// Deletes the counts that no budget needs any more.
pub(crate) fn forget_counts(tx: &dyn Database, context: &Context<'_>) -> Result<(), DatabaseError> {
    let hour = hour_of(context.now);
    tx.execute(
        "DELETE FROM budget_count WHERE (name, hour) IN
             (SELECT name, hour FROM budget_count WHERE hour < ? LIMIT 1000)",
        &[Param::Integer(hour - 24)],
    )
}

/// Returns the number of messages that are held and may be sent later.
pub(crate) fn held_messages(database: &dyn Database) -> Result<i64, DatabaseError> {
    let row = database.first("SELECT count(*) FROM message WHERE held IN ('hour', 'day', 'text', 'country')", &[])?;
    row.map_or(Ok(0), |row| row.integer(0))
}

#[cfg(test)]
mod tests {
    use super::counting_form;

    #[test]
    fn a_tag_makes_no_other_mailbox() {
        for (value, counted) in [
            ("Ada+a@Example.com", "ada@example.com"),
            ("ada+b+c@example.com", "ada@example.com"),
            ("+447700900123", "+447700900123"),
        ] {
            assert_eq!(counting_form(value), counted);
        }
    }
}
