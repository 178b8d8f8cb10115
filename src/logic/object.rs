//! Reads JavaScript objects strictly: a field that is unknown, has another type or is `null` is an error, which names
//! its place.
//!
//! There are two formats. Long calls, with records or a certificate, come as one JSON text. For a dozen records this
//! takes about half the time of reading each field from JavaScript. Small calls come as JavaScript objects.

use std::borrow::Cow;
use std::fmt::Formatter;
use std::marker::PhantomData;

use super::error::Code;
use js_sys::{Reflect, Symbol};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_path_to_error::{Path, Segment};
use wasm_bindgen::JsValue;

use crate::logic::error::Error;

/// Reads an object from its JSON text.
pub(super) fn from_json<'a, T: Deserialize<'a>>(text: &'a [u8]) -> Result<T, Error> {
    match serde_json::from_slice(text) {
        Ok(Object(value)) => Ok(value),
        // Tracking the position takes time and most calls are valid, so only a second reading does it.
        Err(_) => {
            located::<T, _>(&mut serde_json::Deserializer::from_slice(text)).and(Err(Error::at(Code::BadInput, "")))
        }
    }
}

/// Reads a JavaScript object.
pub(super) fn from_value<'a, T: Deserialize<'a>>(value: JsValue) -> Result<T, Error> {
    // serde would read an iterable, such as a text or a list, as pairs of names and values.
    if !value.is_object() || Reflect::has(&value, &Symbol::iterator()).unwrap_or(true) {
        return Err(Error::at(Code::BadInput, ""));
    }
    located(serde_wasm_bindgen::Deserializer::from(value))
}

fn located<'a, T: Deserialize<'a>, D: Deserializer<'a>>(deserializer: D) -> Result<T, Error> {
    serde_path_to_error::deserialize(deserializer).map(|Object(value)| value).map_err(|error| {
        let message = error.inner().to_string();
        // serde describes the error in words only. The beginning is fixed; the rest may repeat a value. The text of a
        // JavaScript error has a prefix.
        let unknown = message.strip_prefix("Error: ").unwrap_or(&message).starts_with("unknown field");
        Error::at(if unknown { Code::UnknownField } else { Code::BadInput }, pointer(error.path()))
    })
}

/// Returns a JSON Pointer (RFC 6901). The name of an unknown field is the caller's own text and may be an address. A
/// name that does not look like a field name is left out, so the pointer ends at the object that contains it.
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
        && key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// An object and nothing else. The code that serde derives for a struct also accepts an array with the fields in order,
/// and reads the known fields of a JavaScript object without looking at the others.
pub(super) struct Object<T>(pub(super) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapOnly<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for MapOnly<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }

        deserializer.deserialize_map(MapOnly(PhantomData))
    }
}

/// An optional field. `null` does not mean absent: JSON writes it for NaN and for an invalid `Date`. Ignoring it would
/// remove an age limit or make the age of a person unknown.
pub(super) struct Given<T>(pub(super) Option<T>);

impl<T> Default for Given<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Given<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(|value| Self(Some(value)))
    }
}

impl<T> Given<T> {
    /// Returns the value, or an error if it is absent.
    pub(super) fn required(self, at: &'static str) -> Result<T, Error> {
        self.0.ok_or_else(|| Error::at(Code::BadInput, at))
    }
}

impl Given<Text<'_>> {
    /// Parses the text, if there is one.
    pub(super) fn parse<T>(
        &self,
        read: impl FnOnce(&str) -> Option<T>,
        code: Code,
        at: &'static str,
    ) -> Result<Option<T>, Error> {
        self.0.as_ref().map(|text| text.parse(read, code).map_err(|error| error.below(at))).transpose()
    }
}

impl<'a> Given<Vec<Text<'a>>> {
    /// Parses the texts and removes duplicates, because the logic counts the values of a policy.
    pub(super) fn parse_all<T: PartialEq>(
        &self,
        read: impl Fn(&str) -> Option<T>,
        code: Code,
        at: &'static str,
    ) -> Result<Option<Vec<T>>, Error> {
        let Some(texts) = &self.0 else { return Ok(None) };
        let mut values = Vec::with_capacity(texts.len());
        for (index, text) in texts.iter().enumerate() {
            let value = text.parse(&read, code).map_err(|error| error.below(format_args!("{at}/{index}")))?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(Some(values))
    }
}

/// A text. It borrows from the call if it contains no escapes.
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    /// Parses the text.
    pub(super) fn parse<T>(&self, read: impl FnOnce(&str) -> Option<T>, code: Code) -> Result<T, Error> {
        read(&self.0).ok_or_else(|| Error::at(code, ""))
    }
}

// serde's implementation for `Cow` always copies.
impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;

        impl<'de> Visitor<'de> for AnyText {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.into())))
            }
        }

        deserializer.deserialize_str(AnyText)
    }
}
