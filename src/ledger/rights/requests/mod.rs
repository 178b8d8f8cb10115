//! Subject requests (GDPR Art. 15 to 22), from their opening to their answer.
//!
//! | file | what it holds |
//! |---|---|
//! | `subject_request` | a request and its states |
//! | `open` | opens a request, and verifies the requester |
//! | `carry_out` | carries a verified request out |
//! | `download` | the answer to download |
//! | `remind` | reminders, and requests that lapse |

pub(in crate::ledger) mod carry_out;
pub(in crate::ledger) mod download;
pub(in crate::ledger) mod open;
pub(in crate::ledger) mod remind;
pub(in crate::ledger) mod subject_request;
