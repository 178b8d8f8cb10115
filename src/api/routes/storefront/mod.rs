//! What a page needs of the shop.
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
use crate::api::route::{Access, Endpoint};
use crate::api::service::handler::{Group, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::get("getStorefront", "/v1/storefront", Scope::Storefront).unlogged().by(ShopService::storefront),
    // By a key in the path: a page asks so without the preflight that a header costs.
    Endpoint::get("getStorefrontOfKey", "/v1/storefront/{key}", Scope::Storefront)
        .shown(Access::PathKey(Scope::Storefront))
        .unlogged()
        .by(ShopService::storefront),
    Endpoint::get("getChallenge", "/v1/storefront/{key}/challenge", Scope::Capture)
        .shown(Access::PathKey(Scope::Capture))
        .unlogged()
        .by(ShopService::challenge),
];
