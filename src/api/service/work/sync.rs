//! Keeps connected shop platforms in step: which request is due, and what came of it. One request of a connection is under
//! way at a time.

use uuid::Uuid;

use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::api::service::work::deliveries::{Outgoing, OutgoingKey};
use crate::api::service::work::errand::{AnsweredPage, Errand, Purpose};
use crate::api::service::work::job_error::JobError;
use crate::consent::Timestamp;
use crate::ledger::{
    Connection, ConnectionState, Context, Credentials, RemoteErasure, RemoteTask, Seen, Shop, begin_sweep,
    compare_page, connection, credentials_of, halt, has_changes, list_connections, must_read, next_due, next_task,
    note_customer, note_deleted, note_failure, note_fault, note_written, nothing_owed, pace, set_token, stop_at_cap,
};
use crate::model::exchange::{Exchange, HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteCustomer, Told, Wanted};
use crate::platforms::{Access, Connector, Refused, ShopPlatform};

/// A token is renewed this long before it ends, in milliseconds.
const EARLY: i64 = 60_000;
/// The first pause of a connection after a failure, in milliseconds. It doubles with each failure in a row. The customer whose
/// write has failed waits longer, see `note_failure`.
const FIRST_PAUSE: i64 = 1_000;
/// The longest pause, in milliseconds.
const LONGEST_PAUSE: i64 = 6 * 3_600_000;
/// How many customers are looked at for one request.
const LOOKED_AT: usize = 100;

/// A connection with what is needed to speak to its platform.
pub(super) struct Line {
    pub(super) connection: Connection,
    pub(super) connector: &'static dyn Connector,
    pub(super) credentials: Credentials,
}

impl Line {
    pub(super) fn access<'a>(&'a self, fields: &'a [&'a str]) -> Access<'a> {
        let token = self.credentials.token.as_deref().unwrap_or_default();
        Access { base: &self.connection.base, credentials: &self.credentials.given, token, fields }
    }

    pub(super) fn fields(&self) -> Vec<&str> {
        self.connection.settings.mapping.iter().map(|(field, _)| field.as_str()).collect()
    }
}

impl ShopService {
    fn line(&self, shop: &Shop, connection: Connection) -> Result<Option<Line>, Problem> {
        let Some(platform) = ShopPlatform::parse(&connection.platform) else { return Ok(None) };
        let credentials = credentials_of(self.database(), shop, connection.id)?;
        Ok(Some(Line { connection, connector: platform.connector(), credentials }))
    }

    fn is_under_way(&self, connection: Uuid) -> bool {
        self.errands.borrow().iter().any(|errand| errand.connection == connection)
            || self.pages.borrow().iter().any(|page| page.connection == connection)
    }

    /// Returns the requests to platforms that are due now.
    pub(in crate::api) fn due_errands(&self) -> Result<Vec<Outgoing>, JobError> {
        let Some(shop) = self.shop()? else { return Ok(Vec::new()) };
        let mut outgoing = Vec::new();
        for own in list_connections(self.database())? {
            if self.is_under_way(own.id) {
                continue;
            }
            let context = Context::after(self.runtime(), self.latest.get());
            let found = self.database().transaction(|_| self.errand(&shop, own, &context));
            self.latest.set(context.mark());
            if let Some((errand, request)) = found? {
                let key = OutgoingKey::Connection(errand.connection);
                self.errands.borrow_mut().push(errand);
                outgoing.push(Outgoing { key, request });
            }
        }
        Ok(outgoing)
    }

    /// Returns the next request of a connection, if one is due.
    fn errand(
        &self,
        shop: &Shop,
        own: Connection,
        context: &Context<'_>,
    ) -> Result<Option<(Errand, HttpRequest)>, Problem> {
        let now = context.now;
        if !is_running(&own) || own.due_at > now {
            return Ok(None);
        }
        let id = own.id;
        let Some(mut line) = self.line(shop, own)? else { return Ok(None) };
        let errand = |purpose| Errand { connection: id, purpose, overtaken: Vec::new() };
        let fields: Vec<String> = line.fields().into_iter().map(str::to_owned).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let until = line.credentials.token_until;
        if until.is_none_or(|until| until < now.plus_millis(EARLY))
            && let Some(request) = line.connector.ask_token(&line.access(&fields))
        {
            return Ok(Some((errand(Purpose::Token), request)));
        }
        if stop_at_cap(self.database(), shop, &line.connection, context)? {
            line.connection.state = ConnectionState::NeedsApproval;
        }
        for _ in 0..LOOKED_AT {
            let Some(task) = next_task(self.database(), shop, &line.connection, now)? else { break };
            let access = line.access(&fields);
            match task {
                RemoteTask::Read { id } => {
                    let request = line.connector.ask_customer(&access, &id);
                    return Ok(Some((errand(Purpose::Read { id }), request)));
                }
                RemoteTask::Write { id, wanted } if wanted.is_empty() => {
                    nothing_owed(self.database(), &line.connection, &id)?;
                }
                RemoteTask::Write { id, wanted } => {
                    let request = line.connector.write(&access, &id, &wanted);
                    return Ok(Some((errand(Purpose::Write { id, wanted }), request)));
                }
                RemoteTask::Erase { id } => match erasure(&line, &access, &id, now) {
                    Some(request) => return Ok(Some((errand(Purpose::Erase { id }), request))),
                    None => note_deleted(self.database(), &line.connection, &id)?,
                },
            }
        }
        if line.connection.place.is_none() && line.connection.sweep_due > now {
            return Ok(None);
        }
        line.connection = begin_sweep(self.database(), &line.connection)?;
        if let Some((purpose, request)) = self.next_about_hooks(shop, &line) {
            return Ok(Some((errand(purpose), request)));
        }
        let place = line.connection.place.clone().unwrap_or_default();
        let request = line.connector.ask_page(&line.access(&fields), &place);
        Ok(Some((errand(Purpose::Page { sweep: line.connection.sweep, place }), request)))
    }

