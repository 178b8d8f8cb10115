//! Routing in the front worker: it answers what needs no shop, and names the shop object for every other request.
//!
//! Nothing here reads a database. A request reaches a shop's object only with a key or link that this deployment
//! issued, so a key of a shop that does not exist starts no object.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};

use crate::api::headers::{accepted, bearer, idempotency_key, only_https, readable_anywhere};
use crate::api::key::KeyKind;
use crate::api::link::LinkKind;
use crate::api::problem::Problem;
use crate::api::route::Access;
use crate::api::routed::{Handover, Routed};
use crate::api::routes::shop::shop_body::ShopBody;
use crate::api::secrets::Secrets;
use crate::api::service::handler::Handler;
use crate::api::service::shop_service::ShopService;
use crate::api::shop_id::ShopId;
use crate::api::{body, html, pages, routes};
use crate::ledger::Runtime;
use crate::platforms;

/// The headers that the service reads. An adapter need not copy any other.
pub const REQUEST_HEADERS: &[&str] =
    &["authorization", "content-length", "content-type", "idempotency-key", "if-match", "if-none-match", "origin"];

/// The header that pages read.
const PAGE_HEADERS: &[&str] = &["accept-language"];

/// The additional headers of a file that is uploaded in parts.
const UPLOAD_HEADERS: &[&str] = &["upload-complete", "upload-offset"];

/// The operation whose records may say where a page's request comes from.
const SUBMIT: &str = "submitConsents";

/// Returns the headers to read besides [`REQUEST_HEADERS`] for a path. Copying a header costs time, so most requests
/// need no more.
pub fn more_headers(path: &str) -> Vec<&'static str> {
    match path {
        _ if path.starts_with("/v1/imports") => UPLOAD_HEADERS.to_vec(),
        _ if path.starts_with("/v1/hooks/") || path.starts_with("/h/") => platforms::headers(),
        _ if path.starts_with("/v1/") => Vec::new(),
        _ => PAGE_HEADERS.to_vec(),
    }
}

