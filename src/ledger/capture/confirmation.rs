//! Double opt-in: an opt-in by an anonymous form proves nothing until the address itself confirms it.
//!
//! An address that does not answer gets three questions at once, further ones after a day, a week and a month, and none
//! after that until it says something itself. It gets none about what an open question covers. A message contains no advertising. The answer is a record of its own with the assurance `confirmed`. The
//! record of the form stays unchanged, so that the shop can prove both steps.

use serde::Serialize;
use uuid::Uuid;

use crate::consent::{
    Act, Address, AddressKind, Assurance, Basis, CLOCK_SKEW, Channel, Ground, Person, PurposeSlug, Reason, Scope,
    Standing, Timestamp, Track, decide,
};
use crate::ledger::capture::person_act::{PersonAct, PersonSource, note_own_acts};
use crate::ledger::outbox::event::emit;
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, ScopeEntry, medium_for, post};
use crate::ledger::people::address::{StoredAddress, find_verified_address, named_row, written};
use crate::ledger::people::contact::Lookup;
use crate::ledger::people::decisions::{Asked, Outcome, decide_contacts};
use crate::ledger::people::profile::learn_confirmed;
use crate::ledger::people::separate::is_one_person;
use crate::ledger::records::bearing::bearing_on;
use crate::ledger::records::notice::{NoticeSource, own_notice, prove_texts};
use crate::ledger::records::stopped::{stopped_channels, unwelcome_channels_of};
use crate::ledger::records::suppression::Suppressions;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::context::is_recent;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::{parse_id, time_of_id};
use crate::model::submission::Claim;

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

/// What is known of the address that is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// Nothing: the form has just entered it, and its contact is new. So it was not asked before, and has stopped nothing.
    New,
    /// It may have been asked before, and may have stopped channels.
    Known,
    /// Somebody has just used a link that was sent to it. Channels that it had stopped are not left out, because the
    /// answer is what starts them again. The link may be in other hands, so the pauses between questions hold.
    Returning,
    /// It has just sent a message itself. Channels that it had stopped are not left out, because the message shows that
    /// the person wants an answer.
    Speaking,
}

/// Asks an address, in a language, to confirm the opt-ins that somebody has just claimed for it, as far as the shop may
/// not use them unconfirmed. Sends nothing if a question of the last day covers them, or if the owner of the address or a
/// court has stopped messages to it.
pub(crate) fn ask(
    tx: &dyn Database,
    shop: &Shop,
    (address, whose): (&Address, Whose),
    locale: &str,
    claimed: &[&Track],
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let mut scopes = Vec::new();
    for track in claimed.iter().filter(|track| track.act == Act::OptIn { ground: Ground::Consent }) {
        let (Some(channel), Some(purpose)) = (track.scope.channel, track.scope.purpose.clone()) else { continue };
        let is_wanting = match whose {
            Whose::New => is_wanting_at_once(tx, shop, address, track, context.now)?,
            _ => is_wanting(tx, shop, address, channel, &purpose, context.now)?,
        };
        if is_wanting {
            scopes.push(ScopeEntry { channel, purpose, record: track.record.0.to_string() });
        }
    }
    if scopes.is_empty() {
        return Ok(());
    }
    let Some(named) = find_verified_address(tx, shop, address)? else { return Ok(()) };
    let stopped = match whose {
        Whose::Returning | Whose::Speaking => Vec::new(),
        Whose::New => unwelcome_channels_of(tx, shop, address)?,
        Whose::Known => stopped_channels(tx, shop, named.row, address)?,
    };
    scopes.retain(|scope| !stopped.contains(&scope.channel));
    if scopes.is_empty() || (whose != Whose::New && is_asked(tx, shop, (&named, whose), &mut scopes, context.now)?) {
        return Ok(());
    }
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
    tx.execute(
        "UPDATE address SET asked = asked + 1, asked_at = ? WHERE id = ?",
        &[Param::Integer(context.now.millis()), Param::Integer(named.row)],
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
    Ok(matches!(outcome, Some(Outcome::Decided(decided)) if is_answerable(decided.decision.reason)))
}

/// Does the same for an address that the form has just entered: nothing else is on record for it, so most of the
/// database need not be asked. Its contact is new too, so no facts about the person are proven.
fn is_wanting_at_once(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
    track: &Track,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let (Some(channel), Some(purpose)) = (track.scope.channel, &track.scope.purpose) else { return Ok(false) };
    let mut standing = Standing::of([track.clone()]);
    for suppression in Suppressions::of(tx, shop)?.on(tx, address.kind(), address.key())? {
        standing.add(suppression);
    }
    let policy = shop.settings.policy();
    let decision = decide(&standing, &policy, &Person::default(), channel, purpose, now);
    Ok(is_answerable(decision.reason()))
}

/// Returns whether the person's confirmation would end this reason of a deny.
const fn is_answerable(reason: Option<Reason>) -> bool {
    matches!(reason, Some(Reason::AwaitingConfirmation | Reason::OptedOut | Reason::Objected | Reason::Suppressed))
}

/// How many questions an address gets at once without answering one.
const AT_ONCE: i64 = 3;

/// The number of unanswered questions of an address whose owner wants none.
pub(crate) const NEVER: i64 = 1_000;

/// Returns how long an address gets no further question, in milliseconds from the last one; `None` for ever. `asked` is
/// the number of questions in a row that it has not answered.
const fn pause_after(asked: i64) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    match asked {
        ..AT_ONCE => Some(0),
        AT_ONCE => Some(DAY),
        4 => Some(7 * DAY),
        5 => Some(30 * DAY),
        _ => None,
    }
}

