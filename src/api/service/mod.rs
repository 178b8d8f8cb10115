//! The service of one shop: it answers requests with the shop's own database.
//!
//! | file | content |
//! |---|---|
//! | `mod` | authentication and authorisation; one transaction for a request and its entry in the audit log |
//! | `call` | one authorised request with its context, and the reply to it |
//! | `capture` | storefront, submissions, decisions, activities, suppressions |
//! | `contacts` | reports and exports; changes of one contact; erasure |
//! | `shop` | the shop's settings, keys, audit log and statistics |
//! | `form` | a form on the shop's own page that runs no script |
//! | `links`, `requests` | links and messages, providers, retention; subject requests |
//! | `offers`, `preferences` | what a person can choose; the same for the shop's own page, with the link to the page |
//! | `visit`, `hooks` | what people do with links; what providers send |
//! | `outbox` | webhooks and their deliveries, as the shop manages them |
//! | `imports`, `import_file`, `import_work` | uploads of imports; the stored pieces read as one file; the processing |
//! | `lists` | downloads of lists |
//! | `jobs` | background work: deliveries to webhooks, and housekeeping |
//! | `refusal` | errors of the ledger as problems of the API |

pub(in crate::api) mod call;
pub(in crate::api) mod capture;
pub(in crate::api) mod contacts;
pub(in crate::api) mod form;
pub(in crate::api) mod hooks;
pub(in crate::api) mod import_file;
pub(in crate::api) mod import_work;
pub(in crate::api) mod imports;
pub(in crate::api) mod jobs;
pub(in crate::api) mod links;
pub(in crate::api) mod lists;
pub(in crate::api) mod offers;
pub(in crate::api) mod outbox;
pub(in crate::api) mod preferences;
pub(in crate::api) mod refusal;
pub(in crate::api) mod requests;
pub(in crate::api) mod shop;
pub(in crate::api) mod visit;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, header};
use uuid::Uuid;

use self::call::{Call, Caller, Fresh, Repeatable, Reply};
use self::import_work::Reading;
use self::visit::Visit;
use crate::api::deployment::Deployment;
use crate::api::front::{NEW_SHOP_HEADER, VISITOR_HEADER, bearer, readable_anywhere};
use crate::api::key::{KeyKind, ShopId};
use crate::api::limits::{Left, Limiter};
use crate::api::link::LinkKind;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::route::{Access, Action, Route};
use crate::consent::Timestamp;
use crate::ledger::{
    Audited, Database, DeliveryKey, Host, Lookup, Mark, Moment, Shop, StoredKey, Webhook, find_key, keep_answer,
    kept_answer, made_for_provider, migrate, note_request, note_use, sweep,
};
use crate::platforms::signature;

pub(super) use lists::ListStream;

/// The service of one shop. It lives as long as the shop's object does.
pub struct ShopService {
    database: Box<dyn Database>,
    host: Box<dyn Host>,
    deployment: Deployment,
    // Read on every request and written by this object alone, so it is cached between requests.
    shop: RefCell<Option<Rc<Shop>>>,
    // The response of the storefront route and its ETag. Both are derived from the shop.
    storefront: RefCell<Option<(Bytes, HeaderValue)>>,
    limiter: RefCell<Limiter>,
    swept_at: Cell<Timestamp>,
    // The last time and id that were used, so that the ids of requests and records increase in their order of arrival.
    latest: Cell<Mark>,
    // The deliveries in progress. They are known only in memory: after a crash they are sent again.
    busy: RefCell<Vec<DeliveryKey>>,
    has_new_jobs: Cell<bool>,
    // The import file in progress, with the bytes that were read ahead.
    reading: RefCell<Option<Reading>>,
    // The number of consecutive failures of the import in progress.
    failed_pages: Cell<u32>,
}

/// For how long a response is stored for its `Idempotency-Key`, in milliseconds: one day.
const REPEATABLE: i64 = 24 * 60 * 60 * 1_000;
/// The interval between two deletions of expired data, in milliseconds: one hour.
const SWEEP_EVERY: i64 = 60 * 60 * 1_000;

/// A response: complete, or a head whose body follows in pieces.
pub enum Opened {
    /// A complete response.
    Answer(Response<Bytes>),
    /// A head, and the stream from which [`ShopService::next_piece`] reads the body.
    Stream(Response<Bytes>, Box<ListStream>),
}

