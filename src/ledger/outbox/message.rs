//! What the shop has to send to a person: kept with the address until it has been handed over and for a week after, so that
//! the shop can ask for it again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consent::{AddressKind, Channel, PurposeSlug, Timestamp};
use crate::ledger::outbox::event::emit;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};

vocabulary! {
    /// What a message is for.
    MessageKind, "unknown message" {
        /// Asks whether it was this person who said yes.
        Confirm = "confirm",
        /// Proves that a request comes from this address.
        Request = "request",
        /// Tells what has become of a request.
        Result = "result",
        /// Leads to the preference page.
        Preferences = "preferences",
        /// Says that a stop was heard; the one message that may follow one.
        Stopped = "stopped",
        /// Says that a start was heard.
        Started = "started",
        /// Says who writes, and how to stop it.
        Help = "help",
    }
}

/// A yes that an anonymous form has claimed, as it is kept with a message or a confirmation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ScopeEntry {
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The record of it.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub record: String,
}

/// What a message says besides its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MessageDetail {
    /// What is to be confirmed.
    pub scopes: Vec<ScopeEntry>,
}

/// A message as it is kept.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub kind: MessageKind,
    /// By which channel it goes.
    pub medium: Channel,
    /// To whom.
    pub to: String,
    /// In which language.
    pub locale: String,
    /// The confirmation or request that it is about, or the name of the address in links.
    pub about: Option<String>,
    /// What it says besides.
    pub detail: MessageDetail,
    /// Since when it is to be sent.
    pub created_at: Timestamp,
}

/// Whom a message goes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipient<'a> {
    /// By which channel.
    pub(crate) medium: Channel,
    pub(crate) value: &'a str,
    /// The name of the address, by which an erasure finds the message.
    pub(crate) pseudonym: &'a str,
    pub(crate) locale: &'a str,
}

/// The channel by which something can be sent to an address of a kind; `preferred` where it fits. None where only paper would do.
pub(crate) fn medium_for(shop: &Shop, kind: AddressKind, preferred: &[Channel]) -> Option<Channel> {
    match kind {
        AddressKind::Email => Some(Channel::Email),
        AddressKind::Push => Some(Channel::Push),
        AddressKind::Postal => None,
        AddressKind::Phone => {
            let written = |channel: &&Channel| matches!(channel, Channel::Sms | Channel::Whatsapp);
            let own = preferred.iter().find(written).or_else(|| shop.settings.channels.iter().find(written));
            Some(own.copied().unwrap_or(Channel::Sms))
        }
    }
}

/// Asks the shop to send a message. To be called in the transaction of its cause. It is kept also where no webhook hears of it: the
/// shop may ask for it, and what limits how often an address is written to counts it.
pub(crate) fn post(
    tx: &dyn Database,
    shop: &Shop,
    kind: MessageKind,
    to: &Recipient<'_>,
    about: Option<&str>,
    detail: &MessageDetail,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    #[derive(Serialize)]
    struct Data<'a> {
        message: &'a str,
        kind: MessageKind,
        medium: Channel,
        locale: &'a str,
    }
    let id = moment.next_id().to_string();
    let written = serde_json::to_string(detail).map_err(|_| DatabaseError::Shape { column: 7 })?;
    tx.execute(
        "INSERT INTO message (id, kind, medium, to_value, pseudonym, locale, about, detail, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&id),
            Param::Text(kind.as_str()),
            Param::Text(to.medium.as_str()),
            Param::Text(to.value),
            Param::Text(to.pseudonym),
            Param::Text(to.locale),
            Param::text_or_null(about),
            Param::Text(&written),
            Param::Integer(moment.now.millis()),
        ],
    )?;
    emit(
        tx,
        shop,
        EventType::MessageRequested,
        &Data { message: &id, kind, medium: to.medium, locale: to.locale },
        moment,
    )
}

/// A message by its id; nothing once it has gone.
///
/// # Errors
/// Those of the database.
pub fn message(database: &dyn Database, id: Uuid) -> Result<Option<Message>, DatabaseError> {
    let row = database.first(
        "SELECT id, kind, medium, to_value, locale, about, detail, created_at FROM message WHERE id = ?",
        &[Param::Text(&id.to_string())],
    )?;
    row.as_ref().map(message_in).transpose()
}

/// Messages that are still known, the newest first; older than `before`.
///
/// # Errors
/// Those of the database.
pub fn list_messages(database: &dyn Database, before: Option<Uuid>, limit: u16) -> Result<Vec<Message>, DatabaseError> {
    let before = before.map_or_else(|| "g".to_owned(), |id| id.to_string());
    database
        .query(
            "SELECT id, kind, medium, to_value, locale, about, detail, created_at FROM message WHERE id < ?
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