/// Where a request goes.
#[derive(Debug)]
pub enum Routing {
    /// The request is answered here.
    Answer(Response<Bytes>),
    /// The request is answered with a file that is deployed beside the worker, see [`asset`].
    Asset(&'static str),
    /// The request goes to the object of this name, together with a [`Handover`].
    Shop {
        /// The name of the object.
        object: String,
        /// Whether the request comes from a page that people see, so that each visitor has a rate limit.
        by_visitor: bool,
        /// Whether the shop may want to store where the request comes from.
        with_evidence: bool,
    },
    /// The request creates a shop. The adapter reads the body, has [`refuse_shop`] check it, and sends the request to the object of
    /// this name, together with a [`Handover`] that has the id of the shop.
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
pub fn front(method: &Method, path: &str, headers: &HeaderMap, secrets: &Secrets, runtime: &dyn Runtime) -> Routing {
    if method == Method::OPTIONS {
        return Routing::Answer(preflight());
    }
    match decide(method, path, headers, secrets, runtime) {
        Ok(door) => door,
        Err(problem) => Routing::Answer(readable_anywhere(problem.into_response())),
    }
}

fn decide(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    secrets: &Secrets,
    runtime: &dyn Runtime,
) -> Result<Routing, Problem> {
    let (row, [first, ..]) = routes::find(method, path)?;
    let endpoint = &row.endpoint;
    let limit = endpoint.body_limit;
    let door = match endpoint.access {
        Access::Open => {
            return match row.handler {
                Handler::Front(answer) => Ok(Routing::Answer(answer())),
                Handler::Asset(file) => Ok(Routing::Asset(file)),
                _ => Err(Problem::RouteNotFound),
            };
        }
        Access::Root => {
            if !secrets.is_root(bearer(headers)?) {
                return Err(Problem::InvalidKey);
            }
            let shop = match idempotency_key(headers)? {
                Some(key) => secrets.repeated_shop(key),
                None => {
                    let mut id = [0; 16];
                    runtime.fill(&mut id);
                    ShopId(id)
                }
            };
            Routing::NewShop { object: secrets.object_name(shop), shop, body_limit: limit }
        }
        Access::Operator => {
            if !secrets.is_root(bearer(headers)?) {
                return Err(Problem::InvalidKey);
            }
            let shop = ShopId::parse(first).ok_or(Problem::ShopNotFound)?;
            Routing::Shop { object: secrets.object_name(shop), by_visitor: false, with_evidence: false }
        }
        Access::Link(kind) => {
            let token = first;
            let Some(link) = secrets.read_link(kind, token) else {
                if kind.is_of_machine() {
                    return Err(Problem::RouteNotFound);
                }
                return Ok(Routing::Answer(lost(headers)));
            };
            // A mail provider may send one-click unsubscribes for many people at once, and no rate limit may block
            // them.
            let by_visitor = kind != LinkKind::Unsubscribe && !kind.is_of_machine();
            Routing::Shop { object: secrets.object_name(link.shop), by_visitor, with_evidence: false }
        }
        Access::PathKey(_) => {
            let key = secrets.verify(first).filter(|key| key.kind == KeyKind::Publishable);
            let Some(key) = key else {
                return if endpoint.is_page() { Ok(Routing::Answer(lost(headers))) } else { Err(Problem::InvalidKey) };
            };
            Routing::Shop { object: secrets.object_name(key.shop), by_visitor: true, with_evidence: endpoint.is_page() }
        }
        Access::Key(_) => {
            let key = secrets.verify(bearer(headers)?).ok_or(Problem::InvalidKey)?;
            let by_visitor = key.kind == KeyKind::Publishable;
            let with_evidence = by_visitor && endpoint.id == SUBMIT;
            Routing::Shop { object: secrets.object_name(key.shop), by_visitor, with_evidence }
        }
    };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    // A body on a route that takes none is ignored (RFC 9110 §9.3.1).
    if limit > 0 && endpoint.is_page() && announced.is_some_and(|length| length > limit as u64) {
        return Ok(Routing::Answer(html::too_large(headers)));
    }
    if limit > 0 && announced.is_some_and(|length| length > limit as u64) {
        return Err(Problem::BodyTooLarge { limit });
    }
    Ok(door)
}

impl ShopService {
    /// Answers a request as the shop's object does: finds its route, then answers it. For runtimes that hold a request whole.
    pub fn respond(&self, request: &Request<Bytes>) -> Response<Bytes> {
        match Routed::of(request.method(), request.uri().path(), request.headers()) {
            Ok(routed) => self.handle(&routed, request),
            Err(response) => *response,
        }
    }
}

impl Routed {
    /// Finds the route of a request that has reached the shop's object.
    ///
    /// # Errors
    /// The answer to send instead if there is no such route.
    pub fn of(method: &Method, path: &str, headers: &HeaderMap) -> Result<Self, Box<Response<Bytes>>> {
        match routes::find(method, path) {
            Ok((row, values)) => {
                let (values, handover) = (values.map(str::to_owned), Handover::read(headers));
                Ok(Self { row, values, is_route: routes::has, handover })
            }
            Err(problem) => Err(Box::new(readable_anywhere(problem.into_response()))),
        }
    }
}

/// Returns the page for a link, or a key in a path, that this deployment did not issue.
fn lost(headers: &HeaderMap) -> Response<Bytes> {
    html::page(StatusCode::NOT_FOUND, pages::broken(pages::negotiate(None, accepted(headers), None)))
}

/// Checks the body of a request that creates a shop, before its object starts. Returns `None` if the body is valid,
/// otherwise the error response.
pub fn refuse_shop(headers: &HeaderMap, given: &[u8]) -> Option<Response<Bytes>> {
    body::read::<ShopBody>(headers, given).and_then(|shop| shop.parse()).err().map(Problem::into_response)
}

/// Returns the error response for a missing or weak secret of the deployment.
pub fn misconfigured(what: &impl std::fmt::Display) -> Response<Bytes> {
    Problem::Misconfigured { what: what.to_string() }.into_response()
}

/// Returns the error response for a visitor over the rate limit of the front worker.
pub fn too_many_requests() -> Response<Bytes> {
    readable_anywhere(Problem::TooManyRequests { retry_after: 10 }.into_response())
}

/// Returns the error response for a body over the limit, on a route that is no page.
pub fn body_too_large(limit: usize) -> Response<Bytes> {
    readable_anywhere(Problem::BodyTooLarge { limit }.into_response())
}

/// Returns the answer with a file that is deployed beside the worker; `None` if the deployment lacks it.
pub fn asset(file: &str, text: Option<Vec<u8>>) -> Response<Bytes> {
    let Some(text) = text else {
        let what = format!("the file {file} is not deployed beside the worker; deploy the folder `assets` with it");
        return Problem::Misconfigured { what }.into_response();
    };
    let is_page = file.ends_with(".html");
    let mut response = Response::new(Bytes::from(text));
    let headers = response.headers_mut();
    let media_type = if is_page { "text/html; charset=utf-8" } else { "application/json" };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
    only_https(headers);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if is_page {
        let policy = HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
        );
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    } else {
        // Any tool may read the contract.
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
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
