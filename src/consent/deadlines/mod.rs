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

/// The days by which something has to be done about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// The law that decides about `due`: the one with the earlier day.
    pub regime: Regime,
    /// The last day to confirm that the request came in, where a law that holds asks for that; never after `due`.
    pub acknowledge_by: Option<Date>,
    /// The last day to answer.
    pub due: Date,
    /// The last day to answer if the time is extended; none where a law that holds allows no day after `due`. Whether the
    /// person has to be told of it by `due` stands in [`TIME_LIMITS`].
    pub extended: Option<Date>,
    /// When to think of it: a week and a day before `due`, two days before `acknowledge_by`, each on the last working day up
    /// to then, and none before the request came in. Ascending, each day once.
    pub reminders: Vec<Date>,
}

/// The deadlines of a request that came in on a day.
///
/// A country of which no law is known here counts as unknown; where neither country is known the GDPR decides. The part of a
/// country makes no difference yet. Holidays are those of the shop's country, or of the person's where the shop's are not
/// known.
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
    // An answer confirms as well.
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

/// The law that decides where neither country is known: the first of the table.
fn gdpr() -> &'static TimeLimit {
    let [first, ..] = &TIME_LIMITS;
    first
}

/// The time limits of the law of a country; `None` where none of ours holds.
fn limit_in(country: CountryCode) -> Option<&'static TimeLimit> {
    TIME_LIMITS.iter().find(|limit| match limit.reach {
        Reach::EuropeanEconomicArea => EEA.binary_search(&country).is_ok(),
        Reach::Country(own) => own == country,
        Reach::Anywhere | Reach::Region(..) => false,
    })
}

/// When to think of a last day that was put off: a week and a day before, each on the last working day up to then, and none
/// before `from`.
pub fn reminders_of(due: Date, calendar: Option<CountryCode>, from: Date) -> Vec<Date> {
    ascending(&[(Some(due), 7), (Some(due), 1)], calendar, from)
}

/// The last working days up to so many days before others.
fn ascending(before: &[(Option<Date>, i64)], calendar: Option<CountryCode>, from: Date) -> Vec<Date> {
    let days =
        before.iter().filter_map(|(day, before)| Some(days::last_working_day(calendar, later((*day)?, -before))));
    let mut days: Vec<Date> = days.filter(|day| *day >= from).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// What one law, or two together, make of a request.
#[derive(Clone, Copy)]
struct Days {
    regime: Regime,
    acknowledge_by: Option<Date>,
    due: Date,
    /// With all the time that there is.
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

    /// Under both laws: each day is the earlier one, and a duty that only one of them knows is one.
    fn and(self, other: Self) -> Self {
        Self {
            regime: if other.due < self.due { other.regime } else { self.regime },
            acknowledge_by: self.acknowledge_by.into_iter().chain(other.acknowledge_by).min(),
            due: self.due.min(other.due),
            latest: self.latest.min(other.latest),
        }
    }
}

/// So many days later, or earlier; held inside the calendar.
fn later(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}
