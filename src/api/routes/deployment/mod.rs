//! The deployment itself.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `handlers` | the functions that answer |
//! | `contract` | the descriptions, for the contract |

#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod handlers;

use crate::api::key::Scope;
use crate::api::route::{Access, Endpoint, KB};
use crate::api::service::handler::{Group, Handler, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::open("getHealth", "/health").with(Handler::Front(handlers::health)),
    Endpoint::open("getContract", "/openapi.json").with(Handler::Asset("openapi.json")),
    Endpoint::open("getDocs", "/docs").with(Handler::Asset("docs.html")),
    Endpoint::post("createShop", "/v1/shops", Scope::Admin, 1024 * KB)
        .shown(Access::Root)
        .with(Handler::NewShop(ShopService::create)),
];
