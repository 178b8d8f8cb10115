//! What has to hold for a ground to be good: a rule of law and the shop's policy, put together into plain numbers.
//!
//! This is all that judging needs. Where it comes from, see `rules` and `policy`; the storefront module gets it from the edge.

use super::{Ground, Timestamp};

/// A set of grounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroundSet(pub u16);

impl GroundSet {
    /// The set of some grounds.
    pub const fn of(grounds: &[Ground]) -> Self {
        let mut bits = 0;
        let mut rest = grounds;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u16;
            rest = others;
        }
        Self(bits)
    }

    /// Whether a ground is in it.
    pub const fn contains(self, ground: Ground) -> bool {
        self.0 >> ground as u16 & 1 == 1
    }

    /// What is in both.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in either.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The terms on which a channel may be used, as long as one version of the law is in force. A limit of 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// From this instant on.
    pub from: Timestamp,
    /// Up to this instant, itself excluded.
    pub to: Timestamp,
    /// The shop does not use the channel.
    pub off: bool,
    /// It is no advertising: objections do not bear on it.
    pub transactional: bool,
    /// The grounds that are accepted.
    pub grounds: GroundSet,
    /// A consent that an anonymous form claims has to be confirmed by the address.
    pub confirmation: bool,
    /// The age, in years, from which on a person's act counts.
    pub minimum_age: u16,
    /// A person of unknown age counts as too young.
    pub age_required: bool,
    /// Months for which a purchase or a contract implies consent.
    pub purchase_months: u16,
    /// Months for which an inquiry does.
    pub inquiry_months: u16,
    /// Months after which a ground lapses if the person has not turned to the shop.
    pub inactivity_months: u16,
    /// Months after which a ground lapses if the shop has not used it.
    pub disuse_months: u16,
    /// Days for which a look-up in a do-not-call register counts, where a legitimate interest needs one.
    pub screening_days: u16,
}
