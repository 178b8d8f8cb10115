//! The most frequent requests of pages and of the shop's servers: submissions, decisions, activities, suppressions.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::api::answer::{
    DecidedAnswer, DecisionsAnswer, ItemAnswer, NotedAnswer, ReceiptAnswer, StorefrontAnswer, SuppressionAnswer,
};
use crate::api::evidence;
use crate::api::identity::Identity;
use crate::api::key::{KeyKind, Scope};
use crate::api::problem::Problem;
use crate::api::service::ShopService;
use crate::api::service::call::{Call, Reply};
use crate::api::service::refusal::submission_refused;
use crate::api::wire::contacts::{ActivitiesBody, Contacts, DecisionsBody, SuppressionBody};
use crate::api::wire::submission::SubmissionBody;
use crate::api::{answer, identity};
use crate::consent::Timestamp;
use crate::ledger::{
    Decided, Lookup, Outcome, decide_contacts, note_activities, record_submission, suppress, vouching_keys,
};

impl ShopService {
    pub(super) fn storefront(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let kept = self.storefront.borrow().clone();
        let (body, tag) = match kept {
            Some(kept) => kept,
            None => {
                let body = answer::json(StatusCode::OK, &StorefrontAnswer::of(&call.shop))?.into_body();
                let digest = base16ct::lower::encode_string(&Sha256::digest(&body));
                let tag = HeaderValue::from_str(&format!("\"{}\"", digest.get(..32).unwrap_or_default()));
                let tag = tag.map_err(|_| Problem::Internal { cause: "the tag is no header value".into() })?;
                self.storefront.replace(Some((body.clone(), tag.clone())));
                (body, tag)
            }
        };
        let known = call.request.headers().get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let is_known = |known: &str| known.split(',').any(|one| tag == *one.trim().trim_start_matches("W/"));
        let mut response = if known.is_some_and(is_known) {
            let mut unchanged = Response::new(Bytes::new());
            *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
            unchanged
        } else {
            Response::new(body)
        };
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ETAG, tag);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=60"));
        Ok(response.into())
    }

    pub(super) fn submit(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let trusted = call.caller.kind == KeyKind::Secret;
        let body: SubmissionBody = call.body()?;
        let identity =
            body.identity().map(|token| self.identity(token, Scope::Capture, call.moment.now)).transpose()?.flatten();
        let mut submission = body.parse(trusted, identity.as_ref(), |content| call.shop.fingerprint(content))?;
        if !trusted {
            evidence::keep(&mut submission.source, call.shop.settings.evidence, call.request.headers());
        }
        let receipt =
            record_submission(self.database(), &call.shop, &submission, call.moment).map_err(submission_refused)?;
        Ok(Reply::json(StatusCode::CREATED, &ReceiptAnswer::of(&receipt, trusted))?.about(receipt.contact))
    }

    /// Returns the identity in a token that is signed with a secret key of the shop with this scope; `None` if the
    /// token expired 30 days ago or earlier.
    pub(super) fn identity(&self, token: &str, needed: Scope, now: Timestamp) -> Result<Option<Identity>, Problem> {
        let mut keys = vouching_keys(self.database(), now)?;
        keys.retain(|key| key.scopes.split(' ').any(|scope| scope == needed.as_str()));
        identity::read(token, &keys, now).map_err(|fault| Problem::field("/identity", fault))
    }

    pub(super) fn decide(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let body: DecisionsBody = call.body()?;
        let (asked, contacts) = body.parse(call.moment.now)?;
        let given = match contacts {
            Contacts::One(lookup) => {
                let outcome = decide_contacts(self.database(), &call.shop, &asked, &[&lookup])?.pop();
                let outcome = outcome.ok_or(Problem::ContactNotFound);
                let contact = match &outcome {
                    Ok(Outcome::Decided(Decided { contact: Some(id), .. })) => id.parse().ok(),
                    _ => None,
                };
                return Ok(Reply::json(StatusCode::OK, &DecidedAnswer::of(outcome)?)?.about(contact));
            }
            Contacts::Many(given) => given,
        };
        let readable: Vec<&Lookup> = given.iter().filter_map(|one| one.as_ref().ok()).collect();
        let mut decided = decide_contacts(self.database(), &call.shop, &asked, &readable)?.into_iter();
        let decisions = given.into_iter().map(|one| {
            ItemAnswer::of(one.and_then(|_| {
                decided.next().ok_or(Problem::Internal { cause: "fewer decisions than contacts".into() })
            }))
        });
        Reply::json(StatusCode::OK, &DecisionsAnswer { decisions: decisions.collect() })
    }

    pub(super) fn note_activities(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (contact, noted) = call.body::<ActivitiesBody>()?.parse()?;
        let done = note_activities(self.database(), &contact, &noted, call.moment)?;
        let (contact, addresses) = done.ok_or(Problem::ContactNotFound)?;
        Ok(Reply::json(StatusCode::OK, &NotedAnswer { addresses })?.about(Some(contact)))
    }

    pub(super) fn suppress(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (address, channel, reason) = call.body::<SuppressionBody>()?.parse()?;
        let kept = suppress(self.database(), &call.shop, &address, channel, reason, call.moment)?;
        Reply::json(StatusCode::CREATED, &SuppressionAnswer::of(&kept))
    }
}
