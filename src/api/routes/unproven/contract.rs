//! Unproven contacts: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{Operation, SHOP, maker};
use crate::api::routes::unproven::handlers::UnprovenDroppedAnswer;
use crate::ledger::UnprovenOverview;

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "previewUnproven",
        summary: "Count the contacts that nobody has proven",
        about: "Contacts that only anonymous forms have named and whose owners never answered: no identity, no employee, \
                no platform and no list knows them. A flood of them is seen by its day, notice and network. This request \
                changes nothing.",
        answers: &[maker!(UnprovenOverview)],
        ..SHOP
    },
    Operation {
        id: "dropUnproven",
        summary: "Let go of contacts that nobody has proven",
        about: "Deletes contacts that `GET /v1/unproven` counts, with the same parameters; `since` is required. One request \
                looks at 2,000 addresses; to go on, send `next` of the answer as `since`. Nothing of them is kept: no suppression, no certificate. Opt-ins that the shop uses \
                unconfirmed go too.",
        answers: &[maker!(UnprovenDroppedAnswer)],
        codes: &["missing_field"],
        ..SHOP
    },
];
