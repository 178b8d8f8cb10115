//! The policy of a shop: what it requires in addition to the law, and where it overrides a rule.

use crate::consent::channel::Channel;
use crate::consent::conditions::{Conditions, GroundSet};
use crate::consent::country::Place;
use crate::consent::ground::Ground;
use crate::consent::purpose::PurposeSlug;
use crate::consent::rules::minimum_age;
use crate::consent::rules::{Rule, rules, rules_on, transactional};
use crate::consent::words::{Basis, Relation};

/// A shop's policy. Every field tightens the law; only an [`Override`] loosens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The channels that the shop uses.
    pub channels: Vec<Channel>,
    /// The channels on which a consent from an anonymous form waits until the address confirms it (double opt-in), even
    /// if the law does not require that.
    pub confirmation: Vec<Channel>,
    /// The transactional purposes: those that are not marketing.
    pub transactional: Vec<PurposeSlug>,
    /// The bases that the shop accepts for marketing. This field and the following ones apply to marketing only, as
    /// does every rule except `transactional`.
    pub bases: Vec<Basis>,
    /// The age in years from which a person's act counts, if it is higher than the age of the law.
    pub minimum_age: u16,
    /// Whether a person of unknown age counts as too young.
    pub age_required: bool,
    /// The number of months after which every ground expires if the person has not contacted the shop; 0 for no such
    /// limit.
    pub expires_after_months: u16,
    /// The rules that the shop overrides.
    pub overrides: Vec<Override>,
}

impl Default for Policy {
    /// Returns a policy with all channels and bases, confirmation on every channel, and nothing else beyond the law.
    fn default() -> Self {
        Self {
            channels: Channel::ALL.to_vec(),
            confirmation: Channel::ALL.to_vec(),
            transactional: Vec::new(),
            bases: Basis::ALL.to_vec(),
            minimum_age: 0,
            age_required: false,
            expires_after_months: 0,
            overrides: Vec::new(),
        }
    }
}

/// A rule that the shop deliberately loosens. Every decision under that rule repeats the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Override {
    /// The id of the rule.
    pub rule: String,
    /// The bases that are accepted in addition to those of the rule. `contract` is never accepted, because it does not
    /// allow marketing.
    pub accept: Vec<Basis>,
    /// The requirements that the shop waives.
    pub waive: Vec<Waiver>,
    /// The reason, in the shop's own words.
    pub reason: String,
}

impl Policy {
    /// The highest minimum age that a shop can require, in years. A higher number is most likely a mistake.
    pub const MAX_AGE: u16 = 120;
    /// The longest time without contact from the person that a shop can set, in months: a century.
    pub const MAX_MONTHS: u16 = 1200;
}

impl Override {
    /// The greatest length of a reason, in characters. Every decision repeats the reason.
    const MAX_REASON: usize = 200;

    /// Reads a reason and ignores surrounding space: 1 to 200 characters on one line. Returns `None` for any other
    /// text.
    pub fn written_reason(text: &str) -> Option<String> {
        let text = text.trim();
        let fits = (1..=Self::MAX_REASON).contains(&text.chars().count()) && !text.chars().any(char::is_control);
        fits.then(|| text.to_owned())
    }

    /// Returns the id if it is that of a rule that can be overridden. These are the rules for marketing.
    pub fn rule_named(id: &str) -> Option<String> {
        rules().any(|rule| rule.id == id && rule.id != transactional().id).then(|| id.to_owned())
    }
}

vocabulary! {
    /// A requirement that an override can waive.
    Waiver, "unknown waiver" {
        /// The confirmation that the rule requires, but not the one that the shop itself requires.
        Confirmation = "confirmation",
        /// The minimum age that the law sets.
        Age = "age",
        /// Every limit in months.
        Expiry = "expiry",
        /// The look-up in a do-not-call register.
        Screening = "screening",
    }
}

/// The conditions for one person, channel and purpose, and the rules they come from: one version for each period, in
/// the order of time.
#[derive(Clone, Debug)]
pub struct ConditionVersions<'a> {
    /// The conditions.
    pub versions: Vec<Conditions>,
    /// The rule and the override behind each of the conditions.
    pub rules: Vec<(&'static Rule, Option<&'a Override>)>,
}

impl ConditionVersions<'_> {
    /// Returns the same conditions, as if the shop used every channel.
    #[must_use]
    pub fn whatever_is_used(&self) -> Self {
        let mut conditions = self.clone();
        conditions.versions.iter_mut().for_each(|conditions| conditions.off = false);
        conditions
    }
}

