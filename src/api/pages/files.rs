//! The page of a download link, with the files that contain a person's data.

use maud::{Markup, html};

use crate::api::pages::dates::date;
use crate::api::pages::fill::{fill, strong};
use crate::api::pages::frame::Frame;

/// The content of the download page.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct DownloadView<'a> {
    /// The name and the link of each file.
    pub items: &'a [(String, String)],
    /// The last day or the end of the download, as an RFC 3339 date or time.
    pub until: Option<&'a str>,
    /// Whether the files can be downloaded.
    pub state: DownloadState,
}

/// Whether the files can be downloaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum DownloadState {
    /// The files can be downloaded.
    Ready,
    /// The download period is over.
    Expired,
    /// The files were deleted.
    Gone,
}

/// Returns the page.
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

/// Returns the files, the end of the download period, and the advice to keep the files safe.
pub(in crate::api) fn files(frame: &Frame, items: &[(String, String)], until: Option<&str>) -> Markup {
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
