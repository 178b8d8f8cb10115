//! What placet knows of Canada: the rules, the ages, the time for a request.

use crate::consent::channel::Channel::{Email, Phone, Post, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::deadlines::limit::{Extension, Period, Regime, TimeLimit};
use crate::consent::ground::Ground::{Consent, ImpliedContract, ImpliedInquiry, ImpliedPurchase};
use crate::consent::rules::anywhere;
use crate::consent::rules::rule::{Age, Confidence, Deadline, INTEREST, Limits, Reach, Rule, unsure};

const CA: Reach = Reach::Country(CountryCode::of(*b"CA"));

const CA_MAIL: Rule = Rule {
    id: "ca-mail",
    reach: CA,
    channels: &[Email, Sms, Whatsapp],
    grounds: &[Consent, ImpliedPurchase, ImpliedContract, ImpliedInquiry],
    confirmation: false,
    limits: Limits { purchase_months: 24, inquiry_months: 6, ..Limits::NONE },
    deadline: Deadline::BusinessDays(10),
    law: "CASL",
    article: "s. 6, 10(9)-(10), 11",
    duties: "a working way to refuse for at least 60 days; the sender proves consent, s. 13",
    note: "pre-ticked boxes are no consent, and a message that asks for consent is itself commercial (CRTC)",
    sources: &["https://crtc.gc.ca/eng/com500/guide.htm"],
    ..anywhere::ANYWHERE
};

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
    CA_MAIL,
    Rule {
        id: "ca-phone",
        channels: &[Phone],
        grounds: INTEREST,
        limits: Limits { screening_days: 31, ..Limits::NONE },
        deadline: Deadline::AtOnce,
        law: "CRTC Unsolicited Telecommunications Rules",
        article: "Telecommunications Act s. 41, 41.2",
        duties: "",
        note: "register: National Do Not Call List. The 31 days are general knowledge",
        confidence: Confidence::GeneralKnowledge,
        sources: &[],
        ..CA_MAIL
    },
    Rule {
        id: "ca-post",
        channels: &[Post],
        grounds: INTEREST,
        limits: Limits::NONE,
        deadline: Deadline::AtOnce,
        law: "PIPEDA",
        article: "Sch. 1, 4.3",
        duties: "",
        note: "CASL is about electronic messages only",
        confidence: Confidence::GeneralKnowledge,
        sources: &[],
        ..CA_MAIL
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[unsure(b"CA", 0, "no age in CASL")];

/// The time within which a shop must answer a subject request.
pub(super) const TIME_LIMIT: TimeLimit = TimeLimit {
    regime: Regime::Pipeda,
    reach: CA,
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
