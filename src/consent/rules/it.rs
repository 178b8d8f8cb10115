//! What placet knows of Italy: the rules, the ages.

use crate::consent::channel::Channel::{Phone, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::ground::Ground::Consent;
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Confidence, INTEREST, Limits, Reach, Rule, age};

const IT: Reach = Reach::Country(CountryCode::of(*b"IT"));

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "it-email",
        reach: IT,
        law: "Codice privacy",
        article: "Art. 130(1)-(2), 130(4)",
        note: "one consent may cover several electronic means if the person can refuse each",
        confidence: Confidence::SecondHand,
        sources: &["https://www.dgrs.it (soft spam)"],
        ..eea::EU_EMAIL
    },
    Rule {
        id: "it-messaging",
        reach: IT,
        channels: &[Sms, Whatsapp],
        grounds: &[Consent],
        law: "Codice privacy",
        article: "Art. 130(1)-(2)",
        note: "the exception for existing customers, Art. 130(4), is for e-mail only",
        confidence: Confidence::SecondHand,
        sources: &["https://www.dgrs.it (soft spam)"],
        ..eea::EU_EMAIL
    },
    Rule {
        id: "it-phone",
        reach: IT,
        channels: &[Phone],
        grounds: INTEREST,
        limits: Limits { screening_days: 15, ..Limits::NONE },
        law: "Codice privacy",
        article: "Art. 130(3-bis); DPR 26/2022",
        duties: "",
        note: "register: Registro pubblico delle opposizioni; entering it also withdraws earlier consents: record an opt_out when a look-up finds the number. The 15 days are general knowledge",
        confidence: Confidence::GeneralKnowledge,
        ..eea::EU_EMAIL
    },
    Rule {
        id: "it-post",
        reach: IT,
        limits: Limits { screening_days: 30, ..Limits::NONE },
        law: "Codice privacy; GDPR",
        article: "Art. 130(3-bis); Art. 6(1)(f), 21(2)-(3)",
        note: "register: Registro pubblico delle opposizioni. The 30 days are general knowledge",
        confidence: Confidence::GeneralKnowledge,
        ..eea::EU_POST
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[age(b"IT", 14)];
