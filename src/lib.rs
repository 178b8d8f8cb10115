//! placet keeps a shop's channel consent.
#![warn(unreachable_pub)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)
)]

#[cfg(feature = "service")]
pub mod api;
pub mod consent;
#[cfg(feature = "edge")]
mod edge;
#[cfg(feature = "service")]
pub mod ledger;
#[cfg(feature = "storefront")]
pub mod storefront;
