//! The errors that callers get, as problem details (RFC 9457).
//!
//! `type` is `urn:placet:problem:` followed by a stable code. No text here contains data from the request, because it
//! might be an address and errors are written to logs.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ledger::DatabaseError;
use crate::platforms::Provider;

/// The error of one field, query parameter or file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Fault {
    /// The stable code, the last part of the problem's `type`.
    pub code: &'static str,
    /// The text that says how the caller can correct the error.
    pub detail: Cow<'static, str>,
}

impl Fault {
    /// Creates a fault with a fixed text.
    pub(in crate::api) const fn new(code: &'static str, detail: &'static str) -> Self {
        Self { code, detail: Cow::Borrowed(detail) }
    }
}

/// The errors that callers can get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) enum Problem {
    /// The body is not JSON.
    MalformedJson {
        /// The line of the first error, from 1.
        line: usize,
        /// The column of the first error, from 1.
        column: usize,
    },
    /// A field of the body is invalid.
    Field {
        /// The JSON pointer to the field, RFC 6901.
        pointer: String,
        /// The error of the field.
        fault: Fault,
    },
    /// Several fields of the body are invalid, each with its pointer.
    Fields(Vec<(String, Fault)>),
    /// A query parameter is invalid.
    Parameter {
        /// The name of the parameter; empty if the route does not know the parameter, because the caller's text is
        /// never repeated.
        name: &'static str,
        /// The error of the query parameter.
        fault: Fault,
    },
    /// The body is larger than the route allows.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The `Content-Type` is not the one that the route requires.
    UnsupportedMediaType,
    /// The request has no key.
    MissingKey,
    /// This deployment did not issue the key, or the key is revoked or expired.
    InvalidKey,
    /// The key lacks the scope for the route.
    WrongScope {
        /// The required scope.
        needed: &'static str,
    },
    /// A publishable key is used on a page whose origin the shop or the key does not allow.
    WrongOrigin,
    /// The shop requires a proof that somebody sits at the page, and the request has none that is valid.
    PresenceRequired,
    /// The service that checks proofs of presence does not answer.
    PresenceUnchecked,
    /// The route does not exist.
    RouteNotFound,
    /// The route does not support the method.
    MethodNotAllowed {
        /// The methods that the route supports, separated by commas.
        allow: String,
    },
    /// The contact does not exist.
    ContactNotFound,
    /// The deployment has no shop with this id.
    ShopNotFound,
    /// The shop has no key with this id.
    KeyNotFound,
    /// The message does not exist or was deleted.
    MessageNotFound,
    /// The subject request does not exist.
    RequestNotFound,
    /// The state of the subject request does not allow the action.
    RequestConflict {
        /// The text that says what the caller can do.
        detail: &'static str,
    },
    /// The provider is unknown or not set up.
    ProviderNotFound,
    /// The signature of an inbound request is invalid.
    BadSignature,
    /// The key to change is revoked, expired or rotated already.
    KeyGone,
    /// The action would leave the shop without a key that has the scope `admin`.
    LastAdminKey,
    /// Another contact has the address.
    AddressTaken,
    /// The contact has several external ids, and the request does not say that all these accounts are to be erased.
    SeveralAccounts {
        /// The number of external ids.
        accounts: usize,
    },
    /// The two contacts are one already, or are not merged.
    MergeConflict {
        /// The text that says what the caller can do.
        detail: &'static str,
    },
    /// The resource has changed since the caller read it.
    ChangedMeanwhile,
    /// The `Idempotency-Key` is malformed.
    InvalidIdempotencyKey,
    /// The `Idempotency-Key` was used for another request.
    IdempotencyMismatch,
    /// A request with this `Idempotency-Key` was carried out, but the stored answer was deleted since.
    AlreadyDone,
    /// The rest of the shop's space is kept for opt-outs and for the rights of persons.
    NoSpace,
    /// The caller has exceeded a rate limit.
    TooManyRequests {
        /// The number of seconds until the caller may try again.
        retry_after: u32,
    },
    /// The shop has no connection with this id.
    ConnectionNotFound,
    /// The shop has the maximum number of connections.
    TooManyConnections,
    /// The shop has no webhook with this id.
    WebhookNotFound,
    /// The shop has the maximum number of webhooks.
    TooManyWebhooks,
    /// A notice has another text than it had before.
    NoticeChanged {
        /// The pointer to the text.
        pointer: String,
    },
    /// Another submission has this id.
    SubmissionConflict,
    /// The file of an import cannot be read.
    File {
        /// The error of the file.
        fault: Fault,
        /// The line of the error, from 1.
        line: Option<u64>,
    },
    /// The import does not exist, or its file was refused.
    ImportNotFound,
    /// The state of the import does not allow the action.
    ImportConflict {
        /// The text that says what the caller can do.
        detail: &'static str,
    },
    /// The part of a file does not start where the previous part ended.
    WrongOffset {
        /// The number of bytes received so far.
        received: u64,
    },
    /// The deployment lacks a setting.
    Misconfigured {
        /// The missing setting and what to do. It contains names only, never values.
        what: String,
    },
    /// The service failed.
    Internal {
        /// The cause, for the operator's log. It names statements and columns, never values, and is not sent to the
        /// caller.
        cause: String,
    },
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        Self::Internal { cause: error.to_string() }
    }
}

