//! The service of one shop: requests in, answers out, over the shop's own database.
//!
//! | file | what it holds |
//! |---|---|
//! | `shop_service` | the state of a shop's service |
//! | `administration` | tells of new keys, webhooks and settings |
//! | `admit` | who sends a request, and whether they may |
//! | `serve` | answers a request in one transaction |
//! | `handler` | a row of the route table: a route, and the function that answers it |
//! | `call`, `reply`, `visit` | a request with a key, and its reply; a visit by a link |
//! | `reported`, `message`, `links`, `identity`, `offers` | what several routes need |
//! | `noted_repeats` | the lines of the audit log that count repetitions |
//! | `presence` | the proof that somebody sits at the page |
//! | `list_stream` | a list of any length, written piece by piece |
//! | `refusal` | the errors of the ledger as problems |
//! | `work` | what a shop does by itself |

pub(in crate::api) mod administration;
pub(in crate::api) mod admit;
pub(in crate::api) mod call;
pub(in crate::api) mod handler;
pub(in crate::api) mod identity;
pub(in crate::api) mod links;
pub(in crate::api) mod list_stream;
pub(in crate::api) mod message;
pub(in crate::api) mod noted_repeats;
pub(in crate::api) mod offers;
pub(in crate::api) mod presence;
pub(in crate::api) mod refusal;
pub(in crate::api) mod reply;
pub(in crate::api) mod reported;
pub(in crate::api) mod serve;
pub(in crate::api) mod shop_service;
pub(in crate::api) mod visit;
pub(in crate::api) mod work;
