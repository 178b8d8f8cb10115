//! What can go wrong for a caller, as problem details (RFC 9457).
//!
//! `type` is `urn:placet:problem:` and a code that never changes its meaning. No text here ever holds what the caller sent:
//! it might be an address, and errors end up in logs.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;
use uuid::Uuid;

use crate::ledger::DatabaseError;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    /// The code, the last part of the problem's `type`.
    pub code: &'static str,
    /// What to do about it.
    pub detail: Cow<'static, str>,
}

impl Fault {
    /// A fault with a fixed text.
    pub(super) const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail: Cow::Borrowed(detail) }
    }
}

/// What can go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// The body is no JSON.
    MalformedJson {
        /// Line of the first mistake, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field is wrong.
    Field {
        /// Where, RFC 6901.
        pointer: String,
        /// What.
        fault: Fault,
    },
    /// A parameter of the query is wrong.
    Parameter {
        /// Its name, one of ours; empty for one that is not known.
        name: &'static str,
        /// What.
        fault: Fault,
    },
    /// The body is larger than the route takes.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The body is not said to be JSON.
    UnsupportedMediaType,
    /// There is no key.
    MissingKey,
    /// The key was not issued here, or is no longer good.
    InvalidKey,
    /// The key may not do this.
    WrongScope {
        /// What it would need.
        needed: &'static str,
    },
    /// A publishable key is used on a page that is not the shop's.
    WrongOrigin,
    /// There is no such route.
    RouteNotFound,
    /// The route does not know the method.
    MethodNotAllowed {
        /// Those that it knows.
        allow: String,
    },
    /// No contact is known by what was asked for.
    ContactNotFound,
    /// The shop has no such key.
    KeyNotFound,
    /// There is no such message, or no longer.
    MessageNotFound,
    /// There is no such request.
    RequestNotFound,
    /// The request is not in a state for this.
    RequestConflict {
        /// What to do.
        detail: &'static str,
    },
    /// There is no such provider.
    ProviderNotFound,
    /// What was handed in is not signed as it should be.
    BadSignature,
    /// The key to be changed is no longer good.
    KeyGone,
    /// Without the key nobody could manage the shop.
    LastAdminKey,
    /// Another contact has the address.
    AddressTaken,
    /// The two are one contact, or are not.
    MergeConflict {
        /// What to do.
        detail: &'static str,
    },
    /// The state is not the one that the caller saw.
    ChangedMeanwhile,
    /// The `Idempotency-Key` cannot be read.
    InvalidIdempotencyKey,
    /// The `Idempotency-Key` was used for something else.
    IdempotencyMismatch,
    /// The `Idempotency-Key` did its work so long ago that the answer is no longer kept.
    AlreadyDone,
    /// Too much is asked.
    TooManyRequests {
        /// In how many seconds to ask again.
        retry_after: u32,
    },
    /// The shop has no such webhook.
    WebhookNotFound,
    /// The shop has as many webhooks as it may have.
    TooManyWebhooks,
    /// Another submission has this id.
    SubmissionConflict,
    /// The file cannot be understood.
    File {
        /// What is wrong with it.
        fault: Fault,
        /// On which line, from 1.
        line: Option<u64>,
    },
    /// There is no such import, or nothing of it was taken.
    ImportNotFound,
    /// The import is not in a state for this.
    ImportConflict {
        /// What to do.
        detail: &'static str,
    },
    /// The part of a file does not begin where the one before has ended.
    WrongOffset {
        /// Where that is, in bytes.
        received: u64,
    },
    /// The deployment lacks a setting.
    Misconfigured {
        /// Which, and what to do. Speaks of names only, never of values.
        what: String,
    },
    /// Something failed on our side.
    Internal {
        /// What, for the operator's log. It speaks of statements and columns, never of values, and stays inside.
        cause: String,
    },
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        Self::Internal { cause: error.to_string() }
    }
}

impl From<serde_json::Error> for Problem {
    /// An answer that could not be written. serde's message may repeat a value, so only its kind is kept.
    fn from(error: serde_json::Error) -> Self {
        Self::Internal { cause: format!("JSON: {:?}", error.classify()) }
    }
}

/// Problem details, RFC 9457.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(rename = "Problem"))]
pub(super) struct ProblemBody {
    /// `urn:placet:problem:` and a code that never changes its meaning.
    r#type: String,
    /// What is wrong, in general.
    pub(super) title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What to do about it.
    detail: Cow<'static, str>,
    /// Which field of the body, or which parameter of the query, is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<[FieldError; 1]>,
    /// The line of a file that is wrong, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// Bytes of a file that have come: where it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<u64>,
    /// The request, as the audit log names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

/// What is wrong with one field or parameter.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct FieldError {
    /// The field, RFC 6901.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// The parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    /// What to do about it.
    detail: Cow<'static, str>,
}

