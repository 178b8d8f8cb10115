//! The Americas, Australia, and the strictest row for everywhere else.

use super::{Confidence, Deadline, Limits, Reach, Rule};
use crate::consent::Channel::{Email, Phone, Post, Push, Sms, Whatsapp};
use crate::consent::Ground::{
    Consent, Contract, ImpliedContract, ImpliedInquiry, ImpliedPurchase, LegitimateInterest, SoftFreeAccount,
    SoftNegotiation, SoftPurchase, SoftSupport,
};
use crate::consent::{CountryCode, Ground, RegionCode, Timestamp};

const US: Reach = Reach::Country(CountryCode::of(*b"US"));
const CA: Reach = Reach::Country(CountryCode::of(*b"CA"));
const BR: Reach = Reach::Country(CountryCode::of(*b"BR"));
const AU: Reach = Reach::Country(CountryCode::of(*b"AU"));

const fn state(code: &[u8; 2]) -> Reach {
    Reach::Region(CountryCode::of(*b"US"), RegionCode::of(*code))
}

/// Where no yes is asked for, whatever the shop has is good.
const ANY: &[Ground] = &[
    Consent,
    SoftPurchase,
    SoftNegotiation,
    SoftFreeAccount,
    SoftSupport,
    ImpliedPurchase,
    ImpliedContract,
    ImpliedInquiry,
    LegitimateInterest,
];
const INTEREST: &[Ground] = &[Consent, LegitimateInterest];

pub(super) const ANYWHERE: Rule = Rule {
    id: "any",
    reach: Reach::Anywhere,
    relation: None,
    channels: &[Email, Sms, Whatsapp, Push, Post],
    from: Timestamp::BEGINNING,
    to: Timestamp::NEVER,
    grounds: &[Consent],
    confirmation: true,
    limits: Limits { inactivity_months: 36, ..Limits::NONE },
    deadline: Deadline::AtOnce,
    law: "the strictest of all rules here",
    article: "each as in its own row",
    duties: "",
    note: "for a country that is not known, or that this table does not know",
    confidence: Confidence::Checked,
    sources: &[],
};

/// Everywhere where nothing else is known: as strict as every other row in every respect.
pub(super) const STRICTEST: &[Rule] = &[
    ANYWHERE,
    Rule { id: "any-phone", channels: &[Phone], limits: Limits { disuse_months: 60, ..ANYWHERE.limits }, ..ANYWHERE },
];

/// Messages that are no advertising.
pub(super) const TRANSACTIONAL: Rule = Rule {
    id: "transactional",
    channels: &[Email, Sms, Phone, Whatsapp, Push, Post],
    grounds: &[Consent, Contract],
    confirmation: false,
    limits: Limits::NONE,
    law: "GDPR",
    article: "Art. 6(1)(b); CAN-SPAM 15 USC 7702(17); CASL s. 6(6)",
    duties: "nothing in it advertises: one line that does makes all of it advertising",
    note: "for the purposes that the shop declares transactional; an objection to direct marketing and a suppression do not bear on them, an opt_out does",
    confidence: Confidence::GeneralKnowledge,
    sources: &["https://eur-lex.europa.eu/eli/reg/2016/679"],
    ..ANYWHERE
};

const US_EMAIL: Rule = Rule {
    id: "us-email",
    reach: US,
    channels: &[Email],
    grounds: ANY,
    confirmation: false,
    limits: Limits::NONE,
    deadline: Deadline::BusinessDays(10),
    law: "CAN-SPAM Act",
    article: "15 USC 7704; 16 CFR 316",
    duties: "a working way to refuse for at least 30 days, the sender's postal address, no false header",
    note: "",
    ..ANYWHERE
};

const US_PHONE: Rule = Rule {
    id: "us-phone",
    channels: &[Phone],
    grounds: &[Consent],
    limits: Limits { purchase_months: 18, inquiry_months: 3, screening_days: 31, ..Limits::NONE },
    law: "TCPA",
    article: "47 USC 227; 47 CFR 64.1200(a)(2), (c)(1), (f)(9)",
    duties: "8:00 to 21:00 at the called person's place; proof kept for 5 years",
    note: "prior express written consent for autodialled and recorded calls. Calls dialled by hand may rest on a dealing (18 months from a purchase, 3 from an inquiry) or a look-up in the Do Not Call registry: allow implied or legitimate_interest by an override if you dial by hand only. Courts need not follow the FCC (McLaughlin v. McKesson, 2025)",
    confidence: Confidence::GeneralKnowledge,
    sources: &["https://www.ecfr.gov/current/title-47/section-64.1200"],
    ..US_EMAIL
};

const US_MESSAGING: Rule = Rule {
    id: "us-messaging",
    channels: &[Sms, Whatsapp],
    limits: Limits::NONE,
    duties: "8:00 to 21:00 at the person's place; proof kept for 5 years",
    note: "prior express written consent; that it covers WhatsApp is placet's reading. Courts need not follow the FCC (McLaughlin v. McKesson, 2025)",
    confidence: Confidence::Checked,
    ..US_PHONE
};

const fn us_state(
    id: &'static str,
    code: &[u8; 2],
    law: &'static str,
    article: &'static str,
    duties: &'static str,
) -> Rule {
    Rule {
        id,
        reach: state(code),
        channels: &[Sms, Whatsapp, Phone],
        limits: US_PHONE.limits,
        law,
        article,
        duties,
        note: "stricter hours and numbers than 47 CFR 64.1200, which holds too; whether quiet hours bind towards those who consented is before the courts",
        confidence: Confidence::GeneralKnowledge,
        sources: &[
            "https://support.referrizer.com/en/category/text-campaigns/article/tcpa-quiet-hours-and-state-specific-rules-for-text-campaigns",
        ],
        ..US_PHONE
    }
}

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
    ..ANYWHERE
};

