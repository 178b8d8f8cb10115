//! The preference page: a person's choices for each address, and their rights, in one place.
//!
//! Withdrawing consent is as easy as giving it (GDPR Art. 7(3)): it is the same checkbox. One button without further
//! questions stops everything (Art. 21(2)). Requests under the person's rights only start here. They are confirmed by a
//! link that is sent to the address, because whoever has this page's link may have got it with a forwarded email.

use maud::{Markup, PreEscaped, html};

use crate::api::pages::fill::{fill, strong};
use crate::api::pages::frame::Frame;
use crate::consent::{AddressKind, Channel};

/// The script of the preference page, byte for byte as it is in the page, so that the Content-Security-Policy can
/// contain its hash.
pub(in crate::api) const SCRIPT: &str = include_str!("preferences.js");

/// The content of the preference page.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct PreferencesView<'a> {
    /// The addresses with their choices.
    pub groups: &'a [Group],
    /// The result of the last action.
    pub state: PreferencesState,
    /// Whether the page offers subject requests.
    pub requests: bool,
    /// The value of the form field `shown`: the choices that the page shows.
    pub shown: &'a str,
}

/// One address.
#[derive(Clone, Debug)]
pub(in crate::api) struct Group {
    /// The HTML id of its part of the page: letters, digits, hyphens.
    pub id: String,
    /// The address, masked.
    pub address: String,
    /// The kind of the address.
    pub kind: AddressKind,
    /// The channels and purposes of the address.
    pub rows: Vec<PreferenceRow>,
}

/// One channel and purpose.
#[derive(Clone, Debug)]
pub(in crate::api) struct PreferenceRow {
    /// The name of the form field.
    pub name: String,
    /// The channel of the choice.
    pub channel: Channel,
    /// The purpose, in the shop's words.
    pub purpose: String,
    /// Whether the checkbox is ticked.
    pub checked: bool,
    /// A note next to the checkbox.
    pub note: Option<RowNote>,
}

/// The reason why a person gets nothing although the checkbox may suggest otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum RowNote {
    /// The opt-in awaits confirmation.
    AwaitingConfirmation,
    /// The person objected.
    Objected,
    /// The address was erased and is suppressed.
    Suppressed,
    /// The consent has expired.
    Expired,
    /// The data is stored but not used (restriction, GDPR Art. 18).
    Restricted,
}

/// The result of the last action on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum PreferencesState {
    /// No action yet.
    Form,
    /// Choices were saved.
    Saved {
        /// Whether some opt-ins start only after a confirmation.
        pending_confirmation: bool,
    },
    /// Everything was stopped.
    StoppedAll,
    /// A subject request was opened, and the link to confirm it was sent.
    RequestSent,
    /// All links that were made before are called back, this one too, and a new one was sent.
    LinksCalledBack,
    /// No data is stored for this link: the address is unknown or was erased.
    Nothing,
}

/// Returns the page.
pub(in crate::api) fn preferences(frame: &Frame, view: &PreferencesView) -> String {
    let words = frame.words();
    let shop = [("shop", frame.shop)];
    if view.state == PreferencesState::Nothing {
        let content = html! { h1 { (words.nothing_title) } p.lead { (strong(words.nothing_text, &shop)) } };
        return frame.page(words.nothing_title, &content);
    }
    if view.state == PreferencesState::LinksCalledBack {
        let content = html! {
            h1 { (words.recalled_title) }
            p.lead role="status" { (words.recalled_text) }
        };
        return frame.page(words.recalled_title, &content);
    }
    let (title, text) = match view.state {
        PreferencesState::Form | PreferencesState::Nothing | PreferencesState::LinksCalledBack => {
            (words.choices_title, None)
        }
        PreferencesState::Saved { pending_confirmation } => {
            (words.choices_saved, pending_confirmation.then_some(words.choices_pending))
        }
        PreferencesState::StoppedAll => (words.stopped_title, Some(words.stopped_text)),
        PreferencesState::RequestSent => (words.sent_title, Some(words.sent_text)),
    };
    let content = html! {
        h1 { (words.choices_title) }
        @if view.state != PreferencesState::Form {
            div.notice role="status" {
                p { strong { (title) } }
                @if let Some(text) = text { p { (strong(text, &shop)) } }
            }
        }
        p.lead { (strong(words.choices_lead, &shop)) }
        @if view.groups.is_empty() { p { (words.choices_none) } } @else { (choices(frame, view)) }
        @if view.state != PreferencesState::StoppedAll {
            section aria-labelledby="stop" {
                h2 #stop { (words.stop_title) }
                p { (fill(words.stop_text, &shop)) }
                (frame.button("", "action", "stop", words.stop_button))
            }
        }
        @if view.requests { (rights(frame)) }
        section aria-labelledby="links" {
            h2 #links { (words.recall_title) }
            p { (words.recall_text) }
            (frame.button("", "action", "recall", words.recall_button))
        }
    };
    frame.page(title, &content)
}

