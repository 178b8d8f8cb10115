//! Inbound messages: stop, start, help, and the "yes" that answers a confirmation.
//!
//! A repeated delivery of a message has no effect, and a stop is answered by at most one message (47 CFR
//! 64.1200(a)(12)).

use serde::Serialize;

use crate::consent::{
    Address, AddressKind, Assurance, Basis, CLOCK_SKEW, Channel, PhoneNumber, Scope, SentMessage, Timestamp, Track,
};
use crate::ledger::capture::confirmation::{Whose, ask, confirm, open_confirmation, weakly_answered};
use crate::ledger::capture::person_act::{PersonAct, PersonMessage, PersonSource, note_own_acts, opt_outs};
use crate::ledger::outbox::event::emit_named;
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, post};
use crate::ledger::people::address::{StoredAddress, find_verified_address, written};
use crate::ledger::people::contact::last_locale;
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::suppression::suppress;
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::shop::webhook::{EventType, Payload};
use crate::ledger::store::context::Context;
use crate::ledger::store::context::is_recent;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::submission::Claim;
use crate::model::suppression::SuppressionReason;

/// The meaning of an inbound message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundKeyword {
    /// The person opts out of the channel.
    Stop,
    /// The person wants the stopped messages again.
    Start,
    /// The person answers a confirmation.
    Yes,
    /// The person asks who sends the messages.
    Help,
}

/// An inbound message.
#[derive(Clone, Debug)]
pub struct InboundMessage {
    /// The name of the provider.
    pub provider: &'static str,
    /// The provider's id of the message.
    pub id: String,
    /// The channel of the message.
    pub channel: Channel,
    /// The phone number of the sender; `None` if the message names none.
    pub from: Option<PhoneNumber>,
    /// The meaning of the message; `None` if it has no keyword.
    pub statement: Option<InboundKeyword>,
    /// The time of the message by the provider's clock.
    pub sent_at: Option<Timestamp>,
    /// The text of the message.
    pub text: String,
    /// Whether the provider answers the message itself.
    pub is_answered: bool,
}

/// The reason why placet did not carry a message out.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Unmatched {
    /// The message has no keyword.
    NoKeyword,
    /// The message names no telephone number.
    NoNumber,
    /// Nothing is known of the number, so there is nothing to start again or to confirm.
    UnknownSender,
    /// The person answers yes, and no question is open.
    NoQuestion,
    /// The person answers yes, but an objection or a suppression stands. Only the link in the question ends it: anybody
    /// can write the number of another as the sender of a text message.
    NeedsLink,
    /// The message was sent long ago, so it may be a copy.
    TooOld,
}

/// The data of the events [`EventType::InboundReceived`] and [`EventType::InboundUnmatched`].
#[derive(Serialize)]
struct InboundData<'a> {
    provider: &'a str,
    message: &'a str,
    channel: Channel,
    keyword: Option<InboundKeyword>,
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Unmatched>,
}

/// For how long the ids of messages with a time are kept, in milliseconds.
pub(crate) const IDS_ARE_KEPT_FOR: i64 = 30 * 86_400_000;

/// Processes an inbound message once, and tells the shop what became of it. Returns whether it was new.
pub fn receive_inbound(
    tx: &dyn Database,
    shop: &Shop,
    message: &InboundMessage,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let hash = shop.secret.fingerprint(KeyUse::Inbound, &[message.provider.as_bytes(), message.id.as_bytes()]);
    let is_new = tx.first(
        "INSERT INTO inbound (hash, at, kept) VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        // Without a time, only its id tells that a signed message is an old one.
        &[Param::Text(&hash), Param::Integer(context.now.millis()), Param::Integer(message.sent_at.is_none().into())],
    )?;
    if is_new.is_none() {
        return Ok(false);
    }
    let address = message.from.clone().map(Address::Phone);
    let known = address.as_ref().map(|address| find_verified_address(tx, shop, address)).transpose()?.flatten();
    let reason = match (message.statement, &address) {
        (None, _) => Some(Unmatched::NoKeyword),
        (Some(_), None) => Some(Unmatched::NoNumber),
        (Some(statement), Some(address)) => {
            carry_out(tx, shop, message, statement, (address, known.as_ref()), context)?
        }
    };
    if reason.is_some() && !shop.wants(EventType::InboundUnmatched) {
        tx.execute("UPDATE inbound SET unread = 1 WHERE hash = ?", &[Param::Text(&hash)])?;
    }
    tell(tx, shop, message, known.as_ref(), reason, context)?;
    Ok(true)
}

