//! Sends one request to a webhook. Of the response, only the status and `retry-after` are read.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Response};
use worker::wasm_bindgen_futures::JsFuture;

use crate::api::Outgoing;
use crate::ledger::SendOutcome;

#[wasm_bindgen]
extern "C" {
    /// The global `fetch`. The binding in the `worker` crate wraps the response body in a stream that would have to be
    /// read.
    #[wasm_bindgen(catch, js_name = fetch)]
    fn fetch_url(url: &str, init: &Object) -> Result<Promise, JsValue>;
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
pub(super) async fn send(outgoing: &Outgoing) -> Sent {
    match fetched(outgoing).await {
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

async fn fetched(outgoing: &Outgoing) -> Result<Response, JsValue> {
    let headers = Object::new();
    for (name, value) in &outgoing.headers {
        Reflect::set(&headers, &(*name).into(), &value.into())?;
    }
    let init = Object::new();
    for (name, value) in [
        ("method", "POST".into()),
        ("headers", headers.into()),
        ("body", (&outgoing.body).into()),
        ("redirect", "manual".into()),
        ("signal", AbortSignal::timeout_with_u32(Outgoing::TIMEOUT).into()),
    ] {
        Reflect::set(&init, &name.into(), &value)?;
    }
    Ok(JsFuture::from(fetch_url(&outgoing.url, &init)?).await?.unchecked_into())
}
