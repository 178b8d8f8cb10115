//! The page of a confirmation link: the second step of a double opt-in.
//!
//! It is free of advertising (OLG München 29 U 1682/12). It says that consent can be withdrawn before consent is given
//! (GDPR Art. 7(3)). Only its button confirms: software that opens links before people do confirms nothing.

use maud::html;

use crate::api::pages::fill::{items, strong};
use crate::api::pages::frame::Frame;
use crate::consent::Channel;

/// The content of the confirmation page.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct ConfirmView<'a> {
    /// Each channel with a purpose, in the shop's words.
    pub items: &'a [(Channel, String)],
    /// The address, masked.
    pub address: &'a str,
    /// The state of the confirmation.
    pub state: ConfirmState,
}

/// The state of a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum ConfirmState {
    /// The page asks for the confirmation.
    Ask,
    /// The person has just confirmed.
    Done,
    /// The person had confirmed before.
    Again,
    /// The link has expired.
    Expired,
    /// No opt-in awaits this confirmation any more.
    Gone,
    /// The person did not ask for it, and gets no further question.
    Never,
}

/// Returns the page.
pub(in crate::api) fn confirm(frame: &Frame, view: &ConfirmView) -> String {
    let words = frame.words();
    let (title, lead) = match view.state {
        ConfirmState::Ask => (words.confirm_title, words.confirm_lead),
        ConfirmState::Done => (words.confirm_done_title, words.confirm_done),
        ConfirmState::Again => (words.confirm_again_title, words.confirm_again),
        ConfirmState::Expired => (words.confirm_expired_title, words.confirm_expired),
        ConfirmState::Gone => (words.confirm_gone_title, words.confirm_gone),
        ConfirmState::Never => (words.confirm_never_title, words.confirm_never_done),
    };
    let named = matches!(view.state, ConfirmState::Ask | ConfirmState::Done | ConfirmState::Again);
    let content = html! {
        h1 { (title) }
        p.lead { (strong(lead, &[("shop", frame.shop), ("address", view.address)])) }
        @if named { (items(words, view.items)) }
        @if view.state == ConfirmState::Ask {
            p { (words.confirm_starts) }
            (frame.button("main", "action", "confirm", words.confirm_button))
            p { (words.confirm_unasked) }
            (frame.button("more", "action", "never", words.confirm_never))
        }
        @if named { p.dim { (words.withdraw) } }
    };
    frame.page(title, &content)
}
