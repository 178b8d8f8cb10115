//! One submission: what a form, a shop's server or an employee hands in, and the rules for taking it.

use uuid::Uuid;

use super::confirmation;
use super::evidence::KeptEvidence;
use super::identified::{Identified, parts_of, stand_alone};
use super::outbox::consent_changed;
use super::shop::Shop;
use super::text::{BirthDate, ExternalId, Line, Locale, PageUrl, Sha256Hex, Token};
use super::{Database, DatabaseError, Moment};
use crate::consent::{
    Act, Address, AddressKind, Assurance, Basis, Choice, CountryCode, Missing, RecordId, Refusal, RegionCode, Relation,
    Scope, Timestamp, Track, effective_time,
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
    /// Who the person is.
    pub person: PersonFacts,
    /// What was chosen.
    pub choices: Vec<ChosenAct>,
    /// What was shown; nothing where nobody was asked.
    pub notice: Option<NoticeShown>,
    /// Where.
    pub source: Source,
    /// When, by the sender's clock.
    pub occurred_at: Option<Timestamp>,
    /// How we know, of the addresses that no signed identity names.
    pub assurance: Assurance,
    /// Whose addresses they are by a signed identity; nothing where none was shown.
    pub identified: Option<Identified>,
}

impl Submission {
    /// What an employee enters about a contact that is known: a submission like any other, so that its records have evidence
    /// like any other. `kind` is the kind of its source.
    pub(super) fn entered(
        shop: &Shop,
        kind: &str,
        notice: Option<NoticeShown>,
        occurred_at: Option<Timestamp>,
        moment: &Moment<'_>,
    ) -> Result<Self, DatabaseError> {
        let id = moment.next_id();
        let kind = Token::parse(kind).ok_or(DatabaseError::Shape { column: 0 })?;
        Ok(Self {
            id,
            fingerprint: shop.fingerprint(id.as_bytes()),
            addresses: Vec::new(),
            external: None,
            person: PersonFacts::default(),
            choices: Vec::new(),
            notice,
            source: Source::of(kind),
            occurred_at,
            assurance: Assurance::Staff,
            identified: None,
        })
    }
}

/// What rules and ages go by. What is absent was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFacts {
    /// Where the person lives.
    pub country: Option<CountryCode>,
    /// In which part of it.
    pub region: Option<RegionCode>,
    /// As whom they are addressed.
    pub relation: Option<Relation>,
    /// When they were born.
    pub born: Option<BirthDate>,
}

/// One act, with what shows that it may be recorded.
#[derive(Clone, Debug)]
pub struct ChosenAct {
    /// The channel and the purpose; only an opt-out may leave them open.
    pub scope: Scope,
    /// What is claimed.
    pub claim: Claim,
    /// What shows it.
    pub evidence: KeptEvidence,
}

/// What a submission says was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// There is a ground to write.
    OptIn {
        /// Of this kind.
        basis: Basis,
    },
    /// The person said no.
    OptOut {
        /// Whether it is an objection under GDPR Art. 21(2).
        objection: bool,
    },
    /// The person was asked and did not say yes.
    Declined,
}

impl Claim {
    /// The choice that is claimed.
    pub const fn choice(self) -> Choice {
        match self {
            Self::OptIn { .. } => Choice::OptIn,
            Self::OptOut { .. } => Choice::OptOut,
            Self::Declined => Choice::Declined,
        }
    }
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
    /// The words themselves, where the sender has sent them along: their hash is the one above.
    pub text: Option<String>,
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
    /// The version of the module that captured it.
    pub module: Option<Token>,
    /// Whether the browser sent Global Privacy Control. It says no to selling and sharing, and nothing of messages.
    pub gpc: bool,
    /// The network that it came from, such as `203.0.113.0/24`, where the shop keeps that.
    pub ip: Option<String>,
    /// The browser that it came from, without minor versions, where the shop keeps that.
    pub user_agent: Option<String>,
}

impl Source {
    /// A place of which nothing more is known.
    pub(crate) fn of(kind: Token) -> Self {
        Self { kind, url: None, form: None, module: None, gpc: false, ip: None, user_agent: None }
    }
}

/// What the sender gets: enough to know that it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The id of the submission.
    pub id: Uuid,
    /// Since when it is kept.
    pub received_at: Timestamp,
    /// The contact it was filed under; its records are with the contacts of their addresses. For the shop's server only: an anonymous form must not learn who is known.
    /// Nobody, where that contact has been erased since.
    pub contact: Option<Uuid>,
}

/// Why a submission was not taken. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmissionError {
    /// Another submission has this id.
    Conflict,
    /// Somebody was asked, but nothing says in which words.
    NoNotice,
    /// The person is said to be born after now.
    NotBornYet,
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
    /// The submission has no address that the channel could use; `None` for an opt-out of all channels without any address.
    NoAddress(Option<AddressKind>),
    /// The same channel and purpose stand earlier in the list.
    Repeated,
    /// Only an opt-out may leave the channel or the purpose open.
    NotSpecific,
    /// A contract is no ground for advertising.
    ContractForAdvertising,
    /// A ground that ends some months after a dealing lacks the time of that dealing.
    Undated,
    /// The ground lacks a piece of evidence.
    Missing(Missing),
}

