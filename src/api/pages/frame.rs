//! What surrounds every page, and the pages that belong to no shop.

use super::words::Words;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::api::pages::fill::fill;
use crate::api::pages::language::Language;

/// The stylesheet of every page, byte for byte as it is in the page, so that the Content-Security-Policy can contain
/// its hash.
pub(in crate::api) const STYLE: &str = include_str!("page.css");

/// The shop, the path and the language of a page.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct Frame<'a> {
    /// The shop's name.
    pub shop: &'a str,
    /// The language of the page.
    pub language: Language,
    /// The path of the page, without a query; its forms post there. Empty if a `GET` of the path shows no page.
    pub path: &'a str,
    /// The URL of the shop's privacy notice.
    pub policy_url: Option<&'a str>,
    /// Contact details for questions: an email address, a URL, or free text.
    pub contact: Option<&'a str>,
}

impl Frame<'_> {
    pub(in crate::api) const fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// Adds the language of this page to a path, so that the next page is in the same language.
    pub(in crate::api) fn with_language(&self, path: &str) -> String {
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{path}{mark}lang={}", self.language.tag())
    }

    /// Returns a form that posts to this page.
    pub(in crate::api) fn form(&self, content: &Markup) -> Markup {
        html! { form method="post" action=(self.with_language(self.path)) autocomplete="off" { (content) } }
    }

    /// Returns a form with only a button.
    pub(in crate::api) fn button(&self, class: &str, name: &str, value: &str, text: &str) -> Markup {
        self.form(&html! { button class=(class) name=(name) value=(value) { (text) } })
    }

    /// Returns a complete page.
    pub(in crate::api) fn page(&self, title: &str, main: &Markup) -> String {
        let words = self.words();
        let content = html! {
            header { p.shop { (self.shop) } }
            main { (main) }
            footer {
                @if self.policy_url.is_some_and(is_web) || self.contact.is_some() {
                    ul {
                        @if let Some(url) = self.policy_url.filter(|url| is_web(url)) {
                            li { a href=(url) rel="noreferrer" { (words.privacy_notice) } }
                        }
                        @if let Some(contact) = self.contact { li { (contact_of(words, contact)) } }
                    }
                }
                @if !self.path.is_empty() {
                    nav aria-label=(words.languages) {
                        ul {
                            @for language in Language::ALL {
                                li {
                                    a href={ "?lang=" (language.tag()) } hreflang=(language.tag()) lang=(language.tag())
                                        aria-current=[(language == self.language).then_some("true")] { (language.own_name()) }
                                }
                            }
                        }
                    }
                }
            }
        };
        document(self.language, &format!("{title} – {}", self.shop), &content)
    }
}

/// Returns whether a URL leads to the web. Only such URLs and email addresses become links, so that a shop's text
/// cannot run a script.
fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn contact_of(words: &Words, contact: &str) -> Markup {
    if is_web(contact) {
        return html! { a href=(contact) rel="noreferrer" { (fill(words.contact, &[("contact", contact)])) } };
    }
    let mailbox =
        contact.contains('@') && !contact.contains(|c: char| c.is_whitespace() || matches!(c, '?' | '&' | '%' | ':'));
    if mailbox {
        return html! { a href={ "mailto:" (contact) } { (fill(words.contact, &[("contact", contact)])) } };
    }
    html! { span { (fill(words.contact, &[("contact", contact)])) } }
}

fn document(language: Language, title: &str, content: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                // The path is a secret of the person, so no other site may learn it.
                meta name="referrer" content="same-origin";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (content) }
        }
    };
    page.into_string()
}

/// Returns the page for a link that is invalid or no longer valid. It does not say for which person the link was made.
pub(in crate::api) fn broken(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.broken_title, words.broken_text)
}

/// Returns the page for too many requests.
pub(in crate::api) fn too_many(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.too_many_title, words.too_many_text)
}

/// Returns the page for an internal error.
pub(in crate::api) fn failed(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.failed_title, words.failed_text)
}

pub(in crate::api) fn without_shop(language: Language, title: &str, text: &str) -> String {
    document(language, title, &html! { main { h1 { (title) } p { (text) } } })
}
