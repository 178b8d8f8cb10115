//! The contact report: all that is held on one person (GDPR Art. 15).
//!
//! | file | what it holds |
//! |---|---|
//! | `contact_report` | the report and its sections |
//! | `selection` | what is asked of a report |
//! | `addresses` | the addresses |
//! | `about` | the information that Art. 15 requires in addition to the data |
//! | `records` | the records with their evidence |
//! | `standings` | the standings with their decisions |

pub(in crate::ledger) mod about;
pub(in crate::ledger) mod addresses;
pub(in crate::ledger) mod contact_report;
pub(in crate::ledger) mod records;
pub(in crate::ledger) mod selection;
pub(in crate::ledger) mod standings;
