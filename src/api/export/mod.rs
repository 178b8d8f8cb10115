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
use crate::ledger::{ContactReport, Section, Selection};

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
}

const SECTIONS: Fault = Fault::new(
    "unknown_section",
    "use profile, addresses, standings, records, activities, requests, recipients, information, with commas between them",
);
const FORMAT: Fault = Fault::new("unknown_format", Format::USE_ONE);

impl ExportAsked {
    pub(in crate::api) fn read(query: &Query) -> Result<Self, Problem> {
        let sections = |text: &str| {
            let mut sections = text.split(',').map(|one| Section::parse(one.trim())).collect::<Option<Vec<_>>>()?;
            sections.sort_unstable();
            sections.dedup();
            Some(sections)
        };
        let selection = Selection {
            sections: query.parsed("sections", sections, SECTIONS)?.unwrap_or_else(|| Section::ALL.to_vec()),
            channel: query.parsed("channel", Channel::parse, CHANNEL)?,
            purpose: query.parsed("purpose", PurposeSlug::parse, PURPOSE)?,
            since: query.parsed("since", Timestamp::parse, TIME)?,
            until: query.parsed("until", Timestamp::parse, TIME)?,
            for_person: false,
        };
        let format = query.parsed("format", Format::parse, FORMAT)?.unwrap_or(Format::Json);
        Ok(Self { selection, format })
    }
}

/// Returns the report in a format, as a response.
pub(in crate::api) fn answer(report: &ContactReport, format: Format) -> Result<Response<Bytes>, Problem> {
    let json = serde_json::to_vec(report)?;
    let (body, media_type, ending) = match format {
        Format::Json => (json, "application/json", "json"),
        Format::Csv => (csv::archive(&tables(serde_json::from_slice(&json)?))?, "application/zip", "zip"),
        Format::Html => {
            let page = page::page(report, &tables(serde_json::from_slice(&json)?));
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
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
    );
    let way = if format == Format::Csv { "attachment" } else { "inline" };
    if let Ok(disposition) = HeaderValue::from_str(&format!("{way}; filename=\"contact-{}.{ending}\"", report.id)) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// One list of a report, flattened: a nested field has the names of both levels, with a dot between them.
pub(in crate::api) struct Table {
    name: String,
    rows: Vec<Vec<(String, String)>>,
}

/// Returns the tables of a report: one for the single values, one for each section, one for each list inside
/// `information`.
fn tables(report: Map<String, Value>) -> Vec<Table> {
    let mut alone = Map::new();
    let mut tables = Vec::new();
    for (name, value) in report {
        match value {
            Value::Object(section) if name == "information" => {
                let (lists, rest): (Map<_, _>, Map<_, _>) =
                    section.into_iter().partition(|(_, value)| matches!(value, Value::Array(_)));
                tables.push(Table { name: name.clone(), rows: vec![flat(Value::Object(rest))] });
                for (list, value) in lists {
                    tables.push(table(format!("{name}_{list}"), value));
                }
            }
            Value::Object(section) if name == "profile" => {
                tables.push(Table { name, rows: vec![flat(Value::Object(section))] });
            }
            Value::Array(_) if name != "merged" => tables.push(table(name, value)),
            value => {
                alone.insert(name, value);
            }
        }
    }
    tables.insert(0, Table { name: "contact".into(), rows: vec![flat(Value::Object(alone))] });
    tables
}

fn table(name: String, list: Value) -> Table {
    let Value::Array(entries) = list else { return Table { name, rows: Vec::new() } };
    let row = |entry| match entry {
        entry @ Value::Object(_) => flat(entry),
        entry => vec![("value".to_owned(), written(&entry))],
    };
    Table { name, rows: entries.into_iter().map(row).collect() }
}

fn flat(value: Value) -> Vec<(String, String)> {
    fn walk(name: &str, value: &Value, into: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                for (field, value) in fields {
                    let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                    walk(&name, value, into);
                }
            }
            value => into.push((name.to_owned(), written(value))),
        }
    }
    let mut fields = Vec::new();
    walk("", &value, &mut fields);
    fields
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
