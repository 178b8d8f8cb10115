//! The columns of a platform's files: how they are read and how they are written.
//!
//! A platform's columns have the platform's names, in the order of its own files. Only those columns are written that
//! placet can fill. A cell for which the row has no value is empty; an empty cell is not an opt-out.

use crate::consent::Channel;
use crate::model::list_kind::ListKind;
use crate::model::suppression::SuppressionReason;
use crate::platforms::cell::Value;
use crate::platforms::field::Field;
use crate::platforms::list_row::OutRow;

/// The description of a platform's files, for reading.
///
/// Headers are in lower case, because they are compared in lower case. If a platform has several headers for one field,
/// the best comes first.
pub(crate) struct ReadColumns {
    /// The fields and their headers.
    pub(crate) columns: &'static [(Field, &'static [&'static str])],
    /// Headers that identify the platform. One of them is enough.
    pub(crate) marks: &'static [&'static str],
    /// The prefix of external ids from this platform.
    pub(crate) external: Option<&'static str>,
    /// The channel of the list, if all files of the platform have the same.
    pub(crate) channel: Option<Channel>,
    /// Whether a simple `no` may also mean that the person was never asked.
    pub(crate) is_no_ambiguous: bool,
    /// Whether telephone numbers are international but written without `+`.
    pub(crate) are_numbers_bare: bool,
    /// Whether the platform writes the day before the month in dates such as `04-03-2025`.
    pub(crate) is_day_first: bool,
    /// The marks that show the kind of a list; the first match counts. Empty if the file does not show its kind.
    pub(crate) kinds: &'static [KindMark],
}

/// A mark that shows that a file is a list of one kind: one of the headers, or the beginning of the file's name.
pub(crate) struct KindMark {
    /// The kind of the list. `None`: neither opted in nor opted out, so the list states no choice.
    pub(crate) kind: Option<ListKind>,
    pub(crate) headers: &'static [&'static str],
    pub(crate) file: &'static str,
    /// The reason of the suppressions in such a list.
    pub(crate) reason: Option<SuppressionReason>,
}

impl ReadColumns {
    /// Returns the field of a header, and the rank of the header among those of the field (0 is the best).
    pub(crate) fn field(&self, lower: &str) -> Option<(Field, usize)> {
        self.columns
            .iter()
            .find_map(|(field, headers)| headers.iter().position(|header| *header == lower).map(|rank| (*field, rank)))
    }
}

/// The description of a platform's files, for writing.
#[derive(Debug)]
pub(crate) struct WrittenColumns {
    /// Returns the names of the columns in their order, for a kind of list, with or without decisions.
    pub(crate) header: fn(ListKind, bool) -> &'static [&'static str],
    /// The separator between two cells.
    pub(crate) separator: u8,
    /// Returns the values of a row. `None` if the platform's columns would express the row wrongly.
    pub(crate) row: for<'a> fn(&OutRow<'a>, ListKind) -> Option<Values<'a>>,
}

/// The largest number of columns that a platform has.
const MOST_COLUMNS: usize = 16;

/// The values of a row, one for each column.
pub(crate) struct Values<'a> {
    values: [Value<'a>; MOST_COLUMNS],
    count: usize,
}

impl<'a> Values<'a> {
    pub(crate) fn of<const N: usize>(own: [Value<'a>; N]) -> Self {
        const { assert!(N <= MOST_COLUMNS) };
        let mut values = [Value::Absent; MOST_COLUMNS];
        values.iter_mut().zip(own).for_each(|(to, from)| *to = from);
        Self { values, count: N }
    }

    pub(crate) fn as_slice(&self) -> &[Value<'a>] {
        self.values.get(..self.count).unwrap_or_default()
    }
}
