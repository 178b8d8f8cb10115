//! One authorised request with its context, and the reply to it.

use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::api::key::KeyKind;
use crate::api::limits::Left;
use crate::api::problem::Problem;
use crate::api::route::Route;
use crate::api::service::lists::ListStream;
use crate::api::{answer, body};
use crate::ledger::{Kept, Moment, Shop, StoredKey};

/// The caller of the API.
pub(super) struct Caller {
    pub(super) kind: KeyKind,
    pub(super) key: StoredKey,
    /// The page's origin, checked to be one of the shop's.
    pub(super) origin: Option<HeaderValue>,
}

/// An authorised request.
pub(super) struct Call<'a> {
    pub(super) id: Uuid,
    pub(super) route: Route<'a>,
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: Caller,
    pub(super) shop: Rc<Shop>,
    pub(super) moment: &'a Moment<'a>,
    pub(super) left: Left,
}

/// The two hashes that identify a repeated request.
pub(super) struct Repeatable {
    /// The keyed hash of the idempotency key, the caller's key, the method and the path.
    pub(super) hash: String,
    /// The keyed hash of the query and the body.
    pub(super) fingerprint: String,
}

impl Call<'_> {
    /// Reads the body strictly.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::read(self.request.headers(), self.request.body())
    }

    /// Returns the contact id in the path; `None` if the path has none, or if it is not a UUID and so matches no
    /// contact.
    pub(super) fn contact(&self) -> Option<Uuid> {
        self.route.endpoint.path.starts_with("/v1/contacts/{id}").then(|| self.route.value(0).parse().ok()).flatten()
    }

    /// Returns the contact id in the path, on a route that needs one. Otherwise the error is
    /// [`Problem::ContactNotFound`].
    pub(super) fn named_contact(&self) -> Result<Uuid, Problem> {
        self.contact().ok_or(Problem::ContactNotFound)
    }

    /// Refuses a change if the state has changed since the caller read it (`If-Match`, RFC 9110 §13.1.1). `current` is
    /// the tag without its quotes.
    pub(super) fn check_unchanged(&self, current: &str) -> Result<(), Problem> {
        let Some(expected) = self.request.headers().get(header::IF_MATCH) else { return Ok(()) };
        let expected = expected.to_str().unwrap_or_default();
        let is_current = |one: &str| one.trim() == "*" || one.trim().trim_matches('"') == current;
        if expected.split(',').any(is_current) { Ok(()) } else { Err(Problem::ChangedMeanwhile) }
    }

    /// Returns the hashes of this request; `None` without an `Idempotency-Key`.
    pub(super) fn repeatable(&self) -> Result<Option<Repeatable>, Problem> {
        let Some(key) = idempotency_key(self.request.headers())? else { return Ok(None) };
        let (method, uri) = (self.request.method(), self.request.uri());
        let scope = format!("idempotency\0{}\0{method}\0{}\0{key}", self.caller.key.id, uri.path());
        let content = [uri.query().unwrap_or_default().as_bytes(), &[0], self.request.body()].concat();
        Ok(Some(Repeatable {
            hash: self.shop.fingerprint(scope.as_bytes()),
            fingerprint: self.shop.fingerprint(&content),
        }))
    }
}

/// Returns the `Idempotency-Key` of a request: a quoted string (RFC 8941), or unquoted as most clients send it.
pub(in crate::api) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().map_err(|_| Problem::InvalidIdempotencyKey)?.trim();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if fits { Ok(Some(key)) } else { Err(Problem::InvalidIdempotencyKey) }
}

/// The reply to a request.
pub(super) struct Reply {
    pub(super) response: Response<Bytes>,
    /// The one contact that the reply is about, for the audit log.
    pub(super) contact: Option<Uuid>,
    /// Whether the reply is the report on that contact.
    is_report: bool,
    /// The source of the rest of the body, if it follows in pieces.
    pub(super) stream: Option<Box<ListStream>>,
}

/// A secret that one response shows and that is never stored, but can be derived again.
#[derive(Clone, Copy)]
pub(super) enum Fresh {
    Key(KeyKind),
    Secret,
}

/// The places of such secrets in a response. The stored response contains only the prefix, such as `sk_`.
const FRESH: [(&str, Fresh); 5] = [
    ("\"key\":\"sk_", Fresh::Key(KeyKind::Secret)),
    ("\"key\":\"pk_", Fresh::Key(KeyKind::Publishable)),
    ("\"secret\":\"sk_", Fresh::Key(KeyKind::Secret)),
    ("\"publishable\":\"pk_", Fresh::Key(KeyKind::Publishable)),
    ("\"secret\":\"whsec_", Fresh::Secret),
];

impl Reply {
    /// Builds a JSON reply.
    pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, Problem> {
        Ok(answer::json(status, value)?.into())
    }

    /// Sets the contact that the reply is about.
    pub(super) fn about(mut self, contact: Option<Uuid>) -> Self {
        self.contact = contact;
        self
    }

    /// Sets the source of the rest of the body.
    pub(super) fn with_stream(mut self, stream: ListStream) -> Self {
        self.stream = Some(Box::new(stream));
        self
    }

    /// Marks the reply as the report on its contact, which is made again for a repeated request.
    pub(super) fn told_anew(mut self) -> Self {
        self.is_report = true;
        self
    }

    /// Sets the `ETag` of the state that the reply describes.
    pub(super) fn tagged(mut self, tag: &str) -> Self {
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
            self.response.headers_mut().insert(header::ETAG, tag);
        }
        self
    }

    /// Returns the part of the reply that is stored for a repeated request.
    pub(super) fn to_keep(&self, fingerprint: String) -> Kept {
        let body: &[u8] = if self.is_report { &[] } else { self.response.body() };
        let mut body = String::from_utf8_lossy(body).into_owned();
        for (before, _) in FRESH {
            if let Some((start, rest)) = body.split_once(before)
                && let Some((_, end)) = rest.split_once('"')
            {
                body = format!("{start}{before}\"{end}");
            }
        }
        let etag = self.response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let etag = etag.map(|tag| tag.trim_matches('"').to_owned());
        Kept { fingerprint, contact: self.contact, status: self.response.status().as_u16(), body, etag }
    }

    /// Returns the first reply again. `made` derives each secret again, from its kind and the stored body.
    pub(super) fn again(kept: &Kept, made: impl Fn(Fresh, &str) -> String) -> Result<Self, Problem> {
        let mut body = kept.body.clone();
        for (before, fresh) in FRESH {
            let blank = format!("{before}\"");
            if body.contains(&blank) {
                let text = made(fresh, &kept.body);
                let secret = text.split_once('_').map(|(_, secret)| secret).unwrap_or_default();
                body = body.replacen(&blank, &format!("{before}{secret}\""), 1);
            }
        }
        let mut response = answer::json_text(body.into());
        *response.status_mut() = StatusCode::from_u16(kept.status).unwrap_or(StatusCode::OK);
        let reply = Self::from(response).about(kept.contact);
        Ok(match &kept.etag {
            Some(tag) => reply.tagged(tag),
            None => reply,
        })
    }
}

impl From<Response<Bytes>> for Reply {
    fn from(response: Response<Bytes>) -> Self {
        Self { response, contact: None, is_report: false, stream: None }
    }
}
