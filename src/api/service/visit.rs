//! What people do with links, without an account: pages that show and change nothing, and forms that change something.
//!
//! A `GET` changes nothing, because mail scanners, previews and the browser's prefetch open links too (RFC 9110
//! §9.2.1). Only a `POST` changes something, and a repeated one changes nothing more.
//!

use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use uuid::Uuid;

use crate::api::headers::accepted;
use crate::api::link::Subject;
use crate::api::pages::frame::Frame;
use crate::api::pages::language::Language;
use crate::api::problem::Problem;
use crate::api::route::Route;
use crate::api::service::shop_service::ShopService;
use crate::api::{html, pages};
use crate::consent::Channel;
use crate::ledger::{Audited, Context, ScopeEntry, Shop};

/// The function that answers a visit by a link.
pub(in crate::api) type VisitAnswer = fn(&ShopService, &Visit<'_>) -> Result<Seen, Problem>;

/// The visits by a link that the audit log records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum Logged {
    /// No visit: looking at a page changes nothing.
    No,
    /// The visits in which the service handed out data.
    HandedOut,
    /// All visits: the visitor posted a form.
    Always,
}

/// One visit by a link.
pub(in crate::api) struct Visit<'a> {
    pub(in crate::api) id: Uuid,
    pub(in crate::api) route: Route<'a>,
    pub(in crate::api) request: &'a Request<Bytes>,
    pub(in crate::api) shop: Rc<Shop>,
    pub(in crate::api) context: &'a Context<'a>,
    pub(in crate::api) subject: Subject,
}

/// The result of a visit.
pub(in crate::api) struct Seen {
    pub(in crate::api) page: Response<Bytes>,
    /// The contact that the visit was about, for the audit log.
    pub(in crate::api) contact: Option<Uuid>,
}

impl Seen {
    pub(in crate::api) fn page(html: String) -> Self {
        Self { page: html::page(StatusCode::OK, html), contact: None }
    }

    pub(in crate::api) fn about(self, contact: Uuid) -> Self {
        Self { contact: Some(contact), ..self }
    }
}

/// Returns the parts that surround every page of a shop.
pub(in crate::api) fn frame_of<'a>(shop: &'a Shop, language: Language, path: &'a str) -> Frame<'a> {
    let privacy = &shop.settings.privacy;
    Frame {
        shop: shop.settings.name.as_str(),
        language,
        path,
        policy_url: privacy.policy_url.as_ref().map(|url| url.as_str()),
        contact: privacy.contact.as_ref().map(|line| line.as_str()),
    }
}

impl Visit<'_> {
    /// Returns the language of the page: the one that the query asks for, otherwise the person's, otherwise the
    /// browser's.
    pub(in crate::api) fn language(&self, stored: Option<&str>) -> Language {
        pages::negotiate(self.request.uri().query(), accepted(self.request.headers()), stored)
    }

    pub(in crate::api) fn frame(&self, language: Language) -> Frame<'_> {
        frame_of(&self.shop, language, self.request.uri().path())
    }

    /// Returns the channel, and the purpose in the shop's words.
    pub(in crate::api) fn purpose(&self, scope: &ScopeEntry, language: Language) -> (Channel, String) {
        (scope.channel, self.shop.settings.privacy.purpose_in(&scope.purpose, language.tag()))
    }

    /// Returns the fields of the posted form.
    pub(in crate::api) fn fields(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.request.body()).into_owned().collect()
    }

    pub(in crate::api) fn field(&self, name: &str) -> Option<String> {
        self.fields().into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

impl ShopService {
    /// Answers a visit. Never fails: every error becomes a page.
    pub(in crate::api) fn visit(&self, visit: &Visit<'_>, answer: VisitAnswer, logged: Logged) -> Response<Bytes> {
        let seen = self.database().transaction(|_| {
            let limit = visit.route.endpoint.body_limit;
            if limit > 0 && visit.request.body().len() > limit {
                return Err(Problem::BodyTooLarge { limit });
            }
            let seen = answer(self, visit)?;
            let is_logged = match logged {
                Logged::No => false,
                Logged::HandedOut => seen.contact.is_some(),
                Logged::Always => true,
            };
            if is_logged {
                self.note_visit(visit, seen.contact, seen.page.status().as_u16())?;
            }
            Ok(seen.page)
        });
        seen.unwrap_or_else(|problem| self.refuse_visitor(problem, visit.request))
    }

    /// Returns a page for a problem. It does not say why a link, or a key in a path, is not valid.
    pub(in crate::api) fn refuse_visitor(&self, problem: Problem, request: &Request<Bytes>) -> Response<Bytes> {
        let problem = match problem {
            Problem::InvalidKey | Problem::WrongScope { .. } => Problem::RouteNotFound,
            problem => problem,
        };
        if let Problem::Internal { cause } = &problem {
            self.runtime().report(cause);
        }
        let language = pages::negotiate(request.uri().query(), accepted(request.headers()), None);
        let page = match &problem {
            Problem::RouteNotFound => pages::broken(language),
            Problem::TooManyRequests { .. } => pages::too_many(language),
            Problem::WrongOrigin => pages::misplaced(language),
            _ => pages::failed(language),
        };
        let mut response = html::page(problem.status(), page);
        if let Problem::TooManyRequests { retry_after } = problem {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
        }
        response
    }

    /// Writes the audit log entry of a visit. A person has no key, so the entry has the nil UUID as its key.
    pub(in crate::api) fn note_visit(
        &self,
        visit: &Visit<'_>,
        contact: Option<Uuid>,
        status: u16,
    ) -> Result<(), Problem> {
        let entry = Audited {
            id: visit.id,
            key: Uuid::nil(),
            method: visit.route.endpoint.method,
            route: visit.route.endpoint.path,
            contact,
            status,
            outcome: "ok",
        };
        let outcome = (visit.route.endpoint.id, status, "ok", contact);
        self.note_or_count(visit.route.value(0), &entry, outcome, visit.context.now)
    }
}
