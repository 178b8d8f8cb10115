//! One submission from a form, a shop's server or an employee, and the rules for accepting it.

use uuid::Uuid;

use crate::consent::{Act, ActTime, Address, AddressKind, Assurance, RecordId, Timestamp, Track};
use crate::ledger::records::act::ChoiceFault;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::DatabaseError;
use crate::model::evidence::KeptEvidence;
use crate::model::person::{ClaimedFacts, PersonFacts};
use crate::model::submission::Submission;
use crate::model::text::ExternalId;

/// The reason why a submission is refused. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmissionError {
    /// Another submission has this id.
    Conflict,
    /// A choice requires that the person was asked, but the submission names no notice.
    NoNotice,
    /// The date of birth is in the future.
    NotBornYet,
    /// Anonymous forms have made as many contacts of a day as the shop allows.
    OverBudget,
    /// The rest of the shop's space is for opt-outs and for the rights of persons.
    NoSpace,
    /// A choice cannot be recorded.
    Choice {
        /// The index of the choice in the list, from 0.
        index: usize,
        /// The reason.
        fault: ChoiceFault,
    },
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for SubmissionError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// The receipt for the sender, which proves that the submission is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the submission.
    pub id: Uuid,
    /// The time when the submission was first received.
    pub received_at: Timestamp,
    /// The contact that the submission is filed under; `None` if that contact has been erased since. The records belong
    /// to the contacts of their addresses. Only the shop's server may get this id: an anonymous form must not learn who
    /// is known.
    pub contact: Option<Uuid>,
    /// The choices that cannot be recorded, by their index in the submission.
    pub refused: Vec<(usize, ChoiceFault)>,
    /// Whether the submission was only counted, because it repeats what anonymous forms said of its addresses today.
    pub is_counted: bool,
    /// For a repetition: what became of the choices the first time, as it was stored.
    pub repeated: Option<Option<String>>,
}

impl Receipt {
    /// Makes the receipt of a submission that was received just now.
    pub(crate) const fn new(id: Uuid, received_at: Timestamp, contact: Option<Uuid>) -> Self {
        Self { id, received_at, contact, refused: Vec::new(), is_counted: false, repeated: None }
    }
}

/// The data in the ledger that is relevant to a submission.
#[derive(Clone, Debug, Default)]
pub(crate) struct KnownData {
    pub(crate) addresses: Vec<KnownAddress>,
    pub(crate) by_external: Option<KnownContact>,
}

