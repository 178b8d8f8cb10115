//! Providers of messages, and what they send.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `answers` | the JSON that callers get |
//! | `bodies` | the JSON that callers send |
//! | `handlers` | the functions that answer |
//! | `hooks` | what providers send |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod answers;
pub(in crate::api) mod bodies;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod handlers;
pub(in crate::api) mod hooks;

use crate::api::key::Scope;
use crate::api::route::{Endpoint, KB};
use crate::api::service::handler::{Group, Handler, Row};
use crate::api::service::shop_service::ShopService;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::get("listProviders", "/v1/providers", Scope::Admin).by(ShopService::list_providers),
    Endpoint::put("setProvider", "/v1/providers/{provider}", Scope::Admin, 4 * KB).by(ShopService::write_provider),
    Endpoint::delete("removeProvider", "/v1/providers/{provider}", Scope::Admin).by(ShopService::remove_provider),
    Endpoint::hook("greetProvider", "GET", "/v1/hooks/{token}", 0).with(Handler::Hook(ShopService::greet_provider)),
    Endpoint::hook("takeInbound", "POST", "/v1/hooks/{token}", 256 * KB).with(Handler::Hook(ShopService::take_inbound)),
];
