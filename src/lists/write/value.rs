//! What stands in one place of a row.

use std::io::Write;

use crate::consent::Timestamp;

vocabulary! {
    /// For whom the cells of a CSV file are.
    Cells, "unknown cells" {
        /// For programs: as they are.
        Exact = "exact",
        /// For spreadsheets: what they would take for a formula has an apostrophe before it. The file begins with a byte order
        /// mark, without which they take UTF-8 for something else.
        Spreadsheet = "spreadsheet",
    }
}

/// A value, borrowed from its row until it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    /// Nothing: an empty cell, `null`.
    Absent,
    /// A word of ours: it needs neither quotes nor escapes.
    Word(&'a str),
    /// A text that comes from outside.
    Text(&'a str),
    /// A text after an apostrophe, in which Shopify writes numbers lest a spreadsheet calculate with them.
    Apostrophe(&'a str),
    /// `true` or `false`.
    Flag(bool),
    /// A time as RFC 3339 has it, with milliseconds.
    Time(Timestamp),
    /// A time as databases have it, `YYYY-MM-DD HH:MM:SS`, in UTC.
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

    /// The value if `condition` holds, else nothing.
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
                // A text can always be written as JSON, and into memory.
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
    // Into memory nothing fails but memory itself.
    let _ = write!(out, "{at}");
}

/// The other form of the same text, cut off after the seconds. A year of more than four digits it has no place for.
fn write_plain_time(out: &mut Vec<u8>, at: Timestamp) {
    let start = out.len();
    write_time(out, at);
    let has_place = out.len() == start + "2026-11-23T10:00:00.000Z".len();
    out.truncate(if has_place { start + "2026-11-23T10:00:00".len() } else { start });
    if let Some(between) = out.get_mut(start + "2026-11-23".len()) {
        *between = b' ';
    }
}

/// RFC 4180, section 2, rule 6.
fn needs_quotes(text: &str, separator: u8) -> bool {
    text.bytes().any(|byte| byte == separator || matches!(byte, b'"' | b'\r' | b'\n'))
}

/// Rule 7: a quote within quotes is written twice.
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

/// Whether a spreadsheet may calculate it (OWASP, "CSV Injection"). An address may well begin so.
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}
