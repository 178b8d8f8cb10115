//! Messages that the shop has to send to a person. They are stored with the address for 7 days, so that the shop can
//! fetch them again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consent::{AddressKind, Channel, PurposeSlug, Timestamp};
use crate::ledger::outbox::event::emit;
use crate::ledger::outbox::message_budget::{
    MessageBudget, Priority, forget_counts, next_hour, plan_held, spend, tell_held,
};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};

vocabulary! {
    /// The purpose of a message.
    MessageKind, "unknown message" {
        /// Asks whether the person opted in.
        Confirm = "confirm",
        /// Asks the address to verify a subject request.
        Request = "request",
        /// Contains the result of a subject request.
        Result = "result",
        /// Contains a link to the preference page.
        Preferences = "preferences",
        /// Says that a stop was received. No other message may follow a stop.
        Stopped = "stopped",
        /// Says that a start was received.
        Started = "started",
        /// Says who sends the messages and how to stop them.
        Help = "help",
    }
}

impl MessageKind {
    const fn priority(self) -> Priority {
        match self {
            Self::Confirm => Priority::Claim,
            Self::Result => Priority::Owed,
            _ => Priority::Right,
        }
    }
}

/// An opt-in that an anonymous form has claimed, as it is stored with a message or a confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ScopeEntry {
    /// The channel of the opt-in.
    pub channel: Channel,
    /// The purpose of the opt-in.
    pub purpose: PurposeSlug,
    /// The id of the record of the opt-in.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub record: String,
}

/// The contents of a message besides its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageDetail {
    /// The opt-ins to confirm.
    pub scopes: Vec<ScopeEntry>,
}

/// A message as it is stored.
#[derive(Clone, Debug)]
pub struct Message {
    /// The id of the message.
    pub id: String,
    /// The kind of the message.
    pub kind: MessageKind,
    /// The channel by which the message is sent.
    pub medium: Channel,
    /// The address to which the message is sent.
    pub to: String,
    /// The language of the message.
    pub locale: String,
    /// The id of the confirmation or subject request that the message is about, or the pseudonym of the address.
    pub about: Option<String>,
    /// The contents of the message besides its kind.
    pub detail: MessageDetail,
    /// The time at which the message was requested.
    pub created_at: Timestamp,
}

/// The recipient of a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipient<'a> {
    /// The channel by which the message is sent.
    pub(crate) medium: Channel,
    pub(crate) value: &'a str,
    /// The pseudonym of the address, by which an erasure finds the message.
    pub(crate) pseudonym: &'a str,
    pub(crate) locale: &'a str,
}

/// Returns the channel by which a message can be sent to an address of a kind, one of `preferred` if it fits. `None`
/// for a postal address.
pub(crate) fn medium_for(shop: &Shop, kind: AddressKind, preferred: &[Channel]) -> Option<Channel> {
    match kind {
        AddressKind::Email => Some(Channel::Email),
        AddressKind::Push => Some(Channel::Push),
        AddressKind::Postal => None,
        AddressKind::Phone => {
            let written = |channel: &&Channel| channel.can_reply();
            let own = preferred.iter().find(written).or_else(|| shop.settings.channels.iter().find(written));
            Some(own.copied().unwrap_or(Channel::Sms))
        }
    }
}

/// The data of the event [`EventType::MessageRequested`].
#[derive(Serialize)]
struct MessageRequested<'a> {
    message: &'a str,
    kind: MessageKind,
    medium: Channel,
    locale: &'a str,
}

/// Asks the shop to send a message. Must be called in the transaction of its cause. The message is also stored if no
/// webhook receives the event: the shop can fetch it, and it counts towards the limit of messages to an address.
pub(crate) fn post(
    tx: &dyn Database,
    shop: &Shop,
    kind: MessageKind,
    to: &Recipient<'_>,
    about: Option<&str>,
    detail: &MessageDetail,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    post_as(tx, shop, (kind, kind.priority()), to, about, detail, context)
}

/// Does the same for a message that the person themselves has asked for: no budget holds it.
pub(crate) fn post_owed(
    tx: &dyn Database,
    shop: &Shop,
    kind: MessageKind,
    to: &Recipient<'_>,
    about: Option<&str>,
    detail: &MessageDetail,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    post_as(tx, shop, (kind, Priority::Owed), to, about, detail, context)
}

fn post_as(
    tx: &dyn Database,
    shop: &Shop,
    (kind, priority): (MessageKind, Priority),
    to: &Recipient<'_>,
    about: Option<&str>,
    detail: &MessageDetail,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let over = spend(tx, shop, (to.medium, to.value), priority, context)?;
    let told = over.is_some() || shop.wants(EventType::MessageRequested);
    let id = context.next_id().to_string();
    let written = serde_json::to_string(detail).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "INSERT INTO message (id, kind, medium, to_value, pseudonym, locale, about, detail, created_at, told, held)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&id),
            Param::Text(kind.as_str()),
            Param::Text(to.medium.as_str()),
            Param::Text(to.value),
            Param::Text(to.pseudonym),
            Param::Text(to.locale),
            Param::text_or_null(about),
            Param::Text(&written),
            Param::Integer(context.now.millis()),
            Param::Integer(told.into()),
            Param::text_or_null(over.map(MessageBudget::as_str)),
        ],
    )?;
    if let Some(budget) = over {
        return tell_held(tx, shop, budget, context);
    }
    let data = MessageRequested { message: &id, kind, medium: to.medium, locale: to.locale };
    emit(tx, shop, EventType::MessageRequested, &data, context)
}

