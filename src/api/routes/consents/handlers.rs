//! The most frequent requests of pages and of the shop's servers: submissions, decisions, activities, suppressions.

use http::StatusCode;
use uuid::Uuid;

use crate::api::evidence;
use crate::api::key::{KeyKind, Scope};
use crate::api::problem::Problem;
use crate::api::routes::consents::answers::{ChoiceReceipt, ReceiptAnswer};
use crate::api::routes::consents::bodies::{ReadSubmission, SubmissionBody};
use crate::api::service::call::Call;
use crate::api::service::refusal::submission_refused;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::consent::Channel;
use crate::ledger::{ChoiceFault, ChoiceOutcome, SubmissionError, note_outcomes, outcome_of, record_submission};
use crate::model::submission::Submission;

impl ShopService {
    pub(in crate::api) fn submit(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let trusted = call.caller.kind == KeyKind::Secret;
        let body: SubmissionBody = call.body()?;
        let identity = body
            .identity()
            .map(|token| self.identity(&call.shop, token, Scope::Capture, call.context.now))
            .transpose()?;
        let identity = identity.flatten();
        if !trusted && identity.is_none() {
            self.require_presence(call, body.presence.as_deref())?;
        }
        let read =
            body.parse(trusted, identity.as_ref(), call.home(), |content| call.shop.secret.body_hash(&[content]))?;
        let ReadSubmission { mut submission, places, mut refused } = read;
        if !trusted {
            evidence::keep(&mut submission.source, call.shop.settings.evidence, call.evidence);
        }
        let at = |index: &usize| places.get(*index).copied().unwrap_or(*index);
        let recorded = record_submission(self.database(), &call.shop, &submission, call.context);
        let receipt = recorded.map_err(|error| match error {
            SubmissionError::Choice { index, fault } => {
                submission_refused(SubmissionError::Choice { index: at(&index), fault })
            }
            error => submission_refused(error),
        })?;
        let choices = match &receipt.repeated {
            Some(Some(written)) => serde_json::from_str(written)?,
            Some(None) => body.receipts(&[], &[], trusted),
            None => {
                let index_of = |(index, fault): &(usize, ChoiceFault)| {
                    let index = at(index);
                    (index, submission_refused(SubmissionError::Choice { index, fault: *fault }))
                };
                refused.extend(receipt.refused.iter().map(index_of));
                let outcomes = self.outcomes(call, &submission, receipt.contact, &places)?;
                let choices = body.receipts(&outcomes, &refused, trusted);
                if !choices.iter().all(ChoiceReceipt::is_plain) {
                    note_outcomes(self.database(), receipt.id, &serde_json::to_string(&choices)?)?;
                }
                choices
            }
        };
        let reply = Reply::json(StatusCode::CREATED, &ReceiptAnswer::of(&receipt, choices, trusted))?;
        Ok(reply.about(receipt.contact).repeated(receipt.repeated.is_some() || receipt.is_counted))
    }

    /// Returns what became of each choice, by its index in the body. Nothing for a sender that nobody vouches for.
    fn outcomes(
        &self,
        call: &Call<'_>,
        submission: &Submission,
        filed_under: Option<Uuid>,
        places: &[usize],
    ) -> Result<Vec<(usize, ChoiceOutcome)>, Problem> {
        let is_told = call.caller.kind == KeyKind::Secret || submission.identified.is_some();
        let mut outcomes = Vec::new();
        for (at, choice) in places.iter().zip(&submission.choices) {
            if choice.is_claimed_opt_out(submission) {
                outcomes.push((*at, ChoiceOutcome::of_claimed_opt_out(choice)));
                continue;
            }
            if !is_told {
                continue;
            }
            let kind = choice.scope.channel.map(Channel::address_kind);
            let is_named = kind.is_some_and(|kind| {
                submission.identified.as_ref().is_none_or(|identified| identified.kinds.contains(&kind))
            });
            // A page may add any address to a signed identity. It learns nothing of that one.
            if call.caller.kind == KeyKind::Secret || is_named {
                let now = call.context.now;
                let outcome = outcome_of(self.database(), &call.shop, submission, choice, filed_under, now)?;
                outcomes.push((*at, outcome));
            }
        }
        Ok(outcomes)
    }
}
