//! Connections to shop platforms.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `answers` | the JSON that callers get |
//! | `bodies` | the JSON that callers send |
//! | `handlers` | the functions that answer |
//! | `hooks` | what platforms send |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod answers;
pub(in crate::api) mod bodies;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod handlers;
pub(in crate::api) mod hooks;

use crate::api::key::Scope;
use crate::api::link::LinkKind;
use crate::api::route::{Access, Endpoint, KB};
use crate::api::service::handler::{Group, Handler, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::get("listConnections", "/v1/connections", Scope::Admin).by(ShopService::list_connections),
    Endpoint::post("createConnection", "/v1/connections", Scope::Admin, 64 * KB).by(ShopService::create_connection),
    Endpoint::get("getConnection", "/v1/connections/{id}", Scope::Admin).by(ShopService::get_connection),
    Endpoint::patch("patchConnection", "/v1/connections/{id}", Scope::Admin, 64 * KB).by(ShopService::patch_connection),
    Endpoint::delete("removeConnection", "/v1/connections/{id}", Scope::Admin).by(ShopService::remove_connection),
    Endpoint::get("previewConnection", "/v1/connections/{id}/preview", Scope::Admin)
        .by(ShopService::preview_connection),
    Endpoint::post("approveConnection", "/v1/connections/{id}/approve", Scope::Admin, 0)
        .by(ShopService::approve_connection),
    Endpoint::post("syncConnection", "/v1/connections/{id}/sync", Scope::Admin, 0).by(ShopService::sync_connection),
    Endpoint::get("listConflicts", "/v1/connections/{id}/conflicts", Scope::Admin)
        .query(&["after"])
        .by_query(ShopService::list_conflicts),
    Endpoint::hook("takePlatformEvent", "POST", "/h/{token}", 1024 * KB)
        .shown(Access::Link(LinkKind::Connection))
        .with(Handler::Hook(ShopService::take_platform_event)),
];
