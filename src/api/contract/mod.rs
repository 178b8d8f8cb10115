//! The contract of the service: an OpenAPI 3.1 document for programs and an HTML page for people.
//!
//! `make contract` generates the document natively from the code, before the worker is built; see `tests/contract.rs`.
//! The service serves the generated document unchanged. It makes the page from the document at the first request for
//! it. No artifact contains the code that generates the document.
//!
//! | file | idea |
//! |---|---|

#[cfg(feature = "contract")]
pub(in crate::api) mod document;
#[cfg(feature = "contract")]
pub(in crate::api) mod lists;
#[cfg(feature = "contract")]
pub(in crate::api) mod operation;
#[cfg(feature = "contract")]
pub(in crate::api) mod operations;
pub(in crate::api) mod page;
#[cfg(feature = "contract")]
pub(in crate::api) mod parameters;
#[cfg(feature = "contract")]
pub(in crate::api) mod problems;
#[cfg(feature = "contract")]
pub(in crate::api) mod rehearsal;
#[cfg(feature = "contract")]
pub(super) mod schema;
pub(in crate::api) mod shape;

use std::sync::OnceLock;

use bytes::Bytes;
use http::{HeaderValue, Response, header};

#[cfg(feature = "contract")]
pub use document::{document, routes};

/// The OpenAPI document, as JSON.
pub const OPENAPI: &str = include_str!("openapi.json");

pub(super) fn openapi() -> Response<Bytes> {
    let mut response = still(OPENAPI, "application/json");
    // Any web page may read the document, because developers use it with tools of others.
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

pub(super) fn docs() -> Response<Bytes> {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| page::page(&serde_json::from_slice(OPENAPI.as_bytes()).unwrap_or_default()));
    let mut response = still(page, "text/html; charset=utf-8");
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
