//! A place in a file.

use serde::{Deserialize, Serialize};

/// Where in a file reading goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// At this byte, counted from 0.
    pub byte: u64,
    /// In this line, counted from 1.
    pub line: u64,
    /// After so many rows.
    pub row: u64,
    /// Whether it is amid a line that was given up, whose rest is not read.
    pub skipping: bool,
}
