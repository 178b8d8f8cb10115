//! Messages to send: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{LINKS, Operation, maker};
use crate::api::routes::messages::answers::MessagesAnswer;
use crate::api::service::message::MessageAnswer;

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listMessages",
        summary: "List the messages to send",
        about: "The newest first, for shops that poll instead of using a webhook. A webhook that is added later gets \
                the messages that nobody has read by `GET /v1/messages/{id}`.",
        answers: &[maker!(MessagesAnswer)],
        ..LINKS
    },
    Operation {
        id: "getMessage",
        summary: "Get a message to send",
        about: "The message that a `message.requested` event is about: its recipient and its complete text in \
                the person's language. It is stored for one week.",
        answers: &[maker!(MessageAnswer)],
        codes: &["message_not_found"],
        ..LINKS
    },
];
