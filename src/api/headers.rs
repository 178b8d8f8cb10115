//! Headers of requests and answers, each read in one place.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};

use crate::api::problem::Problem;

/// Tells browsers to come by HTTPS only, for a year (RFC 6797). They ignore it over HTTP.
pub(in crate::api) fn only_https(headers: &mut HeaderMap) {
    headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
}

/// Returns the `Accept-Language` header.
pub(in crate::api) fn accepted(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok())
}

/// Returns the key in the `Authorization` header (RFC 6750 §2.1). The error is [`Problem::MissingKey`] without a bearer
/// key, and [`Problem::InvalidKey`] for a value that cannot be read.
pub(in crate::api) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Problem::MissingKey)?;
    let (scheme, key) = value.to_str().ok().and_then(|value| value.split_once(' ')).ok_or(Problem::InvalidKey)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(key.trim()) } else { Err(Problem::MissingKey) }
}

/// Allows every origin to read this response. It says nothing about a shop. A developer then sees the error instead of
/// a network failure, and a storefront does not retry for ever.
pub(in crate::api) fn readable_anywhere(mut response: Response<Bytes>) -> Response<Bytes> {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

/// Returns the `Idempotency-Key` of a request: a quoted string (RFC 8941), or unquoted as most clients send it.
pub(in crate::api) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().map_err(|_| Problem::InvalidIdempotencyKey)?.trim();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if fits { Ok(Some(key)) } else { Err(Problem::InvalidIdempotencyKey) }
}
