//! A contact report as a page, for the person who asked, on screen or on paper.
//!
//! The page has no script and loads nothing, so that it can be sent as a file and read anywhere.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::api::export::Table;
use crate::ledger::ContactReport;

const STYLE: &str = include_str!("page.css");

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
                            @for table in tables {
                                li { a href={ "#" (table.about.name) } { (table.about.title) } }
                            }
                        }
                    }
                    @for table in tables {
                        section id=(table.about.name) aria-labelledby={ (table.about.name) "-title" } {
                            h2 id={ (table.about.name) "-title" } { (table.about.title) }
                            p.about { (table.about.about) }
                            (entries(table))
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn entries(table: &Table) -> Markup {
    html! {
        @if table.rows.is_empty() {
            p.none { "Nothing is held here." }
        }
        @for row in &table.rows {
            article {
                @if !table.about.heading.is_empty() {
                    h3 {
                        @for (place, field) in table.about.heading.iter().enumerate() {
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
