//! Decisions, activities and suppressions: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{NONE, Operation, maker};
use crate::api::routes::decisions::answers::{DecidedAnswer, DecisionsAnswer, NotedAnswer, SuppressionAnswer};
use crate::api::routes::decisions::bodies::{ActivitiesBody, DecisionsBody, SuppressionBody};

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "decide",
        tag: "Decisions",
        summary: "Decide whether a message may be sent now",
        about: "Returns a decision for each contact: allow or deny, with the deciding record and the rule of \
                law. Ask right before you send. For many contacts, an error is reported at the position of its \
                contact.",
        body: Some(maker!(DecisionsBody)),
        answers: &[maker!(DecidedAnswer), maker!(DecisionsAnswer)],
        codes: &["contact_not_found", "ambiguous_lookup", "too_many_contacts", "unknown_purpose"],
        ..NONE
    },
    Operation {
        id: "noteActivities",
        tag: "Decisions",
        summary: "Record activities that keep an opt-in valid",
        about: "Activities are uses of an opt-in, contacts by the person, and lookups in a do-not-call \
                register. Only the latest of each kind counts, so order and repetition do not matter.",
        body: Some(maker!(ActivitiesBody)),
        answers: &[maker!(NotedAnswer)],
        codes: &["contact_not_found", "ambiguous_lookup", "wrong_number_of_activities", "unknown_purpose"],
        ..NONE
    },
    Operation {
        id: "suppressAddress",
        tag: "Decisions",
        summary: "Suppress an address",
        about: "No marketing is sent to the address from now on, even if the shop does not know it. Only a \
                keyed hash of the address is stored. Only an opt-in that the person has proven ends the \
                suppression (GDPR Art. 21(3)).",
        body: Some(maker!(SuppressionBody)),
        status: 201,
        answers: &[maker!(SuppressionAnswer)],
        codes: &["ambiguous_lookup", "no_address"],
        ..NONE
    },
];
