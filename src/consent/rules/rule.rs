//! One row of the table of rules, and how it is written.

use crate::consent::channel::Channel;
use crate::consent::country::{CountryCode, RegionCode};
use crate::consent::ground::Ground;
use crate::consent::time::Timestamp;
use crate::consent::words::Relation;

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The id of the rule. It never changes, because decisions repeat it.
    pub id: &'static str,
    /// The place where the rule applies.
    pub reach: Reach,
    /// The relation that the rule is for. `None` means both.
    pub relation: Option<Relation>,
    /// The channels that the rule is for.
    pub channels: &'static [Channel],
    /// The first time at which the rule is in force.
    pub from: Timestamp,
    /// The first time at which the rule is no longer in force.
    pub to: Timestamp,
    /// The grounds that are accepted for marketing.
    pub grounds: &'static [Ground],
    /// Whether the address must confirm a consent from an anonymous form.
    pub confirmation: bool,
    /// The time limits.
    pub limits: Limits,
    /// The time by which the law requires an opt-out to be honoured. placet honours it at once.
    pub deadline: Deadline,
    /// The law, such as `CPCE`.
    pub law: &'static str,
    /// The article of that law.
    pub article: &'static str,
    /// Other duties of the law that no decision can check: hours, sender, registers.
    pub duties: &'static str,
    /// A note where the law is unclear, or how placet reads it.
    pub note: &'static str,
    /// How sure we are of this row.
    pub confidence: Confidence,
    /// The texts in which we read the law.
    pub sources: &'static [&'static str],
}

/// Time limits. 0 means no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The number of months for which a purchase or a contract implies consent.
    pub purchase_months: u16,
    /// The number of months for which an inquiry implies consent.
    pub inquiry_months: u16,
    /// The number of months after which a ground expires if the person has not contacted the shop.
    pub inactivity_months: u16,
    /// The number of months after which a ground expires if the shop has not used it.
    pub disuse_months: u16,
    /// The number of days for which a look-up in the do-not-call register is valid. A legitimate interest needs one.
    pub screening_days: u16,
}

impl Limits {
    /// The limits of a rule that sets none.
    pub const NONE: Self =
        Self { purchase_months: 0, inquiry_months: 0, inactivity_months: 0, disuse_months: 0, screening_days: 0 };
}

/// The place where a rule applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everywhere.
    Anywhere,
    /// The 27 states of the European Union, Iceland, Liechtenstein and Norway.
    EuropeanEconomicArea,
    /// A country.
    Country(CountryCode),
    /// A region of a country.
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

/// The time by which an opt-out must be honoured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// At once.
    AtOnce,
    /// Within this number of business days.
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
        /// Read in somebody else's description of the law.
        SecondHand = "second_hand",
        /// General knowledge without a particular source.
        GeneralKnowledge = "general_knowledge",
    }
}

/// A row in its written form, the same in every artifact. A value that the row does not have is `null`.
#[cfg(feature = "serde")]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WrittenRow {
    /// The id of the rule, such as `fr-mail`.
    pub id: &'static str,
    /// The place where the rule applies: `*`, `EEA`, a country, or a country and its region, such as `US-FL`.
    pub jurisdiction: String,
    /// The relation that the rule is for. `null` means both.
    pub relation: Option<Relation>,
    /// The channels that the rule is for.
    pub channels: &'static [Channel],
    /// The first time at which the rule is in force. `null` if it has no beginning.
    pub from: Option<Timestamp>,
    /// The first time at which the rule is no longer in force. `null` if it has no end.
    pub to: Option<Timestamp>,
    /// The grounds that are accepted for marketing.
    pub grounds: &'static [Ground],
    /// Whether the address must confirm a consent from an anonymous form.
    pub confirmation: bool,
    /// The time limits.
    pub limits: WrittenLimits,
    /// The time by which the law requires an opt-out to be honoured.
    pub deadline: String,
    /// The law, such as `CPCE`.
    pub law: &'static str,
    /// The article of that law.
    pub article: &'static str,
    /// Other duties of the law.
    pub duties: &'static str,
    /// A note where the law is unclear, or how placet reads it.
    pub note: &'static str,
    /// How sure we are of this row.
    pub confidence: Confidence,
    /// The texts in which we read the law.
    pub sources: &'static [&'static str],
}

/// [`Limits`] in their written form. `null` means no limit.
#[cfg(feature = "serde")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct WrittenLimits {
    /// The number of months for which a purchase or a contract implies consent.
    pub purchase_months: Option<u16>,
    /// The number of months for which an inquiry implies consent.
    pub inquiry_months: Option<u16>,
    /// The number of months after which a ground expires if the person has not contacted the shop.
    pub inactivity_months: Option<u16>,
    /// The number of months after which a ground expires if the shop has not used it.
    pub disuse_months: Option<u16>,
    /// The number of days for which a look-up in the do-not-call register is valid.
    pub screening_days: Option<u16>,
}

#[cfg(feature = "serde")]
impl Rule {
    /// Returns the written form.
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

/// The minimum age in a country.
#[derive(Clone, Copy, Debug)]
pub struct Age {
    /// The country that the age is for.
    pub country: CountryCode,
    /// The age in years. 0 if the law sets none.
    pub years: u16,
    /// How sure we are of the age.
    pub confidence: Confidence,
    /// Other remarks.
    pub note: &'static str,
}

/// The grounds of a law that accepts a consent or a legitimate interest.
pub(super) const INTEREST: &[Ground] = &[Ground::Consent, Ground::LegitimateInterest];

/// Builds an age that somebody's description of the law gives.
pub(super) const fn age(country: &[u8; 2], years: u16) -> Age {
    Age { country: CountryCode::of(*country), years, confidence: Confidence::SecondHand, note: "" }
}

/// Builds an age that is general knowledge.
pub(super) const fn unsure(country: &[u8; 2], years: u16, note: &'static str) -> Age {
    Age { confidence: Confidence::GeneralKnowledge, note, ..age(country, years) }
}
