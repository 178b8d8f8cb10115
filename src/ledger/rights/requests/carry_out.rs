//! Carries out a subject request once the requester is verified: automatically, or when an employee has decided.

use jiff::civil::Date;
use uuid::Uuid;

use crate::consent::certificate::Requester;
use crate::consent::deadlines::{deadlines, reminders_of};
use crate::consent::{Address, Assurance};
use crate::ledger::capture::person_act::{PersonAct, PersonSource, note_own_acts, stop_everything};
use crate::ledger::outbox::event::emit;
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, medium_for, post};
use crate::ledger::people::address::{StoredAddress, addresses_to_link, find_verified_address, named};
use crate::ledger::people::contact::{Lookup, find, place_of};
use crate::ledger::people::rights_log::{ActDetail, Acting, RightsAct, note};
use crate::ledger::people::separate::separate_address;
use crate::ledger::records::suppression::suppress;
use crate::ledger::rights::erase::{ErasureAsked, erase_contact, external_ids_of};
use crate::ledger::rights::requests::subject_request::{RequestEvent, RequestState, SubjectRequest, subject_request};
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::request::RequestKind;
use crate::model::submission::Claim;
use crate::model::suppression::SuppressionReason;
use crate::model::text::Line;

/// The time for which an answer can be downloaded, in milliseconds: 7 days.
const TO_DOWNLOAD: i64 = 7 * 86_400_000;

/// The result of a verification.
#[derive(Clone, Debug)]
pub struct Verified {
    /// The request in its new state.
    pub request: SubjectRequest,
    /// Whether any data is held about the requester. If not, there was nothing to do.
    pub is_known: bool,
}

/// Marks a request as verified and carries it out, unless an employee has to decide. A repeated call changes nothing.
/// `key` is the id of the API key with which the shop's server vouches for the person; the nil UUID if the person used
/// the link or code.
pub fn verify_request(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    key: Uuid,
    context: &Context<'_>,
) -> Result<Verified, DatabaseError> {
    if request.state != RequestState::Open {
        let is_known = request.contact.is_some();
        return Ok(Verified { request, is_known });
    }
    let address = address_of(tx, shop, &request, context)?;
    let contact = address.as_ref().map(|address| address.contact().to_string());
    tx.execute(
        "UPDATE subject_request SET state = 'verified', verified_at = ?, subject = ? WHERE id = ?",
        &[Param::Integer(context.now.millis()), Param::text_or_null(contact.as_deref()), Param::Text(&request.id)],
    )?;
    start_clock(tx, shop, &request, address.as_ref(), context)?;
    let request = again(tx, &request)?;
    emit(tx, shop, EventType::RequestVerified, &RequestEvent::of(&request), context)?;
    let is_known = address.is_some();
    // If no data is held, there is nothing for an employee to decide.
    let waits = match &address {
        Some(address) => shop.settings.requests.wait(request.kind) || erases_several_accounts(tx, &request, address)?,
        None => false,
    };
    let request = if waits { request } else { carry_out(tx, shop, request, address.as_ref(), key, context)? };
    Ok(Verified { request, is_known })
}

/// Counts the days of a request from its proof on: before, anybody may have opened it (GDPR Art. 12(6)).
fn start_clock(
    tx: &dyn Database,
    shop: &Shop,
    request: &SubjectRequest,
    address: Option<&StoredAddress>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Some(today) = context.day(shop.settings.links.zone()) else { return Ok(()) };
    let place = address.map(|address| place_of(tx, &address.contact)).transpose()?.unwrap_or_default();
    let times = deadlines(&place, shop.settings.country, today);
    let [acknowledge_by, extended] = [times.acknowledge_by, times.extended].map(|day| day.map(|day| day.to_string()));
    let reminders: Vec<String> = times.reminders.iter().map(ToString::to_string).collect();
    let first = reminders.first().cloned();
    let reminders = serde_json::to_string(&reminders).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "UPDATE subject_request SET regime = ?, acknowledge_by = ?, due = ?, extended = ?, reminders = ?, remind_on = ?
         WHERE id = ?",
        &[
            Param::Text(times.regime.as_str()),
            Param::text_or_null(acknowledge_by.as_deref()),
            Param::Text(&times.due.to_string()),
            Param::text_or_null(extended.as_deref()),
            Param::Text(&reminders),
            Param::text_or_null(first.as_deref()),
            Param::Text(&request.id),
        ],
    )
}

