//! Pages for people as HTTP responses: with a content security policy, and with headers that forbid storing them.

use base64ct::{Base64, Encoding};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::api::headers::{accepted, only_https};
use crate::api::pages;

/// Returns a page as a response, with its security headers.
pub(in crate::api) fn page(status: StatusCode, html: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let [style, script] = [pages::STYLE, pages::SCRIPT].map(|text| Base64::encode_string(&Sha256::digest(text)));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    seal(headers);
    response
}

/// Adds the headers that keep the page's URL secret, because the URL alone gives access. No other site, cache or search
/// engine may get it.
pub(in crate::api) fn seal(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    only_https(headers);
}

/// Returns the page for a form that is too large.
pub(in crate::api) fn too_large(headers: &HeaderMap) -> Response<Bytes> {
    let language = pages::negotiate(None, accepted(headers), None);
    page(StatusCode::PAYLOAD_TOO_LARGE, pages::failed(language))
}
