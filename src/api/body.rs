//! Reads JSON bodies strictly. An error names the place and the kind of the mistake, and never repeats the content.

use http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::problem::{Fault, Problem};
use crate::json;
use crate::json::{Mistake, Step, What};

/// Reads a JSON body as a `T`.
///
/// # Errors
/// Returns [`Problem::UnsupportedMediaType`] for another `Content-Type`, [`Problem::MalformedJson`] for invalid JSON,
/// and [`Problem::Field`] for an unknown, missing or repeated field or a value of another type than expected.
pub(in crate::api) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::UnsupportedMediaType);
    }
    let (json, end) = json::parse(body);
    match (T::deserialize(&json), end) {
        (Ok(value), None) => Ok(value),
        (Err(mistake), _) if mistake.what() != What::Broken => Err(problem(&mistake)),
        (_, end) => {
            let (line, column) = end.map_or((0, 0), |error| (error.line(), error.column()));
            Err(Problem::MalformedJson { line, column })
        }
    }
}

/// A value that is written as a JSON object. [`json`] accepts nothing else for a struct.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(in crate::api) struct Object<T>(pub(in crate::api) T);

fn problem(mistake: &Mistake) -> Problem {
    let mut pointer = pointer(mistake);
    let mut below = |name: &str| pointer.push_str(&format!("/{name}"));
    let fault = match mistake.what() {
        What::UnknownField => Fault::new("unknown_field", "the service does not know this field; remove it"),
        What::MissingField(name) => {
            below(name);
            Fault::new("missing_field", "this field is required")
        }
        What::DuplicateField(name) => {
            below(name);
            Fault::new("duplicate_field", "send this field once; it occurs twice")
        }
        What::Broken | What::Other => Fault::new("wrong_type", "this field has a value of another type than expected"),
    };
    Problem::field(pointer, fault)
}

/// Returns the JSON pointer (RFC 6901) to a mistake. The caller chose the name of an unknown field, and it might be an
/// address. The pointer therefore ends before a part that does not look like a field name.
fn pointer(mistake: &Mistake) -> String {
    let mut pointer = String::new();
    for step in mistake.place() {
        match step {
            Step::Element(index) => pointer.push_str(&format!("/{index}")),
            Step::Field(name) if looks_like_a_field(name) => {
                pointer.push('/');
                pointer.push_str(name);
            }
            Step::Field(_) => break,
        }
    }
    pointer
}

fn looks_like_a_field(key: &str) -> bool {
    key.len() <= 32
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[allow(dead_code)]
        items: Vec<Object<Inner>>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[allow(dead_code)]
        name: String,
    }

    fn fault(body: &str) -> (&'static str, String) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, "application/json; charset=utf-8".parse().unwrap());
        match read::<Outer>(&headers, body.as_bytes()).unwrap_err() {
            Problem::Field { pointer, fault } => (fault.code, pointer),
            other => (other.code(), String::new()),
        }
    }

    #[test]
    fn a_mistake_in_a_body_names_its_pointer_and_kind() {
        for (body, code, pointer) in [
            ("", "malformed_json", ""),
            ("{", "malformed_json", ""),
            ("{\"items\":[]} x", "malformed_json", ""),
            ("{\"items\":[]", "malformed_json", ""),
            ("{\"items\":[{\"name\":", "malformed_json", ""),
            // The first mistake in the text is the one that is reported.
            ("{\"items\":[{\"name\":7} x", "wrong_type", "/items/0/name"),
            ("[1]", "wrong_type", ""),
            ("{}", "missing_field", "/items"),
            ("{\"items\":[],\"more\":1}", "unknown_field", "/more"),
            ("{\"items\":[{\"name\":\"a\"},{\"name\":7}]}", "wrong_type", "/items/1/name"),
            ("{\"items\":[[\"a\"]]}", "wrong_type", "/items/0"),
            ("{\"items\":[{}]}", "missing_field", "/items/0/name"),
            ("{\"items\":[{\"name\":\"a\",\"name\":\"b\"}]}", "duplicate_field", "/items/0/name"),
            // The caller's own text might be an address and is not repeated.
            ("{\"items\":[],\"jane@example.com\":1}", "unknown_field", ""),
            ("{\"items\":\"jane@example.com\"}", "wrong_type", "/items"),
        ] {
            assert_eq!(fault(body), (code, pointer.to_owned()), "{body}");
        }
    }
}
