//! placet keeps a shop's channel consent: which persons the shop may write to, message or call, by which channel, for
//! which purpose, on what basis, with what proof.
//!
//! One consent logic is written once and compiled to WebAssembly. It runs in the storefront, where opt-ins are
//! captured, and at the edge, where the ledger is stored. Both give the same answer to the same question, because they
//! run the same code.
//!
//! # Modules
//!
//! | module | purpose | must not use |
//! |---|---|---|
//! | [`consent`] | the logic: records, standings, rules of jurisdictions, decisions | JavaScript, clocks, randomness, storage, `async` |
//! | `ledger` | the storage: one shop's ledger over a synchronous SQLite `Database` | HTTP, runtimes |
//! | `api` | the service: HTTP requests and responses as values | runtimes, sockets |
//! | `platforms` | what platforms and providers send, read by their own rules | storage, placet's own HTTP |
//! | `lists` | files of contacts, as shops and providers read and write them | storage, HTTP |
//! | `storefront` | adapter to the browser | rules |
//! | `logic` | adapter to any JavaScript runtime | rules |
//! | `edge` | adapter to Cloudflare Workers and workerd | rules |
//!
//! Dependencies point one way: `storefront` and `logic` depend on `consent`; `edge` on `api`; `api` on `lists`,
//! `ledger` and `platforms`; `lists` on the vocabularies of `ledger`; all of them on `consent`.
//!
//! # Features
//!
//! No feature is on by default. An artifact is built with exactly one of `storefront`, `logic` and `edge`. `native`
//! builds the service over SQLite files, for tests and tools. `contract` adds what is needed to write the OpenAPI
//! document. `service`, `certificates`, `rules`, `formats` and `serde` are parts of these features. `bench` adds to
//! `logic` the functions that `make bench` calls, and is not shipped.
//!
//! # Example
//!
//! ```
//! use placet::consent::*;
//!
//! let offers = PurposeSlug::parse("offers").ok_or("not a slug")?;
//! let now = Timestamp::parse("2026-11-23T10:00:00Z").ok_or("not a time")?;
//! let (policy, person) = (Policy::default(), Person::default());
//! let decision = decide(&Standing::default(), &policy, &person, Channel::Sms, &offers, now);
//! assert_eq!(decision.reason(), Some(Reason::NeverAsked));
//! assert_eq!(decision.rule.id, "any", "an unknown country has the strictest rule");
//! # Ok::<(), &str>(())
//! ```
#![warn(unreachable_pub)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)
)]

// This module comes first because it defines the macro `vocabulary!`, which the other modules use.
#[macro_use]
pub mod consent;
#[cfg(feature = "service")]
pub mod api;
#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "certificates")]
mod json;
#[cfg(feature = "service")]
pub mod ledger;
#[cfg(feature = "service")]
pub mod lists;
#[cfg(feature = "logic")]
pub mod logic;
#[cfg(feature = "service")]
pub mod model;
#[cfg(feature = "service")]
pub mod platforms;
#[cfg(feature = "storefront")]
pub mod storefront;
