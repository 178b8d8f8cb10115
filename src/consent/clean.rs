//! Cleans addresses that people copy from other programs.

use std::borrow::Cow;

/// Returns the text without surrounding space and without the characters that nobody sees or means: invisible ones are
/// removed, and the typographic forms of letters, digits, dashes and apostrophes become the plain ones.
///
/// The result is a fixed point: cleaning it again changes nothing.
pub(crate) fn cleaned(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.trim().into();
    }
    let plain: String = text.chars().filter(|c| !is_invisible(*c)).map(plain).collect();
    plain.trim().to_owned().into()
}

/// Characters without a form of their own: Unicode's `Default_Ignorable_Code_Point`.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

fn plain(c: char) -> char {
    match c {
        // The full-width forms of ASCII are in the same order as ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' => '\'',
        '\u{3002}' | '\u{ff61}' | '\u{2024}' | '\u{fe52}' => '.',
        '\u{fe6b}' => '@',
        // The Turkish keyboard makes it of the letter i. Its lower case has two characters, which no mailbox has.
        '\u{130}' => 'i',
        c if c.is_whitespace() && !c.is_ascii() => ' ',
        c => c,
    }
}

#[cfg(all(test, feature = "formats", not(target_family = "wasm")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_copied_text_is_cleaned() {
        for (given, clean) in [
            ("  jane@example.com\t", "jane@example.com"),
            ("\u{202a}+44\u{2009}7700\u{a0}900\u{2011}123\u{202c}", "+44 7700 900-123"),
            ("\u{ff0b}\u{ff14}\u{ff14}", "+44"),
            ("ja\u{200b}ne\u{ad}@example.com\u{feff}", "jane@example.com"),
            ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com"),
            ("o\u{2019}hara@example.ie", "o'hara@example.ie"),
            ("\u{130}nfo@example.com", "info@example.com"),
            ("\u{3164}", ""),
            ("bücher", "bücher"),
        ] {
            assert_eq!(cleaned(given), clean, "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC{0,20}|[\u{2000}-\u{2070}\u{ff00}-\u{ff61}a@. ]{0,20}") {
            let once = cleaned(&text).into_owned();
            prop_assert_eq!(cleaned(&once), once.as_str());
        }
    }
}
