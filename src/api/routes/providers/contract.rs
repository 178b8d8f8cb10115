//! Providers of messages: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{LINKS, Operation, SHOP, maker};
use crate::api::routes::providers::answers::{ProviderAnswer, ProvidersAnswer};
use crate::api::routes::providers::bodies::ProviderBody;

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
        id: "listProviders",
        summary: "List the providers of inbound messages",
        about: "The providers, each with the URL to which it has to send inbound messages.",
        answers: &[maker!(ProvidersAnswer)],
        ..SHOP
    },
    Operation {
        id: "setProvider",
        summary: "Set up a provider of inbound messages",
        about: "Send the secret with which the provider signs. The list of providers says what each one needs. If \
                placet makes the secret, only this answer shows it.",
        body: Some(maker!(ProviderBody)),
        answers: &[maker!(ProviderAnswer)],
        codes: &["provider_not_found", "invalid_secret", "unknown_answering"],
        ..SHOP
    },
    Operation {
        id: "removeProvider",
        summary: "Remove a provider of inbound messages",
        about: "Messages from this provider are refused from now on.",
        answers: &[maker!(ProvidersAnswer)],
        codes: &["provider_not_found"],
        ..SHOP
    },
    Operation {
        id: "greetProvider",
        summary: "Answer the verification request of a provider",
        about: "Meta sends such a request. The service returns `hub.challenge` if `hub.verify_token` is the shop's \
                verify token.",
        ..LINKS
    },
    Operation {
        id: "takeInbound",
        summary: "Receive messages that people send back",
        about: "The provider signs the request in its own way; the list of providers says how. \
                Recognises STOP, START, HELP and YES in several languages if the message contains nothing \
                else. Each message is processed once, by its id.",
        ..LINKS
    },
];
