//! A second, naive implementation of the decision: conditions instead of rows, and every instant tried instead of
//! computed.
//!
//! It is slow and long on purpose. It shares only plain values with `consent`, so that the same mistake would have to
//! be made twice. Times are in milliseconds. A place is its two codes; an unknown code is empty.

use jiff::{Span, tz::Offset};
use placet::consent::{Act, Activity, Assurance, Channel, Finding, Ground, Policy, Refusal};

use super::law::{CHARITIES, FRENCH_CALLS};

pub const DAY: i64 = 86_400_000;
/// The end of an opt-in without a time limit.
const NEVER: i64 = i64::MAX;

#[derive(Clone, Copy, Debug)]
pub struct Record {
    pub act: Act,
    pub assurance: Assurance,
    pub at: i64,
    pub id: u128,
}

#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub country: &'a str,
    pub region: &'a str,
    pub business: bool,
    pub channel: Channel,
    pub purpose: &'a str,
    pub shop: &'a Policy,
    pub reachable: bool,
    pub restricted: bool,
    pub born: Option<i64>,
    pub records: &'a [Record],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub finding: Finding,
    pub record: Option<u128>,
    pub ground: Option<Ground>,
    pub rule: &'static str,
    pub minimum_age: u16,
}

/// Returns the same day of a later month, or the last day of that month. The calendar repeats after 400 years, so times
/// outside jiff's range are shifted by whole periods.
pub fn plus_months(at: i64, months: i64) -> i64 {
    let era = 146_097 * DAY;
    let moved = jiff::Timestamp::from_millisecond(at.rem_euclid(era)).unwrap();
    let later = Offset::UTC.to_datetime(moved).checked_add(Span::new().months(months)).unwrap();
    Offset::UTC.to_timestamp(later).unwrap().as_millisecond() + at.div_euclid(era) * era
}

