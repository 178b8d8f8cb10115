//! What came of a subject request, for its message.

/// The result of a subject request, or its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Outcome<'a> {
    /// The result can be downloaded.
    Ready {
        /// The link to the download.
        link: &'a str,
        /// The end of the download period, as an RFC 3339 date or time.
        until: &'a str,
    },
    /// The request is completed.
    Completed,
    /// The request is refused (GDPR Art. 12(4)).
    Refused {
        /// The reason, in the shop's words.
        reason: &'a str,
        /// The supervisory authority for complaints.
        authority: Option<&'a str>,
    },
    /// The request takes longer than a month (GDPR Art. 12(3)).
    Extended {
        /// The new last day.
        until: &'a str,
        /// The reason, in the shop's words.
        reason: &'a str,
    },
}
