//! Text in few bytes: what `split` and `from_str_radix` do, without the searcher for each pattern that comes with them.

/// What stands before and after the first such ASCII character.
pub(super) fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(text.bytes().position(|byte| byte == at)?)?;
    Some((before, rest.get(1..)?))
}

/// Every part between such ASCII characters; nothing for an empty text.
pub(super) fn each<'a>(mut text: &'a str, between: u8, take: &mut dyn FnMut(&'a str)) {
    while let Some((part, rest)) = cut(text, between) {
        take(part);
        text = rest;
    }
    if !text.is_empty() {
        take(text);
    }
}

/// The parts of a text between U+0000, which `page.js` takes out of every text: what JavaScript hands over in one piece.
pub(super) struct Fields<'a>(pub(super) &'a str);

impl<'a> Fields<'a> {
    /// The next part; empty after the last.
    pub(super) fn next(&mut self) -> &'a str {
        let (part, rest) = cut(self.0, 0).unwrap_or((self.0, ""));
        self.0 = rest;
        part
    }
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble }));
        }
    }
    text
}
