//! Subject requests, as the shop opens, reads and decides them.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `answers` | the JSON that callers get |
//! | `bodies` | the JSON that callers send |
//! | `handlers` | the functions that answer |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod answers;
pub(in crate::api) mod bodies;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod handlers;

use crate::api::key::Scope;
use crate::api::route::{Endpoint, KB};
use crate::api::service::handler::{Group, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::post("openRequest", "/v1/requests", Scope::Capture, 8 * KB).by(ShopService::open_request),
    Endpoint::get("listRequests", "/v1/requests", Scope::Read)
        .query(&["state", "kind", "due_by", "before", "limit"])
        .by_query(ShopService::list_requests),
    Endpoint::get("getRequest", "/v1/requests/{id}", Scope::Read).by(ShopService::read_request),
    Endpoint::post("decideRequest", "/v1/requests/{id}/decision", Scope::Write, 4 * KB).by(ShopService::decide_request),
];
