//! Who is behind a submission: the shop's own word for a customer, and what a customer's page says beside it, which is anybody's.

use super::set_apart::{is_one_person, set_apart};
use super::shop::Shop;
use super::submission::{ChosenAct, Claim, Submission};
use super::{Database, DatabaseError, Moment, link};
use crate::consent::{AddressKind, Assurance};

/// What a signed identity says of a submission.
#[derive(Clone, Debug)]
pub struct Identified {
    /// The kinds of address of which it says that they are the customer's.
    pub kinds: Vec<AddressKind>,
    /// Whether it had run out when the submission arrived. A yes is anybody's then. A no is still theirs: it may have waited in a
    /// browser, and taking a consent back must not fail by an hour (GDPR Art. 7(3)).
    pub late: bool,
}

impl Submission {
    /// How we know whose an address is.
    pub(super) fn assurance_of(&self, kind: AddressKind) -> Assurance {
        let is_theirs = |own: &Identified| own.kinds.contains(&kind) && !own.late;
        if self.identified.as_ref().is_some_and(is_theirs) { Assurance::Authenticated } else { self.assurance }
    }

    /// How we know of what is chosen for an address.
    pub(super) fn assurance_of_act(&self, kind: AddressKind, claim: Claim) -> Assurance {
        let is_theirs = self.identified.as_ref().is_some_and(|own| own.kinds.contains(&kind));
        let is_no = matches!(claim, Claim::OptOut { .. });
        if is_no && is_theirs { Assurance::Authenticated } else { self.assurance_of(kind) }
    }

    /// Whether nobody vouches for any of it.
    pub(super) fn is_anonymous(&self) -> bool {
        self.assurance == Assurance::Claimed && self.identified.is_none()
    }

    /// Whether anybody at all could have said all that is said of an address.
    pub(super) fn is_anonymous_about(&self, kind: AddressKind) -> bool {
        let about = |choice: &&ChosenAct| choice.scope.channel.is_none_or(|channel| channel.address_kind() == kind);
        let mut acts = self.choices.iter().filter(about);
        self.assurance_of(kind) == Assurance::Claimed
            && acts.all(|choice| self.assurance_of_act(kind, choice.claim) == Assurance::Claimed)
    }

    /// Whether it is the shop that says whose address this is.
    pub(super) fn vouches_for(&self, kind: AddressKind) -> bool {
        // A platform's name for a person vouches for what a list says beside it; a customer's page may say what it likes beside it.
        self.assurance_of(kind) != Assurance::Claimed || (self.external.is_some() && self.identified.is_none())
    }

    /// Whether it is the shop that says who this is.
    pub(super) fn vouches(&self) -> bool {
        self.external.is_some() || self.addresses.iter().any(|address| self.vouches_for(address.kind()))
    }
}

/// What a customer's page says of addresses that their identity names, and what it says beside it of others: these may be anybody's,
/// so they are taken as an anonymous form's, and never stand in the customer's contact. Nothing where there is nothing to be parted.
pub(super) fn parts_of(shop: &Shop, submission: &Submission) -> Vec<Submission> {
    let Some(Identified { kinds, .. }) = &submission.identified else { return Vec::new() };
    let of_part = |is_named: bool| {
        let belongs = |kind: AddressKind| kinds.contains(&kind) == is_named;
        let mut part = submission.clone();
        part.addresses.retain(|address| belongs(address.kind()));
        part.choices.retain(|choice| choice.scope.channel.is_none_or(|channel| belongs(channel.address_kind())));
        (!part.addresses.is_empty() && !part.choices.is_empty()).then_some(part)
    };
    let Some(mut beside) = of_part(false) else { return Vec::new() };
    (beside.identified, beside.external) = (None, None);
    let Some(named) = of_part(true) else { return vec![beside] };
    // An id of its own that follows from the other, so that a repetition is known again.
    let id = shop.keyed(format!("beside\0{}", submission.id).as_bytes());
    beside.id = uuid::Builder::from_random_bytes(id.first_chunk().copied().unwrap_or_default()).into_uuid();
    vec![named, beside]
}

/// Takes a customer's addresses out of contacts where some form has put them beside those of others, before anything of the customer
/// is filed there. Tells whether any was.
pub(super) fn stand_alone<D: Database>(
    tx: &D,
    shop: &Shop,
    submission: &Submission,
    moment: &Moment<'_>,
) -> Result<bool, DatabaseError> {
    let Some(identified) = submission.identified.as_ref().filter(|identified| !identified.late) else {
        return Ok(false);
    };
    let mut was_parted = false;
    for address in submission.addresses.iter().filter(|address| identified.kinds.contains(&address.kind())) {
        if let Some(named) = link::find_to_link(tx, shop, address)?.filter(|named| !named.linked)
            && !is_one_person(tx, named.contact.row)?
        {
            set_apart(tx, shop, &named, moment)?;
            was_parted = true;
        }
    }
    Ok(was_parted)
}
