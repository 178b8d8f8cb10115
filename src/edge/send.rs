//! Sends one request to another server. Of a webhook's response, only the status and `retry-after` are read.

use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Response};
use worker::wasm_bindgen_futures::JsFuture;

use crate::api::{HttpAnswer, HttpRequest};
use crate::ledger::SendOutcome;

#[wasm_bindgen]
extern "C" {
    /// The global `fetch`. The binding in the `worker` crate wraps the response body in a stream that would have to be
    /// read.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_url(url: &str, init: &Object) -> Result<Promise, JsValue>;

    /// `ReadableStreamDefaultReader`.
    type Reader;

    #[wasm_bindgen(method, catch)]
    fn read(this: &Reader) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn cancel(this: &Reader) -> Result<Promise, JsValue>;
}

/// The result of a request.
pub(super) enum Sent {
    Answered { status: u16, retry_after: Option<String> },
    TimedOut,
    Unreachable,
}

impl Sent {
    /// Returns the result in the form that the service takes.
    pub(super) fn outcome(&self) -> SendOutcome<'_> {
        match self {
            Self::Answered { status, retry_after } => {
                SendOutcome::Answered { status: *status, retry_after: retry_after.as_deref() }
            }
            Self::TimedOut => SendOutcome::TimedOut,
            Self::Unreachable => SendOutcome::Unreachable,
        }
    }
}

/// Sends a request. Every failure is a result too.
pub(super) async fn send(request: &HttpRequest) -> Sent {
    match fetched(request).await {
        Ok(answer) => {
            let retry_after = answer.headers().get("retry-after").ok().flatten();
            // Cancelling the body frees the connection. Whether the cancellation succeeds does not matter here.
            if let Some(body) = answer.body() {
                let _ = JsFuture::from(body.cancel()).await;
            }
            Sent::Answered { status: answer.status(), retry_after }
        }
        Err(error) => {
            let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
            if name.as_deref() == Some("TimeoutError") { Sent::TimedOut } else { Sent::Unreachable }
        }
    }
}

/// Sends a request and reads the answer. Returns `None` if there is none, or if it is too long.
pub(super) async fn ask(request: &HttpRequest) -> Option<HttpAnswer> {
    let answer = fetched(request).await.ok()?;
    let status = answer.status();
    let mut body = Vec::new();
    if let Some(stream) = answer.body() {
        let reader: Reader = stream.get_reader().unchecked_into();
        loop {
            let piece = JsFuture::from(reader.read().ok()?).await.ok()?;
            if Reflect::get(&piece, &"done".into()).ok()?.is_truthy() {
                break;
            }
            let piece: Uint8Array = Reflect::get(&piece, &"value".into()).ok()?.dyn_into().ok()?;
            if body.len() + piece.length() as usize > HttpRequest::LONGEST_ANSWER {
                let _ = reader.cancel();
                return None;
            }
            body.extend(piece.to_vec());
        }
    }
    Some(HttpAnswer { status, body })
}

async fn fetched(request: &HttpRequest) -> Result<Response, JsValue> {
    let headers = Object::new();
    for (name, value) in &request.headers {
        Reflect::set(&headers, &(*name).into(), &value.into())?;
    }
    let init = Object::new();
    for (name, value) in [
        ("method", request.method.into()),
        ("headers", headers.into()),
        ("body", (&request.body).into()),
        ("redirect", "manual".into()),
        ("signal", AbortSignal::timeout_with_u32(HttpRequest::TIMEOUT).into()),
    ] {
        Reflect::set(&init, &name.into(), &value)?;
    }
    Ok(JsFuture::from(fetch_url(&request.url, &init)?).await?.unchecked_into())
}
