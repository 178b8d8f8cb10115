//! It was they: what is asked for is done, at once by the machine, or by an employee who decides.

use jiff::civil::Date;
use uuid::Uuid;

use crate::consent::certificate::Requester;
use crate::consent::deadlines::reminders_of;
use crate::consent::{Address, Assurance};
use crate::ledger::capture::person_act::{OwnAct, note_own_acts, stop_everything};
use crate::ledger::outbox::event::emit;
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, medium_for, post};
use crate::ledger::people::address::{Named, addresses_to_link, find_to_link, named};
use crate::ledger::people::contact::{Lookup, find};
use crate::ledger::people::rights_log::{ActDetail, Acting, RightsAct, note};
use crate::ledger::people::separate::set_apart;
use crate::ledger::records::suppression::suppress;
use crate::ledger::rights::erase::{ErasureAsked, erase_contact};
use crate::ledger::rights::requests::subject_request::{RequestEvent, RequestState, SubjectRequest, subject_request};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::request::RequestKind;
use crate::model::submission::Claim;
use crate::model::suppression::SuppressionReason;
use crate::model::text::Line;

/// For how long an answer can be downloaded, in milliseconds: 7 days.
const TO_DOWNLOAD: i64 = 7 * 86_400_000;

/// What came of it that the address said that it was they.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The request as it is now.
    pub request: SubjectRequest,
    /// Whether anything is held on them; where nothing is, there was nothing to do.
    pub is_known: bool,
}

/// Notes that it was they, and does what they ask for, unless an employee has to see it. Again it changes nothing. `key` is that of
/// the shop's server where it vouches for the person; none where they came by themselves.
///
/// # Errors
/// Those of the database.
pub fn verify_request(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    key: Uuid,
    moment: &Moment<'_>,
) -> Result<Verified, DatabaseError> {
    if request.state != RequestState::Open {
        let is_known = request.contact.is_some();
        return Ok(Verified { request, is_known });
    }
    let address = address_of(tx, shop, &request, moment)?;
    let contact = address.as_ref().map(|address| address.contact().to_string());
    tx.execute(
        "UPDATE subject_request SET state = 'verified', verified_at = ?, subject = ? WHERE id = ?",
        &[Param::Integer(moment.now.millis()), Param::text_or_null(contact.as_deref()), Param::Text(&request.id)],
    )?;
    let request = again(tx, &request)?;
    emit(tx, shop, EventType::RequestVerified, &RequestEvent::of(&request), moment)?;
    let is_known = address.is_some();
    // Nobody has to decide about nothing.
    let request = if is_known && shop.settings.requests.wait(request.kind) {
        request
    } else {
        carry_out(tx, shop, request, address.as_ref(), key, moment)?
    };
    Ok(Verified { request, is_known })
}

/// The address that asks, with nobody else's in its contact; nothing where it is not, or no longer, known.
fn address_of(
    tx: &dyn Database,
    shop: &Shop,
    request: &SubjectRequest,
    moment: &Moment<'_>,
) -> Result<Option<Named>, DatabaseError> {
    let Some(pseudonym) = request.address_name() else { return Ok(None) };
    let known = match named(tx, shop, &pseudonym)? {
        Some(known) => Some(known),
        // A list may have brought the address since; it has no name in links before one is made.
        None => match request.address.as_deref().and_then(|value| Address::parse(request.address_kind, value)) {
            Some(address) => find_to_link(tx, shop, &address)?,
            None => None,
        },
    };
    match known {
        None => Ok(None),
        Some(address) => set_apart(tx, shop, &address, moment).map(Some),
    }
}

fn is_known(tx: &dyn Database, request: &SubjectRequest) -> Result<bool, DatabaseError> {
    let subject = request.subject().map(|subject| find(tx, &Lookup::Id(subject))).transpose()?;
    Ok(subject.flatten().is_some())
}

