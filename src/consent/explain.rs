//! Explains a decision in words: the steps that led to it, for the employee who is responsible for it.
//!
//! The sentences are templates, so that the edge can send them to the storefront module, which fills them in itself.

use crate::consent::decision::Decision;
use crate::consent::ground::Ground;
use crate::consent::judge::{Entry, Finding};
use crate::consent::policy::Override;
use crate::consent::record::Act;
use crate::consent::rules::Rule;
use crate::consent::time::Timestamp;
use crate::consent::words::Assurance;

impl Finding {
    /// Every finding, in the order of its definition.
    pub const ALL: [Self; 15] = [
        Self::NeverAsked,
        Self::Declined,
        Self::OptedOut,
        Self::Objected,
        Self::Suppressed,
        Self::ChannelOff,
        Self::NoAddress,
        Self::Restricted,
        Self::BasisNotAccepted,
        Self::NotScreened,
        Self::UnderAge,
        Self::AgeUnknown,
        Self::Expired,
        Self::AwaitingConfirmation,
        Self::Stands,
    ];

    /// Returns the sentence for the finding. It contains the placeholders `{ground}`, `{date}` and `{assurance}` of the
    /// deciding entry, `{age}`, and `{lapses}` for the time of expiry.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NeverAsked => "Nothing is on record for this channel and purpose.",
            Self::Declined => "The person was asked on {date} and did not say yes.",
            Self::OptedOut => "The opt-out of {date}, {assurance}, stands.",
            Self::Objected => {
                "The objection to direct marketing of {date}, {assurance}, stands: only a later consent that the person proves can end it."
            }
            Self::Suppressed => {
                "The address has been suppressed since {date}: only a later consent that the person proves can end that."
            }
            Self::ChannelOff => "The shop does not use this channel.",
            Self::NoAddress => "No address is known that this channel could use.",
            Self::Restricted => "The person's data is restricted: it may be kept and not used (GDPR Art. 18).",
            Self::BasisNotAccepted => "The {ground} of {date} is no ground for this channel and purpose here.",
            Self::NotScreened => {
                "The {ground} of {date} needs a look-up in the do-not-call register, and none is on record."
            }
            Self::UnderAge => {
                "The {ground} of {date} does not count: the person was not known to be {age} years old then."
            }
            Self::AgeUnknown => {
                "The {ground} of {date} does not count: the shop asks for the person's age, and it is not known."
            }
            Self::Expired => "The {ground} of {date} lapsed on {lapses}.",
            Self::AwaitingConfirmation => "The {ground} of {date}, {assurance}, waits for the address to confirm it.",
            Self::Stands => "The {ground} of {date}, {assurance}, stands.",
        }
    }
}

/// The sentence for an opt-in that ended an opt-out.
pub(super) const ENDED: &str = "It is later than the opt-out of {date}, and ends it.";
/// The sentence for an opt-in that could not end an opt-out.
pub(super) const NOT_ENDED: &str = "The {ground} of {date}, {assurance}, does not end that.";
/// The sentence for the time when an allow ends.
pub(super) const ALLOWED_UNTIL: &str = "Allowed until {until}, unless something is recorded before.";
/// The sentence for the time when a deny ends.
pub(super) const ALLOWED_FROM: &str = "Allowed from {until} on, unless something is recorded before.";

/// Returns the name of a ground for use in a sentence.
pub(super) const fn ground_words(ground: Ground) -> &'static str {
    match ground {
        Ground::Consent => "consent",
        Ground::SoftPurchase => "soft opt-in from a purchase",
        Ground::SoftNegotiation => "soft opt-in from negotiations",
        Ground::SoftFreeAccount => "soft opt-in from a free account",
        Ground::SoftSupport => "soft opt-in from a charity's supporter",
        Ground::ImpliedPurchase => "implied consent from a purchase",
        Ground::ImpliedContract => "implied consent from a contract",
        Ground::ImpliedInquiry => "implied consent from an inquiry",
        Ground::LegitimateInterest => "legitimate interest",
        Ground::Contract => "contract",
    }
}

/// Returns the name of an assurance for use in a sentence.
pub(super) const fn assurance_words(assurance: Assurance) -> &'static str {
    match assurance {
        Assurance::Listed => "listed in a file",
        Assurance::Reported => "reported by a platform",
        Assurance::Claimed => "claimed by an anonymous form",
        Assurance::Confirmed => "confirmed by the address",
        Assurance::Authenticated => "vouched for by the shop",
        Assurance::Staff => "entered by staff",
    }
}

/// Returns the first sentences of an explanation: the rule, and the shop's override of it.
pub(super) fn opening(rule: &Rule, overridden: Option<&Override>) -> Vec<String> {
    let (id, law, article) = (rule.id, rule.law, rule.article);
    let named = if matches!(rule.reach, crate::consent::rules::Reach::Anywhere)
        && rule.id != crate::consent::rules::transactional().id
    {
        format!("The person's country is not known, or has no rule here: the strictest rule applies ({id}).")
    } else {
        format!("Rule {id} applies: {law}, {article}.")
    };
    let mut sentences = vec![named];
    sentences.extend(overridden.map(|own| format!("The shop overrides this rule: {}", own.reason)));
    sentences
}

impl Decision<'_> {
    /// Returns the steps that led to the decision, one sentence each.
    pub fn explain(&self) -> Vec<String> {
        let mut steps = opening(self.rule, self.overridden);
        let lapses = written(self.verdict.lapses);
        let age = self.minimum_age.to_string();
        let fill = |template: &str, entry: Option<Entry>| {
            let mut sentence = template.replace("{age}", &age).replace("{lapses}", &lapses);
            if let Some(entry) = entry {
                let ground = entry.act.ground().map_or("", ground_words);
                sentence = sentence
                    .replace("{ground}", ground)
                    .replace("{date}", &written(entry.at))
                    .replace("{assurance}", assurance_words(entry.assurance));
            }
            sentence
        };
        steps.push(fill(self.verdict.finding.sentence(), self.decided_by));
        if let Some(against) = self.against {
            let refuses = matches!(against.act, Act::OptOut { .. });
            steps.push(fill(if refuses { ENDED } else { NOT_ENDED }, Some(against)));
        }
        if let Some(until) = self.until() {
            let template = if self.allows() { ALLOWED_UNTIL } else { ALLOWED_FROM };
            steps.push(template.replace("{until}", &written(until)));
        }
        steps
    }
}

/// The first millisecond of year 1. An earlier time is that of an undated record or of its expiry.
const FIRST_YEAR: i64 = -62_135_596_800_000;

fn written(at: Timestamp) -> String {
    if at.millis() < FIRST_YEAR { "an unknown date".into() } else { at.to_string() }
}
