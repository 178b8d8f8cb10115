//! Events and messages that wait until they are delivered.
//!
//! | file | what it holds |
//! |---|---|
//! | `event` | writes an event, in the transaction of its cause |
//! | `message` | what the shop has to send |
//! | `message_budget` | how many messages may be made |
//! | `preferences_link` | sends the link to the preference page |
//! | `delivery` | what is due, and what became of it |
//! | `administration` | tells of new keys, webhooks and settings |
//! | `setup` | what is missing for the messages to reach people |
//! | `backlog` | deliveries listed, and sent again |
//! | `webhook` | webhooks added, changed and removed |
//! | `target` | which addresses a webhook may have |
//! | `signature` | the signature of an event |

pub(super) mod administration;
pub(super) mod backlog;
pub(super) mod delivery;
pub(super) mod event;
pub(super) mod message;
pub(super) mod message_budget;
pub(super) mod preferences_link;
pub(super) mod setup;
pub(super) mod signature;
pub(super) mod target;
pub(super) mod webhook;
