//! The rules of each jurisdiction, held against the law as it is written down.
//!
//! | file | idea |
//! |---|---|
//! | `reference` | the decision once more, by trying every instant: what `decide` is held equal to |
//! | `law` | what it knows of the law, in plain sentences and without a table |
//! | `cases` | a question asked of both |
//! | `exhaustive` | every jurisdiction, channel, relation, ground and assurance, at every instant where an answer may change |
//! | `laws` | what holds whatever the rules say: random records and policies |
//! | `rows` | how a row is tested, and that every row is |
//! | `europe`, `world` | each row by its article, in literal dates |
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
