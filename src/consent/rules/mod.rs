//! The rules of each jurisdiction, as data: who may be written to on which grounds, by which law.
//!
//! A row is one jurisdiction and some channels. Where nothing more special is known the next wider row holds: region, country,
//! European Economic Area, anywhere; the last is the strictest of all. The page `www/docs/rules.html` prints this table; a
//! naive reading of the law in `tests/rules/` is held equal to it.
//!
//! | file | idea |
//! |---|---|
//! | `europe` | the European Economic Area and the states where more is known, the United Kingdom, Switzerland |
//! | `world` | the rest, and the strictest row |
//! | `ages` | from which age on a person's own act counts |

mod ages;
mod europe;
mod world;

use super::{Channel, CountryCode, Ground, Place, RegionCode, Relation, Timestamp};

pub use ages::{AGES, Age, STRICTEST_AGE, minimum_age};

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name, stable: it stands in decisions.
    pub id: &'static str,
    /// Where it holds.
    pub reach: Reach,
    /// For whom; both where nothing is said.
    pub relation: Option<Relation>,
    /// For which channels.
    pub channels: &'static [Channel],
    /// In force from this instant on.
    pub from: Timestamp,
    /// Until this instant, itself excluded.
    pub to: Timestamp,
    /// The grounds that are accepted for advertising.
    pub grounds: &'static [Ground],
    /// Whether a consent from an anonymous form has to be confirmed by the address.
    pub confirmation: bool,
    /// The limits in time.
    pub limits: Limits,
    /// By when a no has to be honoured. placet honours it at once.
    pub deadline: Deadline,
    /// The law.
    pub law: &'static str,
    /// The article.
    pub article: &'static str,
    /// What else the law asks for and no decision can see: hours, sender, registers.
    pub duties: &'static str,
    /// Where the law is unsettled, or how placet reads it.
    pub note: &'static str,
    /// How sure we are of it.
    pub confidence: Confidence,
    /// Where it was read.
    pub sources: &'static [&'static str],
}

/// Limits in time; 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Months for which a purchase or a contract implies consent.
    pub purchase_months: u16,
    /// Months for which an inquiry does.
    pub inquiry_months: u16,
    /// Months after which a ground lapses if the person has not turned to the shop.
    pub inactivity_months: u16,
    /// Months after which a ground lapses if the shop has not used it.
    pub disuse_months: u16,
    /// Days for which a look-up in the do-not-call register counts, which a legitimate interest needs.
    pub screening_days: u16,
}

impl Limits {
    /// No limit at all.
    pub const NONE: Self =
        Self { purchase_months: 0, inquiry_months: 0, inactivity_months: 0, disuse_months: 0, screening_days: 0 };
}

/// Where a rule holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere.
    Anywhere,
    /// The 27 states of the European Union, Iceland, Liechtenstein and Norway.
    EuropeanEconomicArea,
    /// A country.
    Country(CountryCode),
    /// A part of a country.
    Region(CountryCode, RegionCode),
}

impl core::fmt::Display for Reach {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Anywhere => f.write_str("*"),
            Self::EuropeanEconomicArea => f.write_str("EEA"),
            Self::Country(country) => f.write_str(country.as_str()),
            Self::Region(country, region) => write!(f, "{}-{}", country.as_str(), region.as_str()),
        }
    }
}

/// By when a no has to be honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// At once.
    AtOnce,
    /// Within so many business days.
    BusinessDays(u8),
}

impl core::fmt::Display for Deadline {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::AtOnce => f.write_str("at once"),
            Self::BusinessDays(days) => write!(f, "{days} business days"),
        }
    }
}

vocabulary! {
    /// How sure we are of a row.
    Confidence, "unknown confidence" {
        /// Read in the law itself, or in a text of a court or an authority.
        Checked = "checked",
        /// Read in somebody's account of the law.
        SecondHand = "second_hand",
        /// General knowledge, read nowhere in particular.
        GeneralKnowledge = "general_knowledge",
    }
}

/// The states of the European Economic Area, in order.
pub const EEA: [CountryCode; 30] = {
    const fn code(code: &[u8; 2]) -> CountryCode {
        CountryCode::of(*code)
    }
    [
        code(b"AT"),
        code(b"BE"),
        code(b"BG"),
        code(b"CY"),
        code(b"CZ"),
        code(b"DE"),
        code(b"DK"),
        code(b"EE"),
        code(b"ES"),
        code(b"FI"),
        code(b"FR"),
        code(b"GR"),
        code(b"HR"),
        code(b"HU"),
        code(b"IE"),
        code(b"IS"),
        code(b"IT"),
        code(b"LI"),
        code(b"LT"),
        code(b"LU"),
        code(b"LV"),
        code(b"MT"),
        code(b"NL"),
        code(b"NO"),
        code(b"PL"),
        code(b"PT"),
        code(b"RO"),
        code(b"SE"),
        code(b"SI"),
        code(b"SK"),
    ]
};

/// Every row.
pub fn rules() -> impl Iterator<Item = &'static Rule> + Clone {
    world::STRICTEST.iter().chain(europe::RULES).chain(world::RULES).chain(core::iter::once(&world::TRANSACTIONAL))
}

/// The row for where nothing is known.
pub const fn strictest() -> &'static Rule {
    &world::ANYWHERE
}

