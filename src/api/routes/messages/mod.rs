//! The messages that the shop has to send.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `answers` | the JSON that callers get |
//! | `handlers` | the functions that answer |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod answers;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod handlers;

use crate::api::key::Scope;
use crate::api::route::Endpoint;
use crate::api::service::handler::{Group, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::get("listMessages", "/v1/messages", Scope::Messages)
        .query(&["before", "limit"])
        .by_query(ShopService::list_messages),
    Endpoint::get("getMessage", "/v1/messages/{id}", Scope::Messages).by(ShopService::read_message),
];
