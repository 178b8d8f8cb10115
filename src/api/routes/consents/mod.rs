//! Submissions: choices with their evidence.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `answers` | the JSON that callers get |
//! | `bodies` | the JSON that callers send |
//! | `contact_body`, `choice_body` | its person; its choices |
//! | `form` | a form that runs no script, and its page |
//! | `form_body` | the fields of that form |
//! | `handlers` | the functions that answer |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod answers;
pub(in crate::api) mod bodies;
pub(in crate::api) mod choice_body;
pub(in crate::api) mod contact_body;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod form;
pub(in crate::api) mod form_body;
pub(in crate::api) mod handlers;

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
    Endpoint::post("submitConsents", "/v1/consents", Scope::Capture, 64 * KB).by(ShopService::submit),
    Endpoint::shop_form("submitForm", "/f/{key}", Scope::Capture)
        .with(Handler::Form { take: ShopService::take_form, refuse: ShopService::refuse_form }),
];
