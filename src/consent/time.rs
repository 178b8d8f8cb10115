//! Times as values. The logic itself has no clock.

/// A time in milliseconds since 1970-01-01T00:00:00Z, within the range of a JavaScript `Date` (±8.64·10¹⁵).
///
/// The range is necessary because the edge passes every number as a double, which is exact only up to 2⁵³.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// A time before every date that a record can have. It stands for "at no known time".
    pub const BEGINNING: Self = Self(-8_640_000_000_000_000);
    /// A time after every date. It stands for "never".
    pub const NEVER: Self = Self(8_640_000_000_000_000);

    /// Makes a time. Returns `None` if it is outside the range.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis >= Self::BEGINNING.0 && millis <= Self::NEVER.0 { Some(Self(millis)) } else { None }
    }

    /// Makes a time for our own tables.
    #[cfg(feature = "rules")]
    pub(super) const fn of(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns this time or the time `millis`, whichever is later.
    pub(super) const fn at_least(self, millis: i64) -> Self {
        if millis > self.0 { Self(0).plus_millis(millis) } else { self }
    }

    /// Makes a time from a JavaScript number. Returns the nearest time in the range if the number is outside it.
    #[inline(never)]
    pub const fn clamped(millis: f64) -> Self {
        Self(0).plus_millis(millis as i64)
    }

    /// Returns the time `millis` milliseconds later. The result stays inside the range.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    pub const fn plus_millis(self, millis: i64) -> Self {
        let sum = self.0.saturating_add(millis);
        Self(if sum > Self::NEVER.0 {
            Self::NEVER.0
        } else if sum < Self::BEGINNING.0 {
            Self::BEGINNING.0
        } else {
            sum
        })
    }

    /// Returns the same time of day, in UTC, this number of calendar months later. If that month has no such day, the
    /// result is on its last day.
    ///
    /// The calendar is computed here because a library is too large for the storefront module. A test checks that it
    /// gives the same results as `jiff`.
    pub fn plus_months(self, months: u16) -> Self {
        let days = (self.0.div_euclid(DAY) + EPOCH) as u64;
        // 4,800 months have 146,097 days. Months are of almost equal length, so the estimate is at most one too high.
        let mut month = days * 4_800 / 146_097 + 1;
        while days_before(month) > days {
            month -= 1;
        }
        let sum = month + u64::from(months);
        let last = days_before(sum + 1) - 1;
        let days = (days_before(sum) + days - days_before(month)).min(last);
        Self::BEGINNING.plus_millis((days as i64 - EPOCH) * DAY + self.0.rem_euclid(DAY) - Self::BEGINNING.0)
    }
}

/// The number of milliseconds in a day.
pub(super) const DAY: i64 = 86_400_000;

/// The number of years from the base date to 1 March of year 0. The base date is a 1 March long before
/// [`Timestamp::BEGINNING`] at which a cycle of 400 years begins.
#[cfg(feature = "formats")]
const EPOCH_YEARS: i64 = 700 * 400;
/// The number of days from the base date to 1970-01-01.
const EPOCH: i64 = 700 * 146_097 + 719_468;

/// Returns the number of days from the base date to the first day of the month with this number. Years begin in March,
/// so that the leap day is the last day of a year.
const fn days_before(month: u64) -> u64 {
    let (year, month) = (month / 12, month % 12);
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5
}

#[cfg(feature = "formats")]
impl Timestamp {
    /// Reads an RFC 3339 time with an offset, such as `2026-11-23T10:00:00Z`. Cuts off everything below a millisecond.
    pub fn parse(text: &str) -> Option<Self> {
        let instant: jiff::Timestamp = text.parse().ok()?;
        Self::from_millis(instant.as_millisecond())
    }

    /// Reads a time in the form of HTTP headers, such as `Mon, 23 Nov 2026 10:00:00 GMT` (RFC 9110, section 5.6.7).
    pub fn parse_http_date(text: &str) -> Option<Self> {
        let instant = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
        Self::from_millis(instant.as_millisecond())
    }

    /// Reads a date, such as `2009-05-01`, as its midnight in UTC.
    pub fn parse_date(text: &str) -> Option<Self> {
        let date: jiff::civil::Date = text.parse().ok()?;
        let months = (i64::from(date.year()) + EPOCH_YEARS) * 12 + i64::from(date.month()) - 3;
        let days = days_before(months.unsigned_abs()) as i64 + i64::from(date.day()) - 1 - EPOCH;
        // jiff also reads a date that is part of a longer text, such as a time with its date.
        (text.len() == 10).then_some(Self(days * DAY))
    }

