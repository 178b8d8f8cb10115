//! THE SERVICE: HTTP as values. `http::Request<Bytes>` in, `http::Response<Bytes>` out; no runtime, no socket.
//!
//! A request passes two doors. The front door ([`front()`]) answers what needs no shop and names the object that everything else
//! goes to; the shop's [`ShopService`] settles who asks, reads the body and calls the ledger.
//!
//! | file | idea |
//! |---|---|
//! | `front` | the front door: routes, proof of a key, CORS preflight, size announced |
//! | `service` | one shop's service |
//! | `route`, `query` | the routes and what each asks for; the query of an address |
//! | `key`, `deployment` | keys: their form, proof and scopes; what an operator sets |
//! | `link` | links that people get, and what each lets them do |
//! | `pages`, `html` | what they see then, and the texts of messages, in six languages; pages as answers |
//! | `limits` | how much may be asked |
//! | `evidence` | what may be kept of where a page's submission came from |
//! | `body`, `wire` | JSON bodies, and how they become values of the domain |
//! | `answer` | the JSON that callers get |
//! | `export` | a contact report in other forms: CSV, a page to print |
//! | `problem` | everything that can go wrong, RFC 9457 |
//! | `contract` | all of this as an OpenAPI document, and as a page |

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