/// Sends messages that were held, as far as the budgets allow now: first those about a person's rights, then questions,
/// each with the oldest first. Plans when to go on.
pub fn send_held(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<(), DatabaseError> {
    /// The most messages in one step.
    const PAGE: usize = 200;
    forget_counts(tx, context)?;
    let rows = tx.query(
        "SELECT id, kind, medium, to_value, pseudonym, locale FROM message WHERE held IN ('hour', 'day', 'text', 'country')
         ORDER BY kind = 'confirm', id LIMIT 200",
        &[],
    )?;
    let mut is_over = false;
    let told = shop.wants(EventType::MessageRequested);
    for row in &rows {
        let (kind, medium) = (row.parsed(1, MessageKind::parse)?, row.parsed(2, Channel::parse)?);
        let to = Recipient { medium, value: row.text(3)?, pseudonym: row.text(4)?, locale: row.text(5)? };
        if spend(tx, shop, (medium, to.value), kind.priority(), context)?.is_some() {
            // Another country or another kind may have room.
            is_over = true;
            continue;
        }
        let message = row.text(0)?;
        tx.execute(
            "UPDATE message SET held = NULL, told = ? WHERE id = ?",
            &[Param::Integer(told.into()), Param::Text(message)],
        )?;
        let data = MessageRequested { message, kind, medium, locale: to.locale };
        emit(tx, shop, EventType::MessageRequested, &data, context)?;
    }
    if is_over {
        return plan_held(tx, next_hour(context.now));
    }
    if rows.len() == PAGE { plan_held(tx, context.now) } else { tx.execute("DELETE FROM job WHERE name = 'held'", &[]) }
}

/// Tells of the latest messages that nobody has taken yet, once a webhook wants them. Older ones stay in
/// `GET /v1/messages`.
pub fn tell_waiting(tx: &dyn Database, shop: &Shop, context: &Context<'_>) -> Result<(), DatabaseError> {
    if !shop.wants(EventType::MessageRequested) {
        return Ok(());
    }
    let latest = "SELECT id, kind, medium, locale FROM message WHERE told = 0 ORDER BY id DESC LIMIT 500";
    for row in &tx.query(latest, &[])? {
        let id = row.text(0)?;
        let kind = row.parsed(1, MessageKind::parse)?;
        let medium = row.parsed(2, Channel::parse)?;
        let data = MessageRequested { message: id, kind, medium, locale: row.text(3)? };
        emit(tx, shop, EventType::MessageRequested, &data, context)?;
        tx.execute("UPDATE message SET told = 1 WHERE id = ?", &[Param::Text(id)])?;
    }
    Ok(())
}

/// Returns the number of messages that nobody has taken.
pub(crate) fn waiting_messages(database: &dyn Database) -> Result<i64, DatabaseError> {
    let row = database.first("SELECT count(*) FROM message WHERE told = 0", &[])?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// Notes that the shop has read a message.
pub fn note_read(tx: &dyn Database, id: Uuid) -> Result<(), DatabaseError> {
    tx.execute("UPDATE message SET told = 1 WHERE id = ? AND told = 0", &[Param::Text(&id.to_string())])
}

/// Returns a message by its id. `None` if it was deleted.
pub fn message(database: &dyn Database, id: Uuid) -> Result<Option<Message>, DatabaseError> {
    let row = database.first(
        "SELECT id, kind, medium, to_value, locale, about, detail, created_at FROM message WHERE id = ?",
        &[Param::Text(&id.to_string())],
    )?;
    row.as_ref().map(message_in).transpose()
}

/// Returns the messages that are still stored, newest first. With `before`, returns only messages older than this one.
pub fn list_messages(database: &dyn Database, before: Option<Uuid>, limit: u16) -> Result<Vec<Message>, DatabaseError> {
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    database
        .query(
            "SELECT id, kind, medium, to_value, locale, about, detail, created_at FROM message WHERE held IS NULL AND id < ?
             ORDER BY id DESC LIMIT CAST(? AS INTEGER)",
            &[Param::Text(&before), Param::Integer(limit.into())],
        )?
        .iter()
        .map(message_in)
        .collect()
}

fn message_in(row: &Row) -> Result<Message, DatabaseError> {
    Ok(Message {
        id: row.text(0)?.to_owned(),
        kind: row.parsed(1, MessageKind::parse)?,
        medium: row.parsed(2, Channel::parse)?,
        to: row.text(3)?.to_owned(),
        locale: row.text(4)?.to_owned(),
        about: row.optional_text(5)?.map(str::to_owned),
        detail: row.parsed(6, |text| crate::json::read(text))?,
        created_at: row.time(7)?,
    })
}
