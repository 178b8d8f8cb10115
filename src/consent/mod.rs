//! THE LOGIC: who may be written to, messaged or called, by which channel, for which purpose.
//!
//! Pure: no JavaScript, no clock, no randomness, no storage, no waiting. It compiles into every artifact, so it stays small.
//! Values come in already parsed; nothing here fails at run time.
//!
//! | file | idea |
//! |---|---|
//! | `words` | the fixed vocabularies: channel, choice, basis, assurance |
//! | `purpose`, `address`, `phone`, `country`, `time` | values that exist only if they are valid |
//! | `clean` | addresses without the characters that nobody sees or means |
//! | `ground` | the grounds, and what each needs as evidence |
//! | `record` | one act of a person |
//! | `act_time` | from when an act counts |
//! | `standing` | what all acts of an address amount to: the law of standings |
//! | `rules` | the rules of each jurisdiction, as data |
//! | `policy` | what a shop asks for beyond them |
//! | `conditions` | rule and policy put together into plain numbers |
//! | `judge` | entries of a standing against terms, at one instant |
//! | `decision_table` | all of that for one shop, as a page gets it |
//! | `decision`, `reason`, `explain` | may we send this now? by which law, until when, and why, in words |
//! | `deadlines` | by when the request of a person has to be answered |
//! | `certificate`, `jws` | what an erasure leaves in people's hands, and the signature that makes it a proof |
//!
//! The feature `formats` adds the written forms of addresses and times (Unicode tables, RFC 3339), the feature `rules` the table
//! of rules with all that comes after it, the feature `certificates` the signatures. The storefront module has none of them: it
//! judges by the terms that the edge hands it.

#[macro_use]
pub(crate) mod words;

pub(crate) mod act_time;
pub(crate) mod address;
#[cfg(feature = "certificates")]
pub mod certificate;
pub(crate) mod channel;
pub(crate) mod clean;
pub(crate) mod conditions;
pub(crate) mod country;
#[cfg(feature = "rules")]
pub mod deadlines;
#[cfg(feature = "rules")]
pub(crate) mod decision;
#[cfg(feature = "serde")]
pub(crate) mod decision_table;
#[cfg(feature = "rules")]
pub(crate) mod explain;
pub(crate) mod ground;
pub(crate) mod judge;
#[cfg(feature = "certificates")]
pub(crate) mod jws;
pub(crate) mod phone;
#[cfg(feature = "rules")]
pub(crate) mod policy;
pub(crate) mod purpose;
#[cfg(feature = "rules")]
pub(crate) mod reason;
pub(crate) mod record;
#[cfg(feature = "rules")]
pub mod rules;
pub(crate) mod standing;
pub(crate) mod time;

pub use act_time::{ActTime, CLOCK_SKEW, MAX_AGE, SentMessage};
pub use address::Address;
#[cfg(feature = "formats")]
pub use address::{EmailAddress, PostalAddress, PushAddress};
pub use channel::Channel;
#[cfg(feature = "service")]
pub(crate) use clean::cleaned;
pub use conditions::{Conditions, GroundSet};
pub use country::CountryCode;
#[cfg(feature = "rules")]
pub use country::{Place, RegionCode};
#[cfg(feature = "rules")]
pub use decision::{
    Decision, Person, RelevantRecords, Statement, Status, decide, decide_under, statement, statement_under, tightened,
};
#[cfg(feature = "serde")]
pub use decision::{WrittenDecision, WrittenRule};
#[cfg(feature = "serde")]
pub use decision_table::{DecisionTable, TableConditions, Words};
pub use ground::{Dealing, Evidence, Ground, Missing};
pub use judge::{Circumstances, Entry, Finding, Verdict, judge};
#[cfg(feature = "service")]
pub use phone::PhoneFault;
pub use phone::PhoneNumber;
#[cfg(feature = "rules")]
pub use policy::{ConditionVersions, Override, Policy, Waiver};
pub use purpose::PurposeSlug;
#[cfg(feature = "rules")]
pub use reason::Reason;
pub use record::{Act, ConnectionId, RecordId, Scope};
pub use standing::{Standing, Track};
pub use time::Timestamp;
pub use words::{Activity, AddressKind, Assurance, Basis, Choice, Refusal, Relation};
