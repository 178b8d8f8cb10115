//! A file of people, imported. The ledger keeps the file as it comes, then works through it page by page. Each page is one
//! transaction together with the position reached, so nothing is lost or done twice when the process ends.
//!
//! | file | what it holds |
//! |---|---|
//! | `state` | an import and its states |
//! | `receive` | the file as it comes |
//! | `take` | a page of rows |
//! | `judge` | what one line of a list amounts to beside what is known |
//! | `known` | what is known of everybody on a page, read at once |
//! | `suppress` | the suppressions of a page |
//! | `rows` | what a page writes, one statement a table |
//! | `errors` | the rows that were not taken |
//! | `undo` | an import taken back |

pub(in crate::ledger) mod errors;
pub(in crate::ledger) mod judge;
pub(in crate::ledger) mod known;
pub(in crate::ledger) mod receive;
pub(in crate::ledger) mod rows;
pub(in crate::ledger) mod state;
pub(in crate::ledger) mod suppress;
pub(in crate::ledger) mod take;
pub(in crate::ledger) mod undo;
