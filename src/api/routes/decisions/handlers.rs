//! Decides, and notes activities and suppressions.

use http::StatusCode;

use crate::api::problem::{Fault, Problem};
use crate::api::routes::decisions::answers::{
    DecidedAnswer, DecisionsAnswer, ItemAnswer, NotedAnswer, SuppressionAnswer,
};
use crate::api::routes::decisions::bodies::{ActivitiesBody, Contacts, DecisionsBody, SuppressionBody};
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{ActivityNoted, Decided, Lookup, Outcome, decide_contacts, note_activities, suppress};

impl ShopService {
    pub(in crate::api) fn decide(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let body: DecisionsBody = call.body()?;
        let (asked, contacts) = body.parse(call.context.now, call.home())?;
        if !call.shop.settings.purposes.contains(&asked.purpose) {
            let fault = Fault::new("unknown_purpose", "the shop has no such purpose; check the spelling");
            return Err(Problem::field("/purpose", fault));
        }
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

    pub(in crate::api) fn note_activities(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (contact, noted) = call.body::<ActivitiesBody>()?.parse(call.home())?;
        let is_unknown = |one: &ActivityNoted| {
            one.purpose.as_ref().is_some_and(|purpose| !call.shop.settings.purposes.contains(purpose))
        };
        if let Some(index) = noted.iter().position(is_unknown) {
            let fault = Fault::new("unknown_purpose", "the shop has no such purpose; check the spelling");
            return Err(Problem::field(format!("/activities/{index}/purpose"), fault));
        }
        let done = note_activities(self.database(), &contact, &noted, call.context)?;
        let (contact, addresses) = done.ok_or(Problem::ContactNotFound)?;
        Ok(Reply::json(StatusCode::OK, &NotedAnswer { addresses })?.about(Some(contact)))
    }

    pub(in crate::api) fn suppress(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let (address, channel, reason) = call.body::<SuppressionBody>()?.parse(call.home())?;
        let kept = suppress(self.database(), &call.shop, &address, channel, reason, call.context)?;
        Reply::json(StatusCode::CREATED, &SuppressionAnswer::of(&kept))
    }
}
