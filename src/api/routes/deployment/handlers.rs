//! Answers of the deployment itself.

use bytes::Bytes;
use http::{HeaderValue, Response, header};

/// Answers that the worker runs.
pub(in crate::api) fn health() -> Response<Bytes> {
    let body = concat!("{\"status\":\"ok\",\"version\":\"", env!("CARGO_PKG_VERSION"), "\"}");
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
