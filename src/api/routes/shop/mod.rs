//! The shop itself: settings, statistics, audit log, retention.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `answers` | the JSON that callers get |
//! | `handlers` | the functions that answer |
//! | `handling_body` | settings of links, requests, retention and evidence |
//! | `privacy_body` | the texts on privacy that people read |
//! | `limits_body` | the limits of requests and messages |
//! | `shop_body` | all settings |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod answers;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod handlers;
pub(in crate::api) mod handling_body;
pub(in crate::api) mod limits_body;
pub(in crate::api) mod privacy_body;
pub(in crate::api) mod shop_body;

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
    Endpoint::get("getStatistics", "/v1/statistics", Scope::Read).by(ShopService::statistics),
    Endpoint::get("getShop", "/v1/shop", Scope::Admin).by(ShopService::read_shop),
    Endpoint::put("putShop", "/v1/shop", Scope::Admin, 1024 * KB).by(ShopService::write_shop),
    Endpoint::patch("patchShop", "/v1/shop", Scope::Admin, 1024 * KB).by(ShopService::change_shop),
    Endpoint::put("putNotice", "/v1/notices/{id}/{version}/{locale}", Scope::Admin, 64 * KB)
        .by(ShopService::write_notice),
    Endpoint::get("readAudit", "/v1/audit", Scope::Admin)
        .query(&["contact", "key", "route", "since", "until", "before", "limit", "format"])
        .by_query(ShopService::audit_log),
    Endpoint::delete("callBackLinks", "/v1/links", Scope::Admin).by(ShopService::call_back_links),
    Endpoint::get("previewRetention", "/v1/retention", Scope::Admin).by(ShopService::retention),
];
