//! The words of a page as a record keeps them: what a person read before they chose, a line each. The address is left out, since
//! the words are kept once for all who read them.

use super::words::Words;

use crate::api::pages::fill::fill;
use crate::api::pages::language::Language;
use crate::consent::Channel;

/// The words of the page that asks for a confirmation.
pub(in crate::api) fn confirm_words(language: Language, shop: &str, items: &[(Channel, String)]) -> String {
    let words = language.words();
    let lead = fill(words.confirm_lead, &[("shop", shop), ("address", "…")]);
    lines(&[words.confirm_title, &lead], words, items, &[words.confirm_starts, words.confirm_button, words.withdraw])
}

/// The words of the preference page, above its button.
pub(in crate::api) fn preferences_words(language: Language, shop: &str, items: &[(Channel, String)]) -> String {
    let words = language.words();
    let lead = fill(words.choices_lead, &[("shop", shop)]);
    lines(&[words.choices_title, &lead], words, items, &[words.withdraw, words.choices_save])
}

fn lines(before: &[&str], words: &Words, items: &[(Channel, String)], after: &[&str]) -> String {
    let items: Vec<String> =
        items.iter().map(|(channel, purpose)| format!("{purpose} {}", words.by(*channel))).collect();
    let all = before.iter().copied().chain(items.iter().map(String::as_str)).chain(after.iter().copied());
    all.collect::<Vec<_>>().join("\n")
}
