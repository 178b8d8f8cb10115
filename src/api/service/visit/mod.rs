//! What people do with links, without an account: pages that show and change nothing, and forms that change something.
//!
//! A `GET` changes nothing, because mail scanners, previews and the browser's prefetch open links too (RFC 9110
//! §9.2.1). Only a `POST` changes something, and a repeated one changes nothing more.
//!
//! | file | content |
//! |---|---|
//! | `mod` | one visit: routing, language, and the audit log |
//! | `choices` | one-click unsubscribe; the preference page |
//! | `confirm` | double opt-in |
//! | `requests` | the verification of a subject request, and its result |

pub(in crate::api) mod choices;
pub(in crate::api) mod confirm;
pub(in crate::api) mod requests;

use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use uuid::Uuid;

use crate::api::front::accepted;
use crate::api::link::{LinkKind, Subject};
use crate::api::pages::frame::Frame;
use crate::api::pages::language::Language;
use crate::api::problem::Problem;
use crate::api::route::{Action, Route};
use crate::api::service::ShopService;
use crate::api::{html, pages};
use crate::consent::{AddressKind, Channel};
use crate::ledger::{Audited, Moment, ScopeEntry, Shop, note_request};

/// One visit by a link.
pub(super) struct Visit<'a> {
    pub(super) id: Uuid,
    pub(super) route: Route<'a>,
    pub(super) request: &'a Request<Bytes>,
    pub(super) shop: Rc<Shop>,
    pub(super) moment: &'a Moment<'a>,
    pub(super) subject: Subject,
}

/// The result of a visit.
struct Seen {
    page: Response<Bytes>,
    /// The contact that the visit was about, for the audit log.
    contact: Option<Uuid>,
}

impl Seen {
    fn page(html: String) -> Self {
        Self { page: html::page(StatusCode::OK, html), contact: None }
    }

    fn about(self, contact: Uuid) -> Self {
        Self { contact: Some(contact), ..self }
    }
}

/// Returns the parts that surround every page of a shop.
pub(super) fn frame_of<'a>(shop: &'a Shop, language: Language, path: &'a str) -> Frame<'a> {
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
    fn language(&self, stored: Option<&str>) -> Language {
        pages::negotiate(self.request.uri().query(), accepted(self.request.headers()), stored)
    }

    fn frame(&self, language: Language) -> Frame<'_> {
        frame_of(&self.shop, language, self.request.uri().path())
    }

    /// Returns the channel, and the purpose in the shop's words.
    fn purpose(&self, scope: &ScopeEntry, language: Language) -> (Channel, String) {
        (scope.channel, self.shop.settings.privacy.purpose_in(&scope.purpose, language.tag()))
    }

    /// Returns the fields of the posted form.
    fn fields(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.request.body()).into_owned().collect()
    }

    fn field(&self, name: &str) -> Option<String> {
        self.fields().into_iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }
}

impl ShopService {
    /// Answers a visit. Never fails: every error becomes a page.
    pub(super) fn visit(&self, visit: &Visit<'_>) -> Response<Bytes> {
        let seen = self.database().transaction(|_| {
            let limit = visit.route.endpoint.body_limit;
            if limit > 0 && visit.request.body().len() > limit {
                return Err(Problem::BodyTooLarge { limit });
            }
            let seen = match visit.route.endpoint.action {
                Action::ShowPage(kind) => {
                    let seen = self.show(kind, visit)?;
                    // Viewing a page is not logged, but handing out data is.
                    if kind == LinkKind::Result && seen.contact.is_some() {
                        self.note_visit(visit, &seen)?;
                    }
                    seen
                }
                Action::UsePage(kind) => {
                    let seen = self.take(kind, visit)?;
                    self.note_visit(visit, &seen)?;
                    seen
                }
                _ => return Err(Problem::RouteNotFound),
            };
            Ok(seen.page)
        });
        let mut response = seen.unwrap_or_else(|problem| self.refuse_visitor(problem, visit.request));
        if visit.request.method() == Method::HEAD {
            *response.body_mut() = Bytes::new();
        }
        response
    }

