//! The page of a request under a person's rights: confirmed here, and followed to its end.

use super::words::Words;
use maud::{Markup, html};

use crate::api::pages::dates::date;
use crate::api::pages::files::files;
use crate::api::pages::fill::{counted, fill, strong};
use crate::api::pages::frame::Frame;
use crate::model::request::RequestKind;

/// What a kind of request is called; what confirming it does, and its button; what is said when it is done.
pub(super) const fn texts(kind: RequestKind, words: &Words) -> Texts {
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
pub(super) struct Texts {
    pub title: &'static str,
    pub ask: &'static str,
    pub button: &'static str,
    pub done: &'static str,
}

/// A request.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct RequestView<'a> {
    /// What is requested.
    pub kind: RequestKind,
    /// The address that it was made for, masked.
    pub address: &'a str,
    /// What is to be put right, as it was written into the request: somebody else may have.
    pub details: Option<&'a str>,
    /// How far it is.
    pub state: RequestState<'a>,
}

/// How far a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum RequestState<'a> {
    /// It awaits the person's confirmation.
    Ask,
    /// It awaits the code that was sent.
    AskCode {
        /// How often it may still be typed; with none left the link is as good as expired.
        tries_left: u32,
        /// The code just typed was wrong.
        wrong: bool,
    },
    /// The shop has it on the desk.
    Waiting {
        /// The last day, such as `2027-04-05`.
        due: &'a str,
    },
    /// It is done.
    Done {
        /// The files: what each is, and where.
        downloads: Option<&'a [(String, String)]>,
        /// Until when they are there.
        until: Option<&'a str>,
    },
    /// There is nothing that it could be about.
    NothingHeld,
    /// The shop refused.
    Refused {
        /// In the shop's words.
        reason: &'a str,
        /// Where to complain.
        authority: Option<&'a str>,
    },
    /// The link came too late; a fresh one can be had.
    Expired,
    /// A fresh link was sent.
    Resent,
    /// It was completed before.
    Completed,
}

/// The page.
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

/// What confirming does, before the `act` that does it.
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

/// Where to complain, GDPR Art. 12(4).
pub(super) fn complaint(words: &Words, authority: Option<&str>) -> String {
    match authority {
        Some(authority) => fill(words.complain_named, &[("authority", authority)]),
        None => words.complain.to_owned(),
    }
}
