//! The answer to "may we send this now?".

use crate::consent::country::Place;
use crate::consent::ground::Dealing;
use crate::consent::judge::{Circumstances, Entry, Finding, Verdict, judge};
use crate::consent::policy::{Conditions, Override, Policy};
use crate::consent::purpose::PurposeSlug;
use crate::consent::reason::Reason;
use crate::consent::record::RecordId;
use crate::consent::rules::Rule;
use crate::consent::standing::Standing;
use crate::consent::time::Timestamp;
use crate::consent::words::{Basis, Channel, Relation};

/// What is known of a person beyond their choices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Where they are.
    pub place: Place,
    /// As whom they are addressed; a consumer where nothing is known.
    pub relation: Option<Relation>,
    /// Address, restriction, age.
    pub circumstances: Circumstances,
}

/// Allow or deny, and all that it rests on.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The judgement.
    pub verdict: Verdict,
    /// The entry that decides.
    pub decided_by: Option<Entry>,
    /// The record behind it.
    record: Option<RecordId>,
    /// The entry on the other side, see [`Verdict::other`].
    pub against: Option<Entry>,
    /// The rule that was applied.
    pub rule: &'static Rule,
    /// Where the shop goes its own way with this rule.
    pub overridden: Option<&'a Override>,
    /// The age from which on a person's act counts, in years.
    pub minimum_age: u16,
}

impl Decision<'_> {
    /// Whether a message may be sent.
    pub const fn allows(&self) -> bool {
        self.verdict.allows()
    }

    /// Why not; `None` for an allow.
    pub const fn reason(&self) -> Option<Reason> {
        Reason::of(self.verdict.finding)
    }

    /// The record that decides.
    pub const fn record(&self) -> Option<RecordId> {
        self.record
    }

    /// The basis of the deciding record, where it is an opt-in.
    pub fn basis(&self) -> Option<Basis> {
        self.decided_by.and_then(|entry| entry.act.ground()).map(crate::consent::ground::Ground::basis)
    }

    /// The dealing that the basis rests on.
    pub fn dealing(&self) -> Option<Dealing> {
        self.decided_by.and_then(|entry| entry.act.ground()).and_then(crate::consent::ground::Ground::dealing)
    }

    /// When an allow becomes a deny, or a deny an allow, if nothing is recorded until then.
    pub const fn until(&self) -> Option<Timestamp> {
        self.verdict.until
    }
}

/// Decides for one address, channel and purpose at an instant. Pure and total: no clock, no storage, an answer to every question.
///
/// The standing is that of the records known at that instant. An opt-in of later does not count yet; an opt-out of later does.
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
///     at: given,
///     record: RecordId(uuid::Uuid::from_u128(1)),
/// };
/// let policy = Policy::default();
/// let country = CountryCode::parse("FR");
/// let person = Person { place: Place { country, region: None }, ..Person::default() };
/// let now = given.plus_months(1);
///
/// // An anonymous form said yes. By default that waits for the address to confirm it.
/// let standing = Standing::of([yes.clone()]);
/// let decision = decide(&standing, &policy, &person, Channel::Email, &newsletter, now);
/// assert_eq!(decision.reason(), Some(Reason::AwaitingConfirmation));
///
/// // In France a consent lapses when the person has not turned to the shop for three years.
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

/// [`decide`] for whom has the conditions and the entries already: many persons share the former.
pub fn decide_under<'a>(
    conditions: &Conditions<'a>,
    docket: &Docket,
    circumstances: &Circumstances,
    at: Timestamp,
) -> Decision<'a> {
    let verdict = judge(&docket.entries, circumstances, &conditions.terms, at);
    let entry = |place: Option<usize>| place.and_then(|place| docket.entries.get(place)).copied();
    // There is a version for every instant.
    let (rule, overridden) =
        conditions.rules.get(verdict.version).copied().unwrap_or((crate::consent::rules::strictest(), None));
    Decision {
        decided_by: entry(verdict.entry),
        record: verdict.entry.and_then(|place| docket.records.get(place)).copied(),
        against: entry(verdict.other),
        rule,
        overridden,
        minimum_age: conditions.terms.get(verdict.version).map_or(0, |terms| terms.minimum_age),
        verdict,
    }
}

