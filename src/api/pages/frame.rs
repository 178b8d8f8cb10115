//! What is around every page, and the pages that know no shop.

use super::words::Words;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::api::pages::fill::fill;
use crate::api::pages::language::Language;

/// The style of every page, exactly as it stands in the page: for the hash of a Content-Security-Policy.
pub(in crate::api) const STYLE: &str = include_str!("page.css");

/// Whose page it is, where it is, in which language.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct Frame<'a> {
    /// The shop's name.
    pub shop: &'a str,
    /// The language of the page.
    pub language: Language,
    /// The path of the page, without a query: where its forms post to. Empty where nothing is shown at it.
    pub path: &'a str,
    /// The shop's privacy notice.
    pub policy_url: Option<&'a str>,
    /// Whom to ask: a mail address, a web address, or words.
    pub contact: Option<&'a str>,
}

impl Frame<'_> {
    pub(super) const fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// A path of ours with the language of this page, so that the next one is in the same.
    pub(super) fn with_language(&self, path: &str) -> String {
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{path}{mark}lang={}", self.language.tag())
    }

    /// A form that posts to this page.
    pub(super) fn form(&self, content: &Markup) -> Markup {
        html! { form method="post" action=(self.with_language(self.path)) autocomplete="off" { (content) } }
    }

    /// A form of nothing but its button.
    pub(super) fn button(&self, class: &str, name: &str, value: &str, text: &str) -> Markup {
        self.form(&html! { button class=(class) name=(name) value=(value) { (text) } })
    }

    /// A whole page.
    pub(super) fn page(&self, title: &str, main: &Markup) -> String {
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

/// Only what leads to the web or to a mailbox becomes a link: what a shop has written runs nothing.
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
                // The path is a secret of the person: it is told to no other site.
                meta name="referrer" content="same-origin";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (content) }
        }
    };
    page.into_string()
}

/// A link that is none, or none any more: says nothing on whose it was.
pub(in crate::api) fn broken(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.broken_title, words.broken_text)
}

/// Too many attempts.
pub(in crate::api) fn too_many(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.too_many_title, words.too_many_text)
}

/// A fault of ours.
pub(in crate::api) fn failed(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.failed_title, words.failed_text)
}

pub(super) fn without_shop(language: Language, title: &str, text: &str) -> String {
    document(language, title, &html! { main { h1 { (title) } p { (text) } } })
}
