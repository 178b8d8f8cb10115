//! One contact: read, export, change, erase.
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
    Endpoint::post("lookUpContact", "/v1/contacts/lookup", Scope::Read, 4 * KB).reads().by(ShopService::look_up),
    Endpoint::get("getContact", "/v1/contacts/{id}", Scope::Read).by(ShopService::report),
    Endpoint::get("exportContact", "/v1/contacts/{id}/export", Scope::Export)
        .query(&["sections", "channel", "purpose", "since", "until", "format", "cells"])
        .by_query(ShopService::export),
    Endpoint::put("changeChoice", "/v1/contacts/{id}/choices/{channel}/{purpose}", Scope::Write, 16 * KB)
        .by(ShopService::change_choice),
    Endpoint::post("rectifyContact", "/v1/contacts/{id}/rectify", Scope::Write, 4 * KB).by(ShopService::rectify),
    Endpoint::put("restrictContact", "/v1/contacts/{id}/restriction", Scope::Write, 4 * KB).by(ShopService::restrict),
    Endpoint::post("mergeContacts", "/v1/contacts/{id}/merge", Scope::Write, 4 * KB).by(ShopService::merge),
    Endpoint::post("unmergeContact", "/v1/contacts/{id}/unmerge", Scope::Write, 4 * KB).by(ShopService::unmerge),
    Endpoint::delete("eraseContact", "/v1/contacts/{id}", Scope::Erase)
        .query(&["requested_by", "accounts"])
        .by_query(ShopService::erase),
    Endpoint::get("getCertificate", "/v1/contacts/{id}/certificate", Scope::Erase).by(ShopService::certificate),
    Endpoint::post("noteDisclosure", "/v1/disclosures", Scope::Write, 16 * KB).by(ShopService::note_disclosure),
    Endpoint::get("getLinks", "/v1/contacts/{id}/links", Scope::Messages)
        .query(&["channel", "purpose"])
        .by_query(ShopService::links),
    Endpoint::delete("callBackLinksOfContact", "/v1/contacts/{id}/links", Scope::Write)
        .by(ShopService::call_back_links_of),
];
