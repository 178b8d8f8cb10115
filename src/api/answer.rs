//! The JSON bodies of answers.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::api::headers::only_https;
use crate::api::problem::Problem;

/// Builds a JSON response that caches must not store.
pub(in crate::api) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Bytes>, Problem> {
    let mut response = json_text(serde_json::to_vec(value)?.into());
    *response.status_mut() = status;
    Ok(response)
}

/// Builds a response like [`json`] from text that is JSON already.
pub(in crate::api) fn json_text(body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    only_https(headers);
    response
}
