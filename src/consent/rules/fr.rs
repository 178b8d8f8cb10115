//! What placet knows of France: the rules, the ages.

use crate::consent::channel::Channel::{Email, Phone, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::ground::Ground::{Consent, ImpliedContract, LegitimateInterest, SoftFreeAccount, SoftPurchase};
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Confidence, INTEREST, Limits, Reach, Rule, age};
use crate::consent::time::Timestamp;
use crate::consent::words::Relation;

const FR: Reach = Reach::Country(CountryCode::of(*b"FR"));

/// 2026-08-11T00:00 in Paris, when loi 2025-594 comes into force.
const FRENCH_CALLS: Timestamp = Timestamp::of(1_786_399_200_000);

/// A prospect's data is no longer used three years after the last contact from that person.
const THREE_YEARS: Limits = Limits { inactivity_months: 36, ..Limits::NONE };

const FR_MAIL: Rule = Rule {
    id: "fr-mail",
    reach: FR,
    channels: &[Email, Sms, Whatsapp],
    limits: THREE_YEARS,
    law: "CPCE",
    article: "L.34-5; CNIL, référentiel gestion commerciale",
    duties: "a free and simple way to refuse in every message",
    note: "prospects are dropped 3 years after collection or their last contact; opening a message is no contact",
    sources: &["https://www.olympe.legal"],
    ..eea::EU_EMAIL
};

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
    FR_MAIL,
    Rule {
        id: "fr-mail-business",
        relation: Some(Relation::Business),
        grounds: &[Consent, SoftPurchase, SoftFreeAccount, LegitimateInterest],
        note: "a professional address about the person's profession: until they object (CNIL)",
        ..FR_MAIL
    },
    Rule {
        id: "fr-phone-until-2026",
        channels: &[Phone],
        to: FRENCH_CALLS,
        grounds: INTEREST,
        limits: Limits { screening_days: 30, ..THREE_YEARS },
        law: "Code de la consommation",
        article: "L.223-1 as it was; décret 2022-1313",
        duties: "Monday to Friday, 10:00 to 13:00 and 14:00 to 20:00",
        note: "register: Bloctel. The 30 days are placet's reading",
        confidence: Confidence::SecondHand,
        ..FR_MAIL
    },
    Rule {
        id: "fr-phone",
        channels: &[Phone],
        from: FRENCH_CALLS,
        grounds: &[Consent, ImpliedContract],
        law: "Code de la consommation",
        article: "L.223-1 (loi 2025-594, art. 13); décret 2022-1313",
        duties: "Monday to Friday, 10:00 to 13:00 and 14:00 to 20:00",
        note: "the exception for a running contract covers calls about that contract; record an opt_out when it ends",
        confidence: Confidence::SecondHand,
        sources: &["https://cms.law", "https://www.leclubdesjuristes.com"],
        ..FR_MAIL
    },
    Rule {
        id: "fr-post",
        reach: FR,
        limits: THREE_YEARS,
        law: "GDPR; CNIL",
        article: "Art. 6(1)(f), 21(2)-(3); référentiel gestion commerciale",
        ..eea::EU_POST
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[age(b"FR", 15)];