/// What is visible of a standing for one channel and purpose, whether or not a message may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// An opt-in stands.
    OptedIn,
    /// Only an anonymous form said yes, and the address has to confirm.
    AwaitingConfirmation,
    /// A refusal stands.
    OptedOut,
    /// Was asked and did not say yes; nothing stands.
    Declined,
    /// Nothing is known.
    NeverAsked,
}

impl Status {
    /// The written form.
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
            // A yes is there, also where it may not be used.
            Finding::BasisNotAccepted
            | Finding::NotScreened
            | Finding::UnderAge
            | Finding::AgeUnknown
            | Finding::Expired
            | Finding::Stands => Self::OptedIn,
        }
    }
}

/// What the person said: whether the shop uses the channel, and whether it may use the data, does not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it amounts to.
    pub status: Status,
    /// The entry that decides.
    pub decided_by: Option<Entry>,
    /// The record behind it.
    pub record: Option<RecordId>,
}

/// What the person said, under some conditions.
pub fn said(conditions: &Conditions<'_>, docket: &Docket, at: Timestamp) -> Said {
    said_under(&conditions.whatever_is_used(), docket, at)
}

/// [`said`] for whom has the conditions in the form that does not ask which channels are used: many persons share them.
pub fn said_under(conditions: &Conditions<'_>, docket: &Docket, at: Timestamp) -> Said {
    let decision = decide_under(conditions, docket, &Circumstances::default(), at);
    Said { status: Status::of(decision.verdict.finding), decided_by: decision.decided_by, record: decision.record }
}

/// A decision as it is written, in every artifact byte for byte the same.
#[cfg(feature = "serde")]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct WrittenDecision {
    /// Whether a message may be sent.
    pub allow: bool,
    /// Why not.
    pub reason: Option<Reason>,
    /// The record that decides.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub record: Option<String>,
    /// The basis of that record, where it is an opt-in.
    pub basis: Option<Basis>,
    /// The dealing that the basis rests on.
    pub dealing: Option<Dealing>,
    /// The rule that was applied.
    pub rule: WrittenRule,
    /// When the answer changes by itself.
    pub until: Option<Timestamp>,
    /// Why the shop goes its own way with this rule.
    pub r#override: Option<String>,
    /// The steps that led there, where they were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explain: Option<Vec<String>>,
}

/// A rule as a decision names it.
#[cfg(feature = "serde")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct WrittenRule {
    /// Its name.
    pub id: &'static str,
    /// The law.
    pub law: &'static str,
    /// The article.
    pub article: &'static str,
}

#[cfg(feature = "serde")]
impl Decision<'_> {
    /// The written form, with or without the steps.
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

/// The entries that bear on a question, in the order in which they are judged, and the records behind them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Docket {
    // INVARIANT: sorted by time and record, one record an entry.
    entries: Vec<Entry>,
    records: Vec<RecordId>,
}

impl Docket {
    /// Brings entries and their records into order.
    pub fn of(mut known: Vec<(Entry, RecordId)>) -> Self {
        known.sort_unstable_by_key(|(entry, record)| (entry.at, *record));
        let (entries, records) = known.into_iter().unzip();
        Self { entries, records }
    }

    /// Takes other entries in the place of those that it has, and leaves nothing behind: for whom asks many questions.
    pub fn refill(&mut self, known: &mut Vec<(Entry, RecordId)>) {
        known.sort_unstable_by_key(|(entry, record)| (entry.at, *record));
        self.entries.clear();
        self.records.clear();
        for (entry, record) in known.drain(..) {
            self.entries.push(entry);
            self.records.push(record);
        }
    }

    /// The entries, in their order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Standing {
    /// What bears on a channel and purpose.
    pub fn entries(&self, channel: Channel, purpose: &PurposeSlug) -> Docket {
        let bearing = self.tracks().iter().filter(|track| track.scope.covers(channel, purpose));
        Docket::of(bearing.map(|track| (track.entry(), track.record)).collect())
    }
}
