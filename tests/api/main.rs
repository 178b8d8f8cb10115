//! The API suite: each scenario runs unchanged on two backends, the native service and real workerd.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

mod access;
mod apart;
mod backend;
mod budgets;
mod capture;
mod client;
#[cfg(feature = "contract")]
mod contract;
mod decisions;
mod doors;
mod earlier;
mod evidence;
mod form;
mod identity;
mod imports;
mod inbound;
mod keys;
mod limits;
mod links;
mod lists;
mod old_lists;
mod oracle;
mod preferences;
mod presence;
mod receiver;
mod refusals;
mod requests;
mod resurrection;
mod rights;
mod same;
mod secrets;
mod trials;
mod webhooks;

/// Makes two tests of each named scenario, one for each backend.
#[macro_export]
macro_rules! scenarios {
    ($($name:ident)+) => {
        mod native { $(#[test] fn $name() { super::$name(&mut $crate::backend::Native::start()); })+ }
        mod workerd { $(#[test] fn $name() { super::$name(&mut $crate::backend::Workerd::start()); })+ }
    };
}
