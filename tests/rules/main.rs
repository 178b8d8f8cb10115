//! The rules of each jurisdiction, tested against the text of the law.
//!
//! | file | content |
//! |---|---|
//! | `reference` | a second implementation of the decision, by trying every instant; `decide` must agree with it |
//! | `law` | what the reference knows of the law, as plain conditions without a table |
//! | `cases` | asks one question of both |
//! | `exhaustive` | every jurisdiction, channel, relation, ground and assurance, at every instant of change |
//! | `laws` | laws that hold for all rules, with random records and policies |
//! | `rows` | how a row is tested, and the check that every row is tested |
//! | `europe`, `world` | each row named by its article, with literal dates |
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs
)]

mod cases;
mod europe;
mod exhaustive;
mod law;
mod laws;
mod reference;
mod rows;
mod world;
