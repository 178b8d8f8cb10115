//! Sends one request to another server.

use js_sys::{Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{AbortSignal, Response};
use worker::wasm_bindgen_futures::JsFuture;

use crate::api::{Exchange, HttpAnswer, HttpRequest};

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

/// Sends a request, and reads the answer as far as it is wanted. Every failure is a result too.
pub(super) async fn send(request: &HttpRequest) -> Exchange {
    match fetched(request).await {
        Ok(answer) => match read(&answer, request.longest_answer).await {
            Some(body) => Exchange::Answered(HttpAnswer { status: answer.status(), headers: headers(&answer), body }),
            None => Exchange::Unreachable,
        },
        Err(error) => {
            let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string());
            if name.as_deref() == Some("TimeoutError") { Exchange::TimedOut } else { Exchange::Unreachable }
        }
    }
}

fn headers(answer: &Response) -> Vec<(&'static str, String)> {
    let value = |name: &&'static str| Some((*name, answer.headers().get(name).ok().flatten()?));
    HttpAnswer::HEADERS.iter().filter_map(value).collect()
}

/// Reads a body of at most `longest` bytes; `None` if it is longer or breaks off. Nothing is read if `longest` is 0.
async fn read(answer: &Response, longest: usize) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    let Some(stream) = answer.body() else { return Some(body) };
    if longest == 0 {
        // Cancelling the body frees the connection. Whether the cancellation succeeds does not matter here.
        let _ = JsFuture::from(stream.cancel()).await;
        return Some(body);
    }
    let reader: Reader = stream.get_reader().unchecked_into();
    loop {
        let piece = JsFuture::from(reader.read().ok()?).await.ok()?;
        if Reflect::get(&piece, &"done".into()).ok()?.is_truthy() {
            return Some(body);
        }
        let piece: Uint8Array = Reflect::get(&piece, &"value".into()).ok()?.dyn_into().ok()?;
        if body.len() + piece.length() as usize > longest {
            let _ = reader.cancel();
            return None;
        }
        body.extend(piece.to_vec());
    }
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
        // A `GET` with a body is refused, also with an empty one.
        ("body", if request.body.is_empty() { JsValue::UNDEFINED } else { (&request.body).into() }),
        ("redirect", "manual".into()),
        ("signal", AbortSignal::timeout_with_u32(HttpRequest::TIMEOUT).into()),
    ] {
        Reflect::set(&init, &name.into(), &value)?;
    }
    Ok(JsFuture::from(fetch_url(&request.url, &init)?).await?.unchecked_into())
}
