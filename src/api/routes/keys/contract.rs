//! API keys: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{Operation, SHOP, maker};
use crate::api::routes::keys::answers::{KeyAnswer, KeyListAnswer};
use crate::api::routes::keys::bodies::{NewKeyBody, RotationBody};

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listKeys",
        summary: "List the shop's keys",
        about: "All keys, including expired and revoked ones, the newest first. The keys themselves are not \
                shown.",
        answers: &[maker!(KeyListAnswer<'static>)],
        ..SHOP
    },
    Operation {
        id: "createKey",
        summary: "Create a key",
        about: "Returns the key. It is never shown again, because only its hash is stored.",
        body: Some(maker!(NewKeyBody)),
        status: 201,
        answers: &[maker!(KeyAnswer<'static>)],
        codes: &["empty_list", "origins_of_secret_key", "in_the_past", "already_done"],
        ..SHOP
    },
    Operation {
        id: "rotateKey",
        summary: "Replace a key",
        about: "Creates a new key with the same scopes and origins. The old key keeps working for \
                `overlap_seconds`.",
        body: Some(maker!(RotationBody)),
        status: 201,
        answers: &[maker!(KeyAnswer<'static>)],
        codes: &["key_not_found", "key_gone", "already_done"],
        ..SHOP
    },
    Operation {
        id: "revokeKey",
        summary: "Revoke a key",
        about: "The key stops working at once. Repeating the request changes nothing.",
        answers: &[maker!(KeyAnswer<'static>)],
        codes: &["key_not_found", "last_admin_key"],
        ..SHOP
    },
];
