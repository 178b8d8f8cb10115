//! A shop as its developers use it: keys, requests, answers.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use placet::ledger::{OsRuntime, Runtime};
use serde_json::{Value, json};

use crate::backend::{Backend, ROOT_SECRET, random};

pub const ORIGIN: &str = "https://shop.example";
/// Texts that must never appear in an error: parts of the addresses that the scenarios send.
pub const PERSONAL: &[&str] = &["jane", "JANE", "example.com", "7700900", "7700 900", "secret-query"];

pub struct Shop {
    pub id: String,
    pub publishable: String,
    pub secret: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
    pub bytes: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        assert_eq!(self.header("content-type"), "application/json");
        self.body
    }

    /// Checks that the answer is a problem with this status, code and pointer, and that it contains no address.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str, pointer: Option<&str>) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["type"], format!("urn:placet:problem:{code}"), "{}", self.text);
        assert_eq!(self.body["status"], status);
        for text in ["title", "detail"] {
            assert!(self.body[text].as_str().is_some_and(|text| text.len() > 5), "{text}: {}", self.text);
        }
        assert_eq!(self.body["errors"][0]["pointer"].as_str(), pointer, "{}", self.text);
        for personal in PERSONAL {
            assert!(!self.text.contains(personal), "the error contains {personal}: {}", self.text);
        }
    }
}

/// Sends a request. A header with an empty value is left out.
pub fn send(
    backend: &dyn Backend,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).unwrap();
    #[cfg(feature = "contract")]
    let asked = (request.method().clone(), request.uri().path().to_owned());
    let response = backend.send(request);
    #[cfg(feature = "contract")]
    crate::contract::hold(&asked.0, &asked.1, &response);
    let text = String::from_utf8_lossy(response.body()).into_owned();
    Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
        bytes: response.into_body(),
    }
}

pub fn bearer(key: &str) -> String {
    if key.is_empty() { String::new() } else { format!("Bearer {key}") }
}

/// Returns the settings of the shop that all tests share.
pub fn shop_body() -> Value {
    serde_json::from_str(include_str!("../fixtures/shop.json")).unwrap()
}

impl Shop {
    pub fn create(backend: &dyn Backend) -> Self {
        Self::create_with(backend, &shop_body())
    }

    pub fn create_with(backend: &dyn Backend, body: &Value) -> Self {
        let headers = [("authorization", &*bearer(ROOT_SECRET)), ("content-type", "application/json")];
        let made = send(backend, Method::POST, "/v1/shops", &headers, body.to_string()).ok();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Self {
            id: text(&made["shop"]["id"]),
            publishable: text(&made["keys"]["publishable"]),
            secret: text(&made["keys"]["secret"]),
        }
    }

    /// Sends a submission as a page does.
    pub fn submit(&self, backend: &dyn Backend, body: &Value) -> Answer {
        post(backend, "/v1/consents", &self.publishable, ORIGIN, body)
    }

    /// Sends a submission as the shop's server does.
    pub fn submit_from_server(&self, backend: &dyn Backend, body: &Value) -> Answer {
        post(backend, "/v1/consents", &self.secret, "", body)
    }

    pub fn lookup(&self, backend: &dyn Backend, body: &Value) -> Answer {
        post(backend, "/v1/contacts/lookup", &self.secret, "", body)
    }

    pub fn storefront(&self, backend: &dyn Backend, headers: &[(&str, &str)]) -> Answer {
        let key = bearer(&self.publishable);
        let headers = [&[("authorization", &*key)], headers].concat();
        send(backend, Method::GET, "/v1/storefront", &headers, "")
    }
}

pub fn post(backend: &dyn Backend, path: &str, key: &str, origin: &str, body: &Value) -> Answer {
    let headers = [("authorization", &*bearer(key)), ("origin", origin), ("content-type", "application/json")];
    send(backend, Method::POST, path, &headers, body.to_string())
}

/// Sends a request as the shop's server does.
pub fn ask(backend: &dyn Backend, method: Method, path: &str, key: &str, body: &Value) -> Answer {
    ask_with(backend, method, path, key, &[], body)
}

/// Sends the same as [`ask`] with additional headers.
pub fn ask_with(
    backend: &dyn Backend,
    method: Method,
    path: &str,
    key: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Answer {
    let key = bearer(key);
    let headers = [&[("authorization", &*key), ("content-type", "application/json")], headers].concat();
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(backend, method, path, &headers, body)
}

/// Returns a submission of the demo shop's checkout: an opt-in for email, and SMS declined.
pub fn submission() -> Value {
    json!({
        "id": uuid::Uuid::from_bytes(random()).to_string(),
        "contact": { "email": "jane@example.com", "phone": "+44 7700 900123", "country": "GB" },
        "choices": [
            { "channel": "email", "purpose": "newsletter", "choice": "opt_in" },
            { "channel": "sms", "purpose": "newsletter", "choice": "declined" },
        ],
        "notice": { "id": "checkout-optin", "version": "3", "locale": "en-GB", "text_sha256": "a0".repeat(32) },
        "source": { "kind": "form", "url": "https://shop.example/checkout?secret-query=1#pay", "form": "checkout" },
        "occurred_at": "2026-11-23T10:00:00Z",
    })
}

/// Returns the time this many milliseconds from now, as RFC 3339.
pub fn from_now(millis: i64) -> String {
    OsRuntime.now().plus_millis(millis).to_string()
}

/// Returns the report without the time at which it was made.
pub fn undated(report: Value) -> Value {
    with(report, "/generated_at", Value::Null)
}

/// Returns the submission with the field at `pointer` replaced.
pub fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    match body.pointer_mut(pointer) {
        Some(field) => *field = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(name.to_owned(), value);
        }
    }
    body
}

/// Returns the standing for one channel and purpose from a contact report.
pub fn standing<'a>(report: &'a Value, channel: &str, purpose: &str) -> &'a Value {
    let standings = report["standings"].as_array().unwrap();
    standings.iter().find(|entry| entry["channel"] == channel && entry["purpose"] == purpose).unwrap()
}

/// Returns a submission that tells of an act in the past.
pub fn historic(body: Value, at: &str) -> Value {
    with(with(body, "/occurred_at", json!(at)), "/historic", json!(true))
}
