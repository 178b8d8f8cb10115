//! What persons write back: stop, start, help, and the yes that a confirmation asked for.
//!
//! A message that comes again does nothing again, and a stop is followed by one message at most (47 CFR 64.1200(a)(12)).

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

/// What a message that came amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// Stop.
    Stop,
    /// Go on.
    Start,
    /// Yes.
    Yes,
    /// Who are you?
    Help,
}

/// A message that came.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The provider and its own name for the message.
    pub id: String,
    /// By which channel.
    pub channel: Channel,
    /// From whom.
    pub from: PhoneNumber,
    /// What.
    pub said: Said,
    /// Whether the provider has answered already, as some do by themselves.
    pub is_answered: bool,
}

/// Takes a message in, once. Tells whether it was new.
///
/// # Errors
/// Those of the database.
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
        // Nothing is known that could go on or be confirmed.
        (Said::Start | Said::Yes, None) => {}
    }
    Ok(true)
}

/// A stop is about the channel that it came by, whatever the purpose; of a number that nobody knows it is kept as well.
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

/// What a stop has ended on a channel, and no other no: what the address itself had said yes to. What somebody typed into a form
/// was never its yes.
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

/// Goes on with what a stop had ended: the word comes from the number itself, so it proves it. Where it never said yes by itself, it
/// is asked about what others have said of it.
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

/// The language in which a number is answered: its own, or the shop's first.
fn locale_of(tx: &dyn Database, shop: &Shop, known: Option<&Named>) -> Result<String, DatabaseError> {
    let own = known.map(|named| last_locale(tx, named.contact())).transpose()?.flatten();
    let shops = shop.settings.notices.first().map(|notice| notice.locale.as_str().to_owned());
    Ok(own.or(shops).unwrap_or_else(|| "en".to_owned()))
}

/// One message of a kind in a day.
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
