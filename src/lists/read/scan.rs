//! Finds rows of CSV (RFC 4180) in bytes.
//!
//! Nothing is copied: a row is the positions of its cells. The code is written by hand because quotes must be read
//! strictly. If a quote is not closed, a lenient reader takes the next quote, some lines later, as its end, and the
//! text between them is lost without an error. Here any text after a closing quote shows that the quotes do not match.

use std::borrow::Cow;

/// The longest row, in bytes.
pub const MAX_ROW: usize = 256 * 1024;
/// The longest cell, in bytes.
pub const MAX_CELL: usize = 64 * 1024;

/// The position of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Whether the cell contains doubled quotes.
    pub(crate) is_doubled: bool,
}

/// The result of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// A row: the end of its text, and the beginning of the next row.
    Row { end: usize, next: usize },
    /// The bytes end before the row ends.
    Open { in_quotes: bool },
    /// A text follows a closing quote, where no text is allowed. `at` is the number of bytes read.
    Misplaced { at: usize },
}

/// Finds the row at the beginning of the bytes. `is_end` says that no bytes follow.
pub(crate) fn scan(bytes: &[u8], separator: u8, is_end: bool, cells: &mut Vec<Cell>) -> Scanned {
    cells.clear();
    let mut start = 0;
    loop {
        let rest = bytes.get(start..).unwrap_or_default();
        let (cell, after) = if rest.first() == Some(&b'"') {
            match quoted(bytes, start, is_end) {
                Ok(found) => found,
                Err(scanned) => return scanned,
            }
        } else {
            let ends = |byte: &u8| *byte == separator || *byte == b'\n' || *byte == b'\r';
            let end = match rest.iter().position(ends) {
                Some(length) => start + length,
                None if is_end => bytes.len(),
                None => return Scanned::Open { in_quotes: false },
            };
            (Cell { start, end, is_doubled: false }, end)
        };
        match bytes.get(after) {
            Some(byte) if *byte == separator => start = after + 1,
            Some(b'\n') | None => {
                cells.push(cell);
                return Scanned::Row { end: after, next: bytes.len().min(after + 1) };
            }
            Some(b'\r') => {
                let next = match bytes.get(after + 1) {
                    Some(b'\n') => after + 2,
                    // It is not known yet whether a line feed follows.
                    None if !is_end => return Scanned::Open { in_quotes: false },
                    _ => after + 1,
                };
                cells.push(cell);
                return Scanned::Row { end: after, next };
            }
            Some(_) => return Scanned::Misplaced { at: after },
        }
        cells.push(cell);
    }
}

/// Returns a cell in quotes, and the position after its closing quote.
fn quoted(bytes: &[u8], opening: usize, is_end: bool) -> Result<(Cell, usize), Scanned> {
    let start = opening + 1;
    let mut is_doubled = false;
    let mut from = start;
    loop {
        let length = bytes.get(from..).unwrap_or_default().iter().position(|byte| *byte == b'"');
        let Some(length) = length else { return Err(Scanned::Open { in_quotes: true }) };
        let end = from + length;
        match bytes.get(end + 1) {
            Some(b'"') => {
                is_doubled = true;
                from = end + 2;
            }
            // The quote may be the first of two.
            None if !is_end => return Err(Scanned::Open { in_quotes: true }),
            _ => return Ok((Cell { start, end, is_doubled }, end + 1)),
        }
    }
}

/// Returns the end of the text of the first line, and the beginning of the next line. Returns `None` if the end of the
/// line is not in the bytes.
pub(crate) fn line_end(bytes: &[u8], is_end: bool) -> Option<(usize, usize)> {
    let end = bytes.iter().position(|byte| *byte == b'\n' || *byte == b'\r')?;
    match (bytes.get(end), bytes.get(end + 1)) {
        (Some(b'\r'), Some(b'\n')) => Some((end, end + 2)),
        (Some(b'\r'), None) if !is_end => None,
        _ => Some((end, end + 1)),
    }
}

/// Returns how many lines end in a text: at `\n`, at `\r`, and at both together.
pub(crate) fn line_breaks(bytes: &[u8]) -> u64 {
    let feeds = bytes.iter().filter(|byte| **byte == b'\n').count();
    let returns =
        bytes.iter().enumerate().filter(|(place, byte)| **byte == b'\r' && bytes.get(place + 1) != Some(&b'\n'));
    (feeds + returns.count()) as u64
}

/// Returns a cell without surrounding white space and without a leading apostrophe. Spreadsheets write this apostrophe
/// before a text that they would otherwise read as a formula or a number.
pub(crate) fn bare(text: &str) -> &str {
    let text = text.trim();
    // In the email address `'tis@example.com` the apostrophe belongs to the address.
    let is_defused = |rest: &&str| {
        !rest.contains('@')
            || rest.starts_with(|c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r') || c.is_ascii_digit())
    };
    text.strip_prefix('\'').filter(is_defused).unwrap_or(text)
}

/// Returns the text of a cell, with doubled quotes made single.
pub(crate) fn unquoted<'a>(text: &'a str, cell: &Cell) -> Cow<'a, str> {
    let text = text.get(cell.start..cell.end).unwrap_or_default();
    if cell.is_doubled { text.replace("\"\"", "\"").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str, is_end: bool) -> (Vec<String>, Scanned) {
        let mut cells = Vec::new();
        let scanned = scan(text.as_bytes(), b',', is_end, &mut cells);
        (cells.iter().map(|cell| text[cell.start..cell.end].to_owned()).collect(), scanned)
    }

    #[test]
    fn a_row_ends_at_every_kind_of_line_ending() {
        for (text, next) in [("a,b\nc", 4), ("a,b\r\nc", 5), ("a,b\rc", 4), ("a,b\n", 4), ("\"a\",b\nc", 6)] {
            let (read, scanned) = cells(text, false);
            assert_eq!(read, ["a", "b"], "{text:?}");
            assert!(matches!(scanned, Scanned::Row { next: found, .. } if found == next), "{text:?} {scanned:?}");
        }
        assert_eq!(cells("a,b", true), (vec!["a".into(), "b".into()], Scanned::Row { end: 3, next: 3 }));
        assert_eq!(cells("a,", true).0, ["a", ""]);
        for text in ["a,b", "a,b\r", "a,\"b\"", "a,\"b\"\r", "\"a\"\"", ""] {
            assert!(matches!(cells(text, false).1, Scanned::Open { .. }), "{text:?}");
        }
    }

    #[test]
    fn quotes_are_read_strictly() {
        assert_eq!(cells("\"a,\nb\",\"c \"\"d\"\"\",e\"f\n", false).0, ["a,\nb", "c \"\"d\"\"", "e\"f"]);
        assert_eq!(cells("\"a\"b,c\n", false).1, Scanned::Misplaced { at: 3 });
        assert_eq!(cells("\"a,b\nc\n", true).1, Scanned::Open { in_quotes: true });
        assert_eq!(cells("\"\",x\n", true).0, ["", "x"]);
    }

    #[test]
    fn lines_are_counted_with_every_kind_of_line_ending() {
        assert_eq!(line_breaks(b"a\nb\r\nc\rd"), 3);
        assert_eq!(line_end(b"ab\r\nc", false), Some((2, 4)));
        assert_eq!(line_end(b"ab\r", false), None);
        assert_eq!(line_end(b"ab\r", true), Some((2, 3)));
        assert_eq!(line_end(b"ab", true), None);
    }
}
