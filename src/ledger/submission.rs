//! One submission: what a form, a shop's server or an employee hands in, and the rules for taking it.

use uuid::Uuid;

use super::shop::Shop;
use super::text::{ExternalId, Line, Locale, PageUrl, Sha256Hex, Token};
use super::{Database, DatabaseError, Moment};
use crate::consent::{
    Act, Address, AddressKind, Assurance, Basis, Channel, CountryCode, PurposeSlug, RecordId, Scope, Timestamp, Track,
    effective_time,
};

/// What is handed in, already parsed.
#[derive(Clone, Debug)]
pub struct Submission {
    /// Chosen by the sender; the same submission may come again under the same id.
    pub id: Uuid,
    /// The content by which a repetition is told from another submission under the same id, see [`Shop::fingerprint`].
    pub fingerprint: String,
    /// The addresses, at most one of a kind.
    pub addresses: Vec<Address>,
    /// What a platform calls the person.
    pub external: Option<ExternalId>,
    /// Where the person lives.
    pub country: Option<CountryCode>,
    /// What was chosen.
    pub choices: Vec<ChosenAct>,
    /// What was shown.
    pub notice: NoticeShown,
    /// Where.
    pub source: Source,
    /// When, by the sender's clock.
    pub occurred_at: Option<Timestamp>,
    /// How we know.
    pub assurance: Assurance,
}

/// One channel, one purpose, one act.
#[derive(Clone, Debug)]
pub struct ChosenAct {
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The act.
    pub act: Act,
}

/// The words that were shown.
#[derive(Clone, Debug)]
pub struct NoticeShown {
    /// The shop's name for them.
    pub id: Token,
    /// Their version.
    pub version: Token,
    /// Their language.
    pub locale: Locale,
    /// Their hash.
    pub text_sha256: Sha256Hex,
}

/// Where a submission comes from.
#[derive(Clone, Debug)]
pub struct Source {
    /// The kind of place, such as `form`.
    pub kind: Token,
    /// The page.
    pub url: Option<PageUrl>,
    /// The form on it.
    pub form: Option<Line>,
}

/// What the sender gets: enough to know that it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the submission.
    pub id: Uuid,
    /// Since when it is kept.
    pub received_at: Timestamp,
    /// The contact it was filed under; its records are with the contacts of their addresses. For the shop's server only: an anonymous form must not learn who is known.
    pub contact: Uuid,
}

/// Why a submission was not taken. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmissionError {
    /// Another submission has this id.
    Conflict,
    /// A choice cannot be recorded.
    Choice {
        /// Its place in the list, from 0.
        index: usize,
        /// Why.
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

/// Why a choice cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceFault {
    /// The shop does not use the channel.
    ChannelOff,
    /// The shop has no such purpose.
    UnknownPurpose,
    /// The submission has no address that the channel could use.
    NoAddress(AddressKind),
    /// The same channel and purpose stand earlier in the list.
    Repeated,
    /// The ground needs evidence that a submission cannot carry.
    BasisNotAccepted,
}

/// What the ledger knows that bears on a submission.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) earlier: Option<(String, Receipt)>,
    pub(super) addresses: Vec<KnownAddress>,
    pub(super) by_external: Option<KnownContact>,
}

#[derive(Clone, Debug)]
pub(super) struct KnownAddress {
    pub(super) id: i64,
    pub(super) kind: AddressKind,
    pub(super) assurance: Assurance,
    pub(super) contact: KnownContact,
}

#[derive(Clone, Debug)]
pub(super) struct KnownContact {
    pub(super) id: i64,
    pub(super) uuid: Uuid,
}

