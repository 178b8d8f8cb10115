//! The background work of a shop: deliveries to webhooks, and housekeeping. The adapter asks when work is due and does
//! the network requests. This file decides what is sent, how often and in which order.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::api::problem::Problem;
use crate::api::service::{REPEATABLE, ShopService};
use crate::consent::Timestamp;
use crate::ledger::{
    DatabaseError, DeliveryKey, DueDelivery, EventType, Moment, Payload, SendOutcome, Shop, Waiting, Webhook,
    addresses_told, due_deliveries, finish_job, job, note_outcome, postpone_job, remind, retain, signatures, waiting,
};

/// The maximum number of concurrent sends: fewer than a Durable Object can wait for.
const LANES: usize = 5;
/// The maximum number of concurrent sends to one webhook; one if its last send has failed.
const LANES_EACH: usize = 3;
/// With this many sends in progress, a new one starts only to a webhook that has none, so that one slow webhook never
/// uses up all of them.
const LANES_SHARED: usize = 3;

const HOUSEKEEPING: &str = "housekeeping";
const DAY: i64 = 24 * 60 * 60 * 1_000;
/// The first delay before failed housekeeping is retried, in milliseconds: one minute. It doubles with each failure.
const FIRST_RETRY: i64 = 60_000;
/// The delay, in milliseconds, before housekeeping continues if it could not delete everything in one run.
const NEXT_SWEEP: i64 = 1_000;

/// A request to a webhook: `POST`, with a time limit of 15 seconds, without following redirects.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The key under which its outcome is reported.
    pub key: DeliveryKey,
    /// The URL of the webhook.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Outgoing {
    /// The time limit for a response, in milliseconds.
    pub const TIMEOUT: u32 = 15_000;
}

/// An internal failure. It is reported to the operator, and the work is retried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    /// The cause. It contains statements and columns, never values.
    cause: String,
}

impl std::fmt::Display for JobError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.cause)
    }
}

impl std::error::Error for JobError {}

impl From<Problem> for JobError {
    fn from(problem: Problem) -> Self {
        let code = problem.code();
        match problem {
            Problem::Internal { cause } => Self { cause },
            _ => Self { cause: code.to_owned() },
        }
    }
}

impl From<DatabaseError> for JobError {
    fn from(error: DatabaseError) -> Self {
        Self { cause: error.to_string() }
    }
}

impl ShopService {
    /// Returns whether the time of [`ShopService::next_job`] may have become earlier since the last call.
    pub fn has_new_jobs(&self) -> bool {
        self.has_new_jobs.replace(false)
    }

    /// Returns when work is due next; `None` if there is no shop. Deliveries in progress do not count.
    pub fn next_job(&self) -> Result<Option<Timestamp>, JobError> {
        let Some(shop) = self.shop()? else { return Ok(None) };
        let mut next = self.housekeeping_due(&shop)?;
        if self.has_imports()? {
            next = next.min(self.host().now());
        }
        if shop.webhooks.is_empty() || self.busy.borrow().len() >= LANES {
            return Ok(Some(next));
        }
        for one in waiting(self.database())? {
            let busy = self.busy_with(&one.webhook);
            if busy == 0 {
                next = next.min(one.due_at);
            } else if busy < lanes_of(&one) && self.busy.borrow().len() < LANES_SHARED {
                let rows = due_deliveries(self.database(), &one.webhook, busy + 1)?;
                let free = rows.iter().find(|row| !self.busy.borrow().contains(&row.key));
                next = free.map_or(next, |row| next.min(row.due_at.max(one.held_until)));
            }
        }
        Ok(Some(next))
    }

