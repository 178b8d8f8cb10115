//! What placet knows of the European Economic Area, where no state has a file of its own: the rules, the ages, the time for a request.

use crate::consent::channel::Channel::{Email, Phone, Post, Push, Sms, Whatsapp};
use crate::consent::deadlines::limit::{Extension, Period, Regime, TimeLimit};
use crate::consent::ground::Ground;
use crate::consent::ground::Ground::{Consent, SoftFreeAccount, SoftPurchase};
use crate::consent::rules::rule::{Age, Confidence, Deadline, INTEREST, Limits, Reach, Rule, age, unsure};
use crate::consent::time::Timestamp;

pub(super) const EU_LAW: &str = "ePrivacy Directive 2002/58/EC";

/// The grounds for marketing to customers in Art. 13(2). A sale is necessary; a free account can be one.
pub(super) const SOFT: &[Ground] = &[Consent, SoftPurchase, SoftFreeAccount];

pub(super) const EU_EMAIL: Rule = Rule {
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

pub(super) const EU_POST: Rule = Rule {
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

/// All rows of this jurisdiction.
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
];

/// The age from which a person's own act counts, for each country.
pub(super) const AGES: &[Age] = &[
    age(b"AT", 14),
    age(b"BE", 13),
    age(b"BG", 14),
    age(b"CY", 14),
    age(b"CZ", 15),
    Age { note: "a rise to 15 or 16 is discussed", ..age(b"DK", 13) },
    age(b"EE", 13),
    age(b"FI", 13),
    age(b"GR", 15),
    age(b"HR", 16),
    age(b"HU", 16),
    age(b"IE", 16),
    unsure(b"IS", 13, ""),
    unsure(b"LI", 16, ""),
    age(b"LT", 14),
    age(b"LU", 16),
    age(b"LV", 13),
    age(b"MT", 13),
    unsure(b"NO", 15, "13 by law until now, 15 proposed; placet takes the stricter"),
    age(b"PT", 13),
    age(b"RO", 16),
    age(b"SE", 13),
    unsure(b"SI", 15, "by its act of 2022"),
    age(b"SK", 16),
];

/// The time within which a shop must answer a subject request.
pub(super) const TIME_LIMIT: TimeLimit = TimeLimit {
    regime: Regime::Gdpr,
    reach: Reach::EuropeanEconomicArea,
    law: "GDPR",
    article: "Art. 12(3); Regulation (EEC, Euratom) 1182/71 Art. 3",
    period: Period::Months(1),
    extension: Some(Extension { whole: Period::Months(3), notice: true }),
    acknowledgement: None,
    rolls: true,
    note: "5 March to 5 April, 31 August to 30 September; a last day on a weekend or a public holiday moves, Art. 3(4) of the regulation on periods",
    confidence: Confidence::GeneralKnowledge,
    sources: &[
        "https://eur-lex.europa.eu/eli/reg/2016/679",
        "https://eur-lex.europa.eu/eli/reg/1971/1182",
        "EDPB Guidelines 01/2022, version 2.1, paras 157 ff.",
    ],
};
