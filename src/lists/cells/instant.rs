//! Times as files write them.

use crate::consent::Timestamp;

/// Reads a time: RFC 3339; a date and a time without a zone, which count as UTC; a date, which counts as its midnight;
/// the Unix time in seconds or milliseconds; or the serial number of a spreadsheet. A date may begin with its year. It
/// may begin with its day if that is certain: by its dots, by a number above 12, or because the platform writes it so
/// (`is_day_first`).
pub(crate) fn instant(text: &str, is_day_first: bool) -> Option<Timestamp> {
    if is_digits(text) {
        return unix(text).or_else(|| serial(text));
    }
    // A date of ten characters is enough. Nobody writes the ledger's value for "at no known time", or years at the ends
    // of its range.
    let date = match (text.get(..10), text.get(10..)) {
        (Some(date), Some("")) => civil(date, is_day_first),
        (Some(date), Some(clock)) => match millis(clock) {
            Some(millis) => civil(date, is_day_first).map(|day| day.plus_millis(millis)),
            None => Timestamp::parse(text),
        },
        _ => None,
    };
    date.or_else(|| serial(text))
}

/// Reads a date of ten characters as its midnight.
fn civil(date: &str, is_day_first: bool) -> Option<Timestamp> {
    let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| "-/.".contains(*c))?;
    let mut parts = date.split(separator);
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    let number = |text: &str| text.parse::<u8>().ok();
    let (year, month, day) = if first.len() == 4 {
        (first, second, third)
    } else {
        let (one, other) = (number(first)?, number(second)?);
        match (separator == '.' || is_day_first || one == other, one > 12, other > 12) {
            (true, _, false) | (false, true, false) => (third, second, first),
            (false, false, true) => (third, first, second),
            // Either number may be the month.
            _ => return None,
        }
    };
    Timestamp::parse_date(&format!("{year}-{month}-{day}"))
}

/// Reads the serial number that a spreadsheet has for a time: the days since 30 December 1899, from 1970 to 2118.
fn serial(text: &str) -> Option<Timestamp> {
    /// The serial number of 1 January 1970.
    const EPOCH: i64 = 25_569;
    const DAY: i64 = 86_400_000;
    let (days, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    if days.len() != 5 || !is_digits(days) || !is_digits(part) || !(1..=12).contains(&part.len()) {
        return None;
    }
    let days: i64 = days.parse::<i64>().ok()?.checked_sub(EPOCH).filter(|days| (0..54_000).contains(days))?;
    let part: i64 = format!("{part:0<12}").parse().ok()?;
    // Twelve digits of a day times the milliseconds of a day fit into 63 bits.
    Timestamp::from_millis(days * DAY + part * (DAY / 1_000) / 1_000_000_000)
}

/// Returns whether a time is one that programs write for "no time": the beginning of the Unix time or anything before it.
pub(crate) fn is_placeholder(at: Timestamp) -> bool {
    at.millis() < 86_400_000
}

/// Returns the last moment of the day or minute that a text names, whose first moment is `at`. A more exact time stays.
pub(crate) fn end_of(text: &str, at: Timestamp) -> Timestamp {
    let is_exact = match text.split_once(':') {
        Some((_, rest)) => rest.contains(':') || rest.contains('.'),
        // Unix times, and parts of a day in a spreadsheet.
        None => (is_digits(text) && text.len() > 8) || serial(text).is_some_and(|_| text.contains(['.', ','])),
    };
    let unit = match text.contains(':') {
        _ if is_exact => 1,
        true => 60_000,
        false => 86_400_000,
    };
    at.plus_millis(unit - 1)
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

/// Returns the milliseconds of `HH:MM[:SS[.fff]]` with a space or a `T` before it, and with UTC or nothing after it.
fn millis(clock: &str) -> Option<i64> {
    let clock = clock.strip_prefix([' ', 'T'])?;
    let clock = ["Z", " UTC", "+00:00", " +00:00"].iter().find_map(|zone| clock.strip_suffix(zone)).unwrap_or(clock);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let mut two = |most: i64| -> Option<i64> {
        let part = parts.next().filter(|text| text.len() == 2 && is_digits(text))?;
        part.parse().ok().filter(|number| *number <= most)
    };
    let (hours, minutes) = (two(23)?, two(59)?);
    let seconds = if clock.len() == 5 { 0 } else { two(59)? };
    if parts.next().is_some() || !(1..=9).contains(&fraction.len()) || !is_digits(fraction) {
        return None;
    }
    let thousandths: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + thousandths)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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
            ("2025-03-04 05:06", Some("2025-03-04T05:06:00.000Z")),
            ("2025-03-04T05:06Z", Some("2025-03-04T05:06:00.000Z")),
            ("2025/03/04 05:06", Some("2025-03-04T05:06:00.000Z")),
            ("04.03.2025 05:06", Some("2025-03-04T05:06:00.000Z")),
            ("24/03/2025", Some("2025-03-24T00:00:00.000Z")),
            ("03/24/2025 05:06:07", Some("2025-03-24T05:06:07.000Z")),
            ("03/03/2025", Some("2025-03-03T00:00:00.000Z")),
            // The serial numbers of spreadsheets.
            ("45720", Some("2025-03-04T00:00:00.000Z")),
            ("45720.2126", Some("2025-03-04T05:06:08.640Z")),
            ("45720,5", Some("2025-03-04T12:00:00.000Z")),
            ("12345", None),
            ("99999.9", None),
            ("20250304", None),
            ("04/03/2025", None),
            ("04-03-2025 05:06", None),
            ("24/24/2025", None),
            ("04.03.25", None),
            ("2025-03-04 05:06:", None),
            ("2025-03-04 5:06", None),
            ("2025-02-30", None),
            ("2025-03-04 25:00:00", None),
            ("2025-03-04 05:06:07 CET", None),
            ("2025-03-04 0+:06:07", None),
            ("March 4", None),
            ("0000-00-00 00:00:00", None),
            ("", None),
        ] {
            assert_eq!(instant(text, false).map(|at| at.to_string()).as_deref(), read, "{text}");
        }
        let brevo = instant("04-03-2025 05:06", true).map(|at| at.to_string());
        assert_eq!(brevo.as_deref(), Some("2025-03-04T05:06:00.000Z"));
        assert!(is_none("0000-00-00 00:00:00") && is_none("0000-00-00") && !is_none("2000-00-00"));
    }
}
