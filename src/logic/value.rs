//! Values as JavaScript knows them, and what is thrown.

use serde::Serialize;
use wasm_bindgen::JsValue;

use crate::logic::error::Error;

/// The value that is thrown. `api.js` makes a `PlacetError` of it.
#[derive(Serialize)]
struct Thrown {
    #[serde(flatten)]
    error: Error,
    message: &'static str,
}

/// Converts a value to JavaScript. Absent values become `null`.
pub(super) fn plain<T: Serialize>(value: &T) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

pub(super) fn thrown(error: Error) -> JsValue {
    plain(&Thrown { message: error.code.message(), error }).unwrap_or_else(|failed| failed)
}
