//! What the ledger writes once and never changes: records with their evidence, and what follows from them.
//!
//! | file | what it holds |
//! |---|---|
//! | `record` | the writers of one submission row and one record row |
//! | `act` | the act that a choice amounts to, and why a choice cannot be recorded |
//! | `standing` | the rules for standings, as SQL |
//! | `bearing` | what bears on an address: the one condition of all such queries |
//! | `stopped` | which channels an address has stopped |
//! | `suppression` | addresses that must not be re-subscribed, kept as keyed hashes |
//! | `notice` | the notice texts that were shown |

pub(super) mod act;
pub(super) mod bearing;
pub(super) mod notice;
pub(super) mod record;
pub(super) mod standing;
pub(super) mod stopped;
pub(super) mod suppression;
