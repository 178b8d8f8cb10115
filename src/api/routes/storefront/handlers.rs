//! Tells a page what it needs.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::api::answer;
use crate::api::problem::Problem;
use crate::api::routes::storefront::answers::{ChallengeAnswer, StorefrontAnswer};
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::challenge;

impl ShopService {
    pub(in crate::api) fn storefront(&self, call: &Call<'_>) -> Result<Reply, Problem> {
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

    /// Returns a proof of work for a page, see [`crate::api::service::presence`].
    pub(in crate::api) fn challenge(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        Reply::json(StatusCode::OK, &ChallengeAnswer::from(challenge(&call.shop, call.context)))
    }
}