fn choices(frame: &Frame, view: &PreferencesView) -> Markup {
    let words = frame.words();
    html! {
        (frame.form(&html! {
            input type="hidden" name="shown" value=(view.shown);
            @for group in view.groups {
                fieldset id=(group.id) {
                    legend { span.kind { (words.kind(group.kind)) } " " span.address { (group.address) } }
                    @for (number, row) in group.rows.iter().enumerate() { (choice(frame, &format!("{}-{number}", group.id), row)) }
                }
            }
            p.dim { (words.withdraw) }
            div.save {
                button.main #save name="action" value="save" { (words.choices_save) }
                p #unsaved role="status" data-none=(words.choices_unchanged) data-one=(words.choices_one_change)
                    data-many=(words.choices_changes) {}
            }
        }))
        script { (PreEscaped(SCRIPT)) }
    }
}

fn choice(frame: &Frame, id: &str, row: &PreferenceRow) -> Markup {
    let words = frame.words();
    let note = row.note.map(|note| match note {
        RowNote::AwaitingConfirmation => words.note_awaiting,
        RowNote::Objected => words.note_objected,
        RowNote::Suppressed => words.note_suppressed,
        RowNote::Expired => words.note_expired,
        RowNote::Restricted => words.note_restricted,
    });
    let note_id = format!("{id}-note");
    html! {
        div.choice {
            label for=(id) {
                input id=(id) type="checkbox" name=(row.name) value="on" checked[row.checked]
                    aria-describedby=[note.map(|_| &note_id)];
                span { strong { (row.purpose) } " " span.by { (words.by(row.channel)) } }
            }
            @if let Some(note) = note { p.note id=(note_id) { (note) } }
        }
    }
}

fn rights(frame: &Frame) -> Markup {
    let words = frame.words();
    let right = |title: &str, text: &str, act: &Markup| {
        html! { div.right { h3 { (title) } p { (fill(text, &[("shop", frame.shop)])) } (act) } }
    };
    let button = |action, text| frame.button("", "action", action, text);
    html! {
        section aria-labelledby="data" {
            h2 #data { (words.data_title) }
            p { (words.data_lead) }
            (right(words.access, words.data_access, &button("access", words.data_access_button)))
            (right(words.rectification, words.data_rectification, &frame.form(&html! {
                label for="details" { (words.data_rectification_label) }
                textarea #details name="details" rows="3" maxlength="500" required {}
                button name="action" value="rectification" { (words.data_rectification_button) }
            })))
            (right(words.objection, words.data_objection, &button("objection", words.data_objection_button)))
            (right(words.erasure, words.data_erasure, &button("erasure", words.data_erasure_button)))
        }
    }
}

/// Returns the page of a link that was called back.
pub(in crate::api) fn called_back(frame: &Frame) -> String {
    let words = frame.words();
    let content = html! {
        h1 { (words.called_back_title) }
        p.lead { (strong(words.called_back_text, &[("shop", frame.shop)])) }
    };
    frame.page(words.called_back_title, &content)
}
