//! Working days: days that are not a Saturday, a Sunday or a public holiday of a country.

use jiff::civil::{Date, Weekday};

use crate::consent::country::CountryCode;
use crate::consent::deadlines::holidays::{FAR, FIRST_YEAR, HOLIDAYS};

/// Returns whether a day is a working day. Only Saturdays and Sundays are days off if there is no country, if its
/// holidays are not known, or after [`LAST_YEAR`](super::LAST_YEAR).
pub fn is_working_day(country: Option<CountryCode>, date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_holiday(country, date)
}

/// Returns this day if it is a working day, otherwise the next working day.
pub fn next_working_day(country: Option<CountryCode>, date: Date) -> Date {
    let mut day = date;
    while !is_working_day(country, day)
        // The calendar ends in the year 9999.
        && let Ok(next) = day.tomorrow()
    {
        day = next;
    }
    day
}

/// Returns this day if it is a working day, otherwise the last working day before it.
pub(super) fn last_working_day(country: Option<CountryCode>, date: Date) -> Date {
    let mut day = date;
    while !is_working_day(country, day)
        && let Ok(before) = day.yesterday()
    {
        day = before;
    }
    day
}

/// Returns the n-th working day after this day. This day itself does not count.
pub fn plus_business_days(country: Option<CountryCode>, date: Date, days: u8) -> Date {
    let mut day = date;
    for _ in 0..days {
        day = next_working_day(country, day.tomorrow().unwrap_or(day));
    }
    day
}

/// Returns whether the table contains the holidays of this country.
pub(super) fn is_known(country: CountryCode) -> bool {
    steps(country).is_some()
}

fn is_holiday(country: Option<CountryCode>, date: Date) -> bool {
    let wanted = date.duration_since(Date::constant(FIRST_YEAR, 1, 1)).as_hours() / 24;
    let mut day = 0;
    country.and_then(steps).into_iter().flatten().any(|step| {
        day += i64::from(*step);
        *step != FAR && day == wanted
    })
}

fn steps(country: CountryCode) -> Option<&'static [u8]> {
    let row = HOLIDAYS.binary_search_by_key(&country, |(code, _)| *code).ok()?;
    HOLIDAYS.get(row).map(|(_, steps)| *steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::deadlines::holidays::LAST_YEAR;

    #[test]
    fn the_countries_of_the_holiday_table_are_sorted() {
        assert!(HOLIDAYS.is_sorted_by_key(|(code, _)| *code));
    }

    #[test]
    fn the_holidays_are_within_the_years_of_the_table_and_not_on_weekends() {
        for (country, steps) in HOLIDAYS {
            let mut date = Date::constant(FIRST_YEAR, 1, 1);
            for step in *steps {
                date = date.checked_add(jiff::Span::new().days(*step)).unwrap();
                let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
                assert!(*step == FAR || !weekend && !is_working_day(Some(*country), date), "{country:?} {date}");
            }
            assert_eq!(date.year(), LAST_YEAR, "{country:?}");
        }
    }

    #[test]
    fn working_days_at_the_end_of_the_calendar_stay_within_it() {
        // A Friday.
        assert_eq!(Date::MAX.weekday(), Weekday::Friday);
        assert_eq!(plus_business_days(None, Date::MAX, 10), Date::MAX);
        assert_eq!(next_working_day(None, Date::MAX), Date::MAX);
    }
}
