//! The reply to a request.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use crate::api::answer;
use crate::api::problem::Problem;
use crate::api::service::list_stream::ListStream;
use crate::ledger::{Context, Kept, Shop, open_answer, seal_answer};

/// The reply to a request.
pub(in crate::api) struct Reply {
    pub(in crate::api) response: Response<Bytes>,
    /// The one contact that the reply is about, for the audit log.
    pub(in crate::api) contact: Option<Uuid>,
    /// Whether the reply is the report on that contact.
    is_report: bool,
    /// Whether the request changed nothing, because it repeats an earlier one.
    pub(in crate::api) is_repetition: bool,
    /// Whether the reply shows a secret.
    is_secret: bool,
    /// The source of the rest of the body, if it follows in pieces.
    pub(in crate::api) stream: Option<Box<ListStream>>,
}

impl Reply {
    /// Builds a JSON reply.
    pub(in crate::api) fn json(status: StatusCode, value: &impl Serialize) -> Result<Self, Problem> {
        Ok(answer::json(status, value)?.into())
    }

    /// Sets the contact that the reply is about.
    pub(in crate::api) fn about(mut self, contact: Option<Uuid>) -> Self {
        self.contact = contact;
        self
    }

    /// Sets the source of the rest of the body.
    pub(in crate::api) fn with_stream(mut self, stream: ListStream) -> Self {
        self.stream = Some(Box::new(stream));
        self
    }

    /// Marks the reply as the report on its contact, which is made again for a repeated request.
    pub(in crate::api) fn told_anew(mut self) -> Self {
        self.is_report = true;
        self
    }

    /// Sets the `ETag` of the state that the reply describes.
    pub(in crate::api) fn tagged(mut self, tag: &str) -> Self {
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
            self.response.headers_mut().insert(header::ETAG, tag);
        }
        self
    }

    /// Says whether the request changed nothing, because it repeats an earlier one.
    pub(in crate::api) fn repeated(mut self, is_repetition: bool) -> Self {
        self.is_repetition = is_repetition;
        self
    }

    /// Marks the reply as one that shows a secret. Such a reply is stored sealed.
    pub(in crate::api) fn with_secret(mut self) -> Self {
        self.is_secret = true;
        self
    }

    /// Returns the part of the reply that is stored for a repeated request under this hash.
    ///
    /// # Errors
    /// Returns [`Problem::Internal`] if the reply cannot be sealed.
    pub(in crate::api) fn to_keep(
        &self,
        shop: &Shop,
        hash: &str,
        fingerprint: String,
        context: &Context<'_>,
    ) -> Result<Kept, Problem> {
        let body: &[u8] = if self.is_report { &[] } else { self.response.body() };
        let body = if self.is_secret {
            seal_answer(shop, hash, body, context)?
        } else {
            String::from_utf8_lossy(body).into_owned()
        };
        let etag = self.response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
        let etag = etag.map(|tag| tag.trim_matches('"').to_owned());
        Ok(Kept { fingerprint, contact: self.contact, status: self.response.status().as_u16(), body, etag })
    }

    /// Returns the first reply again.
    ///
    /// # Errors
    /// Returns [`Problem::AlreadyDone`] if an earlier version stored the reply without the secret that it showed.
    pub(in crate::api) fn again(shop: &Shop, hash: &str, kept: &Kept) -> Result<Self, Problem> {
        if ["\"sk_\"", "\"pk_\"", "\"whsec_\""].iter().any(|blank| kept.body.contains(blank)) {
            return Err(Problem::AlreadyDone);
        }
        let body = open_answer(shop, hash, &kept.body).unwrap_or_else(|| kept.body.clone());
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
        Self { response, contact: None, is_report: false, is_secret: false, is_repetition: false, stream: None }
    }
}

impl Reply {
    /// Builds a reply whose body follows in pieces.
    pub(in crate::api) fn stream(stream: ListStream) -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::OK;
        if let Some(media_type) = stream.media_type() {
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        }
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Self::from(response).with_stream(stream)
    }
}
