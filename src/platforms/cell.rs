//! One value of a row.

use std::io::Write;

use crate::consent::Timestamp;

vocabulary! {
    /// The reader that the cells of a CSV file are for.
    Cells, "unknown cells" {
        /// Programs: cells are written unchanged.
        Exact = "exact",
        /// Spreadsheets: a cell that a spreadsheet would read as a formula begins with an apostrophe. The file begins
        /// with a byte order mark; without it spreadsheets do not recognise UTF-8.
        Spreadsheet = "spreadsheet",
    }
}

/// A value, borrowed from its row until it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// No value: an empty cell or `null`.
    Absent,
    /// A word of placet. It needs neither quotes nor escapes.
    Word(&'a str),
    /// A text from outside.
    Text(&'a str),
    /// A text after an apostrophe. Shopify writes telephone numbers in this way, so that a spreadsheet does not
    /// calculate with them.
    Apostrophe(&'a str),
    /// `true` or `false`.
    Flag(bool),
    /// A time in RFC 3339, with milliseconds.
    Time(Timestamp),
    /// A time as databases write it, `YYYY-MM-DD HH:MM:SS`, in UTC.
    PlainTime(Timestamp),
}

impl<'a> Value<'a> {
    pub(crate) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Absent, Self::Text)
    }

    pub(crate) fn word(word: Option<&'static str>) -> Self {
        word.map_or(Self::Absent, Self::Word)
    }

    pub(crate) fn time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Absent, Self::Time)
    }

    pub(crate) fn plain_time(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Absent, Self::PlainTime)
    }

    /// Returns the value if `condition` is true, otherwise no value.
    pub(crate) fn only_if(self, condition: bool) -> Self {
        if condition { self } else { Self::Absent }
    }

    /// Writes the value as a cell of a CSV file.
    pub(crate) fn write_cell(self, out: &mut Vec<u8>, separator: u8, cells: Cells) {
        match self {
            Self::Absent => {}
            Self::Word(word) => out.extend_from_slice(word.as_bytes()),
            Self::Text(text) if cells == Cells::Spreadsheet && is_formula(text) => write_quoted(out, "'", text),
            Self::Text(text) if needs_quotes(text, separator) => write_quoted(out, "", text),
            Self::Text(text) => out.extend_from_slice(text.as_bytes()),
            Self::Apostrophe(text) if needs_quotes(text, separator) => write_quoted(out, "'", text),
            Self::Apostrophe(text) => {
                out.push(b'\'');
                out.extend_from_slice(text.as_bytes());
            }
            Self::Flag(flag) => out.extend_from_slice(flag_word(flag)),
            Self::Time(at) => write_time(out, at),
            Self::PlainTime(at) => write_plain_time(out, at),
        }
    }

    /// Writes the value as JSON.
    pub(crate) fn write_json(self, out: &mut Vec<u8>) {
        match self {
            Self::Absent => out.extend_from_slice(b"null"),
            Self::Flag(flag) => out.extend_from_slice(flag_word(flag)),
            Self::Text(text) | Self::Apostrophe(text) => {
                // A text can always be written as JSON, and writing to memory does not fail.
                let _ = serde_json::to_writer(&mut *out, text);
            }
            Self::Word(word) => {
                out.push(b'"');
                out.extend_from_slice(word.as_bytes());
                out.push(b'"');
            }
            Self::Time(at) | Self::PlainTime(at) => {
                out.push(b'"');
                write_time(out, at);
                out.push(b'"');
            }
        }
    }
}

const fn flag_word(flag: bool) -> &'static [u8] {
    if flag { b"true" } else { b"false" }
}

fn write_time(out: &mut Vec<u8>, at: Timestamp) {
    // Writing to memory does not fail.
    let _ = write!(out, "{at}");
}

/// Writes the time without a `T` and cut off after the seconds. Writes nothing for a year with more than four digits.
fn write_plain_time(out: &mut Vec<u8>, at: Timestamp) {
    let start = out.len();
    write_time(out, at);
    let has_place = out.len() == start + "2026-11-23T10:00:00.000Z".len();
    out.truncate(if has_place { start + "2026-11-23T10:00:00".len() } else { start });
    if let Some(between) = out.get_mut(start + "2026-11-23".len()) {
        *between = b' ';
    }
}

/// Returns whether a cell must be quoted: RFC 4180, section 2, rule 6.
fn needs_quotes(text: &str, separator: u8) -> bool {
    text.bytes().any(|byte| byte == separator || matches!(byte, b'"' | b'\r' | b'\n'))
}

/// Writes a quoted cell. A quote within it is written twice: RFC 4180, section 2, rule 7.
fn write_quoted(out: &mut Vec<u8>, before: &str, text: &str) {
    out.push(b'"');
    out.extend_from_slice(before.as_bytes());
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// Returns whether a spreadsheet may read the text as a formula (OWASP, "CSV Injection"). Valid addresses may begin
/// with these characters.
pub(crate) fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}
