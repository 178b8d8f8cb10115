//! The act that a choice amounts to, and why a choice cannot be recorded.

use crate::consent::{Act, AddressKind, Assurance, Basis, Missing, Timestamp};
use crate::ledger::shop::Shop;
use crate::model::submission::{ChosenAct, Claim};

/// The reason why a choice cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceFault {
    /// The shop does not use the channel.
    ChannelOff,
    /// The shop has no such purpose.
    UnknownPurpose,
    /// The submission has no address for the channel. `None`: an opt-out from all channels came without any address.
    NoAddress(Option<AddressKind>),
    /// The same channel and purpose appear earlier in the list.
    Repeated,
    /// Only an opt-out may leave the channel or the purpose open.
    NotSpecific,
    /// A contract is no basis for marketing.
    ContractForAdvertising,
    /// The time of the dealing is missing, and the ground ends some months after it.
    Undated,
    /// The ground lacks a piece of evidence.
    Missing(Missing),
}

impl ChoiceFault {
    /// Returns the stable code of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::ChannelOff => "channel_off",
            Self::UnknownPurpose => "unknown_purpose",
            Self::NoAddress(_) => "no_address",
            Self::Repeated => "repeated_choice",
            Self::NotSpecific => "not_specific",
            Self::ContractForAdvertising => "basis_not_accepted",
            Self::Undated | Self::Missing(_) => "missing_evidence",
        }
    }

    /// Returns the text that says what to do.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::ChannelOff => "the shop does not use this channel",
            Self::UnknownPurpose => "the shop has no such purpose",
            Self::NoAddress(Some(AddressKind::Email)) => "give the contact's email address, which this channel needs",
            Self::NoAddress(Some(AddressKind::Phone)) => "give the contact's phone address, which this channel needs",
            Self::NoAddress(Some(AddressKind::Push)) => "give the contact's push address, which this channel needs",
            Self::NoAddress(Some(AddressKind::Postal)) => "give the contact's postal address, which this channel needs",
            Self::NoAddress(None) => "give the address that the choice is about",
            Self::Repeated => "send each channel and purpose once",
            Self::NotSpecific => "give a channel and a purpose; only an opt_out may leave them out",
            Self::ContractForAdvertising => "a contract is a ground for the shop's transactional purposes only",
            Self::Undated => "give the time of the dealing: an implied consent ends some months after it",
            Self::Missing(missing) => missing.message(),
        }
    }
}

/// Returns the act of one choice, after checking that it has the evidence it needs.
pub(crate) fn act_of(
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
        Claim::OptOut { objection } => Ok(Act::opt_out(scope, objection)),
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
