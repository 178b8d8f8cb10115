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
        about: "Send the auth token of Twilio, or the app secret and the verify token of Meta. For `generic`, \
                placet generates a secret and shows it only in this answer.",
        body: Some(maker!(ProviderBody)),
        answers: &[maker!(ProviderAnswer)],
        codes: &["provider_not_found", "invalid_secret"],
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
        summary: "Answer the verification request of Meta",
        about: "Returns `hub.challenge` if `hub.verify_token` is the shop's verify token.",
        ..LINKS
    },
    Operation {
        id: "takeInbound",
        summary: "Receive messages that people send back",
        about: "The provider signs the request: Twilio with `X-Twilio-Signature`, Meta with \
                `X-Hub-Signature-256`, any other as Standard Webhooks with the body `{channel, from, text}`. \
                Recognises STOP, START, HELP and YES in several languages if the message contains nothing \
                else. Each message is processed once, by its id.",
        ..LINKS
    },
];
