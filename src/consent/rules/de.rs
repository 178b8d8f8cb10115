//! What placet knows of Germany: the rules, the ages.

use crate::consent::channel::Channel::{Phone, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::ground::Ground::{Consent, ImpliedContract, ImpliedInquiry, ImpliedPurchase};
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Limits, Reach, Rule, age};
use crate::consent::words::Relation;

const DE: Reach = Reach::Country(CountryCode::of(*b"DE"));

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
    ..eea::EU_EMAIL
};

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
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
    Rule { id: "de-post", reach: DE, law: "UWG; GDPR", article: "§ 7(1); Art. 6(1)(f), 21(2)-(3)", ..eea::EU_POST },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[age(b"DE", 16)];
