//! What placet knows of the Netherlands: the rules, the ages.

use crate::consent::channel::Channel::Phone;
use crate::consent::country::CountryCode;
use crate::consent::ground::Ground::Consent;
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Confidence, Reach, Rule, age};

const NL: Reach = Reach::Country(CountryCode::of(*b"NL"));

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[Rule {
    id: "nl-phone",
    reach: NL,
    channels: &[Phone],
    grounds: &[Consent],
    law: "Telecommunicatiewet",
    article: "Art. 11.7",
    duties: "",
    note: "opt-in towards consumers since 2021; placet asks the same towards businesses",
    confidence: Confidence::GeneralKnowledge,
    ..eea::EU_EMAIL
}];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[age(b"NL", 16)];