    /// Returns a page for a problem. It does not say why a link, or a key in a path, is not valid.
    pub(super) fn refuse_visitor(&self, problem: Problem, request: &Request<Bytes>) -> Response<Bytes> {
        let problem = match problem {
            Problem::InvalidKey | Problem::WrongScope { .. } => Problem::RouteNotFound,
            problem => problem,
        };
        if let Problem::Internal { cause } = &problem {
            self.host().report(cause);
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

    fn show(&self, kind: LinkKind, visit: &Visit<'_>) -> Result<Seen, Problem> {
        match (kind, &visit.subject) {
            (LinkKind::Unsubscribe, Subject::Leave { pseudonym, channel, purpose }) => {
                self.ask_to_leave(visit, pseudonym, *channel, purpose.as_ref())
            }
            (LinkKind::Preferences, Subject::Choices { pseudonym }) => self.show_choices(visit, pseudonym),
            (LinkKind::Confirm, Subject::Confirmation(id)) => self.ask_to_confirm(visit, *id),
            (LinkKind::Request, Subject::Request { id, sent }) => self.show_request(visit, *id, *sent),
            (LinkKind::Code, Subject::Request { id, sent }) => self.show_code(visit, *id, *sent),
            (LinkKind::Result, Subject::Request { id, .. }) => self.show_result(visit, *id),
            _ => Err(Problem::RouteNotFound),
        }
    }

    fn take(&self, kind: LinkKind, visit: &Visit<'_>) -> Result<Seen, Problem> {
        match (kind, &visit.subject) {
            (LinkKind::Unsubscribe, Subject::Leave { pseudonym, channel, purpose }) => {
                self.leave(visit, pseudonym, *channel, purpose.as_ref())
            }
            (LinkKind::Preferences, Subject::Choices { pseudonym }) => self.change_choices(visit, pseudonym),
            (LinkKind::Confirm, Subject::Confirmation(id)) => self.take_confirmation(visit, *id),
            (LinkKind::Request, Subject::Request { id, sent }) => self.take_proof(visit, *id, *sent),
            (LinkKind::Code, Subject::Request { id, sent }) => self.take_code(visit, *id, *sent),
            _ => Err(Problem::RouteNotFound),
        }
    }

    /// Writes the audit log entry of a visit. A person has no key, so the entry has the nil UUID as its key.
    fn note_visit(&self, visit: &Visit<'_>, seen: &Seen) -> Result<(), Problem> {
        let entry = Audited {
            id: visit.id,
            key: Uuid::nil(),
            method: visit.route.endpoint.method,
            route: visit.route.endpoint.path,
            contact: seen.contact,
            status: seen.page.status().as_u16(),
            outcome: "ok",
        };
        Ok(note_request(self.database(), &entry, visit.moment.now)?)
    }
}

/// Masks an address so that only its owner recognises it: `j•••@e•••.com`, `+44••• 23`.
pub(super) fn masked(kind: AddressKind, value: &str) -> String {
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let last = |text: &str, count: usize| {
        let mut end: Vec<char> = text.chars().rev().filter(|c| !c.is_whitespace()).take(count).collect();
        end.reverse();
        end.into_iter().collect::<String>()
    };
    match kind {
        AddressKind::Email => {
            let (local, domain) = value.rsplit_once('@').unwrap_or((value, ""));
            let (name, ending) = domain.rsplit_once('.').unwrap_or((domain, ""));
            format!("{}•••@{}•••.{ending}", first(local), first(name))
        }
        AddressKind::Phone => format!("{}••• {}", value.chars().take(3).collect::<String>(), last(value, 2)),
        AddressKind::Push => format!("•••{}", last(value, 4)),
        AddressKind::Postal => "•••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_to_its_owner_alone() {
        for (kind, value, shown) in [
            (AddressKind::Email, "jane.doe@example.com", "j•••@e•••.com"),
            (AddressKind::Email, "j@localhost", "j•••@l•••."),
            (AddressKind::Email, "ünal@bücher.example", "ü•••@b•••.example"),
            (AddressKind::Phone, "+44 7700 900123", "+44••• 23"),
            (AddressKind::Push, "https://push.example/abcdef", "•••cdef"),
            (AddressKind::Postal, "1 High Street\nLondon", "•••"),
        ] {
            assert_eq!(masked(kind, value), shown);
        }
    }
}
