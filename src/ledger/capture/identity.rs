//! The identity behind a submission: which addresses a signed identity confirms as the customer's, and which statements
//! of a customer's page anybody could have made.

use std::borrow::Cow;

use uuid::Uuid;

use crate::consent::{Act, Address, AddressKind, Assurance};
use crate::ledger::capture::decide::{KnownAddress, KnownData, contact_for};
use crate::ledger::people::address;
use crate::ledger::people::contact::Lookup;
use crate::ledger::people::merge::{MergeError, merge_contacts};
use crate::ledger::people::rights_log::Acting;
use crate::ledger::people::separate::{is_one_person, separate_address};
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};
use crate::model::person::{ClaimedFacts, PersonFacts};
use crate::model::submission::{ChosenAct, Claim, Identified, Submission};

impl Submission {
    /// Returns the assurance that an address of this kind is the person's.
    pub(crate) fn assurance_of(&self, kind: AddressKind) -> Assurance {
        let is_theirs = |own: &Identified| own.kinds.contains(&kind) && !own.late;
        if self.identified.as_ref().is_some_and(is_theirs) { Assurance::Authenticated } else { self.assurance }
    }

    /// Returns the assurance of a choice for an address of this kind.
    pub(crate) fn assurance_of_act(&self, kind: AddressKind, claim: Claim) -> Assurance {
        let is_theirs = self.identified.as_ref().is_some_and(|own| own.kinds.contains(&kind));
        let is_no = matches!(claim, Claim::OptOut { .. });
        if is_no && is_theirs { Assurance::Authenticated } else { self.assurance_of(kind) }
    }

    /// Returns whether nobody vouches for any part of the submission.
    pub(crate) fn is_anonymous(&self) -> bool {
        self.assurance == Assurance::Claimed && self.identified.is_none()
    }

    /// Returns whether anybody could have made every statement of the submission about an address of this kind.
    pub(crate) fn is_anonymous_about(&self, kind: AddressKind) -> bool {
        let about = |choice: &&ChosenAct| choice.scope.channel.is_none_or(|channel| channel.address_kind() == kind);
        let mut acts = self.choices.iter().filter(about);
        self.assurance_of(kind) == Assurance::Claimed
            && acts.all(|choice| self.assurance_of_act(kind, choice.claim) == Assurance::Claimed)
    }

    /// Returns whether the shop vouches that the address of this kind is the person's.
    pub(crate) fn vouches_for(&self, kind: AddressKind) -> bool {
        // An external id vouches for the addresses that a list gives with it. A customer's page can add any address to
        // a signed identity, so there it vouches for none.
        self.assurance_of(kind) != Assurance::Claimed || (self.external.is_some() && self.identified.is_none())
    }

    /// Returns the facts about the person that nobody vouches for.
    pub(crate) fn claimed_facts(&self) -> Option<ClaimedFacts> {
        let is_claim = self.person != PersonFacts::default() && !self.vouches();
        is_claim.then(|| ClaimedFacts::of(&self.person))
    }

    /// Returns whether the shop vouches for the identity of the person.
    pub(crate) fn vouches(&self) -> bool {
        self.external.is_some() || self.addresses.iter().any(|address| self.vouches_for(address.kind()))
    }
}

/// A part of a submission that may be about a person of its own, with its acts.
pub(crate) type Part<'a> = (Cow<'a, Submission>, Vec<Act>);

/// Splits a submission into parts that may be about different persons. The addresses for which the shop vouches are one
/// part. Anybody may have typed each of the others beside them, so each is a part of its own and never joins the contact
/// of another. An address about which the submission says nothing is left out.
///
/// The first part keeps the id of the submission. The others name it in `beside`.
pub(crate) fn parts_of<'a>(shop: &Shop, submission: &'a Submission, acts: Vec<Act>) -> Vec<Part<'a>> {
    let kinds: Vec<AddressKind> = submission.addresses.iter().map(Address::kind).collect();
    let (vouched, others): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|kind| submission.vouches_for(*kind));
    if others.is_empty() || (vouched.is_empty() && others.len() == 1) {
        return vec![(Cow::Borrowed(submission), acts)];
    }
    let of_part = |kinds: &[AddressKind]| {
        let is_about =
            |choice: &ChosenAct| choice.scope.channel.is_none_or(|channel| kinds.contains(&channel.address_kind()));
        let own = submission.choices.iter().zip(&acts).filter(|(choice, _)| is_about(choice));
        let acts: Vec<Act> = own.map(|(_, act)| *act).collect();
        let mut part = submission.clone();
        part.addresses.retain(|address| kinds.contains(&address.kind()));
        part.choices.retain(is_about);
        (!part.addresses.is_empty() && !part.choices.is_empty()).then_some((part, acts))
    };
    let mut parts: Vec<(Submission, Vec<Act>)> = of_part(&vouched).into_iter().collect();
    for kind in others {
        let Some((mut part, acts)) = of_part(&[kind]) else { continue };
        part.external = None;
        // An identity that has expired still proves the opt-outs of its own addresses.
        part.identified = part.identified.filter(|identified| identified.kinds.contains(&kind));
        if !parts.is_empty() {
            // The id is derived from the id of the first part, so that a repetition is recognized.
            let id =
                shop.secret.keyed(KeyUse::Beside, &[kind.as_str().as_bytes(), submission.id.to_string().as_bytes()]);
            part.id = uuid::Builder::from_random_bytes(id.first_chunk().copied().unwrap_or_default()).into_uuid();
            part.beside = Some(submission.id);
        }
        parts.push((part, acts));
    }
    parts.into_iter().map(|(part, acts)| (Cow::Owned(part), acts)).collect()
}

/// Moves addresses of a customer whom the shop names out of contacts in which a form has combined them with addresses of other
/// persons. Must be called before the ledger adds data of the customer to a contact.
pub(crate) fn separate_vouched_addresses(
    tx: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let names_somebody = submission.external.is_some() || submission.identified.is_some();
    for address in submission.addresses.iter().filter(|own| names_somebody && submission.vouches_for(own.kind())) {
        if let Some(named) = address::find_verified_address(tx, shop, address)?.filter(|named| !named.linked)
            && !is_one_person(tx, named.contact.row)?
        {
            separate_address(tx, shop, &named, context)?;
        }
    }
    Ok(())
}

/// Puts the addresses for which the shop vouches into one contact. An address that nobody has vouched for lies in a
/// contact of its own, for example because its owner has ordered as a guest. An address for which the shop has vouched
/// as another contact's stays there. Returns whether anything has changed.
pub(crate) fn adopt_vouched_addresses(
    tx: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    known: &KnownData,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let Some(target) = contact_for(known, submission).filter(|_| submission.vouches()) else { return Ok(false) };
    let mut changed = false;
    for address in &submission.addresses {
        let found = known.addresses.iter().find(|known| known.kind == address.kind());
        let is_free = |found: &&KnownAddress| !found.linked && found.contact.uuid != target.uuid;
        if found.filter(is_free).is_none() || !submission.vouches_for(address.kind()) {
            continue;
        }
        let Some(named) = address::find_verified_address(tx, shop, address)? else { continue };
        let alone = separate_address(tx, shop, &named, context)?;
        let by = Acting { key: Uuid::nil(), reason: None };
        match merge_contacts(tx, target.uuid, &Lookup::Id(alone.contact()), &by, context) {
            Err(MergeError::Database(error)) => return Err(error),
            merged => changed |= merged.is_ok(),
        }
    }
    Ok(changed)
}
