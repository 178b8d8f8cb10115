//! Lists of people, taken in.
//!
//! | file | what it holds |
//! |---|---|
//! | `mod` | the routes |
//! | `answers` | the JSON that callers get |
//! | `bodies` | the JSON that callers send |
//! | `handlers` | the functions that answer |
//! | `upload` | a file as it comes in |
//! | `contract` | the descriptions, for the contract |

pub(in crate::api) mod answers;
pub(in crate::api) mod bodies;
#[cfg(feature = "contract")]
pub(in crate::api) mod contract;
pub(in crate::api) mod handlers;
pub(in crate::api) mod upload;

use crate::api::key::Scope;
use crate::api::route::{Endpoint, KB};
use crate::api::service::handler::{Group, Handler, Row};
use crate::api::service::shop_service::ShopService;

/// The largest file that is taken, in bytes: more than any platform in front lets through at once.
const LARGEST_FILE: usize = 1024 * 1024 * KB;

pub(in crate::api) const GROUP: Group = Group {
    rows: ROWS,
    #[cfg(feature = "contract")]
    operations: contract::OPERATIONS,
};

const ROWS: &[Row] = &[
    Endpoint::file("createImport", "POST", "/v1/imports", Scope::Lists, LARGEST_FILE)
        .query(&[
            "name", "list", "channel", "purpose", "basis", "country", "profile", "columns", "no", "dry_run", "again",
        ])
        .with(Handler::File(ShopService::upload_whole)),
    Endpoint::file("continueImport", "PATCH", "/v1/imports/{id}", Scope::Lists, LARGEST_FILE)
        .with(Handler::File(ShopService::upload_whole)),
    Endpoint::get("listImports", "/v1/imports", Scope::Lists)
        .query(&["before", "limit"])
        .by_query(ShopService::list_imports),
    Endpoint::get("getImport", "/v1/imports/{id}", Scope::Lists).by(ShopService::read_import),
    Endpoint::get("getImportErrors", "/v1/imports/{id}/errors", Scope::Lists)
        .query(&["format"])
        .by_query(ShopService::import_errors),
    Endpoint::post("cancelImport", "/v1/imports/{id}/cancel", Scope::Lists, 0).by(ShopService::cancel_import),
    Endpoint::post("undoImport", "/v1/imports/{id}/undo", Scope::Lists, 0).by(ShopService::undo_import),
];
