//! What became of each choice of a submission.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::consent::{Assurance, Channel, Reason, Timestamp};
use crate::ledger::people::contact::Lookup;
use crate::ledger::people::decisions::{Asked, Decided, Outcome, decide_contacts};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::submission::{ChosenAct, Claim, Submission};

vocabulary! {
    /// What became of a choice.
    ChoiceResult, "unknown result" {
        /// The choice is on record, and it counts.
        Recorded = "recorded",
        /// The opt-in is on record. It counts once the address has confirmed it.
        AwaitingConfirmation = "awaiting_confirmation",
        /// The choice is on record, but another record counts for more.
        Outranked = "outranked",
        /// Somebody whom nobody vouches for states the opt-out, so it counts for nothing. If the shop knows the address,
        /// placet sends it a link to its choices instead.
        LinkSent = "link_sent",
        /// Somebody whom nobody vouches for states the opt-out, so it counts for nothing, and placet can send no link to
        /// such an address.
        Unproven = "unproven",
        /// The choice is not on record.
        Refused = "refused",
    }
}

/// What became of a choice, and which record counts for more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOutcome {
    /// What became of it.
    pub result: ChoiceResult,
    /// The record that counts for more.
    pub record: Option<String>,
    /// The contact of the address, if it is not the one that the submission is filed under.
    pub contact: Option<String>,
}

impl ChoiceOutcome {
    /// The choice is on record. Anonymous senders learn no more: they must not learn what is known of an address.
    pub const RECORDED: Self = Self { result: ChoiceResult::Recorded, record: None, contact: None };

    /// Returns what became of an opt-out that nobody vouches for. It does not depend on what is known of an address.
    pub fn of_claimed_opt_out(choice: &ChosenAct) -> Self {
        // The post carries no links.
        let has_link = choice.scope.channel != Some(Channel::Post);
        let result = if has_link { ChoiceResult::LinkSent } else { ChoiceResult::Unproven };
        Self { result, ..Self::RECORDED }
    }
}

impl ChosenAct {
    /// Returns whether this is an opt-out for which nobody vouches.
    pub(crate) fn is_claimed_opt_out(&self, submission: &Submission) -> bool {
        let kind = self.scope.channel.map(Channel::address_kind);
        let assurance = kind.map_or(submission.assurance, |kind| submission.assurance_of_act(kind, self.claim));
        matches!(self.claim, Claim::OptOut { .. }) && assurance == Assurance::Claimed
    }
}

/// Returns what became of a choice that was recorded just now. `filed_under` is the contact of the submission.
pub fn outcome_of(
    database: &dyn Database,
    shop: &Shop,
    submission: &Submission,
    choice: &ChosenAct,
    filed_under: Option<Uuid>,
    now: Timestamp,
) -> Result<ChoiceOutcome, DatabaseError> {
    let (Some(channel), Some(purpose)) = (choice.scope.channel, choice.scope.purpose.clone()) else {
        return Ok(ChoiceOutcome::RECORDED);
    };
    let address = submission.addresses.iter().find(|address| address.kind() == channel.address_kind());
    let Some(address) = address.filter(|_| choice.claim != Claim::Declined) else { return Ok(ChoiceOutcome::RECORDED) };
    let asked = Asked { channel, purpose, at: now, now, explain: false };
    let outcome = decide_contacts(database, shop, &asked, &[&Lookup::Address(address.clone())])?.pop();
    let Some(Outcome::Decided(Decided { decision, contact, .. })) = outcome else { return Ok(ChoiceOutcome::RECORDED) };
    let result = match (choice.claim, decision.reason) {
        (Claim::OptOut { .. }, None) => ChoiceResult::Outranked,
        (Claim::OptIn { .. }, Some(Reason::OptedOut | Reason::Objected | Reason::Suppressed)) => {
            ChoiceResult::Outranked
        }
        (Claim::OptIn { .. }, Some(Reason::AwaitingConfirmation)) => ChoiceResult::AwaitingConfirmation,
        _ => ChoiceResult::Recorded,
    };
    let record = decision.record.filter(|_| result == ChoiceResult::Outranked);
    let contact = contact.filter(|own| filed_under.is_some_and(|filed| filed.to_string() != *own));
    Ok(ChoiceOutcome { result, record, contact })
}

/// Stores what became of the choices of a submission, for a repetition of it.
pub fn note_outcomes(tx: &dyn Database, submission: Uuid, written: &str) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE submission SET outcomes = ? WHERE id = ?",
        &[Param::Text(written), Param::Text(&submission.to_string())],
    )
}
