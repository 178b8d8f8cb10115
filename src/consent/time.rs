//! Points in time, as values: the logic has no clock.

/// Milliseconds since 1970-01-01T00:00:00Z, within the range that a JavaScript `Date` can hold (±8.64·10¹⁵).
///
/// The range matters: at the edge every number crosses as a double, which is exact only up to 2⁵³.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Before every date that a record can bear; stands for "at no known time".
    pub const BEGINNING: Self = Self(-8_640_000_000_000_000);
    const END: i64 = 8_640_000_000_000_000;

    /// A point in time; `None` outside the range.
    pub const fn from_millis(millis: i64) -> Option<Self> {
        if millis >= Self::BEGINNING.0 && millis <= Self::END { Some(Self(millis)) } else { None }
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// This time and `millis` more, held inside the range.
    pub const fn plus_millis(self, millis: i64) -> Self {
        let sum = self.0.saturating_add(millis);
        Self(if sum > Self::END {
            Self::END
        } else if sum < Self::BEGINNING.0 {
            Self::BEGINNING.0
        } else {
            sum
        })
    }
}

#[cfg(feature = "formats")]
impl Timestamp {
    /// Reads an RFC 3339 time with an offset, such as `2026-11-23T10:00:00Z`. Anything below a millisecond is cut off.
    pub fn parse(text: &str) -> Option<Self> {
        let instant: jiff::Timestamp = text.parse().ok()?;
        Self::from_millis(instant.as_millisecond())
    }
}

/// RFC 3339 in UTC with milliseconds, such as `2026-11-23T10:00:00.000Z`.
#[cfg(feature = "formats")]
impl core::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant:.3}"),
            // RFC 3339 ends with the year 9999; a time beyond cannot be written in it.
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
    fn the_range_is_that_of_a_javascript_date() {
        assert!(Timestamp::from_millis(8_640_000_000_000_000).is_some());
        assert!(Timestamp::from_millis(8_640_000_000_000_001).is_none());
        assert!(Timestamp::from_millis(i64::MIN).is_none());
        let last = Timestamp::from_millis(8_640_000_000_000_000).unwrap();
        assert_eq!(last.plus_millis(1), last);
    }
}