enum Admitted<'a> {
    NewShop(ShopId),
    Caller(Box<Call<'a>>),
    Visitor(Box<Visit<'a>>),
}

impl ShopService {
    /// Builds a service for a database. The first request migrates the database to the current version.
    pub fn new(
        database: impl Database + 'static,
        host: impl Host + 'static,
        deployment: impl Into<Deployment>,
    ) -> Self {
        Self {
            database: Box::new(database),
            host: Box::new(host),
            deployment: deployment.into(),
            shop: RefCell::new(None),
            storefront: RefCell::new(None),
            limiter: RefCell::default(),
            swept_at: Cell::new(Timestamp::BEGINNING),
            latest: Cell::default(),
            busy: RefCell::default(),
            // A crash may have left work.
            has_new_jobs: Cell::new(true),
            reading: RefCell::default(),
            failed_pages: Cell::new(0),
        }
    }

    pub(super) fn database(&self) -> &dyn Database {
        &*self.database
    }

    pub(super) fn host(&self) -> &dyn Host {
        &*self.host
    }

    /// Answers a request. Never fails: every error becomes a response.
    pub fn handle(&self, request: &Request<Bytes>) -> Response<Bytes> {
        match self.open(request) {
            Opened::Answer(response) => response,
            Opened::Stream(mut response, mut stream) => {
                let mut whole = Vec::new();
                loop {
                    match self.next_piece(&mut stream) {
                        Ok(Some(piece)) => whole.extend_from_slice(&piece),
                        Ok(None) => break,
                        Err(error) => return self.refuse(Problem::Internal { cause: error.to_string() }, Uuid::nil()),
                    }
                }
                *response.body_mut() = whole.into();
                response
            }
        }
    }

    /// Answers a request. For a list of any length it returns the head first; [`ShopService::next_piece`] then returns
    /// the body in pieces.
    pub fn open(&self, request: &Request<Bytes>) -> Opened {
        let mut stream = None;
        let response = self.answered(request, &mut stream);
        match stream {
            Some(stream) => Opened::Stream(response, stream),
            None => Opened::Answer(response),
        }
    }

    fn answered(&self, request: &Request<Bytes>, stream: &mut Option<Box<ListStream>>) -> Response<Bytes> {
        let moment = Moment::after(self.host(), self.latest.get());
        let id = moment.next_id();
        let mut response = match self.admit(id, request, &moment) {
            Err(problem) if is_page(request) => self.refuse_visitor(problem, request),
            Err(problem) => readable_anywhere(self.refuse(problem, id)),
            Ok(Admitted::NewShop(shop)) => self
                .create(shop, request.headers(), request.body(), &moment)
                .unwrap_or_else(|problem| self.refuse(problem, id)),
            Ok(Admitted::Visitor(visit)) if visit.route.endpoint.is_page() => self.visit(&visit),
            Ok(Admitted::Visitor(visit)) => self.take_hook(&visit),
            Ok(Admitted::Caller(call)) if call.route.endpoint.is_page() => self.serve(&call, stream),
            Ok(Admitted::Caller(call)) if call.route.endpoint.takes_file() => self.upload_whole(&call),
            Ok(Admitted::Caller(call)) => {
                let mut response = self.serve(&call, stream);
                call.left.tell(response.headers_mut());
                if let Some(origin) = call.caller.origin {
                    let headers = response.headers_mut();
                    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
                    let read = HeaderValue::from_static("etag, retry-after, request-id, ratelimit, ratelimit-policy");
                    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, read);
                }
                response.headers_mut().append(header::VARY, HeaderValue::from_static("origin, authorization"));
                response
            }
        };
        self.latest.set(moment.mark());
        if moment.has_events() {
            self.has_new_jobs.set(true);
        }
        if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
            response.headers_mut().insert(HeaderName::from_static("request-id"), id);
        }
        response
    }

    /// Returns the response for a problem. An internal error is also reported to the operator, who alone can repair it.
    fn refuse(&self, problem: Problem, request: Uuid) -> Response<Bytes> {
        if let Problem::Internal { cause } = &problem {
            self.host().report(cause);
        }
        problem.told(Some(request))
    }

    /// Authenticates and authorises the caller, before the body is read.
    fn admit<'a>(
        &self,
        id: Uuid,
        request: &'a Request<Bytes>,
        moment: &'a Moment<'a>,
    ) -> Result<Admitted<'a>, Problem> {
        let (method, headers) = (request.method(), request.headers());
        let route = Route::of(method, request.uri().path())?;
        if let Access::Link(kind) = route.endpoint.access {
            return self.admit_by_link(kind, id, route, request, moment).map(Admitted::Visitor);
        }
        let (needed, given) = match route.endpoint.access {
            Access::Key(needed) => (needed, bearer(headers)?),
            Access::PathKey(needed) => (needed, route.value(0)),
            _ => {
                // Only the front worker sends a request here, and it sets the header itself.
                let id = headers.get(NEW_SHOP_HEADER).and_then(|id| ShopId::parse(id.to_str().ok()?));
                return id.map(Admitted::NewShop).ok_or(Problem::RouteNotFound);
            }
        };
        let key = self.deployment.secrets.verify(given).ok_or(Problem::InvalidKey)?;
        let shop = self.shop()?.ok_or(Problem::InvalidKey)?;
        let stored = find_key(self.database(), &key.hash)?.ok_or(Problem::InvalidKey)?;
        if key.shop.to_string() != shop.id {
            return Err(Problem::InvalidKey);
        }
        let left = self.limit(&shop, key.kind, &stored, request, moment.now)?;
        let may = if !stored.is_good(moment.now) {
            Err(Problem::InvalidKey)
        } else if !stored.may(needed.as_str()) {
            Err(Problem::WrongScope { needed: needed.as_str() })
        } else {
            match key.kind {
                KeyKind::Publishable => page_origin(&shop, &stored, method, request),
                KeyKind::Secret if matches!(route.endpoint.access, Access::PathKey(_)) => Err(Problem::InvalidKey),
                // A secret key does not belong in a page, so no page may read the response.
                KeyKind::Secret => Ok(None),
            }
        };
        match may {
            Err(problem) => {
                // The audit log records the use of a key that is no longer valid, because the shop needs to know of it.
                let outcome = (problem.status().as_u16(), problem.code());
                self.audit(id, &stored, &route, None, outcome, moment.now)?;
                Err(problem)
            }
            Ok(origin) => Ok(Admitted::Caller(Box::new(Call {
                id,
                route,
                request,
                caller: Caller { kind: key.kind, key: stored, origin },
                shop,
                moment,
                left,
            }))),
        }
    }

    /// Authorises a visit by a link. The front worker has verified the link already; this function also checks that it
    /// belongs to this shop.
    fn admit_by_link<'a>(
        &self,
        kind: LinkKind,
        id: Uuid,
        route: Route<'a>,
        request: &'a Request<Bytes>,
        moment: &'a Moment<'a>,
    ) -> Result<Box<Visit<'a>>, Problem> {
        let link = self.deployment.secrets.read_link(kind, route.value(0)).ok_or(Problem::RouteNotFound)?;
        let shop = self.shop()?.filter(|shop| shop.id == link.shop.to_string()).ok_or(Problem::RouteNotFound)?;
        let visitor = request.headers().get(VISITOR_HEADER).and_then(|visitor| visitor.to_str().ok());
        if let Some(visitor) = visitor {
            self.limiter.borrow_mut().take("visitor", visitor, shop.settings.limits.visitor, moment.now)?;
        }
        Ok(Box::new(Visit { id, route, request, shop, moment, subject: link.subject }))
    }

    fn limit(
        &self,
        shop: &Shop,
        kind: KeyKind,
        key: &StoredKey,
        request: &Request<Bytes>,
        now: Timestamp,
    ) -> Result<Left, Problem> {
        let (mut limiter, limits) = (self.limiter.borrow_mut(), shop.settings.limits);
        let rate = if kind == KeyKind::Publishable { limits.publishable } else { limits.secret };
        let visitor = request.headers().get(VISITOR_HEADER).and_then(|visitor| visitor.to_str().ok());
        // The visitor's limit is checked first, so that one visitor cannot use up the limit of all others.
        let visitor = visitor.filter(|_| kind == KeyKind::Publishable);
        let left = visitor.map(|visitor| limiter.take("visitor", visitor, limits.visitor, now)).transpose()?;
        let all = limiter.take("key", &key.id.to_string(), rate, now)?;
        Ok(left.unwrap_or(all))
    }

    fn shop(&self) -> Result<Option<Rc<Shop>>, Problem> {
        if self.shop.borrow().is_none() {
            migrate(self.database())?;
            *self.shop.borrow_mut() = Shop::load(self.database())?.map(Rc::new);
        }
        Ok(self.shop.borrow().clone())
    }

    /// Carries out a request and writes its entry in the audit log, in one transaction.
    fn serve(&self, call: &Call<'_>, stream: &mut Option<Box<ListStream>>) -> Response<Bytes> {
        let served = self.database().transaction(|_| {
            let (contact, outcome, response) = match self.perform(call) {
                Err(problem @ Problem::Internal { .. }) => return Err(problem),
                Err(problem) => (None, problem.code(), self.refuse_caller(problem, call)),
                Ok(reply) => {
                    *stream = reply.stream;
                    (reply.contact, "ok", reply.response)
                }
            };
            let (key, now) = (&call.caller.key, call.moment.now);
            if call.route.endpoint.is_audited() {
                let contact = contact.or_else(|| call.contact());
                self.audit(call.id, key, &call.route, contact, (response.status().as_u16(), outcome), now)?;
            }
            note_use(self.database(), key, now)?;
            self.sweep(call)?;
            Ok(response)
        });
        served.unwrap_or_else(|problem| {
            *stream = None;
            // The transaction was rolled back, so the cached shop may hold values that were never committed. Drop it.
            self.shop.replace(None);
            self.storefront.replace(None);
            self.refuse_caller(problem, call)
        })
    }

    fn refuse_caller(&self, problem: Problem, call: &Call<'_>) -> Response<Bytes> {
        if call.route.endpoint.is_page() { self.refuse_form(problem, call) } else { self.refuse(problem, call.id) }
    }

    /// Carries out a request once for each `Idempotency-Key`.
    fn perform(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let limit = call.route.endpoint.body_limit;
        if limit > 0 && call.request.body().len() > limit {
            return Err(Problem::BodyTooLarge { limit });
        }
        // A form is sent by a browser, which adds no idempotency key; the form has its own id.
        if call.route.endpoint.action == Action::TakeForm {
            return self.take_form(call);
        }
        if !call.route.endpoint.mutates() {
            return self.answer(call);
        }
        let repeatable = call.repeatable()?;
        if let Some(Repeatable { hash, fingerprint }) = &repeatable {
            let kept = kept_answer(self.database(), hash, call.moment.now.plus_millis(-REPEATABLE))?;
            match kept {
                Some(kept) if kept.fingerprint == *fingerprint => {
                    return match kept.contact {
                        // A report is not stored but made again, because its data may have been corrected or erased
                        // since.
                        Some(contact) if kept.body.is_empty() => self.reported(call, &Lookup::Id(contact)),
                        _ => Reply::again(&kept, |fresh, body| match fresh {
                            Fresh::Key(kind) => self.minted(kind, &call.shop.id, hash, call.moment),
                            Fresh::Secret => made_secret(&call.shop, body),
                        }),
                    };
                }
                Some(_) => return Err(Problem::IdempotencyMismatch),
                None => {}
            }
        }
        let reply = self.database().transaction(|_| self.answer(call))?;
        if let Some(Repeatable { hash, fingerprint }) = repeatable
            && reply.response.status().is_success()
        {
            keep_answer(self.database(), &hash, &reply.to_keep(fingerprint), call.moment.now)?;
        }
        Ok(reply)
    }

    fn answer(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let query = Query::read(call.route.endpoint, call.request.uri().query())?;
        match call.route.endpoint.action {
            Action::Storefront | Action::StorefrontOfKey => self.storefront(call),
            Action::Submit => self.submit(call),
            Action::Decide => self.decide(call),
            Action::NoteActivities => self.note_activities(call),
            Action::Suppress => self.suppress(call),
            Action::Lookup => self.look_up(call),
            Action::Report => self.report(call),
            Action::Export => self.export(call, &query),
            Action::ChangeChoice => self.change_choice(call),
            Action::Rectify => self.rectify(call),
            Action::Restrict => self.restrict(call),
            Action::Merge => self.merge(call),
            Action::Unmerge => self.unmerge(call),
            Action::NoteDisclosure => self.note_disclosure(call),
            Action::Erase => self.erase(call, &query),
            Action::Certificate => self.certificate(call),
            Action::Statistics => self.statistics(),
            Action::ReadShop => self.read_shop(call),
            Action::WriteShop => self.write_shop(call),
            Action::ListKeys => self.list_keys(call),
            Action::CreateKey => self.create_key(call),
            Action::RotateKey => self.rotate_key(call),
            Action::RevokeKey => self.revoke_key(call),
            Action::Audit => self.audit_log(call, &query),
            Action::ListWebhooks => self.list_webhooks(call),
            Action::CreateWebhook => self.create_webhook(call),
            Action::WriteWebhook => self.write_webhook(call),
            Action::RemoveWebhook => self.remove_webhook(call),
            Action::RotateWebhook => self.rotate_webhook(call),
            Action::ListDeliveries => self.list_deliveries(call, &query),
            Action::Replay => self.replay(call),
            Action::Links => self.links(call, &query),
            Action::Message => self.read_message(call),
            Action::ListMessages => self.list_messages(&query),
            Action::Preferences => self.preferences(call),
            Action::SendPreferencesLink => self.send_preferences_link(call),
            Action::OpenRequest => self.open_request(call),
            Action::ListRequests => self.list_requests(&query),
            Action::ReadRequest => self.read_request(call),
            Action::DecideRequest => self.decide_request(call),
            Action::ListProviders => self.list_providers(call),
            Action::WriteProvider => self.write_provider(call),
            Action::RemoveProvider => self.remove_provider(call),
            Action::Retention => self.retention(call),
            Action::List => self.list(call, &query),
            Action::ListImports => self.list_imports(&query),
            Action::ReadImport => self.read_import(call),
            Action::ImportErrors => self.import_errors(call, &query),
            Action::CancelImport => self.cancel_import(call),
            Action::UndoImport => self.undo_import(call),
            Action::Health
            | Action::TakeImport
            | Action::ContinueImport
            | Action::OpenApi
            | Action::Docs
            | Action::CreateShop
            | Action::ShowPage(_)
            | Action::UsePage(_)
            | Action::TakeForm
            | Action::GreetProvider
            | Action::TakeInbound => Err(Problem::RouteNotFound),
        }
    }

    fn audit(
        &self,
        id: Uuid,
        key: &StoredKey,
        route: &Route<'_>,
        contact: Option<Uuid>,
        (status, outcome): (u16, &str),
        now: Timestamp,
    ) -> Result<(), Problem> {
        let (method, route) = (route.endpoint.method, route.endpoint.path);
        Ok(note_request(self.database(), &Audited { id, key: key.id, method, route, contact, status, outcome }, now)?)
    }

    fn sweep(&self, call: &Call<'_>) -> Result<(), Problem> {
        if call.moment.now >= self.swept_at.get().plus_millis(SWEEP_EVERY) {
            let days = call.shop.settings.privacy.audit_days();
            // The next request deletes what this sweep left.
            if !sweep(self.database(), days, REPEATABLE, call.moment)? {
                self.swept_at.set(call.moment.now);
            }
        }
        Ok(())
    }
}

