//! Takes a submission: the order of the steps from a parsed submission to its receipt.

use std::borrow::Cow;

use uuid::Uuid;

use crate::consent::{Act, Address, AddressKind, Assurance, Basis, Timestamp, Track};
use crate::ledger::capture::confirmation::{Whose, ask};
use crate::ledger::capture::decide::{Decided, Event, KnownData, Receipt, SubmissionError, decide};
use crate::ledger::capture::identity::{adopt_vouched_addresses, parts_of, separate_vouched_addresses};
use crate::ledger::capture::{flood, write};
use crate::ledger::outbox::event::consent_changed;
use crate::ledger::outbox::preferences_link::send_preferences_link;
use crate::ledger::records::act::{ChoiceFault, act_of};
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};
use crate::model::submission::{ChosenAct, Claim, NoticeShown, Submission};

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
    let (submission, acts, refused) = acceptable(shop, submission)?;
    let submission = submission.as_ref();
    let born = submission.person.born.as_ref().and_then(|born| Timestamp::parse_birth(born.as_str()));
    if born.is_some_and(|born| born > context.now) {
        return Err(SubmissionError::NotBornYet);
    }
    // The sender gets the receipt of the first part.
    let parts = parts_of(shop, submission, acts);
    let mut receipts = parts.iter().map(|(part, acts)| take(tx, shop, part, acts, context));
    let first = receipts.next().unwrap_or(Err(SubmissionError::NoNotice))?;
    // All parts are written together, so a repetition of the first is one of all. An earlier version had one part.
    if first.repeated.is_none() {
        receipts.try_for_each(|receipt| receipt.map(drop))?;
    }
    Ok(Receipt { refused, ..first })
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
    if submission.is_anonymous() && !flood::has_room(tx, shop, context.now)? {
        return Err(SubmissionError::OverBudget);
    }
    if submission.is_anonymous() && !flood::has_space(tx, shop)? {
        return Err(SubmissionError::NoSpace);
    }
    separate_vouched_addresses(tx, shop, submission, context)?;
    let mut known = write::known(tx, submission)?;
    if adopt_vouched_addresses(tx, shop, submission, &known, context)? {
        known = write::known(tx, submission)?;
    }
    let over_limit = flood::over_limit(tx, &known, submission, context.now)?;
    if over_limit.len() == submission.addresses.len() && !over_limit.is_empty() {
        let contact = known.addresses.first().map(|address| address.contact.uuid);
        return Ok(Receipt { is_counted: true, ..Receipt::new(submission.id, context.now, contact) });
    }
    let decided = decide(&known, submission, acts, &over_limit, context);
    write::apply(tx, shop, decided.contact, &known.addresses, &decided.events, context.now)?;
    let is_unproven = known.addresses.iter().all(|address| address.assurance == Assurance::Claimed);
    if is_unproven && !submission.vouches() {
        flood::count_unproven(tx, shop, context)?;
    }
    flood::tell_text_dropped(tx, shop, submission, context)?;
    announce(tx, shop, submission, &known, &decided, context)?;
    Ok(decided.receipt)
}

/// Returns the receipt of the same submission if the ledger has recorded it before.
fn repetition_of(tx: &dyn Database, shop: &Shop, submission: &Submission) -> Result<Option<Receipt>, SubmissionError> {
    if let Some((fingerprint, receipt)) = write::earlier(tx, submission)? {
        return if submission.fingerprint.is(&fingerprint) {
            Ok(Some(receipt))
        } else {
            Err(SubmissionError::Conflict)
        };
    }
    let erased = write::erased_submission(tx, shop, submission)?;
    let receipt = |received_at| Receipt { repeated: Some(None), ..Receipt::new(submission.id, received_at, None) };
    Ok(erased.map(receipt))
}

/// Emits the events. Asks an address to confirm an opt-in that an anonymous form or a platform states for it, and sends it
/// a link if an anonymous form states an opt-out.
fn announce(
    tx: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    known: &KnownData,
    Decided { contact, events, receipt }: &Decided<'_>,
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
    // The owner of the address decides on what an anonymous form or a platform says, if that does not count.
    let is_unproven = |assurance| matches!(assurance, Assurance::Claimed | Assurance::Reported);
    let claimed = |address: &&Address| is_unproven(submission.assurance_of(address.kind()));
    for address in submission.addresses.iter().filter(claimed) {
        let own: Vec<&Track> = tracks().filter(|(on, _)| *on == address.kind()).map(|(_, track)| track).collect();
        let is_new = !known.addresses.iter().any(|known| known.kind == address.kind());
        let whose = if is_new && contact.is_none() { Whose::New } else { Whose::Known };
        let locale = NoticeShown::locale_of(submission.notice.as_ref());
        ask(tx, shop, (address, whose), locale, &own, context)?;
        // Anybody may have stated the opt-out. The owner of the address can make it count by the link.
        if own.iter().any(|track| matches!(track.act, Act::OptOut { .. }) && track.assurance == Assurance::Claimed) {
            send_preferences_link(tx, shop, address, is_new, Some(locale), context)?;
        }
    }
    Ok(())
}

/// A submission with the choices that can be recorded, their acts, and the choices that cannot be recorded.
type Acceptable<'a> = (Cow<'a, Submission>, Vec<Act>, Vec<(usize, ChoiceFault)>);

/// Checks that each choice has the evidence it needs. A choice that cannot be recorded does not take the others with it.
///
/// # Errors
/// Returns the error of the first choice if none can be recorded.
fn acceptable<'a>(shop: &Shop, submission: &'a Submission) -> Result<Acceptable<'a>, SubmissionError> {
    let asked = |choice: &ChosenAct| matches!(choice.claim, Claim::Declined | Claim::OptIn { basis: Basis::Consent });
    if submission.notice.is_none() && submission.choices.iter().any(asked) {
        return Err(SubmissionError::NoNotice);
    }
    let (mut acts, mut refused) = (Vec::new(), Vec::new());
    for (index, choice) in submission.choices.iter().enumerate() {
        match act_in(shop, submission, index, choice) {
            Ok(act) => acts.push(act),
            Err(fault) => refused.push((index, fault)),
        }
    }
    match refused.first() {
        None => Ok((Cow::Borrowed(submission), acts, refused)),
        Some((index, fault)) if acts.is_empty() => Err(SubmissionError::Choice { index: *index, fault: *fault }),
        Some(_) => {
            let mut own = submission.clone();
            let mut index = 0;
            own.choices.retain(|_| {
                index += 1;
                !refused.iter().any(|(place, _)| place + 1 == index)
            });
            Ok((Cow::Owned(own), acts, refused))
        }
    }
}

fn act_in(shop: &Shop, submission: &Submission, index: usize, choice: &ChosenAct) -> Result<Act, ChoiceFault> {
    let mut earlier = submission.choices.iter().take(index);
    let kind = choice.scope.channel.map(|channel| channel.address_kind());
    let assurance = kind.map_or(submission.assurance, |kind| submission.assurance_of_act(kind, choice.claim));
    let act = act_of(shop, assurance, submission.time.stated(), choice)?;
    if !submission.addresses.iter().any(|address| kind.is_none_or(|kind| address.kind() == kind)) {
        return Err(ChoiceFault::NoAddress(kind));
    }
    if earlier.any(|other| other.scope == choice.scope) {
        return Err(ChoiceFault::Repeated);
    }
    Ok(act)
}
