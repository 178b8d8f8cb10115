//! Double opt-in: an opt-in by an anonymous form proves nothing until the address itself confirms it.
//!
//! The address receives at most one message a day, and that message contains no advertising. The answer is a record of
//! its own with the assurance `confirmed`. The record of the form stays unchanged, so that the shop can prove both
//! steps.

use serde::Serialize;
use uuid::Uuid;

use crate::consent::{Act, Address, Assurance, Basis, Channel, Ground, PurposeSlug, Reason, Scope, Timestamp, Track};
use crate::ledger::capture::person_act::{PersonAct, note_own_acts};
use crate::ledger::outbox::event::emit;
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, ScopeEntry, medium_for, post};
use crate::ledger::people::address::{StoredAddress, find_verified_address, named_row, written};
use crate::ledger::people::contact::Lookup;
use crate::ledger::people::decisions::{Asked, Outcome, decide_contacts};
use crate::ledger::records::bearing::bearing_on;
use crate::ledger::records::notice::{NoticeSource, own_notice};
use crate::ledger::records::stopped::stopped_channels;
use crate::ledger::records::suppression::Suppressions;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::context::is_recent;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::parse_id;
use crate::model::submission::{Claim, NoticeShown};

/// A confirmation: the question to an address whether it opted in.
#[derive(Clone, Debug)]
pub struct Confirmation {
    /// The id of the confirmation.
    pub id: Uuid,
    /// The address that was asked.
    pub address: StoredAddress,
    /// The opt-ins to confirm. While the confirmation is open, the list leaves out each opt-in that the person has
    /// since withdrawn, and each opt-in to a channel or purpose that the shop has removed.
    pub scopes: Vec<ScopeEntry>,
    /// The language of the message.
    pub locale: String,
    /// The time until which the person can answer. If no opt-in is left to confirm, this is the time when the
    /// confirmation was created, so it counts as expired.
    pub expires_at: Timestamp,
    /// The time of the answer. `None`: not answered yet.
    pub used_at: Option<Timestamp>,
}

/// The result of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The answer is recorded.
    Now,
    /// The confirmation was answered before; nothing changes.
    Before,
    /// The confirmation has expired.
    TooLate,
}

/// Asks an address to confirm the opt-ins that an anonymous form has just claimed, as far as the shop may not use them
/// unconfirmed. Sends nothing if the address was asked within the last day, or if its owner or a court has stopped
/// messages to it.
pub(crate) fn ask(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
    notice: Option<&NoticeShown>,
    claimed: &[&Track],
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let locale = notice.map_or("en", |notice| notice.locale.as_str());
    question(tx, shop, address, locale, (claimed, false), context)
}

/// Asks a phone number that has just sent a message itself. Channels that the number had stopped are not left out,
/// because the message shows that the person wants an answer.
pub(crate) fn ask_back(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
    locale: &str,
    claimed: &[&Track],
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    question(tx, shop, address, locale, (claimed, true), context)
}

fn question(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
    locale: &str,
    (claimed, is_welcome): (&[&Track], bool),
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    if !shop.wants(EventType::MessageRequested) {
        return Ok(());
    }
    let mut scopes = Vec::new();
    for track in claimed.iter().filter(|track| track.act == Act::OptIn { ground: Ground::Consent }) {
        let (Some(channel), Some(purpose)) = (track.scope.channel, track.scope.purpose.clone()) else { continue };
        if is_wanting(tx, shop, address, channel, &purpose, context.now)? {
            scopes.push(ScopeEntry { channel, purpose, record: track.record.0.to_string() });
        }
    }
    if scopes.is_empty() {
        return Ok(());
    }
    let Some(named) = find_verified_address(tx, shop, address)? else { return Ok(()) };
    if was_asked(tx, named.row, context.now)? {
        return Ok(());
    }
    let stopped = if is_welcome { Vec::new() } else { stopped_channels(tx, shop, named.row, address)? };
    scopes.retain(|scope| !stopped.contains(&scope.channel));
    let channels: Vec<Channel> = scopes.iter().map(|scope| scope.channel).collect();
    let medium = medium_for(shop, address.kind(), &channels).filter(|medium| !stopped.contains(medium));
    let Some(medium) = medium.filter(|_| !scopes.is_empty()) else { return Ok(()) };
    let id = context.next_id().to_string();
    let listed = serde_json::to_string(&scopes).map_err(|_| DatabaseError::Json)?;
    let lasts = i64::from(shop.settings.links.confirmation_days()) * 86_400_000;
    tx.execute(
        "INSERT INTO confirmation (id, address, medium, scopes, locale, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&id),
            Param::Integer(named.row),
            Param::Text(medium.as_str()),
            Param::Text(&listed),
            Param::Text(locale),
            Param::Integer(context.now.millis()),
            Param::Integer(context.now.plus_millis(lasts).millis()),
        ],
    )?;
    announce(tx, shop, &id, &named, &scopes, context)?;
    let to = Recipient { medium, value: &named.value, pseudonym: &written(&named.pseudonym), locale };
    post(tx, shop, MessageKind::Confirm, &to, Some(&id), &MessageDetail { scopes }, context)
}

fn announce(
    tx: &dyn Database,
    shop: &Shop,
    id: &str,
    named: &StoredAddress,
    scopes: &[ScopeEntry],
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    #[derive(Serialize)]
    struct Data<'a> {
        confirmation: &'a str,
        contact: String,
        scopes: &'a [ScopeEntry],
    }
    let data = Data { confirmation: id, contact: named.contact().to_string(), scopes };
    emit(tx, shop, EventType::ConfirmationRequested, &data, context)
}

