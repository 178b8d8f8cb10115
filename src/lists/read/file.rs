//! Reads the rows of a file, piece by piece.
//!
//! Reading can stop and continue at any row. The result does not depend on where the bytes are divided. A row that
//! cannot be read never affects the next one: reading continues on the line after the one in which the row began.

use std::borrow::Cow;

use crate::lists::read::column::Format;
use crate::lists::read::fault::{Refusal, RowFault, Wrong};
use crate::lists::read::layout::Layout;
use crate::lists::read::place::Place;
use crate::lists::read::scan::{Cell, MAX_CELL, MAX_ROW, Scanned, line_breaks, line_end, scan, unquoted};
use crate::lists::read::values::Values;
use crate::lists::read::{encoding, meaning, object};
use crate::model::listed::Listed;

/// This number of bytes is always enough to read a row, or to find that it cannot be read.
pub const WINDOW: usize = MAX_ROW + 2;
/// The most bytes of a rejected row that are returned.
const MAX_RETURNED: usize = 64 * 1024;
/// The number of bytes read without a result after which a piece ends. In a malicious file each row can cost [`WINDOW`]
/// bytes.
const MAX_WASTE: usize = 4 * 1024 * 1024;

/// The result of reading a piece.
#[derive(Debug)]
pub struct Read {
    /// The rows.
    pub rows: Vec<ReadRow>,
    /// The position at which reading continues.
    pub place: Place,
    /// The number of rows that were not UTF-8 and were read as Windows-1252.
    pub windows_1252: u64,
}

/// A row of a file.
#[derive(Debug)]
pub struct ReadRow {
    /// The number of the row, counted from 1. Blank lines and the header are not counted.
    pub row: u64,
    /// The line of the file in which the row begins, counted from 1.
    pub line: u64,
    /// The content of the row, or the reason why it is rejected.
    pub outcome: Result<Listed, RowFault>,
    /// What is wrong with cells that were passed over. The row is valid without them.
    pub warnings: Vec<RowFault>,
    /// The cells of a rejected row, in the order of the columns, up to 64 KB. They may hold anything that the file
    /// holds.
    pub cells: Vec<String>,
}

/// Reads the next rows of a file, at most `limit`.
///
/// `bytes` begin at `place.byte`. `is_end` says that the file ends with them. Only whole rows are read: the caller
/// passes the bytes from the new place on again, with more bytes after them. If no row was read and the place is the
/// same, there were too few bytes; [`WINDOW`] bytes are always enough. The file is finished when its place is at its
/// end. Before that, a result with few rows does not mean that the file is finished.
pub fn read_rows(layout: &Layout, place: Place, bytes: &[u8], is_end: bool, limit: usize) -> Read {
    read_accepted_rows(layout, place, bytes, is_end, limit, &|_| Ok(()))
}

/// Reads rows like [`read_rows`]. Rows that `accept` refuses are returned like rows that cannot be read.
pub fn read_accepted_rows(
    layout: &Layout,
    place: Place,
    bytes: &[u8],
    is_end: bool,
    limit: usize,
    accept: &dyn Fn(&Listed) -> Result<(), Refusal>,
) -> Read {
    let read = Read { rows: Vec::new(), place, windows_1252: 0 };
    let mut reading = Reading { layout, rest: bytes, is_end, read, wasted: 0, cells: Vec::new(), accept };
    while reading.read.rows.len() < limit && reading.wasted < MAX_WASTE && reading.step() {}
    reading.read
}

struct Reading<'a> {
    pub(crate) layout: &'a Layout,
    rest: &'a [u8],
    is_end: bool,
    read: Read,
    wasted: usize,
    cells: Vec<Cell>,
    accept: &'a dyn Fn(&Listed) -> Result<(), Refusal>,
}

impl<'a> Reading<'a> {
    /// Reads a row or skips a line. Returns whether that was possible.
    fn step(&mut self) -> bool {
        if self.rest.is_empty() {
            return false;
        }
        if self.read.place.skipping {
            return self.skip_line();
        }
        let window = self.rest.get(..WINDOW).unwrap_or(self.rest);
        match self.layout.format {
            Format::Csv => self.csv(window),
            Format::Ndjson => self.json(window),
        }
    }

    fn csv(&mut self, window: &'a [u8]) -> bool {
        let separator = self.layout.separator.and_then(|c| u8::try_from(c).ok()).unwrap_or(b',');
        let (is_full, is_last) = (window.len() == WINDOW, self.is_last(window));
        let mut cells = std::mem::take(&mut self.cells);
        let scanned = scan(window, separator, is_last, &mut cells);
        let could = match scanned {
            Scanned::Row { end, next } if end <= MAX_ROW => {
                let raw = window.get(..end).unwrap_or_default();
                self.row(raw, separator, next, &mut cells);
                true
            }
            Scanned::Row { end, .. } => self.give_up(Wrong::RowTooLong, end),
            Scanned::Open { in_quotes: true } if is_full || is_last => self.give_up(Wrong::UnclosedQuote, window.len()),
            Scanned::Open { .. } if is_full => self.give_up(Wrong::RowTooLong, window.len()),
            Scanned::Open { .. } => false,
            // The line is returned as a whole, so its end must have been read.
            Scanned::Misplaced { at } => {
                let is_seen = is_full || is_last || line_end(window, is_last).is_some();
                is_seen && self.give_up(Wrong::MisplacedQuote, at)
            }
        };
        self.cells = cells;
        could
    }

