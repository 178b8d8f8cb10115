//! The proof that somebody sits at the page: a shop can require it of anonymous submissions, see
//! [`PresenceProof`]. A solution of ALTCHA is checked here. For a token of Turnstile the adapter asks Cloudflare.

use bytes::Bytes;
use http::{Request, header};
use serde::{Deserialize, Serialize};

use crate::api::problem::Problem;
use crate::api::routed::Routed;
use crate::api::routes::consents::form_body::FormBody;
use crate::api::service::call::Call;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{PresenceProof, is_solved};
use crate::model::exchange::{HttpAnswer, HttpRequest};

/// The longest token of Turnstile, in bytes (its documentation).
const LONGEST: usize = 2_048;

/// The part of a submission that is read before the rest.
#[derive(Deserialize)]
struct Proof {
    presence: String,
}

/// The longest answer of Turnstile that is read, in bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// The question to Turnstile, see "Server-side validation" in its documentation.
#[derive(Serialize)]
struct Siteverify<'a> {
    secret: &'a str,
    response: &'a str,
}

/// The part of Turnstile's answer that is read.
#[derive(Deserialize)]
struct Verified {
    success: bool,
    #[serde(default)]
    hostname: String,
}

impl ShopService {
    /// Returns the request that asks Turnstile about a submission; `None` if there is nothing to ask. Whoever sends it
    /// reports the answer by [`Handover::is_present`](crate::api::Handover::is_present).
    pub fn presence_question(&self, routed: &Routed, request: &Request<Bytes>) -> Option<HttpRequest> {
        if !matches!(routed.route().endpoint.id, "submitConsents" | "submitForm") {
            return None;
        }
        let shop = self.shop().ok().flatten()?;
        if shop.settings.limits.presence != Some(PresenceProof::Turnstile) {
            return None;
        }
        let response = proof_of(request).filter(|token| token.len() <= LONGEST)?;
        // A stranger can cause no more questions than the shop's pages may send requests.
        let (rate, now) = (shop.settings.limits.publishable, self.runtime().now());
        self.limiter.borrow_mut().take("key", "presence", rate, now).ok()?;
        let asked = Siteverify { secret: &self.deployment.turnstile_secret, response: &response };
        let headers = vec![("content-type", "application/json".to_owned())];
        let body = serde_json::to_string(&asked).ok()?;
        Some(HttpRequest {
            method: "POST",
            url: self.deployment.turnstile_url.clone(),
            headers,
            body,
            longest_answer: LONGEST_ANSWER,
        })
    }

    /// Reads the answer of Turnstile about a page. Returns `None` if it is no answer. A token counts on the page's own host
    /// alone.
    pub fn is_present(&self, request: &Request<Bytes>, answer: &HttpAnswer) -> Option<bool> {
        let verified: Verified = crate::json::read(&answer.body)?;
        let origin =
            request.headers().get(header::ORIGIN).and_then(|origin| url::Url::parse(origin.to_str().ok()?).ok());
        let is_host = origin.is_some_and(|origin| origin.host_str() == Some(&*verified.hostname));
        Some(verified.success && is_host)
    }

    /// Checks that an anonymous submission has the proof that the shop requires.
    pub(in crate::api) fn require_presence(&self, call: &Call<'_>, proof: Option<&str>) -> Result<(), Problem> {
        let Some(scheme) = call.shop.settings.limits.presence else { return Ok(()) };
        let proof = proof.ok_or(Problem::PresenceRequired)?;
        let is_present = match scheme {
            PresenceProof::Turnstile if proof.len() > LONGEST => false,
            PresenceProof::Turnstile => call.is_present.ok_or(Problem::PresenceUnchecked)?,
            PresenceProof::Altcha => is_solved(self.database(), &call.shop, proof, call.context)?,
        };
        if is_present { Ok(()) } else { Err(Problem::PresenceRequired) }
    }
}

/// Returns the proof that came with a submission, as JSON or from a form that runs no script.
fn proof_of(request: &Request<Bytes>) -> Option<String> {
    match FormBody::read(request.headers(), request.body()) {
        Ok(form) => form.presence().map(str::to_owned),
        Err(_) => crate::json::read::<Proof>(request.body()).map(|proof| proof.presence),
    }
}
