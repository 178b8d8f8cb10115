//! THE FILES: lists of people as shops and providers write them, and as they read them.
//!
//! Pure: bytes and text in, values out. Nothing here knows of a database or of HTTP.
//!
//! | file | idea |
//! |---|---|
//! | `mod` | what a row of a list says |
//! | `wishes` | what is said about a file beside it |
//! | `field`, `profile` | what a column can be about; what the files of each platform look like |
//! | `header`, `layout`, `layout_error` | how a file is read, and why it cannot be |
//! | `file` | its rows, piece by piece |
//! | `scan`, `object`, `encoding` | rows of CSV; rows that are JSON objects; bytes that are not UTF-8 |
//! | `values`, `row`, `said`, `fault` | the cells of a row, what they say, and what is wrong with them |
//! | `word`, `instant`, `phone`, `country` | yes and no, times, telephone numbers and countries as files have them |
//! | `errors` | the rows that were not taken, written out to be corrected |
//! | `write` | lists written out, row by row, in our columns and in those of platforms |

mod country;
mod encoding;
mod errors;
mod fault;
mod field;
mod file;
mod header;
mod instant;
mod layout;
mod layout_error;
mod object;
mod phone;
mod profile;
mod row;
mod said;
mod scan;
#[cfg(test)]
mod tests;
mod values;
mod wishes;
mod word;

pub use errors::{ErrorEntry, ErrorWriter, ToldFault};
pub use fault::{Refusal, RowFault, Wrong};
pub use field::Field;
pub use file::{MAX_CELL, MAX_ROW, Place, Read, ReadRow, WINDOW, read_accepted_rows, read_rows};
pub use layout::{Column, Format, Layout, MAX_COLUMNS, MAX_HEADER};
pub use layout_error::LayoutError;
pub use profile::Profile;
pub use wishes::{Wishes, own_columns};

pub mod write;

pub use crate::ledger::{Listed, ListedChoice, ListedPerson, ListedSuppression, ListedWord as Said, Suppressed};

vocabulary! {
    /// What a list is about.
    ListKind, "unknown list" {
        /// People who may be written to.
        OptedIn = "opted_in",
        /// People who said no.
        OptedOut = "opted_out",
        /// Addresses that are not to be written to, for whatever reason.
        Suppressed = "suppressed",
    }
}
