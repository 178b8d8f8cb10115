//! Tests the deadlines of subject requests against a table computed by hand, and against laws that hold for every
//! request.
//!
//! The days in the table come from printed calendars and the texts of the laws, not from the code.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use jiff::Span;
use jiff::civil::{Date, date};
use placet::consent::deadlines::*;
use placet::consent::{CountryCode, Place, RegionCode};
use proptest::prelude::*;

/// The columns: regime, the person's place, the shop's country, received, acknowledge by, due, extended; then the
/// reason.
const CASES: &str = "
// GDPR: the same day of the next month, or its last
gdpr        DE    DE 2024-03-05 -          2024-04-05 2024-06-05  as the EDPB counts: 5 March to 5 April
gdpr        DE    DE 2026-08-31 -          2026-09-30 2026-11-30  as the EDPB counts: 31 August to 30 September
gdpr        DE    DE 2025-01-31 -          2025-02-28 2025-04-30  28 February, a Friday
gdpr        DE    DE 2024-01-31 -          2024-02-29 2024-04-30  29 February of a leap year
gdpr        DE    DE 2028-01-31 -          2028-02-29 2028-05-02  the same; 30 April is a Sunday, 1 May a holiday
gdpr        DE    DE 2028-01-29 -          2028-02-29 2028-05-02  29 February exists; 29 April is the Saturday before a Monday 1 May
gdpr        DE    DE 2026-01-30 -          2026-03-02 2026-04-30  28 February is a Saturday
gdpr        DE    DE 2027-01-29 -          2027-03-01 2027-04-29  28 February is a Sunday
gdpr        DE    DE 2024-02-29 -          2024-04-02 2024-05-29  29 March is Good Friday: over Easter Monday to Tuesday
gdpr        DE    DE 2025-02-28 -          2025-03-28 2025-05-28  28 March, not the last of March
gdpr        DE    DE 2026-12-30 -          2027-02-01 2027-03-30  30 January is a Saturday
gdpr        DE    DE 2026-12-31 -          2027-02-01 2027-03-31  31 January is a Sunday
gdpr        DE    DE 2025-12-31 -          2026-02-02 2026-03-31  31 January is a Saturday
gdpr        DE    DE 2025-12-30 -          2026-01-30 2026-03-30  a Friday and a Monday
gdpr        DE    DE 2026-11-30 -          2026-12-30 2027-03-01  the extended day: 28 February is a Sunday
gdpr        DE    DE 2027-11-30 -          2027-12-30 2028-02-29  the extended day: 29 February of a leap year
gdpr        DE    DE 2026-03-31 -          2026-04-30 2026-06-30  30 April and 30 June
gdpr        DE    DE 2026-10-31 -          2026-11-30 2027-02-01  30 November; the extended day, 31 January, is a Sunday
// GDPR: weekends and holidays
gdpr        DE    DE 2026-03-05 -          2026-04-07 2026-06-05  5 April is Easter Sunday
gdpr        DE    DE 2026-03-03 -          2026-04-07 2026-06-03  3 April is Good Friday: four days off
gdpr        DE    DE 2026-04-01 -          2026-05-04 2026-07-01  1 May is a Friday
gdpr        DE    DE 2027-04-01 -          2027-05-03 2027-07-01  1 May is a Saturday
gdpr        DE    DE 2026-11-25 -          2026-12-28 2027-02-25  25 and 26 December are a Friday and a Saturday
gdpr        DE    DE 2024-11-25 -          2024-12-27 2025-02-25  25 and 26 December are a Wednesday and a Thursday
gdpr        DE    DE 2025-11-25 -          2025-12-29 2026-02-25  25 December is a Thursday: two holidays and a weekend
gdpr        DE    DE 2026-12-01 -          2027-01-04 2027-03-01  1 January is a Friday
gdpr        DE    DE 2025-09-03 -          2025-10-06 2025-12-03  3 October is a Friday
gdpr        DE    DE 2026-04-14 -          2026-05-15 2026-07-14  Ascension Day, a Thursday
gdpr        DE    DE 2026-04-25 -          2026-05-26 2026-07-27  Whit Monday
gdpr        FR    FR 2026-06-14 -          2026-07-15 2026-09-14  14 July, a Tuesday
gdpr        FR    FR 2026-10-11 -          2026-11-12 2027-01-11  11 November, a Wednesday
gdpr        FR    FR 2026-03-03 -          2026-04-03 2026-06-03  Good Friday is a working day in France
gdpr        FR    FR 2026-04-08 -          2026-05-11 2026-07-08  8 May is a Friday
gdpr        AT    AT 2026-09-26 -          2026-10-27 2026-12-28  26 October is a Monday
gdpr        IT    IT 2026-05-02 -          2026-06-03 2026-08-03  2 June, a Tuesday
gdpr        IT    IT 2025-03-25 -          2025-04-28 2025-06-25  25 April is a Friday
gdpr        ES    ES 2026-09-12 -          2026-10-13 2026-12-14  12 October is a Monday
gdpr        PL    PL 2026-10-11 -          2026-11-12 2027-01-11  11 November, a Wednesday
gdpr        PL    PL 2026-12-06 -          2027-01-07 2027-03-08  6 January, a Wednesday
gdpr        NL    NL 2026-03-27 -          2026-04-28 2026-06-29  27 April is a Monday
gdpr        BE    BE 2026-06-21 -          2026-07-22 2026-09-21  21 July, a Tuesday
gdpr        SE    SE 2025-05-06 -          2025-06-09 2025-08-06  6 June is a Friday
gdpr        NO    NO 2027-04-17 -          2027-05-18 2027-07-19  17 May is Whit Monday too
gdpr        IE    IE 2026-02-17 -          2026-03-18 2026-05-18  17 March, a Tuesday
gdpr        PT    PT 2026-05-10 -          2026-06-11 2026-08-10  10 June, a Wednesday
gdpr        CZ    CZ 2026-09-28 -          2026-10-29 2026-12-28  28 October, a Wednesday
gdpr        GR    GR 2026-03-10 -          2026-04-14 2026-06-10  10 April is Good Friday of the Orthodox; Easter Monday is the 13th
gdpr        GR    GR 2026-03-03 -          2026-04-03 2026-06-03  Good Friday of the others is a working day in Greece
gdpr        GR    GR 2026-04-01 -          2026-05-04 2026-07-01  1 May is a Friday
gdpr        RO    RO 2027-03-30 -          2027-05-04 2027-06-30  30 April is Good Friday, 1 May a holiday, then Easter: five days off
gdpr        HU    HU 2026-09-23 -          2026-10-26 2026-12-23  23 October is a Friday
gdpr        CY    CY 2026-01-23 -          2026-02-23 2026-04-23  23 February is Clean Monday, which the library has a day late: neither day counts
gdpr        FI    FI 2027-11-06 -          2027-12-07 2028-02-07  6 December is a Monday
gdpr        DK    DK 2026-03-02 -          2026-04-07 2026-06-02  Maundy Thursday: five days off
gdpr        IS    IS 2026-05-17 -          2026-06-18 2026-08-17  17 June, a Wednesday
gdpr        SK    SK 2026-12-01 -          2027-01-04 2027-03-01  1 January is a Friday
gdpr        LU    LU 2026-05-23 -          2026-06-24 2026-08-24  23 June, a Tuesday
// The holidays are those of the shop
gdpr        FR    DE 2026-03-03 -          2026-04-07 2026-06-03  Good Friday in Germany
gdpr        DE    FR 2026-03-03 -          2026-04-03 2026-06-03  none in France
gdpr        DE    FR 2026-06-14 -          2026-07-15 2026-09-14  14 July in France
gdpr        DE    JP 2026-03-03 -          2026-04-07 2026-06-03  the Japanese ones are not known: those of the person
gdpr        JP    DE 2026-09-03 -          2026-10-05 2026-12-03  3 October, a Saturday
fadp        DE    CH 2026-07-01 -          2026-07-31 2026-08-30  the month ends on 1 August, 30 days on 31 July
gdpr        DE    CH 2024-11-26 -          2024-12-26 2025-01-25  26 December is not off in all cantons; 60 days come before three months
// United Kingdom
uk_gdpr     GB    GB 2026-09-03 -          2026-10-05 2026-12-03  as the Information Commissioner counts: 3 September to 3 October, a Saturday
uk_gdpr     GB    GB 2025-09-03 -          2025-10-03 2025-12-03  3 October is a Friday
uk_gdpr     GB    GB 2026-03-03 -          2026-04-07 2026-06-03  Good Friday to Tuesday after Easter
uk_gdpr     GB    GB 2026-04-04 -          2026-05-05 2026-07-06  the early May bank holiday
uk_gdpr     GB    GB 2026-04-25 -          2026-05-26 2026-07-27  the spring bank holiday
uk_gdpr     GB    GB 2026-11-26 -          2026-12-29 2027-02-26  26 December is a Saturday, Monday the substitute
uk_gdpr     GB    GB 2027-11-25 -          2027-12-29 2028-02-25  25 December is a Saturday: Monday and Tuesday are substitutes
uk_gdpr     GB    GB 2027-12-01 -          2028-01-04 2028-03-01  1 January is a Saturday, Monday the substitute
uk_gdpr     GB    GB 2028-11-25 -          2028-12-27 2029-02-26  25 December is a Monday
uk_gdpr     GB    GB 2027-01-31 -          2027-03-01 2027-04-30  28 February is a Sunday
// Switzerland: 30 days, and 30 more; nothing moves
fadp        CH    CH 2026-01-31 -          2026-03-02 2026-04-01  2 March
fadp        CH    CH 2028-01-31 -          2028-03-01 2028-03-31  1 March of a leap year
fadp        CH    CH 2026-07-02 -          2026-08-01 2026-08-31  1 August, a Saturday and the national day
fadp        CH    CH 2026-11-25 -          2026-12-25 2027-01-24  25 December
// USA: 45 days, and 45 more; confirmed in ten business days
ccpa        US    US 2026-11-16 2026-12-01 2026-12-31 2027-02-14  Thanksgiving is no business day, the Friday after is one
ccpa        US    US 2026-12-18 2027-01-05 2027-02-01 2027-03-18  Christmas Day and New Year's Day are Fridays
ccpa        US    US 2026-06-25 2026-07-10 2026-08-09 2026-09-23  4 July is a Saturday, the Friday before the day off
ccpa        US    US 2027-06-28 2027-07-13 2027-08-12 2027-09-26  4 July is a Sunday, the Monday after the day off
ccpa        US    US 2027-12-20 2028-01-05 2028-02-03 2028-03-19  25 December and 1 January are Saturdays, the Fridays before the days off
ccpa        US    US 2026-01-09 2026-01-26 2026-02-23 2026-04-09  Martin Luther King's birthday is a Monday
ccpa        US    US 2028-01-31 2028-02-14 2028-03-16 2028-04-30  over the leap day; Washington's birthday is later
ccpa        US    US 2026-08-29 2026-09-14 2026-10-13 2026-11-27  received on a Saturday, before Labor Day
ccpa        US-CA US 2026-10-05 2026-10-20 2026-11-19 2027-01-03  Columbus Day
ccpa        US-TX US 2026-05-18 2026-06-02 2026-07-02 2026-08-16  Memorial Day; every state as California
ccpa        US-CA JP 2026-06-15 2026-06-30 2026-07-30 2026-09-13  Juneteenth and 3 July
ccpa        US-CA -- 2026-11-04 2026-11-19 2026-12-19 2027-02-02  Veterans Day, a Wednesday
// Brazil: 15 days
lgpd        BR    BR 2026-02-14 -          2026-03-01 -           1 March, a Sunday
lgpd        BR    BR 2028-02-14 -          2028-02-29 -           29 February
lgpd        BR    BR 2026-08-23 -          2026-09-07 -           7 September, a Monday and the national day
lgpd        BR    BR 2026-12-17 -          2027-01-01 -           1 January
// Canada: 30 days, and 30 more
pipeda      CA    CA 2026-06-01 -          2026-07-01 2026-07-31  1 July, the national day
pipeda      CA    CA 2028-01-31 -          2028-03-01 2028-03-31  1 March of a leap year
pipeda      CA    CA 2026-12-31 -          2027-01-30 2027-03-01  30 January, a Saturday
// Australia: 30 days
privacy_act AU    AU 2025-12-27 -          2026-01-26 -           26 January, the national day
privacy_act AU    AU 2026-01-31 -          2026-03-02 -           2 March
privacy_act AU    AU 2027-11-25 -          2027-12-25 -           25 December, a Saturday
// Two laws at once: the earlier day
lgpd        BR    DE 2026-03-02 -          2026-03-17 -           15 days come before a month, and allow no more
lgpd        DE    BR 2026-03-02 -          2026-03-17 -           the same the other way round
gdpr        US-CA DE 2026-03-02 2026-03-16 2026-04-02 2026-05-31  a month comes before 45 days; Good Friday and Easter Monday are no business days there
gdpr        US-CA DE 2026-03-27 2026-04-14 2026-04-27 2026-06-25  the same over Easter
gdpr        DE    US 2026-11-16 2026-12-01 2026-12-16 2027-02-14  the holidays of the United States; 90 days come before three months
gdpr        DE    US 2026-11-26 2026-12-10 2026-12-28 2027-02-24  90 days come before three months
gdpr        DE    US 2026-02-02 2026-02-17 2026-03-02 2026-05-03  three months end on Monday 4 May, 90 days on the Sunday before
gdpr        DE    US 2026-07-05 2026-07-17 2026-08-05 2026-10-03  three months end on 5 October, 90 days on the 3rd
gdpr        DE    CH 2026-01-31 -          2026-03-02 2026-04-01  a month, with its weekend, comes when 30 days do
gdpr        DE    CH 2025-01-31 -          2025-02-28 2025-04-01  a month of 28 days comes before 30 days
fadp        CH    DE 2026-03-10 -          2026-04-09 2026-05-09  30 days come before a month of 31
gdpr        CA    DE 2025-02-03 -          2025-03-03 2025-04-04  28 days come before 30 days; and 60 before three months
gdpr        AU    DE 2025-02-03 -          2025-03-03 2025-03-05  the Australian law lets nobody take longer than 30 days
privacy_act AU    GB 2026-07-01 -          2026-07-31 -           30 days come before a month of 31, and allow no more
uk_gdpr     GB    DE 2026-04-04 -          2026-05-04 2026-07-06  on the same day the law of the person; 4 May is a working day in Germany
gdpr        DE    GB 2026-04-04 -          2026-05-05 2026-07-06  on the same day the law of the person; a bank holiday at the shop
lgpd        BR    US 2026-11-16 2026-12-01 2026-12-01 -           confirmed as the one law asks, answered as the other does
lgpd        BR    US 2026-12-18 2027-01-02 2027-01-02 -           the answer confirms, too: never later than that
// Countries without a law of ours
gdpr        --    -- 2026-08-31 -          2026-09-30 2026-11-30  nothing is known
gdpr        JP    -- 2026-01-31 -          2026-03-02 2026-04-30  28 February is a Saturday
gdpr        JP    JP 2026-03-03 -          2026-04-03 2026-06-03  no holidays are known: Good Friday is a working day
gdpr        --    DE 2026-03-03 -          2026-04-07 2026-06-03  only the shop's
gdpr        DE    -- 2026-03-03 -          2026-04-07 2026-06-03  only the person's
lgpd        --    BR 2026-03-02 -          2026-03-17 -           only the shop's
ccpa        --    US 2026-11-16 2026-12-01 2026-12-31 2027-02-14  only the shop's
pipeda      ZZ    CA 2026-03-02 -          2026-04-01 2026-05-01  only the shop's
// At the end of the table of holidays, and after
gdpr        DE    DE 2040-11-25 -          2040-12-27 2041-02-25  25 December 2040, a Tuesday
gdpr        DE    DE 2041-11-25 -          2041-12-25 2042-02-25  25 December 2041, a Wednesday, and no holidays known
gdpr        DE    DE 2041-12-01 -          2042-01-01 2042-03-03  1 January 2042, a Wednesday
ccpa        US    US 2041-12-18 2042-01-01 2042-02-01 2042-03-18  Christmas Day counts
";

