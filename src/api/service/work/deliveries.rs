//! Deliveries of events to webhooks: which are due, and what came of them.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::api::service::work::job_error::JobError;
use crate::consent::Timestamp;
use crate::ledger::{
    Context, DeliveryKey, DueDelivery, EventType, Payload, SendOutcome, Shop, Waiting, Webhook, addresses_told,
    due_deliveries, inbound_text, note_outcome, signatures, waiting,
};
use crate::model::exchange::{Exchange, HttpRequest};

/// The maximum number of concurrent sends: fewer than a Durable Object can wait for.
pub(in crate::api) const CONCURRENT_SENDS: usize = 5;

/// The maximum number of concurrent sends to one webhook; one if its last send has failed.
const SENDS_PER_WEBHOOK: usize = 3;

/// With this many sends in progress, a new one starts only to a webhook that has none, so that one slow webhook never
/// uses up all of them.
pub(in crate::api) const SHARED_SENDS: usize = 3;

/// The owner of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutgoingKey {
    /// The delivery of an event to a webhook.
    Delivery(DeliveryKey),
    /// A connection to a shop platform, by its id.
    Connection(Uuid),
}

/// A request that the adapter has to send.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The key under which the outcome of the request is reported.
    pub key: OutgoingKey,
    /// The request.
    pub request: HttpRequest,
}

pub(in crate::api) fn sends_allowed(one: &Waiting) -> usize {
    if one.is_failing { 1 } else { SENDS_PER_WEBHOOK }
}

impl ShopService {
    /// Returns the requests to send now. Each is in progress until [`ShopService::delivered`] reports its outcome.
    pub(in crate::api) fn due_deliveries(&self) -> Result<Vec<Outgoing>, JobError> {
        let mut outgoing = Vec::new();
        if self.busy.borrow().len() >= CONCURRENT_SENDS {
            return Ok(outgoing);
        }
        let Some(shop) = self.shop()?.filter(|shop| !shop.webhooks.is_empty()) else { return Ok(outgoing) };
        let now = self.runtime().now();
        let mut ready: Vec<Waiting> = waiting(self.database())?.into_iter().filter(|one| one.due_at <= now).collect();
        ready.sort_by_key(|one| (self.busy_with(&one.webhook), one.due_at));
        for lane in 0..SENDS_PER_WEBHOOK {
            for one in &ready {
                let (all, own) = (self.busy.borrow().len(), self.busy_with(&one.webhook));
                let has_room = own == 0 || all < SHARED_SENDS;
                if own > lane || own >= sends_allowed(one) || !has_room || all >= CONCURRENT_SENDS {
                    continue;
                }
                let rows = due_deliveries(self.database(), &one.webhook, own + 1)?;
                let free = rows.into_iter().find(|row| !self.busy.borrow().contains(&row.key) && row.due_at <= now);
                let webhook = shop.webhooks.iter().find(|own| own.id == one.webhook);
                if let (Some(row), Some(webhook)) = (free, webhook) {
                    match self.rendered(&shop, webhook, &row, now) {
                        Ok(rendered) => {
                            outgoing.push(rendered);
                            self.busy.borrow_mut().push(row.key);
                        }
                        // An event that cannot be written as a request must not block the others. It is retried later.
                        Err(problem) => {
                            self.runtime().report(&JobError::from(problem).to_string());
                            self.delivered(&row.key, SendOutcome::Unwritten)?;
                        }
                    }
                }
            }
        }
        Ok(outgoing)
    }

    /// Stores what came of a request.
    ///
    /// # Errors
    /// [`JobError`] if the database fails. The request then counts as not sent and is sent again.
    pub fn finished(&self, key: &OutgoingKey, exchange: &Exchange) -> Result<(), JobError> {
        match key {
            OutgoingKey::Connection(id) => self.ran(*id, exchange),
            OutgoingKey::Delivery(key) => self.delivered(
                key,
                match exchange {
                    Exchange::Answered(answer) => {
                        SendOutcome::Answered { status: answer.status, retry_after: answer.header("retry-after") }
                    }
                    Exchange::TimedOut => SendOutcome::TimedOut,
                    Exchange::Unreachable => SendOutcome::Unreachable,
                },
            ),
        }
    }

    /// Stores the outcome of a delivery.
    pub(in crate::api) fn delivered(&self, key: &DeliveryKey, outcome: SendOutcome<'_>) -> Result<(), JobError> {
        self.busy.borrow_mut().retain(|own| own != key);
        let context = Context::after(self.runtime(), self.latest.get());
        if note_outcome(self.database(), key, outcome, &context)? {
            self.shop.replace(None);
        }
        Ok(())
    }

    /// Clears the list of deliveries in progress. Call it when a new run starts: the outcomes of the interrupted run
    /// are lost.
    pub fn nothing_is_under_way(&self) {
        self.busy.borrow_mut().clear();
        self.errands.borrow_mut().clear();
    }

    pub(in crate::api) fn busy_with(&self, webhook: &str) -> usize {
        self.busy.borrow().iter().filter(|key| key.webhook == webhook).count()
    }

    pub(in crate::api) fn rendered(
        &self,
        shop: &Shop,
        webhook: &Webhook,
        event: &DueDelivery,
        now: Timestamp,
    ) -> Result<Outgoing, Problem> {
        let data = match webhook.payload {
            Payload::Thin => event.data.clone(),
            Payload::Full => self.in_full(shop, event)?,
        };
        // The inserted values are JSON already or need no escaping.
        let mut body = String::with_capacity(data.len() + 96);
        let _ = write!(body, r#"{{"type":"{}","timestamp":"{}","data":{data}}}"#, event.kind, event.at);
        let id = &event.key.event;
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("user-agent", concat!("placet/", env!("CARGO_PKG_VERSION")).to_owned()),
            ("webhook-id", id.clone()),
            ("webhook-timestamp", now.millis().div_euclid(1_000).to_string()),
            ("webhook-signature", signatures(shop, webhook, id, now, &body)),
        ];
        let request = HttpRequest { method: "POST", url: webhook.url.clone(), headers, body, longest_answer: 0 };
        Ok(Outgoing { key: OutgoingKey::Delivery(event.key.clone()), request })
    }

    /// Returns the data of an event with the current values that its ids stand for.
    pub(in crate::api) fn in_full(&self, shop: &Shop, event: &DueDelivery) -> Result<String, Problem> {
        let mut data: Map<String, Value> = serde_json::from_str(&event.data)?;
        let id = |data: &Map<String, Value>, name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(contact) = id(&data, "contact").and_then(|id| id.parse().ok()) {
            let addresses = addresses_told(self.database(), contact)?;
            let listed = addresses.iter().map(|(kind, value)| json!({ "kind": kind, "value": value }));
            data.insert("addresses".into(), listed.collect());
        }
        if event.kind == EventType::InboundUnmatched
            && let Some(text) = inbound_text(self.database(), &event.key.event)?
        {
            data.insert("text".into(), text.into());
        }
        if event.kind == EventType::MessageRequested
            && let Some(message) = id(&data, "message").and_then(|id| id.parse().ok())
        {
            match self.message_answer(shop, message) {
                Ok(Some(listed)) => {
                    if let Value::Object(listed) = serde_json::to_value(listed)? {
                        data.extend(listed);
                    }
                }
                // The message was erased, or is too old to be sent.
                Ok(None) => {}
                // Without a public URL no link can be made. The shop still gets the event and can fetch the message
                // later.
                Err(Problem::Misconfigured { what }) => self.runtime().report(&what),
                Err(problem) => return Err(problem),
            }
        }
        Ok(serde_json::to_string(&data)?)
    }
}
