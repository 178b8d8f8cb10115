//! The front door: what can be answered without asking any shop, and to which shop everything else goes.
//!
//! Nothing here touches a database, and nobody gets past it without a key that this deployment issued: so a key of a shop that
//! does not exist wakes no object.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};

use crate::api::key::{KeyKind, Secrets, ShopId};
use crate::api::link::LinkKind;
use crate::api::problem::Problem;
use crate::api::route::{Access, Action, Route};
use crate::api::service::call::idempotency_key;
use crate::api::wire::shop::ShopBody;
use crate::api::{body, contract, html, pages};
use crate::ledger::Host;

/// The headers that the service reads. An adapter need not carry over any other.
pub const REQUEST_HEADERS: &[&str] =
    &["authorization", "content-length", "content-type", "idempotency-key", "if-match", "if-none-match", "origin"];

/// The headers that links and hooks read besides.
const LINK_HEADERS: &[&str] = &[
    "accept-language",
    "x-twilio-signature",
    "x-hub-signature-256",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// The headers of a file that comes in parts.
const UPLOAD_HEADERS: &[&str] = &["upload-complete", "upload-offset"];

/// The headers that are read besides [`REQUEST_HEADERS`] on a path. To carry a header over costs, so most requests do without.
pub fn more_headers(path: &str) -> &'static [&'static str] {
    match path {
        _ if path.starts_with("/v1/imports") => UPLOAD_HEADERS,
        _ if path.starts_with("/v1/") && !path.starts_with("/v1/hooks/") => &[],
        _ => LINK_HEADERS,
    }
}

/// Set by the front door, for the shop's object only: who visits, as a name that changes every day and cannot be traced back.
pub const VISITOR_HEADER: &str = "placet-visitor";

/// Set by the front door, for the shop's object only: the id of the shop to be created.
pub const NEW_SHOP_HEADER: &str = "placet-new-shop";

/// What becomes of a request.
#[derive(Debug)]
pub enum Door {
    /// It is answered here.
    Answer(Response<Bytes>),
    /// It goes to the object of this name, with [`VISITOR_HEADER`] where it comes from a page and the adapter knows from where.
    Shop {
        /// The object.
        object: String,
        /// Whether it comes from a page that people see, so that visitors are to be told apart.
        by_visitor: bool,
        /// Whether the shop may want to keep where it comes from: then it goes with [`EVIDENCE_HEADER`](crate::api::evidence::EVIDENCE_HEADER).
        with_evidence: bool,
    },
    /// It creates a shop: read the body, have it checked by [`refuse_shop`], add [`NEW_SHOP_HEADER`] with this id, and send it
    /// to the object of this name.
    NewShop {
        /// The object.
        object: String,
        /// The id.
        shop: ShopId,
        /// The largest body to read, in bytes.
        body_limit: usize,
    },
}

/// Decides what becomes of a request, by its head alone.
pub fn front(method: &Method, path: &str, headers: &HeaderMap, secrets: &Secrets, host: &dyn Host) -> Door {
    if method == Method::OPTIONS {
        return Door::Answer(preflight());
    }
    match decide(method, path, headers, secrets, host) {
        Ok(door) => door,
        Err(problem) => Door::Answer(readable_anywhere(problem.into_response())),
    }
}

