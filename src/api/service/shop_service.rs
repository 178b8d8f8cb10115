//! The service of one shop: its state, and what every part of it needs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderValue, Response};
use uuid::Uuid;

use crate::api::deployment::Deployment;
use crate::api::key::{KeyKind, hash_of, identity_key, written};
use crate::api::limits::Limiter;
use crate::api::problem::Problem;
use crate::api::route::Endpoint;
use crate::api::service::noted_repeats::{NotedRepeats, Outcome};
use crate::api::service::work::errand::{AnsweredPage, Errand, HookCheck};
use crate::api::service::work::import_file::Reading;
use crate::api::shop_id::ShopId;
use crate::consent::Timestamp;
use crate::ledger::{
    Audited, Context, Database, DeliveryKey, NewKey, Runtime, Sequence, Shop, StoredKey, migrate, note_again,
    note_request,
};

/// The service of one shop. It lives as long as the shop's object does.
pub struct ShopService {
    pub(in crate::api) database: Box<dyn Database>,
    pub(in crate::api) runtime: Box<dyn Runtime>,
    pub(in crate::api) deployment: Deployment,
    // Read on every request and written by this object alone, so it is cached between requests.
    pub(in crate::api) shop: RefCell<Option<Rc<Shop>>>,
    // The response of the storefront route and its ETag. Both are derived from the shop.
    pub(in crate::api) storefront: RefCell<Option<(Bytes, HeaderValue)>>,
    pub(in crate::api) limiter: RefCell<Limiter>,
    // The latest lines of the audit log about strangers, so that repetitions are counted.
    pub(in crate::api) noted: RefCell<NotedRepeats>,
    // The last time and id that were used, so that the ids of requests and records increase in their order of arrival.
    pub(in crate::api) latest: Cell<Sequence>,
    // The deliveries in progress. They are known only in memory: after a crash they are sent again.
    pub(in crate::api) busy: RefCell<Vec<DeliveryKey>>,
    // The requests of connections that are under way. After a crash they are sent again.
    pub(in crate::api) errands: RefCell<Vec<Errand>>,
    // The latest check of the hooks of each connection. A restart checks them again.
    pub(in crate::api) hook_checks: RefCell<Vec<HookCheck>>,
    // The answered pages of customers that are being taken over. After a crash they are asked for again.
    pub(in crate::api) pages: RefCell<Vec<AnsweredPage>>,
    pub(in crate::api) has_new_jobs: Cell<bool>,
    // The import file in progress, with the bytes that were read ahead.
    pub(in crate::api) reading: RefCell<Option<Reading>>,
    // The number of consecutive failures of the import in progress.
    pub(in crate::api) failed_pages: Cell<u32>,
    // The import on which work began, until the end of its first page.
    pub(in crate::api) begun: Cell<Option<Uuid>>,
}

impl ShopService {
    /// Builds a service for a database. The first request migrates the database to the current version.
    pub fn new(
        database: impl Database + 'static,
        runtime: impl Runtime + 'static,
        deployment: impl Into<Deployment>,
    ) -> Self {
        Self {
            database: Box::new(database),
            runtime: Box::new(runtime),
            deployment: deployment.into(),
            shop: RefCell::new(None),
            storefront: RefCell::new(None),
            limiter: RefCell::default(),
            noted: RefCell::default(),
            latest: Cell::default(),
            busy: RefCell::default(),
            errands: RefCell::default(),
            hook_checks: RefCell::default(),
            pages: RefCell::default(),
            // A crash may have left work.
            has_new_jobs: Cell::new(true),
            reading: RefCell::default(),
            failed_pages: Cell::new(0),
            begun: Cell::new(None),
        }
    }

    pub(in crate::api) fn database(&self) -> &dyn Database {
        &*self.database
    }

    pub(in crate::api) fn runtime(&self) -> &dyn Runtime {
        &*self.runtime
    }

    /// Returns the response for a problem. An internal error is also reported to the operator, who alone can repair it.
    pub(in crate::api) fn refuse(&self, problem: Problem, request: Uuid) -> Response<Bytes> {
        if let Problem::Internal { cause } = &problem {
            self.runtime().report(cause);
        }
        problem.into_response_to(Some(request))
    }

    pub(in crate::api) fn shop(&self) -> Result<Option<Rc<Shop>>, Problem> {
        if self.shop.borrow().is_none() {
            migrate(self.database())?;
            let context = Context::after(self.runtime(), self.latest.get());
            let sealer = |id: &str| self.deployment.secrets.sealer(shop_id(id));
            let shop = self.database().transaction(|tx| Shop::load(tx, sealer, &context))?;
            *self.shop.borrow_mut() = shop.map(Rc::new);
        }
        Ok(self.shop.borrow().clone())
    }

    /// Creates a key of the shop. Returns its text, which is stored nowhere, and what to store.
    pub(in crate::api) fn fresh_key(&self, shop: ShopId, kind: KeyKind, context: &Context<'_>) -> (String, NewKey) {
        let text = self.deployment.secrets.mint(kind, shop, context.random());
        let new = NewKey {
            hash: hash_of(&text),
            kind: kind.as_str(),
            scopes: written(kind.scopes()),
            name: None,
            origins: None,
            expires_at: None,
            identity: (kind == KeyKind::Secret).then(|| identity_key(&text)),
            signed_by: self.deployment.secrets.signer(),
        };
        (text, new)
    }

    /// Writes a line of the audit log, or counts the request on the line of the same request within the last minute.
    /// `whose`: the link or the publishable key.
    pub(in crate::api) fn note_or_count(
        &self,
        whose: &str,
        entry: &Audited<'_>,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let same = self.noted.borrow().line_of(whose, outcome, now);
        if let Some(earlier) = same
            && note_again(self.database(), earlier)?
        {
            return Ok(());
        }
        self.noted.borrow_mut().keep(whose, outcome, entry.id, now);
        Ok(note_request(self.database(), entry, now)?)
    }

    pub(in crate::api) fn audit(
        &self,
        id: Uuid,
        key: &StoredKey,
        endpoint: &Endpoint,
        contact: Option<Uuid>,
        (status, outcome): (u16, &str),
        now: Timestamp,
    ) -> Result<(), Problem> {
        let (method, route) = (endpoint.method, endpoint.path);
        Ok(note_request(self.database(), &Audited { id, key: key.id, method, route, contact, status, outcome }, now)?)
    }
}

/// Returns the id of a shop as keys contain it. The ledger stores it as text.
pub(in crate::api) fn shop_id(text: &str) -> ShopId {
    ShopId::parse(text).unwrap_or(ShopId([0; 16]))
}