/// Notes that the owner of an address did not ask for anything and wants no further question. It holds until they opt in
/// or out themselves.
pub fn never_ask(tx: &dyn Database, confirmation: &Confirmation) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE address SET asked = ? WHERE id = ?",
        &[Param::Integer(NEVER), Param::Integer(confirmation.address.row)],
    )
}

/// Returns whether the address needs no further question about the opt-ins. Removes those that an open question covers.
///
/// A question covers what it lists. A question to an e-mail address also takes further opt-ins in, because its page lists
/// all of them. A text message has to name them, so a phone number gets a question of its own. A question that was
/// answered, or of which nothing is left to confirm, covers nothing.
fn is_asked(
    tx: &dyn Database,
    shop: &Shop,
    (named, whose): (&StoredAddress, Whose),
    scopes: &mut Vec<ScopeEntry>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let row =
        tx.first("SELECT asked, coalesce(asked_at, 0) FROM address WHERE id = ?", &[Param::Integer(named.row)])?;
    let row = row.ok_or(DatabaseError::Shape { column: 0 })?;
    let asked_at = row.time(1)?;
    let rests =
        whose != Whose::Speaking && pause_after(row.integer(0)?).is_none_or(|pause| now < asked_at.plus_millis(pause));
    let open = open_questions(tx, shop, named, None, now)?;
    let recent: Vec<&OpenQuestion> = open.iter().filter(|one| is_recent(one.asked_at, now)).collect();
    let is_same = |one: &ScopeEntry, other: &ScopeEntry| one.channel == other.channel && one.purpose == other.purpose;
    scopes.retain(|scope| !recent.iter().any(|one| one.question.scopes.iter().any(|own| is_same(own, scope))));
    if scopes.is_empty() || rests {
        return Ok(true);
    }
    let Some(latest) = recent.first().filter(|_| named.kind == AddressKind::Email) else { return Ok(false) };
    let mut all = latest.question.scopes.clone();
    all.append(scopes);
    tx.execute(
        "UPDATE confirmation SET scopes = ? WHERE id = ?",
        &[
            Param::Text(&serde_json::to_string(&all).map_err(|_| DatabaseError::Json)?),
            Param::Text(&latest.question.id.to_string()),
        ],
    )?;
    Ok(true)
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
            // The question may have taken the opt-in in after the opt-out.
            let claimed_at = parse_id(&scope.record).map_or(asked_at, time_of_id);
            let ends = |no: &Track| no.at >= claimed_at && no.scope.covers(scope.channel, &scope.purpose);
            settings.channels.contains(&scope.channel)
                && settings.purposes.contains(&scope.purpose)
                && !opt_outs.iter().any(ends)
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

/// An open question, and when it was asked.
struct OpenQuestion {
    question: Confirmation,
    asked_at: Timestamp,
}

/// The most open questions of an address that are looked at.
const LOOKED_AT: i64 = 16;

/// Returns the questions to an address that it can still answer, the latest first. With `medium`, only those that were
/// sent by this channel.
fn open_questions(
    database: &dyn Database,
    shop: &Shop,
    address: &StoredAddress,
    medium: Option<Channel>,
    now: Timestamp,
) -> Result<Vec<OpenQuestion>, DatabaseError> {
    let rows = database.query(
        "SELECT id, created_at FROM confirmation
         WHERE address = ? AND (? IS NULL OR medium = ?) AND used_at IS NULL AND expires_at > ?
         ORDER BY created_at DESC LIMIT CAST(? AS INTEGER)",
        &[
            Param::Integer(address.row),
            Param::text_or_null(medium.map(Channel::as_str)),
            Param::text_or_null(medium.map(Channel::as_str)),
            Param::Integer(now.millis()),
            Param::Integer(LOOKED_AT),
        ],
    )?;
    let mut open = Vec::new();
    for row in &rows {
        let question = confirmation(database, shop, row.parsed(0, parse_id)?)?;
        if let Some(question) = question.filter(|question| question.expires_at > now) {
            open.push(OpenQuestion { question, asked_at: row.time(1)? });
        }
    }
    Ok(open)
}

/// Returns the confirmation that a "yes" answers which the person has sent back by this channel: of those that are still
/// open the latest that was asked before the answer was sent. `sent_at` is that time by the clock of the provider, so a
/// question within the skew of the clocks counts too if there is no earlier one.
pub(crate) fn open_confirmation(
    database: &dyn Database,
    shop: &Shop,
    address: &StoredAddress,
    medium: Channel,
    sent_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Confirmation>, DatabaseError> {
    let open = open_questions(database, shop, address, Some(medium), now)?;
    let sent = sent_at.unwrap_or(now);
    let before = |limit: Timestamp| open.iter().find(|one| one.asked_at <= limit);
    Ok(before(sent).or_else(|| before(sent.plus_millis(CLOCK_SKEW))).map(|open| open.question.clone()))
}

/// Returns the question with the opt-ins that an answer by message confirms; `None` if there are none. A message ends no
/// objection and no suppression: the sender of a text message can be forged, so it is weaker than the link.
pub(crate) fn weakly_answered(
    tx: &dyn Database,
    shop: &Shop,
    mut question: Confirmation,
    context: &Context<'_>,
) -> Result<Option<Confirmation>, DatabaseError> {
    let Some(address) = question.address.address() else { return Ok(None) };
    let mut scopes = Vec::new();
    for scope in question.scopes {
        let asked = Asked {
            channel: scope.channel,
            purpose: scope.purpose.clone(),
            at: context.now,
            now: context.now,
            explain: false,
        };
        let outcome = decide_contacts(tx, shop, &asked, &[&Lookup::Address(address.clone())])?.pop();
        let reason = match outcome {
            Some(Outcome::Decided(decided)) => decided.decision.reason,
            _ => None,
        };
        if !matches!(reason, Some(Reason::Objected | Reason::Suppressed)) {
            scopes.push(scope);
        }
    }
    question.scopes = scopes;
    Ok(Some(question).filter(|question| !question.scopes.is_empty()))
}

/// Records the answer: the person confirms the opt-ins. A repeated call changes nothing. `shown` is the notice on the
/// page; `None` if the person answered by a message and saw no page.
pub fn confirm(
    tx: &dyn Database,
    shop: &Shop,
    confirmation: &Confirmation,
    shown: Option<&NoticeSource<'_>>,
    source: &PersonSource<'_>,
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
    note_own_acts(tx, shop, &confirmation.address, &acts, source, notice, context)?;
    let records: Vec<&str> = confirmation.scopes.iter().map(|scope| scope.record.as_str()).collect();
    let records = serde_json::to_string(&records).map_err(|_| DatabaseError::Json)?;
    prove_texts(tx, confirmation.address.row, &records)?;
    // If a form has put several addresses into one contact, the facts are perhaps those of the person with another one.
    if is_one_person(tx, confirmation.address.contact.row)? {
        learn_confirmed(tx, confirmation.address.contact.param(), confirmation.address.row, &records)?;
    }
    tx.execute(
        "UPDATE confirmation SET used_at = ? WHERE id = ?",
        &[Param::Integer(context.now.millis()), Param::Text(&confirmation.id.to_string())],
    )?;
    Ok(Answered::Now)
}
