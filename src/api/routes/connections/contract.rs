//! Connections to shop platforms: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{NONE, Operation, maker};
use crate::api::routes::connections::answers::{ConflictsAnswer, ConnectionAnswer, ConnectionsAnswer, PreviewAnswer};
use crate::api::routes::connections::bodies::{ConnectionPatchBody, NewConnectionBody};

const CONNECTION: Operation = Operation { tag: "Connections", codes: &["connection_not_found"], ..NONE };

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listConnections",
        summary: "List the connections to shop platforms",
        about: "The connections with their state, without their credentials.",
        answers: &[maker!(ConnectionsAnswer)],
        codes: &["misconfigured"],
        ..CONNECTION
    },
    Operation {
        id: "createConnection",
        summary: "Connect a shop platform",
        about: "The connection reads all customers of the platform at once. Unless its mode is `observe`, it then \
                has the state `needs_approval`: `GET …/preview` shows what it would do, and `POST …/approve` lets \
                it begin. The answer contains the secret with which the platform signs, which is never shown again.",
        body: Some(maker!(NewConnectionBody)),
        status: 201,
        answers: &[maker!(ConnectionAnswer)],
        codes: &[
            "unknown_platform",
            "unknown_mode",
            "unknown_erasure",
            "wrong_number_of_fields",
            "missing_credentials",
            "too_many_connections",
            "misconfigured",
        ],
        ..CONNECTION
    },
    Operation {
        id: "getConnection",
        summary: "Get a connection",
        about: "The connection with its state and its progress.",
        answers: &[maker!(ConnectionAnswer)],
        codes: &["connection_not_found", "misconfigured"],
        ..CONNECTION
    },
    Operation {
        id: "patchConnection",
        summary: "Change, pause or resume a connection",
        about: "A field that is absent stays as it is. After a change of the mode or of the mapping all customers \
                are read again, and the connection waits for an approval.",
        body: Some(maker!(ConnectionPatchBody)),
        answers: &[maker!(ConnectionAnswer)],
        codes: &[
            "connection_not_found",
            "unknown_mode",
            "unknown_erasure",
            "wrong_number_of_fields",
            "missing_credentials",
            "misconfigured",
        ],
        ..CONNECTION
    },
    Operation {
        id: "removeConnection",
        summary: "Remove a connection",
        about: "Removes the connection with its credentials and what it knows of the platform. The records that it \
                made stay. Returns the connection as it was.",
        answers: &[maker!(ConnectionAnswer)],
        codes: &["connection_not_found", "misconfigured"],
        ..CONNECTION
    },
    Operation {
        id: "previewConnection",
        summary: "See what a connection would do",
        about: "The numbers of customers by direction, each with the platform's ids of up to 20. It changes nothing.",
        answers: &[maker!(PreviewAnswer)],
        ..CONNECTION
    },
    Operation {
        id: "approveConnection",
        summary: "Let a connection begin or go on",
        about: "All customers of the platform are read again, and what they chose is taken over.",
        answers: &[maker!(ConnectionAnswer)],
        codes: &["connection_not_found", "misconfigured"],
        ..CONNECTION
    },
    Operation {
        id: "syncConnection",
        summary: "Read all customers of a platform now",
        about: "A connection does so by itself every day.",
        status: 202,
        answers: &[maker!(ConnectionAnswer)],
        codes: &["connection_not_found", "misconfigured"],
        ..CONNECTION
    },
    Operation {
        id: "listConflicts",
        summary: "List the customers about whom the platform and the ledger disagree",
        about: "Customers who are on at the platform although they have opted out, and those about whom the \
                platform did not accept a write.",
        answers: &[maker!(ConflictsAnswer)],
        ..CONNECTION
    },
    Operation {
        id: "takePlatformEvent",
        summary: "Receive an event of a shop platform",
        about: "The URL is the `hook_url` of the connection. The event is signed as the platform does so; for \
                `custom` by Standard Webhooks 1.0.0. A repeated event changes nothing.",
        codes: &["bad_signature", "unreadable", "misconfigured"],
        ..CONNECTION
    },
];
