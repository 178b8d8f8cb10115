//! Why an address is suppressed, and a row of the list of suppressions.

use crate::consent::{AddressKind, Channel, Timestamp};

vocabulary! {
    /// Why an address is suppressed: a class and no text, which might tell of the person.
    SuppressionReason, "unknown reason" {
        /// The person was erased.
        Erased = "erased",
        /// They asked for no more advertising in a way that placet did not see: a call, a letter, a lawyer.
        Asked = "asked",
        /// They complained, to the shop or by the button of their mail provider.
        Complained = "complained",
        /// What is sent there comes back.
        Bounced = "bounced",
        /// They are dead.
        Deceased = "deceased",
        /// A court or an authority said so.
        Ordered = "ordered",
        /// Something else.
        Other = "other",
    }
}

/// One line of the list.
#[derive(Clone, Copy, Debug)]
pub struct SuppressedRow<'a> {
    /// The hash under which it is kept.
    pub hash: &'a str,
    /// What kind of address it is, where that is known.
    pub kind: Option<AddressKind>,
    /// The address, where it is still held.
    pub address: Option<&'a str>,
    /// The SHA-256 of the form by which it is matched, as providers exchange it.
    pub sha256: Option<&'a str>,
    /// On which channel; nothing for all.
    pub channel: Option<Channel>,
    /// Why.
    pub reason: &'a str,
    /// Since when.
    pub since: Timestamp,
}
