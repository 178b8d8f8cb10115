//! The descriptions of all routes, put together from the groups.

use crate::api::contract::operation::{NONE, Operation};
use crate::api::routes;

/// The groups of routes, in the order of the page.
pub(in crate::api) const TAGS: &[(&str, &str)] = &[
    ("Capture", "Receives the choices that people make on the shop's pages or elsewhere."),
    (
        "Decisions",
        "The shop asks whether it may send a message. It also records activities and suppressions, which change later decisions.",
    ),
    ("Contacts", "The data of one person: read, change, export, erase (GDPR Chapter III)."),
    ("Links", "What a person can do without an account, by a link or a reply (GDPR Art. 7(3), 12(2))."),
    ("Requests", "Subject requests: people exercise their rights, with deadlines (GDPR Art. 12(3))."),
    ("Lists", include_str!("lists.md")),
    ("Shop", "The shop's settings, keys, audit log and statistics."),
    ("Connections", "Keeps a shop platform and the ledger in step, in both directions."),
    ("Events", include_str!("events.md")),
    ("Service", "The deployment itself."),
];

/// Returns the description of a route by its operation id.
pub(in crate::api) fn operation(id: &str) -> &'static Operation {
    routes::GROUPS.iter().flat_map(|group| group.operations).find(|own| own.id == id).unwrap_or(&NONE)
}
