//! The cells of a row, by field.

use std::borrow::Cow;

use crate::lists::cells::opt_out_column::says_opt_out;
use crate::lists::read::fault::{RowFault, Wrong};
use crate::lists::read::layout::Layout;
use crate::lists::read::scan::{Cell, bare, unquoted};
use crate::platforms::field::Field;

/// The cells of a row that are read, without surrounding space.
pub(crate) struct Values<'a> {
    cells: [Cow<'a, str>; Field::COUNT],
    /// The number of the first column that is not read and in which the row seems to opt out.
    unread_opt_out: Option<usize>,
}

impl<'a> Values<'a> {
    pub(crate) fn new() -> Self {
        Self { cells: [const { Cow::Borrowed("") }; Field::COUNT], unread_opt_out: None }
    }

    /// Makes the values from the cells of a CSV row. Cells at the end of the row may be missing, and empty cells may
    /// follow them: spreadsheets write both. `has_lines`: the row has several lines. Then even empty cells show that
    /// its quotes belong to different rows.
    pub(crate) fn of_cells(layout: &Layout, text: &'a str, cells: &[Cell], has_lines: bool) -> Result<Self, RowFault> {
        let too_many = cells.get(layout.columns.len()..).unwrap_or_default();
        if too_many.iter().any(|cell| has_lines || !unquoted(text, cell).trim().is_empty()) {
            let wrong = Wrong::TooManyCells { cells: cells.len(), columns: layout.columns.len() };
            return Err(RowFault::of_row(wrong));
        }
        let mut values = Self::new();
        for (place, (column, cell)) in layout.columns.iter().zip(cells).enumerate() {
            if let Some(field) = column.field {
                let cell = unquoted(text, cell);
                values.put(field, place, if column.is_wrapped { unwrapped(cell) } else { cell })?;
            } else if column.is_unread_opt_out && says_opt_out(&unquoted(text, cell)) {
                values.unread_opt_out.get_or_insert(place + 1);
            }
        }
        Ok(values)
    }

    /// Stores one cell.
    pub(crate) fn put(&mut self, field: Field, place: usize, cell: Cow<'a, str>) -> Result<(), RowFault> {
        let cell = match cell {
            Cow::Borrowed(text) => Cow::Borrowed(bare(text)),
            Cow::Owned(text) => Cow::Owned(bare(&text).to_owned()),
        };
        let cell = match field {
            // These fields may have several lines.
            Field::Postal | Field::Address if cell.contains('\r') => {
                cell.replace("\r\n", "\n").replace('\r', "\n").into()
            }
            _ => cell,
        };
        // A remark of several lines is one line in the evidence.
        let is_remark = matches!(field, Field::Reason | Field::Origin | Field::External | Field::Reference);
        let cell = match is_remark && cell.contains(char::is_control) {
            true => cell.split(char::is_control).map(str::trim).collect::<Vec<_>>().join(" ").into(),
            false => cell,
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
        if let Some(own) = self.cells.get_mut(field as usize) {
            *own = cell;
        }
        Ok(())
    }

    /// Returns the number of the first column that is not read and in which the row seems to opt out.
    pub(crate) const fn unread_opt_out(&self) -> Option<usize> {
        self.unread_opt_out
    }

    /// Returns the text of a cell, or `None` if it is empty.
    pub(crate) fn get(&self, field: Field) -> Option<&str> {
        self.cells.get(field as usize).map(|cell| &**cell).filter(|cell| !cell.is_empty())
    }
}

/// Returns the text without the apostrophe with which each cell of its column begins, and without the one at its end.
fn unwrapped(cell: Cow<'_, str>) -> Cow<'_, str> {
    let strip = |text: &str| -> Option<(usize, usize)> {
        let trimmed = text.trim();
        let rest = trimmed.strip_prefix('\'')?;
        let start = text.find('\'')? + 1;
        Some((start, start + rest.strip_suffix('\'').unwrap_or(rest).len()))
    };
    match (strip(&cell), cell) {
        (Some((start, end)), Cow::Borrowed(text)) => text.get(start..end).unwrap_or(text).into(),
        (Some((start, end)), Cow::Owned(text)) => text.get(start..end).unwrap_or(&text).to_owned().into(),
        (None, cell) => cell,
    }
}
