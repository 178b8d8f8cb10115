//! Pages that a link opens: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{LINKS, Operation};

const PAGE: Operation =
    Operation { about: "A page in the person's language, without cookies. Opening it changes nothing.", ..LINKS };

const USED: &str = "A form of the type `application/x-www-form-urlencoded`. Posting it again changes nothing more. \
                        The audit log records it under the nil UUID instead of a key.";

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation { id: "showUnsubscribe", summary: "Show the unsubscribe page", ..PAGE },
    Operation { id: "unsubscribe", summary: "Unsubscribe with one click (RFC 8058)", about: USED, ..PAGE },
    Operation { id: "showPreferences", summary: "Show the preference page", ..PAGE },
    Operation {
        id: "changePreferences",
        summary: "Change choices, opt out of everything, or open a subject request",
        about: USED,
        ..PAGE
    },
    Operation { id: "showConfirmation", summary: "Show the page that confirms an opt-in", ..PAGE },
    Operation { id: "confirm", summary: "Confirm an opt-in, once", about: USED, ..PAGE },
    Operation { id: "showRequestLink", summary: "Show the page that verifies a request", ..PAGE },
    Operation { id: "proveRequest", summary: "Verify a request with the link", about: USED, ..PAGE },
    Operation { id: "showRequestCode", summary: "Show the page to enter a code", ..PAGE },
    Operation { id: "enterRequestCode", summary: "Verify a request with the code", about: USED, ..PAGE },
    Operation { id: "showResult", summary: "Download the result of a request", ..PAGE },
];
