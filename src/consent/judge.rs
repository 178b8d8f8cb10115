//! The judgement: combines the entries of a standing, the circumstances and the conditions into a finding at one time.
//!
//! It is pure, total and the same in every artifact. It works with numbers and indices only; the texts are in
//! `explain`.

use crate::consent::conditions::Conditions;
use crate::consent::ground::Ground;
use crate::consent::record::{Act, ConnectionId};
use crate::consent::time::{DAY, Timestamp};
use crate::consent::words::{Activity, Assurance, Refusal};

/// A track without its scope, which is relevant for the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The act.
    pub act: Act,
    /// How the shop knows that the person acted.
    pub assurance: Assurance,
    /// The connection that reported the act.
    pub connection: Option<ConnectionId>,
    /// The effective time.
    pub at: Timestamp,
}

/// The facts about a person that are not choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether there is an address that the channel can use.
    pub reachable: bool,
    /// Whether the person's data may only be stored, GDPR Art. 18.
    pub restricted: bool,
    /// The day of birth, as its midnight in UTC. `None` if it is not known.
    pub born: Option<Timestamp>,
}

impl Default for Circumstances {
    /// Returns the circumstances of a person who has an address and about whom nothing else is known.
    fn default() -> Self {
        Self { reachable: true, restricted: false, born: None }
    }
}

/// The result of judging. The findings about an opt-in, from `BasisNotAccepted` on, are ordered from the farthest from
/// an allow to the nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// No choice is on record.
    NeverAsked,
    /// The person was asked and did not opt in.
    Declined,
    /// An opt-out is in force.
    OptedOut,
    /// An objection is in force.
    Objected,
    /// A suppression is in force.
    Suppressed,
    /// The shop does not use the channel.
    ChannelOff,
    /// There is no address that the channel can use.
    NoAddress,
    /// The person's data may only be stored.
    Restricted,
    /// The conditions do not accept the ground.
    BasisNotAccepted,
    /// The ground needs a look-up in a do-not-call register, and none is on record.
    NotScreened,
    /// The person was too young.
    UnderAge,
    /// The age of the person is not known.
    AgeUnknown,
    /// The ground has expired.
    Expired,
    /// The address has not confirmed the opt-in.
    AwaitingConfirmation,
    /// The ground allows a message.
    Stands,
}

codes! {
    Finding {
        NeverAsked = 0,
        Declined = 1,
        OptedOut = 2,
        Objected = 3,
        Suppressed = 4,
        ChannelOff = 5,
        NoAddress = 6,
        Restricted = 7,
        BasisNotAccepted = 8,
        NotScreened = 9,
        UnderAge = 10,
        AgeUnknown = 11,
        Expired = 12,
        AwaitingConfirmation = 13,
        Stands = 14,
    }
}

/// The result of the judgement, with everything it is based on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The finding.
    pub finding: Finding,
    /// The index of the entry that decides.
    pub entry: Option<usize>,
    /// The index of the opposite entry: the opt-out that an opt-in has ended, or the opt-in that could not end an
    /// opt-out.
    pub other: Option<usize>,
    /// The time when the deciding ground expires or has expired.
    pub lapses: Timestamp,
    /// The index of the version of the conditions that was in force.
    pub version: usize,
    /// The time when an allow becomes a deny, or a deny an allow, if nothing new is recorded.
    pub until: Option<Timestamp>,
}

impl Verdict {
    /// Returns whether a message may be sent.
    pub const fn allows(&self) -> bool {
        matches!(self.finding, Finding::Stands)
    }

    const fn of(finding: Finding, entry: Option<usize>) -> Self {
        Self { finding, entry, other: None, lapses: Timestamp::NEVER, version: 0, until: None }
    }
}

