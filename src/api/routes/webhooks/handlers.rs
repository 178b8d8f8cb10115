//! Webhooks and their deliveries, as the shop manages them.

use http::StatusCode;

use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::routes::webhooks::answers::{DeliveriesAnswer, WebhookAnswer, WebhookListAnswer};
use crate::api::routes::webhooks::bodies::{
    DELIVERY_STATE, EVENT_ID, NewWebhookBody, ReplayBody, SecretRotationBody, WebhookBody, event_id,
};
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{
    AdministrationChange, DeliveryState, Webhook, WebhookError, add_webhook, change_webhook, deliveries_page,
    health_of, list_webhooks, remove_webhook, replay, rotate_webhook, tell_waiting,
};

/// The default number of deliveries in one response; below, the maximum.
const DELIVERIES_PAGE: u16 = 100;
const MAX_DELIVERIES_PAGE: u16 = 1_000;

impl ShopService {
    pub(in crate::api) fn list_webhooks(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let all = list_webhooks(self.database())?;
        let webhooks = all.iter().map(|webhook| self.answer_of(webhook, call)).collect::<Result<_, _>>()?;
        Reply::json(StatusCode::OK, &WebhookListAnswer { webhooks })
    }

    pub(in crate::api) fn create_webhook(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let new = call.body::<NewWebhookBody>()?.parse(self.deployment.local_webhooks)?;
        let made = add_webhook(self.database(), &new, call.context).map_err(webhook_refused)?;
        self.tell_change(call, AdministrationChange::WebhookChanged(&made.id))?;
        self.webhooks_changed();
        self.tell_waiting(call)?;
        Ok(Reply::json(StatusCode::CREATED, &self.answer_of(&made, call)?.with_secret(&call.shop))?.with_secret())
    }

    pub(in crate::api) fn write_webhook(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let new = call.body::<WebhookBody>()?.parse(self.deployment.local_webhooks)?;
        let changed = change_webhook(self.database(), call.route.value(0), &new, call.context.now);
        let changed = changed.map_err(webhook_refused)?;
        self.tell_change(call, AdministrationChange::WebhookChanged(&changed.id))?;
        self.webhooks_changed();
        self.tell_waiting(call)?;
        Reply::json(StatusCode::OK, &self.answer_of(&changed, call)?)
    }

    /// Tells a webhook that wants messages of those that nobody has taken.
    fn tell_waiting(&self, call: &Call<'_>) -> Result<(), Problem> {
        let Some(shop) = self.shop()? else { return Ok(()) };
        Ok(tell_waiting(self.database(), &shop, call.context)?)
    }

    pub(in crate::api) fn remove_webhook(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let id = call.route.value(0);
        let health = health_of(self.database(), id)?;
        let removed = remove_webhook(self.database(), id).map_err(webhook_refused)?;
        self.tell_change(call, AdministrationChange::WebhookChanged(id))?;
        self.webhooks_changed();
        Reply::json(StatusCode::OK, &WebhookAnswer::of(&removed, health, call.context.now))
    }

    pub(in crate::api) fn rotate_webhook(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let overlap = call.body::<SecretRotationBody>()?.parse()?;
        let rotated = rotate_webhook(self.database(), call.route.value(0), overlap, call.context.now);
        let rotated = rotated.map_err(webhook_refused)?;
        self.tell_change(call, AdministrationChange::WebhookChanged(&rotated.id))?;
        self.webhooks_changed();
        Ok(Reply::json(StatusCode::OK, &self.answer_of(&rotated, call)?.with_secret(&call.shop))?.with_secret())
    }

    pub(in crate::api) fn list_deliveries(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let id = named(call)?;
        let size = query.page(MAX_DELIVERIES_PAGE, DELIVERIES_PAGE)?;
        let state = query.parsed("state", DeliveryState::parse, DELIVERY_STATE)?;
        let before = query.parsed("before", event_id, EVENT_ID)?;
        let deliveries = deliveries_page(self.database(), id, state, before.as_deref(), size.0)?;
        let next = size.next(&deliveries, |last| last.event.clone());
        Reply::json(StatusCode::OK, &DeliveriesAnswer { deliveries, next })
    }

    pub(in crate::api) fn replay(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let asked = call.body::<ReplayBody>()?.parse()?;
        let replayed = replay(self.database(), named(call)?, &asked, call.context)?;
        self.has_new_jobs.set(true);
        Reply::json(StatusCode::OK, &replayed)
    }

    fn answer_of<'a>(&self, webhook: &'a Webhook, call: &Call<'_>) -> Result<WebhookAnswer<'a>, Problem> {
        Ok(WebhookAnswer::of(webhook, health_of(self.database(), &webhook.id)?, call.context.now))
    }

    /// Drops the cached shop, which holds the webhooks, and signals that deliveries may be due at other times.
    fn webhooks_changed(&self) {
        self.shop.replace(None);
        self.has_new_jobs.set(true);
    }
}

fn webhook_refused(error: WebhookError) -> Problem {
    match error {
        WebhookError::Unknown => Problem::WebhookNotFound,
        WebhookError::TooMany => Problem::TooManyWebhooks,
        WebhookError::Database(error) => error.into(),
    }
}

fn named<'a>(call: &Call<'a>) -> Result<&'a str, Problem> {
    let id = call.route.value(0);
    let known = call.shop.webhooks.iter().any(|webhook| webhook.id == id);
    if known { Ok(id) } else { Err(Problem::WebhookNotFound) }
}
