//! The decision table: everything that the storefront module needs to decide for one shop. The edge sends it.
//!
//! Rules and policy are already combined in it. A page therefore never applies a rule of law that the edge does not
//! apply, and a change of the law reaches every page with its next request. The storefront module itself contains no
//! rules and no texts, because of its size budget (see `make size`).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::consent::channel::Channel;
use crate::consent::conditions::Conditions;
use crate::consent::country::{CountryCode, Place};
use crate::consent::decision::WrittenRule;
use crate::consent::explain::{ALLOWED_FROM, ALLOWED_UNTIL, ENDED, NOT_ENDED, assurance_words, ground_words, opening};
use crate::consent::ground::Ground;
use crate::consent::judge::Finding;
use crate::consent::policy::{ConditionVersions, Policy, Waiver};
use crate::consent::rules::{AGES, STRICTEST_AGE};
use crate::consent::rules::{EEA, Reach, rules, transactional};
use crate::consent::words::{Assurance, Relation};

/// The decision table: everything that is needed to decide for one shop.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema), schemars(rename = "Sheet"))]
pub struct DecisionTable {
    /// The conditions for this shop's decisions. Each set of conditions is listed once; `places` refers to it by its
    /// position.
    pub terms: Vec<TableConditions>,
    /// For each channel, by place: the positions of its conditions in `terms`, one for each version of the law, in the
    /// order of time. The place is a country (`DE`), a region (`US-FL`), or empty for everywhere else. A place with
    /// `/business` appended is for business contacts; it exists only if their conditions differ. The place
    /// `transactional` is for purposes that are not marketing.
    pub places: BTreeMap<&'static str, BTreeMap<String, Vec<usize>>>,
    /// The age in years from which a person's act counts, by country. The empty key is for every other country.
    pub ages: BTreeMap<String, u16>,
    /// The texts of explanations.
    pub words: Words,
}

/// Conditions, and the rule and override behind them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema), schemars(rename = "SheetTerms"))]
pub struct TableConditions {
    /// The rule that the conditions come from.
    pub rule: WrittenRule,
    /// The shop's reason for its override of the rule. `null` if there is no override.
    pub r#override: Option<String>,
    /// The first sentences of an explanation.
    pub opening: Vec<String>,
    /// The conditions as numbers, in the order in which `Conditions::decode` reads them.
    pub numbers: [i64; Conditions::NUMBERS],
}

/// The texts of explanations. Sentences are templates with placeholders such as `{date}`.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Words {
    /// A sentence for each finding, in the order of `Finding`.
    pub findings: Vec<&'static str>,
    /// A name and a phrase for each ground, in the order of `Ground`.
    pub grounds: Vec<(&'static str, &'static str)>,
    /// A phrase for each assurance, in the order of `Assurance`.
    pub assurances: Vec<&'static str>,
    /// The sentence for an opt-in that ended an opt-out, then the sentence for an opt-in that could not.
    pub against: [&'static str; 2],
    /// The sentence for the time when an allow ends, then the sentence for the time when a deny ends.
    pub until: [&'static str; 2],
}

impl DecisionTable {
    /// Makes the decision table of a policy.
    pub fn of(policy: &Policy) -> Self {
        let mut terms = Vec::new();
        let mut places: BTreeMap<&'static str, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
        for channel in Channel::ALL {
            let of_channel = places.entry(channel.as_str()).or_default();
            for place in &all_places() {
                let mut number =
                    |relation| numbered(&mut terms, policy, &policy.advertising(place, relation, *channel), *channel);
                let (consumer, business) = (number(Relation::Consumer), number(Relation::Business));
                let key = place.country.map(|_| place.to_string()).unwrap_or_default();
                if business != consumer {
                    of_channel.insert(format!("{key}/business"), business);
                }
                of_channel.insert(key, consumer);
            }
            let bare = policy.transactional_conditions(*channel);
            of_channel.insert("transactional".into(), numbered(&mut terms, policy, &bare, *channel));
        }
        let of_countries = AGES.iter().map(|age| (age.country.as_str().to_owned(), age.years));
        Self {
            terms,
            places,
            ages: of_countries.chain([(String::new(), STRICTEST_AGE)]).collect(),
            words: Words::all(),
        }
    }
}

/// Returns every place that has a rule of its own, and the unknown place.
fn all_places() -> Vec<Place> {
    let mut places = vec![Place::default()];
    let country = |country: CountryCode| Place { country: Some(country), region: None };
    places.extend(EEA.map(country));
    for rule in rules() {
        match rule.reach {
            Reach::Anywhere | Reach::EuropeanEconomicArea => {}
            Reach::Country(own) => places.push(country(own)),
            Reach::Region(own, part) => places.push(Place { country: Some(own), region: Some(part) }),
        }
    }
    places
}

/// Returns the positions of some conditions in `terms`. Appends those that `terms` does not contain yet.
fn numbered(
    terms: &mut Vec<TableConditions>,
    policy: &Policy,
    conditions: &ConditionVersions<'_>,
    channel: Channel,
) -> Vec<usize> {
    let mut numbers = Vec::new();
    for (rule, overridden) in &conditions.rules {
        let age_waived =
            rule.id == transactional().id || overridden.is_some_and(|own| own.waive.contains(&Waiver::Age));
        let one = TableConditions {
            rule: WrittenRule { id: rule.id, law: rule.law, article: rule.article },
            r#override: overridden.map(|own| own.reason.clone()),
            opening: opening(rule, *overridden),
            // The age of 0 stands for "no age of law": that age depends on the country, and is sent in `ages`.
            numbers: policy.conditions_of(rule, *overridden, 0, channel).encode(age_waived),
        };
        let number = terms.iter().position(|own| *own == one).unwrap_or_else(|| {
            terms.push(one);
            terms.len() - 1
        });
        numbers.push(number);
    }
    numbers
}

impl Words {
    fn all() -> Self {
        Self {
            findings: by_code(Finding::from_code).map(Finding::sentence).collect(),
            grounds: by_code(Ground::from_code).map(|ground| (ground.as_str(), ground_words(ground))).collect(),
            assurances: by_code(Assurance::from_code).map(assurance_words).collect(),
            against: [ENDED, NOT_ENDED],
            until: [ALLOWED_UNTIL, ALLOWED_FROM],
        }
    }
}

/// Returns the variants of a vocabulary in the order of their codes: JavaScript finds each by its code. Codes have no
/// gap.
fn by_code<T>(from_code: fn(u8) -> Option<T>) -> impl Iterator<Item = T> {
    (0..).map_while(from_code)
}
