//! One authorised request with its context, and the reply to it.

use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderValue, Request, header};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::api::body;
use crate::api::headers::idempotency_key;
use crate::api::key::KeyKind;
use crate::api::limits::Left;
use crate::api::problem::Problem;
use crate::api::route::Route;
use crate::consent::CountryCode;
use crate::ledger::{Context, KeyUse, Shop, StoredKey};
use crate::model::fingerprint::Fingerprint;

/// The caller of the API.
pub(in crate::api) struct Caller {
    pub(in crate::api) kind: KeyKind,
    pub(in crate::api) key: StoredKey,
    /// The page's origin, checked to be one of the shop's.
    pub(in crate::api) origin: Option<HeaderValue>,
}

/// An authorised request.
pub(in crate::api) struct Call<'a> {
    pub(in crate::api) id: Uuid,
    pub(in crate::api) route: Route<'a>,
    pub(in crate::api) request: &'a Request<Bytes>,
    pub(in crate::api) caller: Caller,
    pub(in crate::api) shop: Rc<Shop>,
    pub(in crate::api) context: &'a Context<'a>,
    pub(in crate::api) left: Left,
    /// Whether a text is the path of a route, as a template.
    pub(in crate::api) is_route: fn(&str) -> bool,
    /// The origin of the request as the front worker handed it over, see [`mod@crate::api::evidence`].
    pub(in crate::api) evidence: &'a str,
    /// The pseudonym of the visitor who uses a page.
    pub(in crate::api) visitor: Option<&'a str>,
    /// Whether Turnstile confirmed that somebody sits at the page, see [`crate::api::service::presence`].
    pub(in crate::api) is_present: Option<bool>,
}

/// The two hashes that identify a repeated request.
pub(in crate::api) struct Repeatable {
    /// The keyed hash of the idempotency key, the caller's key, the method and the path.
    pub(in crate::api) hash: String,
    /// The keyed hash of the query and the body.
    pub(in crate::api) fingerprint: Fingerprint,
}

impl Call<'_> {
    /// Reads the body strictly.
    pub(in crate::api) fn body<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::read(self.request.headers(), self.request.body())
    }

    /// Returns the shop's country, by which telephone numbers without a country code are read.
    pub(in crate::api) fn home(&self) -> Option<CountryCode> {
        self.shop.settings.country
    }

    /// Returns the contact id in the path; `None` if the path has none, or if it is not a UUID and so matches no
    /// contact.
    pub(in crate::api) fn contact(&self) -> Option<Uuid> {
        self.route.endpoint.path.starts_with("/v1/contacts/{id}").then(|| self.route.value(0).parse().ok()).flatten()
    }

    /// Returns the contact id in the path, on a route that needs one. Otherwise the error is
    /// [`Problem::ContactNotFound`].
    pub(in crate::api) fn named_contact(&self) -> Result<Uuid, Problem> {
        self.contact().ok_or(Problem::ContactNotFound)
    }

    /// Refuses a change if the state has changed since the caller read it (`If-Match`, RFC 9110 §13.1.1). `current` is
    /// the tag without its quotes.
    pub(in crate::api) fn check_unchanged(&self, current: &str) -> Result<(), Problem> {
        let Some(expected) = self.request.headers().get(header::IF_MATCH) else { return Ok(()) };
        let expected = expected.to_str().unwrap_or_default();
        let is_current = |one: &str| one.trim() == "*" || one.trim().trim_matches('"') == current;
        if expected.split(',').any(is_current) { Ok(()) } else { Err(Problem::ChangedMeanwhile) }
    }

    /// Returns the hashes of this request; `None` without an `Idempotency-Key`.
    pub(in crate::api) fn repeatable(&self) -> Result<Option<Repeatable>, Problem> {
        let Some(key) = idempotency_key(self.request.headers())? else { return Ok(None) };
        let (method, uri) = (self.request.method(), self.request.uri());
        let caller = self.caller.key.id.to_string();
        let scope = [caller.as_str(), method.as_str(), uri.path(), key].map(str::as_bytes);
        let content = [uri.query().unwrap_or_default().as_bytes(), self.request.body()];
        Ok(Some(Repeatable {
            hash: self.shop.secret.fingerprint(KeyUse::Idempotency, &scope),
            fingerprint: self.shop.secret.body_hash(&content),
        }))
    }
}