/// Judges at one time.
///
/// `entries` are sorted by time and then by the id of their record. `versions` are the conditions in the order of time:
/// the first version has no beginning and the last no end. Without versions nothing is allowed. An opt-in later than
/// `at` does not count yet; an opt-out later than `at` does.
pub fn judge(entries: &[Entry], person: &Circumstances, versions: &[Conditions], at: Timestamp) -> Verdict {
    let mut verdict: Option<Verdict> = None;
    for (version, conditions) in
        versions.iter().enumerate().filter(|(_, conditions)| conditions.to > at || conditions.to == Timestamp::NEVER)
    {
        let found = judge_version(entries, person, conditions, at.max(conditions.from));
        let verdict = verdict.get_or_insert(Verdict { version, ..found });
        if found.allows() != verdict.allows() {
            verdict.until = Some(conditions.from);
            break;
        }
        // If a ground expires exactly when the conditions change, the new conditions decide.
        if found.allows() && found.lapses < conditions.to {
            verdict.until = Some(found.lapses);
            break;
        }
    }
    verdict.unwrap_or(Verdict::of(Finding::ChannelOff, None))
}

/// The latest of some entries: its time and its index.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Latest {
    millis: i64,
    place: usize,
}

impl Latest {
    /// Stands for no entry. Its time is before that of every entry.
    const NONE: Self = Self { millis: i64::MIN, place: 0 };

    const fn of(place: usize, entry: &Entry) -> Self {
        Self { millis: entry.at.millis(), place }
    }

    const fn is_none(self) -> bool {
        self.millis == i64::MIN
    }

    fn place(self) -> Option<usize> {
        (!self.is_none()).then_some(self.place)
    }

    fn or_later(self, other: Self) -> Self {
        if other > self { other } else { self }
    }
}

/// The latest entry of each kind that is relevant for an opt-in.
struct Bearing {
    plain: Latest,
    /// The connection that reported every ordinary opt-out. `None` if any came in another way.
    plain_by: Option<ConnectionId>,
    objection: Latest,
    suppression: Latest,
    declined: Latest,
    used: Latest,
    contacted: Latest,
    screened: Latest,
}

impl Bearing {
    fn of(entries: &[Entry], conditions: &Conditions, at: Timestamp) -> Self {
        let none = Latest::NONE;
        let mut bearing = Self {
            plain: none,
            plain_by: None,
            objection: none,
            suppression: none,
            declined: none,
            used: none,
            contacted: none,
            screened: none,
        };
        for (place, entry) in entries.iter().enumerate() {
            let seen = match entry.act {
                Act::OptOut { refusal } if entry.assurance.may_opt_out() => match refusal {
                    Refusal::Plain => {
                        let is_first = bearing.plain.is_none();
                        bearing.plain_by = entry.connection.filter(|by| is_first || bearing.plain_by == Some(*by));
                        &mut bearing.plain
                    }
                    // Objections and suppressions concern marketing only.
                    _ if conditions.transactional => continue,
                    Refusal::Objection => &mut bearing.objection,
                    Refusal::Suppression => &mut bearing.suppression,
                },
                Act::Declined => &mut bearing.declined,
                Act::Noted { activity } if entry.at <= at => match activity {
                    Activity::Used => &mut bearing.used,
                    Activity::Contacted => &mut bearing.contacted,
                    Activity::Screened => &mut bearing.screened,
                },
                _ => continue,
            };
            *seen = seen.or_later(Latest::of(place, entry));
        }
        bearing
    }

    /// Returns the latest opt-out of any kind.
    fn refusal(&self) -> Latest {
        self.plain.or_later(self.objection).or_later(self.suppression)
    }

    /// Returns whether an opt-in is strictly later than every opt-out and may end each of them.
    fn spares(&self, yes: &Entry) -> bool {
        // Only a consent of the person ends an opt-out. Another purchase does not.
        let ends = |no: Latest, kind| {
            let consents = yes.act == Act::OptIn { ground: Ground::Consent };
            // A report ends only what the same connection has reported: another platform's data may be out of date.
            let is_own = kind == Refusal::Plain && self.plain_by.is_some() && self.plain_by == yes.connection;
            no.is_none() || (yes.at.millis() > no.millis && (yes.assurance.may_end(kind) || is_own) && consents)
        };
        // An assurance that may end an objection may also end a suppression.
        ends(self.plain, Refusal::Plain) && ends(self.objection.or_later(self.suppression), Refusal::Objection)
    }

