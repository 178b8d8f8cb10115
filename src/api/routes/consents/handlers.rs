//! The most frequent requests of pages and of the shop's servers: submissions, decisions, activities, suppressions.

use http::StatusCode;

use crate::api::evidence;
use crate::api::key::{KeyKind, Scope};
use crate::api::problem::Problem;
use crate::api::routes::consents::answers::ReceiptAnswer;
use crate::api::routes::consents::bodies::SubmissionBody;
use crate::api::service::call::Call;
use crate::api::service::refusal::submission_refused;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::record_submission;

impl ShopService {
    pub(in crate::api) fn submit(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let trusted = call.caller.kind == KeyKind::Secret;
        let body: SubmissionBody = call.body()?;
        let identity =
            body.identity().map(|token| self.identity(token, Scope::Capture, call.context.now)).transpose()?.flatten();
        let mut submission = body.parse(trusted, identity.as_ref(), |content| call.shop.fingerprint(content))?;
        if !trusted {
            evidence::keep(&mut submission.source, call.shop.settings.evidence, call.evidence);
        }
        let receipt =
            record_submission(self.database(), &call.shop, &submission, call.context).map_err(submission_refused)?;
        Ok(Reply::json(StatusCode::CREATED, &ReceiptAnswer::of(&receipt, trusted))?.about(receipt.contact))
    }
}
