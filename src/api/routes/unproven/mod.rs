//! The contacts that nobody has proven: what a flood of anonymous forms has left.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `handlers` | the functions that answer, and their answers |
//! | `contract` | the descriptions, for the contract |

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

const QUERY: &[&str] = &["since", "until", "notice", "network"];

const ROWS: &[Row] = &[
    Endpoint::get("previewUnproven", "/v1/unproven", Scope::Admin).query(QUERY).by_query(ShopService::preview_unproven),
    Endpoint::delete("dropUnproven", "/v1/unproven", Scope::Erase).query(QUERY).by_query(ShopService::drop_unproven),
];
