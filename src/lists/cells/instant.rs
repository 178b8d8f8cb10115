//! Times as files write them.

use crate::consent::Timestamp;

/// Reads a time: RFC 3339; a date and a time without a zone, which count as UTC; a date, which counts as its midnight;
/// or the Unix time in seconds or milliseconds.
pub(crate) fn instant(text: &str) -> Option<Timestamp> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return unix(text);
    }
    // A date of ten characters is enough. Nobody writes the ledger's value for "at no known time", or years at the ends
    // of its range.
    match (text.get(..10), text.get(10..)) {
        (Some(date), Some("")) => Timestamp::parse_date(date),
        (Some(date), Some(clock)) => match millis(clock) {
            Some(millis) => Some(Timestamp::parse_date(date)?.plus_millis(millis)),
            None => Timestamp::parse(text),
        },
        _ => None,
    }
}

/// Returns whether a text is the zero date, which databases write for "no time".
pub(crate) fn is_none(text: &str) -> bool {
    text.starts_with("0000-00-00")
}

/// Reads a Unix time in seconds or milliseconds, from 1973 to 2286. A number with fewer digits is a date or a mistake.
fn unix(text: &str) -> Option<Timestamp> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        9 | 10 => Timestamp::from_millis(number * 1_000),
        12 | 13 => Timestamp::from_millis(number),
        _ => None,
    }
}

/// Returns the milliseconds of `HH:MM:SS[.fff]` with a space or a `T` before it, and with UTC or nothing after it.
fn millis(clock: &str) -> Option<i64> {
    let clock = clock.strip_prefix([' ', 'T'])?;
    let clock = ["Z", " UTC", "+00:00", " +00:00"].iter().find_map(|zone| clock.strip_suffix(zone)).unwrap_or(clock);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let two = |from: usize| -> Option<i64> { clock.get(from..from + 2).filter(|text| is_digits(text))?.parse().ok() };
    let (hours, minutes, seconds) = (two(0)?, two(3)?, two(6)?);
    let is_clock = clock.len() == 8 && clock.get(2..3) == Some(":") && clock.get(5..6) == Some(":");
    if !is_clock
        || hours > 23
        || minutes > 59
        || seconds > 59
        || !(1..=9).contains(&fraction.len())
        || !is_digits(fraction)
    {
        return None;
    }
    let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + thousandths)
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_time_formats_of_providers_are_read() {
        for (text, read) in [
            ("2025-03-04T05:06:07Z", Some("2025-03-04T05:06:07.000Z")),
            ("2025-03-04T05:06:07.89+01:00", Some("2025-03-04T04:06:07.890Z")),
            ("2025-03-04T05:06:07+00:00", Some("2025-03-04T05:06:07.000Z")),
            ("2025-03-04 05:06:07", Some("2025-03-04T05:06:07.000Z")),
            ("2025-03-04 05:06:07.1234", Some("2025-03-04T05:06:07.123Z")),
            ("2025-03-04 05:06:07 UTC", Some("2025-03-04T05:06:07.000Z")),
            ("2025-03-04 05:06:07+00:00", Some("2025-03-04T05:06:07.000Z")),
            ("2025-03-04 05:06:07Z", Some("2025-03-04T05:06:07.000Z")),
            ("2025-03-04 05:06:07-05:00", Some("2025-03-04T10:06:07.000Z")),
            ("2025-03-04", Some("2025-03-04T00:00:00.000Z")),
            ("1741064767", Some("2025-03-04T05:06:07.000Z")),
            ("1741064767890", Some("2025-03-04T05:06:07.890Z")),
            ("20250304", None),
            ("04/03/2025", None),
            ("04.03.2025 05:06", None),
            ("2025-02-30", None),
            ("2025-03-04 25:00:00", None),
            ("2025-03-04 05:06:07 CET", None),
            ("2025-03-04 0+:06:07", None),
            ("March 4", None),
            ("0000-00-00 00:00:00", None),
            ("", None),
        ] {
            assert_eq!(instant(text).map(|at| at.to_string()).as_deref(), read, "{text}");
        }
        assert!(is_none("0000-00-00 00:00:00") && is_none("0000-00-00") && !is_none("2000-00-00"));
    }
}