    fn row(&mut self, raw: &[u8], separator: u8, next: usize, cells: &mut [Cell]) {
        if raw.iter().all(|byte| *byte == separator || byte.is_ascii_whitespace()) {
            return self.advance(next, 1 + line_breaks(raw));
        }
        let text = encoding::read_cells(raw, cells);
        self.read.windows_1252 += u64::from(matches!(text, Cow::Owned(_)));
        let breaks = line_breaks(raw);
        let outcome = match cells.iter().position(|cell| cell.end - cell.start > MAX_CELL) {
            Some(place) => Err(RowFault { column: Some(place + 1), what: Wrong::CellTooLong }),
            None => Values::of_cells(self.layout, &text, cells, breaks > 0).and_then(|values| self.listed(&values)),
        };
        let is_out_of_step = matches!(outcome, Err(RowFault { what: Wrong::TooManyCells { .. }, .. })) && breaks > 0;
        if is_out_of_step {
            // Quotes of different rows were combined into one row. The lines between them are rows of their own.
            self.give_up(Wrong::UnclosedQuote, raw.len());
            return;
        }
        let returned = match outcome {
            Ok(_) => Vec::new(),
            Err(_) => bounded(cells.iter().map(|cell| unquoted(&text, cell))),
        };
        self.push(outcome, returned);
        self.advance(next, 1 + breaks);
    }

    fn json(&mut self, window: &'a [u8]) -> bool {
        let is_last = self.is_last(window);
        let (end, next) = match line_end(window, is_last) {
            Some((end, next)) => (end, next),
            None if is_last => (window.len(), window.len()),
            None if window.len() == WINDOW => return self.give_up(Wrong::RowTooLong, window.len()),
            None => return false,
        };
        if end > MAX_ROW {
            return self.give_up(Wrong::RowTooLong, end);
        }
        let raw = window.get(..end).unwrap_or_default();
        if !raw.iter().all(u8::is_ascii_whitespace) {
            let text = self.text(raw);
            let values = object::values(self.layout, &text);
            let outcome = values.and_then(|values| self.listed(&values));
            let returned = match outcome {
                Ok(_) => Vec::new(),
                Err(_) => bounded(object::cells(self.layout, &text)),
            };
            self.push(outcome, returned);
        }
        self.advance(next, 1);
        true
    }

    fn listed(&self, values: &Values<'_>) -> Result<(Listed, Vec<RowFault>), RowFault> {
        let (listed, warnings) = meaning::listed(self.layout, values)?;
        match (self.accept)(&listed) {
            Ok(()) => Ok((listed, warnings)),
            Err(refusal) => Err(RowFault::of_row(Wrong::Refused(refusal))),
        }
    }

    fn text<'t>(&mut self, raw: &'t [u8]) -> Cow<'t, str> {
        let text = encoding::read(raw);
        self.read.windows_1252 += u64::from(matches!(text, Cow::Owned(_)));
        text
    }

    /// Returns the line in which the row begins as rejected, and continues after it.
    fn give_up(&mut self, what: Wrong, read: usize) -> bool {
        self.wasted += read;
        let end = line_end(self.rest, self.is_end).map_or(self.rest.len(), |(end, _)| end);
        let line = encoding::read(self.rest.get(..end.min(MAX_RETURNED)).unwrap_or_default());
        let separator = self.layout.separator.unwrap_or('\n');
        // The quotes are kept, because it is not known to which cell they belong.
        let returned = bounded(line.split(separator).map(Cow::Borrowed));
        self.push(Err(RowFault::of_row(what)), returned);
        self.read.place.skipping = true;
        self.skip_line();
        true
    }

    fn skip_line(&mut self) -> bool {
        match line_end(self.rest, self.is_end) {
            Some((_, next)) => {
                self.read.place.skipping = false;
                self.advance(next, 1);
                true
            }
            None => {
                // It is not known yet whether a line feed follows the carriage return.
                let kept = usize::from(self.rest.last() == Some(&b'\r'));
                self.advance(self.rest.len() - kept, 0);
                false
            }
        }
    }

    fn push(&mut self, outcome: Result<(Listed, Vec<RowFault>), RowFault>, cells: Vec<String>) {
        let (outcome, warnings) = match outcome {
            Ok((listed, warnings)) => (Ok(listed), warnings),
            Err(fault) => (Err(fault), Vec::new()),
        };
        self.read.place.row += 1;
        let Place { row, line, .. } = self.read.place;
        self.read.rows.push(ReadRow { row, line, outcome, warnings, cells });
    }

    fn advance(&mut self, bytes: usize, lines: u64) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
        self.read.place.byte += bytes as u64;
        self.read.place.line += lines;
    }

    fn is_last(&self, window: &[u8]) -> bool {
        self.is_end && window.len() == self.rest.len()
    }
}

/// Returns the cells, cut to the size that may be returned.
fn bounded<'t>(cells: impl Iterator<Item = Cow<'t, str>>) -> Vec<String> {
    let mut room = MAX_RETURNED;
    let mut bounded = Vec::new();
    for cell in cells {
        let end = cell.floor_char_boundary(room);
        bounded.push(cell.get(..end).unwrap_or_default().to_owned());
        // Empty cells count too: thousands of them also need memory.
        room = room.saturating_sub(end + 1);
        if room == 0 {
            break;
        }
    }
    bounded
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
