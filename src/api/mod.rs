//! THE SERVICE: HTTP as values. `http::Request<Bytes>` in, `http::Response<Bytes>` out; no runtime, no socket.
//!
//! A request passes two doors. The front door ([`front()`]) answers what needs no shop and names the object that everything else
//! goes to; the shop's [`ShopService`] settles who asks, reads the body and calls the ledger.
//!
//! | file | idea |
//! |---|---|
//! | `front` | the front door: routes, proof of a key, CORS preflight, size announced |
//! | `service` | one shop's service |
//! | `route` | the routes and what each asks for |
//! | `key` | keys: their form, proof and scopes |
//! | `body`, `wire` | JSON bodies, and how they become values of the domain |
//! | `answer` | the JSON that callers get |
//! | `problem` | everything that can go wrong, RFC 9457 |

mod answer;
mod body;
mod front;
mod key;
mod problem;
mod route;
mod service;
mod wire;

pub use front::{
    Door, NEW_SHOP_HEADER, REQUEST_HEADERS, body_limit, body_too_large, front, misconfigured, refuse_shop,
};
pub use key::{Key, KeyKind, Scope, Secrets, ShopId, WeakSecret};
pub use service::ShopService;
