//! The part of the contract about lists and imports: descriptions, types and problems of their routes.

pub(in crate::api) mod parameters;
pub(in crate::api) mod rows;

use serde_json::{Map, Value, json};

pub(in crate::api::contract) use self::parameters::{code_of, headers, query, register};

/// The media types of an uploaded file. The service ignores them and recognises the format from the file itself.
const FILES: [&str; 5] =
    ["text/csv", "text/tab-separated-values", "application/x-ndjson", "application/gzip", "application/octet-stream"];

/// The media type under which the example of a file is shown.
pub(in crate::api) const SHOWN: &str = "text/csv";

/// Returns the body of a route that takes a file. A JSON schema cannot describe bytes, so it has none.
pub(in crate::api) fn body(action: &str, example: Option<&Value>) -> Value {
    let mut content: Map<String, Value> = FILES.iter().map(|form| ((*form).to_owned(), json!({}))).collect();
    if let (Some(example), Some(shown)) = (example, content.get_mut(SHOWN)) {
        *shown = json!({ "example": example });
    }
    json!({
        "description": "The unchanged file, or a part of it. Its format is recognised from its content, whatever the media type is.",
        // The last part may be empty, so only the first request needs a body.
        "required": action == "createImport",
        "content": content,
    })
}

/// Returns the media types, besides JSON, of an answer.
pub(in crate::api) fn other_forms(action: &str) -> &'static [&'static str] {
    match action {
        "getList" => &["text/csv", "application/x-ndjson", "application/gzip"],
        "getImportErrors" => &["text/csv"],
        _ => &[],
    }
}
