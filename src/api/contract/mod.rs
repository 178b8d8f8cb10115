//! The contract of the service: an OpenAPI 3.1 document for programs and an HTML page for people.
//!
//! `make contract` generates the document natively from the code, before the worker is built; see `tests/contract.rs`.
//! The service serves the generated document unchanged. It makes the page from the document at the first request for
//! it. No artifact contains the code that generates the document.
//!
//! | file | idea |
//! |---|---|

pub(in crate::api) mod document;
pub(in crate::api) mod lists;
pub(in crate::api) mod operation;
pub(in crate::api) mod operations;
pub(in crate::api) mod page;
pub(in crate::api) mod parameters;
pub(in crate::api) mod problems;
pub(in crate::api) mod rehearsal;
pub(in crate::api) mod shape;

pub use document::{document, routes};
pub use page::page;

/// The committed document.
pub const OPENAPI: &str = include_str!("openapi.json");
