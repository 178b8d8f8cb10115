//! What placet knows of Switzerland: the rules, the ages, the time for a request.

use crate::consent::channel::Channel::{Email, Phone, Post, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::deadlines::limit::{Extension, Period, Regime, TimeLimit};
use crate::consent::ground::Ground::{Consent, SoftPurchase};
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Confidence, INTEREST, Limits, Reach, Rule, unsure};

const CH: Reach = Reach::Country(CountryCode::of(*b"CH"));

const CH_MAIL: Rule = Rule {
    id: "ch-mail",
    reach: CH,
    channels: &[Email, Sms, Whatsapp],
    grounds: &[Consent, SoftPurchase],
    law: "UWG (CH)",
    article: "Art. 3(1)(o)",
    duties: "correct sender, and a simple and free refusal in every message",
    note: "",
    sources: &["https://www.bakom.admin.ch/en/legal-texts"],
    ..eea::EU_EMAIL
};

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
    CH_MAIL,
    Rule {
        id: "ch-phone",
        channels: &[Phone],
        grounds: INTEREST,
        limits: Limits { screening_days: 30, ..Limits::NONE },
        article: "Art. 3(1)(u), (v)",
        duties: "a number that is in the directory is shown",
        note: "register: the star in the directory. The 30 days are placet's reading",
        ..CH_MAIL
    },
    Rule {
        id: "ch-post",
        channels: &[Post],
        grounds: INTEREST,
        law: "nFADP; UWG (CH)",
        article: "Art. 25, 30; Art. 3(1)(u)",
        duties: "",
        ..CH_MAIL
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[unsure(b"CH", 0, "no fixed age: capacity of judgement")];

/// The time within which a shop must answer a subject request.
pub(super) const TIME_LIMIT: TimeLimit = TimeLimit {
    regime: Regime::Fadp,
    reach: CH,
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
