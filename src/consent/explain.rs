//! A decision in words: the steps that led there, for a person who answers for it.
//!
//! The sentences are templates, so that the edge can hand them to the storefront module, which fills them in itself.

use super::{Assurance, Decision, Entry, Finding, Ground, Timestamp};
use crate::consent::{Act, policy::Override, rules::Rule};

vocabulary! {
    /// Why a message may not be sent.
    Reason, "unknown reason" {
        /// Nothing is known of the person's will.
        NeverAsked = "never_asked",
        /// The person was asked and did not say yes.
        Declined = "declined",
        /// The person said no.
        OptedOut = "opted_out",
        /// The person objected to direct marketing, and nothing of their own has lifted that.
        Objected = "objected",
        /// The person was erased, and nothing of their own has lifted the suppression that is left.
        Suppressed = "suppressed",
        /// The shop does not use the channel.
        ChannelOff = "channel_off",
        /// There is no address that the channel could use.
        NoAddress = "no_address",
        /// The person's data may be kept and not used, GDPR Art. 18.
        Restricted = "restricted",
        /// The ground on record is not good for this channel and purpose here.
        BasisNotAccepted = "basis_not_accepted",
        /// The person was too young, or has to be taken for too young.
        UnderAge = "under_age",
        /// The ground on record has lapsed.
        Expired = "expired",
        /// The person's address has not confirmed the opt-in yet.
        AwaitingConfirmation = "awaiting_confirmation",
    }
}

impl Reason {
    /// What it means, in words for the docs.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::NeverAsked => "Nothing is known of the person's will for this channel and purpose.",
            Self::Declined => "The person was asked and did not say yes.",
            Self::OptedOut => "The person said no, and no later yes of theirs is proven.",
            Self::Objected => {
                "The person objected to direct marketing (GDPR Art. 21(2)), and no later consent that they proved has ended that."
            }
            Self::Suppressed => {
                "The person was erased or asked for no more advertising, and no later consent that they proved has ended that."
            }
            Self::ChannelOff => "The shop does not use the channel.",
            Self::NoAddress => "No address is known that the channel could use.",
            Self::Restricted => "The person's data is restricted: it may be kept and not used (GDPR Art. 18).",
            Self::BasisNotAccepted => {
                "A ground is on record that the rule does not accept for this channel and purpose, or not without a look-up in the do-not-call register."
            }
            Self::UnderAge => {
                "The person was not known to be old enough when they said yes (GDPR Art. 8), or the shop asks for the age and it is not known."
            }
            Self::Expired => "The ground on record has lapsed.",
            Self::AwaitingConfirmation => "An anonymous form said yes, and the address has not confirmed it.",
        }
    }

    /// The reason in a finding; none in an allow.
    pub const fn of(finding: Finding) -> Option<Self> {
        Some(match finding {
            Finding::NeverAsked => Self::NeverAsked,
            Finding::Declined => Self::Declined,
            Finding::OptedOut => Self::OptedOut,
            Finding::Objected => Self::Objected,
            Finding::Suppressed => Self::Suppressed,
            Finding::ChannelOff => Self::ChannelOff,
            Finding::NoAddress => Self::NoAddress,
            Finding::Restricted => Self::Restricted,
            Finding::BasisNotAccepted | Finding::NotScreened => Self::BasisNotAccepted,
            Finding::UnderAge | Finding::AgeUnknown => Self::UnderAge,
            Finding::Expired => Self::Expired,
            Finding::AwaitingConfirmation => Self::AwaitingConfirmation,
            Finding::Stands => return None,
        })
    }
}

impl Finding {
    /// Every finding, in its order.
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

    /// The sentence for it, with places for the deciding entry's `{ground}`, `{date}` and `{assurance}`, the `{age}` and the
    /// time it `{lapses}`.
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

/// Where a yes has ended a no.
pub(super) const ENDED: &str = "It is later than the opt-out of {date}, and ends it.";
/// Where a yes could not end a no.
pub(super) const NOT_ENDED: &str = "The {ground} of {date}, {assurance}, does not end that.";
/// When an allow ends by itself.
pub(super) const ALLOWED_UNTIL: &str = "Allowed until {until}, unless something is recorded before.";
/// When a deny ends by itself.
pub(super) const ALLOWED_FROM: &str = "Allowed from {until} on, unless something is recorded before.";

/// How a ground is called in a sentence.
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

/// How an assurance is called in a sentence.
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

/// The sentences that name a rule, and what the shop made of it.
pub(super) fn opening(rule: &Rule, overridden: Option<&Override>) -> Vec<String> {
    let (id, law, article) = (rule.id, rule.law, rule.article);
    let named = if matches!(rule.reach, super::rules::Reach::Anywhere) && rule.id != super::rules::transactional().id {
        format!("The person's country is not known, or has no rule here: the strictest rule applies ({id}).")
    } else {
        format!("Rule {id} applies: {law}, {article}.")
    };
    let mut sentences = vec![named];
    sentences.extend(overridden.map(|own| format!("The shop overrides this rule: {}", own.reason)));
    sentences
}

impl Decision<'_> {
    /// The steps that led here, in words.
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

/// The first instant of year 1, before which a date is that of an undated record or of its lapse.
const FIRST_YEAR: i64 = -62_135_596_800_000;

fn written(at: Timestamp) -> String {
    if at.millis() < FIRST_YEAR { "an unknown date".into() } else { at.to_string() }
}
