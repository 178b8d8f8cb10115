//! What a page needs: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{NONE, Operation, maker};
use crate::api::routes::storefront::answers::{ChallengeAnswer, StorefrontAnswer};

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "getStorefront",
        tag: "Capture",
        summary: "Get the storefront configuration",
        about: "The channels, purposes and notices of the shop, and the decision table, with which the \
                storefront module decides as the service does. The answer changes when the shop's settings or \
                the rules change.",
        answers: &[maker!(StorefrontAnswer<'static>)],
        tagged: true,
        ..NONE
    },
    Operation {
        id: "getStorefrontOfKey",
        tag: "Capture",
        summary: "Get the storefront configuration, with the key in the path",
        about: "The same answer as `GET /v1/storefront`, for a publishable key. A browser can send this \
                request without a CORS preflight, which an `Authorization` header would cause.",
        answers: &[maker!(StorefrontAnswer<'static>)],
        tagged: true,
        ..NONE
    },
    Operation {
        id: "getChallenge",
        tag: "Capture",
        summary: "Get a proof of work for a page",
        about: "For a shop whose `limits.presence` is `altcha`. The page finds the number by trying, and sends \
                the solution in `presence` of its submission: the answer and the `number` as JSON in base64. A challenge is valid for 20 minutes, and a solution counts once. The library \
                `altcha-lib` solves it (version 1 of its scheme).",
        answers: &[maker!(ChallengeAnswer)],
        ..NONE
    },
];
