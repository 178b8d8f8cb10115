//! A form on the shop's own page that runs no script. What it posts is an ordinary submission; the response is a page.

use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::api::evidence;
use crate::api::headers::accepted;
use crate::api::key::Scope;
use crate::api::pages::form::{FormRefusal, FormState};
use crate::api::pages::frame::Frame;
use crate::api::pages::language::Language;
use crate::api::problem::Problem;
use crate::api::routes::consents::form_body::FormBody;
use crate::api::service::call::Call;
use crate::api::service::refusal::submission_refused;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::frame_of;
use crate::api::{html, pages};
use crate::ledger::record_submission;

impl ShopService {
    pub(in crate::api) fn take_form(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (shop, context) = (&call.shop, call.context);
        let form = FormBody::read(call.request.headers(), call.request.body())?;
        let body = form.submission(&shop.settings, context.next_id())?;
        let read = |token| self.identity(shop, token, Scope::Capture, context.now);
        let identity = body.identity().map(read).transpose()?.flatten();
        if identity.is_none() {
            self.require_presence(call, body.presence.as_deref())?;
        }
        let read = body.parse(false, identity.as_ref(), call.home(), |content| shop.secret.body_hash(&[content]))?;
        let mut submission = read.submission;
        evidence::keep(&mut submission.source, shop.settings.evidence, call.evidence);
        let receipt = record_submission(self.database(), shop, &submission, context).map_err(submission_refused)?;
        let origins = call.caller.key.origins.as_ref().unwrap_or(&shop.settings.origins);
        let back = form.back(origins);
        let page = pages::form(&frame(call), FormState::Done { back: back.as_deref() });
        Ok(Reply::from(html::page(StatusCode::OK, page)).about(receipt.contact))
    }

    /// Returns a page that states the error and says what the person can do.
    pub(in crate::api) fn refuse_form(&self, problem: Problem, call: &Call<'_>) -> Response<Bytes> {
        let why = match &problem {
            Problem::SubmissionConflict => FormRefusal::Again,
            Problem::UnsupportedMediaType => FormRefusal::Faulty,
            Problem::Field { fault, .. } => match fault.code {
                "invalid_email" => FormRefusal::Email,
                "invalid_phone" => FormRefusal::Phone,
                "no_address" => FormRefusal::Nothing,
                _ => FormRefusal::Faulty,
            },
            _ => return self.refuse_visitor(problem, call.request),
        };
        let place = if let Problem::Field { pointer, .. } = &problem { pointer.as_str() } else { "" };
        let code = format!("{} {place}", problem.code());
        let state = FormState::Refused { why, code: code.trim_end() };
        html::page(problem.status(), pages::form(&frame(call), state))
    }
}

fn frame<'a>(call: &'a Call<'_>) -> Frame<'a> {
    frame_of(&call.shop, language(call.request), "")
}

/// Returns the language in which the form was shown, unless the query of the form's URL asks for another.
fn language(request: &Request<Bytes>) -> Language {
    let form = FormBody::read(request.headers(), request.body()).ok();
    let shown = form.as_ref().and_then(|form| form.text("locale"));
    pages::negotiate(request.uri().query(), accepted(request.headers()), shown)
}
