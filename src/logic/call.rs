//! The call of `decide` and `standing`, and how it becomes values of the domain. Each field is parsed once.

use super::error::Code;
use serde::Deserialize;
use uuid::Uuid;

use crate::consent::{
    Act, ActTime, Activity, Assurance, Basis, Channel, Choice, ConnectionId, Dealing, Ground, Person, Policy,
    PurposeSlug, RecordId, Refusal, Scope, Standing, Timestamp, Track,
};
use crate::logic::error::Error;
use crate::logic::object::{Given, Object, Text, from_json};
use crate::logic::person::PersonCall;
use crate::logic::policy::PolicyCall;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct Question<'a> {
    records: Given<Vec<Object<RecordCall<'a>>>>,
    at: Given<Text<'a>>,
    person: Given<Object<PersonCall<'a>>>,
    policy: Given<Object<PolicyCall<'a>>>,
    channel: Given<Text<'a>>,
    purpose: Given<Text<'a>>,
    explain: Given<bool>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct RecordCall<'a> {
    id: Given<Text<'a>>,
    choice: Given<Text<'a>>,
    activity: Given<Text<'a>>,
    channel: Given<Text<'a>>,
    purpose: Given<Text<'a>>,
    basis: Given<Text<'a>>,
    dealing: Given<Text<'a>>,
    objection: Given<bool>,
    suppression: Given<bool>,
    assurance: Given<Text<'a>>,
    connection: Given<Text<'a>>,
    occurred_at: Given<Text<'a>>,
    received_at: Given<Text<'a>>,
    age_ms: Given<f64>,
    historic: Given<bool>,
}

/// A parsed question.
pub(super) struct Asked {
    /// The standing at the time that the call asks about.
    pub(super) standing: Standing,
    pub(super) at: Timestamp,
    pub(super) person: Person,
    pub(super) policy: Policy,
    pub(super) channel: Option<Channel>,
    pub(super) purpose: Option<PurposeSlug>,
    pub(super) explain: bool,
    /// The ids that the call contains. Records without an id receive a number.
    named: Vec<RecordId>,
}

impl Asked {
    /// Reads the call of `decide`, which must name a channel and a purpose.
    pub(super) fn to_decide(json: &[u8]) -> Result<(Self, Channel, PurposeSlug), Error> {
        let asked = from_json::<Question<'_>>(json)?.read()?;
        let missing = |place: &'static str| move || Error::at(Code::BadInput, place);
        let channel = asked.channel.ok_or_else(missing("/channel"))?;
        let purpose = asked.purpose.clone().ok_or_else(missing("/purpose"))?;
        Ok((asked, channel, purpose))
    }

    /// Reads the call of `standing`, in which channel and purpose are optional.
    pub(super) fn to_list(json: &[u8]) -> Result<Self, Error> {
        let question: Question<'_> = from_json(json)?;
        if question.explain.0.is_some() {
            return Err(Error::at(Code::UnknownField, "/explain"));
        }
        question.read()
    }

    /// Returns the id as the call contains it, or `None` if the record had no id.
    pub(super) fn name(&self, record: Option<RecordId>) -> Option<String> {
        record.filter(|record| self.named.contains(record)).map(|record| record.0.to_string())
    }
}

impl Question<'_> {
    fn read(self) -> Result<Asked, Error> {
        let at = self.at.parse(Timestamp::parse, Code::BadTime, "/at")?;
        let at = Given(at).required("/at")?;
        let records = self.records.required("/records")?;
        let mut named = Vec::with_capacity(records.len());
        let mut tracks = Vec::with_capacity(records.len());
        let mut unnamed = Vec::new();
        for (index, Object(record)) in records.iter().enumerate() {
            let below = |error: Error| error.below(format_args!("/records/{index}"));
            let id = record.id.parse(|text| Uuid::try_parse(text).ok(), Code::BadId, "/id").map_err(below)?;
            match id {
                Some(id) => named.push(RecordId(id)),
                None => unnamed.push(tracks.len()),
            }
            tracks.push(record.read(RecordId(id.unwrap_or_default())).map_err(below)?);
        }
        // Of two records with the same time and no id, the later in the list wins, as if the ids were in the order of
        // the list.
        let mut free = (0..).map(|number| RecordId(Uuid::from_u128(number))).filter(|id| !named.contains(id));
        for index in unnamed {
            if let (Some(track), Some(number)) = (tracks.get_mut(index), free.next()) {
                track.record = number;
            }
        }
        drop(free);
        Ok(Asked {
            standing: Standing::of(tracks.into_iter().filter(|track| track.at <= at)),
            at,
            person: match self.person.0 {
                Some(Object(person)) => person.read().map_err(|error| error.below("/person"))?,
                None => Person::default(),
            },
            policy: match self.policy.0 {
                Some(Object(policy)) => policy.read().map_err(|error| error.below("/policy"))?,
                None => Policy::default(),
            },
            channel: self.channel.parse(Channel::parse, Code::UnknownChannel, "/channel")?,
            purpose: self.purpose.parse(PurposeSlug::parse, Code::BadPurpose, "/purpose")?,
            explain: self.explain.0.unwrap_or(true),
            named,
        })
    }
}

