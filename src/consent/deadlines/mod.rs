//! By when the request of a person about their own data has to be confirmed and answered.
//!
//! The law of the person's country and that of the shop's may both hold (GDPR Art. 3(1), 3(2)); whoever keeps the earlier day
//! keeps both. A day is a day in the shop's calendar; what time it is there is not asked here.
//!
//! | file | idea |
//! |---|---|
//! | `limit` | a law and the parts of its time limit; the limits themselves stand with their jurisdiction in `rules` |
//! | `days` | working days |
//! | `holidays` | the public holidays, generated |

pub(crate) mod days;
pub(crate) mod holidays;
pub(crate) mod limit;

use jiff::Span;
use jiff::civil::Date;

use crate::consent::country::{CountryCode, Place};
use crate::consent::rules::{EEA, Reach};

pub use crate::consent::rules::TIME_LIMITS;
pub use days::{is_working_day, next_working_day, plus_business_days};
pub use holidays::LAST_YEAR;
pub use limit::{Extension, Period, Regime, TimeLimit};

/// The dates by which the shop must act on a subject request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// The law that decides about `due`. If two laws apply, it is the one with the earlier date.
    pub regime: Regime,
    /// The last day to confirm the receipt of the request, if an applicable law requires that. Never later than `due`.
    pub acknowledge_by: Option<Date>,
    /// The last day to answer.
    pub due: Date,
    /// The last day to answer if the time is extended. `None` if an applicable law allows no day after `due`.
    /// [`TIME_LIMITS`] says whether the shop must inform the person of the extension by `due`.
    pub extended: Option<Date>,
    /// The days on which to remind the shop: seven days and one day before `due`, and two days before `acknowledge_by`.
    /// Each is moved back to a working day. No reminder is before the day of receipt. Ascending, without duplicates.
    pub reminders: Vec<Date>,
}

/// Returns the deadlines of a request that was received on a day.
///
/// A country without a law in [`TIME_LIMITS`] counts as unknown. If neither country is known, the GDPR applies. The
/// region makes no difference yet. The holidays are those of the shop's country, or those of the person's country if
/// the shop's holidays are not known.
///
/// ```
/// use placet::consent::deadlines::{Regime, deadlines};
/// use placet::consent::{CountryCode, Place};
///
/// let person = Place { country: CountryCode::parse("FR"), region: None };
/// let found = deadlines(&person, CountryCode::parse("DE"), "2026-08-31".parse().unwrap());
/// assert_eq!(found.regime, Regime::Gdpr);
/// assert_eq!(found.due.to_string(), "2026-09-30");
/// assert_eq!(found.extended.unwrap().to_string(), "2026-11-30");
/// ```
pub fn deadlines(person: &Place, shop: Option<CountryCode>, received: Date) -> Deadlines {
    let calendar = shop.filter(|country| days::is_known(*country)).or(person.country);
    let law =
        |country: Option<CountryCode>| country.and_then(limit_in).map(|limit| Days::of(limit, calendar, received));
    let days = match (law(person.country), law(shop)) {
        (Some(one), Some(other)) => one.and(other),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Days::of(gdpr(), calendar, received),
    };
    // An answer also confirms the receipt.
    let acknowledge_by = days.acknowledge_by.map(|day| day.min(days.due));
    let reminders = ascending(&[(Some(days.due), 7), (Some(days.due), 1), (acknowledge_by, 2)], calendar, received);
    Deadlines {
        regime: days.regime,
        acknowledge_by,
        due: days.due,
        extended: (days.latest > days.due).then_some(days.latest),
        reminders,
    }
}

/// Returns the law that decides if neither country is known. It is the first law of the table.
fn gdpr() -> &'static TimeLimit {
    let [first, ..] = &TIME_LIMITS;
    first
}

/// Returns the time limits of the law of a country, or `None` if the table has no law for it.
fn limit_in(country: CountryCode) -> Option<&'static TimeLimit> {
    TIME_LIMITS.iter().find(|limit| match limit.reach {
        Reach::EuropeanEconomicArea => EEA.binary_search(&country).is_ok(),
        Reach::Country(own) => own == country,
        Reach::Anywhere | Reach::Region(..) => false,
    })
}

/// Returns the days on which to remind the shop of an extended deadline: seven days and one day before it. Each is
/// moved back to a working day. No reminder is before `from`.
pub fn reminders_of(due: Date, calendar: Option<CountryCode>, from: Date) -> Vec<Date> {
    ascending(&[(Some(due), 7), (Some(due), 1)], calendar, from)
}

/// Returns, for each given day, the last working day that is at least the given number of days before it.
fn ascending(before: &[(Option<Date>, i64)], calendar: Option<CountryCode>, from: Date) -> Vec<Date> {
    let days =
        before.iter().filter_map(|(day, before)| Some(days::last_working_day(calendar, later((*day)?, -before))));
    let mut days: Vec<Date> = days.filter(|day| *day >= from).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// The dates that follow from one law, or from two laws together.
#[derive(Clone, Copy)]
struct Days {
    regime: Regime,
    acknowledge_by: Option<Date>,
    due: Date,
    /// The last day to answer, including every extension.
    latest: Date,
}

impl Days {
    fn of(limit: &TimeLimit, calendar: Option<CountryCode>, received: Date) -> Self {
        let end = |period| {
            let day = match period {
                Period::Months(months) => received.saturating_add(Span::new().months(months)),
                Period::Days(days) => later(received, days.into()),
            };
            if limit.rolls { next_working_day(calendar, day) } else { day }
        };
        Self {
            regime: limit.regime,
            acknowledge_by: limit.acknowledgement.map(|days| plus_business_days(calendar, received, days)),
            due: end(limit.period),
            latest: end(limit.extension.map_or(limit.period, |extension| extension.whole)),
        }
    }

    /// Combines the dates of two laws. Each date is the earlier one, and a duty of either law applies.
    fn and(self, other: Self) -> Self {
        Self {
            regime: if other.due < self.due { other.regime } else { self.regime },
            acknowledge_by: self.acknowledge_by.into_iter().chain(other.acknowledge_by).min(),
            due: self.due.min(other.due),
            latest: self.latest.min(other.latest),
        }
    }
}

/// Returns the date this number of days later, or earlier if `days` is negative. The result stays inside the calendar.
fn later(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}
