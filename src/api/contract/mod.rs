//! The contract: what this service takes and answers, as an OpenAPI 3.1 document for machines and as a page for people.
//!
//! The document is made of the code, natively and before the worker is built (`make contract`), and is served as it is; see
//! `tests/contract.rs`. The page is made of the document when it is first asked for. Nothing of what makes the document is in
//! any artifact.
//!
//! | file | idea |
//! |---|---|
//! | `document` | the OpenAPI document, put together |
//! | `operations` | what each route is for, in words, and its types |
//! | `parameters` | paths, queries, headers |
//! | `lists` | lists of people, in and out |
//! | `problems` | every problem by its code |
//! | `schema` | the schemas of texts with a rule; what all schemas go through |
//! | `rehearsal` | the examples, played to the service |
//! | `page`, `shape` | the page, made of the document |

#[cfg(feature = "contract")]
pub(in crate::api) mod document;
#[cfg(feature = "contract")]
pub(in crate::api) mod lists;
#[cfg(feature = "contract")]
pub(in crate::api) mod operation;
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

/// The document.
pub const OPENAPI: &str = include_str!("openapi.json");

pub(super) fn openapi() -> Response<Bytes> {
    let mut response = still(OPENAPI, "application/json");
    // Anyone's tools may read it.
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
