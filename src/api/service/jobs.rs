//! What a shop does by itself: it tells its webhooks, and keeps house. An adapter asks when, and carries out what goes over
//! the network; which of it, how often and in which order is decided here.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use crate::api::problem::Problem;
use crate::api::service::{REPEATABLE, ShopService};
use crate::consent::Timestamp;
use crate::ledger::{
    Database, DatabaseError, DeliveryKey, DueDelivery, EventType, Host, Moment, Payload, SendOutcome, Shop, Waiting,
    Webhook, addresses_told, due_deliveries, finish_job, job, note_outcome, postpone_job, remind, retain, signatures,
    waiting,
};

/// Requests to webhooks that are under way at once: fewer than a Durable Object can wait for.
const LANES: usize = 5;
/// Of these, to one webhook; to one that has failed last, one.
const LANES_EACH: usize = 3;
/// The last lanes are for webhooks that have none, so that a slow one never has them all.
const LANES_SHARED: usize = 3;

const HOUSEKEEPING: &str = "housekeeping";
const DAY: i64 = 24 * 60 * 60 * 1_000;
/// When housekeeping is tried again that has failed, in milliseconds: a minute, then twice as long each time.
const FIRST_RETRY: i64 = 60_000;
/// When it goes on where it could not remove all at once.
const NEXT_SWEEP: i64 = 1_000;

/// A request to a webhook: `POST`, for 15 seconds at most, without following where an answer points to.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// By what its outcome is told.
    pub key: DeliveryKey,
    /// Where to.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: String,
}

impl Outgoing {
    /// After how many milliseconds without an answer it has failed.
    pub const TIMEOUT: u32 = 15_000;
}

/// Something failed on our side. It is to be told to the operator, and tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    /// What. It speaks of statements and columns, never of values.
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
    /// Whether [`ShopService::next_job`] may have come nearer since this was last asked.
    pub fn has_new_jobs(&self) -> bool {
        self.has_new_jobs.replace(false)
    }

    /// When there is something to do next; `None` where there is no shop. What is under way counts no more.
    ///
    /// # Errors
    /// Those of the database.
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

    /// What is to be sent now. It counts as under way until [`ShopService::delivered`] is told of it.
    ///
    /// # Errors
    /// Those of the database.
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
                        // One event that cannot be told must not keep all others: it is tried again later.
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

    /// Notes what came of a request.
    ///
    /// # Errors
    /// Those of the database. Then it counts as not sent and goes out again.
    pub fn delivered(&self, key: &DeliveryKey, outcome: SendOutcome<'_>) -> Result<(), JobError> {
        self.busy.borrow_mut().retain(|own| own != key);
        let moment = Moment::after(self.host(), self.latest.get());
        if note_outcome(self.database(), key, outcome, &moment)? {
            self.shop.replace(None);
        }
        Ok(())
    }

    /// Forgets what was under way: it ended with what carried it out, and nobody will tell of it.
    pub fn nothing_is_under_way(&self) {
        self.busy.borrow_mut().clear();
    }

    /// Does what is to be done once a day, if it is due. Where it fails, that is reported, and it is tried again later by itself.
    ///
    /// # Errors
    /// Those of the database that even that cannot be written down.
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

    /// The work itself. Tells whether some of it is left over.
    fn kept_house(&self, shop: &Shop, moment: &Moment<'_>) -> Result<bool, Problem> {
        // Where the calendar is not known nobody can be reminded; the settings are refused then, so it is.
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
        // What is in it is JSON already, or needs no escape.
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

    /// What an event tells, with what its ids stand for at this time.
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
                // It is erased, or so old that it is no longer to be sent.
                Ok(None) => {}
                // Without an address of ours there is no link. The shop hears of the message and can ask for it later.
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
