//! Decisions, and what keeps them true: activities and suppressions.
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
    // 10,000 of the longest addresses.
    Endpoint::post("decide", "/v1/decisions", Scope::Read, 4 * 1024 * KB).reads().by(ShopService::decide),
    Endpoint::post("noteActivities", "/v1/activities", Scope::Write, 16 * KB).by(ShopService::note_activities),
    Endpoint::post("suppressAddress", "/v1/suppressions", Scope::Write, 4 * KB).by(ShopService::suppress),
];