fn decide(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    secrets: &Secrets,
    host: &dyn Host,
) -> Result<Door, Problem> {
    let route = Route::of(method, path)?;
    let endpoint = route.endpoint;
    let limit = endpoint.body_limit;
    let door = match endpoint.access {
        Access::Open => match endpoint.action {
            Action::OpenApi => return Ok(Door::Answer(contract::openapi())),
            Action::Docs => return Ok(Door::Answer(contract::docs())),
            _ => return Ok(Door::Answer(health())),
        },
        Access::Root => {
            if !secrets.is_root(bearer(headers)?) {
                return Err(Problem::InvalidKey);
            }
            let id = match idempotency_key(headers)? {
                // The same shop again.
                Some(key) => secrets.derive("repeated shop", key),
                None => {
                    let mut id = [0; 16];
                    host.fill(&mut id);
                    id
                }
            };
            let shop = ShopId(id);
            Door::NewShop { object: secrets.object_name(shop), shop, body_limit: limit }
        }
        Access::Link(kind) => {
            let token = route.value(0);
            let Some(link) = secrets.read_link(kind, token) else {
                if kind == LinkKind::Hook {
                    return Err(Problem::RouteNotFound);
                }
                return Ok(Door::Answer(lost(headers)));
            };
            // A mail provider leaves for many people at once, and is not to be kept from it.
            let by_visitor = !matches!(kind, LinkKind::Unsubscribe | LinkKind::Hook);
            Door::Shop { object: secrets.object_name(link.shop), by_visitor, with_evidence: false }
        }
        Access::PathKey(_) => {
            let key = secrets.verify(route.value(0)).filter(|key| key.kind == KeyKind::Publishable);
            let Some(key) = key else {
                return if endpoint.is_page() { Ok(Door::Answer(lost(headers))) } else { Err(Problem::InvalidKey) };
            };
            Door::Shop { object: secrets.object_name(key.shop), by_visitor: true, with_evidence: endpoint.is_page() }
        }
        Access::Key(_) => {
            let key = secrets.verify(bearer(headers)?).ok_or(Problem::InvalidKey)?;
            let by_visitor = key.kind == KeyKind::Publishable;
            let with_evidence = by_visitor && endpoint.action == Action::Submit;
            Door::Shop { object: secrets.object_name(key.shop), by_visitor, with_evidence }
        }
    };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // A body that the route does not take is passed over, RFC 9110 §9.3.1.
    if limit > 0 && endpoint.is_page() && announced.is_some_and(|length| length > limit as u64) {
        return Ok(Door::Answer(body_too_large(limit, path, headers)));
    }
    if limit > 0 && announced.is_some_and(|length| length > limit as u64) {
        return Err(Problem::BodyTooLarge { limit });
    }
    Ok(door)
}

/// The answer to a link, or to a key in a path, that was never made here.
fn lost(headers: &HeaderMap) -> Response<Bytes> {
    html::page(StatusCode::NOT_FOUND, pages::broken(pages::negotiate(None, accepted(headers), None)))
}

/// The languages that a browser says its user reads.
pub(super) fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// The key in an `Authorization` header, RFC 6750 §2.1.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Problem::MissingKey)?;
    let (scheme, key) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Problem::InvalidKey)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(key.trim()) } else { Err(Problem::MissingKey) }
}

/// Checks the body of a request that creates a shop, before any object is woken for it: `None` when it is good, else the
/// answer to send instead.
pub fn refuse_shop(headers: &HeaderMap, given: &[u8]) -> Option<Response<Bytes>> {
    body::read::<ShopBody>(headers, given).and_then(|shop| shop.parse()).err().map(Problem::into_response)
}

/// The largest body that an adapter need read for a request, in bytes.
pub fn body_limit(method: &Method, path: &str) -> usize {
    Route::of(method, path).map_or(0, |route| route.endpoint.body_limit)
}

/// Whether a request brings a file of any length: it is handed over in pieces as it comes, by
/// [`ShopService::begin_upload`](crate::api::service::ShopService::begin_upload), and never held whole.
pub fn takes_file(method: &Method, path: &str) -> bool {
    Route::of(method, path).is_ok_and(|route| route.endpoint.takes_file())
}

/// The answer when a secret of the deployment is missing.
pub fn misconfigured(what: &impl std::fmt::Display) -> Response<Bytes> {
    Problem::Misconfigured { what: what.to_string() }.into_response()
}

/// The answer when a visitor asks too much already at the front door.
pub fn too_many_requests() -> Response<Bytes> {
    readable_anywhere(Problem::TooManyRequests { retry_after: 10 }.into_response())
}

/// The answer when a body turned out larger than announced.
pub fn body_too_large(limit: usize, path: &str, headers: &HeaderMap) -> Response<Bytes> {
    if Route::of(&Method::POST, path).is_ok_and(|route| route.endpoint.is_page()) {
        let language = pages::negotiate(None, accepted(headers), None);
        return html::page(StatusCode::PAYLOAD_TOO_LARGE, pages::failed(language));
    }
    readable_anywhere(Problem::BodyTooLarge { limit }.into_response())
}

fn health() -> Response<Bytes> {
    let body = concat!("{\"status\":\"ok\",\"version\":\"", env!("CARGO_PKG_VERSION"), "\"}");
    let mut response = Response::new(Bytes::from_static(body.as_bytes()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The answer to a CORS preflight. A preflight bears no key, so it cannot be tied to a shop; it gives nothing away, and the
/// request that follows is.
fn preflight() -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, idempotency-key, if-none-match"),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// Lets any page read an answer that says nothing about any shop, so that a developer sees what is wrong instead of a
/// network error, and a storefront does not try for ever.
pub(super) fn readable_anywhere(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