/// Carries out a keyword. Returns why that was not possible.
fn carry_out(
    tx: &dyn Database,
    shop: &Shop,
    message: &InboundMessage,
    statement: InboundKeyword,
    (address, known): (&Address, Option<&StoredAddress>),
    context: &Context<'_>,
) -> Result<Option<Unmatched>, DatabaseError> {
    let is_old = message.sent_at.is_some_and(|at| at < context.now.plus_millis(-IDS_ARE_KEPT_FOR));
    match (statement, known) {
        // Ids of messages are forgotten after that time, so an old opt-in could come again and again.
        (InboundKeyword::Start | InboundKeyword::Yes, _) if is_old => return Ok(Some(Unmatched::TooOld)),
        (InboundKeyword::Stop, _) => stop(tx, shop, message, address, known, context)?,
        (InboundKeyword::Start, Some(named)) => start(tx, shop, message, named, context)?,
        (InboundKeyword::Yes, Some(named)) => {
            let Some(open) = open_confirmation(tx, shop, named, message.channel, message.sent_at, context.now)? else {
                return Ok(Some(Unmatched::NoQuestion));
            };
            let source = message.source("confirmation", message.effective(tx, named, false, context)?.0);
            let Some(open) = weakly_answered(tx, shop, open, context)? else { return Ok(Some(Unmatched::NeedsLink)) };
            confirm(tx, shop, &open, None, &source, context)?;
        }
        (InboundKeyword::Help, _) => answer(tx, shop, message, MessageKind::Help, address, known, context)?,
        (InboundKeyword::Start | InboundKeyword::Yes, None) => return Ok(Some(Unmatched::UnknownSender)),
    }
    Ok(None)
}

/// Tells the shop of a message. If placet did not carry it out, somebody should read it: placet is the only one to whom
/// the provider sends it. Its text is stored only if a webhook gets full events.
fn tell(
    tx: &dyn Database,
    shop: &Shop,
    message: &InboundMessage,
    known: Option<&StoredAddress>,
    reason: Option<Unmatched>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let kind = if reason.is_some() { EventType::InboundUnmatched } else { EventType::InboundReceived };
    let data = InboundData {
        provider: message.provider,
        message: &message.id,
        channel: message.channel,
        keyword: message.statement,
        contact: known.map(|named| named.contact().to_string()),
        reason,
    };
    let Some(event) = emit_named(tx, shop, kind, &data, context)? else { return Ok(()) };
    let is_read = shop.webhooks.iter().any(|webhook| webhook.payload == Payload::Full && webhook.wants(kind));
    if reason.is_none() || !is_read || message.text.is_empty() {
        return Ok(());
    }
    tx.execute(
        "INSERT INTO inbound_text (id, contact, text) VALUES (?, ?, ?)",
        &[
            Param::Text(&event),
            known.map_or(Param::Null, |named| named.contact.param()),
            Param::Text(message.text.get(..message.text.floor_char_boundary(LONGEST_TEXT)).unwrap_or_default()),
        ],
    )
}

/// The most bytes of a text that are stored: the longest text of a message that WhatsApp sends.
const LONGEST_TEXT: usize = 4_096;

/// Returns the text of an inbound message that an event tells of.
pub fn inbound_text(database: &dyn Database, event: &str) -> Result<Option<String>, DatabaseError> {
    let row = database.first("SELECT text FROM inbound_text WHERE id = ?", &[Param::Text(event)])?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}

