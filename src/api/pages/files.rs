//! The page of a download link: the files with a person's data.

use maud::{Markup, html};

use crate::api::pages::dates::date;
use crate::api::pages::fill::{fill, strong};
use crate::api::pages::frame::Frame;

/// What there is to download.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct DownloadView<'a> {
    /// Each file: what it is, and where.
    pub items: &'a [(String, String)],
    /// The last day or moment, as of RFC 3339.
    pub until: Option<&'a str>,
    /// Whether it is there.
    pub state: DownloadState,
}

/// Whether files are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum DownloadState {
    /// Yes.
    Ready,
    /// Their time is over.
    Expired,
    /// They were deleted.
    Gone,
}

/// The page.
pub(in crate::api) fn downloads(frame: &Frame, view: &DownloadView) -> String {
    let words = frame.words();
    let (title, lead) = match view.state {
        DownloadState::Ready => (words.files_title, words.files_lead),
        DownloadState::Expired => (words.files_expired_title, words.files_expired),
        DownloadState::Gone => (words.files_gone_title, words.files_gone),
    };
    let content = html! {
        h1 { (title) }
        p.lead { (strong(lead, &[("shop", frame.shop)])) }
        @if view.state == DownloadState::Ready { (files(frame, view.items, view.until)) }
    };
    frame.page(title, &content)
}

/// The files, until when they are there, and a word of care.
pub(super) fn files(frame: &Frame, items: &[(String, String)], until: Option<&str>) -> Markup {
    let words = frame.words();
    html! {
        ul.files {
            @for (label, href) in items {
                li { a href=(href) download { (fill(words.file, &[("file", label)])) } }
            }
        }
        @if let Some(until) = until {
            p { (strong(words.files_until, &[("until", &date(frame.language, until))])) }
        }
        p.dim { (words.files_care) }
    }
}
