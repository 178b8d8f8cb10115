//! The contract: what this service takes and answers, as an OpenAPI 3.1 document for machines and as a page for people.
//!
//! Both are made of the code, natively and before the worker is built, and are served as they are; see `tests/contract.rs`.

use bytes::Bytes;
use http::{HeaderValue, Response, header};

/// The document.
pub const OPENAPI: &str = include_str!("openapi.json");
/// The page.
pub const DOCS: &str = include_str!("docs.html");

pub(super) fn openapi() -> Response<Bytes> {
    let mut response = still(OPENAPI, "application/json");
    // Anyone's tools may read it.
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

pub(super) fn docs() -> Response<Bytes> {
    let mut response = still(DOCS, "text/html; charset=utf-8");
    let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'");
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}

fn still(text: &'static str, media_type: &'static str) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(text.as_bytes()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