/// Returns whether a request is for a page that people see.
fn is_page(request: &Request<Bytes>) -> bool {
    Route::of(request.method(), request.uri().path()).is_ok_and(|route| route.endpoint.is_page())
}

/// Returns the secret that a stored response is about: of the webhook, in the generation named there, or of the
/// provider, as it was set up.
fn made_secret(shop: &Shop, body: &str) -> String {
    #[derive(serde::Deserialize)]
    struct OfWebhook<'a> {
        id: &'a str,
        generation: i64,
    }
    #[derive(serde::Deserialize)]
    struct OfProvider<'a> {
        provider: &'a str,
        created_at: &'a str,
    }
    if let Some(OfWebhook { id, generation }) = crate::json::read(body) {
        return Webhook::secret(shop, id, generation);
    }
    let provider: Option<OfProvider<'_>> = crate::json::read(body);
    let set_up = provider.and_then(|own| Some((own.provider, Timestamp::parse(own.created_at)?)));
    set_up.map(|(name, at)| signature::secret_text(&made_for_provider(shop, name, at))).unwrap_or_default()
}

/// Checks that a publishable key is used on one of its origins, and returns the origin. Browsers send `Origin` with
/// every cross-origin request and with every `POST`. A `GET` without it comes from the same origin or from no browser,
/// and reads only what every page shows.
fn page_origin(
    shop: &Shop,
    key: &StoredKey,
    method: &Method,
    request: &Request<Bytes>,
) -> Result<Option<HeaderValue>, Problem> {
    let origins = key.origins.as_ref().unwrap_or(&shop.settings.origins);
    match request.headers().get(header::ORIGIN) {
        Some(origin) if origins.iter().any(|own| own.as_str().as_bytes() == origin.as_bytes()) => {
            Ok(Some(origin.clone()))
        }
        None if method == Method::GET => Ok(None),
        _ => Err(Problem::WrongOrigin),
    }
}
