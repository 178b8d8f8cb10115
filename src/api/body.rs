//! JSON bodies: read strictly, and wrong ones answered with where and what, but never with what was in them.

use std::marker::PhantomData;

use http::{HeaderMap, header};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_path_to_error::{Path, Segment};

use super::problem::{Fault, Problem};

/// Reads a body as JSON of a known shape.
///
/// # Errors
/// [`Problem::UnsupportedMediaType`], [`Problem::MalformedJson`], or [`Problem::Field`] for an unknown or missing field and
/// for a value of another type than expected.
pub(super) fn read<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, Problem> {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Err(Problem::UnsupportedMediaType);
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let value: Object<T> = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        problem(pointer, error.inner())
    })?;
    json.end().map_err(|error| problem(String::new(), &error))?;
    Ok(value.0)
}

/// A JSON object, and nothing but. What serde derives for a struct takes an array in the order of its fields as well.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapOnly<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for MapOnly<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(MapOnly(PhantomData))
    }
}

impl<T: Serialize> Serialize for Object<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

fn problem(pointer: String, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return Problem::MalformedJson { line: error.line(), column: error.column() };
    }
    // serde's messages repeat the value; only their beginnings and the names of our own fields are used.
    let message = error.to_string();
    if message.starts_with("unknown field") {
        Problem::field(pointer, Fault::new("unknown_field", "this field is not known; remove it"))
    } else if let Some(name) = named_by(&message, "missing field `") {
        Problem::field(format!("{pointer}/{name}"), Fault::new("missing_field", "this field is required"))
    } else if let Some(name) = named_by(&message, "duplicate field `") {
        Problem::field(
            format!("{pointer}/{name}"),
            Fault::new("duplicate_field", "this field stands twice; send it once"),
        )
    } else {
        Problem::field(pointer, Fault::new("wrong_type", "this field has a value of another type than expected"))
    }
}

/// The name, one of our own, that a message of serde's speaks about.
fn named_by<'a>(message: &'a str, beginning: &str) -> Option<&'a str> {
    message.strip_prefix(beginning)?.split('`').next()
}

/// A JSON pointer (RFC 6901). The name of an unknown field is the caller's own text and might be an address; a part that does
/// not look like a field name is left out, and what is below it too.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } if looks_like_a_field(key) => {
                pointer.push('/');
                pointer.push_str(key);
            }
            Segment::Enum { .. } => {}
            Segment::Map { .. } | Segment::Unknown => break,
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
    fn a_mistake_is_named_by_its_place_and_kind() {
        for (body, code, pointer) in [
            ("", "malformed_json", ""),
            ("{", "malformed_json", ""),
            ("{\"items\":[]} x", "malformed_json", ""),
            ("[1]", "wrong_type", ""),
            ("{}", "missing_field", "/items"),
            ("{\"items\":[],\"more\":1}", "unknown_field", "/more"),
            ("{\"items\":[{\"name\":\"a\"},{\"name\":7}]}", "wrong_type", "/items/1/name"),
            ("{\"items\":[[\"a\"]]}", "wrong_type", "/items/0"),
            ("{\"items\":[{}]}", "missing_field", "/items/0/name"),
            ("{\"items\":[{\"name\":\"a\",\"name\":\"b\"}]}", "duplicate_field", "/items/0/name"),
            // The caller's own words, possibly an address, are not repeated.
            ("{\"items\":[],\"jane@example.com\":1}", "unknown_field", ""),
            ("{\"items\":\"jane@example.com\"}", "wrong_type", "/items"),
        ] {
            assert_eq!(fault(body), (code, pointer.to_owned()), "{body}");
        }
    }
}
