//! What placet knows of the United States and those states that have rules of their own: the rules, the ages, the time for a request.

use crate::consent::channel::Channel::{Email, Phone, Post, Sms, Whatsapp};
use crate::consent::country::{CountryCode, RegionCode};
use crate::consent::deadlines::limit::{Extension, Period, Regime, TimeLimit};
use crate::consent::ground::Ground;
use crate::consent::ground::Ground::{
    Consent, ImpliedContract, ImpliedInquiry, ImpliedPurchase, LegitimateInterest, SoftFreeAccount, SoftNegotiation,
    SoftPurchase, SoftSupport,
};
use crate::consent::rules::anywhere;
use crate::consent::rules::rule::{Age, Confidence, Deadline, Limits, Reach, Rule, age};

const US: Reach = Reach::Country(CountryCode::of(*b"US"));

const fn state(code: &[u8; 2]) -> Reach {
    Reach::Region(CountryCode::of(*b"US"), RegionCode::of(*code))
}

/// The grounds for a law that does not require consent: all of them except `contract`.
const ANY: &[Ground] = &[
    Consent,
    SoftPurchase,
    SoftNegotiation,
    SoftFreeAccount,
    SoftSupport,
    ImpliedPurchase,
    ImpliedContract,
    ImpliedInquiry,
    LegitimateInterest,
];

const US_EMAIL: Rule = Rule {
    id: "us-email",
    reach: US,
    channels: &[Email],
    grounds: ANY,
    confirmation: false,
    limits: Limits::NONE,
    deadline: Deadline::BusinessDays(10),
    law: "CAN-SPAM Act",
    article: "15 USC 7704; 16 CFR 316",
    duties: "a working way to refuse for at least 30 days, the sender's postal address, no false header",
    note: "",
    ..anywhere::ANYWHERE
};

const US_PHONE: Rule = Rule {
    id: "us-phone",
    channels: &[Phone],
    grounds: &[Consent],
    limits: Limits { purchase_months: 18, inquiry_months: 3, screening_days: 31, ..Limits::NONE },
    law: "TCPA",
    article: "47 USC 227; 47 CFR 64.1200(a)(2), (c)(1), (f)(9)",
    duties: "8:00 to 21:00 at the called person's place; proof kept for 5 years",
    note: "prior express written consent for autodialled and recorded calls. Calls dialled by hand may rest on a dealing (18 months from a purchase, 3 from an inquiry) or a look-up in the Do Not Call registry: allow implied or legitimate_interest by an override if you dial by hand only. Courts need not follow the FCC (McLaughlin v. McKesson, 2025)",
    confidence: Confidence::GeneralKnowledge,
    sources: &["https://www.ecfr.gov/current/title-47/section-64.1200"],
    ..US_EMAIL
};

const US_MESSAGING: Rule = Rule {
    id: "us-messaging",
    channels: &[Sms, Whatsapp],
    limits: Limits::NONE,
    duties: "8:00 to 21:00 at the person's place; proof kept for 5 years",
    note: "prior express written consent; that it covers WhatsApp is placet's reading. Courts need not follow the FCC (McLaughlin v. McKesson, 2025)",
    confidence: Confidence::Checked,
    ..US_PHONE
};

const fn us_state(
    id: &'static str,
    code: &[u8; 2],
    law: &'static str,
    article: &'static str,
    duties: &'static str,
) -> Rule {
    Rule {
        id,
        reach: state(code),
        channels: &[Sms, Whatsapp, Phone],
        limits: US_PHONE.limits,
        law,
        article,
        duties,
        note: "stricter hours and numbers than 47 CFR 64.1200, which holds too; whether quiet hours bind towards those who consented is before the courts",
        confidence: Confidence::GeneralKnowledge,
        sources: &[
            "https://support.referrizer.com/en/category/text-campaigns/article/tcpa-quiet-hours-and-state-specific-rules-for-text-campaigns",
        ],
        ..US_PHONE
    }
}

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
    US_EMAIL,
    US_MESSAGING,
    US_PHONE,
    Rule {
        id: "us-post",
        channels: &[Post],
        deadline: Deadline::AtOnce,
        law: "none",
        article: "no federal law asks for consent to letters",
        duties: "",
        confidence: Confidence::GeneralKnowledge,
        sources: &[],
        ..US_EMAIL
    },
    Rule {
        id: "us-ca-email",
        reach: state(b"CA"),
        deadline: Deadline::BusinessDays(10),
        law: "CAN-SPAM Act; CCPA",
        article: "15 USC 7704; Civ. 1798.100 ff; 11 CCR 7021, 7026, 7101",
        duties: "a no to the sale or sharing of data is honoured within 15 business days and asked about again after 12 months at the earliest; a log of requests is kept for 24 months",
        note: "the CCPA's opt-out is of sale and sharing, not of the mail itself; under 16 a sale needs an opt-in",
        sources: &["https://advisori.com/cpra/"],
        ..US_EMAIL
    },
    us_state("us-ct-calls", b"CT", "Connecticut telemarketing law", "Conn. Gen. Stat. 42-288a", "9:00 to 20:00"),
    Rule {
        confidence: Confidence::SecondHand,
        ..us_state(
            "us-fl-calls",
            b"FL",
            "Florida Telephone Solicitation Act",
            "Fla. Stat. 501.059, 501.616",
            "8:00 to 20:00, at most 3 in 24 hours; before a suit, 15 days to act on a STOP",
        )
    },
    us_state(
        "us-md-calls",
        b"MD",
        "Maryland Stop the Spam Calls Act",
        "Md. Code, Com. Law 14-4501 ff",
        "8:00 to 20:00, at most 3 in 24 hours",
    ),
    us_state("us-ms-calls", b"MS", "Mississippi telephone solicitation law", "Miss. Code 77-3-701 ff", "8:00 to 20:00"),
    us_state("us-nj-calls", b"NJ", "New Jersey telemarketing law", "N.J.S.A. 56:8-119 ff", "8:00 to 20:00"),
    us_state(
        "us-ok-calls",
        b"OK",
        "Oklahoma Telephone Solicitation Act",
        "15 O.S. 775C",
        "8:00 to 20:00, at most 3 in 24 hours",
    ),
    us_state(
        "us-ri-calls",
        b"RI",
        "Rhode Island telephone sales law",
        "R.I. Gen. Laws 5-61",
        "narrower than federal law: see the statute",
    ),
    Rule {
        confidence: Confidence::SecondHand,
        sources: &["https://www.foster.com/newsroom-alerts-texas-expands-telemarketing-law"],
        ..us_state(
            "us-tx-calls",
            b"TX",
            "Texas Business & Commerce Code",
            "ch. 302, 304, 305 (SB 140)",
            "9:00 to 21:00, Sunday 12:00 to 21:00; the seller is registered; texts are covered since 2025-09-01",
        )
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[Age {
    note: "COPPA, 15 USC 6501; in California the sale of data of persons under 16 needs their opt-in",
    ..age(b"US", 13)
}];

/// The time within which a shop must answer a subject request.
pub(super) const TIME_LIMIT: TimeLimit = TimeLimit {
    regime: Regime::Ccpa,
    reach: US,
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
