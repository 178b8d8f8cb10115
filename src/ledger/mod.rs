//! THE MEMORY: one shop's ledger over a synchronous SQLite database.
//!
//! What comes in is already parsed. A command is decided by a pure function over what is known and the moment, and its events
//! are written in the same transaction; SQL only stores. Nothing acknowledged is lost, nothing is done twice.
//!
//! | file | idea |
//! |---|---|
//! | `database` | the one way out: the `Database` trait and its values |
//! | `schema` | the tables and their migrations |
//! | `moment` | time and chance as values |
//! | `text` | bounded texts that records are made of |
//! | `shop` | the shop's settings, secret and keys |
//! | `submission` | what is handed in and the rules for taking it |
//! | `write` | the SQL behind a submission |
//! | `track` | the law of standings as SQL |
//! | `report` | all that is held on one person |
//! | `native` | the database natively (feature `native`) |

mod database;
mod moment;
#[cfg(feature = "native")]
mod native;
mod report;
mod schema;
mod shop;
mod submission;
pub mod text;
mod track;
mod write;

pub use database::{Database, DatabaseError, Param, Row, Value};
pub use moment::{Host, Moment};
#[cfg(feature = "native")]
pub use native::{OsHost, Sqlite};
pub use report::{
    AddressEntry, ContactReport, Lookup, NoticeEntry, RecordEntry, SourceEntry, StandingEntry, contact_report,
};
pub use schema::migrate;
pub use shop::{NewKey, Notice, Settings, Shop, StoredKey, find_key};
pub use submission::{
    ChoiceFault, ChosenAct, NoticeShown, Receipt, Source, Submission, SubmissionError, record_submission,
};
pub use track::{keep as keep_track, standing_of};