impl Problem {
    /// A problem of one field.
    pub(super) fn field(pointer: impl Into<String>, fault: Fault) -> Self {
        Self::Field { pointer: pointer.into(), fault }
    }

    /// The HTTP status.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::MalformedJson { .. } | Self::InvalidIdempotencyKey => StatusCode::BAD_REQUEST,
            Self::Field { .. } | Self::Parameter { .. } | Self::File { .. } | Self::IdempotencyMismatch => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MissingKey | Self::InvalidKey | Self::BadSignature => StatusCode::UNAUTHORIZED,
            Self::WrongScope { .. } | Self::WrongOrigin => StatusCode::FORBIDDEN,
            Self::RouteNotFound
            | Self::ContactNotFound
            | Self::KeyNotFound
            | Self::MessageNotFound
            | Self::RequestNotFound
            | Self::ProviderNotFound
            | Self::ImportNotFound
            | Self::WebhookNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::SubmissionConflict
            | Self::KeyGone
            | Self::LastAdminKey
            | Self::AddressTaken
            | Self::MergeConflict { .. }
            | Self::RequestConflict { .. }
            | Self::ImportConflict { .. }
            | Self::WrongOffset { .. }
            | Self::AlreadyDone
            | Self::TooManyWebhooks => StatusCode::CONFLICT,
            Self::ChangedMeanwhile => StatusCode::PRECONDITION_FAILED,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Misconfigured { .. } | Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code, the last part of `type`.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::MalformedJson { .. } => "malformed_json",
            Self::Field { fault, .. } | Self::Parameter { fault, .. } | Self::File { fault, .. } => fault.code,
            Self::ImportNotFound => "import_not_found",
            Self::ImportConflict { .. } => "import_conflict",
            Self::WrongOffset { .. } => "wrong_offset",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::MissingKey => "missing_key",
            Self::InvalidKey => "invalid_key",
            Self::WrongScope { .. } => "wrong_scope",
            Self::WrongOrigin => "wrong_origin",
            Self::RouteNotFound => "route_not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::ContactNotFound => "contact_not_found",
            Self::KeyNotFound => "key_not_found",
            Self::MessageNotFound => "message_not_found",
            Self::RequestNotFound => "request_not_found",
            Self::RequestConflict { .. } => "request_conflict",
            Self::ProviderNotFound => "provider_not_found",
            Self::BadSignature => "bad_signature",
            Self::KeyGone => "key_gone",
            Self::LastAdminKey => "last_admin_key",
            Self::AddressTaken => "address_taken",
            Self::MergeConflict { .. } => "merge_conflict",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::InvalidIdempotencyKey => "invalid_idempotency_key",
            Self::IdempotencyMismatch => "idempotency_mismatch",
            Self::AlreadyDone => "already_done",
            Self::TooManyRequests { .. } => "too_many_requests",
            Self::WebhookNotFound => "webhook_not_found",
            Self::TooManyWebhooks => "too_many_webhooks",
            Self::SubmissionConflict => "submission_conflict",
            Self::Misconfigured { .. } => "misconfigured",
            Self::Internal { .. } => "internal",
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::MalformedJson { .. } => "The body is not JSON",
            Self::Field { .. } => "A field is not right",
            Self::Parameter { .. } => "A parameter is not right",
            Self::File { .. } => "The file cannot be understood",
            Self::ImportNotFound => "No such import",
            Self::ImportConflict { .. } => "The import is not in a state for this",
            Self::WrongOffset { .. } => "The file goes on elsewhere",
            Self::BodyTooLarge { .. } => "The body is too large",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::MissingKey => "A key is needed",
            Self::InvalidKey => "The key is not valid",
            Self::WrongScope { .. } => "The key may not do this",
            Self::WrongOrigin => "The key does not work on this site",
            Self::RouteNotFound => "There is no such route",
            Self::MethodNotAllowed { .. } => "The route does not know this method",
            Self::ContactNotFound => "No such contact",
            Self::WebhookNotFound => "No such webhook",
            Self::TooManyWebhooks => "The shop has webhooks enough",
            Self::SubmissionConflict => "The id is taken",
            Self::KeyNotFound => "No such key",
            Self::MessageNotFound => "No such message",
            Self::RequestNotFound => "No such request",
            Self::RequestConflict { .. } => "The request is not in a state for this",
            Self::ProviderNotFound => "No such provider",
            Self::BadSignature => "It is not signed as it should be",
            Self::KeyGone => "The key is no longer good",
            Self::LastAdminKey => "The shop would be locked out",
            Self::AddressTaken => "The address is known already",
            Self::MergeConflict { .. } => "The contacts cannot be put together or taken apart",
            Self::ChangedMeanwhile => "It has changed meanwhile",
            Self::InvalidIdempotencyKey => "The Idempotency-Key cannot be read",
            Self::IdempotencyMismatch => "The Idempotency-Key belongs to another request",
            Self::AlreadyDone => "This was done before",
            Self::TooManyRequests { .. } => "Too many requests",
            Self::Misconfigured { .. } => "The service is not set up",
            Self::Internal { .. } => "Something failed on our side",
        }
    }

    fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::MalformedJson { line, column } => format!("mistake at line {line}, column {column}").into(),
            Self::Field { fault, .. } | Self::Parameter { fault, .. } | Self::File { fault, .. } => {
                fault.detail.clone()
            }
            Self::ImportNotFound => "GET /v1/imports lists the imports".into(),
            Self::ImportConflict { detail } => (*detail).into(),
            Self::WrongOffset { received } => format!("send what comes after the first {received} bytes").into(),
            Self::BodyTooLarge { limit } => format!("send at most {limit} bytes").into(),
            Self::UnsupportedMediaType => "send it with Content-Type: application/json".into(),
            Self::MissingKey => "send Authorization: Bearer and a key of the shop".into(),
            Self::InvalidKey => "check that the key is complete, of this deployment, and not revoked".into(),
            Self::WrongScope { needed } => format!("use a key with the scope {needed}").into(),
            Self::WrongOrigin => "add the page's origin to the origins of the shop".into(),
            Self::RouteNotFound => "check the path".into(),
            Self::MethodNotAllowed { allow } => format!("use {allow}").into(),
            Self::ContactNotFound => "nothing is held under what was asked for".into(),
            Self::KeyNotFound => "GET /v1/keys lists the ids of the shop's keys".into(),
            Self::MessageNotFound => "it was sent more than a week ago, or its recipient was erased".into(),
            Self::RequestNotFound => "GET /v1/requests lists the requests".into(),
            Self::RequestConflict { detail } => (*detail).into(),
            Self::ProviderNotFound => "use twilio, meta or generic, and set it up by PUT /v1/providers first".into(),
            Self::BadSignature => "check the secret that the provider signs with, and the address it was given".into(),
            Self::KeyGone => "it is revoked, has expired or was rotated before; create a new one".into(),
            Self::LastAdminKey => {
                "create another key with the scope admin and without an end first; this one was not changed".into()
            }
            Self::AddressTaken => {
                "an address belongs to one contact; if both are one person, merge the contacts, then correct".into()
            }
            Self::MergeConflict { detail } => (*detail).into(),
            Self::ChangedMeanwhile => "read it again, and send the new ETag with If-Match".into(),
            Self::InvalidIdempotencyKey => "use 1 to 128 visible ASCII characters, a UUID at best".into(),
            Self::IdempotencyMismatch => {
                "the same key came with another body within a day; give each request a key of its own".into()
            }
            Self::AlreadyDone => "this Idempotency-Key did its work more than a day ago; use a new one".into(),
            Self::TooManyRequests { retry_after } => format!("ask again in {retry_after} s").into(),
            Self::WebhookNotFound => "GET /v1/webhooks lists the ids of the shop's webhooks".into(),
            Self::TooManyWebhooks => "a shop has at most 16; remove one first".into(),
            Self::SubmissionConflict => {
                "this id belongs to a submission with other content; give each submission an id of its own".into()
            }
            Self::Misconfigured { what } => what.clone().into(),
            Self::Internal { .. } => "nothing was changed; try again, and report it if it stays".into(),
        }
    }

    /// What the caller reads.
    pub(super) fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:placet:problem:{}", self.code()),
            title: self.title(),
            status: self.status().as_u16(),
            detail: self.detail(),
            errors: match self {
                Self::Field { pointer, fault } => {
                    Some([FieldError { pointer: Some(pointer.clone()), parameter: None, detail: fault.detail.clone() }])
                }
                Self::Parameter { name, fault } => {
                    Some([FieldError { pointer: None, parameter: Some(name), detail: fault.detail.clone() }])
                }
                _ => None,
            },
            line: if let Self::File { line, .. } = self { *line } else { None },
            received: if let Self::WrongOffset { received } = self { Some(*received) } else { None },
            instance: None,
        }
    }

    /// The answer to send.
    pub(super) fn into_response(self) -> Response<Bytes> {
        self.told(None)
    }

    /// The answer to send, with the id of the request that it answers.
    pub(super) fn told(self, request: Option<Uuid>) -> Response<Bytes> {
        let instance = request.map(|id| id.urn().to_string());
        let (status, body) = (self.status(), ProblemBody { instance, ..self.body() });
        let mut response = Response::new(serde_json::to_vec(&body).unwrap_or_default().into());
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        match self {
            Self::MissingKey => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            // RFC 6750 §3.1.
            Self::InvalidKey => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
            }
            Self::BadSignature => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Signature"));
            }
            Self::MethodNotAllowed { allow } => {
                if let Ok(allow) = HeaderValue::from_str(&allow) {
                    headers.insert(header::ALLOW, allow);
                }
            }
            Self::TooManyRequests { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            }
            _ => {}
        }
        response
    }
}
