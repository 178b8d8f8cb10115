//! Why an address is suppressed, and a row of the list of suppressions.

use crate::consent::{AddressKind, Channel, Timestamp};

vocabulary! {
    /// The reason why an address is suppressed. It is a code and not text, because text might contain personal data.
    SuppressionReason, "unknown reason" {
        /// The person was erased.
        Erased = "erased",
        /// The person asked for no more marketing outside placet: in a call, a letter, or through a lawyer.
        Asked = "asked",
        /// The person complained, to the shop or with the spam button of their mail provider.
        Complained = "complained",
        /// Messages to the address bounce.
        Bounced = "bounced",
        /// The person is dead.
        Deceased = "deceased",
        /// A court or an authority ordered it.
        Ordered = "ordered",
        /// Another reason.
        Other = "other",
    }
}

/// One line of a list of suppressions.
#[derive(Clone, Copy, Debug)]
pub struct SuppressedRow<'a> {
    /// The hash under which the suppression is stored.
    pub hash: &'a str,
    /// The kind of the address, if known.
    pub kind: Option<AddressKind>,
    /// The address, if it is still stored.
    pub address: Option<&'a str>,
    /// The SHA-256 of the normalised address, the form in which providers exchange suppressions.
    pub sha256: Option<&'a str>,
    /// The channel; `None` for all channels.
    pub channel: Option<Channel>,
    /// The reason for the suppression.
    pub reason: &'a str,
    /// The time since which the address is suppressed.
    pub since: Timestamp,
}