#[derive(Clone, Debug)]
pub(crate) struct KnownAddress {
    pub(crate) id: i64,
    pub(crate) kind: AddressKind,
    pub(crate) assurance: Assurance,
    pub(crate) contact: KnownContact,
    pub(crate) linked: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct KnownContact {
    pub(crate) id: i64,
    pub(crate) uuid: Uuid,
}

/// The changes to write, in this order.
#[derive(Debug)]
pub(crate) enum Event<'a> {
    ContactOpened { uuid: Uuid, claimed: Option<ClaimedFacts> },
    PersonLearned { person: &'a PersonFacts, anew: bool },
    PersonClaimed(ClaimedFacts),
    ExternalIdAdded(&'a ExternalId),
    AddressAdded { address: &'a Address, assurance: Assurance, linked: bool, vouched_at: Option<Timestamp> },
    AddressVouched { id: i64, assurance: Assurance, linked: bool, vouched_at: Option<Timestamp> },
    Submitted(&'a Submission),
    Recorded { on: AddressKind, track: Track, evidence: &'a KeptEvidence },
}

/// The changes that a submission makes.
#[derive(Debug)]
pub(crate) struct Decided<'a> {
    /// The row of the contact that the submission is filed under; `None` for a new one.
    pub(crate) contact: Option<i64>,
    /// The changes to write, in this order.
    pub(crate) events: Vec<Event<'a>>,
    /// The receipt for the sender.
    pub(crate) receipt: Receipt,
}

/// Returns how certain an assurance makes it that an address belongs to this person.
const fn sureness(assurance: Assurance) -> u8 {
    match assurance {
        Assurance::Claimed => 0,
        Assurance::Listed | Assurance::Reported => 1,
        Assurance::Staff => 2,
        Assurance::Authenticated | Assurance::Confirmed => 3,
    }
}

/// Returns the contact that a submission is filed under; `None` for a new one.
///
/// The external id comes first, then an address that the shop has vouched for before. A known address keeps its contact.
/// An address for which nobody vouches comes alone, so it is a contact of its own until the shop states otherwise.
pub(crate) fn contact_for<'a>(known: &'a KnownData, submission: &Submission) -> Option<&'a KnownContact> {
    let vouched = || known.addresses.iter().filter(|address| submission.vouches_for(address.kind));
    let found = match &known.by_external {
        Some(contact) => return Some(contact),
        None if submission.vouches() => vouched().find(|address| address.linked).or_else(|| vouched().next()),
        None => known.addresses.first(),
    };
    found.map(|address| &address.contact)
}

/// Decides what a submission changes. Pure: it uses what is known and writes nothing.
pub(crate) fn decide<'a>(
    known: &KnownData,
    submission: &'a Submission,
    acts: &[Act],
    over_limit: &[AddressKind],
    context: &Context<'_>,
) -> Decided<'a> {
    let mut events = Vec::new();
    let contact = contact_for(known, submission);
    let uuid = match contact {
        None => {
            let uuid = context.next_id();
            events.push(Event::ContactOpened { uuid, claimed: submission.claimed_facts() });
            uuid
        }
        Some(contact) => contact.uuid,
    };
    if submission.person != PersonFacts::default() && submission.vouches() {
        // A list, a platform or a customer's page may only add missing facts; it does not change facts that a stronger
        // source stated.
        let anew = !matches!(submission.assurance, Assurance::Claimed | Assurance::Listed | Assurance::Reported);
        events.push(Event::PersonLearned { person: &submission.person, anew });
    }
    if let Some(facts) = submission.claimed_facts().filter(|_| contact.is_some()) {
        events.push(Event::PersonClaimed(facts));
    }
    if let Some(external) = &submission.external
        && known.by_external.is_none()
    {
        events.push(Event::ExternalIdAdded(external));
    }
    for address in &submission.addresses {
        let (assurance, linked) = (submission.assurance_of(address.kind()), submission.vouches_for(address.kind()));
        // Only who vouches for the address now makes it the current one. History, lists and reports tell of earlier days.
        let is_surely_theirs = sureness(assurance) > sureness(Assurance::Reported);
        let is_now = matches!(submission.time, ActTime::Live { .. }) && is_surely_theirs && linked;
        let vouched_at = is_now.then(|| submission.time.effective(Act::Declined, context.now));
        match known.addresses.iter().find(|known| known.kind == address.kind()) {
            None => events.push(Event::AddressAdded { address, assurance, linked, vouched_at }),
            Some(found) if found.contact.uuid == uuid => {
                let surer = sureness(assurance) > sureness(found.assurance);
                // The shop vouches anew, so this is the contact's current address.
                if surer || linked {
                    let assurance = if surer { assurance } else { found.assurance };
                    events.push(Event::AddressVouched { id: found.id, assurance, linked, vouched_at });
                }
            }
            Some(_) => {}
        }
    }
    events.push(Event::Submitted(submission));
    for (choice, act) in submission.choices.iter().zip(acts) {
        let kind = choice.scope.channel.map(|channel| channel.address_kind());
        let given = submission.addresses.iter().map(Address::kind).filter(|own| kind.is_none_or(|kind| kind == *own));
        for on in given.filter(|own| !over_limit.contains(own)) {
            let assurance = submission.assurance_of_act(on, choice.claim);
            let track = Track {
                scope: choice.scope.clone(),
                act: *act,
                assurance,
                connection: submission.connection.filter(|_| assurance == Assurance::Reported),
                at: submission.time.effective(*act, context.now),
                record: RecordId(context.next_id()),
            };
            events.push(Event::Recorded { on, track, evidence: &choice.evidence });
        }
    }
    let receipt = Receipt::new(submission.id, context.now, Some(uuid));
    Decided { contact: contact.map(|contact| contact.id), events, receipt }
}
