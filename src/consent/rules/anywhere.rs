//! What holds where nothing more is known: the strictest rows, and messages that are no marketing.

use crate::consent::channel::Channel;
use crate::consent::ground::Ground::{Consent, Contract};
use crate::consent::rules::rule::{Confidence, Deadline, Limits, Reach, Rule};
use crate::consent::time::Timestamp;

/// Every channel but calls, which have a row of their own.
const WRITTEN: [Channel; Channel::ALL.len() - 1] = {
    let mut channels = [Channel::Email; Channel::ALL.len() - 1];
    let (mut all, mut free) = (Channel::ALL, channels.as_mut_slice());
    while let [channel, rest @ ..] = all {
        all = rest;
        if matches!(channel, Channel::Phone) {
            continue;
        }
        let Some((place, after)) = free.split_first_mut() else { break };
        *place = *channel;
        free = after;
    }
    channels
};

pub(super) const ANYWHERE: Rule = Rule {
    id: "any",
    reach: Reach::Anywhere,
    relation: None,
    channels: &WRITTEN,
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

/// The rows for every place without rows of its own. They are at least as strict as every other row in every respect.
pub(super) const STRICTEST: &[Rule] = &[
    ANYWHERE,
    Rule {
        id: "any-phone",
        channels: &[Channel::Phone],
        limits: Limits { disuse_months: 60, ..ANYWHERE.limits },
        ..ANYWHERE
    },
];

/// The row for transactional messages.
pub(super) const TRANSACTIONAL: Rule = Rule {
    id: "transactional",
    channels: Channel::ALL,
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