    /// Returns the requests to send now. Each is in progress until [`ShopService::delivered`] reports its outcome.
    pub fn due_deliveries(&self) -> Result<Vec<Outgoing>, JobError> {
        let mut outgoing = Vec::new();
        if self.busy.borrow().len() >= LANES {
            return Ok(outgoing);
        }
        let Some(shop) = self.shop()?.filter(|shop| !shop.webhooks.is_empty()) else { return Ok(outgoing) };
        let now = self.host().now();
        let mut ready: Vec<Waiting> = waiting(self.database())?.into_iter().filter(|one| one.due_at <= now).collect();
        ready.sort_by_key(|one| (self.busy_with(&one.webhook), one.due_at));
        for lane in 0..LANES_EACH {
            for one in &ready {
                let (all, own) = (self.busy.borrow().len(), self.busy_with(&one.webhook));
                let has_room = own == 0 || all < LANES_SHARED;
                if own > lane || own >= lanes_of(one) || !has_room || all >= LANES {
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
                            self.host().report(&JobError::from(problem).to_string());
                            self.delivered(&row.key, SendOutcome::Unwritten)?;
                        }
                    }
                }
            }
        }
        Ok(outgoing)
    }

    /// Stores the outcome of a request.
    ///
    /// # Errors
    /// [`JobError`] if the database fails. The delivery then counts as not sent and is sent again.
    pub fn delivered(&self, key: &DeliveryKey, outcome: SendOutcome<'_>) -> Result<(), JobError> {
        self.busy.borrow_mut().retain(|own| own != key);
        let moment = Moment::after(self.host(), self.latest.get());
        if note_outcome(self.database(), key, outcome, &moment)? {
            self.shop.replace(None);
        }
        Ok(())
    }

    /// Clears the list of deliveries in progress. Call it when a new run starts: the outcomes of the interrupted run
    /// are lost.
    pub fn nothing_is_under_way(&self) {
        self.busy.borrow_mut().clear();
    }

    /// Does the daily housekeeping, if it is due. A failure is reported to the operator, and housekeeping is retried
    /// later.
    ///
    /// # Errors
    /// [`JobError`] if the database cannot even store the time of the retry.
    pub fn housekeeping(&self) -> Result<(), JobError> {
        let Some(shop) = self.shop()? else { return Ok(()) };
        let moment = Moment::after(self.host(), self.latest.get());
        if self.housekeeping_due(&shop)? > moment.now {
            return Ok(());
        }
        let done = self.database().transaction(|_| {
            let left = self.kept_house(&shop, &moment)?;
            let next = moment.now.plus_millis(if left { NEXT_SWEEP } else { DAY });
            Ok::<_, Problem>(finish_job(self.database(), HOUSEKEEPING, moment.now, next)?)
        });
        self.latest.set(moment.mark());
        if let Err(problem) = done {
            self.host().report(&JobError::from(problem).to_string());
            let failed = job(self.database(), HOUSEKEEPING)?.map_or(0, |job| job.attempts);
            let wait = FIRST_RETRY << failed.clamp(0, 10);
            postpone_job(self.database(), HOUSEKEEPING, moment.now.plus_millis(wait.min(DAY)))?;
        }
        Ok(())
    }

    /// Sends reminders and deletes expired data. Returns whether some work is left.
    fn kept_house(&self, shop: &Shop, moment: &Moment<'_>) -> Result<bool, Problem> {
        // Without a known time zone there are no reminders. The settings refuse an unknown time zone, so this does not
        // happen in practice.
        let reminders = match moment.day(shop.settings.links.zone()) {
            Some(today) => remind(self.database(), shop, today, moment)?,
            None => false,
        };
        Ok(retain(self.database(), shop, REPEATABLE, moment)? || reminders)
    }

    fn housekeeping_due(&self, shop: &Shop) -> Result<Timestamp, Problem> {
        let known = job(self.database(), HOUSEKEEPING)?.map(|job| job.due_at);
        Ok(known.unwrap_or_else(|| shop.created_at.plus_millis(DAY)))
    }

    fn busy_with(&self, webhook: &str) -> usize {
        self.busy.borrow().iter().filter(|key| key.webhook == webhook).count()
    }

    fn rendered(
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
        Ok(Outgoing { key: event.key.clone(), url: webhook.url.clone(), headers, body })
    }

    /// Returns the data of an event with the current values that its ids stand for.
    fn in_full(&self, shop: &Shop, event: &DueDelivery) -> Result<String, Problem> {
        let mut data: Map<String, Value> = serde_json::from_str(&event.data)?;
        let id = |data: &Map<String, Value>, name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
        if let Some(contact) = id(&data, "contact").and_then(|id| id.parse().ok()) {
            let addresses = addresses_told(self.database(), contact)?;
            let told = addresses.iter().map(|(kind, value)| json!({ "kind": kind, "value": value }));
            data.insert("addresses".into(), told.collect());
        }
        if event.kind == EventType::MessageRequested
            && let Some(message) = id(&data, "message").and_then(|id| id.parse().ok())
        {
            match self.message_told(shop, message) {
                Ok(Some(told)) => {
                    if let Value::Object(told) = serde_json::to_value(told)? {
                        data.extend(told);
                    }
                }
                // The message was erased, or is too old to be sent.
                Ok(None) => {}
                // Without a public URL no link can be made. The shop still gets the event and can fetch the message
                // later.
                Err(Problem::Misconfigured { what }) => self.host().report(&what),
                Err(problem) => return Err(problem),
            }
        }
        Ok(serde_json::to_string(&data)?)
    }
}

fn lanes_of(one: &Waiting) -> usize {
    if one.is_failing { 1 } else { LANES_EACH }
}

#[cfg(all(test, feature = "native"))]
#[path = "jobs_tests.rs"]
mod tests;