/// The columns: the shop's and the person's country, received, reminders.
const REMINDERS: &str = "
DE DE 2026-08-31 2026-09-23 2026-09-29                 a week and a day before Wednesday 30 September
DE DE 2026-03-05 2026-03-31 2026-04-02                 due on Tuesday after Easter: the last working day is Maundy Thursday
DE DE 2026-10-05 2026-10-29 2026-11-04                 due on Thursday 5 November
DE DE 2026-10-31 2026-11-23 2026-11-27                 due on a Monday: on the Friday before
DE DE 2025-11-25 2025-12-22 2025-12-24                 due after Christmas
BR BR 2026-12-17 2026-12-24 2026-12-31                 due on New Year's Day
BR BR 2026-02-14 2026-02-20 2026-02-27                 due on a Sunday: twice on a Friday
US US 2026-11-16 2026-11-27 2026-12-24 2026-12-30      two days before 1 December is a Sunday
US US 2026-12-18 2026-12-31 2027-01-25 2027-01-29      two days before 5 January is a Sunday, 1 January a holiday
US US 2026-06-25 2026-07-08 2026-07-31 2026-08-07      two days before 10 July; due on a Sunday
US DE 2026-03-02 2026-03-13 2026-03-26 2026-04-01      confirmed by Monday 16 March, due on Thursday 2 April
BR US 2026-11-16 2026-11-24 2026-11-27 2026-11-30      confirmed and due on Tuesday 1 December
";