/// Returns whether an erasure would delete several accounts of the shop. An employee decides it, because the person may
/// have asked for the erasure of one of them.
fn erases_several_accounts(
    tx: &dyn Database,
    request: &SubjectRequest,
    address: &StoredAddress,
) -> Result<bool, DatabaseError> {
    let is_erasure = request.kind == RequestKind::Erasure;
    Ok(is_erasure && external_ids_of(tx, address.contact())?.is_some_and(|ids| ids.len() > 1))
}

/// Returns the requester's address, after separating it from addresses of other persons; `None` if it is unknown now.
fn address_of(
    tx: &dyn Database,
    shop: &Shop,
    request: &SubjectRequest,
    context: &Context<'_>,
) -> Result<Option<StoredAddress>, DatabaseError> {
    let Some(pseudonym) = request.address_name() else { return Ok(None) };
    let known = match named(tx, shop, &pseudonym)? {
        Some(known) => Some(known),
        // An import may have added the address since. It has no pseudonym until a link to it is made.
        None => match request.address.as_deref().and_then(|value| Address::parse(request.address_kind, value)) {
            Some(address) => find_verified_address(tx, shop, &address)?,
            None => None,
        },
    };
    match known {
        None => Ok(None),
        Some(address) => separate_address(tx, shop, &address, context).map(Some),
    }
}

fn is_known(tx: &dyn Database, request: &SubjectRequest) -> Result<bool, DatabaseError> {
    let subject = request.subject().map(|subject| find(tx, &Lookup::Id(subject))).transpose()?;
    Ok(subject.flatten().is_some())
}

