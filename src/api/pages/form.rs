//! The page that answers a form of the shop's own that runs no script: the same for people known and unknown, and nothing on it
//! that was typed.

use maud::html;

use crate::api::pages::fill::fill;
use crate::api::pages::frame::{Frame, without_shop};
use crate::api::pages::language::Language;

/// What became of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum FormState<'a> {
    /// It is on record.
    Done {
        /// The page of the shop's to go back to.
        back: Option<&'a str>,
    },
    /// Nothing of it is.
    Refused {
        /// Why, for the person.
        why: FormRefusal,
        /// Why, for whoever has made the form.
        code: &'a str,
    },
}

/// Why nothing of a form is on record, as far as the person can do something about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum FormRefusal {
    /// No mail could be sent to the address.
    Email,
    /// The number is none.
    Phone,
    /// There is no address that any of the choices could be recorded on.
    Nothing,
    /// It was sent before, with other answers.
    Again,
    /// It was not made as it should be.
    Faulty,
}

/// The page. Its address shows nothing by itself, so there is no switch of languages on it.
pub(in crate::api) fn form(frame: &Frame, state: FormState) -> String {
    let words = frame.words();
    match state {
        FormState::Done { back } => {
            let content = html! {
                h1 { (words.form_done_title) }
                p.lead { (words.form_done) }
                @if let Some(url) = back {
                    p { a.more href=(url) rel="noreferrer" { (fill(words.form_back, &[("shop", frame.shop)])) } }
                }
                p.dim { (words.withdraw) }
            };
            frame.page(words.form_done_title, &content)
        }
        FormState::Refused { why, code } => {
            let text = match why {
                FormRefusal::Email => words.form_email,
                FormRefusal::Phone => words.form_phone,
                FormRefusal::Nothing => words.form_nothing,
                FormRefusal::Again => words.form_again,
                FormRefusal::Faulty => words.form_faulty,
            };
            let content = html! {
                h1 { (words.form_refused_title) }
                p.lead { (text) }
                p.dim { (code) }
            };
            frame.page(words.form_refused_title, &content)
        }
    }
}

/// A form on a page that is not the shop's.
pub(in crate::api) fn misplaced(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.form_refused_title, words.form_faulty)
}
