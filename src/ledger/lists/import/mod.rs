//! Imports of lists of contacts. The ledger stores the uploaded file first and then processes it page by page. Each page
//! is one transaction that also stores the progress, so no row is lost or processed twice, whenever the process ends.
//!
//! | file | contents |
//! |---|---|
//! | `state` | an import and its states |
//! | `receive` | the upload of the file |
//! | `take` | processes a page of rows: reads, decides, writes |
//! | `judge` | judges one line of a list against what is on record |
//! | `known` | reads what is known about all addresses of a page at once |
//! | `suppress` | the suppressions of a page |
//! | `rows` | writes the rows of a page, one SQL statement per table |
//! | `errors` | the rejected rows |
//! | `undo` | undoes an import |

pub(in crate::ledger) mod errors;
pub(in crate::ledger) mod judge;
pub(in crate::ledger) mod known;
pub(in crate::ledger) mod receive;
pub(in crate::ledger) mod rows;
pub(in crate::ledger) mod state;
pub(in crate::ledger) mod suppress;
pub(in crate::ledger) mod take;
pub(in crate::ledger) mod undo;
