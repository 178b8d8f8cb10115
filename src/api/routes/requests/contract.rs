//! Subject requests: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{NONE, Operation, maker};
use crate::api::routes::requests::answers::{OpenedAnswer, RequestsAnswer};
use crate::api::routes::requests::bodies::{DecisionBody, RequestBody};
use crate::ledger::SubjectRequest;

const REQUESTS: Operation = Operation { tag: "Requests", codes: &["request_not_found"], ..NONE };

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "openRequest",
        summary: "Open a subject request",
        about: "From one of the shop's pages, or from its server. The address gets a link or a code that is \
                valid for 30 minutes, with which the person verifies the request. The answer never reveals \
                whether the address is known.",
        body: Some(maker!(RequestBody)),
        status: 202,
        answers: &[maker!(OpenedAnswer)],
        codes: &["unknown_request", "ambiguous_lookup", "needs_secret_key", "no_address", "invalid_text"],
        ..REQUESTS
    },
    Operation {
        id: "listRequests",
        summary: "List subject requests",
        about: "The answer lists the newest subject request first. To get the next page, send `next` of the answer as the \
                parameter `before`. Requests that nobody has proven yet are listed only with `state=open`.",
        answers: &[maker!(RequestsAnswer)],
        codes: &[],
        ..REQUESTS
    },
    Operation {
        id: "getRequest",
        summary: "Get a subject request",
        about: "The request with the law that sets its deadline, and with the last days for the \
                acknowledgement and for the answer.",
        answers: &[maker!(SubjectRequest)],
        ..REQUESTS
    },
    Operation {
        id: "decideRequest",
        summary: "Approve, refuse or extend a subject request",
        about: "For requests that an employee has to decide. Approval carries the request out; it requires the \
                scope `erase` for an erasure and `export` for access or portability. The person is told by a \
                message (GDPR Art. 12(3) and (4)).",
        body: Some(maker!(DecisionBody)),
        answers: &[maker!(SubjectRequest)],
        codes: &["request_not_found", "request_conflict", "unknown_action"],
        ..REQUESTS
    },
];
