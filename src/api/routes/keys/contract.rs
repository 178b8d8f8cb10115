//! API keys: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{Operation, SHOP, maker};
use crate::api::routes::keys::answers::{KeyAnswer, KeyListAnswer};
use crate::api::routes::keys::bodies::{NewKeyBody, RevocationBody, RotationBody};

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
        codes: &["empty_list", "origins_of_secret_key", "in_the_past"],
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
        codes: &["key_not_found", "key_gone"],
        ..SHOP
    },
    Operation {
        id: "revokeKeys",
        summary: "Revoke all keys but some",
        about: "For the case that a key may have leaked. Returns the keys that the request revoked. They stop working at \
                once.",
        body: Some(maker!(RevocationBody)),
        answers: &[maker!(KeyListAnswer<'static>)],
        codes: &["key_not_found", "last_admin_key"],
        ..SHOP
    },
    Operation {
        id: "listKeysOfShop",
        summary: "List a shop's keys, as the operator",
        about: "For the operator of the deployment. The audit log of the shop records the request under the nil UUID.",
        answers: &[maker!(KeyListAnswer<'static>)],
        ..SHOP
    },
    Operation {
        id: "createKeyOfShop",
        summary: "Create a key of a shop, as the operator",
        about: "For a shop that has lost its keys, or whose keys somebody else has revoked. The shop's webhooks get the \
                event `key.created`.",
        body: Some(maker!(NewKeyBody)),
        status: 201,
        answers: &[maker!(KeyAnswer<'static>)],
        codes: &["empty_list", "origins_of_secret_key", "in_the_past"],
        ..SHOP
    },
    Operation {
        id: "revokeKeysOfShop",
        summary: "Revoke a shop's keys, as the operator",
        about: "Revokes all keys of the shop but those in `except`, which may be empty. Create a new key first and name \
                it there.",
        body: Some(maker!(RevocationBody)),
        answers: &[maker!(KeyListAnswer<'static>)],
        codes: &["key_not_found"],
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
