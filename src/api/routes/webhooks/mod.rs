//! Webhooks and their deliveries.
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
    Endpoint::get("listWebhooks", "/v1/webhooks", Scope::Admin).by(ShopService::list_webhooks),
    Endpoint::post("createWebhook", "/v1/webhooks", Scope::Admin, 16 * KB).by(ShopService::create_webhook),
    Endpoint::put("putWebhook", "/v1/webhooks/{id}", Scope::Admin, 16 * KB).by(ShopService::write_webhook),
    Endpoint::delete("removeWebhook", "/v1/webhooks/{id}", Scope::Admin).by(ShopService::remove_webhook),
    Endpoint::post("rotateWebhook", "/v1/webhooks/{id}/rotate", Scope::Admin, 4 * KB).by(ShopService::rotate_webhook),
    Endpoint::get("listDeliveries", "/v1/webhooks/{id}/deliveries", Scope::Admin)
        .query(&["state", "before", "limit"])
        .by_query(ShopService::list_deliveries),
    Endpoint::post("replayDeliveries", "/v1/webhooks/{id}/replay", Scope::Admin, 4 * KB).by(ShopService::replay),
];
