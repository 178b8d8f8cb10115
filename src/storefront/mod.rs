//! ADAPTER to the browser: reads forms, hands checked submissions on, answers from what this browser knows.
//!
//! No rule of consent is in here; those are in [`crate::consent`]. Rust is synchronous and keeps no state: within the one
//! `submit` event of a form its choices and words are read, checked, hashed and kept. JavaScript does what is cheapest there:
//! `queue.js` keeps in `localStorage`, `entry.js` listens to forms and waits for the module and for the edge. What was submitted
//! before the module was there is read when it is. `storefront.d.ts` is the contract that a shop sees.
//!
//! | file | idea |
//! |---|---|
//! | `binding` | what forms and scripts hand in |
//! | `form`, `words` | what was offered, in which words, and what was chosen |
//! | `submission` | what is sent, and whether the edge could take it |
//! | `sending` | what an answer of the edge means |
//! | `known` | what this browser knows, as a standing and a decision |
//! | `error` | what can be wrong |
//! | `page`, `text` | what comes from JavaScript; text without the machinery for it |
//!
//! Every byte counts (`make size`): no serde, no futures, no `core::fmt`, no panic hook.

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

/// 1.6 KB (brotli) smaller than the allocator of the standard library.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::cell::TalcSyncCell<talc::wasm::WasmGrowAndClaim, talc::wasm::WasmBinning> =
    talc::cell::TalcSyncCell::new_wasm(talc::wasm::WasmGrowAndClaim);
