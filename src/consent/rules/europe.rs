//! The European Economic Area, the United Kingdom and Switzerland.

use super::{Confidence, Deadline, Limits, Reach, Rule};
use crate::consent::Channel::{Email, Phone, Post, Push, Sms, Whatsapp};
use crate::consent::Ground::{
    Consent, ImpliedContract, ImpliedInquiry, ImpliedPurchase, LegitimateInterest, SoftFreeAccount, SoftNegotiation,
    SoftPurchase, SoftSupport,
};
use crate::consent::{CountryCode, Relation, Timestamp};

const EU_LAW: &str = "ePrivacy Directive 2002/58/EC";
const DE: Reach = Reach::Country(CountryCode::of(*b"DE"));
const FR: Reach = Reach::Country(CountryCode::of(*b"FR"));
const IT: Reach = Reach::Country(CountryCode::of(*b"IT"));
const ES: Reach = Reach::Country(CountryCode::of(*b"ES"));
const PL: Reach = Reach::Country(CountryCode::of(*b"PL"));
const NL: Reach = Reach::Country(CountryCode::of(*b"NL"));
const GB: Reach = Reach::Country(CountryCode::of(*b"GB"));
const CH: Reach = Reach::Country(CountryCode::of(*b"CH"));

/// What advertising to customers rests on in Art. 13(2): a sale, which a free account can be.
const SOFT: &[crate::consent::Ground] = &[Consent, SoftPurchase, SoftFreeAccount];
const INTEREST: &[crate::consent::Ground] = &[Consent, LegitimateInterest];

/// 2026-08-11T00:00 in Paris: loi 2025-594.
const FRENCH_CALLS: Timestamp = Timestamp::of(1_786_399_200_000);
/// 2026-02-05T00:00 in London: Data (Use and Access) Act 2025, s. 114.
const CHARITIES: Timestamp = Timestamp::of(1_770_249_600_000);

/// Prospects are forgotten three years after they last turned to the shop.
const THREE_YEARS: Limits = Limits { inactivity_months: 36, ..Limits::NONE };

const EU_EMAIL: Rule = Rule {
    id: "eu-email",
    reach: Reach::EuropeanEconomicArea,
    relation: None,
    channels: &[Email],
    from: Timestamp::BEGINNING,
    to: Timestamp::NEVER,
    grounds: SOFT,
    confirmation: false,
    limits: Limits::NONE,
    deadline: Deadline::AtOnce,
    law: EU_LAW,
    article: "Art. 13(1), 13(2); GDPR Art. 4(11), 7, 21(2)-(3)",
    duties: "the sender's identity and a valid address for the refusal in every message, Art. 13(4)",
    note: "a free account with an upsell can be a sale (CJEU C-654/23); talks without a sale are not enough",
    confidence: Confidence::Checked,
    sources: &["https://eur-lex.europa.eu/eli/dir/2002/58", "https://curia.europa.eu (C-654/23, 2025-11-13)"],
};

const EU_POST: Rule = Rule {
    id: "eu-post",
    channels: &[Post],
    grounds: INTEREST,
    law: "GDPR",
    article: "Art. 6(1)(f), 21(2)-(3)",
    duties: "the right to object is brought to notice at the first letter, Art. 21(4)",
    note: "",
    sources: &["https://eur-lex.europa.eu/eli/reg/2016/679"],
    ..EU_EMAIL
};

const DE_EMAIL: Rule = Rule {
    id: "de-email",
    reach: DE,
    confirmation: true,
    law: "UWG",
    article: "§ 7(2) no. 2, § 7(3)",
    duties: "sender not concealed, an address for the refusal in every message; the mail that asks for confirmation is free of advertising and sent once",
    note: "the consent of each person must be stored and printable; confirmation by the address is how it is proven (BGH I ZR 164/09)",
    sources: &[
        "https://lxgesetze.de/uwg/7",
        "https://betriebs-berater.ruw.de/wirtschaftsrecht/urteile/Zulaessigkeit-von-Werbeanrufen---Double-opt-in-Verfahren-18828",
    ],
    ..EU_EMAIL
};

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
    ..EU_EMAIL
};

const GB_MAIL: Rule = Rule {
    id: "gb-mail",
    reach: GB,
    channels: &[Email, Sms, Whatsapp],
    to: CHARITIES,
    grounds: &[Consent, SoftPurchase, SoftNegotiation, SoftFreeAccount],
    law: "PECR 2003",
    article: "reg. 22, 23",
    duties: "sender's identity and a valid address in every message; a simple and free refusal in each",
    note: "consent is specific to the kind of message: one for e-mail is none for texts (ICO)",
    confidence: Confidence::SecondHand,
    sources: &[
        "https://ico.org.uk/for-organisations/guide-to-pecr/guidance-on-direct-marketing-using-electronic-mail/",
    ],
    ..EU_EMAIL
};

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
    ..EU_EMAIL
};