/// What is to be written, in this order.
#[derive(Debug)]
pub(super) enum Event<'a> {
    ContactOpened { uuid: Uuid, country: Option<CountryCode> },
    CountryLearned(CountryCode),
    ExternalIdAdded(&'a ExternalId),
    AddressAdded { address: &'a Address, assurance: Assurance },
    AddressVouched { id: i64, assurance: Assurance },
    Submitted(&'a Submission),
    Recorded { on: AddressKind, track: Track },
}

pub(super) enum Verdict<'a> {
    Repeated(Receipt),
    Accepted { contact: Option<i64>, events: Vec<Event<'a>>, receipt: Receipt },
}

/// Takes a submission in, once: a repetition gets the receipt of the first time.
///
/// # Errors
/// [`SubmissionError`]; nothing is written then.
pub fn record_submission<D: Database>(
    database: &D,
    shop: &Shop,
    submission: &Submission,
    moment: &Moment<'_>,
) -> Result<Receipt, SubmissionError> {
    check_choices(shop, submission)?;
    database.transaction(|tx| {
        let known = super::write::known(tx, submission)?;
        match decide(&known, submission, moment)? {
            Verdict::Repeated(receipt) => Ok(receipt),
            Verdict::Accepted { contact, events, receipt } => {
                super::write::apply(tx, contact, &known.addresses, &events, moment.now)?;
                Ok(receipt)
            }
        }
    })
}

fn check_choices(shop: &Shop, submission: &Submission) -> Result<(), SubmissionError> {
    for (index, choice) in submission.choices.iter().enumerate() {
        let kind = choice.channel.address_kind();
        let mut earlier = submission.choices.iter().take(index);
        let fault = if !shop.settings.channels.contains(&choice.channel) {
            ChoiceFault::ChannelOff
        } else if !shop.settings.purposes.contains(&choice.purpose) {
            ChoiceFault::UnknownPurpose
        } else if !submission.addresses.iter().any(|address| address.kind() == kind) {
            ChoiceFault::NoAddress(kind)
        } else if earlier.any(|other| other.channel == choice.channel && other.purpose == choice.purpose) {
            ChoiceFault::Repeated
        } else if choice.act.basis().is_some_and(|basis| basis != Basis::Consent) {
            ChoiceFault::BasisNotAccepted
        } else {
            continue;
        };
        return Err(SubmissionError::Choice { index, fault });
    }
    Ok(())
}

/// Whether it is the shop itself that says who this is.
fn vouches(submission: &Submission) -> bool {
    submission.assurance == Assurance::Authenticated || submission.external.is_some()
}

/// The contact that a submission is filed under; `None` for a new one.
///
/// Contacts are never merged by a submission, and an address that is known keeps its contact. An anonymous form does not even
/// add an address to a contact that is known: it would let anyone put their own address beside somebody else's, and read that
/// person's report by it later. So what it brings that is new becomes a contact of its own, until the shop says otherwise.
fn contact_for<'a>(known: &'a Known, submission: &Submission) -> Option<&'a KnownContact> {
    let first = || known.addresses.first().map(|address| &address.contact);
    let all_known = known.addresses.len() == submission.addresses.len();
    match &known.by_external {
        Some(contact) => Some(contact),
        None if vouches(submission) || all_known => first(),
        None => None,
    }
}

/// Decides what a submission changes. Pure: reads what is known, writes nothing.
fn decide<'a>(known: &Known, submission: &'a Submission, moment: &Moment<'_>) -> Result<Verdict<'a>, SubmissionError> {
    if let Some((fingerprint, receipt)) = &known.earlier {
        return if *fingerprint == submission.fingerprint {
            Ok(Verdict::Repeated(receipt.clone()))
        } else {
            Err(SubmissionError::Conflict)
        };
    }
    let mut events = Vec::new();
    let contact = contact_for(known, submission);
    let uuid = match contact {
        None => {
            let uuid = moment.next_id();
            events.push(Event::ContactOpened { uuid, country: submission.country });
            uuid
        }
        Some(contact) => {
            if let Some(country) = submission.country
                && vouches(submission)
            {
                events.push(Event::CountryLearned(country));
            }
            contact.uuid
        }
    };
    if let Some(external) = &submission.external
        && known.by_external.is_none()
    {
        events.push(Event::ExternalIdAdded(external));
    }
    for address in &submission.addresses {
        match known.addresses.iter().find(|known| known.kind == address.kind()) {
            None => events.push(Event::AddressAdded { address, assurance: submission.assurance }),
            Some(found)
                if found.contact.uuid == uuid
                    && found.assurance == Assurance::Claimed
                    && submission.assurance != Assurance::Claimed =>
            {
                events.push(Event::AddressVouched { id: found.id, assurance: submission.assurance });
            }
            Some(_) => {}
        }
    }
    events.push(Event::Submitted(submission));
    events.extend(submission.choices.iter().map(|choice| Event::Recorded {
        on: choice.channel.address_kind(),
        track: Track {
            scope: Scope::specific(choice.channel, choice.purpose.clone()),
            act: choice.act,
            assurance: submission.assurance,
            at: effective_time(choice.act, submission.assurance, submission.occurred_at, moment.now),
            record: RecordId(moment.next_id()),
        },
    }));
    let receipt = Receipt { id: submission.id, received_at: moment.now, contact: uuid };
    Ok(Verdict::Accepted { contact: contact.map(|contact| contact.id), events, receipt })
}
