//! The answer to the question "may we send this now?".

use crate::consent::channel::Channel;
use crate::consent::country::Place;
use crate::consent::ground::Dealing;
use crate::consent::judge::{Circumstances, Entry, Finding, Verdict, judge};
use crate::consent::policy::{ConditionVersions, Override, Policy};
use crate::consent::purpose::PurposeSlug;
use crate::consent::reason::Reason;
use crate::consent::record::RecordId;
use crate::consent::rules::Rule;
use crate::consent::standing::Standing;
use crate::consent::time::Timestamp;
use crate::consent::words::{Assurance, Basis, Relation};

/// The facts about a person that are not choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The place where the person is.
    pub place: Place,
    /// The role in which the person is addressed. `None` counts as a consumer.
    pub relation: Option<Relation>,
    /// Whether there is an address, whether the data is restricted, and the date of birth.
    pub circumstances: Circumstances,
}

/// A decision: allow or deny, and everything it is based on.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The result of the judgement.
    pub verdict: Verdict,
    /// The entry that decides. `None` if no entry decides.
    pub decided_by: Option<Entry>,
    /// The id of the record behind that entry.
    record: Option<RecordId>,
    /// The entry that speaks against the deciding entry, see [`Verdict::other`].
    pub against: Option<Entry>,
    /// The rule that was applied.
    pub rule: &'static Rule,
    /// The shop's override of this rule, if there is one.
    pub overridden: Option<&'a Override>,
    /// The age in years from which a person's act counts.
    pub minimum_age: u16,
}

impl Decision<'_> {
    /// Returns whether a message may be sent.
    pub const fn allows(&self) -> bool {
        self.verdict.allows()
    }

    /// Returns why a message may not be sent, or `None` if it may.
    pub const fn reason(&self) -> Option<Reason> {
        Reason::of(self.verdict.finding)
    }

    /// Returns the id of the record that decides.
    pub const fn record(&self) -> Option<RecordId> {
        self.record
    }

    /// Returns the basis of the deciding record, if that record is an opt-in.
    pub fn basis(&self) -> Option<Basis> {
        self.decided_by.and_then(|entry| entry.act.ground()).map(crate::consent::ground::Ground::basis)
    }

    /// Returns the dealing that the basis depends on.
    pub fn dealing(&self) -> Option<Dealing> {
        self.decided_by.and_then(|entry| entry.act.ground()).and_then(crate::consent::ground::Ground::dealing)
    }

    /// Returns the time when an allow becomes a deny, or a deny an allow, if nothing new is recorded until then.
    pub const fn until(&self) -> Option<Timestamp> {
        self.verdict.until
    }
}

/// Decides for one address, channel and purpose at one time. The function is pure and total: it uses no clock and no
/// storage, and it always has an answer.
///
/// `standing` holds the records known at that time. An opt-in later than `at` does not count yet; an opt-out later than
/// `at` does.
///
/// ```
/// use placet::consent::*;
///
/// let newsletter = PurposeSlug::parse("newsletter").ok_or("not a slug")?;
/// let given = Timestamp::parse("2026-03-01T10:00:00Z").ok_or("not a time")?;
/// let yes = Track {
///     scope: Scope::specific(Channel::Email, newsletter.clone()),
///     act: Act::OptIn { ground: Ground::Consent },
///     assurance: Assurance::Claimed,
///     connection: None,
///     at: given,
///     record: RecordId(uuid::Uuid::from_u128(1)),
/// };
/// let policy = Policy::default();
/// let country = CountryCode::parse("FR");
/// let person = Person { place: Place { country, region: None }, ..Person::default() };
/// let now = given.plus_months(1);
///
/// // An anonymous form opted in. By default the address must confirm that.
/// let standing = Standing::of([yes.clone()]);
/// let decision = decide(&standing, &policy, &person, Channel::Email, &newsletter, now);
/// assert_eq!(decision.reason(), Some(Reason::AwaitingConfirmation));
///
/// // In France a consent expires when the person has not contacted the shop for three years.
/// let standing = Standing::of([Track { assurance: Assurance::Confirmed, ..yes }]);
/// let decision = decide(&standing, &policy, &person, Channel::Email, &newsletter, now);
/// assert!(decision.allows());
/// assert_eq!((decision.rule.id, decision.rule.law), ("fr-mail", "CPCE"));
/// assert_eq!(decision.until(), Some(given.plus_months(36)));
/// # Ok::<(), &str>(())
/// ```
pub fn decide<'a>(
    standing: &Standing,
    policy: &'a Policy,
    person: &Person,
    channel: Channel,
    purpose: &PurposeSlug,
    at: Timestamp,
) -> Decision<'a> {
    let relation = person.relation.unwrap_or(Relation::Consumer);
    let conditions = policy.conditions(&person.place, relation, channel, purpose);
    decide_under(&conditions, &standing.entries(channel, purpose), &person.circumstances, at)
}

