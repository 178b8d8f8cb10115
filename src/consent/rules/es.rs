//! What placet knows of Spain: the rules, the ages.

use crate::consent::channel::Channel::{Email, Phone, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::ground::Ground::Consent;
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Confidence, Reach, Rule, age};

const ES: Reach = Reach::Country(CountryCode::of(*b"ES"));

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
    Rule {
        id: "es-mail",
        reach: ES,
        channels: &[Email, Sms, Whatsapp],
        law: "LSSI",
        article: "Art. 21, 22",
        duties: "a simple and free way to refuse in every message",
        confidence: Confidence::GeneralKnowledge,
        ..eea::EU_EMAIL
    },
    Rule {
        id: "es-phone",
        reach: ES,
        channels: &[Phone],
        grounds: &[Consent],
        law: "LGTel",
        article: "Art. 66",
        duties: "",
        note: "",
        confidence: Confidence::GeneralKnowledge,
        ..eea::EU_EMAIL
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[Age { note: "a rise to 15 or 16 is discussed", ..age(b"ES", 14) }];
