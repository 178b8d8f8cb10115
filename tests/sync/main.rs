//! Connections to shop platforms, against a fake platform that loses, doubles, delays and reorders what it tells, fails, and
//! has another app that writes stale data into it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod cases;
mod histories;
mod platform;
mod stage;
