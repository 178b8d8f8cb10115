//! THE FILES: lists of people as shops and providers write them, and as they read them.
//!
//! Pure: bytes and text in, values out. Nothing here knows a database or HTTP.
//!
//! | folder or file | what it holds |
//! |---|---|
//! | `read` | a file as it comes: its layout, its rows, what a row says |
//! | `write` | lists written out, in our columns and in those of platforms; rejected rows written out to be corrected |
//! | `cells` | single cells: times, phone numbers, countries, words |
//!
//! The columns of each platform are in `platforms`.

mod cells;
#[cfg(test)]
mod platform_files_tests;
mod read;
#[cfg(test)]
mod tests;
pub mod write;

pub use crate::model::list_kind::ListKind;
pub use crate::model::listed::{Listed, ListedAct, ListedChoice, ListedPerson, ListedSuppression, Suppressed};
pub use crate::platforms::Profile;
pub use crate::platforms::field::Field;
pub use read::column::{Column, Format, MAX_COLUMNS, MAX_HEADER};
pub use read::fault::{Refusal, RowFault, Wrong};
pub use read::file::{Read, ReadRow, WINDOW, read_accepted_rows, read_rows};
pub use read::layout::Layout;
pub use read::layout_error::LayoutError;
pub use read::options::{ImportOptions, ShopScopes, own_columns};
pub use read::place::Place;
pub use read::scan::{MAX_CELL, MAX_ROW};
pub use write::errors::{ErrorEntry, ErrorWriter, ToldFault};
