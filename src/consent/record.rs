//! Consent records. Each is one immutable act.

use crate::consent::ground::Ground;
use crate::consent::purpose::PurposeSlug;
use crate::consent::time::Timestamp;
use crate::consent::words::{Activity, Assurance, Channel, Choice, Refusal};

/// The id of a record, a UUID version 7. The order of ids decides between records with the same effective time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub uuid::Uuid);

/// The scope of an act. `None` stands for all channels or all purposes, including future ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// One channel. `None` stands for all channels.
    pub channel: Option<Channel>,
    /// One purpose. `None` stands for all purposes.
    pub purpose: Option<PurposeSlug>,
}

impl Scope {
    /// Makes the scope of one channel and one purpose.
    pub const fn specific(channel: Channel, purpose: PurposeSlug) -> Self {
        Self { channel: Some(channel), purpose: Some(purpose) }
    }

    /// Returns whether this scope includes the given channel and purpose.
    pub fn covers(&self, channel: Channel, purpose: &PurposeSlug) -> bool {
        self.channel.is_none_or(|own| own == channel) && self.purpose.as_ref().is_none_or(|own| own == purpose)
    }

    /// Returns whether the scope names both a channel and a purpose.
    pub const fn is_specific(&self) -> bool {
        self.channel.is_some() && self.purpose.is_some()
    }
}

/// The act of a record, with the data that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// The person opted in, or the shop has another ground.
    OptIn {
        /// The ground.
        ground: Ground,
    },
    /// The person opted out.
    OptOut {
        /// The kind of the opt-out.
        refusal: Refusal,
    },
    /// The person was asked and did not opt in.
    Declined,
    /// An event without a choice that keeps a ground valid.
    Noted {
        /// The kind of the event.
        activity: Activity,
    },
}

impl Act {
    /// Returns the choice, or `None` if the act is not a choice.
    pub const fn choice(self) -> Option<Choice> {
        match self {
            Self::OptIn { .. } => Some(Choice::OptIn),
            Self::OptOut { .. } => Some(Choice::OptOut),
            Self::Declined => Some(Choice::Declined),
            Self::Noted { .. } => None,
        }
    }

    /// Returns the ground, or `None` if the act has no ground.
    pub const fn ground(self) -> Option<Ground> {
        match self {
            Self::OptIn { ground } => Some(ground),
            _ => None,
        }
    }

    /// Returns whether the act is an objection.
    pub const fn is_objection(self) -> bool {
        matches!(self, Self::OptOut { refusal: Refusal::Objection })
    }
}

/// The time by which a sender's clock may be ahead of ours, in milliseconds: 5 minutes.
pub const CLOCK_SKEW: i64 = 5 * 60 * 1000;

/// Returns the effective time of an act when it is received.
///
/// This is `occurred` if it is given and not in the future, otherwise `received`. If the sender's clock is ahead by at
/// most [`CLOCK_SKEW`], `occurred` is accepted, but never later than `received`: an opt-in from a fast clock must not
/// win over an opt-out that comes after it. An undated opt-in from a file or a platform may be of any age. It gets
/// [`Timestamp::BEGINNING`] and ends no opt-out.
pub fn effective_time(act: Act, assurance: Assurance, occurred: Option<Timestamp>, received: Timestamp) -> Timestamp {
    match occurred {
        Some(at) if at <= received.plus_millis(CLOCK_SKEW) => at.min(received),
        // A time in the future is ignored. The act then counts from receipt, or as undated if it comes from a file or a
        // platform.
        Some(_) | None => match (act, assurance) {
            (Act::OptIn { .. }, Assurance::Listed | Assurance::Reported) => Timestamp::BEGINNING,
            _ => received,
        },
    }
}
