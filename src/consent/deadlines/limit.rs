//! The laws that give people rights over their data, and the parts of a time limit.

use crate::consent::rules::rule::{Confidence, Reach};

vocabulary! {
    /// A law that gives persons rights over their data.
    Regime, "unknown regime" {
        /// The General Data Protection Regulation, in the European Economic Area.
        Gdpr = "gdpr",
        /// The General Data Protection Regulation, in the United Kingdom's version.
        UkGdpr = "uk_gdpr",
        /// The Federal Act on Data Protection of Switzerland.
        Fadp = "fadp",
        /// The California Consumer Privacy Act. It is used for every state of the United States, because no other state
        /// is stricter.
        Ccpa = "ccpa",
        /// The Lei Geral de Proteção de Dados of Brazil.
        Lgpd = "lgpd",
        /// The Personal Information Protection and Electronic Documents Act of Canada.
        Pipeda = "pipeda",
        /// The Privacy Act of Australia.
        PrivacyAct = "privacy_act",
    }
}

/// A length of time, counted from the day of receipt. That day itself does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// This number of months: the same day of the later month, or the last day of that month if it has no such day.
    Months(u8),
    /// This number of days. Days that are not working days count too.
    Days(u8),
}

/// An extension for a difficult request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The length of the whole period, counted from receipt and not from the end of the first period.
    pub whole: Period,
    /// Whether the shop must inform the person of the extension within the first period.
    pub notice: bool,
}

/// The time limits of one law.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit {
    /// The law that sets the limits.
    pub regime: Regime,
    /// The place where the law applies.
    pub reach: Reach,
    /// The name of the law, such as `Privacy Act 1988`.
    pub law: &'static str,
    /// The article of that law.
    pub article: &'static str,
    /// The time within which the shop must answer.
    pub period: Period,
    /// The extension that the law allows, if any.
    pub extension: Option<Extension>,
    /// The number of business days within which the shop must confirm the receipt of the request. `None` if the law
    /// does not require that.
    pub acknowledgement: Option<u8>,
    /// Whether a period that ends on a Saturday, a Sunday or a public holiday continues to the next working day. It is
    /// `false` if no text clearly says so, because the earlier day is safe in both cases.
    pub rolls: bool,
    /// A note where the law is unclear, or how placet reads it.
    pub note: &'static str,
    /// How sure we are of this row.
    pub confidence: Confidence,
    /// The texts in which we read the law.
    pub sources: &'static [&'static str],
}