impl From<serde_json::Error> for Problem {
    /// Converts the error of an answer that could not be serialised. The message of serde may repeat a value, so only
    /// the kind of error is kept.
    fn from(error: serde_json::Error) -> Self {
        Self::Internal { cause: format!("JSON: {:?}", error.classify()) }
    }
}

/// An error as problem details, RFC 9457.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(rename = "Problem"))]
pub(in crate::api) struct ProblemBody {
    /// The type of the error: `urn:placet:problem:` followed by a stable code. The code never changes its meaning.
    r#type: String,
    /// The kind of error, in English.
    pub(in crate::api) title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The text that says how the caller can correct the error.
    detail: Cow<'static, str>,
    /// The fields of the body or the query parameter that are invalid, at most 20. The first is the one that the type
    /// names. Absent if the error is not about a field.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 20)))]
    errors: Option<Vec<FieldError>>,
    /// The line of the file that contains the error, from 1. Only for files.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    /// The number of bytes of the file received so far. The next part must start at this offset.
    #[serde(skip_serializing_if = "Option::is_none")]
    received: Option<u64>,
    /// The id of the request, as a UUID URN. The audit log refers to the request by this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
}

/// The reason why one choice of a submission is refused.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(rename = "ChoiceProblem"))]
pub(in crate::api) struct ToldProblem {
    /// The type of the error: `urn:placet:problem:` followed by a stable code.
    r#type: String,
    /// The text that says how the caller can correct the error.
    detail: String,
    /// The JSON pointer to the field, RFC 6901.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
}

/// The error of one field or query parameter.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct FieldError {
    /// The JSON pointer to the field, RFC 6901. Absent if the error is about a query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    /// The name of the query parameter. Absent if the error is about a field.
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'static str>,
    /// The text that says how the caller can correct the field or the query parameter.
    detail: Cow<'static, str>,
}

impl FieldError {
    fn of(pointer: &str, fault: &Fault) -> Self {
        Self { pointer: Some(pointer.to_owned()), parameter: None, detail: fault.detail.clone() }
    }
}

/// The most fields that one problem names.
const MOST_ERRORS: usize = 20;

impl Problem {
    /// Creates one problem from several. Only problems about fields can be told together; otherwise the first is told.
    pub(in crate::api) fn all(problems: Vec<Self>) -> Option<Self> {
        let is_of_field = |problem: &Self| matches!(problem, Self::Field { .. } | Self::Fields(_));
        if problems.len() < 2 || !problems.iter().all(is_of_field) {
            return problems.into_iter().next();
        }
        let mut faults = Vec::new();
        for problem in problems {
            match problem {
                Self::Field { pointer, fault } => faults.push((pointer, fault)),
                Self::Fields(own) => faults.extend(own),
                _ => {}
            }
        }
        Some(Self::Fields(faults))
    }