/// The row for messages that are no advertising.
pub const fn transactional() -> &'static Rule {
    &world::TRANSACTIONAL
}

/// Versions of one rule that the table may have.
const VERSIONS: usize = 4;

/// The narrowest rules for a place, a channel and a relation: all versions, in the order of their time.
pub fn rules_on(place: &Place, channel: Channel, relation: Relation) -> impl Iterator<Item = &'static Rule> + use<> {
    let in_the_area = place.country.is_some_and(|country| EEA.binary_search(&country).is_ok());
    let mut narrowest = (0, false);
    let mut found = [None; VERSIONS];
    let mut free = found.iter_mut();
    for rule in world::STRICTEST.iter().chain(europe::RULES).chain(world::RULES) {
        if !rule.channels.contains(&channel) || rule.relation.is_some_and(|own| own != relation) {
            continue;
        }
        let narrowness = match rule.reach {
            Reach::Anywhere => 0,
            Reach::EuropeanEconomicArea if in_the_area => 1,
            Reach::Country(own) if place.country == Some(own) => 2,
            Reach::Region(own, part) if place.country == Some(own) && place.region == Some(part) => 3,
            _ => continue,
        };
        let fit = (narrowness, rule.relation.is_some());
        if fit > narrowest {
            found = [None; VERSIONS];
            free = found.iter_mut();
            narrowest = fit;
        }
        if fit == narrowest
            && let Some(slot) = free.next()
        {
            *slot = Some(rule);
        }
    }
    found.into_iter().flatten()
}

/// A row as it is written, in every artifact the same. What a row does not have is `null`.
#[cfg(feature = "serde")]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WrittenRow {
    /// Its name.
    pub id: &'static str,
    /// Where it holds: `*`, `EEA`, a country or a country and its part, such as `US-FL`.
    pub jurisdiction: String,
    /// For whom; for both where there is none.
    pub relation: Option<Relation>,
    /// For which channels.
    pub channels: &'static [Channel],
    /// In force from this instant on; since ever where there is none.
    pub from: Option<Timestamp>,
    /// Until this instant, itself excluded; for ever where there is none.
    pub to: Option<Timestamp>,
    /// The grounds that are accepted for advertising.
    pub grounds: &'static [Ground],
    /// Whether a consent from an anonymous form has to be confirmed by the address.
    pub confirmation: bool,
    /// The limits in time.
    pub limits: WrittenLimits,
    /// By when a no has to be honoured.
    pub deadline: String,
    /// The law.
    pub law: &'static str,
    /// The article.
    pub article: &'static str,
    /// What else the law asks for.
    pub duties: &'static str,
    /// Where the law is unsettled, or how placet reads it.
    pub note: &'static str,
    /// How sure we are of it.
    pub confidence: Confidence,
    /// Where it was read.
    pub sources: &'static [&'static str],
}

/// [`Limits`] as they are written: what is no limit is `null`.
#[cfg(feature = "serde")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WrittenLimits {
    /// Months for which a purchase or a contract implies consent.
    pub purchase_months: Option<u16>,
    /// Months for which an inquiry does.
    pub inquiry_months: Option<u16>,
    /// Months after which a ground lapses if the person has not turned to the shop.
    pub inactivity_months: Option<u16>,
    /// Months after which a ground lapses if the shop has not used it.
    pub disuse_months: Option<u16>,
    /// Days for which a look-up in the do-not-call register counts.
    pub screening_days: Option<u16>,
}

#[cfg(feature = "serde")]
impl Rule {
    /// The written form.
    pub fn written(&self) -> WrittenRow {
        let limit = |number: u16| (number > 0).then_some(number);
        WrittenRow {
            id: self.id,
            jurisdiction: self.reach.to_string(),
            relation: self.relation,
            channels: self.channels,
            from: (self.from > Timestamp::BEGINNING).then_some(self.from),
            to: (self.to < Timestamp::NEVER).then_some(self.to),
            grounds: self.grounds,
            confirmation: self.confirmation,
            limits: WrittenLimits {
                purchase_months: limit(self.limits.purchase_months),
                inquiry_months: limit(self.limits.inquiry_months),
                inactivity_months: limit(self.limits.inactivity_months),
                disuse_months: limit(self.limits.disuse_months),
                screening_days: limit(self.limits.screening_days),
            },
            deadline: self.deadline.to_string(),
            law: self.law,
            article: self.article,
            duties: self.duties,
            note: self.note,
            confidence: self.confidence,
            sources: self.sources,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_states_are_in_order() {
        assert!(EEA.is_sorted());
    }

    #[test]
    fn every_instant_has_one_version_of_a_rule() {
        for country in AGES.iter().map(|age| age.country) {
            for (channel, relation) in Channel::ALL.iter().zip(Relation::ALL.iter().cycle()) {
                let place = Place { country: Some(country), region: None };
                let versions: Vec<_> = rules_on(&place, *channel, *relation).collect();
                assert!((1..VERSIONS).contains(&versions.len()), "{place}");
                assert_eq!(versions.first().unwrap().from, Timestamp::BEGINNING);
                assert_eq!(versions.last().unwrap().to, Timestamp::NEVER);
                assert!(versions.windows(2).all(|two| two[0].to == two[1].from), "{place} {channel}");
            }
        }
    }
}
