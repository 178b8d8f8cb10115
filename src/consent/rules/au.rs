//! What placet knows of Australia: the rules, the ages, the time for a request.

use crate::consent::channel::Channel::{Email, Phone, Post, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::deadlines::limit::{Period, Regime, TimeLimit};
use crate::consent::ground::Ground::{Consent, ImpliedContract, ImpliedPurchase};
use crate::consent::rules::anywhere;
use crate::consent::rules::rule::{Age, Confidence, Deadline, INTEREST, Limits, Reach, Rule, unsure};

const AU: Reach = Reach::Country(CountryCode::of(*b"AU"));

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
    ..anywhere::ANYWHERE
};

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
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

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[unsure(b"AU", 0, "no age in the Spam Act")];

/// The time within which a shop must answer a subject request.
pub(super) const TIME_LIMIT: TimeLimit = TimeLimit {
    regime: Regime::PrivacyAct,
    reach: AU,
    law: "Privacy Act 1988",
    article: "Sch. 1, APP 12.4(a), 13.5(a)",
    period: Period::Days(30),
    extension: None,
    acknowledgement: None,
    rolls: false,
    note: "agencies have 30 days, shops a reasonable period, which the Commissioner takes to be 30 days at most; not moved off a weekend or a public holiday, the earlier day is the safe reading",
    confidence: Confidence::SecondHand,
    sources: &["https://privacy108.com.au/insights/responding-to-access-requests/"],
};