impl RecordCall<'_> {
    fn read(&self, record: RecordId) -> Result<Track, Error> {
        let act = self.act()?;
        let scope = Scope {
            channel: self.channel.parse(Channel::parse, Code::UnknownChannel, "/channel")?,
            purpose: self.purpose.parse(PurposeSlug::parse, Code::BadPurpose, "/purpose")?,
        };
        let act = match act {
            Act::OptOut { refusal: Refusal::Plain } => Act::opt_out(&scope, false),
            act => act,
        };
        if matches!(act, Act::OptIn { .. } | Act::Declined) && !scope.is_specific() {
            return Err(Error::at(Code::NotSpecific, ""));
        }
        let assurance = match self.assurance.parse(Assurance::parse, Code::UnknownAssurance, "/assurance")? {
            // An activity expresses no choice of the person, so the shop's own statement is sufficient.
            None if matches!(act, Act::Noted { .. }) => Assurance::Authenticated,
            given => Given(given).required("/assurance")?,
        };
        let occurred = self.occurred_at.parse(Timestamp::parse, Code::BadTime, "/occurred_at")?;
        let received = self.received_at.parse(Timestamp::parse, Code::BadTime, "/received_at")?;
        let received = Given(received).required("/received_at")?;
        let age = match self.age_ms.0 {
            Some(age) if !(age >= 0.0 && age.is_finite()) => return Err(Error::at(Code::BadInput, "/age_ms")),
            age => age.map(|age| age as i64),
        };
        let time = ActTime::of(assurance, self.historic.0.unwrap_or(false), age, occurred);
        let connection = self.connection.parse(|text| Uuid::try_parse(text).ok(), Code::BadId, "/connection")?;
        if connection.is_some() && assurance != Assurance::Reported {
            return Err(Error::at(Code::DoesNotApply, "/connection"));
        }
        Ok(Track {
            scope,
            act,
            assurance,
            connection: connection.map(ConnectionId),
            at: time.effective(act, received),
            record,
        })
    }

    fn act(&self) -> Result<Act, Error> {
        let choice = self.choice.parse(Choice::parse, Code::UnknownChoice, "/choice")?;
        let activity = self.activity.parse(Activity::parse, Code::UnknownActivity, "/activity")?;
        let act = match (choice, activity) {
            (Some(_), Some(_)) => return Err(Error::at(Code::DoesNotApply, "/activity")),
            (None, None) => return Err(Error::at(Code::BadInput, "/choice")),
            (None, Some(activity)) => Act::Noted { activity },
            (Some(Choice::OptIn), None) => Act::OptIn { ground: self.ground()? },
            (Some(Choice::OptOut), None) => Act::OptOut { refusal: self.refusal()? },
            (Some(Choice::Declined), None) => Act::Declined,
        };
        let opt_in = matches!(act, Act::OptIn { .. });
        let opt_out = matches!(act, Act::OptOut { .. });
        for (does_not_apply, place) in [
            (!opt_in && self.basis.0.is_some(), "/basis"),
            (!opt_in && self.dealing.0.is_some(), "/dealing"),
            (!opt_out && self.objection.0 == Some(true), "/objection"),
            (!opt_out && self.suppression.0 == Some(true), "/suppression"),
        ] {
            if does_not_apply {
                return Err(Error::at(Code::DoesNotApply, place));
            }
        }
        Ok(act)
    }

    fn ground(&self) -> Result<Ground, Error> {
        let basis = self.basis.parse(Basis::parse, Code::UnknownBasis, "/basis")?.unwrap_or(Basis::Consent);
        let dealing = self.dealing.parse(Dealing::parse, Code::UnknownDealing, "/dealing")?;
        let ground = Ground::ALL.iter().find(|ground| ground.basis() == basis && ground.dealing() == dealing);
        ground.copied().ok_or_else(|| Error::at(Code::NoGround, "/dealing"))
    }

    fn refusal(&self) -> Result<Refusal, Error> {
        match (self.objection.0.unwrap_or(false), self.suppression.0.unwrap_or(false)) {
            (false, false) => Ok(Refusal::Plain),
            (true, false) => Ok(Refusal::Objection),
            (false, true) => Ok(Refusal::Suppression),
            // One record is one act. An act that is both needs two records.
            (true, true) => Err(Error::at(Code::DoesNotApply, "/suppression")),
        }
    }
}
