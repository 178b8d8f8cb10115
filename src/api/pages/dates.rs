//! The format of dates in each language.

use jiff::civil::Date;

use crate::api::pages::fill::fill;
use crate::api::pages::language::Language;

/// Writes a date such as `2027-04-05` in words: `5 April 2027`. For a time in UTC (`2027-04-05T09:30:00Z`) it adds the
/// time. Any other text is returned unchanged.
pub(in crate::api) fn date(language: Language, iso: &str) -> String {
    let words = language.words();
    let (day, time) = iso.split_once('T').map_or((iso, None), |(day, time)| (day, time.strip_suffix('Z')));
    let Some(date) = written(language, day, words.date) else { return iso.to_owned() };
    match time.and_then(|time| time.get(..5)) {
        Some(time) => fill(words.date_time, &[("date", &date), ("time", time)]),
        None => date,
    }
}

/// Writes only the day, in a short form with the characters of text messages.
pub(in crate::api) fn short_date(language: Language, iso: &str) -> String {
    let day = iso.split('T').next().unwrap_or(iso);
    written(language, day, language.words().sms_date).unwrap_or_else(|| iso.to_owned())
}

fn written(language: Language, iso: &str, form: &str) -> Option<String> {
    let date: Date = iso.parse().ok()?;
    let words = language.words();
    let month = words.months.get(usize::from(date.month().unsigned_abs()).checked_sub(1)?)?;
    let day = if date.day() == 1 { words.first_day.to_owned() } else { date.day().to_string() };
    let (dd, mm) = (format!("{:02}", date.day()), format!("{:02}", date.month()));
    let year = date.year().to_string();
    Some(fill(form, &[("day", &day), ("month", month), ("year", &year), ("dd", &dd), ("mm", &mm)]))
}

#[cfg(test)]
mod tests {
    use super::{date, short_date};
    use crate::api::pages::language::Language;

    #[test]
    fn dates_are_written_in_the_style_of_each_language() {
        for (language, long, first, short) in [
            (Language::En, "5 April 2027", "1 August 2027", "5 April 2027"),
            (Language::Fr, "5 avril 2027", "1er août 2027", "05/04/2027"),
            (Language::De, "5. April 2027", "1. August 2027", "05.04.2027"),
            (Language::Es, "5 de abril de 2027", "1 de agosto de 2027", "05/04/2027"),
            (Language::It, "5 aprile 2027", "1º agosto 2027", "05/04/2027"),
            (Language::Nl, "5 april 2027", "1 augustus 2027", "05-04-2027"),
        ] {
            assert_eq!(date(language, "2027-04-05"), long);
            assert_eq!(date(language, "2027-08-01"), first);
            assert_eq!(short_date(language, "2027-04-05T09:30:00Z"), short);
        }
        assert_eq!(date(Language::De, "2027-04-05T09:30:59.123Z"), "5. April 2027, 09:30 Uhr UTC");
        assert_eq!(date(Language::En, "soon"), "soon");
        assert_eq!(date(Language::En, "2027-02-30"), "2027-02-30");
    }
}
