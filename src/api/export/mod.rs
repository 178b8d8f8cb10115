//! A contact report in three formats: JSON for machines, CSV for tables, a page for people.
//!
//! All three are made from the same JSON value, so that they state the same facts; a test checks this.

pub(in crate::api) mod csv;
pub(in crate::api) mod page;

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde_json::{Map, Value};

use crate::api::answer;
use crate::api::fields::{CHANNEL, PURPOSE, TIME};
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::consent::{Channel, PurposeSlug, Timestamp};
use crate::ledger::{ContactReport, REPORT_TABLES, ReportTable, Section, Selection, Shape};
use crate::platforms::cell::Cells;

vocabulary! {
    /// The format of a contact report.
    Format, "unknown format" {
        /// One JSON document.
        Json = "json",
        /// A ZIP archive with a CSV file (RFC 4180) for each section.
        Csv = "csv",
        /// A page to read and print.
        Html = "html",
    }
}

/// The requested selection and format.
pub(in crate::api) struct ExportAsked {
    pub(in crate::api) selection: Selection,
    pub(in crate::api) format: Format,
    pub(in crate::api) cells: Cells,
}

const FORMAT: Fault = Fault::new("unknown_format", Format::USE_ONE);
const CELLS: Fault = Fault::new("unknown_cells", Cells::USE_ONE);

/// The texts are made of the vocabulary, so that a new section is in them.
fn sections_fault() -> Fault {
    let names: Vec<&str> = Section::ALL.iter().map(|section| section.as_str()).collect();
    Fault { code: "unknown_section", detail: format!("use {}, with commas between them", names.join(", ")).into() }
}

impl ExportAsked {
    pub(in crate::api) fn read(query: &Query) -> Result<Self, Problem> {
        let sections = |text: &str| {
            let mut sections = text.split(',').map(|one| Section::parse(one.trim())).collect::<Option<Vec<_>>>()?;
            sections.sort_unstable();
            sections.dedup();
            Some(sections)
        };
        let selection = Selection {
            sections: query.parsed("sections", sections, sections_fault())?.unwrap_or_else(|| Section::ALL.to_vec()),
            channel: query.parsed("channel", Channel::parse, CHANNEL)?,
            purpose: query.parsed("purpose", PurposeSlug::parse, PURPOSE)?,
            since: query.parsed("since", Timestamp::parse, TIME)?,
            until: query.parsed("until", Timestamp::parse, TIME)?,
            for_person: false,
            for_staff: false,
        };
        let format = query.parsed("format", Format::parse, FORMAT)?.unwrap_or(Format::Json);
        let cells = query.parsed("cells", Cells::parse, CELLS)?.unwrap_or(Cells::Spreadsheet);
        Ok(Self { selection, format, cells })
    }
}

/// Returns the report in a format, as a response. `cells`: the reader of the cells of the CSV files.
pub(in crate::api) fn answer(report: &ContactReport, format: Format, cells: Cells) -> Result<Response<Bytes>, Problem> {
    let json = serde_json::to_vec(report)?;
    let (body, media_type, ending) = match format {
        Format::Json => (json, "application/json", "json"),
        Format::Csv => (csv::archive(&tables(&serde_json::from_slice(&json)?), cells)?, "application/zip", "zip"),
        Format::Html => {
            let page = page::page(report, &tables(&serde_json::from_slice(&json)?));
            (page.into_bytes(), "text/html; charset=utf-8", "html")
        }
    };
    let mut response = answer::json_text(body.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // The page contains text that people wrote, so the policy permits only displaying it: no scripts, nothing loaded.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; \
             sandbox"),
    );
    let way = if format == Format::Csv { "attachment" } else { "inline" };
    if let Ok(disposition) = HeaderValue::from_str(&format!("{way}; filename=\"contact-{}.{ending}\"", report.id)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// One table of a report with its rows. A nested field has the names of both levels, with a dot between them.
pub(in crate::api) struct Table {
    about: &'static ReportTable,
    rows: Vec<Vec<(String, String)>>,
}

/// Returns the tables that the report has, in the order of [`REPORT_TABLES`].
fn tables(report: &Map<String, Value>) -> Vec<Table> {
    let rows_of = |about: &ReportTable| -> Option<Vec<Vec<(String, String)>>> {
        let is_table = |name: &str| REPORT_TABLES.iter().any(|table| table.name == name);
        match about.shape {
            Shape::Alone => Some(vec![fields(report, |name| !is_table(name))]),
            Shape::Fields => {
                let own = report.get(about.name)?.as_object()?;
                Some(vec![fields(own, |name| !is_table(&format!("{}_{name}", about.name)))])
            }
            Shape::List => {
                let nested = |(outer, inner)| report.get(outer)?.get(inner);
                let list = report.get(about.name).or_else(|| about.name.split_once('_').and_then(nested))?;
                Some(list.as_array()?.iter().map(row).collect())
            }
        }
    };
    REPORT_TABLES.iter().filter_map(|about| Some(Table { about, rows: rows_of(about)? })).collect()
}

fn fields(object: &Map<String, Value>, is_wanted: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let mut found = Vec::new();
    object.iter().filter(|(name, _)| is_wanted(name)).for_each(|(name, value)| walk(name, value, &mut found));
    found
}

fn row(entry: &Value) -> Vec<(String, String)> {
    match entry {
        Value::Object(own) => fields(own, |_| true),
        entry => vec![("value".to_owned(), written(entry))],
    }
}

fn walk(name: &str, value: &Value, into: &mut Vec<(String, String)>) {
    match value {
        Value::Object(own) => own.iter().for_each(|(field, value)| walk(&format!("{name}.{field}"), value, into)),
        value => into.push((name.to_owned(), written(value))),
    }
}

/// Returns a value as text: empty for `null`; a list with one line for each element.
fn written(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(written).collect::<Vec<_>>().join("\n"),
        value => value.to_string(),
    }
}