/// Updates the contact of the request, because contacts may have been merged or separated since.
fn about(
    tx: &dyn Database,
    request: SubjectRequest,
    address: Option<&StoredAddress>,
) -> Result<SubjectRequest, DatabaseError> {
    let Some(contact) = address.map(StoredAddress::contact).filter(|contact| request.subject() != Some(*contact))
    else {
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

/// Carries out the request and closes it. `key` is the id of the employee's API key; the nil UUID if nobody had to
/// decide.
fn carry_out(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    address: Option<&StoredAddress>,
    key: Uuid,
    context: &Context<'_>,
) -> Result<SubjectRequest, DatabaseError> {
    let subject = request.subject();
    match (request.kind, subject) {
        // The person is unknown, but an import may add them tomorrow. So the objection is stored as a suppression.
        (RequestKind::Objection, None) => {
            if let Some(address) = request.from() {
                suppress(tx, shop, &address, None, SuppressionReason::Asked, context)?;
            }
        }
        (_, None) | (RequestKind::Rectification, _) => {}
        (RequestKind::Access | RequestKind::Portability, Some(subject)) => {
            tx.execute(
                "UPDATE subject_request SET download_until = ? WHERE id = ?",
                &[Param::Integer(context.now.plus_millis(TO_DOWNLOAD).millis()), Param::Text(&request.id)],
            )?;
            if let Some(contact) = find(tx, &Lookup::Id(subject))? {
                let by = Acting { key, reason: None };
                note(tx, &contact, RightsAct::Exported, &by, &ActDetail::default(), context)?;
            }
        }
        (RequestKind::Erasure, Some(subject)) => {
            let asked = ErasureAsked { requested_by: Requester::Person, key };
            erase_contact(tx, shop, subject, &asked, context)?;
        }
        (RequestKind::Objection, Some(subject)) => {
            // The requester's address may have been corrected since. Then the objection is recorded for an address that
            // certainly belongs to the person: a linked one, or the contact's only one.
            let others = if address.is_some() { Vec::new() } else { addresses_to_link(tx, shop, subject)? };
            let is_alone = others.len() == 1;
            let theirs = others.iter().find(|other| other.linked || is_alone);
            match (address, theirs) {
                (Some(address), _) => object(tx, shop, address, true, context)?,
                (None, Some(theirs)) => object(tx, shop, theirs, false, context)?,
                (None, None) => {}
            }
        }
    }
    close(tx, shop, request, RequestState::Completed, None, context)
}

/// Records an objection to direct marketing for each address of the person. `proven` is true if this address verified
/// the request.
fn object(
    tx: &dyn Database,
    shop: &Shop,
    by: &StoredAddress,
    proven: bool,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let objected = |act: PersonAct| PersonAct {
        claim: Claim::OptOut { objection: true },
        assurance: if proven { act.assurance } else { Assurance::Authenticated },
        ..act
    };
    let acts: Vec<PersonAct> = stop_everything(tx, shop, by)?.into_iter().map(objected).collect();
    note_own_acts(tx, shop, by, &acts, &PersonSource::page("request", context.now), None, context)?;
    Ok(())
}

/// Closes a request and deletes its address and details; the rest stays as the log.
fn close(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    state: RequestState,
    reason: Option<&Line>,
    context: &Context<'_>,
) -> Result<SubjectRequest, DatabaseError> {
    tx.execute(
        "UPDATE subject_request SET state = ?, closed_at = ?, reason = coalesce(?, reason), remind_on = NULL,
             to_value = NULL, details = NULL WHERE id = ?",
        &[
            Param::Text(state.as_str()),
            Param::Integer(context.now.millis()),
            Param::text_or_null(reason.map(Line::as_str)),
            Param::Text(&request.id),
        ],
    )?;
    let closed = again(tx, &request)?;
    emit(tx, shop, EventType::RequestCompleted, &RequestEvent::of(&closed), context)?;
    // An erased person has no address to write to. They see the result on the page of the verification link.
    if request.kind != RequestKind::Erasure || state != RequestState::Completed {
        write_to(tx, shop, &request, context)?;
    }
    Ok(closed)
}

/// Sends the result to the person. The text is built later, from the request as it is then.
fn write_to(
    tx: &dyn Database,
    shop: &Shop,
    request: &SubjectRequest,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let (Some(value), Some(pseudonym)) = (request.address.as_deref(), request.pseudonym.as_deref()) else {
        return Ok(());
    };
    let Some(medium) = medium_for(shop, request.address_kind, &[]) else { return Ok(()) };
    let to = Recipient { medium, value, pseudonym, locale: &request.locale };
    post(tx, shop, MessageKind::Result, &to, Some(&request.id), &MessageDetail::default(), context)
}

/// The decision of an employee about a request.
#[derive(Clone, Debug)]
pub enum StaffDecision {
    /// Carry out the request; for a rectification, confirm that the data was corrected.
    Approve,
    /// Refuse the request, with the reason (GDPR Art. 12(4)).
    Refuse(Line),
    /// Extend the deadline, with the reason (Art. 12(3)).
    Extend(Line),
}

/// The reason why a decision is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecideError {
    /// The request does not exist.
    Unknown,
    /// The request does not, or no longer, wait for an employee's decision.
    NotWaiting,
    /// The requester's address was corrected since. So the link that was sent there does not prove that the address was
    /// theirs.
    Corrected,
    /// The law allows no extension, it was already used, or the first deadline has passed.
    NotExtendable,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for DecideError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Applies an employee's decision to a request.
///
/// # Errors
/// Returns a [`DecideError`] if the decision is rejected or the database fails; nothing is written then.
pub fn decide_request(
    tx: &dyn Database,
    shop: &Shop,
    id: Uuid,
    decision: &StaffDecision,
    key: Uuid,
    context: &Context<'_>,
) -> Result<SubjectRequest, DecideError> {
    let request = subject_request(tx, id)?.ok_or(DecideError::Unknown)?;
    let waits = request.state == RequestState::Verified;
    match decision {
        StaffDecision::Approve if waits => {
            let address = address_of(tx, shop, &request, context)?;
            // An objection also applies to the address that replaced a corrected one. An erasure, or the disclosure of
            // data, must not follow from it.
            let is_for_any = matches!(request.kind, RequestKind::Objection | RequestKind::Rectification);
            if address.is_none() && !is_for_any && is_known(tx, &request)? {
                return Err(DecideError::Corrected);
            }
            let request = about(tx, request, address.as_ref())?;
            Ok(carry_out(tx, shop, request, address.as_ref(), key, context)?)
        }
        StaffDecision::Refuse(reason) if waits => {
            Ok(close(tx, shop, request, RequestState::Refused, Some(reason), context)?)
        }
        StaffDecision::Extend(reason) if waits => extend(tx, shop, request, reason, context),
        _ => Err(DecideError::NotWaiting),
    }
}

fn extend(
    tx: &dyn Database,
    shop: &Shop,
    request: SubjectRequest,
    reason: &Line,
    context: &Context<'_>,
) -> Result<SubjectRequest, DecideError> {
    let today = context.day(shop.settings.links.zone());
    let until = request.extendable_to.as_deref().and_then(|until| until.parse::<Date>().ok());
    let due = request.due.parse::<Date>().ok();
    let (Some(today), Some(until)) = (today.filter(|today| due.is_some_and(|due| *today <= due)), until) else {
        return Err(DecideError::NotExtendable);
    };
    let reminders = reminders_of(until, shop.settings.country, today);
    let reminders: Vec<String> = reminders.iter().map(ToString::to_string).collect();
    let first = reminders.first().cloned();
    let reminders = serde_json::to_string(&reminders).map_err(|_| DatabaseError::Json)?;
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
    write_to(tx, shop, &extended, context)?;
    Ok(extended)
}