/// All holidays of a year that are not on a Saturday or Sunday.
const DAYS_OFF: &[(&str, i16, &str)] = &[
    ("US", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
    ("US", 2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
    ("GB", 2026, "01-01 04-03 04-06 05-04 05-25 12-25 12-28"),
    ("GB", 2027, "01-01 03-26 03-29 05-03 05-31 12-27 12-28"),
    ("DE", 2025, "01-01 04-18 04-21 05-01 05-29 06-09 10-03 12-25 12-26"),
    ("DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25"),
    ("FR", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25"),
    ("CH", 2025, "01-01 05-29 08-01 12-25"),
    ("BR", 2027, "01-01 03-26 04-21 09-07 10-12 11-02 11-15"),
    ("CA", 2026, "01-01 04-03 07-01 09-07 12-25"),
    ("AU", 2026, "01-01 01-26 04-03 04-06 12-25 12-28"),
    ("RO", 2025, "01-01 01-02 01-06 01-07 01-24 04-18 04-21 05-01 06-09 08-15 12-01 12-25 12-26"),
    ("IS", 2026, "01-01 04-02 04-03 04-06 04-23 05-01 05-14 05-25 06-17 08-03 12-25"),
    ("LI", 2026, "01-01 01-06 04-06 05-01 05-14 05-25 06-04 09-08 12-08 12-25"),
    ("IS", 2024, "01-01 03-28 03-29 04-01 05-01 05-09 05-20 06-17 08-05 12-25 12-26"),
    ("GR", 2024, "01-01 03-18 03-25 05-03 05-06 06-24 08-15 10-28 12-25 12-26"),
    ("GR", 2025, "01-01 01-06 03-03 03-25 04-18 04-21 05-01 06-09 08-15 10-28 12-25 12-26"),
    ("JP", 2026, ""),
    ("DE", 2041, ""),
];

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .map(|line| line.split_whitespace().collect())
}

fn country(text: &str) -> Option<CountryCode> {
    (text != "--").then(|| CountryCode::parse(text).unwrap())
}

fn place(text: &str) -> Place {
    let (code, region) = text.split_once('-').filter(|_| text != "--").map_or((text, None), |(a, b)| (a, Some(b)));
    Place { country: country(code), region: region.map(|region| RegionCode::parse(region).unwrap()) }
}

fn day(text: &str) -> Option<Date> {
    (text != "-").then(|| text.parse().unwrap())
}

#[test]
fn subject_requests_have_the_deadlines_of_the_table() {
    let mut wrong = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    let mut count = 0;
    for row in rows(CASES) {
        let found = deadlines(&place(row[1]), country(row[2]), day(row[3]).unwrap());
        let expected = (Regime::parse(row[0]).unwrap(), day(row[4]), day(row[5]).unwrap(), day(row[6]));
        if (found.regime, found.acknowledge_by, found.due, found.extended) != expected {
            wrong.push(format!("{}\n    {found:?}", row.join(" ")));
        }
        seen.insert(found.regime);
        count += 1;
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert_eq!(seen.len(), Regime::ALL.len());
    assert!(count > 100, "{count}");
}

#[test]
fn reminders_are_on_working_days() {
    for row in rows(REMINDERS) {
        let expected: Vec<Date> = row[3..].iter().map_while(|text| text.parse().ok()).collect();
        assert_eq!(deadlines(&place(row[0]), country(row[1]), day(row[2]).unwrap()).reminders, expected, "{row:?}");
    }
}

#[test]
fn the_holidays_are_those_of_the_country() {
    for (code, year, expected) in DAYS_OFF {
        let off = days_of(*year).filter(|day| !is_weekend(*day) && !is_working_day(country(code), *day));
        let off: Vec<String> = off.map(|day| day.strftime("%m-%d").to_string()).collect();
        assert_eq!(off.join(" "), *expected, "{code} {year}");
    }
}

#[test]
fn outside_the_years_of_the_table_only_weekends_are_days_off() {
    let german = country("DE");
    assert!(!is_working_day(german, date(LAST_YEAR, 12, 25)));
    assert!(days_of(LAST_YEAR + 1).all(|day| is_working_day(german, day) != is_weekend(day)));
    assert!(days_of(2023).all(|day| is_working_day(german, day) != is_weekend(day)));
}

#[test]
fn working_days_skip_weekends_and_holidays() {
    let (german, friday) = (country("DE"), date(2026, 4, 2).tomorrow().unwrap());
    assert_eq!(next_working_day(german, date(2026, 4, 2)), date(2026, 4, 2));
    assert_eq!(next_working_day(german, friday), date(2026, 4, 7));
    assert_eq!(next_working_day(None, friday), friday);
    assert_eq!(plus_business_days(german, date(2026, 4, 2), 0), date(2026, 4, 2));
    assert_eq!(plus_business_days(german, date(2026, 4, 2), 1), date(2026, 4, 7));
    assert_eq!(plus_business_days(None, date(2026, 4, 4), 1), date(2026, 4, 6));
}

#[test]
fn the_table_of_laws_is_complete() {
    assert!(TIME_LIMITS.iter().map(|limit| limit.regime).eq(Regime::ALL.iter().copied()));
    for limit in &TIME_LIMITS {
        assert!(!limit.law.is_empty() && !limit.article.is_empty() && !limit.sources.is_empty(), "{}", limit.regime);
        // If a last day is not moved to a working day, the note says so.
        assert_eq!(limit.rolls, !limit.note.contains("not moved off"), "{}", limit.regime);
    }
}

#[test]
fn deadlines_at_the_end_of_the_calendar_are_the_last_day() {
    for shop in ["DE", "US", "BR"] {
        let found = deadlines(&Place::default(), country(shop), Date::MAX);
        assert_eq!((found.due, found.extended), (Date::MAX, None));
        assert!(found.reminders.is_empty());
    }
}

fn is_weekend(day: Date) -> bool {
    // 1 is Monday.
    day.weekday().to_monday_one_offset() > 5
}

fn days_of(year: i16) -> impl Iterator<Item = Date> {
    date(year, 1, 1).series(Span::new().days(1)).take_while(move |day| day.year() == year)
}

fn plus(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).unwrap()
}

fn any_country() -> impl Strategy<Value = Option<CountryCode>> {
    const KNOWN: &[&str] = &[
        "AT", "AU", "BE", "BR", "CA", "CH", "CY", "DE", "DK", "ES", "FR", "GB", "GR", "IE", "IS", "LI", "PL", "RO",
        "US",
    ];
    prop_oneof![1 => Just(None), 1 => Just(country("JP")), 8 => proptest::sample::select(KNOWN).prop_map(country)]
}

fn any_day() -> impl Strategy<Value = Date> {
    (0..16_000_i64).prop_map(|days| plus(date(2020, 1, 1), days))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn every_subject_request_has_a_lawful_deadline(person in any_country(), shop in any_country(), received in any_day(), wait in 0..40_i64) {
        let person = Place { country: person, region: None };
        let found = deadlines(&person, shop, received);
        let limit = TIME_LIMITS.iter().find(|limit| limit.regime == found.regime).unwrap();
        let unknown = [None, country("JP")];
        let calendar = if unknown.contains(&shop) { person.country } else { shop };

        // No law gives less than two weeks, and none more than three months plus the longest run of holidays.
        let longest = plus(received.checked_add(Span::new().months(3)).unwrap(), 10);
        prop_assert!(found.due >= plus(received, 14) && found.due <= longest);
        prop_assert!(found.extended.is_none_or(|day| day > found.due && day <= longest));
        prop_assert!(found.acknowledge_by.is_none_or(|day| day > received && day <= found.due));

        // If the law moves the last day, it moves to the next working day; otherwise the deadline is the day of the
        // law.
        let end = match limit.period {
            Period::Months(months) => received.checked_add(Span::new().months(months)).unwrap(),
            Period::Days(days) => plus(received, days.into()),
        };
        if limit.rolls {
            prop_assert!(is_working_day(calendar, found.due) && found.due >= end);
            let skipped = end.series(Span::new().days(1)).take_while(|day| *day < found.due);
            prop_assert!(skipped.into_iter().all(|day| !is_working_day(calendar, day)));
        } else {
            prop_assert_eq!(found.due, end);
        }

        // Reminders are sent before the deadline, on working days.
        prop_assert!(found.reminders.is_sorted_by(|one, next| one < next) && !found.reminders.is_empty());
        for day in &found.reminders {
            prop_assert!(*day >= received && *day < found.due && is_working_day(calendar, *day));
        }

        // A later request never has an earlier deadline.
        let after = deadlines(&person, shop, plus(received, wait));
        prop_assert!(after.due >= found.due && after.acknowledge_by >= found.acknowledge_by);

        // If two laws apply, both deadlines are met.
        if !unknown.contains(&shop) {
            let alone = deadlines(&Place::default(), shop, received);
            prop_assert!(found.due <= alone.due);
            prop_assert!(found.extended.unwrap_or(found.due) <= alone.extended.unwrap_or(alone.due));
        }
    }
}
