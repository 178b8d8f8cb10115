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

/// Reads lower-case hex digits, dashes aside; `None` when there is anything else.
pub(super) fn read_hex(text: &str) -> Option<u128> {
    let mut number = 0;
    for byte in text.bytes() {
        let digit = match byte {
            b'-' => continue,
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u128::from(digit);
    }
    Some(number)
}
