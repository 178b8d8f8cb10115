//! Asks one question of both `decide` and the reference.

use placet::consent::rules::AGES;
use placet::consent::*;

use super::reference::{Question, Record, reason};

/// The US states with rows of their own, and Texas.
const STATES: [&str; 10] = ["CA", "CT", "FL", "MD", "MS", "NJ", "NY", "OK", "RI", "TX"];

/// Returns the codes of every country in the tables, of every state, of a country without a row (JP), and an empty
/// place.
pub fn every_place() -> Vec<(&'static str, &'static str)> {
    let countries = AGES.iter().map(|age| (age.country.as_str(), ""));
    let states = STATES.map(|state| ("US", state));
    // A region counts only together with its country.
    countries.chain(states).chain([("JP", ""), ("", ""), ("", "FL"), ("DE", "CA")]).collect()
}

/// One place for each variant of the law.
pub const TELLING_PLACES: [(&str, &str); 18] = [
    ("AT", ""),
    ("AU", ""),
    ("BR", ""),
    ("CA", ""),
    ("CH", ""),
    ("CZ", ""),
    ("DE", ""),
    ("ES", ""),
    ("FR", ""),
    ("GB", ""),
    ("IT", ""),
    ("NL", ""),
    ("PL", ""),
    ("US", "CA"),
    ("US", "FL"),
    ("US", "NY"),
    ("JP", ""),
    ("", ""),
];

pub fn time(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

/// Reads a date and time in UTC, such as `2024-08-31T10:00:00Z`.
pub fn millis(text: &str) -> i64 {
    Timestamp::parse(text).unwrap().millis()
}

pub fn place(country: &str, region: &str) -> Place {
    Place { country: CountryCode::parse(country), region: RegionCode::parse(region) }
}

pub fn slug(purpose: &str) -> PurposeSlug {
    PurposeSlug::parse(purpose).unwrap()
}

pub fn track(record: &Record, channel: Channel, purpose: &str) -> Track {
    Track {
        scope: Scope::specific(channel, slug(purpose)),
        act: record.act,
        assurance: record.assurance,
        connection: None,
        at: time(record.at),
        record: RecordId(uuid::Uuid::from_u128(record.id)),
    }
}

pub fn opt_in(ground: Ground, assurance: Assurance, at: i64) -> Record {
    Record { act: Act::OptIn { ground }, assurance, at, id: 500 }
}

pub fn opt_out(refusal: Refusal, assurance: Assurance, at: i64) -> Record {
    Record { act: Act::OptOut { refusal }, assurance, at, id: 400 }
}

pub fn noted(activity: Activity, at: i64) -> Record {
    Record { act: Act::Noted { activity }, assurance: Assurance::Reported, at, id: 300 }
}

/// The standing and the person of a question, as `decide` takes them.
pub struct Asked<'a> {
    question: Question<'a>,
    pub standing: Standing,
    pub person: Person,
    purpose: PurposeSlug,
}

impl<'a> Asked<'a> {
    pub fn new(question: Question<'a>) -> Self {
        let relation = if question.business { Relation::Business } else { Relation::Consumer };
        let circumstances = Circumstances {
            reachable: question.reachable,
            restricted: question.restricted,
            born: question.born.map(time),
        };
        let tracks = question.records.iter().map(|record| track(record, question.channel, question.purpose));
        Self {
            standing: Standing::of(tracks),
            person: Person { place: place(question.country, question.region), relation: Some(relation), circumstances },
            purpose: slug(question.purpose),
            question,
        }
    }

    pub fn decide(&self, now: i64) -> Decision<'a> {
        decide(&self.standing, self.question.shop, &self.person, self.question.channel, &self.purpose, time(now))
    }

    /// Compares both answers. Returns the finding and the rule, or a description of the difference. `until` is only
    /// compared if no future record other than an opt-out exists.
    pub fn compare(&self, now: i64) -> Result<(Finding, &'static str), String> {
        let (question, decision) = (&self.question, self.decide(now));
        let expected = question.answer(now);
        let finding = decision.verdict.finding;
        let ground = decision.decided_by.and_then(|entry| entry.act.ground());
        let ahead = |record: &Record| record.at > now && !matches!(record.act, Act::OptOut { .. } | Act::Declined);
        let until = if question.records.iter().any(ahead) {
            Ok(())
        } else {
            let (ours, theirs) = (decision.until().map(Timestamp::millis), question.until(now));
            if ours == theirs {
                Ok(())
            } else {
                Err(format!("until {:?}, expected {:?}", written(ours), written(theirs)))
            }
        };
        let same = finding == expected.finding
            && decision.allows() == (expected.finding == Finding::Stands)
            && decision.reason().map(Reason::as_str) == reason(expected.finding)
            && decision.record().map(|record| record.0.as_u128()) == expected.record
            && ground == expected.ground
            && decision.basis() == expected.ground.map(Ground::basis)
            && decision.dealing() == expected.ground.and_then(Ground::dealing)
            && decision.rule.id == expected.rule
            && decision.minimum_age == expected.minimum_age;
        match until {
            Ok(()) if same => Ok((finding, expected.rule)),
            until => Err(format!(
                "at {}\n  ask {question:?}\n  say {finding:?} by {:?} for {ground:?} under {} of {}\n  for {expected:?}\n  {until:?}",
                time(now),
                decision.record(),
                decision.rule.id,
                decision.minimum_age,
            )),
        }
    }
}

fn written(at: Option<i64>) -> Option<String> {
    at.map(|at| time(at).to_string())
}