/// Every row, by jurisdiction.
pub(super) const RULES: &[Rule] = &[
    EU_EMAIL,
    Rule {
        id: "eu-messaging",
        channels: &[Sms, Whatsapp],
        note: "electronic mail includes text messages; that it includes WhatsApp is placet's reading",
        confidence: Confidence::GeneralKnowledge,
        ..EU_EMAIL
    },
    Rule {
        id: "eu-phone",
        channels: &[Phone],
        grounds: &[Consent],
        article: "Art. 13(3); GDPR Art. 4(11), 7, 21(2)-(3)",
        duties: "",
        note: "each state chooses between opt-in and opt-out for calls by a person; where the choice is not in this table, opt-in",
        ..EU_EMAIL
    },
    Rule {
        id: "eu-push",
        channels: &[Push],
        grounds: &[Consent],
        article: "Art. 5(3), 13(1); GDPR Art. 4(11), 7, 21(2)-(3)",
        duties: "",
        note: "whether a push notification is electronic mail is unsettled; placet asks for consent, which the browser's own permission is not",
        confidence: Confidence::GeneralKnowledge,
        ..EU_EMAIL
    },
    EU_POST,
    DE_EMAIL,
    Rule {
        id: "de-messaging",
        channels: &[Sms, Whatsapp],
        note: "electronic post includes text messages; confirmation comes by the telephone itself (BGH I ZR 164/09)",
        ..DE_EMAIL
    },
    Rule {
        id: "de-phone",
        channels: &[Phone],
        grounds: &[Consent],
        limits: Limits { disuse_months: 60, ..Limits::NONE },
        article: "§ 7(2) no. 1, § 7a",
        duties: "the consent is documented when it is given and kept for 5 years from then and from each use",
        note: "§ 7a is a duty to keep the proof; once it ends the proof may be gone, so placet lets the consent lapse. An e-mail proves no consent to calls (BGH I ZR 164/09)",
        sources: &["https://lxgesetze.de/uwg/7", "https://ipwiki.de (§ 7a UWG)"],
        ..DE_EMAIL
    },
    Rule {
        id: "de-phone-business",
        relation: Some(Relation::Business),
        channels: &[Phone],
        grounds: &[Consent, ImpliedPurchase, ImpliedContract, ImpliedInquiry],
        confirmation: false,
        article: "§ 7(2) no. 1",
        duties: "",
        note: "a business's consent may be presumed from its dealings with the caller; how far is decided case by case",
        ..DE_EMAIL
    },
    Rule { id: "de-post", reach: DE, law: "UWG; GDPR", article: "§ 7(1); Art. 6(1)(f), 21(2)-(3)", ..EU_POST },
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
        ..EU_POST
    },
    Rule {
        id: "it-email",
        reach: IT,
        law: "Codice privacy",
        article: "Art. 130(1)-(2), 130(4)",
        note: "one consent may cover several electronic means if the person can refuse each",
        confidence: Confidence::SecondHand,
        sources: &["https://www.dgrs.it (soft spam)"],
        ..EU_EMAIL
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
        ..EU_EMAIL
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
        ..EU_EMAIL
    },
    Rule {
        id: "it-post",
        reach: IT,
        limits: Limits { screening_days: 30, ..Limits::NONE },
        law: "Codice privacy; GDPR",
        article: "Art. 130(3-bis); Art. 6(1)(f), 21(2)-(3)",
        note: "register: Registro pubblico delle opposizioni. The 30 days are general knowledge",
        confidence: Confidence::GeneralKnowledge,
        ..EU_POST
    },
    Rule {
        id: "es-mail",
        reach: ES,
        channels: &[Email, Sms, Whatsapp],
        law: "LSSI",
        article: "Art. 21, 22",
        duties: "a simple and free way to refuse in every message",
        confidence: Confidence::GeneralKnowledge,
        ..EU_EMAIL
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
        ..EU_EMAIL
    },
    Rule {
        id: "pl-all",
        reach: PL,
        channels: &[Email, Sms, Whatsapp, Phone],
        grounds: &[Consent],
        law: "Prawo komunikacji elektronicznej",
        article: "Art. 398",
        duties: "",
        note: "since November 2024, also towards businesses",
        confidence: Confidence::GeneralKnowledge,
        ..EU_EMAIL
    },
    Rule {
        id: "nl-phone",
        reach: NL,
        channels: &[Phone],
        grounds: &[Consent],
        law: "Telecommunicatiewet",
        article: "Art. 11.7",
        duties: "",
        note: "opt-in towards consumers since 2021; placet asks the same towards businesses",
        confidence: Confidence::GeneralKnowledge,
        ..EU_EMAIL
    },
    GB_MAIL,
    Rule {
        id: "gb-mail-2026",
        from: CHARITIES,
        to: Timestamp::NEVER,
        grounds: &[Consent, SoftPurchase, SoftNegotiation, SoftFreeAccount, SoftSupport],
        article: "reg. 22, 22(3A), 23",
        note: "the exception for supporters is for charities only, since 2026-02-05 (Data (Use and Access) Act 2025 s. 114); consent is specific to the kind of message (ICO)",
        ..GB_MAIL
    },
    Rule {
        id: "gb-phone",
        channels: &[Phone],
        to: Timestamp::NEVER,
        grounds: INTEREST,
        limits: Limits { screening_days: 28, ..Limits::NONE },
        article: "reg. 21, 24",
        duties: "the caller's identity and a contact address or free number on request",
        note: "register: TPS, and CTPS for companies; the 28 days are general knowledge. Calls about claims and pensions need consent",
        confidence: Confidence::GeneralKnowledge,
        ..GB_MAIL
    },
    Rule {
        id: "gb-post",
        reach: GB,
        law: "UK GDPR",
        confidence: Confidence::SecondHand,
        sources: &["https://ico.org.uk"],
        ..EU_POST
    },
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