const BR_MAIL: Rule = Rule {
    id: "br-mail",
    reach: BR,
    channels: &[Email, Sms, Whatsapp],
    grounds: INTEREST,
    confirmation: false,
    limits: Limits::NONE,
    law: "LGPD",
    article: "Art. 7, 8, 18",
    duties: "withdrawal at any time, free, Art. 8 § 5; the controller proves consent, Art. 8 § 2",
    note: "",
    sources: &["https://lgpd-brazil.info", "https://privacyhub.com.br/lgpd"],
    ..ANYWHERE
};

const AU_MAIL: Rule = Rule {
    id: "au-mail",
    reach: AU,
    channels: &[Email, Sms, Whatsapp],
    grounds: &[Consent, ImpliedPurchase, ImpliedContract],
    confirmation: false,
    limits: Limits::NONE,
    deadline: Deadline::BusinessDays(5),
    law: "Spam Act 2003",
    article: "s. 16-18, Sch. 2; Spam Regulations 2021",
    duties: "a working way to refuse for at least 30 days, without log-in or further data; the sender proves consent",
    note: "consent may be inferred from an ongoing relationship; placet takes a purchase or a contract for one, an inquiry not",
    sources: &[
        "http://classic.austlii.edu.au/au/legis/cth/num_act/sa200366/s18.html",
        "http://classic.austlii.edu.au/au/legis/cth/num_act/sa200366/sch2.html",
    ],
    ..ANYWHERE
};

/// Every row, by jurisdiction.
pub(super) const RULES: &[Rule] = &[
    US_EMAIL,
    US_MESSAGING,
    US_PHONE,
    Rule {
        id: "us-post",
        channels: &[Post],
        deadline: Deadline::AtOnce,
        law: "none",
        article: "no federal law asks for consent to letters",
        duties: "",
        confidence: Confidence::GeneralKnowledge,
        sources: &[],
        ..US_EMAIL
    },
    Rule {
        id: "us-ca-email",
        reach: state(b"CA"),
        deadline: Deadline::BusinessDays(10),
        law: "CAN-SPAM Act; CCPA",
        article: "15 USC 7704; Civ. 1798.100 ff; 11 CCR 7021, 7026, 7101",
        duties: "a no to the sale or sharing of data is honoured within 15 business days and asked about again after 12 months at the earliest; a log of requests is kept for 24 months",
        note: "the CCPA's opt-out is of sale and sharing, not of the mail itself; under 16 a sale needs an opt-in",
        sources: &["https://advisori.com/cpra/"],
        ..US_EMAIL
    },
    us_state("us-ct-calls", b"CT", "Connecticut telemarketing law", "Conn. Gen. Stat. 42-288a", "9:00 to 20:00"),
    Rule {
        confidence: Confidence::SecondHand,
        ..us_state(
            "us-fl-calls",
            b"FL",
            "Florida Telephone Solicitation Act",
            "Fla. Stat. 501.059, 501.616",
            "8:00 to 20:00, at most 3 in 24 hours; before a suit, 15 days to act on a STOP",
        )
    },
    us_state(
        "us-md-calls",
        b"MD",
        "Maryland Stop the Spam Calls Act",
        "Md. Code, Com. Law 14-4501 ff",
        "8:00 to 20:00, at most 3 in 24 hours",
    ),
    us_state("us-ms-calls", b"MS", "Mississippi telephone solicitation law", "Miss. Code 77-3-701 ff", "8:00 to 20:00"),
    us_state("us-nj-calls", b"NJ", "New Jersey telemarketing law", "N.J.S.A. 56:8-119 ff", "8:00 to 20:00"),
    us_state(
        "us-ok-calls",
        b"OK",
        "Oklahoma Telephone Solicitation Act",
        "15 O.S. 775C",
        "8:00 to 20:00, at most 3 in 24 hours",
    ),
    us_state(
        "us-ri-calls",
        b"RI",
        "Rhode Island telephone sales law",
        "R.I. Gen. Laws 5-61",
        "narrower than federal law: see the statute",
    ),
    Rule {
        confidence: Confidence::SecondHand,
        sources: &["https://www.foster.com/newsroom-alerts-texas-expands-telemarketing-law"],
        ..us_state(
            "us-tx-calls",
            b"TX",
            "Texas Business & Commerce Code",
            "ch. 302, 304, 305 (SB 140)",
            "9:00 to 21:00, Sunday 12:00 to 21:00; the seller is registered; texts are covered since 2025-09-01",
        )
    },
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
    BR_MAIL,
    Rule {
        id: "br-phone",
        channels: &[Phone],
        limits: Limits { screening_days: 30, ..Limits::NONE },
        note: "register: Não me perturbe. The 30 days are placet's reading",
        confidence: Confidence::GeneralKnowledge,
        ..BR_MAIL
    },
    AU_MAIL,
    Rule {
        id: "au-phone",
        channels: &[Phone],
        grounds: INTEREST,
        limits: Limits { screening_days: 30, ..Limits::NONE },
        deadline: Deadline::AtOnce,
        law: "Do Not Call Register Act 2006",
        article: "s. 11",
        duties: "",
        note: "register: Do Not Call Register. The 30 days are general knowledge",
        confidence: Confidence::GeneralKnowledge,
        sources: &[],
        ..AU_MAIL
    },
    Rule {
        id: "au-post",
        channels: &[Post],
        grounds: INTEREST,
        deadline: Deadline::AtOnce,
        law: "Privacy Act 1988",
        article: "APP 7",
        duties: "",
        note: "the Spam Act is about electronic messages only",
        confidence: Confidence::GeneralKnowledge,
        sources: &[],
        ..AU_MAIL
    },
];
