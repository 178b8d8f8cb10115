//! The judgement: what entries of a standing, circumstances and terms amount to at one instant.
//!
//! Pure, total and the same in every artifact. It deals in numbers and indices; the words are in `explain`.

use crate::consent::ground::Ground;
use crate::consent::record::Act;
use crate::consent::terms::Terms;
use crate::consent::time::{DAY, Timestamp};
use crate::consent::words::{Activity, Assurance, Refusal};

/// A track without its scope: one that bears on the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was done.
    pub act: Act,
    /// How we know.
    pub assurance: Assurance,
    /// Since when it counts.
    pub at: Timestamp,
}

/// What is known of the person beyond their choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether there is an address that the channel could use.
    pub reachable: bool,
    /// Whether their data may only be kept, GDPR Art. 18.
    pub restricted: bool,
    /// Midnight, in UTC, of the day of their birth.
    pub born: Option<Timestamp>,
}

impl Default for Circumstances {
    /// A person with an address, of whom nothing else is known.
    fn default() -> Self {
        Self { reachable: true, restricted: false, born: None }
    }
}

/// What was found. The order among those of an opt-in is from the farthest to the nearest to an allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// Nothing is on record.
    NeverAsked,
    /// The person was asked and did not say yes.
    Declined,
    /// A no stands.
    OptedOut,
    /// An objection stands.
    Objected,
    /// A suppression stands.
    Suppressed,
    /// The shop does not use the channel.
    ChannelOff,
    /// There is no address for the channel.
    NoAddress,
    /// The person's data may only be kept.
    Restricted,
    /// The ground is not good here.
    BasisNotAccepted,
    /// The ground needs a look-up in a register.
    NotScreened,
    /// The person was too young.
    UnderAge,
    /// Nobody knows how old the person is.
    AgeUnknown,
    /// The ground has lapsed.
    Expired,
    /// The address has not confirmed.
    AwaitingConfirmation,
    /// A ground is good.
    Stands,
}

/// An answer, with all that it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What was found.
    pub finding: Finding,
    /// The entry that decides, by its place.
    pub entry: Option<usize>,
    /// The entry on the other side: the no that a yes has ended, or the yes that could not end a no.
    pub other: Option<usize>,
    /// When the deciding ground lapses or has lapsed.
    pub lapses: Timestamp,
    /// The version of the terms that was in force, by its place.
    pub version: usize,
    /// When an allow becomes a deny by itself, or a deny an allow.
    pub until: Option<Timestamp>,
}

impl Verdict {
    /// Whether a message may be sent.
    pub const fn allows(&self) -> bool {
        matches!(self.finding, Finding::Stands)
    }

    const fn of(finding: Finding, entry: Option<usize>) -> Self {
        Self { finding, entry, other: None, lapses: Timestamp::NEVER, version: 0, until: None }
    }
}

/// Judges at an instant.
///
/// `entries` are in the order of their time and, at one time, of their records' ids; `versions` are the terms one after the
/// other, the first since ever and the last for ever. Without any, nothing is allowed. An opt-in of later than `at` does not
/// count yet; an opt-out of later does.
pub fn judge(entries: &[Entry], person: &Circumstances, versions: &[Terms], at: Timestamp) -> Verdict {
    let mut verdict: Option<Verdict> = None;
    for (version, terms) in
        versions.iter().enumerate().filter(|(_, terms)| terms.to > at || terms.to == Timestamp::NEVER)
    {
        let found = weigh(entries, person, terms, at.max(terms.from));
        let verdict = verdict.get_or_insert(Verdict { version, ..found });
        if found.allows() != verdict.allows() {
            verdict.until = Some(terms.from);
            break;
        }
        // What lapses just when the terms change is judged by the new ones.
        if found.allows() && found.lapses < terms.to {
            verdict.until = Some(found.lapses);
            break;
        }
    }
    verdict.unwrap_or(Verdict::of(Finding::ChannelOff, None))
}

/// The latest of some entries: its time and place.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
struct Latest {
    millis: i64,
    place: usize,
}

