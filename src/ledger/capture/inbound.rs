//! Inbound messages: stop, start, help, and the "yes" that answers a confirmation.
//!
//! A repeated delivery of a message has no effect, and a stop is answered by at most one message (47 CFR
//! 64.1200(a)(12)).

use crate::consent::{
    Act, Address, AddressKind, Assurance, Basis, Channel, Ground, PhoneNumber, PurposeSlug, Scope, Standing, Track,
};
use crate::ledger::capture::confirmation::{ask_back, confirm, open_confirmation};
use crate::ledger::capture::person_act::{OwnAct, noes, note_own_acts};
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, post};
use crate::ledger::people::address::{Named, find_to_link, written};
use crate::ledger::people::contact::last_locale;
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::stopped::{has_stopped, is_ended};
use crate::ledger::records::suppression::suppress;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Moment;
use crate::ledger::store::context::is_recent;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::submission::Claim;
use crate::model::suppression::SuppressionReason;

/// The meaning of an inbound message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
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
pub struct Heard {
    /// The name of the provider and the provider's id of the message.
    pub id: String,
    /// The channel of the message.
    pub channel: Channel,
    /// The phone number of the sender.
    pub from: PhoneNumber,
    /// The meaning of the message.
    pub said: Said,
    /// Whether the provider has answered already. Some providers do so automatically.
    pub is_answered: bool,
}

/// Processes an inbound message once. Returns whether it was new.
pub fn hear(tx: &dyn Database, shop: &Shop, heard: &Heard, moment: &Moment<'_>) -> Result<bool, DatabaseError> {
    let hash = shop.fingerprint(format!("inbound\0{}", heard.id).as_bytes());
    let is_new = tx.first(
        "INSERT INTO inbound (hash, at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1",
        &[Param::Text(&hash), Param::Integer(moment.now.millis())],
    )?;
    if is_new.is_none() {
        return Ok(false);
    }
    let address = Address::Phone(heard.from.clone());
    let known = find_to_link(tx, shop, &address)?;
    match (heard.said, &known) {
        (Said::Stop, _) => stop(tx, shop, heard, &address, known.as_ref(), moment)?,
        (Said::Start, Some(named)) => start(tx, shop, heard, named, moment)?,
        (Said::Yes, Some(named)) => {
            if let Some(open) = open_confirmation(tx, shop, named, heard.channel, moment.now)? {
                confirm(tx, shop, &open, None, moment)?;
            }
        }
        (Said::Help, _) => answer(tx, shop, heard, MessageKind::Help, &address, known.as_ref(), moment)?,
        // The number is unknown, so there is nothing to start again or to confirm.
        (Said::Start | Said::Yes, None) => {}
    }
    Ok(true)
}

/// Records an opt-out of every purpose on the channel of the message. For an unknown number, stores a suppression.
fn stop(
    tx: &dyn Database,
    shop: &Shop,
    heard: &Heard,
    address: &Address,
    known: Option<&Named>,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let was_stopped = match known {
        None => {
            let hash = crate::ledger::records::suppression::hash_of(shop, AddressKind::Phone, address.key());
            let row = tx.first(
                "SELECT 1 FROM suppression WHERE hash = ? AND channel = ?",
                &[Param::Text(&hash), Param::Text(heard.channel.as_str())],
            )?;
            suppress(tx, shop, address, Some(heard.channel), SuppressionReason::Asked, moment)?;
            row.is_some()
        }
        Some(named) => {
            let was_stopped = has_stopped(&standing_of(tx, named.row)?, heard.channel);
            note_own_acts(tx, shop, named, &noes(named, Some(heard.channel), None), "stop_word", None, moment)?;
            was_stopped
        }
    };
    if was_stopped {
        return Ok(());
    }
    answer(tx, shop, heard, MessageKind::Stopped, address, known, moment)
}

/// Returns the purposes that a stop has ended on a channel and that no opt-out of the purpose has ended. Only opt-ins
/// by the address itself count; an opt-in that somebody entered in a form does not.
fn stopped_purposes(shop: &Shop, standing: &Standing, channel: Channel) -> Vec<PurposeSlug> {
    let mut purposes: Vec<PurposeSlug> = Vec::new();
    for yes in standing.tracks() {
        let own = yes.act == Act::OptIn { ground: Ground::Consent }
            && matches!(yes.assurance, Assurance::Confirmed | Assurance::Authenticated)
            && yes.scope.channel == Some(channel);
        let Some(purpose) = yes.scope.purpose.as_ref().filter(|_| own && !is_ended(standing, yes)) else { continue };
        if shop.settings.purposes.contains(purpose) && !purposes.contains(purpose) {
            purposes.push(purpose.clone());
        }
    }
    purposes
}

/// Starts again what a stop had ended. The message comes from the number itself, so it is proof. If the number never
/// opted in itself, it is asked to confirm the opt-ins that others have claimed for it.
fn start(
    tx: &dyn Database,
    shop: &Shop,
    heard: &Heard,
    named: &Named,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let address = Address::Phone(heard.from.clone());
    let standing = standing_of(tx, named.row)?;
    let purposes = stopped_purposes(shop, &standing, heard.channel);
    if purposes.is_empty() {
        let open = |yes: &&Track| yes.scope.channel == Some(heard.channel) && !is_ended(&standing, yes);
        let said: Vec<&Track> = standing.tracks().iter().filter(open).collect();
        return ask_back(tx, shop, &address, &locale_of(tx, shop, Some(named))?, &said, moment);
    }
    if !has_stopped(&standing, heard.channel) {
        return Ok(());
    }
    let acts: Vec<OwnAct> = purposes
        .into_iter()
        .map(|purpose| OwnAct {
            address: named.clone(),
            scope: Scope::specific(heard.channel, purpose),
            claim: Claim::OptIn { basis: Basis::Consent },
            assurance: Assurance::Confirmed,
            confirms: None,
        })
        .collect();
    note_own_acts(tx, shop, named, &acts, "start_word", None, moment)?;
    answer(tx, shop, heard, MessageKind::Started, &address, Some(named), moment)
}

/// Returns the language of answers to a number: the language that the contact last saw, otherwise that of the shop's
/// first notice, otherwise English.
fn locale_of(tx: &dyn Database, shop: &Shop, known: Option<&Named>) -> Result<String, DatabaseError> {
    let own = known.map(|named| last_locale(tx, named.contact())).transpose()?.flatten();
    let shops = shop.settings.notices.first().map(|notice| notice.locale.as_str().to_owned());
    Ok(own.or(shops).unwrap_or_else(|| "en".to_owned()))
}

/// Sends an answer, unless the provider has answered already or the number has received a message of this kind within a
/// day.
fn answer(
    tx: &dyn Database,
    shop: &Shop,
    heard: &Heard,
    kind: MessageKind,
    address: &Address,
    known: Option<&Named>,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let pseudonym = written(&shop.pseudonym(AddressKind::Phone, address.key()));
    let latest = tx.first(
        "SELECT created_at FROM message WHERE pseudonym = ? AND kind = ? ORDER BY created_at DESC LIMIT 1",
        &[Param::Text(&pseudonym), Param::Text(kind.as_str())],
    )?;
    let was_sent = latest.map(|row| row.time(0)).transpose()?.is_some_and(|at| is_recent(at, moment.now));
    if heard.is_answered || was_sent {
        return Ok(());
    }
    let locale = locale_of(tx, shop, known)?;
    let to = Recipient { medium: heard.channel, value: address.given(), pseudonym: &pseudonym, locale: &locale };
    post(tx, shop, kind, &to, None, &MessageDetail::default(), moment)
}
