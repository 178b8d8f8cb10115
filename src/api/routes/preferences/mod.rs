//! The choices of a customer, for the shop's own page.
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
    Endpoint::post("getPreferences", "/v1/preferences", Scope::Capture, 8 * KB).reads().by(ShopService::preferences),
    Endpoint::post("sendPreferencesLink", "/v1/preferences/link", Scope::Capture, 4 * KB)
        .by(ShopService::send_preferences_link),
];