/// The contact of the address may be another by now: contacts are merged and taken apart.
fn about(tx: &dyn Database, request: SubjectRequest, address: Option<&Named>) -> Result<SubjectRequest, DatabaseError> {
    let Some(contact) = address.map(Named::contact).filter(|contact| request.subject() != Some(*contact)) else {
        return Ok(request);
    };
    tx.execute(
        "UPDATE subject_request SET subject = ? WHERE id = ?",
        &[Param::Text(&contact.to_string()), Param::Text(&request.id)],
    )?;
    again(tx, &request)
}

fn again(tx: &dyn Database, request: &SubjectRequest) -> Result<SubjectRequest, DatabaseError> {
    subject_request(tx, request.uuid())?.ok_or(DatabaseError::Shape { column: 0 })
}

/// Does what is asked for, and answers. `key` is that of the employee; none where nobody had to decide.
fn carry_out(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    address: Option<&Named>,
    key: Uuid,
    moment: &Moment<'_>,
) -> Result<SubjectRequest, DatabaseError> {
    let subject = request.subject();
    match (request.kind, subject) {
        // Of whom nothing is held it is kept that they want nothing: tomorrow a list may bring them.
        (RequestKind::Objection, None) => {
            if let Some(address) = request.from() {
                suppress(tx, shop, &address, None, SuppressionReason::Asked, moment)?;
            }
        }
        (_, None) | (RequestKind::Rectification, _) => {}
        (RequestKind::Access | RequestKind::Portability, Some(subject)) => {
            tx.execute(
                "UPDATE subject_request SET download_until = ? WHERE id = ?",
                &[Param::Integer(moment.now.plus_millis(TO_DOWNLOAD).millis()), Param::Text(&request.id)],
            )?;
            if let Some(contact) = find(tx, &Lookup::Id(subject))? {
                let by = Acting { key, reason: None };
                note(tx, &contact, RightsAct::Exported, &by, &ActDetail::default(), moment)?;
            }
        }
        (RequestKind::Erasure, Some(subject)) => {
            let asked = ErasureAsked { requested_by: Requester::Person, key };
            erase_contact(tx, shop, subject, &asked, moment)?;
        }
        (RequestKind::Objection, Some(subject)) => {
            // The address that asked may have been corrected since: then it is known of theirs, and of theirs alone.
            let others = if address.is_some() { Vec::new() } else { addresses_to_link(tx, shop, subject)? };
            let is_alone = others.len() == 1;
            let theirs = others.iter().find(|other| other.linked || is_alone);
            match (address, theirs) {
                (Some(address), _) => object(tx, shop, address, true, moment)?,
                (None, Some(theirs)) => object(tx, shop, theirs, false, moment)?,
                (None, None) => {}
            }
        }
    }
    close(tx, shop, request, RequestState::Completed, None, moment)
}

/// An objection to direct marketing, for each of their addresses; `proven` by this one itself.
fn object(tx: &dyn Database, shop: &Shop, by: &Named, proven: bool, moment: &Moment<'_>) -> Result<(), DatabaseError> {
    let objected = |act: OwnAct| OwnAct {
        claim: Claim::OptOut { objection: true },
        assurance: if proven { act.assurance } else { Assurance::Authenticated },
        ..act
    };
    let acts: Vec<OwnAct> = stop_everything(tx, shop, by)?.into_iter().map(objected).collect();
    note_own_acts(tx, shop, by, &acts, "request", None, moment)?;
    Ok(())
}

/// Answers a request: what is no longer needed of it goes, the rest is the log.
fn close(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    state: RequestState,
    reason: Option<&Line>,
    moment: &Moment<'_>,
) -> Result<SubjectRequest, DatabaseError> {
    tx.execute(
        "UPDATE subject_request SET state = ?, closed_at = ?, reason = coalesce(?, reason), remind_on = NULL,
             to_value = NULL, details = NULL WHERE id = ?",
        &[
            Param::Text(state.as_str()),
            Param::Integer(moment.now.millis()),
            Param::text_or_null(reason.map(Line::as_str)),
            Param::Text(&request.id),
        ],
    )?;
    let closed = again(tx, &request)?;
    emit(tx, shop, EventType::RequestCompleted, &RequestEvent::of(&closed), moment)?;
    // An erased person has no address that could be written to; the link that proved the request tells them.
    if request.kind != RequestKind::Erasure || state != RequestState::Completed {
        write_to(tx, shop, &request, moment)?;
    }
    Ok(closed)
}

