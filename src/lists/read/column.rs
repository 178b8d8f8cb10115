//! What a column of a file is about, and the limits of a header.

use serde::{Deserialize, Serialize};

use crate::lists::field::Field;

vocabulary! {
    /// How the rows of a file are written.
    Format, "unknown format" {
        /// Cells between separators, with a header line.
        Csv = "csv",
        /// A JSON object a line.
        Ndjson = "ndjson",
    }
}

/// The longest header line, in bytes.
pub const MAX_HEADER: usize = 64 * 1024;

/// The most columns.
pub const MAX_COLUMNS: usize = 1_000;

/// A column of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// What it is called.
    pub header: String,
    /// What it is about; nothing where it is not read.
    pub field: Option<Field>,
}