/// Decides like [`decide`], from conditions and entries that the caller already has. Many persons share the conditions.
pub fn decide_under<'a>(
    conditions: &ConditionVersions<'a>,
    relevant: &RelevantRecords,
    circumstances: &Circumstances,
    at: Timestamp,
) -> Decision<'a> {
    let verdict = judge(&relevant.entries, circumstances, &conditions.versions, at);
    let entry = |place: Option<usize>| place.and_then(|place| relevant.entries.get(place)).copied();
    // The versions cover every time, so the fallback is never used.
    let (rule, overridden) =
        conditions.rules.get(verdict.version).copied().unwrap_or((crate::consent::rules::strictest(), None));
    Decision {
        decided_by: entry(verdict.entry),
        record: verdict.entry.and_then(|place| relevant.records.get(place)).copied(),
        against: entry(verdict.other),
        rule,
        overridden,
        minimum_age: conditions.versions.get(verdict.version).map_or(0, |conditions| conditions.minimum_age),
        verdict,
    }
}

/// Returns the decision about a person for whom anonymous forms have stated facts that nobody has proven. Such a fact may
/// tighten the decision and never loosen it. So it matters only where an opt-in of an anonymous form decides: each of
/// `claimed` is the person as a form describes them, and the strictest decision counts. `base` is the decision by proven
/// facts alone.
pub fn tightened<'a>(
    base: Decision<'a>,
    claimed: &[Person],
    policy: &'a Policy,
    (channel, purpose): (Channel, &PurposeSlug),
    relevant: &RelevantRecords,
    at: Timestamp,
) -> Decision<'a> {
    let is_claim = base.decided_by.is_some_and(|entry| entry.assurance == Assurance::Claimed);
    if !base.allows() || !is_claim {
        return base;
    }
    let ends = |decision: &Decision<'_>| decision.until().unwrap_or(Timestamp::NEVER);
    let mut strictest = base;
    for person in claimed {
        let relation = person.relation.unwrap_or(Relation::Consumer);
        let conditions = policy.conditions(&person.place, relation, channel, purpose);
        let other = decide_under(&conditions, relevant, &person.circumstances, at);
        if !other.allows() {
            return other;
        }
        if ends(&other) < ends(&strictest) {
            strictest = other;
        }
    }
    strictest
}

/// The state of one channel and purpose as people see it, whether or not a message may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// An opt-in is in force.
    OptedIn,
    /// Only an anonymous form opted in, and the address must confirm that.
    AwaitingConfirmation,
    /// An opt-out is in force.
    OptedOut,
    /// The person was asked and did not opt in. No opt-in or opt-out is in force.
    Declined,
    /// Nothing is on record.
    NeverAsked,
}

impl Status {
    /// Returns the written form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptedIn => "opted_in",
            Self::AwaitingConfirmation => "awaiting_confirmation",
            Self::OptedOut => "opted_out",
            Self::Declined => "declined",
            Self::NeverAsked => "never_asked",
        }
    }

    const fn of(finding: Finding) -> Self {
        match finding {
            Finding::NeverAsked | Finding::ChannelOff | Finding::NoAddress | Finding::Restricted => Self::NeverAsked,
            Finding::Declined => Self::Declined,
            Finding::OptedOut | Finding::Objected | Finding::Suppressed => Self::OptedOut,
            Finding::AwaitingConfirmation => Self::AwaitingConfirmation,
            // An opt-in exists, although it may not be used.
            Finding::BasisNotAccepted
            | Finding::NotScreened
            | Finding::UnderAge
            | Finding::AgeUnknown
            | Finding::Expired
            | Finding::Stands => Self::OptedIn,
        }
    }
}

