//! Lists of people, handed out.
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
use crate::api::route::Endpoint;
use crate::api::service::handler::{Group, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[Endpoint::get("getList", "/v1/lists/{list}", Scope::Lists)
    .query(&[
        "channel", "purpose", "basis", "country", "since", "decide", "format", "profile", "cells", "by", "gzip",
        "after", "limit",
    ])
    .by_query(ShopService::list)];
