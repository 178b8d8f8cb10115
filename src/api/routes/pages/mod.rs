//! Pages that a link opens, and what people do there without an account.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `choices` | one-click unsubscribe, the preference page |
//! | `confirm` | double opt-in |
//! | `requests` | a subject request: its proof and its result |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod choices;
pub(in crate::api) mod confirm;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod requests;

use crate::api::link::LinkKind;
use crate::api::route::Endpoint;
use crate::api::service::handler::{Group, Handler, Row};
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::{Logged, VisitAnswer};

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::page("showUnsubscribe", "/u/{token}", LinkKind::Unsubscribe).with(looking(ShopService::ask_to_leave)),
    Endpoint::posted("unsubscribe", "/u/{token}", LinkKind::Unsubscribe).with(posting(ShopService::leave)),
    Endpoint::page("showPreferences", "/p/{token}", LinkKind::Preferences).with(looking(ShopService::show_choices)),
    Endpoint::posted("changePreferences", "/p/{token}", LinkKind::Preferences)
        .with(posting(ShopService::change_choices)),
    Endpoint::page("showConfirmation", "/c/{token}", LinkKind::Confirm).with(looking(ShopService::ask_to_confirm)),
    Endpoint::posted("confirm", "/c/{token}", LinkKind::Confirm).with(posting(ShopService::take_confirmation)),
    Endpoint::page("showRequestLink", "/r/{token}", LinkKind::Request).with(looking(ShopService::show_request)),
    Endpoint::posted("proveRequest", "/r/{token}", LinkKind::Request).with(posting(ShopService::take_proof)),
    Endpoint::page("showRequestCode", "/q/{token}", LinkKind::Code).with(looking(ShopService::show_code)),
    Endpoint::posted("enterRequestCode", "/q/{token}", LinkKind::Code).with(posting(ShopService::take_code)),
    Endpoint::page("showResult", "/d/{token}", LinkKind::Result).with(handing_out(ShopService::show_result)),
];

const fn looking(answer: VisitAnswer) -> Handler {
    Handler::Visit { answer, logged: Logged::No }
}

const fn posting(answer: VisitAnswer) -> Handler {
    Handler::Visit { answer, logged: Logged::Always }
}

const fn handing_out(answer: VisitAnswer) -> Handler {
    Handler::Visit { answer, logged: Logged::HandedOut }
}
