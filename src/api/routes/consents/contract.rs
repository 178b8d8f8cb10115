//! Submissions: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{NONE, Operation, choice_faults, maker};
use crate::api::routes::consents::answers::ReceiptAnswer;
use crate::api::routes::consents::bodies::SubmissionBody;

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "submitConsents",
        tag: "Capture",
        summary: "Record choices",
        about: "Records one submission with its evidence (GDPR Art. 7(1)). It is idempotent by its `id`: \
                repeat it until you get an answer. A submission from a page is `claimed`: it opts nobody out, \
                and the answer reveals nothing about the person. If `identity` names an address, choices for \
                this address count as the customer's own.",
        body: Some(maker!(SubmissionBody)),
        status: 201,
        answers: &[maker!(ReceiptAnswer)],
        codes: choice_faults!(
            "needs_secret_key",
            "connection_without_report",
            "wrong_number_of_choices",
            "repeated_choice",
            "invalid_identity",
            "other_words",
            "submission_conflict",
            "no_space",
            "presence_required",
            "presence_unchecked"
        ),
        ..NONE
    },
    Operation {
        id: "submitForm",
        tag: "Capture",
        summary: "Record choices from a form that runs no script",
        about: "The `action` of a form on one of the shop's pages. The notice that the form names defines the \
                offered choices: a box that is not ticked is `declined`. A choice whose address is empty is \
                left out. Unknown fields are ignored. The answer is a page that is the same for everybody, or \
                that says what to correct.",
        ..NONE
    },
];
