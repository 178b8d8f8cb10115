//! The page of a subject request: its confirmation by the person, and its state until the end.

use super::words::Words;
use maud::{Markup, html};

use crate::api::pages::dates::date;
use crate::api::pages::files::files;
use crate::api::pages::fill::{counted, fill, strong};
use crate::api::pages::frame::Frame;
use crate::model::request::RequestKind;

/// Returns the texts of a kind of request: its name, what confirming it does, the text of the button, and the text when
/// it is done.
pub(in crate::api) const fn texts(kind: RequestKind, words: &Words) -> Texts {
    let (title, ask, button, done) = match kind {
        RequestKind::Access => (words.access, words.access_ask, words.access_button, words.access_done),
        RequestKind::Portability => {
            (words.portability, words.portability_ask, words.portability_button, words.portability_done)
        }
        RequestKind::Erasure => (words.erasure, words.erasure_ask, words.erasure_button, words.erasure_done),
        RequestKind::Rectification => {
            (words.rectification, words.rectification_ask, words.rectification_button, words.rectification_done)
        }
        RequestKind::Objection => (words.objection, words.objection_ask, words.objection_button, words.objection_done),
    };
    Texts { title, ask, button, done }
}

/// The texts of a kind of request.
pub(in crate::api) struct Texts {
    pub title: &'static str,
    pub ask: &'static str,
    pub button: &'static str,
    pub done: &'static str,
}

/// The content of the page of a subject request.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct RequestView<'a> {
    /// The kind of request.
    pub kind: RequestKind,
    /// The address that the request was made for, masked.
    pub address: &'a str,
    /// The text of a rectification request. It may have been written by somebody else than the person.
    pub details: Option<&'a str>,
    /// The state of the request.
    pub state: RequestState<'a>,
}

/// The state of a subject request, as its page shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum RequestState<'a> {
    /// The request awaits the person's confirmation.
    Ask,
    /// The request awaits the code that was sent.
    AskCode {
        /// The remaining attempts to enter the code. With 0 left, the page treats the link as expired.
        tries_left: u32,
        /// Whether the code just entered was wrong.
        wrong: bool,
    },
    /// The request awaits a decision of the shop.
    Waiting {
        /// The due day, such as `2027-04-05`.
        due: &'a str,
    },
    /// The request was completed just now.
    Done {
        /// The name and the link of each file.
        downloads: Option<&'a [(String, String)]>,
        /// The end of the download period.
        until: Option<&'a str>,
    },
    /// No data is stored that the request could be about.
    NothingHeld,
    /// The shop refused the request.
    Refused {
        /// The reason, in the shop's words.
        reason: &'a str,
        /// The supervisory authority for complaints.
        authority: Option<&'a str>,
    },
    /// The link has expired; the page offers a new one.
    Expired,
    /// A new link was sent.
    Resent,
    /// The request was completed before.
    Completed,
}

/// Returns the page.
pub(in crate::api) fn request(frame: &Frame, view: &RequestView) -> String {
    let words = frame.words();
    let texts = texts(view.kind, words);
    let state = match view.state {
        RequestState::AskCode { tries_left: 0, .. } => RequestState::Expired,
        state => state,
    };
    let said = |text: &str| strong(text, &[("shop", frame.shop), ("address", view.address)]);
    let headed = |title: &'static str, text: Markup| (title, html! { p.lead { (text) } });
    let (title, content) = match state {
        RequestState::Ask => (
            texts.title,
            ask(
                frame,
                view,
                &html! {
                    (frame.button(weight(view.kind), "action", "confirm", texts.button))
                },
            ),
        ),
        RequestState::AskCode { tries_left, wrong } => {
            (texts.title, ask(frame, view, &code(frame, view, tries_left, wrong)))
        }
        RequestState::Waiting { due } => headed(
            words.waiting_title,
            strong(words.waiting_text, &[("shop", frame.shop), ("due", &date(frame.language, due))]),
        ),
        RequestState::Done { downloads, until } => (
            words.done_title,
            html! {
                p.lead { (texts.done) }
                @if view.kind == RequestKind::Erasure { p { (words.erasure_hash) } }
                @if let Some(items) = downloads { (files(frame, items, until)) }
            },
        ),
        RequestState::NothingHeld => headed(words.held_title, said(words.held_text)),
        RequestState::Refused { reason, authority } => (
            words.refused_title,
            html! {
                p.lead { (said(words.refused_text)) }
                p.reason { (fill(words.refused_reason, &[("reason", reason)])) }
                p { (complaint(words, authority)) }
            },
        ),
        RequestState::Expired => (
            words.request_expired_title,
            html! {
                p.lead { (words.request_expired) }
                (frame.button("main", "action", "resend", words.resend_button))
            },
        ),
        RequestState::Resent => headed(words.resent_title, html! { (words.resent_text) }),
        RequestState::Completed => headed(words.completed_title, html! { (words.completed_text) }),
    };
    let content = html! {
        @if title != texts.title { p.about { (texts.title) } }
        h1 { (title) }
        (content)
    };
    frame.page(title, &content)
}

const fn weight(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Erasure => "main final",
        _ => "main",
    }
}

/// Returns the explanation of what confirming does, followed by the form `act`.
fn ask(frame: &Frame, view: &RequestView, act: &Markup) -> Markup {
    let words = frame.words();
    html! {
        p.lead { (strong(words.request_lead, &[("shop", frame.shop), ("address", view.address)])) }
        p { (fill(texts(view.kind, words).ask, &[("shop", frame.shop)])) }
        @if let Some(details) = view.details {
            p { (words.data_rectification_label) }
            p.reason { (details) }
        }
        @if view.kind == RequestKind::Erasure {
            div.notice.warning {
                p { strong { (words.erasure_final) } }
                p { (words.erasure_hash) }
            }
        }
        (act)
        p { (words.request_unasked) }
    }
}

fn code(frame: &Frame, view: &RequestView, tries_left: u32, wrong: bool) -> Markup {
    let words = frame.words();
    let tries = counted(tries_left, words.code_one_try, words.code_tries);
    let described = if wrong { "code-wrong code-hint" } else { "code-hint" };
    frame.form(&html! {
        label for="code" { (words.code_label) }
        @if wrong { p.wrong #code-wrong role="alert" { (words.code_wrong) } }
        p.hint #code-hint { (strong(words.code_hint, &[("address", view.address)])) " " (tries) }
        input #code name="code" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="characters"
            spellcheck="false" maxlength="16" required aria-describedby=(described) aria-invalid=[wrong.then_some("true")];
        button class=(weight(view.kind)) name="action" value="confirm" { (texts(view.kind, words).button) }
    })
}

/// Returns the text that says where to complain (GDPR Art. 12(4)).
pub(in crate::api) fn complaint(words: &Words, authority: Option<&str>) -> String {
    match authority {
        Some(authority) => fill(words.complain_named, &[("authority", authority)]),
        None => words.complain.to_owned(),
    }
}
