//! The laws that give people rights over their data, and the parts of a time limit.

use crate::consent::rules::rule::{Confidence, Reach};

vocabulary! {
    /// A law that gives people rights over their data.
    Regime, "unknown regime" {
        /// The General Data Protection Regulation, in the European Economic Area.
        Gdpr = "gdpr",
        /// The same, as the United Kingdom keeps it.
        UkGdpr = "uk_gdpr",
        /// The Federal Act on Data Protection of Switzerland.
        Fadp = "fadp",
        /// The California Consumer Privacy Act; for every state of the United States, since no other is stricter.
        Ccpa = "ccpa",
        /// The Lei Geral de Proteção de Dados of Brazil.
        Lgpd = "lgpd",
        /// The Personal Information Protection and Electronic Documents Act of Canada.
        Pipeda = "pipeda",
        /// The Privacy Act of Australia.
        PrivacyAct = "privacy_act",
    }
}

/// A length of time, counted from the day of receipt, which itself does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// So many months: the same day of the later month, or the last of that month where it has no such day.
    Months(u8),
    /// So many days, working days or not.
    Days(u8),
}

/// More time for a difficult request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// How long it makes the whole, counted from receipt and not from the end of the first period.
    pub whole: Period,
    /// Whether the person has to be told of it within the first period.
    pub notice: bool,
}

/// The time limits of one law.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit {
    /// The regime.
    pub regime: Regime,
    /// Where it holds.
    pub reach: Reach,
    /// The law.
    pub law: &'static str,
    /// The article.
    pub article: &'static str,
    /// Within what time to answer.
    pub period: Period,
    /// And if that is too short.
    pub extension: Option<Extension>,
    /// Within how many business days to confirm that the request came in.
    pub acknowledgement: Option<u8>,
    /// Whether a period that ends on a Saturday, a Sunday or a public holiday goes on to the next working day. Where no text
    /// says so for sure it does not: the earlier day is right under either reading.
    pub rolls: bool,
    /// Where the law is unsettled, or how placet reads it.
    pub note: &'static str,
    /// How sure we are of it.
    pub confidence: Confidence,
    /// Where it was read.
    pub sources: &'static [&'static str],
}
