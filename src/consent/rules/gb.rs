//! What placet knows of the United Kingdom: the rules, the ages, the time for a request.

use crate::consent::channel::Channel::{Email, Phone, Sms, Whatsapp};
use crate::consent::country::CountryCode;
use crate::consent::deadlines::limit::{Regime, TimeLimit};
use crate::consent::ground::Ground::{Consent, SoftFreeAccount, SoftNegotiation, SoftPurchase, SoftSupport};
use crate::consent::rules::eea;
use crate::consent::rules::rule::{Age, Confidence, INTEREST, Limits, Reach, Rule, age};
use crate::consent::time::Timestamp;

const GB: Reach = Reach::Country(CountryCode::of(*b"GB"));

/// 2026-02-05T00:00 in London, when Data (Use and Access) Act 2025, s. 114, comes into force.
const CHARITIES: Timestamp = Timestamp::of(1_770_249_600_000);

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
    ..eea::EU_EMAIL
};

/// All rows of this jurisdiction.
pub(super) const RULES: &[Rule] = &[
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
        ..eea::EU_POST
    },
];

/// The age from which a person's own act counts.
pub(super) const AGES: &[Age] = &[age(b"GB", 13)];

/// The time within which a shop must answer a subject request.
pub(super) const TIME_LIMIT: TimeLimit = TimeLimit {
    regime: Regime::UkGdpr,
    reach: GB,
    law: "UK GDPR",
    article: "Art. 12(3), 12A",
    note: "counted as the Information Commissioner does, to the same day of the next month; since 5 February 2026 the article says one month beginning with the day of receipt, which could be read as a day less; Easter Monday counts as a holiday, though Scotland has it not",
    confidence: Confidence::Checked,
    sources: &["https://ico.org.uk/global/sar-checklist-for-smes/i-need-to-complete-a-sar"],
    ..eea::TIME_LIMIT
};