/// Tells the person what has become of it. What exactly, the message takes from the request as it then is.
fn write_to(
    tx: &dyn Database,
    shop: &Shop,
    request: &SubjectRequest,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let (Some(value), Some(pseudonym)) = (request.address.as_deref(), request.pseudonym.as_deref()) else {
        return Ok(());
    };
    let Some(medium) = medium_for(shop, request.address_kind, &[]) else { return Ok(()) };
    let to = Recipient { medium, value, pseudonym, locale: &request.locale };
    post(tx, shop, MessageKind::Result, &to, Some(&request.id), &MessageDetail::default(), moment)
}

/// What an employee decides.
#[derive(Clone, Debug)]
pub enum StaffDecision {
    /// It is to be done; or, of a correction, was done.
    Approve,
    /// It is not, and why (GDPR Art. 12(4)).
    Refuse(Line),
    /// It takes longer, and why (Art. 12(3)).
    Extend(Line),
}

/// Why a decision cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideError {
    /// There is no such request.
    Unknown,
    /// It is not, or no longer, for an employee to decide.
    NotWaiting,
    /// The address that asked was corrected since: whether it was theirs at all, the link that was sent there does not show.
    Corrected,
    /// The law gives no more time, or it was used already, or the first has passed.
    NotExtendable,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for DecideError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Takes an employee's decision.
///
/// # Errors
/// [`DecideError`]; nothing is written then.
pub fn decide_request(
    tx: &dyn Database,
    shop: &Shop,
    id: Uuid,
    decision: &StaffDecision,
    key: Uuid,
    moment: &Moment<'_>,
) -> Result<SubjectRequest, DecideError> {
    let request = subject_request(tx, id)?.ok_or(DecideError::Unknown)?;
    let waits = request.state == RequestState::Verified;
    match decision {
        StaffDecision::Approve if waits => {
            let address = address_of(tx, shop, &request, moment)?;
            // A no is done for whoever has taken its place; nobody is erased, and nothing told, for it.
            let is_for_any = matches!(request.kind, RequestKind::Objection | RequestKind::Rectification);
            if address.is_none() && !is_for_any && is_known(tx, &request)? {
                return Err(DecideError::Corrected);
            }
            let request = about(tx, request, address.as_ref())?;
            Ok(carry_out(tx, shop, request, address.as_ref(), key, moment)?)
        }
        StaffDecision::Refuse(reason) if waits => {
            Ok(close(tx, shop, request, RequestState::Refused, Some(reason), moment)?)
        }
        StaffDecision::Extend(reason) if waits => extend(tx, shop, request, reason, moment),
        _ => Err(DecideError::NotWaiting),
    }
}

fn extend(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    reason: &Line,
    moment: &Moment<'_>,
) -> Result<SubjectRequest, DecideError> {
    let today = moment.day(shop.settings.links.zone());
    let until = request.extendable_to.as_deref().and_then(|until| until.parse::<Date>().ok());
    let due = request.due.parse::<Date>().ok();
    let (Some(today), Some(until)) = (today.filter(|today| due.is_some_and(|due| *today <= due)), until) else {
        return Err(DecideError::NotExtendable);
    };
    let reminders = reminders_of(until, shop.settings.country, today);
    let reminders: Vec<String> = reminders.iter().map(ToString::to_string).collect();
    let first = reminders.first().cloned();
    let reminders = serde_json::to_string(&reminders).map_err(|_| DatabaseError::Shape { column: 0 })?;
    tx.execute(
        "UPDATE subject_request SET due = extended, is_extended = 1, reason = ?, reminders = ?, remind_on = ? WHERE id = ?",
        &[
            Param::Text(reason.as_str()),
            Param::Text(&reminders),
            Param::text_or_null(first.as_deref()),
            Param::Text(&request.id),
        ],
    )?;
    let extended = again(tx, &request)?;
    write_to(tx, shop, &extended, moment)?;
    Ok(extended)
}
