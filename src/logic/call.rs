//! The calls as JavaScript makes them, and how they become values of the domain: each field parsed once, at the door.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};
use uuid::Uuid;

use super::error::{Code, Error};
use crate::consent::{
    Act, Assurance, Basis, Channel, Choice, Policy, PurposeSlug, RecordId, Scope, Timestamp, Track, effective_time,
};

/// Whatever a call holds beyond what is known.
type Rest = BTreeMap<String, IgnoredAny>;

fn nothing_else(rest: &Rest, pointer: &str) -> Result<(), Error> {
    match rest.keys().next() {
        Some(name) => {
            Err(Error::at(Code::UnknownField, format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))))
        }
        None => Ok(()),
    }
}

fn parse<T>(text: &str, parse: impl FnOnce(&str) -> Option<T>, code: Code, pointer: &str) -> Result<T, Error> {
    parse(text).ok_or_else(|| Error::at(code, pointer))
}

fn optional<T>(
    text: Option<&str>,
    read: impl FnOnce(&str) -> Option<T>,
    code: Code,
    pointer: &str,
) -> Result<Option<T>, Error> {
    text.map(|text| parse(text, read, code, pointer)).transpose()
}

/// `decide` and `standing`.
#[derive(Deserialize)]
pub(super) struct Question {
    records: Vec<RecordCall>,
    policy: Option<PolicyCall>,
    channel: Option<String>,
    purpose: Option<String>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct PolicyCall {
    confirmation: Vec<String>,
    #[serde(flatten)]
    rest: Rest,
}

#[derive(Deserialize)]
struct RecordCall {
    id: Option<String>,
    channel: Option<String>,
    purpose: Option<String>,
    choice: String,
    basis: Option<String>,
    objection: Option<bool>,
    assurance: String,
    occurred_at: Option<String>,
    received_at: String,
    #[serde(flatten)]
    rest: Rest,
}

/// What was asked, in words of the domain.
pub(super) struct Asked {
    pub(super) tracks: Vec<Track>,
    pub(super) policy: Policy,
    pub(super) channel: Option<Channel>,
    pub(super) purpose: Option<PurposeSlug>,
    /// The ids that were given, as they were written; the others were numbered.
    pub(super) ids: BTreeMap<RecordId, String>,
}

impl Question {
    pub(super) fn read(self) -> Result<Asked, Error> {
        nothing_else(&self.rest, "")?;
        let mut ids = BTreeMap::new();
        let mut tracks = Vec::new();
        for (index, record) in self.records.into_iter().enumerate() {
            let pointer = format!("/records/{index}");
            let given = record.id.clone();
            // Without ids the later of two records of one time wins, as it would by ids given in order.
            let track = record.read(Uuid::from_u128(index as u128), &pointer)?;
            if let Some(id) = given {
                ids.insert(track.record, id);
            }
            tracks.push(track);
        }
        Ok(Asked {
            tracks,
            policy: self.policy.map_or_else(|| Ok(Policy::default()), PolicyCall::read)?,
            channel: optional(self.channel.as_deref(), Channel::parse, Code::UnknownChannel, "/channel")?,
            purpose: optional(self.purpose.as_deref(), PurposeSlug::parse, Code::BadPurpose, "/purpose")?,
            ids,
        })
    }
}

impl PolicyCall {
    fn read(self) -> Result<Policy, Error> {
        nothing_else(&self.rest, "/policy")?;
        let channels = self.confirmation.iter().enumerate();
        let confirmation = channels
            .map(|(index, word)| {
                parse(word, Channel::parse, Code::UnknownChannel, &format!("/policy/confirmation/{index}"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Policy { confirmation })
    }
}

impl RecordCall {
    fn read(self, numbered: Uuid, pointer: &str) -> Result<Track, Error> {
        nothing_else(&self.rest, pointer)?;
        let at = |field: &str| format!("{pointer}/{field}");
        let id = optional(self.id.as_deref(), |text| Uuid::try_parse(text).ok(), Code::BadId, &at("id"))?;
        let scope = Scope {
            channel: optional(self.channel.as_deref(), Channel::parse, Code::UnknownChannel, &at("channel"))?,
            purpose: optional(self.purpose.as_deref(), PurposeSlug::parse, Code::BadPurpose, &at("purpose"))?,
        };
        let choice = parse(&self.choice, Choice::parse, Code::UnknownChoice, &at("choice"))?;
        let basis = optional(self.basis.as_deref(), Basis::parse, Code::UnknownBasis, &at("basis"))?;
        let objection = self.objection.unwrap_or(false);
        let act = match choice {
            Choice::OptIn => Act::OptIn { basis: basis.unwrap_or(Basis::Consent) },
            Choice::OptOut => Act::OptOut { objection },
            Choice::Declined => Act::Declined,
        };
        if basis.is_some() && choice != Choice::OptIn {
            return Err(Error::at(Code::DoesNotApply, at("basis")));
        }
        if objection && choice != Choice::OptOut {
            return Err(Error::at(Code::DoesNotApply, at("objection")));
        }
        if choice != Choice::OptOut && !scope.is_specific() {
            return Err(Error::at(Code::NotSpecific, pointer));
        }
        let assurance = parse(&self.assurance, Assurance::parse, Code::UnknownAssurance, &at("assurance"))?;
        let occurred = optional(self.occurred_at.as_deref(), Timestamp::parse, Code::BadTime, &at("occurred_at"))?;
        let received = parse(&self.received_at, Timestamp::parse, Code::BadTime, &at("received_at"))?;
        Ok(Track {
            scope,
            act,
            assurance,
            at: effective_time(act, assurance, occurred, received),
            record: RecordId(id.unwrap_or(numbered)),
        })
    }
}

/// `normalise`.
#[derive(Deserialize)]
pub(super) struct Written {
    pub(super) kind: String,
    pub(super) value: String,
    #[serde(flatten)]
    rest: Rest,
}

impl Written {
    pub(super) fn check(&self) -> Result<(), Error> {
        nothing_else(&self.rest, "")
    }
}
