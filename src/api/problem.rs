//! What can go wrong for a caller, as problem details (RFC 9457).
//!
//! `type` is `urn:placet:problem:` and a code that never changes its meaning. No text here ever holds what the caller sent:
//! it might be an address, and errors end up in logs.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

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
        allow: &'static str,
    },
    /// No contact is known by what was asked for.
    ContactNotFound,
    /// Another submission has this id.
    SubmissionConflict,
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
pub(super) struct ProblemBody {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    errors: Option<[FieldError; 1]>,
}

#[derive(Serialize)]
struct FieldError {
    pointer: String,
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
            Self::MalformedJson { .. } => StatusCode::BAD_REQUEST,
            Self::Field { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::MissingKey | Self::InvalidKey => StatusCode::UNAUTHORIZED,
            Self::WrongScope { .. } | Self::WrongOrigin => StatusCode::FORBIDDEN,
            Self::RouteNotFound | Self::ContactNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::SubmissionConflict => StatusCode::CONFLICT,
            Self::Misconfigured { .. } | Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The code, the last part of `type`.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::MalformedJson { .. } => "malformed_json",
            Self::Field { fault, .. } => fault.code,
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::MissingKey => "missing_key",
            Self::InvalidKey => "invalid_key",
            Self::WrongScope { .. } => "wrong_scope",
            Self::WrongOrigin => "wrong_origin",
            Self::RouteNotFound => "route_not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::ContactNotFound => "contact_not_found",
            Self::SubmissionConflict => "submission_conflict",
            Self::Misconfigured { .. } => "misconfigured",
            Self::Internal { .. } => "internal",
        }
    }

    const fn title(&self) -> &'static str {
        match self {
            Self::MalformedJson { .. } => "The body is not JSON",
            Self::Field { .. } => "A field is not right",
            Self::BodyTooLarge { .. } => "The body is too large",
            Self::UnsupportedMediaType => "The body must be JSON",
            Self::MissingKey => "A key is needed",
            Self::InvalidKey => "The key is not valid",
            Self::WrongScope { .. } => "The key may not do this",
            Self::WrongOrigin => "The key does not work on this site",
            Self::RouteNotFound => "There is no such route",
            Self::MethodNotAllowed { .. } => "The route does not know this method",
            Self::ContactNotFound => "No such contact",
            Self::SubmissionConflict => "The id is taken",
            Self::Misconfigured { .. } => "The service is not set up",
            Self::Internal { .. } => "Something failed on our side",
        }
    }

    fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::MalformedJson { line, column } => format!("mistake at line {line}, column {column}").into(),
            Self::Field { fault, .. } => fault.detail.clone(),
            Self::BodyTooLarge { limit } => format!("send at most {limit} bytes").into(),
            Self::UnsupportedMediaType => "send it with Content-Type: application/json".into(),
            Self::MissingKey => "send Authorization: Bearer and a key of the shop".into(),
            Self::InvalidKey => "check that the key is complete, of this deployment, and not revoked".into(),
            Self::WrongScope { needed } => format!("use a key with the scope {needed}").into(),
            Self::WrongOrigin => "add the page's origin to the origins of the shop".into(),
            Self::RouteNotFound => "check the path".into(),
            Self::MethodNotAllowed { allow } => format!("use {allow}").into(),
            Self::ContactNotFound => "nothing is held under what was asked for".into(),
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
                    Some([FieldError { pointer: pointer.clone(), detail: fault.detail.clone() }])
                }
                _ => None,
            },
        }
    }

    /// The answer to send.
    pub(super) fn into_response(self) -> Response<Bytes> {
        let (status, body) = (self.status(), self.body());
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
            Self::MethodNotAllowed { allow } => {
                headers.insert(header::ALLOW, HeaderValue::from_static(allow));
            }
            _ => {}
        }
        response
    }
}
