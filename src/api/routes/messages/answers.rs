//! What the list of messages answers.

use serde::Serialize;

use crate::consent::{Channel, Timestamp};
use crate::ledger::MessageKind;

/// A message that the shop has to send, without its text and its recipient.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct MessageEntry {
    /// The id of the message.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub(in crate::api) message: String,
    /// The kind of message.
    pub(in crate::api) kind: MessageKind,
    /// The channel by which to send the message.
    pub(in crate::api) medium: Channel,
    /// The time from which the shop has to send the message.
    pub(in crate::api) requested_at: Timestamp,
}

/// One page of the messages that the shop has to send or had to send in the last 7 days.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct MessagesAnswer {
    /// The messages, the newest first.
    pub(in crate::api) messages: Vec<MessageEntry>,
    /// The value to send as `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) next: Option<String>,
}
