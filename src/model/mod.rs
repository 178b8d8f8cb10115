//! VALUES that cross between lists, service and ledger. They need neither SQL nor HTTP.
//!
//! | file | what it holds |
//! |---|---|
//! | `text` | bounded texts |
//! | `person` | what rules and age limits need to know about a person |
//! | `evidence` | what shows that a ground exists |
//! | `fingerprint` | the keyed hash of a content |
//! | `exchange` | a request to another server, and its answer |
//! | `remote` | a customer as a connected shop platform holds them |
//! | `submission` | what a form, a server or an employee hands in |
//! | `request` | what a person can ask for under their rights |
//! | `list_kind` | the kinds of lists |
//! | `listed` | what one row of a list says |
//! | `suppression` | why an address is suppressed |

pub mod evidence;
pub mod exchange;
pub mod fingerprint;
pub mod list_kind;
pub mod listed;
pub mod person;
pub mod remote;
pub mod request;
pub mod submission;
pub mod suppression;
pub mod text;
