//! Takes a submission: the order of the steps from a parsed submission to its receipt.

use uuid::Uuid;

use crate::consent::{Act, Address, AddressKind, Assurance, Basis, Timestamp, Track};
use crate::ledger::capture::decide::{Decided, Event, KnownData, Receipt, SubmissionError, decide};
use crate::ledger::capture::identity::{separate_signed_addresses, split_by_identity};
use crate::ledger::capture::{confirmation, flood, write};
use crate::ledger::outbox::event::consent_changed;
use crate::ledger::records::act::{ChoiceFault, act_of};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};
use crate::model::submission::{ChosenAct, Claim, Submission};

/// Records a submission once. A repetition gets the receipt of the first time.
///
/// # Errors
/// Returns a [`SubmissionError`] if the submission is refused or the database fails; nothing is written then.
pub fn record_submission(
    tx: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    context: &Context<'_>,
) -> Result<Receipt, SubmissionError> {
    let acts = acts_of(shop, submission)?;
    let born = submission.person.born.as_ref().and_then(|born| Timestamp::parse_birth(born.as_str()));
    if born.is_some_and(|born| born > context.now) {
        return Err(SubmissionError::NotBornYet);
    }
    // The sender gets the receipt of the first part.
    let parts = split_by_identity(shop, submission, acts);
    let mut receipts = parts.iter().map(|(part, acts)| take(tx, shop, part, acts, context));
    let first = receipts.next().unwrap_or(Err(SubmissionError::NoNotice))?;
    receipts.try_for_each(|receipt| receipt.map(drop))?;
    Ok(first)
}

/// Processes one part of a submission: looks for a repetition, finds the contact, reads the known data once, decides,
/// writes, and emits the events.
fn take(
    tx: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    acts: &[Act],
    context: &Context<'_>,
) -> Result<Receipt, SubmissionError> {
    if let Some(receipt) = repetition_of(tx, shop, submission)? {
        return Ok(receipt);
    }
    separate_signed_addresses(tx, shop, submission, context)?;
    let known = write::known(tx, submission)?;
    let over_limit = flood::over_limit(tx, &known, submission, context.now)?;
    if over_limit.len() == submission.addresses.len() && !over_limit.is_empty() {
        let contact = known.addresses.first().map(|address| address.contact.uuid);
        return Ok(Receipt { id: submission.id, received_at: context.now, contact });
    }
    let decided = decide(&known, submission, acts, &over_limit, context);
    write::apply(tx, shop, decided.contact, &known.addresses, &decided.events, context.now)?;
    announce(tx, shop, submission, &known, &decided, context)?;
    Ok(decided.receipt)
}

/// Returns the receipt of the same submission if the ledger has recorded it before.
fn repetition_of(tx: &dyn Database, shop: &Shop, submission: &Submission) -> Result<Option<Receipt>, SubmissionError> {
    if let Some((fingerprint, receipt)) = write::earlier(tx, submission)? {
        return if fingerprint == submission.fingerprint { Ok(Some(receipt)) } else { Err(SubmissionError::Conflict) };
    }
    let erased = write::erased_submission(tx, shop, submission)?;
    Ok(erased.map(|received_at| Receipt { id: submission.id, received_at, contact: None }))
}

/// Emits the events, and asks the addresses for which an anonymous form claimed an opt-in to confirm it.
fn announce(
    tx: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    known: &KnownData,
    Decided { events, receipt, .. }: &Decided<'_>,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let tracks = || {
        events.iter().filter_map(|event| match event {
            Event::Recorded { on, track, .. } => Some((*on, track)),
            _ => None,
        })
    };
    // A record belongs to the contact of its address, whichever contact the submission is filed under.
    let owner = |on: AddressKind| {
        let known = known.addresses.iter().find(|address| address.kind == on);
        known.map(|address| address.contact.uuid).or(receipt.contact)
    };
    let mut owners: Vec<Uuid> = Vec::new();
    for contact in tracks().filter_map(|(on, _)| owner(on)) {
        if !owners.contains(&contact) {
            owners.push(contact);
        }
    }
    for contact in owners {
        let mut own = tracks().filter(|(on, _)| owner(*on) == Some(contact)).map(|(_, track)| track);
        consent_changed(tx, shop, contact, &mut own, context)?;
    }
    let claimed = |address: &&Address| submission.assurance_of(address.kind()) == Assurance::Claimed;
    for address in submission.addresses.iter().filter(claimed) {
        let own: Vec<&Track> = tracks().filter(|(on, _)| *on == address.kind()).map(|(_, track)| track).collect();
        confirmation::ask(tx, shop, address, submission.notice.as_ref(), &own, context)?;
    }
    Ok(())
}

/// Returns the acts of all choices, after checking that each has the evidence it needs.
fn acts_of(shop: &Shop, submission: &Submission) -> Result<Vec<Act>, SubmissionError> {
    let asked = |choice: &ChosenAct| matches!(choice.claim, Claim::Declined | Claim::OptIn { basis: Basis::Consent });
    if submission.notice.is_none() && submission.choices.iter().any(asked) {
        return Err(SubmissionError::NoNotice);
    }
    let numbered = submission.choices.iter().enumerate();
    numbered
        .map(|(index, choice)| {
            let mut earlier = submission.choices.iter().take(index);
            let kind = choice.scope.channel.map(|channel| channel.address_kind());
            let assurance = kind.map_or(submission.assurance, |kind| submission.assurance_of_act(kind, choice.claim));
            let act = act_of(shop, assurance, submission.occurred_at, choice);
            let reachable = submission.addresses.iter().any(|address| kind.is_none_or(|kind| address.kind() == kind));
            let act = match act {
                Ok(_) if !reachable => Err(ChoiceFault::NoAddress(kind)),
                Ok(_) if earlier.any(|other| other.scope == choice.scope) => Err(ChoiceFault::Repeated),
                act => act,
            };
            act.map_err(|fault| SubmissionError::Choice { index, fault })
        })
        .collect()
}
