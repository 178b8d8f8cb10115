//! The choices of a customer: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{LINKS, Operation, maker};
use crate::api::routes::preferences::answers::{PreferencesAnswer, PreferencesLinkAnswer};
use crate::api::routes::preferences::bodies::{PreferencesBody, PreferencesLinkBody};

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "getPreferences",
        summary: "Get the choices of a logged-in customer",
        about: "For the account page of the shop. The identity token must be signed with a key that has the \
                scope `read`. The answer has the content of the preference page, with masked addresses. The \
                request writes nothing. To change choices, send `POST /v1/consents` with the identity token.",
        body: Some(maker!(PreferencesBody)),
        answers: &[maker!(PreferencesAnswer)],
        codes: &["invalid_identity", "expired_identity"],
        ..LINKS
    },
    Operation {
        id: "sendPreferencesLink",
        summary: "Send a link to the preference page",
        about: "For people who are not logged in. A message of the kind `preferences` is sent to the address \
                that the person enters if the shop knows it, at most three times a day, and never on a channel \
                that the owner of the address has stopped. The answer and its duration are the same in every \
                case.",
        body: Some(maker!(PreferencesLinkBody)),
        status: 202,
        answers: &[maker!(PreferencesLinkAnswer)],
        codes: &["ambiguous_lookup"],
        ..LINKS
    },
];
