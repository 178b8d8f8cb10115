//! Consent records. Each is one immutable act.

use crate::consent::channel::Channel;
use crate::consent::ground::Ground;
use crate::consent::purpose::PurposeSlug;
use crate::consent::words::{Activity, Choice, Refusal};

/// The id of a record, a UUID version 7. The order of ids decides between records with the same effective time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub uuid::Uuid);

/// The id of a connection to a shop platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg(feature = "serde")]
pub struct ConnectionId(pub uuid::Uuid);

/// A page knows of no connection, so there is no value. The comparison of connections costs the page nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg(not(feature = "serde"))]
pub enum ConnectionId {}

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

    /// Returns whether this scope includes the whole of another scope.
    pub fn includes(&self, other: &Self) -> bool {
        (self.channel.is_none() || self.channel == other.channel)
            && (self.purpose.is_none() || self.purpose == other.purpose)
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

/// The code of [`Act::Declined`].
const DECLINED: u8 = 13;

impl Act {
    /// Returns the act of an opt-out. An opt-out of all purposes is an objection: whatever stops everything stops
    /// marketing, and never a transactional purpose, which does not rest on consent.
    pub const fn opt_out(scope: &Scope, is_objection: bool) -> Self {
        let is_wide = scope.purpose.is_none();
        Self::OptOut { refusal: if is_objection || is_wide { Refusal::Objection } else { Refusal::Plain } }
    }

    /// Returns the number of this act, which never changes: browsers of visitors keep it, and `queue.js` writes it.
    /// Grounds have 0 to 9, opt-outs 10 to 12, `declined` 13, activities 14 to 16.
    pub const fn code(self) -> u8 {
        match self {
            Self::OptIn { ground } => ground.code(),
            Self::OptOut { refusal } => refusal.code(),
            Self::Declined => DECLINED,
            Self::Noted { activity } => activity.code(),
        }
    }

    /// Returns the act with a number; `None` for any other number.
    pub const fn from_code(code: u8) -> Option<Self> {
        if let Some(ground) = Ground::from_code(code) {
            return Some(Self::OptIn { ground });
        }
        if let Some(refusal) = Refusal::from_code(code) {
            return Some(Self::OptOut { refusal });
        }
        if code == DECLINED {
            return Some(Self::Declined);
        }
        match Activity::from_code(code) {
            Some(activity) => Some(Self::Noted { activity }),
            None => None,
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::judge::Finding;
    use crate::consent::words::Assurance;

    /// Links that were sent contain codes of channels. Browsers of visitors store codes of acts and assurances.
    #[test]
    fn codes_never_change() {
        let channels: Vec<(&str, u8)> = Channel::ALL.iter().map(|channel| (channel.as_str(), channel.code())).collect();
        assert_eq!(channels, [("email", 0), ("sms", 1), ("phone", 2), ("whatsapp", 3), ("push", 4), ("post", 5)]);
        let assurances: Vec<(&str, u8)> = Assurance::ALL.iter().map(|own| (own.as_str(), own.code())).collect();
        let written =
            [("listed", 0), ("reported", 1), ("claimed", 2), ("confirmed", 3), ("authenticated", 4), ("staff", 5)];
        assert_eq!(assurances, written);
        let acts: Vec<String> = (0..=u8::MAX)
            .filter_map(|code| Act::from_code(code).map(|act| (code, act)))
            .map(|(code, act)| {
                assert_eq!(act.code(), code);
                match act {
                    Act::OptIn { ground } => format!("{code} opt_in {ground}"),
                    Act::OptOut { refusal } => format!("{code} opt_out {refusal}"),
                    Act::Declined => format!("{code} declined"),
                    Act::Noted { activity } => format!("{code} {activity}"),
                }
            })
            .collect();
        let written = [
            "0 opt_in consent",
            "1 opt_in soft_opt_in:purchase",
            "2 opt_in soft_opt_in:negotiation",
            "3 opt_in soft_opt_in:free_account",
            "4 opt_in soft_opt_in:support",
            "5 opt_in implied:purchase",
            "6 opt_in implied:contract",
            "7 opt_in implied:inquiry",
            "8 opt_in legitimate_interest",
            "9 opt_in contract",
            "10 opt_out opt_out",
            "11 opt_out objection",
            "12 opt_out suppression",
            "13 declined",
            "14 used",
            "15 contacted",
            "16 screened",
        ];
        assert_eq!(acts, written);
        for code in 0..15 {
            assert_eq!(Finding::from_code(code).map(Finding::code), Some(code));
        }
        assert_eq!(Finding::from_code(15), None);
    }

    /// The storefront's JavaScript writes some of these numbers out.
    #[test]
    fn javascript_has_the_same_codes() {
        let queue = include_str!("../storefront/queue.js");
        assert!(queue.contains("const ACTS = { opt_in: 0, opt_out: 10, declined: 13, pre_ticked: 13 };"));
        assert!(queue.contains("assurance = 2,"), "claimed");
        assert!(include_str!("../storefront/words.js").contains("act < 10"), "opt-ins come first");
    }
}
