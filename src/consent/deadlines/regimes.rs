//! How long a shop may take over the request of a person, law by law, as data.

use crate::consent::CountryCode;
use crate::consent::rules::{Confidence, EEA, Reach};

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

const fn country(code: &[u8; 2]) -> Reach {
    Reach::Country(CountryCode::of(*code))
}

/// Every regime, in the order of its definition.
pub static TIME_LIMITS: [TimeLimit; 7] = [GDPR, UK_GDPR, FADP, CCPA, LGPD, PIPEDA, PRIVACY_ACT];

pub(super) const GDPR: TimeLimit = TimeLimit {
    regime: Regime::Gdpr,
    reach: Reach::EuropeanEconomicArea,
    law: "GDPR",
    article: "Art. 12(3); Regulation (EEC, Euratom) 1182/71 Art. 3",
    period: Period::Months(1),
    extension: Some(Extension { whole: Period::Months(3), notice: true }),
    acknowledgement: None,
    rolls: true,
    note: "5 March to 5 April, 31 August to 30 September; a last day on a weekend or a public holiday moves, Art. 3(4) of the regulation on periods",
    confidence: Confidence::GeneralKnowledge,
    sources: &[
        "https://eur-lex.europa.eu/eli/reg/2016/679",
        "https://eur-lex.europa.eu/eli/reg/1971/1182",
        "EDPB Guidelines 01/2022, version 2.1, paras 157 ff.",
    ],
};

const UK_GDPR: TimeLimit = TimeLimit {
    regime: Regime::UkGdpr,
    reach: country(b"GB"),
    law: "UK GDPR",
    article: "Art. 12(3), 12A",
    note: "counted as the Information Commissioner does, to the same day of the next month; since 5 February 2026 the article says one month beginning with the day of receipt, which could be read as a day less; Easter Monday counts as a holiday, though Scotland has it not",
    confidence: Confidence::Checked,
    sources: &["https://ico.org.uk/global/sar-checklist-for-smes/i-need-to-complete-a-sar"],
    ..GDPR
};

const FADP: TimeLimit = TimeLimit {
    regime: Regime::Fadp,
    reach: country(b"CH"),
    law: "FADP",
    article: "Art. 25(7); DPO Art. 18",
    period: Period::Days(30),
    extension: Some(Extension { whole: Period::Days(60), notice: true }),
    acknowledgement: None,
    rolls: false,
    note: "the ordinance lets the shop name the longer period itself: placet allows 30 days more; not moved off a weekend or a public holiday, the earlier day is the safe reading",
    confidence: Confidence::Checked,
    sources: &[
        "https://www.datenschutzpartner.ch/dsv/dsv-18/",
        "https://prighter.com/resources/laws/swiss-fadp/fadp/chapters/chapter-4",
    ],
};

const CCPA: TimeLimit = TimeLimit {
    regime: Regime::Ccpa,
    reach: country(b"US"),
    law: "CCPA",
    article: "Cal. Civ. Code 1798.130(a)(2)(A); 11 CCR 7021",
    period: Period::Days(45),
    extension: Some(Extension { whole: Period::Days(90), notice: true }),
    acknowledgement: Some(10),
    rolls: false,
    note: "days count from receipt, also while the person is being verified; for the other states as well; not moved off a weekend or a public holiday, the earlier day is the safe reading",
    confidence: Confidence::SecondHand,
    sources: &["https://advisori.com/cpra/"],
};

const LGPD: TimeLimit = TimeLimit {
    regime: Regime::Lgpd,
    reach: country(b"BR"),
    law: "LGPD",
    article: "Art. 19, II",
    period: Period::Days(15),
    extension: None,
    acknowledgement: None,
    rolls: false,
    note: "for the complete statement; the simplified one of Art. 19, I is due at once, and twice the time of small agents is not counted on; not moved off a weekend or a public holiday, the earlier day is the safe reading",
    confidence: Confidence::Checked,
    sources: &["https://lgpd-brazil.info/chapter_03/article_19"],
};

const PIPEDA: TimeLimit = TimeLimit {
    regime: Regime::Pipeda,
    reach: country(b"CA"),
    law: "PIPEDA",
    article: "s. 8(3), 8(4)(a)",
    period: Period::Days(30),
    extension: Some(Extension { whole: Period::Days(60), notice: true }),
    acknowledgement: None,
    rolls: false,
    note: "not moved off a weekend or a public holiday, the earlier day is the safe reading",
    confidence: Confidence::Checked,
    sources: &["https://www.parl.ca/Content/Bills/362/Government/C-6/C-6_4/90052b-1E.html"],
};

const PRIVACY_ACT: TimeLimit = TimeLimit {
    regime: Regime::PrivacyAct,
    reach: country(b"AU"),
    law: "Privacy Act 1988",
    article: "Sch. 1, APP 12.4(a), 13.5(a)",
    period: Period::Days(30),
    extension: None,
    acknowledgement: None,
    rolls: false,
    note: "agencies have 30 days, shops a reasonable period, which the Commissioner takes to be 30 days at most; not moved off a weekend or a public holiday, the earlier day is the safe reading",
    confidence: Confidence::SecondHand,
    sources: &["https://privacy108.com.au/insights/responding-to-access-requests/"],
};

/// The time limits of the law of a country; `None` where none of ours holds.
pub(super) fn limit_in(country: CountryCode) -> Option<&'static TimeLimit> {
    TIME_LIMITS.iter().find(|limit| match limit.reach {
        Reach::EuropeanEconomicArea => EEA.binary_search(&country).is_ok(),
        Reach::Country(own) => own == country,
        Reach::Anywhere | Reach::Region(..) => false,
    })
}
