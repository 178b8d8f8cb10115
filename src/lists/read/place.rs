//! A place in a file.

use serde::{Deserialize, Serialize};

/// The position in a file at which reading continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The offset of the next byte, counted from 0.
    pub byte: u64,
    /// The number of the line, counted from 1.
    pub line: u64,
    /// The number of rows that were read before it.
    pub row: u64,
    /// Whether the position is inside a line that was given up. The rest of that line is skipped.
    pub skipping: bool,
}
