//! What keeps the ledger in order: the log, repeated requests, what runs by itself, what has expired.
//!
//! | file | what it holds |
//! |---|---|
//! | `audit` | who did what |
//! | `idempotency` | the answers kept for a repeated request |
//! | `job` | what runs by itself, and when |
//! | `normalise` | gives every address its normal form |
//! | `migrated` | what a new version has changed, told to the shop |
//! | `retention` | what has expired, and its removal |
//! | `statistics` | counts without persons |

pub(super) mod audit;
pub(super) mod idempotency;
pub(super) mod job;
pub(super) mod migrated;
pub(super) mod normalise;
pub(super) mod retention;
pub(super) mod statistics;
