//! The adapter to the browser: reads forms, passes checked submissions to the page, and decides from what this browser
//! knows.
//!
//! This module contains no rule of consent; those are in [`crate::consent`]. The Rust code is synchronous and keeps no
//! state: it reads, checks, hashes and passes on the choices and the notice within one `submit` event of a form.
//! JavaScript does what takes fewer bytes there: `queue.js` stores in `localStorage`; `entry.js` listens to forms and
//! waits for the module and for the edge. What was submitted before the module had loaded is read once it has.
//! `storefront.d.ts` is the contract for shops.
//!
//! | file | contents |
//! |---|---|
//! | `binding` | the functions that forms and scripts call |
//! | `form`, `words` | which choices were offered, in which notice text, and what was chosen |
//! | `submission` | what is sent, and whether the edge could accept it |
//! | `sending` | what an answer of the edge means |
//! | `known` | the decision from what this browser knows |
//! | `error` | the errors |
//! | `page`, `text` | what Rust calls in JavaScript; text functions that take few bytes |
//!
//! The size of the module matters (`make size`): no serde, no futures, no `core::fmt`, no panic hook.

mod binding;
mod error;
mod form;
mod known;
mod page;
mod sending;
mod submission;
mod text;
mod words;

pub use binding::{capture, check, submit};
pub use error::Error;
pub use form::read;
pub use known::Words;
pub use known::decide;
pub use page::Page;
pub use sending::pause;
pub use submission::{Chosen, Submission, composed};
pub use words::sha256;

/// This allocator is 1.6 KB (brotli) smaller than that of the standard library.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::cell::TalcSyncCell<talc::wasm::WasmGrowAndClaim, talc::wasm::WasmBinning> =
    talc::cell::TalcSyncCell::new_wasm(talc::wasm::WasmGrowAndClaim);
