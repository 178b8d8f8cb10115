//! The service: HTTP as values. `http::Request<Bytes>` in, `http::Response<Bytes>` out; no runtime, no socket.
//!
//! A request passes two stages. The front worker calls [`front()`]: it answers what needs no shop and names the Durable
//! Object that gets every other request. In that object, the shop's [`ShopService`] checks the key or link, reads the
//! body and calls the ledger.
//!
//! | file | content |
//! |---|---|
//! | `front` | routing before any shop: routes, key verification, CORS preflight, announced body size |
//! | `service` | the service of one shop |
//! | `route`, `query` | the table of routes and what each needs; the query string |
//! | `key`, `deployment` | keys: their format, verification and scopes; the operator's settings |
//! | `link` | the links that people receive, and what each permits |
//! | `pages`, `html` | the pages that people see and the texts of messages, in six languages; pages as HTTP responses |
//! | `limits` | rate limits |
//! | `evidence` | what may be stored about the network and browser of a submission |
//! | `body`, `wire` | JSON bodies, and their conversion into domain values |
//! | `answer` | the JSON responses |
//! | `export` | a contact report in other formats: CSV, a page to print |
//! | `problem` | all errors of the API (RFC 9457) |
//! | `contract` | the API as an OpenAPI document and as a documentation page |

mod answer;
mod body;
pub mod contract;
mod deployment;
mod evidence;
mod export;
mod front;
mod html;
mod identity;
mod key;
mod limits;
mod link;
mod pages;
mod problem;
mod query;
mod route;
mod service;
mod wire;

pub use deployment::Deployment;
pub use evidence::{EVIDENCE_HEADER, evidence};
pub use export::Format;
pub use front::{
    Door, NEW_SHOP_HEADER, REQUEST_HEADERS, VISITOR_HEADER, body_limit, body_too_large, front, misconfigured,
    more_headers, refuse_shop, takes_file, too_many_requests,
};
pub use key::{Key, KeyKind, Scope, Secrets, ShopId, WeakSecret};
pub use link::LinkKind;
pub use service::imports::Upload;
pub use service::jobs::{JobError, Outgoing};
pub use service::lists::ListStream;
pub use service::{Opened, ShopService};
