//! The cells of a row by what they are about.

use std::borrow::Cow;

use super::fault::{RowFault, Wrong};
use super::scan::Cell;
use super::{Field, Layout};

/// The cells of a row that are read, without what surrounds them.
pub(super) struct Values<'a>([Cow<'a, str>; Field::COUNT]);

impl<'a> Values<'a> {
    pub(super) fn new() -> Self {
        Self([const { Cow::Borrowed("") }; Field::COUNT])
    }

    /// The cells of a row of CSV. Those at its end may be missing.
    pub(super) fn of_cells(layout: &Layout, text: &'a str, cells: &[Cell]) -> Result<Self, RowFault> {
        if cells.len() > layout.columns.len() {
            let wrong = Wrong::TooManyCells { cells: cells.len(), columns: layout.columns.len() };
            return Err(RowFault::of_row(wrong));
        }
        let mut values = Self::new();
        for (place, (column, cell)) in layout.columns.iter().zip(cells).enumerate() {
            if let Some(field) = column.field {
                values.put(field, place, unquoted(text, cell))?;
            }
        }
        Ok(values)
    }

    /// Takes a cell in.
    pub(super) fn put(&mut self, field: Field, place: usize, cell: Cow<'a, str>) -> Result<(), RowFault> {
        let cell = match cell {
            Cow::Borrowed(text) => Cow::Borrowed(bare(text)),
            Cow::Owned(text) => Cow::Owned(bare(&text).to_owned()),
        };
        let cell = match field {
            // These have lines.
            Field::Postal | Field::Address if cell.contains('\r') => {
                cell.replace("\r\n", "\n").replace('\r', "\n").into()
            }
            _ => cell,
        };
        let may_break = matches!(field, Field::Postal | Field::Address);
        let is_control = |c: char| c.is_control() && !(may_break && c == '\n');
        let has_control = match cell.is_ascii() {
            true => cell.bytes().any(|byte| is_control(char::from(byte))),
            false => cell.chars().any(is_control),
        };
        if has_control {
            return Err(RowFault { column: Some(place + 1), what: Wrong::ControlCharacter });
        }
        if let Some(own) = self.0.get_mut(field as usize) {
            *own = cell;
        }
        Ok(())
    }

    /// The text of a cell; nothing where it is empty.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.0.get(field as usize).map(|cell| &**cell).filter(|cell| !cell.is_empty())
    }
}

/// A cell without white space around it, and without the apostrophe by which it is no formula and no number to a spreadsheet.
fn bare(text: &str) -> &str {
    let text = text.trim();
    // `'tis@example.com` is a mailbox.
    let is_defused = |rest: &&str| {
        !rest.contains('@')
            || rest.starts_with(|c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r') || c.is_ascii_digit())
    };
    text.strip_prefix('\'').filter(is_defused).unwrap_or(text)
}

/// The text of a cell, its quotes as they were meant.
pub(super) fn unquoted<'a>(text: &'a str, cell: &Cell) -> Cow<'a, str> {
    let text = text.get(cell.start..cell.end).unwrap_or_default();
    if cell.is_doubled { text.replace("\"\"", "\"").into() } else { text.into() }
}
