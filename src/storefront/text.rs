//! Text functions that take few bytes. They replace `split`, which brings a searcher for each pattern, and `core::fmt`.
//! pattern.

/// Returns the text before and after the first occurrence of this ASCII character. Returns `None` if it does not occur.
pub(super) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(text.bytes().position(|byte| byte == at)?)?;
    Some((before, rest.get(1..)?))
}

/// Calls `take` with each part between these ASCII characters. Does not call it for an empty text.
pub(super) fn each<'a>(mut text: &'a str, between: u8, take: &mut dyn FnMut(&'a str)) {
    while let Some((part, rest)) = cut(text, between) {
        take(part);
        text = rest;
    }
    if !text.is_empty() {
        take(text);
    }
}

/// The parts of a text separated by U+0000, in which JavaScript passes several values at once. `page.js` removes U+0000
/// from every value.
pub(super) struct Fields<'a>(pub(super) &'a str);

impl<'a> Fields<'a> {
    /// Returns the next part. Returns an empty text after the last.
    pub(super) fn next(&mut self) -> &'a str {
        let (part, rest) = cut(self.0, 0).unwrap_or((self.0, ""));
        self.0 = rest;
        part
    }
}

/// Returns the bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble }));
        }
    }
    text
}
