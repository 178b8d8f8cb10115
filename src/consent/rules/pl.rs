//! What placet knows of Poland: the rules, the ages.

use crate::consent::channel::Channel::{Email, Phone, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::ground::Ground::Consent;
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Confidence, Reach, Rule, age};

const PL: Reach = Reach::Country(CountryCode::of(*b"PL"));

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[Rule {
    id: "pl-all",
    reach: PL,
    channels: &[Email, Sms, Whatsapp, Phone],
    grounds: &[Consent],
    law: "Prawo komunikacji elektronicznej",
    article: "Art. 398",
    duties: "",
    note: "since November 2024, also towards businesses",
    confidence: Confidence::GeneralKnowledge,
    ..eea::EU_EMAIL
}];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[age(b"PL", 16)];
