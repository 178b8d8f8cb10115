//! Conversion of the runtime's requests and responses to values and back. A body is read once, as bytes: passing bodies
//! on as streams of the `worker` crate costs more than half of the throughput.

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};

use crate::api::{REQUEST_HEADERS, more_headers};

/// The parts of a request before the body, limited to what the service reads.
pub(super) struct Head {
    pub(super) method: Method,
    pub(super) path: String,
    query: Option<String>,
    pub(super) headers: HeaderMap,
}

impl Head {
    pub(super) fn of(request: &worker::Request, also: &[&'static str]) -> worker::Result<Self> {
        let mut headers = HeaderMap::with_capacity(REQUEST_HEADERS.len());
        let path = request.path();
        for name in REQUEST_HEADERS.iter().chain(also).copied().chain(more_headers(&path)) {
            if let Some(value) = request.headers().get(name)?
                && let Ok(value) = HeaderValue::from_bytes(value.as_bytes())
            {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        let method = Method::from_bytes(request.inner().method().as_bytes()).unwrap_or(Method::TRACE);
        let query = request.url()?.query().map(str::to_owned);
        Ok(Self { method, path, query, headers })
    }

    pub(super) fn with(self, body: Bytes) -> Request<Bytes> {
        let mut request = Request::new(body);
        *request.method_mut() = self.method;
        // The URL standard permits targets that RFC 3986 does not. They match no route, and neither does `/`.
        let uri = match self.query {
            None => self.path,
            Some(query) => format!("{}?{query}", self.path),
        };
        *request.uri_mut() = uri.parse().unwrap_or_default();
        *request.headers_mut() = self.headers;
        request
    }
}

/// How much of an unwanted body is read anyway, in bytes. A client that still sends while it gets the response may see
/// a broken connection instead. A client that sends more than this must accept that.
pub(super) const DRAINED: usize = 4 * 1024 * 1024;

/// Reads a whole body. Returns `None` if it is larger than `limit` bytes.
pub(super) async fn read_body(request: &mut worker::Request, limit: usize) -> worker::Result<Option<Bytes>> {
    if request.inner().body().is_none() {
        return Ok(Some(Bytes::new()));
    }
    // A length within the limit was announced, so one copy is enough: the runtime enforces the announced length.
    let announced = request.headers().get("content-length")?.and_then(|length| length.parse::<usize>().ok());
    if announced.is_some_and(|length| length <= limit) {
        return Ok(Some(request.bytes().await?.into()));
    }
    let mut stream = request.stream()?;
    let mut body = BytesMut::new();
    let mut read = 0;
    while read <= DRAINED
        && let Some(chunk) = stream.next().await
    {
        let chunk = chunk?;
        read += chunk.len();
        if read <= limit {
            body.extend_from_slice(&chunk);
        }
    }
    Ok((read <= limit).then(|| body.freeze()))
}

/// Converts the status and headers of a response for the runtime.
fn head_of(parts: &http::response::Parts) -> worker::Result<worker::ResponseBuilder> {
    let headers = worker::Headers::new();
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), value.to_str().unwrap_or_default())?;
    }
    Ok(worker::Response::builder().with_status(parts.status.as_u16()).with_headers(headers))
}

/// Converts a response whose body is a stream of the runtime.
pub(super) fn answer_with(head: Response<Bytes>, body: web_sys::ReadableStream) -> worker::Result<worker::Response> {
    let (parts, _) = head.into_parts();
    Ok(head_of(&parts)?.body(worker::ResponseBody::Stream(body)))
}

/// Converts a response for the runtime.
pub(super) fn answer(response: Response<Bytes>) -> worker::Result<worker::Response> {
    let (parts, body) = response.into_parts();
    let builder = head_of(&parts)?;
    Ok(if body.is_empty() { builder.empty() } else { builder.fixed(body.into()) })
}
