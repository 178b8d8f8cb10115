//! The notice on a page, as a record refers to it: what a person read before the choice, one line for each element. The
//! address is left out, because a notice is stored once for everybody who read it.

use super::words::Words;

use crate::api::pages::fill::fill;
use crate::api::pages::language::Language;
use crate::consent::Channel;

/// Returns the notice on the page that asks for a confirmation.
pub(in crate::api) fn confirm_words(language: Language, shop: &str, items: &[(Channel, String)]) -> String {
    let words = language.words();
    let lead = fill(words.confirm_lead, &[("shop", shop), ("address", "…")]);
    lines(&[words.confirm_title, &lead], words, items, &[words.confirm_starts, words.confirm_button, words.withdraw])
}

/// Returns the notice on the preference page, up to its button.
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
