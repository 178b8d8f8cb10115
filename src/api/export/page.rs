//! A contact report as a page, for the person who asked, on screen or on paper.
//!
//! The page has no script and loads nothing, so that it can be sent as a file and read anywhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::api::export::Table;
use crate::ledger::ContactReport;

const STYLE: &str = include_str!("page.css");

/// The title of each table on the page, and the explanation below it.
const TITLES: &[(&str, &str, &str)] = &[
    ("contact", "This report", "Who holds the data, and which contact this is about."),
    ("profile", "Profile", "What rules and ages go by."),
    ("addresses", "Addresses", "How you can be reached, and how the shop knows that the address is yours."),
    ("external_ids", "Names at other platforms", "What connected platforms call you."),
    (
        "standings",
        "What stands now",
        "For each address, channel and purpose: whether a message may be sent, by which law, and why.",
    ),
    ("records", "Every choice on record", "Oldest first, with what was shown to you and where."),
    ("activities", "Activities", "What keeps a permission alive; the latest of each kind."),
    ("requests", "What was done under your rights", "Exports, corrections, restrictions, merges."),
    ("recipients", "What was handed to whom", "The recipients of your data and what they got."),
    ("information", "Further information", "Automated decisions, and where to complain."),
    ("information_purposes", "Purposes", "What the data is used for, and on which grounds."),
    ("information_sources", "Sources", "Where the data came from."),
    ("information_recipients", "Recipients in general", "Whom the shop hands data to."),
    ("information_periods", "Periods", "For how long what is kept."),
    ("information_rights", "Your rights", "What you may ask for."),
];

/// The fields that form the heading of an entry.
const HEADINGS: &[(&str, &[&str])] = &[
    ("addresses", &["kind", "value"]),
    ("standings", &["channel", "purpose", "status"]),
    ("records", &["choice", "channel", "purpose"]),
    ("activities", &["activity", "channel"]),
    ("requests", &["act"]),
    ("recipients", &["recipient"]),
    ("information_purposes", &["purpose"]),
    ("information_sources", &["kind", "form"]),
    ("information_recipients", &["name"]),
    ("information_periods", &["what"]),
    ("information_rights", &["right"]),
];

pub(in crate::api) fn page(report: &ContactReport, tables: &[Table]) -> String {
    let title = format!("What {} holds on you", report.shop.name);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        h1 { (title) }
                        p { "Put together on " (time(&report.generated_at.to_string())) ", under Articles 15 and 20 of the GDPR." }
                        @if let Some(restriction) = &report.restriction {
                            p.notice role="note" {
                                strong { "Restricted: " }
                                "since " (time(&restriction.since.to_string())) " the data is kept and not used (GDPR Art. 18)."
                            }
                        }
                    }
                    nav aria-label="Sections" {
                        ul {
                            @for (name, title, _) in shown(tables) {
                                li { a href={ "#" (name) } { (title) } }
                            }
                        }
                    }
                    @for (name, title, about) in shown(tables) {
                        section id=(name) aria-labelledby={ (name) "-title" } {
                            h2 id={ (name) "-title" } { (title) }
                            p.about { (about) }
                            @for table in tables.iter().filter(|table| table.name == *name) {
                                (entries(table))
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

/// Returns the titles of the tables that the report has, in the order of the page.
fn shown(tables: &[Table]) -> impl Iterator<Item = &'static (&'static str, &'static str, &'static str)> {
    TITLES.iter().filter(|(name, ..)| tables.iter().any(|table| table.name == *name))
}

fn entries(table: &Table) -> Markup {
    let heading = HEADINGS.iter().find(|(name, _)| *name == table.name).map(|(_, fields)| *fields);
    html! {
        @if table.rows.is_empty() {
            p.none { "Nothing is held here." }
        }
        @for row in &table.rows {
            article {
                @if let Some(fields) = heading {
                    h3 {
                        @for (place, field) in fields.iter().enumerate() {
                            @if let Some(value) = value(row, field) {
                                @if place > 0 { " · " }
                                (words(value))
                            }
                        }
                    }
                }
                dl {
                    @for (name, value) in row.iter().filter(|(_, value)| !value.is_empty()) {
                        div {
                            dt { (label(name)) }
                            dd { (shown_value(name, value)) }
                        }
                    }
                }
            }
        }
    }
}

fn value<'a>(row: &'a [(String, String)], field: &str) -> Option<&'a str> {
    let found = row.iter().find(|(name, _)| name == field).map(|(_, value)| value.as_str());
    // A choice without a channel or a purpose applies to all of them.
    match found {
        Some("") if field == "channel" => Some("all channels"),
        Some("") if field == "purpose" => Some("all purposes"),
        Some("") | None => None,
        found => found,
    }
}

/// Writes an identifier of placet, such as `opted_in`, with spaces. Other text is returned unchanged.
fn words(value: &str) -> String {
    let ours = value.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if ours { value.replace('_', " ") } else { value.to_owned() }
}

fn label(name: &str) -> String {
    let text = name.replace('.', ": ").replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn shown_value(name: &str, value: &str) -> Markup {
    let last = name.rsplit('.').next().unwrap_or(name);
    html! {
        @if last.ends_with("_at") || matches!(last, "since" | "until" | "at") {
            (time(value))
        } @else if value.contains('\n') {
            ul { @for line in value.split('\n') { li { (line) } } }
        } @else {
            (value)
        }
    }
}

fn time(value: &str) -> Markup {
    html! { time datetime=(value) { (spoken(value).as_deref().unwrap_or(value)) } }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Writes a time, such as `2026-11-25T03:57:38.982Z`, in words: `25 November 2026, 03:57:38 UTC`. `None` for any other
/// format.
fn spoken(time: &str) -> Option<String> {
    let (date, clock) = time.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?);
    let clock = clock.split('.').next()?;
    Some(format!("{} {} {year}, {clock} UTC", day.trim_start_matches('0'), MONTHS.get(month.checked_sub(1)?)?))
}
