//! Routing in the front worker: it answers what needs no shop, and names the shop object for every other request.
//!
//! Nothing here reads a database. A request reaches a shop's object only with a key or link that this deployment
//! issued, so a key of a shop that does not exist starts no object.

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

/// The headers that the service reads. An adapter need not copy any other.
pub const REQUEST_HEADERS: &[&str] =
    &["authorization", "content-length", "content-type", "idempotency-key", "if-match", "if-none-match", "origin"];

/// The additional headers that links and provider webhooks read.
const LINK_HEADERS: &[&str] = &[
    "accept-language",
    "x-twilio-signature",
    "x-hub-signature-256",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
];

/// The additional headers of a file that is uploaded in parts.
const UPLOAD_HEADERS: &[&str] = &["upload-complete", "upload-offset"];

/// Returns the headers to read besides [`REQUEST_HEADERS`] for a path. Copying a header costs time, so most requests
/// need no more.
pub fn more_headers(path: &str) -> &'static [&'static str] {
    match path {
        _ if path.starts_with("/v1/imports") => UPLOAD_HEADERS,
        _ if path.starts_with("/v1/") && !path.starts_with("/v1/hooks/") => &[],
        _ => LINK_HEADERS,
    }
}

/// The header that the front worker sets for the shop's object only: a pseudonym of the visitor that changes every day
/// and cannot be traced back to the visitor.
pub const VISITOR_HEADER: &str = "placet-visitor";

/// The header that the front worker sets for the shop's object only: the id of the shop to create.
pub const NEW_SHOP_HEADER: &str = "placet-new-shop";

/// The routing result of a request.
#[derive(Debug)]
pub enum Door {
    /// The request is answered here.
    Answer(Response<Bytes>),
    /// The request goes to the object of this name. The adapter adds [`VISITOR_HEADER`] if the request comes from a
    /// page and the adapter knows the client's address.
    Shop {
        /// The name of the object.
        object: String,
        /// Whether the request comes from a page that people see, so that each visitor has a rate limit.
        by_visitor: bool,
        /// Whether the shop may want to store where the request comes from. If so, the adapter adds
        /// [`EVIDENCE_HEADER`](super::EVIDENCE_HEADER).
        with_evidence: bool,
    },
    /// The request creates a shop. The adapter reads the body, has [`refuse_shop`] check it, adds [`NEW_SHOP_HEADER`]
    /// with this id, and sends the request to the object of this name.
    NewShop {
        /// The name of the object.
        object: String,
        /// The id of the new shop.
        shop: ShopId,
        /// The maximum size of the body, in bytes.
        body_limit: usize,
    },
}

/// Routes a request by its method, path and headers; it does not read the body.
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
                // The derived id is the same for the same idempotency key, so a repeated request reaches the same shop.
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
            // A mail provider may send one-click unsubscribes for many people at once, and no rate limit may block
            // them.
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
    // A body on a route that takes none is ignored (RFC 9110 §9.3.1).
    if limit > 0 && endpoint.is_page() && announced.is_some_and(|length| length > limit as u64) {
        return Ok(Door::Answer(body_too_large(limit, path, headers)));
    }
    if limit > 0 && announced.is_some_and(|length| length > limit as u64) {
        return Err(Problem::BodyTooLarge { limit });
    }
    Ok(door)
}

/// Returns the page for a link, or a key in a path, that this deployment did not issue.
fn lost(headers: &HeaderMap) -> Response<Bytes> {
    html::page(StatusCode::NOT_FOUND, pages::broken(pages::negotiate(None, accepted(headers), None)))
}

/// Returns the `Accept-Language` header.
pub(super) fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// Returns the key in the `Authorization` header (RFC 6750 §2.1). The error is [`Problem::MissingKey`] without a bearer
/// key, and [`Problem::InvalidKey`] for a value that cannot be read.
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Problem::MissingKey)?;
    let (scheme, key) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Problem::InvalidKey)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(key.trim()) } else { Err(Problem::MissingKey) }
}

/// Checks the body of a request that creates a shop, before its object starts. Returns `None` if the body is valid,
/// otherwise the error response.
pub fn refuse_shop(headers: &HeaderMap, given: &[u8]) -> Option<Response<Bytes>> {
    body::read::<ShopBody>(headers, given).and_then(|shop| shop.parse()).err().map(Problem::into_response)
}

/// Returns the maximum size of the request body that an adapter has to read, in bytes.
pub fn body_limit(method: &Method, path: &str) -> usize {
    Route::of(method, path).map_or(0, |route| route.endpoint.body_limit)
}

/// Returns whether a request uploads a file of any length. The adapter passes such a file on in pieces as they arrive,
/// with [`ShopService::begin_upload`](super::ShopService::begin_upload), and never holds it whole in memory.
pub fn takes_file(method: &Method, path: &str) -> bool {
    Route::of(method, path).is_ok_and(|route| route.endpoint.takes_file())
}

/// Returns the error response for a missing or weak secret of the deployment.
pub fn misconfigured(what: &impl std::fmt::Display) -> Response<Bytes> {
    Problem::Misconfigured { what: what.to_string() }.into_response()
}

/// Returns the error response for a visitor over the rate limit of the front worker.
pub fn too_many_requests() -> Response<Bytes> {
    readable_anywhere(Problem::TooManyRequests { retry_after: 10 }.into_response())
}

/// Returns the error response for a body over the limit; a page if the path is one that people see.
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

/// Returns the answer to a CORS preflight. A preflight has no key, so it belongs to no shop. It reveals nothing; the
/// request that follows has a key and is checked.
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

/// Allows every origin to read this response. It says nothing about a shop. A developer then sees the error instead of
/// a network failure, and a storefront does not retry for ever.
pub(super) fn readable_anywhere(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}
