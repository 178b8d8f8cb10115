//! One request with all that is known of it, and the reply to it.

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

/// Who asks.
pub(super) struct Caller {
    pub(super) kind: KeyKind,
    pub(super) key: StoredKey,
    /// The page's origin, once it is known to be one of the shop's.
    pub(super) origin: Option<HeaderValue>,
}

/// A request that may be answered.
pub(super) struct Call<'a> {
    pub(super) id: Uuid,
    pub(super) route: Route<'a>,
    pub(super) request: &'a Request<Bytes>,
    pub(super) caller: Caller,
    pub(super) shop: Rc<Shop>,
    pub(super) moment: &'a Moment<'a>,
    pub(super) left: Left,
}

/// By what a request that is sent again is known.
pub(super) struct Repeatable {
    /// Of the key that the caller gave, the caller and the route.
    pub(super) hash: String,
    /// Of the whole request.
    pub(super) fingerprint: String,
}

impl Call<'_> {
    /// The body, read strictly.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::read(self.request.headers(), self.request.body())
    }

    /// The contact that the path names; `None` where it names none, and for an id that is no UUID, which names no contact.
    pub(super) fn contact(&self) -> Option<Uuid> {
        self.route.endpoint.path.starts_with("/v1/contacts/{id}").then(|| self.route.value(0).parse().ok()).flatten()
    }

    /// As [`Call::contact`], where the route is about one.
    pub(super) fn named_contact(&self) -> Result<Uuid, Problem> {
        self.contact().ok_or(Problem::ContactNotFound)
    }

    /// Refuses to change what has changed since the caller saw it, RFC 9110 §13.1.1. `current` is the tag without its quotes.
    pub(super) fn check_unchanged(&self, current: &str) -> Result<(), Problem> {
        let Some(expected) = self.request.headers().get(header::IF_MATCH) else { return Ok(()) };
        let expected = expected.to_str().unwrap_or_default();
        let is_current = |one: &str| one.trim() == "*" || one.trim().trim_matches('"') == current;
        if expected.split(',').any(is_current) { Ok(()) } else { Err(Problem::ChangedMeanwhile) }
    }

    /// What an `Idempotency-Key` makes of this request; `None` without one.
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

/// The `Idempotency-Key` of a request: a string of RFC 8941, or bare as most clients send it.
pub(in crate::api) fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().map_err(|_| Problem::InvalidIdempotencyKey)?.trim();
    let key = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let fits = (1..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic() && b != b'"');
    if fits { Ok(Some(key)) } else { Err(Problem::InvalidIdempotencyKey) }
}

/// What is answered.
pub(super) struct Reply {
    pub(super) response: Response<Bytes>,
    /// The one contact that it is about, for the audit log.
    pub(super) contact: Option<Uuid>,
    /// Whether it is the report on that contact.
    is_report: bool,
    /// What the rest of it is read from, where it comes in pieces.
    pub(super) stream: Option<Box<ListStream>>,
}

/// What is shown in one answer and kept nowhere, but can be made again.
#[derive(Clone, Copy)]
pub(super) enum Fresh {
    Key(KeyKind),
    Secret,
}

/// Where it stands in an answer. What is kept of it ends after its kind.
const FRESH: [(&str, Fresh); 5] = [
    ("\"key\":\"sk_", Fresh::Key(KeyKind::Secret)),
    ("\"key\":\"pk_", Fresh::Key(KeyKind::Publishable)),
    ("\"secret\":\"sk_", Fresh::Key(KeyKind::Secret)),
    ("\"publishable\":\"pk_", Fresh::Key(KeyKind::Publishable)),
    ("\"secret\":\"whsec_", Fresh::Secret),
];

impl Reply {
    /// A JSON answer.
    pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, Problem> {
        Ok(answer::json(status, value)?.into())
    }

    /// Says which contact it is about.
    pub(super) fn about(mut self, contact: Option<Uuid>) -> Self {
        self.contact = contact;
        self
    }

    /// Says where the rest of it is read from.
    pub(super) fn with_stream(mut self, stream: ListStream) -> Self {
        self.stream = Some(Box::new(stream));
        self
    }

    /// Says that it is the report on its contact.
    pub(super) fn told_anew(mut self) -> Self {
        self.is_report = true;
        self
    }

    /// Says which state it tells.
    pub(super) fn tagged(mut self, tag: &str) -> Self {
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
            self.response.headers_mut().insert(header::ETAG, tag);
        }
        self
    }

    /// What is kept of it for a repetition.
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

    /// The answer of the first time. `made` makes once more what was fresh then, by what is kept of the answer.
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
