//! Inbound messages: stop, start, help, and the "yes" that answers a confirmation.
//!
//! A repeated delivery of a message has no effect, and a stop is answered by at most one message (47 CFR
//! 64.1200(a)(12)).

use crate::consent::{Address, AddressKind, Assurance, Basis, Channel, PhoneNumber, Scope, Track};
use crate::ledger::capture::confirmation::{ask_back, confirm, open_confirmation};
use crate::ledger::capture::person_act::{PersonAct, note_own_acts, opt_outs};
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, post};
use crate::ledger::people::address::{StoredAddress, find_verified_address, written};
use crate::ledger::people::contact::last_locale;
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::suppression::suppress;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::context::is_recent;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::submission::Claim;
use crate::model::suppression::SuppressionReason;

/// The meaning of an inbound message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// The name of the provider and the provider's id of the message.
    pub id: String,
    /// The channel of the message.
    pub channel: Channel,
    /// The phone number of the sender.
    pub from: PhoneNumber,
    /// The meaning of the message.
    pub statement: InboundKeyword,
    /// Whether the provider has answered already. Some providers do so automatically.
    pub is_answered: bool,
}

/// Processes an inbound message once. Returns whether it was new.
pub fn receive_inbound(
    tx: &dyn Database,
    shop: &Shop,
    message: &InboundMessage,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let hash = shop.fingerprint(format!("inbound\0{}", message.id).as_bytes());
    let is_new = tx.first(
        "INSERT INTO inbound (hash, at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        &[Param::Text(&hash), Param::Integer(context.now.millis())],
    )?;
    if is_new.is_none() {
        return Ok(false);
    }
    let address = Address::Phone(message.from.clone());
    let known = find_verified_address(tx, shop, &address)?;
    match (message.statement, &known) {
        (InboundKeyword::Stop, _) => stop(tx, shop, message, &address, known.as_ref(), context)?,
        (InboundKeyword::Start, Some(named)) => start(tx, shop, message, named, context)?,
        (InboundKeyword::Yes, Some(named)) => {
            if let Some(open) = open_confirmation(tx, shop, named, message.channel, context.now)? {
                confirm(tx, shop, &open, None, context)?;
            }
        }
        (InboundKeyword::Help, _) => answer(tx, shop, message, MessageKind::Help, &address, known.as_ref(), context)?,
        // The number is unknown, so there is nothing to start again or to confirm.
        (InboundKeyword::Start | InboundKeyword::Yes, None) => {}
    }
    Ok(true)
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
            note_own_acts(tx, shop, named, &opt_outs(named, Some(message.channel), None), "stop_word", None, context)?;
            was_stopped
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
    let address = Address::Phone(message.from.clone());
    let standing = standing_of(tx, named.row)?;
    let mut purposes = standing.stopped_purposes(message.channel);
    purposes.retain(|purpose| shop.settings.purposes.contains(purpose));
    if purposes.is_empty() {
        let open = |yes: &&Track| yes.scope.channel == Some(message.channel) && !standing.is_ended(yes);
        let statement: Vec<&Track> = standing.tracks().iter().filter(open).collect();
        return ask_back(tx, shop, &address, &locale_of(tx, shop, Some(named))?, &statement, context);
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
    note_own_acts(tx, shop, named, &acts, "start_word", None, context)?;
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
