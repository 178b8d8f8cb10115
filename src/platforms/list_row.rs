//! One row of a list, before it is written in the columns of a platform.

use crate::consent::{AddressKind, Assurance, Basis, Channel, Timestamp};
use crate::model::list_kind::ListKind;

/// One row of a list of contacts: the state of one address, on one channel, for one purpose.
#[derive(Clone, Copy, Debug)]
pub struct OutRow<'a> {
    /// The kind of the address.
    pub kind: AddressKind,
    /// The address as it was entered. The shop sends messages to this spelling.
    pub address: &'a str,
    /// The id of the contact, a UUID.
    pub contact: &'a str,
    /// The country of the contact, ISO 3166-1 alpha-2.
    pub country: Option<&'a str>,
    /// The region of that country: the part after the country in ISO 3166-2.
    pub region: Option<&'a str>,
    /// The channel. `None` stands for all channels, which is possible only for an opt-out.
    pub channel: Option<Channel>,
    /// The purpose. `None` stands for all purposes, which is possible only for an opt-out.
    pub purpose: Option<&'a str>,
    /// The status: `opted_in`, `opted_out`, `awaiting_confirmation` or `declined`.
    pub status: &'static str,
    /// The basis of an opt-in.
    pub basis: Option<Basis>,
    /// Whether an opt-out is an objection under GDPR Art. 21(2).
    pub objection: bool,
    /// How the shop knows that the person acted.
    pub assurance: Option<Assurance>,
    /// The time since which the status is in force. `None` if it is not known.
    pub since: Option<Timestamp>,
    /// Whether the address may be written to now. Only in lists with decisions.
    pub decision: Option<OutDecision<'a>>,
}

/// The decision whether an address may be written to now.
#[derive(Clone, Copy, Debug)]
pub struct OutDecision<'a> {
    /// Whether a message may be sent.
    pub allow: bool,
    /// The reason why a message may not be sent.
    pub reason: Option<&'a str>,
    /// The id of the rule that was applied.
    pub rule: &'a str,
    /// The time until which an allow holds. `None` if it does not end by itself.
    pub until: Option<Timestamp>,
}

impl OutRow<'_> {
    /// Returns whether a row is about a channel: it names the channel, or it is for all channels that use its address.
    pub(crate) fn is_of(&self, channel: Channel) -> bool {
        self.kind == channel.address_kind() && self.channel.is_none_or(|own| own == channel)
    }

    pub(crate) fn is_opted_in(&self) -> bool {
        self.status == ListKind::OptedIn.as_str()
    }

    pub(crate) fn is_opted_out(&self) -> bool {
        self.status == ListKind::OptedOut.as_str()
    }
}
