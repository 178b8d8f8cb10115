//! Double opt-in: the page on which a person confirms an opt-in.

use crate::api::link::Subject;
use crate::api::pages;
use crate::api::pages::confirm::{ConfirmState, ConfirmView};
use crate::api::pages::masked::masked;
use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::{Seen, Visit};
use crate::consent::Channel;
use crate::ledger::{Answered, Confirmation, NoticeSource, PersonSource, confirm, confirmation, never_ask};

impl ShopService {
    pub(in crate::api) fn ask_to_confirm(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Confirmation(id) = visit.subject else { return Err(Problem::RouteNotFound) };
        let question = confirmation(self.database(), &visit.shop, id)?;
        let state = match &question {
            None => ConfirmState::Gone,
            Some(question) if question.used_at.is_some() => ConfirmState::Again,
            Some(question) if question.expires_at <= visit.context.now => ConfirmState::Expired,
            Some(_) => ConfirmState::Ask,
        };
        Ok(confirming(visit, question.as_ref(), state))
    }

    pub(in crate::api) fn take_confirmation(&self, visit: &Visit<'_>) -> Result<Seen, Problem> {
        let Subject::Confirmation(id) = visit.subject else { return Err(Problem::RouteNotFound) };
        let Some(question) = confirmation(self.database(), &visit.shop, id)? else {
            return Ok(confirming(visit, None, ConfirmState::Gone));
        };
        if visit.field("action").as_deref() == Some("never") {
            never_ask(self.database(), &question)?;
            return Ok(confirming(visit, Some(&question), ConfirmState::Never).about(question.address.contact()));
        }
        let language = visit.language(Some(&question.locale));
        let text = pages::confirm_words(language, visit.shop.settings.name.as_str(), &items(visit, &question));
        let source = PersonSource::page("confirmation", visit.context.now);
        let shown = NoticeSource { id: "confirmation", locale: language.tag(), text: &text };
        let state = match confirm(self.database(), &visit.shop, &question, Some(&shown), &source, visit.context)? {
            Answered::Now => ConfirmState::Done,
            Answered::Before => ConfirmState::Again,
            Answered::TooLate => ConfirmState::Expired,
        };
        Ok(confirming(visit, Some(&question), state).about(question.address.contact()))
    }
}

fn items(visit: &Visit<'_>, question: &Confirmation) -> Vec<(Channel, String)> {
    let language = visit.language(Some(&question.locale));
    question.scopes.iter().map(|scope| visit.purpose(scope, language)).collect()
}

fn confirming(visit: &Visit<'_>, question: Option<&Confirmation>, state: ConfirmState) -> Seen {
    let language = visit.language(question.map(|question| question.locale.as_str()));
    let items = question.map(|question| items(visit, question)).unwrap_or_default();
    let address = question.map(|question| masked(question.address.kind, &question.address.value)).unwrap_or_default();
    let view = ConfirmView { items: &items, address: &address, state };
    Seen::page(pages::confirm(&visit.frame(language), &view))
}
