//! THE SERVICE: HTTP as values. `http::Request<Bytes>` in, `http::Response<Bytes>` out; no runtime, no socket.
//!
//! A request takes two steps. The front worker ([`front()`]) answers what needs no shop, and names the object of the shop for
//! everything else. The shop's [`ShopService`] checks who asks, reads the body and calls the ledger.
//!
//! | file or folder | what it holds |
//! |---|---|
//! | `front`, `routed` | the first step; what it hands over to the second |
//! | `routes` | the table of routes; one folder a group: rows, bodies, answers and handlers side by side |
//! | `route` | what a route is |
//! | `service` | the service of one shop, and what it does by itself |
//! | `key`, `deployment` | keys: their form, proof and scopes; what an operator sets |
//! | `link` | links that people get, and what each lets them do |
//! | `identity`, `evidence`, `limits` | signed customers; where a request comes from; how much may be asked |
//! | `headers`, `query`, `body`, `fields`, `lookup_body` | headers, queries, JSON bodies and the fields that several bodies share |
//! | `answer`, `problem`, `html` | JSON answers, problems (RFC 9457), pages as answers |
//! | `pages` | what people see, and the texts of messages, in six languages |
//! | `export` | a contact report in other forms: CSV, a page to print |
//! | `contract`, `schema` | all of this as an OpenAPI document, and as a page (feature `contract`) |

mod answer;
mod body;
#[cfg(feature = "contract")]
pub mod contract;
mod deployment;
mod evidence;
mod export;
mod fields;
mod front;
mod headers;
mod html;
mod identity;
mod key;
mod limits;
mod link;
mod lookup_body;
mod pages;
mod problem;
mod query;
mod route;
mod routed;
mod routes;
#[cfg(feature = "contract")]
mod schema;
mod secrets;
mod service;
mod shop_id;

pub use crate::model::exchange::{Exchange, HttpAnswer, HttpRequest};
pub use deployment::Deployment;
pub use evidence::evidence;
pub use export::Format;
pub use front::{
    REQUEST_HEADERS, Routing, asset, body_too_large, front, misconfigured, more_headers, refuse_shop, too_many_requests,
};
pub use key::{Key, KeyKind, Scope};
pub use link::LinkKind;
pub use routed::{Handover, Routed};
pub use routes::imports::upload::Upload;
pub use secrets::{Secrets, SecretsError};
pub use service::list_stream::ListStream;
pub use service::serve::Opened;
pub use service::shop_service::ShopService;
pub use service::work::Step;
pub use service::work::deliveries::{Outgoing, OutgoingKey};
pub use service::work::job_error::JobError;
pub use shop_id::ShopId;
