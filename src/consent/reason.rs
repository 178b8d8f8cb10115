//! Why a message may not be sent.

use crate::consent::judge::Finding;

vocabulary! {
    /// The reason why a message may not be sent.
    Reason, "unknown reason" {
        /// No choice of the person is on record.
        NeverAsked = "never_asked",
        /// The person was asked and did not opt in.
        Declined = "declined",
        /// The person opted out.
        OptedOut = "opted_out",
        /// The person objected to direct marketing, and no later opt-in that they proved has ended the objection.
        Objected = "objected",
        /// The person was erased, and no later opt-in that they proved has ended the suppression of the address.
        Suppressed = "suppressed",
        /// The shop does not use the channel.
        ChannelOff = "channel_off",
        /// No address is known that the channel could use.
        NoAddress = "no_address",
        /// The person's data is restricted: it may be stored but not used (GDPR Art. 18).
        Restricted = "restricted",
        /// The rule does not accept the basis on record for this channel and purpose.
        BasisNotAccepted = "basis_not_accepted",
        /// The person was too young, or must be treated as too young.
        UnderAge = "under_age",
        /// The opt-in on record has expired.
        Expired = "expired",
        /// The address has not confirmed the opt-in yet.
        AwaitingConfirmation = "awaiting_confirmation",
    }
}

impl Reason {
    /// Returns the meaning of the reason, as a sentence for the documentation.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::NeverAsked => "Nothing is known of the person's will for this channel and purpose.",
            Self::Declined => "The person was asked and did not say yes.",
            Self::OptedOut => "The person said no, and no later yes of theirs is proven.",
            Self::Objected => {
                "The person objected to direct marketing (GDPR Art. 21(2)), and no later consent that they proved has ended that."
            }
            Self::Suppressed => {
                "The person was erased or asked for no more advertising, and no later consent that they proved has ended that."
            }
            Self::ChannelOff => "The shop does not use the channel.",
            Self::NoAddress => "No address is known that the channel could use.",
            Self::Restricted => "The person's data is restricted: it may be kept and not used (GDPR Art. 18).",
            Self::BasisNotAccepted => {
                "A ground is on record that the rule does not accept for this channel and purpose, or not without a look-up in the do-not-call register."
            }
            Self::UnderAge => {
                "The person was not known to be old enough when they said yes (GDPR Art. 8), or the shop asks for the age and it is not known."
            }
            Self::Expired => "The ground on record has lapsed.",
            Self::AwaitingConfirmation => "An anonymous form said yes, and the address has not confirmed it.",
        }
    }

    /// Returns the reason for a finding, or `None` for a finding that allows.
    pub const fn of(finding: Finding) -> Option<Self> {
        Some(match finding {
            Finding::NeverAsked => Self::NeverAsked,
            Finding::Declined => Self::Declined,
            Finding::OptedOut => Self::OptedOut,
            Finding::Objected => Self::Objected,
            Finding::Suppressed => Self::Suppressed,
            Finding::ChannelOff => Self::ChannelOff,
            Finding::NoAddress => Self::NoAddress,
            Finding::Restricted => Self::Restricted,
            Finding::BasisNotAccepted | Finding::NotScreened => Self::BasisNotAccepted,
            Finding::UnderAge | Finding::AgeUnknown => Self::UnderAge,
            Finding::Expired => Self::Expired,
            Finding::AwaitingConfirmation => Self::AwaitingConfirmation,
            Finding::Stands => return None,
        })
    }
}
