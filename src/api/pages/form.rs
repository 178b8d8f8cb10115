//! The page that answers a form on the shop's own page that runs no script. It is the same for known and unknown
//! people, and it shows nothing that was typed.

use maud::html;

use crate::api::pages::fill::fill;
use crate::api::pages::frame::{Frame, without_shop};
use crate::api::pages::language::Language;

/// The result of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum FormState<'a> {
    /// The submission is stored.
    Done {
        /// The page of the shop to go back to.
        back: Option<&'a str>,
    },
    /// Nothing of the submission is stored.
    Refused {
        /// The reason, for the person.
        why: FormRefusal,
        /// The error code, for the developer of the form.
        code: &'a str,
    },
}

/// The reason why a form is refused, in categories that tell the person what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum FormRefusal {
    /// No email could be sent to the address.
    Email,
    /// The phone number is invalid.
    Phone,
    /// There is no address for any of the choices.
    Nothing,
    /// The form was sent before, with other answers.
    Again,
    /// The form itself is faulty.
    Faulty,
}

/// Returns the page. A `GET` of its URL shows nothing, so the page has no language links.
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

/// Returns the page for a form on a page that is not the shop's.
pub(in crate::api) fn misplaced(language: Language) -> String {
    let words = language.words();
    without_shop(language, words.form_refused_title, words.form_faulty)
}
