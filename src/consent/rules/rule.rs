//! One row of the table of rules, and how it is written.

use crate::consent::country::{CountryCode, RegionCode};
use crate::consent::ground::Ground;
use crate::consent::time::Timestamp;
use crate::consent::words::{Channel, Relation};

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

/// The age of a country.
#[derive(Clone, Copy, Debug)]
pub struct Age {
    /// The country.
    pub country: CountryCode,
    /// In years; 0 where the law names none.
    pub years: u16,
    /// How sure we are.
    pub confidence: Confidence,
    /// What else there is to know.
    pub note: &'static str,
}

/// Consent, or the balancing test.
pub(super) const INTEREST: &[Ground] = &[Ground::Consent, Ground::LegitimateInterest];

/// An age that somebody's account of the law gives.
pub(super) const fn age(country: &[u8; 2], years: u16) -> Age {
    Age { country: CountryCode::of(*country), years, confidence: Confidence::SecondHand, note: "" }
}

/// An age that is general knowledge.
pub(super) const fn unsure(country: &[u8; 2], years: u16, note: &'static str) -> Age {
    Age { confidence: Confidence::GeneralKnowledge, note, ..age(country, years) }
}