    /// Notes that the platform has told of a customer. What an answer under way, or a page that waits, says of them may be
    /// older.
    pub(in crate::api) fn overtakes(&self, connection: Uuid, told: &Told) {
        let (customer, is_gone) = match told {
            Told::Customer(RemoteCustomer { id, .. }) | Told::Read(id) => (id, false),
            Told::Erase(RemoteCustomer { id, .. }) | Told::Deleted(id) => (id, true),
            Told::Act(_) | Told::Disconnected => return,
        };
        for errand in self.errands.borrow_mut().iter_mut().filter(|errand| errand.connection == connection) {
            errand.overtaken.push((customer.clone(), is_gone));
        }
        for page in self.pages.borrow_mut().iter_mut().filter(|page| page.connection == connection) {
            page.customers.retain(|one| one.id != *customer);
        }
    }

    /// Stores what came of a request of a connection.
    pub(in crate::api) fn ran(&self, id: Uuid, exchange: &Exchange) -> Result<(), JobError> {
        let place = self.errands.borrow().iter().position(|errand| errand.connection == id);
        let Some(errand) = place.map(|place| self.errands.borrow_mut().swap_remove(place)) else { return Ok(()) };
        let (Some(shop), Some(own)) = (self.shop()?, connection(self.database(), id)?) else { return Ok(()) };
        let context = Context::after(self.runtime(), self.latest.get());
        let done = self.database().transaction(|_| {
            let Some(line) = self.line(&shop, own)? else { return Ok(()) };
            self.take_answer(&shop, &line, &errand, exchange, &context)
        });
        self.latest.set(context.mark());
        if context.has_events() {
            self.has_new_jobs.set(true);
        }
        Ok(done?)
    }

    fn take_answer(
        &self,
        shop: &Shop,
        line: &Line,
        errand: &Errand,
        exchange: &Exchange,
        context: &Context<'_>,
    ) -> Result<(), Problem> {
        let (own, now, purpose) = (&line.connection, context.now, &errand.purpose);
        if matches!(purpose, Purpose::Hooks | Purpose::Mend) {
            // Credentials may be good for customers alone. Then the shop makes the hooks itself.
            if let (Purpose::Hooks, Some(answer)) = (purpose, exchange.answer()) {
                self.note_hooks(shop, line, answer);
            }
            return Ok(pace(self.database(), own.id, now.plus_millis(line.connector.pause()), None)?);
        }
        let refused = match exchange.answer() {
            None => Err(Refused::Later { seconds: None }),
            Some(answer) => self.take_success(shop, line, errand, answer, context)?,
        };
        let Err(refused) = refused else {
            return Ok(pace(self.database(), own.id, now.plus_millis(line.connector.pause()), None)?);
        };
        let asked = match refused {
            Refused::Later { seconds } => seconds.map(|seconds| seconds.clamp(1, 3_600) * 1_000),
            _ => None,
        };
        let customer = match purpose {
            Purpose::Read { id } | Purpose::Write { id, .. } | Purpose::Erase { id } => Some(id.as_str()),
            _ => None,
        };
        match (refused, customer) {
            (Refused::Credentials, _) => {
                let fault = "the platform refuses the credentials";
                halt(self.database(), shop, own, ConnectionState::NeedsCredentials, Some(fault), context)?;
            }
            (Refused::Gone, Some(id)) => note_deleted(self.database(), own, id)?,
            (Refused::Never(why), Some(id)) => note_fault(self.database(), own, id, why)?,
            (Refused::Later { .. } | Refused::Unreadable, Some(id)) => {
                note_failure(self.database(), own, id, asked, now)?
            }
            _ => {}
        }
        let fault = match refused {
            // One customer does not hold up the others.
            Refused::Gone | Refused::Never(_) if customer.is_some() => None,
            Refused::Later { .. } => Some("the platform does not answer, or asks to wait"),
            Refused::Never(why) => Some(why),
            Refused::Gone => Some("the platform does not know this address"),
            Refused::Unreadable => Some("the answer is not one of this platform"),
            Refused::Credentials => return Ok(()),
        };
        let wait = match (asked, fault) {
            (Some(asked), _) => asked,
            (None, None) => line.connector.pause(),
            (None, Some(_)) => (FIRST_PAUSE << own.attempts.clamp(0, 15)).min(LONGEST_PAUSE),
        };
        Ok(pace(self.database(), own.id, now.plus_millis(wait), fault)?)
    }