/// The person's choice. It does not depend on whether the shop uses the channel or may use the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The state that the choice results in.
    pub status: Status,
    /// The entry that decides. `None` if no entry decides.
    pub decided_by: Option<Entry>,
    /// The id of the record behind that entry.
    pub record: Option<RecordId>,
}

/// Returns the person's choice under the given conditions.
pub fn statement(conditions: &ConditionVersions<'_>, relevant: &RelevantRecords, at: Timestamp) -> Statement {
    statement_under(&conditions.whatever_is_used(), relevant, at)
}

/// Returns the person's choice like [`statement`], from conditions made by [`ConditionVersions::whatever_is_used`]. Many persons
/// share them.
pub fn statement_under(conditions: &ConditionVersions<'_>, relevant: &RelevantRecords, at: Timestamp) -> Statement {
    let decision = decide_under(conditions, relevant, &Circumstances::default(), at);
    Statement { status: Status::of(decision.verdict.finding), decided_by: decision.decided_by, record: decision.record }
}

/// A decision. Every artifact writes it byte for byte the same.
#[cfg(feature = "serde")]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct WrittenDecision {
    /// Whether a message may be sent.
    pub allow: bool,
    /// The reason why a message may not be sent. `null` if it may.
    pub reason: Option<Reason>,
    /// The id of the record that decides. `null` if no record decides.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub record: Option<String>,
    /// The basis of that record, if it is an opt-in.
    pub basis: Option<Basis>,
    /// The dealing that the basis depends on. `null` if it depends on none.
    pub dealing: Option<Dealing>,
    /// The rule that was applied.
    pub rule: WrittenRule,
    /// The time when the answer changes if nothing new is recorded, RFC 3339. `null` if it does not change by itself.
    pub until: Option<Timestamp>,
    /// The shop's reason for its override of this rule. `null` if there is no override.
    pub r#override: Option<String>,
    /// The steps that led to the decision, one sentence each. Present only if the caller asked for them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Vec<String>>,
}

/// A reference to a rule.
#[cfg(feature = "serde")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct WrittenRule {
    /// The id of the rule, such as `fr-mail`.
    pub id: &'static str,
    /// The law, such as `CPCE`.
    pub law: &'static str,
    /// The article of that law.
    pub article: &'static str,
}

#[cfg(feature = "serde")]
impl Decision<'_> {
    /// Returns the written form, with the steps if `explained` is true.
    pub fn written(&self, explained: bool) -> WrittenDecision {
        WrittenDecision {
            allow: self.allows(),
            reason: self.reason(),
            record: self.record().map(|record| record.0.to_string()),
            basis: self.basis(),
            dealing: self.dealing(),
            rule: WrittenRule { id: self.rule.id, law: self.rule.law, article: self.rule.article },
            until: self.until(),
            r#override: self.overridden.map(|own| own.reason.clone()),
            explain: explained.then(|| self.explain()),
        }
    }
}

/// The relevant records for one question: their entries in the order in which they are judged, and their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RelevantRecords {
    // INVARIANT: sorted by time and record id, one record for each entry.
    entries: Vec<Entry>,
    records: Vec<RecordId>,
}

impl RelevantRecords {
    /// Sorts the given entries with their records.
    pub fn of(mut known: Vec<(Entry, RecordId)>) -> Self {
        known.sort_unstable_by_key(|(entry, record)| (entry.at, *record));
        let (entries, records) = known.into_iter().unzip();
        Self { entries, records }
    }

    /// Replaces the entries with those in `known` and leaves `known` empty. For callers that ask many questions and
    /// reuse the memory.
    pub fn refill(&mut self, known: &mut Vec<(Entry, RecordId)>) {
        known.sort_unstable_by_key(|(entry, record)| (entry.at, *record));
        self.entries.clear();
        self.records.clear();
        for (entry, record) in known.drain(..) {
            self.entries.push(entry);
            self.records.push(record);
        }
    }

    /// Returns the entries in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Standing {
    /// Returns the records that are relevant for a channel and purpose.
    pub fn entries(&self, channel: Channel, purpose: &PurposeSlug) -> RelevantRecords {
        let bearing = self.tracks().iter().filter(|track| track.scope.covers(channel, purpose));
        RelevantRecords::of(bearing.map(|track| (track.entry(), track.record)).collect())
    }
}
