//! Consent records: one immutable act each.

use crate::consent::ground::Ground;
use crate::consent::purpose::PurposeSlug;
use crate::consent::time::Timestamp;
use crate::consent::words::{Activity, Assurance, Channel, Choice, Refusal};

/// The identity of a record, a UUID version 7. Its order breaks ties between records of one effective time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub uuid::Uuid);

/// What an act is about. `None` stands for all of them, those of tomorrow included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// One channel, or all.
    pub channel: Option<Channel>,
    /// One purpose, or all.
    pub purpose: Option<PurposeSlug>,
}

impl Scope {
    /// One channel for one purpose.
    pub const fn specific(channel: Channel, purpose: PurposeSlug) -> Self {
        Self { channel: Some(channel), purpose: Some(purpose) }
    }

    /// Whether this scope speaks about the given channel and purpose.
    pub fn covers(&self, channel: Channel, purpose: &PurposeSlug) -> bool {
        self.channel.is_none_or(|own| own == channel) && self.purpose.as_ref().is_none_or(|own| own == purpose)
    }

    /// Whether it names both a channel and a purpose.
    pub const fn is_specific(&self) -> bool {
        self.channel.is_some() && self.purpose.is_some()
    }
}

/// What was done, with what belongs to it and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// The person said yes, or the shop has another ground.
    OptIn {
        /// The ground.
        ground: Ground,
    },
    /// The person said no.
    OptOut {
        /// What kind of no.
        refusal: Refusal,
    },
    /// The person was asked and did not say yes.
    Declined,
    /// Nobody chose anything; it keeps a ground alive.
    Noted {
        /// What happened.
        activity: Activity,
    },
}

impl Act {
    /// The choice in it, where it is one.
    pub const fn choice(self) -> Option<Choice> {
        match self {
            Self::OptIn { .. } => Some(Choice::OptIn),
            Self::OptOut { .. } => Some(Choice::OptOut),
            Self::Declined => Some(Choice::Declined),
            Self::Noted { .. } => None,
        }
    }

    /// The ground, where the act has one.
    pub const fn ground(self) -> Option<Ground> {
        match self {
            Self::OptIn { ground } => Some(ground),
            _ => None,
        }
    }

    /// Whether it is an objection.
    pub const fn is_objection(self) -> bool {
        matches!(self, Self::OptOut { refusal: Refusal::Objection })
    }
}

/// How far a sender's clock may run ahead of ours, in milliseconds: 5 minutes.
pub const CLOCK_SKEW: i64 = 5 * 60 * 1000;

/// Fixes the effective time of an act when it is received.
///
/// That is `occurred` where given and not in the future, else `received`. A clock that runs ahead by no more than
/// [`CLOCK_SKEW`] is believed, but never past `received`: a yes from a fast clock must not outlive a no that comes after it.
/// An undated opt-in that a file or a platform reports may be of any age, so it gets [`Timestamp::BEGINNING`] and ends no
/// refusal.
pub fn effective_time(act: Act, assurance: Assurance, occurred: Option<Timestamp>, received: Timestamp) -> Timestamp {
    match occurred {
        Some(at) if at <= received.plus_millis(CLOCK_SKEW) => at.min(received),
        // A time in the future is no time: it counts from receipt, and as undated where that matters.
        Some(_) | None => match (act, assurance) {
            (Act::OptIn { .. }, Assurance::Listed | Assurance::Reported) => Timestamp::BEGINNING,
            _ => received,
        },
    }
}