impl Latest {
    /// There is none. Its time is before that of every entry.
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

/// What bears on an opt-in.
struct Bearing {
    plain: Latest,
    objection: Latest,
    suppression: Latest,
    declined: Latest,
    used: Latest,
    contacted: Latest,
    screened: Latest,
}

impl Bearing {
    fn of(entries: &[Entry], terms: &Terms, at: Timestamp) -> Self {
        let none = Latest::NONE;
        let mut bearing = Self {
            plain: none,
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
                    Refusal::Plain => &mut bearing.plain,
                    // Both are about advertising, and nothing else.
                    _ if terms.transactional => continue,
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

    /// The latest no of any kind.
    fn refusal(&self) -> Latest {
        self.plain.or_later(self.objection).or_later(self.suppression)
    }

    /// Whether an opt-in is strictly later than every no, and such that it may end each.
    fn spares(&self, yes: &Entry) -> bool {
        // Only a person's own yes ends a no; that they bought again does not.
        let ends = |no: Latest, kind| {
            let consents = yes.act == Act::OptIn { ground: Ground::Consent };
            no.is_none() || (yes.at.millis() > no.millis && yes.assurance.may_end(kind) && consents)
        };
        // What may end an objection may end a suppression.
        ends(self.plain, Refusal::Plain) && ends(self.objection.or_later(self.suppression), Refusal::Objection)
    }

    /// When a ground lapses.
    fn lapse_of(&self, ground: Ground, since: Timestamp, terms: &Terms) -> Timestamp {
        let dealt = match ground {
            Ground::ImpliedPurchase | Ground::ImpliedContract => terms.purchase_months,
            Ground::ImpliedInquiry => terms.inquiry_months,
            _ => 0,
        };
        let mut lapses = Timestamp::NEVER;
        for (renewed, months) in
            [(self.contacted, terms.inactivity_months), (self.used, terms.disuse_months), (Latest::NONE, dealt)]
        {
            if months > 0 {
                lapses = lapses.min(since.at_least(renewed.millis).plus_months(months));
            }
        }
        if ground == Ground::LegitimateInterest && terms.screening_days > 0 && !self.screened.is_none() {
            let days = i64::from(terms.screening_days) * DAY;
            lapses = lapses.min(Timestamp::BEGINNING.at_least(self.screened.millis + days));
        }
        lapses
    }
}

/// Half a day: by then a date has begun everywhere, even twelve hours west of Greenwich.
const BEGUN_EVERYWHERE: i64 = DAY / 2;

/// Judges by one version of the terms.
fn weigh(entries: &[Entry], person: &Circumstances, terms: &Terms, at: Timestamp) -> Verdict {
    if terms.off {
        return Verdict::of(Finding::ChannelOff, None);
    }
    if !person.reachable {
        return Verdict::of(Finding::NoAddress, None);
    }
    if person.restricted {
        return Verdict::of(Finding::Restricted, None);
    }
    let bearing = Bearing::of(entries, terms, at);
    let grown_up =
        person.born.map(|born| born.plus_months(terms.minimum_age.saturating_mul(12)).plus_millis(BEGUN_EVERYWHERE));

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
        let lapses = bearing.lapse_of(ground, entry.at, terms);
        let finding = if !terms.grounds.contains(ground) {
            Finding::BasisNotAccepted
        } else if ground == Ground::LegitimateInterest && terms.screening_days > 0 && bearing.screened.is_none() {
            Finding::NotScreened
        } else if terms.minimum_age > 0 && grown_up.is_some_and(|grown_up| entry.at < grown_up) {
            Finding::UnderAge
        } else if terms.age_required && grown_up.is_none() {
            Finding::AgeUnknown
        } else if lapses <= at {
            Finding::Expired
        } else if terms.confirmation && ground == Ground::Consent && entry.assurance == Assurance::Claimed {
            Finding::AwaitingConfirmation
        } else {
            Finding::Stands
        };
        // The order of the entries is that of time, so among equals the latest stays.
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
