//! Reads bytes that are not UTF-8 as Windows-1252, the encoding of spreadsheets in Western countries.

use std::borrow::Cow;

use crate::lists::read::scan::Cell;

/// The characters for the bytes 0x80 to 0x9F, as in the WHATWG Encoding Standard. Every other byte is the character
/// with its number.
const HIGH: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}', '\u{2030}',
    '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}',
    '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}',
    '\u{17e}', '\u{178}',
];

/// Reads bytes as Windows-1252. Every byte is a character.
pub(crate) fn windows_1252(bytes: &[u8]) -> String {
    let character = |byte: &u8| match byte {
        0x80..=0x9f => HIGH.get(usize::from(*byte) - 0x80).copied().unwrap_or_default(),
        byte => char::from(*byte),
    };
    bytes.iter().map(character).collect()
}

/// Reads a row as UTF-8. A cell that is not UTF-8 is read as Windows-1252: one such cell says nothing of the others. The
/// positions of the cells are those in the returned text.
pub(crate) fn read_cells<'a>(bytes: &'a [u8], cells: &mut [Cell]) -> Cow<'a, str> {
    if let Ok(text) = core::str::from_utf8(bytes) {
        return text.into();
    }
    let (mut text, mut done) = (String::with_capacity(bytes.len() + 16), 0);
    for cell in cells {
        text.push_str(&read(bytes.get(done..cell.start).unwrap_or_default()));
        done = cell.end;
        let own = read(bytes.get(cell.start..cell.end).unwrap_or_default());
        (cell.start, cell.end) = (text.len(), text.len() + own.len());
        text.push_str(&own);
    }
    text.push_str(&read(bytes.get(done..).unwrap_or_default()));
    text.into()
}

/// Reads bytes as UTF-8, or as Windows-1252 if they are not UTF-8.
pub(crate) fn read(bytes: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(bytes) {
        Ok(text) => text.into(),
        Err(_) => windows_1252(bytes).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_1252_has_a_character_for_every_byte() {
        assert_eq!(windows_1252(b"Z\xfcrich \x80 5 \x93ja\x94 \x9c"), "Zürich € 5 “ja” œ");
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(windows_1252(&all).chars().count(), 256);
        assert_eq!(read("Zürich".as_bytes()), "Zürich");
        assert_eq!(read(b"Z\xfcrich"), "Zürich");
    }
}
