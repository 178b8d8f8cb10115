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
//! | `evidence` | what shows that a ground is there |
//! | `write` | the SQL behind a submission |
//! | `activity` | what keeps grounds alive, and what stops the use of data |
//! | `suppression` | addresses that are not to be written to, kept as hashes |
//! | `decisions` | may we send this? for many at once |
//! | `track` | the law of standings as SQL |
//! | `report` | all that is held on one person |
//! | `native` | the database natively (feature `native`) |

mod activity;
mod database;
mod decisions;
mod evidence;
mod moment;
#[cfg(feature = "native")]
mod native;
mod report;
mod schema;
mod shop;
mod submission;
mod suppression;
pub mod text;
mod track;
mod write;

pub use activity::{ActivityNoted, note_activities, restrict};
pub use database::{Database, DatabaseError, Param, Row, Value};
pub use decisions::{Asked, Decided, Outcome, decide_contacts};
pub use evidence::KeptEvidence;
pub use moment::{Host, Moment};
#[cfg(feature = "native")]
pub use native::{OsHost, Sqlite};
pub use report::{
    ActivityEntry, AddressEntry, ContactReport, Lookup, NoticeEntry, RecordEntry, RestrictionEntry, SourceEntry,
    StandingEntry, contact_report,
};
pub use schema::migrate;
pub use shop::{NewKey, Notice, PolicySettings, Settings, Shop, StoredKey, find_key};
pub use submission::{
    ChoiceFault, ChosenAct, Claim, NoticeShown, PersonFacts, Receipt, Source, Submission, SubmissionError,
    record_submission,
};
pub use suppression::{Suppression, suppress};
pub use track::{keep as keep_track, standing_of};
