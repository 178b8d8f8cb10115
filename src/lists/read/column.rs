//! What a column of a file is about, and the limits of a header.

use serde::{Deserialize, Serialize};

use crate::platforms::field::Field;

vocabulary! {
    /// The format of the rows of a file.
    Format, "unknown format" {
        /// Cells between separators, with a header line.
        Csv = "csv",
        /// One JSON object on each line.
        Ndjson = "ndjson",
    }
}

/// The longest header line, in bytes.
pub const MAX_HEADER: usize = 64 * 1024;

/// The greatest number of columns.
pub const MAX_COLUMNS: usize = 1_000;

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The header of the column.
    pub header: String,
    /// The field that the column holds. `None` if the column is not read.
    pub field: Option<Field>,
    /// Whether every cell of the column begins with an apostrophe, which some programs write before each text.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_wrapped: bool,
    /// Whether the column is not read, and its header speaks of an opt-out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unread_opt_out: bool,
}

impl Column {
    pub(crate) const fn new(header: String, field: Option<Field>) -> Self {
        Self { header, field, is_wrapped: false, is_unread_opt_out: false }
    }
}
