//! The conditions for a ground to be accepted: a rule of law and the shop's policy, combined into plain numbers.
//!
//! Judging needs nothing else. `rules` and `policy` make these numbers; the storefront module receives them from the
//! edge.

use crate::consent::ground::Ground;
use crate::consent::time::Timestamp;

/// A set of grounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroundSet(pub u16);

impl GroundSet {
    /// Makes the set of the given grounds.
    pub const fn of(grounds: &[Ground]) -> Self {
        let mut bits = 0;
        let mut rest = grounds;
        while let [first, others @ ..] = rest {
            bits |= 1 << first.code();
            rest = others;
        }
        Self(bits)
    }

    /// Returns whether the set contains a ground.
    pub const fn contains(self, ground: Ground) -> bool {
        self.0 >> ground.code() & 1 == 1
    }

    /// Returns the intersection of the two sets.
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the union of the two sets.
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The conditions on which a channel may be used, while one version of the law is in force. A limit of 0 means no
/// limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// The first time at which the conditions are in force.
    pub from: Timestamp,
    /// The first time at which the conditions are no longer in force.
    pub to: Timestamp,
    /// Whether the shop does not use the channel.
    pub off: bool,
    /// Whether the purpose is transactional. Objections do not apply to it.
    pub transactional: bool,
    /// The grounds that are accepted.
    pub grounds: GroundSet,
    /// Whether the address must confirm a consent from an anonymous form.
    pub confirmation: bool,
    /// The age in years from which a person's act counts.
    pub minimum_age: u16,
    /// Whether a person of unknown age counts as too young.
    pub age_required: bool,
    /// The number of months for which a purchase or a contract implies consent.
    pub purchase_months: u16,
    /// The number of months for which an inquiry implies consent.
    pub inquiry_months: u16,
    /// The number of months after which a ground expires if the person has not contacted the shop.
    pub inactivity_months: u16,
    /// The number of months after which a ground expires if the shop has not used it.
    pub disuse_months: u16,
    /// The number of days for which a look-up in a do-not-call register is valid, if a legitimate interest needs one.
    pub screening_days: u16,
}

const OFF: u16 = 1;
const TRANSACTIONAL: u16 = 2;
const CONFIRMATION: u16 = 4;
const AGE_REQUIRED: u16 = 8;
const AGE_WAIVED: u16 = 16;

impl Conditions {
    /// Writes the conditions as numbers: the start and the end in milliseconds since 1970, the flags above, the grounds
    /// as bits in the order of [`Ground`], the minimum age that the shop requires, and the five limits.
    #[cfg(feature = "serde")]
    pub(super) fn encode(&self, age_waived: bool) -> [i64; Self::NUMBERS] {
        let flag = |statement: bool, flag| if statement { flag } else { 0 };
        let flags = flag(self.off, OFF)
            | flag(self.transactional, TRANSACTIONAL)
            | flag(self.confirmation, CONFIRMATION)
            | flag(self.age_required, AGE_REQUIRED)
            | flag(age_waived, AGE_WAIVED);
        [
            self.from.millis(),
            self.to.millis(),
            flags.into(),
            self.grounds.0.into(),
            self.minimum_age.into(),
            self.purchase_months.into(),
            self.inquiry_months.into(),
            self.inactivity_months.into(),
            self.disuse_months.into(),
            self.screening_days.into(),
        ]
    }

    /// How many numbers the conditions are written as.
    pub const NUMBERS: usize = 10;

    /// Reads the numbers that the edge has written, one by one. `age` is the minimum age of the law, in years.
    pub fn decode(next: impl Fn() -> f64, age: u16) -> Self {
        let (from, to) = (Timestamp::clamped(next()), Timestamp::clamped(next()));
        let small = || next() as u16;
        let flags = small();
        let grounds = GroundSet(small());
        let minimum_age = small().max(if flags & AGE_WAIVED > 0 { 0 } else { age });
        Self {
            from,
            to,
            off: flags & OFF > 0,
            transactional: flags & TRANSACTIONAL > 0,
            grounds,
            confirmation: flags & CONFIRMATION > 0,
            minimum_age,
            age_required: flags & AGE_REQUIRED > 0,
            purchase_months: small(),
            inquiry_months: small(),
            inactivity_months: small(),
            disuse_months: small(),
            screening_days: small(),
        }
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;
    use crate::consent::channel::Channel;
    use crate::consent::country::Place;
    use crate::consent::policy::{Override, Policy, Waiver};
    use crate::consent::rules;
    use crate::consent::words::Relation;

    #[test]
    fn conditions_are_read_back_unchanged_in_the_browser() {
        let waive = |rule: &str| Override {
            rule: rule.into(),
            accept: vec![crate::consent::words::Basis::Implied],
            waive: vec![Waiver::Age],
            reason: "x".into(),
        };
        let own = Policy { age_required: true, minimum_age: 18, expires_after_months: 7, ..Policy::default() };
        let loose = Policy { channels: vec![Channel::Sms], overrides: vec![waive("us-phone")], ..Policy::default() };
        for policy in [Policy::default(), own, loose] {
            for rule in rules::rules() {
                for channel in rule.channels {
                    let overridden = policy.overrides.iter().find(|own| own.rule == rule.id);
                    let waived = overridden.is_some() || rule.id == rules::transactional().id;
                    for age in [0, 13, 16] {
                        let written = policy.conditions_of(rule, overridden, 0, *channel).encode(waived);
                        let numbers = std::cell::RefCell::new(written.into_iter());
                        let read = Conditions::decode(|| numbers.borrow_mut().next().unwrap() as f64, age);
                        assert_eq!(read, policy.conditions_of(rule, overridden, age, *channel), "{} {age}", rule.id);
                    }
                }
            }
        }
        let nowhere = conditions_of_policy(&Policy::default());
        assert!(nowhere.iter().all(|conditions| conditions.confirmation && conditions.minimum_age == 16));
    }

    fn conditions_of_policy(policy: &Policy) -> Vec<Conditions> {
        let of = |channel: &Channel| policy.advertising(&Place::default(), Relation::Consumer, *channel).versions;
        Channel::ALL.iter().flat_map(of).collect()
    }
}