    /// Reads a date of birth as a midnight from which an age can be counted. A person born on 29 February reaches an
    /// age on 1 March.
    pub fn parse_birth(text: &str) -> Option<Self> {
        let midnight = Self::parse_date(text)?;
        Some(if text.ends_with("-02-29") { midnight.plus_millis(DAY) } else { midnight })
    }
}

/// Writes RFC 3339 in UTC with milliseconds, such as `2026-11-23T10:00:00.000Z`.
#[cfg(feature = "formats")]
impl core::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            // RFC 3339 ends with the year 9999. A later time cannot be written in it.
            Err(_) => f.write_str(if self.0 < 0 { "0000-01-01T00:00:00.000Z" } else { "9999-12-31T23:59:59.999Z" }),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a time"))
    }
}

#[cfg(all(test, feature = "formats"))]
mod tests {
    use super::*;

    #[test]
    fn times_are_rfc_3339_to_the_millisecond() {
        for (text, written) in [
            ("2026-11-23T10:00:00Z", Some("2026-11-23T10:00:00.000Z")),
            ("2026-11-23T10:00:00.1239+01:00", Some("2026-11-23T09:00:00.123Z")),
            ("1969-12-31T23:59:59.999Z", Some("1969-12-31T23:59:59.999Z")),
            ("2026-11-23T10:00:00", None),
            ("2026-11-23", None),
            ("2026-02-30T10:00:00Z", None),
            ("1764000000", None),
            ("", None),
        ] {
            assert_eq!(Timestamp::parse(text).map(|at| at.to_string()).as_deref(), written, "{text:?}");
        }
    }

    #[test]
    fn months_are_calendar_months() {
        for (from, months, to) in [
            ("2024-03-10T15:00:00Z", 24, "2026-03-10T15:00:00.000Z"),
            ("2026-08-31T23:59:59.999Z", 6, "2027-02-28T23:59:59.999Z"),
            ("2023-08-31T00:00:00Z", 6, "2024-02-29T00:00:00.000Z"),
            ("2024-02-29T12:00:00Z", 12, "2025-02-28T12:00:00.000Z"),
            ("1999-12-31T00:00:00Z", 2, "2000-02-29T00:00:00.000Z"),
            ("1969-12-31T23:59:59.999Z", 1, "1970-01-31T23:59:59.999Z"),
        ] {
            assert_eq!(Timestamp::parse(from).unwrap().plus_months(months).to_string(), to, "{from} + {months}");
        }
        // Compares every day of nine centuries with a trusted library.
        let first = jiff::civil::date(1599, 12, 28);
        for day in 0..329_000 {
            let date = first.checked_add(jiff::Span::new().days(day)).unwrap();
            let millis = |date: jiff::civil::Date| Timestamp::parse_date(&date.to_string()).unwrap().millis();
            for months in [0, 1, 6, 36, 60, 211] {
                let expected = date.checked_add(jiff::Span::new().months(i32::from(months))).unwrap();
                assert_eq!(Timestamp(millis(date)).plus_months(months).millis(), millis(expected), "{date} + {months}");
            }
        }
        assert_eq!(Timestamp::NEVER.plus_months(1), Timestamp::NEVER);
        assert_eq!(Timestamp::BEGINNING.plus_months(0), Timestamp::BEGINNING);
    }

    #[test]
    fn a_date_is_read_as_its_midnight_in_utc() {
        assert_eq!(Timestamp::parse_date("2009-05-01").unwrap().to_string(), "2009-05-01T00:00:00.000Z");
        let born = Timestamp::parse_birth("2008-02-29").unwrap();
        assert_eq!(born.plus_months(12 * 16).to_string(), "2024-03-01T00:00:00.000Z");
        for bad in ["2009-5-1", "2009-02-29", "2009-05-01T00:00:00", "20090501", "", "01.05.2009"] {
            assert_eq!(Timestamp::parse_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_range_of_times_is_that_of_a_javascript_date() {
        assert!(Timestamp::from_millis(8_640_000_000_000_000).is_some());
        assert!(Timestamp::from_millis(8_640_000_000_000_001).is_none());
        assert!(Timestamp::from_millis(i64::MIN).is_none());
        let last = Timestamp::from_millis(8_640_000_000_000_000).unwrap();
        assert_eq!(last.plus_millis(1), last);
    }
}
