//! What keeps the ledger in order: the log, repeated requests, what runs by itself, what has expired.
//!
//! | file | what it holds |
//! |---|---|
//! | `audit` | who did what |
//! | `idempotency` | the answers kept for a repeated request |
//! | `job` | what runs by itself, and when |
//! | `earlier` | what earlier versions stored otherwise |
//! | `apart` | takes contacts apart that only a form has put together |
//! | `normalise` | gives every address its normal form |
//! | `migrated` | what a new version has changed, told to the shop |
//! | `retention` | what has expired, and its removal |
//! | `statistics` | counts without persons |
//! | `unproven` | contacts that nobody has proven |

mod apart;
pub(super) mod audit;
pub(super) mod earlier;
pub(super) mod idempotency;
pub(super) mod job;
pub(super) mod migrated;
mod normalise;
pub(super) mod retention;
pub(super) mod statistics;
pub(super) mod unproven;
