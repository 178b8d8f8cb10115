//! The keys of the API.
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
use crate::api::route::{Access, Endpoint, KB};
use crate::api::service::handler::{Group, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::get("listKeys", "/v1/keys", Scope::Admin).by(ShopService::list_keys),
    Endpoint::post("createKey", "/v1/keys", Scope::Admin, 16 * KB).by(ShopService::create_key),
    Endpoint::post("rotateKey", "/v1/keys/{id}/rotate", Scope::Admin, 4 * KB).by(ShopService::rotate_key),
    Endpoint::post("revokeKeys", "/v1/keys/revoke", Scope::Admin, 16 * KB).by(ShopService::revoke_keys),
    Endpoint::get("listKeysOfShop", "/v1/shops/{shop}/keys", Scope::Admin)
        .shown(Access::Operator)
        .by(ShopService::list_keys),
    Endpoint::post("createKeyOfShop", "/v1/shops/{shop}/keys", Scope::Admin, 16 * KB)
        .shown(Access::Operator)
        .by(ShopService::create_key),
    Endpoint::post("revokeKeysOfShop", "/v1/shops/{shop}/keys/revoke", Scope::Admin, 16 * KB)
        .shown(Access::Operator)
        .by(ShopService::revoke_keys),
    Endpoint::delete("revokeKey", "/v1/keys/{id}", Scope::Admin).by(ShopService::revoke_key),
];