impl Question<'_> {
    /// Returns the last time of an activity that is known at `now`.
    fn last(&self, activity: Activity, now: i64) -> Option<i64> {
        let noted = self.records.iter().filter(|record| record.act == Act::Noted { activity } && record.at <= now);
        noted.map(|record| record.at).max()
    }

    pub fn lapse(&self, opt_in: &Record, ground: Ground, now: i64) -> i64 {
        let since = |activity| self.last(activity, now).map_or(opt_in.at, |last| last.max(opt_in.at));
        let mut lapse = NEVER;
        if let Some(months) = self.inactivity_months(now) {
            lapse = lapse.min(plus_months(since(Activity::Contacted), months));
        }
        if let Some(months) = self.disuse_months(now) {
            lapse = lapse.min(plus_months(since(Activity::Used), months));
        }
        if let Some(months) = self.implied_months(ground, now) {
            lapse = lapse.min(plus_months(opt_in.at, months));
        }
        if ground == Ground::LegitimateInterest
            && let (Some(days), Some(screened)) = (self.screening_days(now), self.last(Activity::Screened, now))
        {
            lapse = lapse.min(screened + days * DAY);
        }
        lapse
    }

    /// Returns the kind of opt-out if the record applies to the question. An anonymous form opts nobody out; an
    /// objection applies to marketing only.
    fn bears(&self, record: &Record) -> Option<Refusal> {
        match record.act {
            Act::OptOut { refusal } if record.assurance != Assurance::Claimed => {
                (refusal == Refusal::Plain || !self.is_transactional()).then_some(refusal)
            }
            _ => None,
        }
    }

    /// Returns whether the opt-in ends every earlier opt-out and is not ended by a later one.
    fn is_live(&self, opt_in: &Record, ground: Ground, now: i64) -> bool {
        let ends = |refusal| match opt_in.assurance {
            // These records name no connection. A report ends only what its own connection has reported.
            Assurance::Listed | Assurance::Claimed | Assurance::Reported => false,
            Assurance::Staff => refusal == Refusal::Plain,
            Assurance::Confirmed | Assurance::Authenticated => true,
        };
        opt_in.at <= now
            && self.records.iter().all(|no| match self.bears(no) {
                Some(refusal) => ground == Ground::Consent && opt_in.at > no.at && ends(refusal),
                None => true,
            })
    }

    /// Returns the first fault of an opt-in, with a rank: the higher the rank, the nearer to an allow.
    fn fault(&self, opt_in: &Record, ground: Ground, now: i64) -> (u8, Finding) {
        if !self.accepts(ground, now) {
            return (1, Finding::BasisNotAccepted);
        }
        if ground == Ground::LegitimateInterest
            && self.screening_days(now).is_some()
            && self.last(Activity::Screened, now).is_none()
        {
            return (2, Finding::NotScreened);
        }
        let age = self.minimum_age(now);
        match self.born {
            // At noon UTC the birthday has begun everywhere on earth.
            Some(born) if age > 0 && opt_in.at < plus_months(born, 12 * i64::from(age)) + DAY / 2 => {
                return (3, Finding::UnderAge);
            }
            None if self.shop.age_required && !self.is_transactional() => return (4, Finding::AgeUnknown),
            _ => {}
        }
        if self.lapse(opt_in, ground, now) <= now {
            return (5, Finding::Expired);
        }
        if ground == Ground::Consent && opt_in.assurance == Assurance::Claimed && self.wants_confirmation(now) {
            return (6, Finding::AwaitingConfirmation);
        }
        (7, Finding::Stands)
    }

    fn latest(&self, fits: impl Fn(&Record) -> bool) -> Option<Record> {
        self.records.iter().filter(|record| fits(record)).max_by_key(|record| (record.at, record.id)).copied()
    }

    fn find(&self, now: i64) -> (Finding, Option<Record>) {
        if !self.shop.channels.contains(&self.channel) {
            return (Finding::ChannelOff, None);
        }
        if !self.reachable {
            return (Finding::NoAddress, None);
        }
        if self.restricted {
            return (Finding::Restricted, None);
        }
        let judged = self.records.iter().filter_map(|record| {
            let ground = record.act.ground().filter(|ground| self.is_live(record, *ground, now))?;
            let (rank, finding) = self.fault(record, ground, now);
            Some(((rank, self.lapse(record, ground, now), record.at, record.id), finding, *record))
        });
        // The opt-in nearest to an allow decides; among equals, the one that lapses last.
        if let Some((_, finding, record)) = judged.max_by_key(|(nearness, ..)| *nearness) {
            return (finding, Some(record));
        }
        let proven = self.latest(|record| {
            record.act == Act::OptIn { ground: Ground::Consent }
                && matches!(record.assurance, Assurance::Confirmed | Assurance::Authenticated)
                && record.at <= now
        });
        let stands = |refusal| {
            let no = self.latest(|record| self.bears(record) == Some(refusal))?;
            proven.is_none_or(|yes| no.at >= yes.at).then_some(no)
        };
        if let Some(no) = stands(Refusal::Objection) {
            return (Finding::Objected, Some(no));
        }
        if let Some(no) = stands(Refusal::Suppression) {
            return (Finding::Suppressed, Some(no));
        }
        if let Some(no) = self.latest(|record| self.bears(record).is_some()) {
            return (Finding::OptedOut, Some(no));
        }
        if let Some(declined) = self.latest(|record| record.act == Act::Declined) {
            return (Finding::Declined, Some(declined));
        }
        (Finding::NeverAsked, None)
    }

    pub fn allows(&self, now: i64) -> bool {
        self.find(now).0 == Finding::Stands
    }

    pub fn answer(&self, now: i64) -> Answer {
        let (finding, record) = self.find(now);
        Answer {
            finding,
            record: record.map(|record| record.id),
            ground: record.and_then(|record| record.act.ground()),
            rule: self.rule(now),
            minimum_age: self.minimum_age(now),
        }
    }

    /// Returns when the answer changes by itself. Tries every possible instant and the millisecond before it.
    pub fn until(&self, now: i64) -> Option<i64> {
        let mut instants = vec![CHARITIES, FRENCH_CALLS];
        for record in self.records {
            let Act::OptIn { ground } = record.act else { continue };
            for version in [now, CHARITIES, FRENCH_CALLS] {
                instants.push(self.lapse(record, ground, version));
            }
        }
        instants.retain(|instant| *instant > now && *instant != NEVER);
        instants.sort_unstable();
        let allowed = self.allows(now);
        instants.iter().flat_map(|instant| [instant - 1, *instant]).find(|t| *t > now && self.allows(*t) != allowed)
    }
}

/// Returns the reason code of a finding, or `None` for an allow.
pub fn reason(finding: Finding) -> Option<&'static str> {
    Some(match finding {
        Finding::NeverAsked => "never_asked",
        Finding::Declined => "declined",
        Finding::OptedOut => "opted_out",
        Finding::Objected => "objected",
        Finding::Suppressed => "suppressed",
        Finding::ChannelOff => "channel_off",
        Finding::NoAddress => "no_address",
        Finding::Restricted => "restricted",
        Finding::BasisNotAccepted | Finding::NotScreened => "basis_not_accepted",
        Finding::UnderAge | Finding::AgeUnknown => "under_age",
        Finding::Expired => "expired",
        Finding::AwaitingConfirmation => "awaiting_confirmation",
        Finding::Stands => return None,
    })
}
