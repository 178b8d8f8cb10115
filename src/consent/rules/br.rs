//! What placet knows of Brazil: the rules, the ages, the time for a request.

use crate::consent::channel::Channel::{Email, Phone, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::deadlines::limit::{Period, Regime, TimeLimit};
use crate::consent::rules::anywhere;
use crate::consent::rules::rule::{Age, Confidence, INTEREST, Limits, Reach, Rule, unsure};

const BR: Reach = Reach::Country(CountryCode::of(*b"BR"));

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
    ..anywhere::ANYWHERE
};

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
    BR_MAIL,
    Rule {
        id: "br-phone",
        channels: &[Phone],
        limits: Limits { screening_days: 30, ..Limits::NONE },
        note: "register: Não me perturbe. The 30 days are placet's reading",
        confidence: Confidence::GeneralKnowledge,
        ..BR_MAIL
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] =
    &[unsure(b"BR", 12, "LGPD Art. 14: parental consent under 12; from 12 to 18 in the person's best interest")];

/// The time within which a shop must answer a subject request.
pub(super) const TIME_LIMIT: TimeLimit = TimeLimit {
    regime: Regime::Lgpd,
    reach: BR,
    law: "LGPD",
    article: "Art. 19, II",
    period: Period::Days(15),
    extension: None,
    acknowledgement: None,
    rolls: false,
    note: "for the complete statement; the simplified one of Art. 19, I is due at once, and twice the time of small agents is not counted on; not moved off a weekend or a public holiday, the earlier day is the safe reading",
    confidence: Confidence::Checked,
    sources: &["https://lgpd-brazil.info/chapter_03/article_19"],
};