impl Policy {
    /// Returns the conditions for a person, channel and purpose.
    pub fn conditions(
        &self,
        place: &Place,
        relation: Relation,
        channel: Channel,
        purpose: &PurposeSlug,
    ) -> ConditionVersions<'_> {
        if self.transactional.contains(purpose) {
            self.transactional_conditions(channel)
        } else {
            self.advertising(place, relation, channel)
        }
    }

    /// Returns the conditions for transactional messages.
    pub(super) fn transactional_conditions(&self, channel: Channel) -> ConditionVersions<'_> {
        let conditions = self.conditions_of(transactional(), None, 0, channel);
        ConditionVersions { versions: vec![conditions], rules: vec![(transactional(), None)] }
    }

    /// Returns the conditions for marketing.
    pub(super) fn advertising(&self, place: &Place, relation: Relation, channel: Channel) -> ConditionVersions<'_> {
        let age = minimum_age(place.country);
        let mut conditions = ConditionVersions { versions: Vec::with_capacity(2), rules: Vec::with_capacity(2) };
        for rule in rules_on(place, channel, relation) {
            let overridden = self.overrides.iter().find(|own| own.rule == rule.id);
            conditions.versions.push(self.conditions_of(rule, overridden, age, channel));
            conditions.rules.push((rule, overridden));
        }
        conditions
    }

    /// Returns the conditions of a rule alone, and whether the shop uses the channel.
    fn bare(&self, rule: &Rule, channel: Channel) -> Conditions {
        Conditions {
            from: rule.from,
            to: rule.to,
            off: !self.channels.contains(&channel),
            transactional: rule.id == transactional().id,
            grounds: GroundSet::of(rule.grounds),
            confirmation: rule.confirmation,
            minimum_age: 0,
            age_required: false,
            purchase_months: rule.limits.purchase_months,
            inquiry_months: rule.limits.inquiry_months,
            inactivity_months: rule.limits.inactivity_months,
            disuse_months: rule.limits.disuse_months,
            screening_days: rule.limits.screening_days,
        }
    }

    /// Combines a rule, an override and this policy into conditions. `age` is the minimum age of the law in the
    /// person's country.
    pub(super) fn conditions_of(
        &self,
        rule: &Rule,
        overridden: Option<&Override>,
        age: u16,
        channel: Channel,
    ) -> Conditions {
        let bare = self.bare(rule, channel);
        if bare.transactional {
            // This is the only part of the policy that applies to transactional messages: an anonymous form may contain
            // the address of somebody else.
            return Conditions { confirmation: self.confirmation.contains(&channel), ..bare };
        }
        let waived = |what| overridden.is_some_and(|own| own.waive.contains(&what));
        let accepted = overridden.map_or(&[] as &[Basis], |own| &own.accept);
        let mut conditions = Conditions { minimum_age: age, age_required: self.age_required, ..bare };
        if !accepted.is_empty() {
            conditions.grounds = conditions.grounds.or(grounds_on(accepted)).and(ADVERTISING);
        }
        if waived(Waiver::Confirmation) {
            conditions.confirmation = false;
        }
        if waived(Waiver::Age) {
            conditions.minimum_age = 0;
        }
        if waived(Waiver::Expiry) {
            conditions = Conditions {
                purchase_months: 0,
                inquiry_months: 0,
                inactivity_months: 0,
                disuse_months: 0,
                ..conditions
            };
        }
        if waived(Waiver::Screening) {
            conditions.screening_days = 0;
        }
        // The shop's own requirements come last, so that no override removes them.
        conditions.grounds = conditions.grounds.and(grounds_on(&self.bases));
        conditions.confirmation |= self.confirmation.contains(&channel);
        conditions.minimum_age = conditions.minimum_age.max(self.minimum_age);
        conditions.inactivity_months = match (conditions.inactivity_months, self.expires_after_months) {
            (law, 0) => law,
            (0, own) => own,
            (law, own) => law.min(own),
        };
        conditions
    }
}

/// All grounds except `contract`, whatever a policy says.
const ADVERTISING: GroundSet = GroundSet(!(1 << Ground::Contract.code()));

fn grounds_on(bases: &[Basis]) -> GroundSet {
    bases.iter().fold(GroundSet::default(), |set, basis| {
        set.or(match basis {
            Basis::Consent => const { GroundSet::of(&[Ground::Consent]) },
            Basis::SoftOptIn => {
                const {
                    GroundSet::of(&[
                        Ground::SoftPurchase,
                        Ground::SoftNegotiation,
                        Ground::SoftFreeAccount,
                        Ground::SoftSupport,
                    ])
                }
            }
            Basis::Implied => {
                const { GroundSet::of(&[Ground::ImpliedPurchase, Ground::ImpliedContract, Ground::ImpliedInquiry]) }
            }
            Basis::LegitimateInterest => const { GroundSet::of(&[Ground::LegitimateInterest]) },
            Basis::Contract => const { GroundSet::of(&[Ground::Contract]) },
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_basis_covers_all_of_its_grounds() {
        for basis in Basis::ALL {
            for ground in Ground::ALL {
                assert_eq!(grounds_on(&[*basis]).contains(*ground), ground.basis() == *basis, "{basis} {ground}");
            }
        }
        assert_eq!(grounds_on(Basis::ALL).or(GroundSet::of(&[Ground::Contract])), GroundSet::of(Ground::ALL));
    }
}
