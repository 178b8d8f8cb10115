//! The ground of the ledger: a synchronous SQLite database, its schema, ids, and the context of one call.
//!
//! | file | what it holds |
//! |---|---|
//! | `database` | the `Database` trait, its values and its errors |
//! | `native` | the same over a SQLite file, for tests and tools (feature `native`) |
//! | `schema` | the tables and their migrations |
//! | `context` | the clock, the random ids and the events of one call |
//! | `tables` | every table, and what an erasure does with it |
//! | `id` | reading an id, and the time that an id carries |
//! | `day_count` | counts of a day, for budgets |

pub(super) mod context;
pub(super) mod database;
pub(super) mod day_count;
pub(super) mod id;
#[cfg(feature = "native")]
pub(super) mod native;
pub(super) mod schema;
pub(super) mod tables;
