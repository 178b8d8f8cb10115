//! The page of an unsubscribe link (RFC 8058). It has one button and shows no address, so that it looks the same for
//! unknown and erased people.

use maud::html;

use crate::api::pages::fill::{fill, strong};
use crate::api::pages::frame::Frame;
use crate::consent::Channel;

/// The content of the unsubscribe page.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct UnsubscribeView<'a> {
    /// The channel; `None` for all channels.
    pub channel: Option<Channel>,
    /// The purpose in the shop's words; `None` for all purposes.
    pub purpose: Option<&'a str>,
    /// The state of the page.
    pub state: UnsubscribeState,
}

/// The state of an unsubscribe page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum UnsubscribeState {
    /// The page asks whether to unsubscribe. A `GET` changes nothing.
    Ask,
    /// The person has unsubscribed, now or before.
    Done,
    /// The person wants a link to all their choices. The link goes to the address, because a link to unsubscribe may be
    /// in many hands: it is in the headers of each message.
    LinkSent,
}

/// Returns the page.
pub(in crate::api) fn unsubscribe(frame: &Frame, view: &UnsubscribeView) -> String {
    let words = frame.words();
    let purpose = view.purpose.map(|purpose| fill(words.quoted, &[("purpose", purpose)])).unwrap_or_default();
    let by = view.channel.map(|channel| words.by(channel)).unwrap_or_default();
    let scope = match (view.purpose, view.channel) {
        (Some(_), Some(_)) => words.scope_one,
        (Some(_), None) => words.scope_purpose,
        (None, Some(_)) => words.scope_channel,
        (None, None) => words.scope_all,
    };
    let (title, lead) = match view.state {
        UnsubscribeState::Ask | UnsubscribeState::LinkSent => (words.unsubscribe_title, words.unsubscribe_ask),
        UnsubscribeState::Done => (words.unsubscribe_done_title, words.unsubscribe_done),
    };
    let content = html! {
        h1 { (title) }
        p.lead { (strong(lead, &[("shop", frame.shop)])) }
        ul.items { li { (strong(scope, &[("purpose", &purpose), ("by", by)])) } }
        @match view.state {
            UnsubscribeState::Ask => { (frame.button("main", "List-Unsubscribe", "One-Click", words.unsubscribe_button)) },
            UnsubscribeState::Done => { p { (words.at_once) } },
            UnsubscribeState::LinkSent => {
                p role="status" { (words.choices_link_sent) }
                (frame.button("main", "List-Unsubscribe", "One-Click", words.unsubscribe_button))
            },
        }
        @if view.purpose.is_none() { p { (words.orders_go_on) } }
        @if view.state != UnsubscribeState::LinkSent { (frame.button("more", "action", "link", words.all_choices)) }
    };
    frame.page(title, &content)
}
