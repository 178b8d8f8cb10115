//! THE LOGIC: who may be written to, messaged or called, by which channel, for which purpose.
//!
//! Pure: no JavaScript, no clock, no randomness, no storage, no waiting. It compiles into every artifact, so it stays small.
//! Values come in already parsed; nothing here fails at run time.
//!
//! | file | idea |
//! |---|---|
//! | `words` | the fixed vocabularies: channel, choice, basis, assurance |
//! | `purpose`, `address`, `country`, `time` | values that exist only if they are valid |
//! | `record` | one act of a person, and from when it counts |
//! | `standing` | what all acts of an address amount to: the law of standings |
//! | `decision` | may we send this now? |
//!
//! The feature `formats` adds the written forms of addresses and times (Unicode tables, RFC 3339), which the storefront
//! module leaves to the edge.

mod address;
mod country;
mod decision;
mod purpose;
mod record;
mod standing;
mod time;
mod words;

#[cfg(feature = "formats")]
pub use address::EmailAddress;
pub use address::{Address, PhoneNumber};
pub use country::CountryCode;
pub use decision::{Decision, Policy, Reason, decide};
pub use purpose::PurposeSlug;
pub use record::{Act, CLOCK_SKEW, RecordId, Scope, effective_time};
pub use standing::{Standing, Status, Track};
pub use time::Timestamp;
pub use words::{AddressKind, Assurance, Basis, Channel, Choice};