impl InboundMessage {
    fn source(&self, kind: &'static str, at: Timestamp) -> PersonSource<'_> {
        let message = PersonMessage { provider: self.provider, sent_at: self.sent_at };
        PersonSource { kind, message: Some(message), at }
    }

    /// Returns from when a message counts, and whether the person has said the opposite later to the same provider.
    fn effective(
        &self,
        database: &dyn Database,
        named: &StoredAddress,
        is_opt_out: bool,
        context: &Context<'_>,
    ) -> Result<(Timestamp, bool), DatabaseError> {
        let Some(sent) = self.sent_at else { return Ok((context.now, false)) };
        // At the same time the opt-out counts as the later one.
        let row = database.first(
            "SELECT max(r.effective_at) FILTER (WHERE s.occurred_at < ?1 AND abs(r.effective_at - s.occurred_at) <= ?6),
                 min(r.effective_at) FILTER (WHERE s.occurred_at >= ?1)
             FROM record r JOIN submission s ON s.id = r.submission
             WHERE r.address = ?2 AND s.source_provider = ?3 AND r.channel = ?4 AND r.choice = ?5",
            &[
                Param::Integer(sent.millis() + i64::from(is_opt_out)),
                Param::Integer(named.row),
                Param::Text(self.provider),
                Param::Text(self.channel.as_str()),
                Param::Text(if is_opt_out { "opt_in" } else { "opt_out" }),
                Param::Integer(CLOCK_SKEW),
            ],
        )?;
        let time = |column| match &row {
            Some(row) if !row.is_null(column) => row.time(column).map(Some),
            _ => Ok(None),
        };
        let (before, after) = (time(0)?, time(1)?);
        Ok((SentMessage { sent, before, after }.effective(is_opt_out, context.now), after.is_some()))
    }
}

/// Records an opt-out of every purpose on the channel of the message. For an unknown number, stores a suppression.
fn stop(
    tx: &dyn Database,
    shop: &Shop,
    message: &InboundMessage,
    address: &Address,
    known: Option<&StoredAddress>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let was_stopped = match known {
        None => {
            let hash = crate::ledger::records::suppression::hash_of(shop, AddressKind::Phone, address.key());
            let row = tx.first(
                "SELECT 1 FROM suppression WHERE hash = ? AND channel = ?",
                &[Param::Text(&hash), Param::Text(message.channel.as_str())],
            )?;
            suppress(tx, shop, address, Some(message.channel), SuppressionReason::Asked, context)?;
            row.is_some()
        }
        Some(named) => {
            let was_stopped = standing_of(tx, named.row)?.has_stopped(message.channel);
            let (at, is_over) = message.effective(tx, named, true, context)?;
            let acts = opt_outs(named, Some(message.channel), None);
            note_own_acts(tx, shop, named, &acts, &message.source("stop_word", at), None, context)?;
            was_stopped || is_over
        }
    };
    if was_stopped {
        return Ok(());
    }
    answer(tx, shop, message, MessageKind::Stopped, address, known, context)
}

/// Restarts the purposes that a stop has ended. The message comes from the number itself, so it is proof. If the number
/// has never opted in itself, the ledger asks it to confirm the opt-ins that others have claimed for it.
fn start(
    tx: &dyn Database,
    shop: &Shop,
    message: &InboundMessage,
    named: &StoredAddress,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Some(address) = named.address() else { return Ok(()) };
    let (at, is_over) = message.effective(tx, named, false, context)?;
    if is_over {
        // The person has stopped since.
        return Ok(());
    }
    let standing = standing_of(tx, named.row)?;
    let mut purposes = standing.stopped_purposes(message.channel);
    purposes.retain(|purpose| shop.settings.purposes.contains(purpose));
    // A message that came late may be older than the stop. Then the number is asked, and its answer is in time.
    let is_doubtful = standing.opt_outs().any(|no| {
        no.scope.purpose.is_none() && no.scope.channel.is_none_or(|channel| channel == message.channel) && no.at >= at
    });
    if purposes.is_empty() || is_doubtful {
        let open = |yes: &&Track| yes.scope.channel == Some(message.channel) && !standing.is_ended(yes);
        let statement: Vec<&Track> = standing.tracks().iter().filter(open).collect();
        let locale = locale_of(tx, shop, Some(named))?;
        return ask(tx, shop, (&address, Whose::Speaking), &locale, &statement, context);
    }
    if !standing.has_stopped(message.channel) {
        return Ok(());
    }
    let acts: Vec<PersonAct> = purposes
        .into_iter()
        .map(|purpose| PersonAct {
            address: named.clone(),
            scope: Scope::specific(message.channel, purpose),
            claim: Claim::OptIn { basis: Basis::Consent },
            assurance: Assurance::Confirmed,
            confirms: None,
        })
        .collect();
    note_own_acts(tx, shop, named, &acts, &message.source("start_word", at), None, context)?;
    answer(tx, shop, message, MessageKind::Started, &address, Some(named), context)
}

/// Returns the language of answers to a number: the language that the contact last saw, otherwise that of the shop's
/// first notice, otherwise English.
fn locale_of(tx: &dyn Database, shop: &Shop, known: Option<&StoredAddress>) -> Result<String, DatabaseError> {
    let own = known.map(|named| last_locale(tx, named.contact())).transpose()?.flatten();
    let shops = shop.settings.notices.first().map(|notice| notice.locale.as_str().to_owned());
    Ok(own.or(shops).unwrap_or_else(|| "en".to_owned()))
}

/// Sends an answer, unless the provider has answered already or the number has received a message of this kind within a
/// day.
fn answer(
    tx: &dyn Database,
    shop: &Shop,
    message: &InboundMessage,
    kind: MessageKind,
    address: &Address,
    known: Option<&StoredAddress>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let pseudonym = written(&shop.pseudonym(AddressKind::Phone, address.key()));
    let latest = tx.first(
        "SELECT created_at FROM message WHERE pseudonym = ? AND kind = ? ORDER BY created_at DESC LIMIT 1",
        &[Param::Text(&pseudonym), Param::Text(kind.as_str())],
    )?;
    let was_sent = latest.map(|row| row.time(0)).transpose()?.is_some_and(|at| is_recent(at, context.now));
    if message.is_answered || was_sent {
        return Ok(());
    }
    let locale = locale_of(tx, shop, known)?;
    let to = Recipient { medium: message.channel, value: address.given(), pseudonym: &pseudonym, locale: &locale };
    post(tx, shop, kind, &to, None, &MessageDetail::default(), context)
}
