//! placet keeps a shop's channel consent: who may be written to, messaged or called, by which channel, for which purpose, on
//! what ground, with what proof.
//!
//! One consent logic, written once, is compiled to WebAssembly and runs in the storefront, where opt-ins are captured, and at
//! the edge, where the ledger is kept. Both give the same answer to the same question, because it is the same code.
//!
//! # The rooms
//!
//! | room | what it is for | what never enters |
//! |---|---|---|
//! | [`consent`] | the logic: records, standings, rules of jurisdictions, decisions | JavaScript, clocks, randomness, storage, waiting |
//! | `ledger` | the memory: one shop's ledger over a synchronous SQLite `Database` | HTTP, runtimes |
//! | `api` | the service: HTTP as values | runtimes, sockets |
//! | `platforms` | what others hand in, by their own rules | storage, HTTP of ours |
//! | `lists` | files of people, as shops and providers read and write them | storage, HTTP |
//! | `storefront` | adapter to the browser | rules |
//! | `logic` | adapter to any JavaScript runtime | rules |
//! | `edge` | adapter to Cloudflare Workers and workerd | rules |
//!
//! Arrows point one way: `storefront` and `logic` to `consent`; `edge` to `api`; `api` to `lists`, `ledger` and `platforms`;
//! `lists` to the words of `ledger`; all to `consent`.
//!
//! # Features
//!
//! None is on by default. An artifact is built with exactly one of `storefront`, `logic` and `edge`; `native` is the service over
//! SQLite files, for tests and tools, and `contract` what its OpenAPI document is made with. `service`, `certificates`, `rules`,
//! `formats` and `serde` are parts of these; `bench` adds to `logic` what `make bench` calls, and is not shipped.
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

// First, for the macro that defines vocabularies.
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
