//! Fills the placeholders of the texts, such as `{shop}`, as plain text or as markup.

use super::words::Words;
use maud::{Markup, html};

use crate::consent::{AddressKind, Channel};

/// A piece of a text: literal words, or the name of a placeholder.
enum Piece<'a> {
    Words(&'a str),
    Place(&'a str),
}

/// Splits a text into its pieces. This happens before anything is filled in, so that braces in a shop's name are no
/// placeholders.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    text.split('{').enumerate().flat_map(|(number, part)| {
        let place = if number == 0 { None } else { part.split_once('}') };
        match place {
            Some((name, rest)) => [Piece::Place(name), Piece::Words(rest)],
            None => [Piece::Words(part), Piece::Words("")],
        }
    })
}

/// Fills the placeholders of a text.
pub(in crate::api) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    pieces(text)
        .map(|piece| match piece {
            Piece::Words(words) => words,
            Piece::Place(name) => values.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value),
        })
        .collect()
}

/// Fills the placeholders of a text as markup: every value is escaped and printed in bold.
pub(in crate::api) fn strong(text: &str, values: &[(&str, &str)]) -> Markup {
    html! {
        @for piece in pieces(text) {
            @match piece {
                Piece::Words(words) => { (words) },
                Piece::Place(name) => {
                    @if let Some((_, value)) = values.iter().find(|(key, _)| *key == name) { strong { (value) } }
                },
            }
        }
    }
}

/// Returns a text that contains a number: `one` for 1, otherwise `many` with the number filled in.
pub(in crate::api) fn counted(number: u32, one: &str, many: &str) -> String {
    if number == 1 { one.to_owned() } else { fill(many, &[("number", &number.to_string())]) }
}

/// Returns a text as one line, for headers and titles: a line break in a shop's name cannot start a mail header.
pub(in crate::api) fn one_line(text: &str) -> String {
    let clean = text.split(|c: char| c.is_whitespace() && c != '\u{a0}' || c.is_control());
    clean.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

impl Words {
    /// Returns the words for a channel in a sentence.
    pub(in crate::api) fn by(&self, channel: Channel) -> &'static str {
        text_of(self.by, channel)
    }

    /// Returns the words for a channel in a text message.
    pub(in crate::api) fn sms_by(&self, channel: Channel) -> &'static str {
        text_of(self.sms_by, channel)
    }

    /// Returns the heading for a kind of address.
    pub(in crate::api) const fn kind(&self, kind: AddressKind) -> &'static str {
        match kind {
            AddressKind::Email => self.kind_email,
            AddressKind::Phone => self.kind_phone,
            AddressKind::Push => self.kind_push,
            AddressKind::Postal => self.kind_postal,
        }
    }
}

/// Returns the text of a channel. A test checks that each language has a text for each channel.
fn text_of(texts: &[(Channel, &'static str)], channel: Channel) -> &'static str {
    texts.iter().find(|(own, _)| *own == channel).map_or(channel.as_str(), |(_, text)| *text)
}

/// Returns channels and purposes as a list.
pub(in crate::api) fn items(words: &Words, items: &[(Channel, String)]) -> Markup {
    html! {
        ul.items {
            @for (channel, purpose) in items {
                li { strong { (purpose) } " " span.by { (words.by(*channel)) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, fill, one_line, strong};

    #[test]
    fn placeholders_are_filled_once() {
        assert_eq!(fill("{shop}: {link}.", &[("shop", "{link}"), ("link", "x")]), "{link}: x.");
        assert_eq!(fill("no place", &[]), "no place");
        assert_eq!(fill("{a}{b}{a}", &[("a", "1"), ("b", "2")]), "121");
        assert_eq!(
            strong("To {shop}!", &[("shop", "<A & B>")]).into_string(),
            "To <strong>&lt;A &amp; B&gt;</strong>!"
        );
    }

    #[test]
    fn counted_texts_agree_with_their_number() {
        assert_eq!(
            [1, 0, 2].map(|number| counted(number, "one day", "{number} days")),
            ["one day", "0 days", "2 days"]
        );
    }

    #[test]
    fn a_mail_header_stays_on_one_line() {
        assert_eq!(one_line(" Please\u{a0}confirm:\r\nBcc: x\t\0y "), "Please\u{a0}confirm: Bcc: x y");
    }
}