/// Returns whether the opt-in would count once the address confirms it.
fn is_wanting(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
    channel: Channel,
    purpose: &PurposeSlug,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let asked = Asked { channel, purpose: purpose.clone(), at: now, now, explain: false };
    let outcome = decide_contacts(tx, shop, &asked, &[&Lookup::Address(address.clone())])?.pop();
    Ok(matches!(outcome, Some(Outcome::Decided(decided)) if matches!(
        decided.decision.reason,
        Some(Reason::AwaitingConfirmation | Reason::OptedOut | Reason::Objected | Reason::Suppressed)
    )))
}

fn was_asked(tx: &dyn Database, address: i64, now: Timestamp) -> Result<bool, DatabaseError> {
    let latest = tx.first(
        "SELECT created_at FROM confirmation WHERE address = ? ORDER BY created_at DESC LIMIT 1",
        &[Param::Integer(address)],
    )?;
    Ok(latest.map(|row| row.time(0)).transpose()?.is_some_and(|at| is_recent(at, now)))
}

/// Returns a confirmation by its id. `None` if there is none, or if its address was erased or corrected.
pub fn confirmation(database: &dyn Database, shop: &Shop, id: Uuid) -> Result<Option<Confirmation>, DatabaseError> {
    let row = database.first(
        "SELECT address, scopes, locale, created_at, expires_at, used_at FROM confirmation WHERE id = ?",
        &[Param::Text(&id.to_string())],
    )?;
    let Some(row) = row else { return Ok(None) };
    let Some(address) = named_row(database, shop, row.integer(0)?)? else { return Ok(None) };
    let mut scopes: Vec<ScopeEntry> = row.parsed(1, |text| crate::json::read(text))?;
    let mut expires_at = row.time(4)?;
    let used_at = if row.is_null(5) { None } else { Some(row.time(5)?) };
    if used_at.is_none() {
        let asked_at = row.time(3)?;
        let opt_outs = noes_since(database, shop, &address, asked_at)?;
        let settings = &shop.settings;
        scopes.retain(|scope| {
            settings.channels.contains(&scope.channel)
                && settings.purposes.contains(&scope.purpose)
                && !opt_outs.iter().any(|no| no.scope.covers(scope.channel, &scope.purpose))
        });
        if scopes.is_empty() {
            expires_at = asked_at;
        }
    }
    Ok(Some(Confirmation { id, address, scopes, locale: row.text(2)?.to_owned(), expires_at, used_at }))
}

/// Returns the opt-outs since the message was sent. They have answered the confirmation: a link in an old message must
/// not turn an opt-out into an opt-in. An opt-out may come from the address itself, from another address of the contact
/// for every channel, or from a suppression.
fn noes_since(
    database: &dyn Database,
    shop: &Shop,
    address: &StoredAddress,
    asked_at: Timestamp,
) -> Result<Vec<Track>, DatabaseError> {
    let mut opt_outs: Vec<Track> = bearing_on(database, address.row)?.opt_outs().cloned().collect();
    if let Some(value) = address.address() {
        opt_outs.extend(Suppressions::of(database, shop)?.on(database, address.kind, value.key())?);
    }
    opt_outs.retain(|track| track.at >= asked_at);
    Ok(opt_outs)
}

/// Returns the latest confirmation of an address that is still open and was sent by this channel. A "yes" that the
/// person sends back answers it.
pub(crate) fn open_confirmation(
    database: &dyn Database,
    shop: &Shop,
    address: &StoredAddress,
    medium: Channel,
    now: Timestamp,
) -> Result<Option<Confirmation>, DatabaseError> {
    let row = database.first(
        "SELECT id FROM confirmation WHERE address = ? AND medium = ? AND used_at IS NULL AND expires_at > ?
         ORDER BY created_at DESC LIMIT 1",
        &[Param::Integer(address.row), Param::Text(medium.as_str()), Param::Integer(now.millis())],
    )?;
    match row {
        None => Ok(None),
        Some(row) => confirmation(database, shop, row.parsed(0, parse_id)?),
    }
}

/// Records the answer: the person confirms the opt-ins. A repeated call changes nothing. `shown` is the notice on the
/// page; `None` if the person answered by a message and saw no page.
pub fn confirm(
    tx: &dyn Database,
    shop: &Shop,
    confirmation: &Confirmation,
    shown: Option<&NoticeSource<'_>>,
    context: &Context<'_>,
) -> Result<Answered, DatabaseError> {
    if confirmation.used_at.is_some() {
        return Ok(Answered::Before);
    }
    if confirmation.expires_at <= context.now {
        return Ok(Answered::TooLate);
    }
    let notice = shown.map(|shown| own_notice(tx, shown)).transpose()?.flatten();
    let acts: Vec<PersonAct> = confirmation
        .scopes
        .iter()
        .map(|scope| PersonAct {
            address: confirmation.address.clone(),
            scope: Scope::specific(scope.channel, scope.purpose.clone()),
            claim: Claim::OptIn { basis: Basis::Consent },
            assurance: Assurance::Confirmed,
            confirms: Some(scope.record.clone()),
        })
        .collect();
    note_own_acts(tx, shop, &confirmation.address, &acts, "confirmation", notice, context)?;
    tx.execute(
        "UPDATE confirmation SET used_at = ? WHERE id = ?",
        &[Param::Integer(context.now.millis()), Param::Text(&confirmation.id.to_string())],
    )?;
    Ok(Answered::Now)
}
