//! The deployment itself: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{NONE, Operation, SHOP, maker};
use crate::api::routes::shop::answers::NewShopAnswer;
use crate::api::routes::shop::shop_body::ShopBody;

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "getHealth",
        tag: "Service",
        summary: "Check that the service runs",
        about: "Accesses no shop and no database.",
        ..NONE
    },
    Operation {
        id: "getContract",
        tag: "Service",
        summary: "Get this contract as OpenAPI",
        about: "The document is generated from the code that serves it. Any web page may read it.",
        ..NONE
    },
    Operation {
        id: "getDocs",
        tag: "Service",
        summary: "Get this contract as a page",
        about: "An HTML page without scripts and without external resources.",
        ..NONE
    },
    Operation {
        id: "createShop",
        summary: "Create a shop",
        about: "Returns the shop's first keys. They are never shown again.",
        body: Some(maker!(ShopBody)),
        status: 201,
        answers: &[maker!(NewShopAnswer<'static>)],
        codes: &[
            "empty_list",
            "unknown_purpose",
            "repeated_choice",
            "repeated_rule",
            "unknown_presence",
            "unknown_time_zone",
            "unknown_request",
            "already_done",
        ],
        ..SHOP
    },
];