    /// Reads an answer, and takes over what it says. The inner error says that it is no success.
    fn take_success(
        &self,
        shop: &Shop,
        line: &Line,
        errand: &Errand,
        answer: &HttpAnswer,
        context: &Context<'_>,
    ) -> Result<Result<(), Refused>, Problem> {
        let (own, database) = (&line.connection, self.database());
        let fields = line.fields();
        let access = line.access(&fields);
        let news = |id: &str| errand.overtaken.iter().rev().find(|(own, _)| own == id).map(|(_, is_gone)| *is_gone);
        let refused = match &errand.purpose {
            Purpose::Hooks | Purpose::Mend => return Ok(Ok(())),
            Purpose::Token => match line.connector.read_token(answer) {
                Ok(token) => {
                    let until = context.now.plus_millis(token.seconds.saturating_mul(1_000));
                    set_token(database, shop, own.id, (&token.token, until), token.refresh.as_deref(), context)?;
                    return Ok(Ok(()));
                }
                Err(refused) => refused,
            },
            Purpose::Page { sweep, place } => match line.connector.read_page(&access, place, answer) {
                Ok(page) => {
                    self.pages.borrow_mut().push(AnsweredPage {
                        connection: own.id,
                        sweep: *sweep,
                        place: place.clone(),
                        customers: page.customers.into_iter().filter(|one| news(&one.id).is_none()).collect(),
                        next: page.next,
                    });
                    return Ok(Ok(()));
                }
                Err(refused) => refused,
            },
            Purpose::Read { id } => match line.connector.read_customer(&access, answer) {
                Ok(customer) => {
                    match news(id) {
                        None => note_customer(database, shop, own, &customer, Seen::Asked, context)?,
                        Some(false) => must_read(database, own, id)?,
                        Some(true) => {}
                    }
                    return Ok(Ok(()));
                }
                Err(refused) => refused,
            },
            Purpose::Write { id, wanted } => match line.connector.read_written(&access, answer) {
                Ok(held) => {
                    note_written(database, shop, own, id, wanted, &held, context)?;
                    if news(id) == Some(false) {
                        must_read(database, own, id)?;
                    }
                    return Ok(Ok(()));
                }
                Err(refused) => refused,
            },
            Purpose::Erase { id } => match line.connector.read_erased(answer) {
                Ok(()) => {
                    note_deleted(database, own, id)?;
                    return Ok(Ok(()));
                }
                Err(refused) => refused,
            },
        };
        Ok(Err(refused))
    }

    /// Compares a page of the customers about whom the ledger has changed. Returns whether there were any.
    pub(in crate::api) fn compare_customers(&self) -> Result<bool, JobError> {
        let Some(shop) = self.shop()? else { return Ok(false) };
        for own in list_connections(self.database())? {
            let context = Context::after(self.runtime(), self.latest.get());
            let done = self.database().transaction(|tx| compare_page(tx, &shop, &own, &context));
            self.latest.set(context.mark());
            if done? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns when a connection has something to do.
    pub(in crate::api) fn errands_due(&self) -> Result<Timestamp, JobError> {
        if !self.pages.borrow().is_empty() {
            return Ok(Timestamp::BEGINNING);
        }
        let mut next = Timestamp::NEVER;
        for own in list_connections(self.database())? {
            if has_changes(self.database(), &own)? {
                next = Timestamp::BEGINNING;
            }
            if self.is_under_way(own.id) || !is_running(&own) {
                continue;
            }
            let sweep = if own.place.is_some() { Timestamp::BEGINNING } else { own.sweep_due };
            let task = next_due(self.database(), &own)?.unwrap_or(Timestamp::NEVER);
            next = next.min(sweep.min(task).max(own.due_at));
        }
        Ok(next)
    }
}

/// Returns the request that an erasure causes; `None` if it causes none.
fn erasure(line: &Line, access: &Access<'_>, id: &str, now: Timestamp) -> Option<HttpRequest> {
    let off = || {
        let wanted = |field: &&str| Wanted { field: (*field).to_owned(), on: false, at: now };
        let wanted: Vec<Wanted> = access.fields.iter().map(wanted).collect();
        line.connector.write(access, id, &wanted)
    };
    match line.connection.settings.erasure {
        RemoteErasure::Nothing => None,
        // A platform that erases nobody by its API sends at least no messages.
        RemoteErasure::Erase => Some(line.connector.erase(access, id).unwrap_or_else(off)),
        RemoteErasure::Unsubscribe => Some(off()),
    }
}

/// Returns whether a connection may send requests.
pub(super) fn is_running(own: &Connection) -> bool {
    matches!(own.state, ConnectionState::Ok | ConnectionState::NeedsApproval)
}