/// What the ledger knows that bears on a submission.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) earlier: Option<(String, Receipt)>,
    /// When it was taken, where the person has been erased since.
    pub(super) spent: Option<Timestamp>,
    pub(super) addresses: Vec<KnownAddress>,
    pub(super) by_external: Option<KnownContact>,
}

#[derive(Clone, Debug)]
pub(super) struct KnownAddress {
    pub(super) id: i64,
    pub(super) kind: AddressKind,
    pub(super) assurance: Assurance,
    pub(super) contact: KnownContact,
    pub(super) linked: bool,
}

#[derive(Clone, Debug)]
pub(super) struct KnownContact {
    pub(super) id: i64,
    pub(super) uuid: Uuid,
}

/// What is to be written, in this order.
#[derive(Debug)]
pub(super) enum Event<'a> {
    ContactOpened { uuid: Uuid, person: &'a PersonFacts },
    PersonLearned { person: &'a PersonFacts, anew: bool },
    ExternalIdAdded(&'a ExternalId),
    AddressAdded { address: &'a Address, assurance: Assurance, linked: bool },
    AddressVouched { id: i64, assurance: Assurance, linked: bool },
    Submitted(&'a Submission),
    Recorded { on: AddressKind, track: Track, evidence: &'a KeptEvidence },
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
    let acts = acts_of(shop, submission)?;
    let born = submission.person.born.as_ref().and_then(|born| Timestamp::parse_birth(born.as_str()));
    if born.is_some_and(|born| born > moment.now) {
        return Err(SubmissionError::NotBornYet);
    }
    database.transaction(|tx| {
        let parts = parts_of(shop, submission);
        let mut receipt = None;
        for part in &parts {
            let taken = take(tx, shop, part, &acts_of(shop, part)?, moment)?;
            receipt.get_or_insert(taken);
        }
        receipt.map_or_else(|| take(tx, shop, submission, &acts, moment), Ok)
    })
}

fn take<D: Database>(
    tx: &D,
    shop: &Shop,
    submission: &Submission,
    acts: &[Act],
    moment: &Moment<'_>,
) -> Result<Receipt, SubmissionError> {
    let mut known = super::write::known(tx, shop, submission)?;
    // A submission that was taken, or that another has the id of, is none of a flood.
    let is_new = known.earlier.is_none() && known.spent.is_none();
    if is_new && stand_alone(tx, shop, submission, moment)? {
        known = super::write::known(tx, shop, submission)?;
    }
    let damped = if is_new { super::damping::damp(tx, &known, submission, moment.now)? } else { Vec::new() };
    if damped.len() == submission.addresses.len() && !damped.is_empty() {
        let contact = known.addresses.first().map(|address| address.contact.uuid);
        return Ok(Receipt { id: submission.id, received_at: moment.now, contact });
    }
    match decide(&known, submission, acts, &damped, moment)? {
        Verdict::Repeated(receipt) => Ok(receipt),
        Verdict::Accepted { contact, events, receipt } => {
            super::write::apply(tx, shop, contact, &known.addresses, &events, moment.now)?;
            told(tx, shop, submission, &known, &events, &receipt, moment)?;
            Ok(receipt)
        }
    }
}

/// Tells whoever wants to know, and asks the addresses that an anonymous form claimed a yes of.
fn told<D: Database>(
    tx: &D,
    shop: &Shop,
    submission: &Submission,
    known: &Known,
    events: &[Event<'_>],
    receipt: &Receipt,
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    let tracks = || {
        events.iter().filter_map(|event| match event {
            Event::Recorded { on, track, .. } => Some((*on, track)),
            _ => None,
        })
    };
    // A record is with the contact of its address, whoever the submission is filed under.
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
        consent_changed(tx, shop, contact, &mut own, moment)?;
    }
    let claimed = |address: &&Address| submission.assurance_of(address.kind()) == Assurance::Claimed;
    for address in submission.addresses.iter().filter(claimed) {
        let own: Vec<&Track> = tracks().filter(|(on, _)| *on == address.kind()).map(|(_, track)| track).collect();
        confirmation::ask(tx, shop, address, submission.notice.as_ref(), &own, moment)?;
    }
    Ok(())
}

/// The acts that the choices amount to, each with the evidence that it needs.
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

/// The act of one choice, with the evidence that it needs.
pub(super) fn act_of(
    shop: &Shop,
    assurance: Assurance,
    occurred_at: Option<Timestamp>,
    choice: &ChosenAct,
) -> Result<Act, ChoiceFault> {
    let (settings, scope) = (&shop.settings, &choice.scope);
    if scope.channel.is_some_and(|channel| !settings.channels.contains(&channel)) {
        return Err(ChoiceFault::ChannelOff);
    }
    if scope.purpose.as_ref().is_some_and(|purpose| !settings.purposes.contains(purpose)) {
        return Err(ChoiceFault::UnknownPurpose);
    }
    if !scope.is_specific() && !matches!(choice.claim, Claim::OptOut { .. }) {
        return Err(ChoiceFault::NotSpecific);
    }
    let evidence = choice.evidence.weighed();
    evidence.supports(assurance, scope.channel).map_err(ChoiceFault::Missing)?;
    match choice.claim {
        Claim::Declined => Ok(Act::Declined),
        Claim::OptOut { objection: true } => Ok(Act::OptOut { refusal: Refusal::Objection }),
        Claim::OptOut { objection: false } => Ok(Act::OptOut { refusal: Refusal::Plain }),
        Claim::OptIn { basis } => {
            let advertising =
                scope.purpose.as_ref().is_some_and(|purpose| !settings.policy.transactional.contains(purpose));
            if basis == Basis::Contract && advertising {
                return Err(ChoiceFault::ContractForAdvertising);
            }
            if basis == Basis::Implied && occurred_at.is_none() {
                return Err(ChoiceFault::Undated);
            }
            evidence.ground(basis).map(|ground| Act::OptIn { ground }).map_err(ChoiceFault::Missing)
        }
    }
}

/// How sure it is that an address is this person's.
const fn sureness(assurance: Assurance) -> u8 {
    match assurance {
        Assurance::Claimed => 0,
        Assurance::Listed | Assurance::Reported => 1,
        Assurance::Staff => 2,
        Assurance::Authenticated | Assurance::Confirmed => 3,
    }
}

/// The contact that a submission is filed under; `None` for a new one.
///
/// Contacts are never merged by a submission, and an address that is known keeps its contact. An anonymous form does not even
/// add an address to a contact that is known: it would let anyone put their own address beside somebody else's, and read that
/// person's report by it later. So what it brings that is new becomes a contact of its own, until the shop says otherwise.
fn contact_for<'a>(known: &'a Known, submission: &Submission) -> Option<&'a KnownContact> {
    let mut addresses = known.addresses.iter();
    let all_known = known.addresses.len() == submission.addresses.len();
    let found = match &known.by_external {
        Some(contact) => return Some(contact),
        None if submission.vouches() => addresses.find(|address| submission.vouches_for(address.kind)),
        None if all_known => addresses.next(),
        None => None,
    };
    found.map(|address| &address.contact)
}

/// Decides what a submission changes. Pure: reads what is known, writes nothing.
fn decide<'a>(
    known: &Known,
    submission: &'a Submission,
    acts: &[Act],
    damped: &[AddressKind],
    moment: &Moment<'_>,
) -> Result<Verdict<'a>, SubmissionError> {
    if let Some((fingerprint, receipt)) = &known.earlier {
        return if *fingerprint == submission.fingerprint {
            Ok(Verdict::Repeated(receipt.clone()))
        } else {
            Err(SubmissionError::Conflict)
        };
    }
    if let Some(received_at) = known.spent {
        return Ok(Verdict::Repeated(Receipt { id: submission.id, received_at, contact: None }));
    }
    let mut events = Vec::new();
    let contact = contact_for(known, submission);
    let uuid = match contact {
        None => {
            let uuid = moment.next_id();
            events.push(Event::ContactOpened { uuid, person: &submission.person });
            uuid
        }
        Some(contact) => {
            if submission.person != PersonFacts::default() && submission.vouches() {
                // A list, a platform or a customer's page adds what nobody knew; what somebody vouched for it does not change.
                let anew =
                    !matches!(submission.assurance, Assurance::Claimed | Assurance::Listed | Assurance::Reported);
                events.push(Event::PersonLearned { person: &submission.person, anew });
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
        let (assurance, linked) = (submission.assurance_of(address.kind()), submission.vouches_for(address.kind()));
        match known.addresses.iter().find(|known| known.kind == address.kind()) {
            None => events.push(Event::AddressAdded { address, assurance, linked }),
            Some(found) if found.contact.uuid == uuid => {
                let surer = sureness(assurance) > sureness(found.assurance);
                if surer || (linked && !found.linked) {
                    let assurance = if surer { assurance } else { found.assurance };
                    events.push(Event::AddressVouched { id: found.id, assurance, linked });
                }
            }
            Some(_) => {}
        }
    }
    events.push(Event::Submitted(submission));
    for (choice, act) in submission.choices.iter().zip(acts) {
        let kind = choice.scope.channel.map(|channel| channel.address_kind());
        let given = submission.addresses.iter().map(Address::kind).filter(|own| kind.is_none_or(|kind| kind == *own));
        for on in given.filter(|own| !damped.contains(own)) {
            let assurance = submission.assurance_of_act(on, choice.claim);
            let track = Track {
                scope: choice.scope.clone(),
                act: *act,
                assurance,
                at: effective_time(*act, assurance, submission.occurred_at, moment.now),
                record: RecordId(moment.next_id()),
            };
            events.push(Event::Recorded { on, track, evidence: &choice.evidence });
        }
    }
    let receipt = Receipt { id: submission.id, received_at: moment.now, contact: Some(uuid) };
    Ok(Verdict::Accepted { contact: contact.map(|contact| contact.id), events, receipt })
}