    /// Returns the time when a ground expires.
    fn lapse_of(&self, ground: Ground, since: Timestamp, conditions: &Conditions) -> Timestamp {
        let dealt = match ground {
            Ground::ImpliedPurchase | Ground::ImpliedContract => conditions.purchase_months,
            Ground::ImpliedInquiry => conditions.inquiry_months,
            _ => 0,
        };
        let mut lapses = Timestamp::NEVER;
        for (renewed, months) in [
            (self.contacted, conditions.inactivity_months),
            (self.used, conditions.disuse_months),
            (Latest::NONE, dealt),
        ] {
            if months > 0 {
                lapses = lapses.min(since.at_least(renewed.millis).plus_months(months));
            }
        }
        if ground == Ground::LegitimateInterest && conditions.screening_days > 0 && !self.screened.is_none() {
            let days = i64::from(conditions.screening_days) * DAY;
            lapses = lapses.min(Timestamp::BEGINNING.at_least(self.screened.millis + days));
        }
        lapses
    }
}

/// Half a day, in milliseconds. Twelve hours after its midnight in UTC a date has begun everywhere, even 12 hours west
/// of Greenwich.
const BEGUN_EVERYWHERE: i64 = DAY / 2;

/// Judges by one version of the conditions.
fn judge_version(entries: &[Entry], person: &Circumstances, conditions: &Conditions, at: Timestamp) -> Verdict {
    if conditions.off {
        return Verdict::of(Finding::ChannelOff, None);
    }
    if !person.reachable {
        return Verdict::of(Finding::NoAddress, None);
    }
    if person.restricted {
        return Verdict::of(Finding::Restricted, None);
    }
    let bearing = Bearing::of(entries, conditions, at);
    let grown_up = person
        .born
        .map(|born| born.plus_months(conditions.minimum_age.saturating_mul(12)).plus_millis(BEGUN_EVERYWHERE));

    let mut best: Option<(Finding, Timestamp, usize)> = None;
    let (mut latest_yes, mut lifted) = (Latest::NONE, Latest::NONE);
    for (place, entry) in entries.iter().enumerate() {
        let Act::OptIn { ground } = entry.act else { continue };
        if entry.at > at {
            continue;
        }
        let this = Latest::of(place, entry);
        latest_yes = latest_yes.or_later(this);
        if ground == Ground::Consent && entry.assurance.may_end(Refusal::Objection) {
            lifted = lifted.or_later(this);
        }
        if !bearing.spares(entry) {
            continue;
        }
        let lapses = bearing.lapse_of(ground, entry.at, conditions);
        let finding = if !conditions.grounds.contains(ground) {
            Finding::BasisNotAccepted
        } else if ground == Ground::LegitimateInterest && conditions.screening_days > 0 && bearing.screened.is_none() {
            Finding::NotScreened
        } else if conditions.minimum_age > 0 && grown_up.is_some_and(|grown_up| entry.at < grown_up) {
            Finding::UnderAge
        } else if conditions.age_required && grown_up.is_none() {
            Finding::AgeUnknown
        } else if lapses <= at {
            Finding::Expired
        } else if conditions.confirmation && ground == Ground::Consent && entry.assurance == Assurance::Claimed {
            Finding::AwaitingConfirmation
        } else {
            Finding::Stands
        };
        // The entries are sorted by time, so the latest of several equal ones is kept.
        best = best.max(Some((finding, lapses, place)));
    }
    if let Some((finding, lapses, place)) = best {
        return Verdict { other: bearing.refusal().place(), lapses, ..Verdict::of(finding, Some(place)) };
    }

    let unlifted = |no: Latest| no.millis >= lifted.millis && !no.is_none();
    let (finding, decided) = if unlifted(bearing.objection) {
        (Finding::Objected, bearing.objection)
    } else if unlifted(bearing.suppression) {
        (Finding::Suppressed, bearing.suppression)
    } else if !bearing.refusal().is_none() {
        (Finding::OptedOut, bearing.refusal())
    } else if !bearing.declined.is_none() {
        return Verdict::of(Finding::Declined, bearing.declined.place());
    } else {
        return Verdict::of(Finding::NeverAsked, None);
    };
    Verdict { other: latest_yes.place(), ..Verdict::of(finding, decided.place()) }
}