    /// Creates a problem about one field.
    pub(in crate::api) fn field(pointer: impl Into<String>, fault: Fault) -> Self {
        Self::Field { pointer: pointer.into(), fault }
    }

    /// Returns what stays the same for every problem of this kind: the HTTP status, the code, the title.
    const fn facts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::MalformedJson { .. } => (StatusCode::BAD_REQUEST, "malformed_json", "The body is not JSON"),
            Self::Field { fault, .. } => (StatusCode::UNPROCESSABLE_ENTITY, fault.code, "A field is invalid"),
            Self::Fields(faults) => {
                let code = if let [(_, fault), ..] = faults.as_slice() { fault.code } else { "wrong_type" };
                (StatusCode::UNPROCESSABLE_ENTITY, code, "Some fields are invalid")
            }
            Self::Parameter { fault, .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, fault.code, "A query parameter is invalid")
            }
            Self::BodyTooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large"),
            Self::UnsupportedMediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body must be JSON")
            }
            Self::MissingKey => (StatusCode::UNAUTHORIZED, "missing_key", "A key is required"),
            Self::InvalidKey => (StatusCode::UNAUTHORIZED, "invalid_key", "The key is not valid"),
            Self::WrongScope { .. } => (StatusCode::FORBIDDEN, "wrong_scope", "The key lacks the scope for this"),
            Self::WrongOrigin => (StatusCode::FORBIDDEN, "wrong_origin", "The key does not work on this site"),
            Self::PresenceRequired => (StatusCode::FORBIDDEN, "presence_required", "A proof of presence is required"),
            Self::PresenceUnchecked => {
                (StatusCode::SERVICE_UNAVAILABLE, "presence_unchecked", "The proof of presence cannot be checked now")
            }
            Self::RouteNotFound => (StatusCode::NOT_FOUND, "route_not_found", "No such route"),
            Self::MethodNotAllowed { .. } => {
                (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The route does not support this method")
            }
            Self::ContactNotFound => (StatusCode::NOT_FOUND, "contact_not_found", "No such contact"),
            Self::ShopNotFound => (StatusCode::NOT_FOUND, "shop_not_found", "No such shop"),
            Self::KeyNotFound => (StatusCode::NOT_FOUND, "key_not_found", "No such key"),
            Self::MessageNotFound => (StatusCode::NOT_FOUND, "message_not_found", "No such message"),
            Self::RequestNotFound => (StatusCode::NOT_FOUND, "request_not_found", "No such request"),
            Self::RequestConflict { .. } => {
                (StatusCode::CONFLICT, "request_conflict", "The state of the request does not allow this")
            }
            Self::ProviderNotFound => (StatusCode::NOT_FOUND, "provider_not_found", "No such provider"),
            Self::BadSignature => (StatusCode::UNAUTHORIZED, "bad_signature", "The signature is not valid"),
            Self::KeyGone => (StatusCode::CONFLICT, "key_gone", "The key is no longer valid"),
            Self::LastAdminKey => (StatusCode::CONFLICT, "last_admin_key", "The shop would have no admin key"),
            Self::AddressTaken => (StatusCode::CONFLICT, "address_taken", "The address belongs to another contact"),
            Self::SeveralAccounts { .. } => {
                (StatusCode::CONFLICT, "several_accounts", "The contact has several accounts")
            }
            Self::MergeConflict { .. } => {
                (StatusCode::CONFLICT, "merge_conflict", "The contacts cannot be merged or separated")
            }
            Self::ChangedMeanwhile => {
                (StatusCode::PRECONDITION_FAILED, "changed_meanwhile", "The resource has changed")
            }
            Self::InvalidIdempotencyKey => {
                (StatusCode::BAD_REQUEST, "invalid_idempotency_key", "The Idempotency-Key is not valid")
            }
            Self::IdempotencyMismatch => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_mismatch",
                "The Idempotency-Key was used for another request",
            ),
            Self::AlreadyDone => (StatusCode::CONFLICT, "already_done", "The request was carried out before"),
            Self::NoSpace => (StatusCode::SERVICE_UNAVAILABLE, "no_space", "The shop's space is nearly used up"),
            Self::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many requests"),
            Self::ConnectionNotFound => (StatusCode::NOT_FOUND, "connection_not_found", "No such connection"),
            Self::TooManyConnections => {
                (StatusCode::CONFLICT, "too_many_connections", "The shop has the maximum number of connections")
            }
            Self::WebhookNotFound => (StatusCode::NOT_FOUND, "webhook_not_found", "No such webhook"),
            Self::TooManyWebhooks => {
                (StatusCode::CONFLICT, "too_many_webhooks", "The shop has the maximum number of webhooks")
            }
            Self::NoticeChanged { .. } => (
                StatusCode::CONFLICT,
                "notice_changed",
                "The notice has another text under this id, version and locale",
            ),
            Self::SubmissionConflict => {
                (StatusCode::CONFLICT, "submission_conflict", "The id belongs to another submission")
            }
            Self::File { fault, .. } => (StatusCode::UNPROCESSABLE_ENTITY, fault.code, "The file cannot be read"),
            Self::ImportNotFound => (StatusCode::NOT_FOUND, "import_not_found", "No such import"),
            Self::ImportConflict { .. } => {
                (StatusCode::CONFLICT, "import_conflict", "The state of the import does not allow this")
            }
            Self::WrongOffset { .. } => {
                (StatusCode::CONFLICT, "wrong_offset", "The part does not start at the right offset")
            }
            Self::Misconfigured { .. } => {
                (StatusCode::INTERNAL_SERVER_ERROR, "misconfigured", "The service is not configured")
            }
            Self::Internal { .. } => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "The service failed"),
        }
    }

    /// Returns the HTTP status.
    pub(in crate::api) const fn status(&self) -> StatusCode {
        self.facts().0
    }

    /// Returns the code, the last part of `type`.
    pub(in crate::api) const fn code(&self) -> &'static str {
        self.facts().1
    }

    const fn title(&self) -> &'static str {
        self.facts().2
    }

    fn detail(&self) -> Cow<'static, str> {
        match self {
            Self::MalformedJson { line, column } => format!("the error is at line {line}, column {column}").into(),
            Self::Fields(faults) => {
                faults.first().map_or("the fields are invalid".into(), |(_, fault)| fault.detail.clone())
            }
            Self::Field { fault, .. } | Self::Parameter { fault, .. } | Self::File { fault, .. } => {
                fault.detail.clone()
            }
            Self::ImportNotFound => "GET /v1/imports lists the imports".into(),
            Self::ImportConflict { detail } => (*detail).into(),
            Self::WrongOffset { received } => format!("send the part that follows the first {received} bytes").into(),
            Self::BodyTooLarge { limit } => format!("send at most {limit} bytes").into(),
            Self::UnsupportedMediaType => "send the body with Content-Type: application/json".into(),
            Self::MissingKey => "send the header Authorization: Bearer with a key of the shop".into(),
            Self::InvalidKey => "check that the key is complete, from this deployment, and still valid".into(),
            Self::WrongScope { needed } => format!("use a key with the scope {needed}").into(),
            Self::WrongOrigin => "add the page's origin to the origins of the shop".into(),
            Self::PresenceRequired => "send a new solution or token in presence; each counts once".into(),
            Self::PresenceUnchecked => "send it again later".into(),
            Self::RouteNotFound => "check the path".into(),
            Self::MethodNotAllowed { allow } => format!("use {allow}").into(),
            Self::ContactNotFound => "the shop has no contact with this id, address or external id".into(),
            Self::ShopNotFound => "use the id that the answer of POST /v1/shops contains".into(),
            Self::KeyNotFound => "GET /v1/keys lists the ids of the shop's keys".into(),
            Self::MessageNotFound => "messages are deleted after a week, and when the recipient is erased".into(),
            Self::RequestNotFound => "GET /v1/requests lists the requests".into(),
            Self::RequestConflict { detail } => (*detail).into(),
            Self::ProviderNotFound => format!("{}; set it up with PUT /v1/providers first", Provider::USE_ONE).into(),
            Self::BadSignature => "check the secret that the provider signs with, and the URL that it calls".into(),
            Self::KeyGone => "the key is revoked, has expired or was rotated before; create a new key".into(),
            Self::LastAdminKey => {
                "first create another key with the scope admin that does not expire; this key was not changed".into()
            }
            Self::AddressTaken => {
                "if both contacts are one person, merge them first and then correct the address".into()
            }
            Self::SeveralAccounts { accounts } => format!(
                "the contact has {accounts} external ids, which the contact report lists, and an erasure erases all of them: send accounts=all"
            )
            .into(),
            Self::MergeConflict { detail } => (*detail).into(),
            Self::ChangedMeanwhile => "read the resource again, and send its new ETag in If-Match".into(),
            Self::InvalidIdempotencyKey => "use 1 to 128 visible ASCII characters, preferably a UUID".into(),
            Self::IdempotencyMismatch => {
                "the same key was sent with another request within a day; use a new key for each request".into()
            }
            Self::AlreadyDone => {
                "this Idempotency-Key was used before, and the first answer is no longer kept; use a new one".into()
            }
            Self::NoSpace => "send it again in an hour; the shop has to let go of data or to raise limits.space_mb".into(),
            Self::TooManyRequests { retry_after } => format!("try again in {retry_after} s").into(),
            Self::ConnectionNotFound => "GET /v1/connections lists the ids of the shop's connections".into(),
            Self::TooManyConnections => "a shop has at most 16 connections; remove one first".into(),
            Self::WebhookNotFound => "GET /v1/webhooks lists the ids of the shop's webhooks".into(),
            Self::TooManyWebhooks => "a shop has at most 16 webhooks; remove one first".into(),
            Self::NoticeChanged { pointer } => {
                format!("{pointer}: records refer to the earlier text; give the new text a new version").into()
            }
            Self::SubmissionConflict => {
                "this id belongs to a submission with other content; use a new id for each submission".into()
            }
            Self::Misconfigured { what } => what.clone().into(),
            Self::Internal { .. } => "nothing was changed; try again, and report the problem if it persists".into(),
        }
    }

    /// Returns the part of the problem that a receipt tells about one choice.
    pub(in crate::api) fn told(&self) -> ToldProblem {
        let pointer = match self {
            Self::Field { pointer, .. } => Some(pointer.clone()),
            Self::Fields(faults) => faults.first().map(|(pointer, _)| pointer.clone()),
            _ => None,
        };
        ToldProblem {
            r#type: format!("urn:placet:problem:{}", self.code()),
            detail: self.detail().into_owned(),
            pointer,
        }
    }

    /// Returns the problem details that the caller reads.
    pub(in crate::api) fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: format!("urn:placet:problem:{}", self.code()),
            title: self.title(),
            status: self.status().as_u16(),
            detail: self.detail(),
            errors: match self {
                Self::Field { pointer, fault } => Some(vec![FieldError::of(pointer, fault)]),
                Self::Fields(faults) => Some(
                    faults.iter().take(MOST_ERRORS).map(|(pointer, fault)| FieldError::of(pointer, fault)).collect(),
                ),
                Self::Parameter { name, fault } => {
                    Some(vec![FieldError { pointer: None, parameter: Some(name), detail: fault.detail.clone() }])
                }
                _ => None,
            },
            line: if let Self::File { line, .. } = self { *line } else { None },
            received: if let Self::WrongOffset { received } = self { Some(*received) } else { None },
            instance: None,
        }
    }

    /// Returns the response.
    pub(in crate::api) fn into_response(self) -> Response<Bytes> {
        self.into_response_to(None)
    }

    /// Returns the response with the id of the request in `instance`.
    pub(in crate::api) fn into_response_to(self, request: Option<Uuid>) -> Response<Bytes> {
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
            // `invalid_token` as in RFC 6750 §3.1.
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
            Self::NoSpace => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(3_600));
            }
            Self::PresenceUnchecked => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(60));
            }
            Self::TooManyRequests { retry_after } => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            }
            _ => {}
        }
        response
    }
}
