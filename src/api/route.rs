//! The table of routes: the path, access, body limit and query parameters of each. The contract is generated from it.

use http::Method;

use crate::api::key::Scope;
use crate::api::link::LinkKind;
use crate::api::problem::Problem;

/// The action of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    Health,
    OpenApi,
    Docs,
    CreateShop,
    Storefront,
    /// Like `Storefront`, but with the key in the path. A browser then sends no CORS preflight, which a header would
    /// cause.
    StorefrontOfKey,
    Submit,
    Lookup,
    Report,
    Export,
    ChangeChoice,
    Rectify,
    Restrict,
    Merge,
    Unmerge,
    Erase,
    Certificate,
    Decide,
    NoteActivities,
    NoteDisclosure,
    Suppress,
    Statistics,
    ReadShop,
    WriteShop,
    ListKeys,
    CreateKey,
    RotateKey,
    RevokeKey,
    Audit,
    Links,
    Message,
    ListMessages,
    Preferences,
    SendPreferencesLink,
    OpenRequest,
    ListRequests,
    ReadRequest,
    DecideRequest,
    ListProviders,
    WriteProvider,
    RemoveProvider,
    Retention,
    /// Shows the page of a link and changes nothing.
    ShowPage(LinkKind),
    /// Carries out what the page of a link offers.
    UsePage(LinkKind),
    /// Receives a form of the shop that runs no script.
    TakeForm,
    /// Answers a provider that verifies the webhook URL.
    GreetProvider,
    /// Receives inbound messages from a provider.
    TakeInbound,
    ListWebhooks,
    CreateWebhook,
    WriteWebhook,
    RemoveWebhook,
    RotateWebhook,
    ListDeliveries,
    Replay,
    List,
    /// Receives a file, or its first part.
    TakeImport,
    /// Receives the next part of a file.
    ContinueImport,
    ListImports,
    ReadImport,
    ImportErrors,
    CancelImport,
    UndoImport,
}

/// The credential that a route requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// No credential.
    Open,
    /// The root secret of the deployment.
    Root,
    /// A key of the shop with this scope.
    Key(Scope),
    /// A publishable key of the shop with this scope, in the path: a form can send no header, and a page saves the CORS
    /// preflight.
    PathKey(Scope),
    /// A link of this kind, with its token in the path.
    Link(LinkKind),
}

/// One route.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    pub(super) action: Action,
    pub(super) method: &'static str,
    /// The path as a template (RFC 6570): `{name}` stands for one segment.
    pub(super) path: &'static str,
    pub(super) access: Access,
    /// The maximum size of the body, in bytes; 0 if the route takes none.
    pub(super) body_limit: usize,
    /// The names of the query parameters that the route knows.
    pub(super) query: &'static [&'static str],
}

const KB: usize = 1024;
/// The maximum size of a file as it is sent, in bytes: more than any hosting platform lets through in one request.
const LARGEST_FILE: usize = 1024 * 1024 * KB;

const fn get(action: Action, path: &'static str, access: Access, query: &'static [&'static str]) -> Endpoint {
    Endpoint { action, method: "GET", path, access, body_limit: 0, query }
}

const fn post(action: Action, path: &'static str, scope: Scope, body_limit: usize) -> Endpoint {
    Endpoint { action, method: "POST", path, access: Access::Key(scope), body_limit, query: &[] }
}

const fn put(action: Action, path: &'static str, scope: Scope, body_limit: usize) -> Endpoint {
    Endpoint { action, method: "PUT", path, access: Access::Key(scope), body_limit, query: &[] }
}

const fn delete(action: Action, path: &'static str, scope: Scope, query: &'static [&'static str]) -> Endpoint {
    Endpoint { action, method: "DELETE", path, access: Access::Key(scope), body_limit: 0, query }
}

const fn page(kind: LinkKind, path: &'static str) -> Endpoint {
    let action = Action::ShowPage(kind);
    Endpoint { action, method: "GET", path, access: Access::Link(kind), body_limit: 0, query: &[] }
}

const fn form(kind: LinkKind, path: &'static str) -> Endpoint {
    let action = Action::UsePage(kind);
    Endpoint { action, method: "POST", path, access: Access::Link(kind), body_limit: 16 * KB, query: &[] }
}

/// All routes. A concrete path wins over a templated one that also matches (OpenAPI 3.1, Path Templating).
pub(super) const ENDPOINTS: &[Endpoint] = &[
    get(Action::Health, "/health", Access::Open, &[]),
    get(Action::OpenApi, "/openapi.json", Access::Open, &[]),
    get(Action::Docs, "/docs", Access::Open, &[]),
    Endpoint {
        action: Action::CreateShop,
        method: "POST",
        path: "/v1/shops",
        access: Access::Root,
        body_limit: 1024 * KB,
        query: &[],
    },
    get(Action::Storefront, "/v1/storefront", Access::Key(Scope::Storefront), &[]),
    get(Action::StorefrontOfKey, "/v1/storefront/{key}", Access::PathKey(Scope::Storefront), &[]),
    post(Action::Submit, "/v1/consents", Scope::Capture, 64 * KB),
    post(Action::Lookup, "/v1/contacts/lookup", Scope::Read, 4 * KB),
    get(Action::Report, "/v1/contacts/{id}", Access::Key(Scope::Read), &[]),
    get(
        Action::Export,
        "/v1/contacts/{id}/export",
        Access::Key(Scope::Export),
        &["sections", "channel", "purpose", "since", "until", "format"],
    ),
    put(Action::ChangeChoice, "/v1/contacts/{id}/choices/{channel}/{purpose}", Scope::Write, 16 * KB),
    post(Action::Rectify, "/v1/contacts/{id}/rectify", Scope::Write, 4 * KB),
    put(Action::Restrict, "/v1/contacts/{id}/restriction", Scope::Write, 4 * KB),
    post(Action::Merge, "/v1/contacts/{id}/merge", Scope::Write, 4 * KB),
    post(Action::Unmerge, "/v1/contacts/{id}/unmerge", Scope::Write, 4 * KB),
    delete(Action::Erase, "/v1/contacts/{id}", Scope::Erase, &["requested_by"]),
    get(Action::Certificate, "/v1/contacts/{id}/certificate", Access::Key(Scope::Erase), &[]),
    // Enough for 10,000 of the longest addresses.
    post(Action::Decide, "/v1/decisions", Scope::Read, 4 * 1024 * KB),
    post(Action::NoteActivities, "/v1/activities", Scope::Write, 16 * KB),
    post(Action::NoteDisclosure, "/v1/disclosures", Scope::Write, 16 * KB),
    post(Action::Suppress, "/v1/suppressions", Scope::Write, 4 * KB),
    get(Action::Statistics, "/v1/statistics", Access::Key(Scope::Read), &[]),
    get(Action::ReadShop, "/v1/shop", Access::Key(Scope::Admin), &[]),
    put(Action::WriteShop, "/v1/shop", Scope::Admin, 1024 * KB),
    get(Action::ListKeys, "/v1/keys", Access::Key(Scope::Admin), &[]),
    post(Action::CreateKey, "/v1/keys", Scope::Admin, 16 * KB),
    post(Action::RotateKey, "/v1/keys/{id}/rotate", Scope::Admin, 4 * KB),
    delete(Action::RevokeKey, "/v1/keys/{id}", Scope::Admin, &[]),
    get(
        Action::Audit,
        "/v1/audit",
        Access::Key(Scope::Admin),
        &["contact", "key", "route", "since", "until", "before", "limit", "format"],
    ),
    get(Action::Links, "/v1/contacts/{id}/links", Access::Key(Scope::Write), &["channel", "purpose"]),
    get(Action::ListMessages, "/v1/messages", Access::Key(Scope::Messages), &["before", "limit"]),
    get(Action::Message, "/v1/messages/{id}", Access::Key(Scope::Messages), &[]),
    post(Action::Preferences, "/v1/preferences", Scope::Capture, 8 * KB),
    post(Action::SendPreferencesLink, "/v1/preferences/link", Scope::Capture, 4 * KB),
    post(Action::OpenRequest, "/v1/requests", Scope::Capture, 8 * KB),
    get(
        Action::ListRequests,
        "/v1/requests",
        Access::Key(Scope::Read),
        &["state", "kind", "due_by", "before", "limit"],
    ),
    get(Action::ReadRequest, "/v1/requests/{id}", Access::Key(Scope::Read), &[]),
    post(Action::DecideRequest, "/v1/requests/{id}/decision", Scope::Write, 4 * KB),
    get(Action::ListProviders, "/v1/providers", Access::Key(Scope::Admin), &[]),
    put(Action::WriteProvider, "/v1/providers/{provider}", Scope::Admin, 4 * KB),
    delete(Action::RemoveProvider, "/v1/providers/{provider}", Scope::Admin, &[]),
    get(Action::Retention, "/v1/retention", Access::Key(Scope::Admin), &[]),
    Endpoint {
        action: Action::TakeForm,
        method: "POST",
        path: "/f/{key}",
        access: Access::PathKey(Scope::Capture),
        body_limit: 16 * KB,
        query: &[],
    },
    page(LinkKind::Unsubscribe, "/u/{token}"),
    form(LinkKind::Unsubscribe, "/u/{token}"),
    page(LinkKind::Preferences, "/p/{token}"),
    form(LinkKind::Preferences, "/p/{token}"),
    page(LinkKind::Confirm, "/c/{token}"),
    form(LinkKind::Confirm, "/c/{token}"),
    page(LinkKind::Request, "/r/{token}"),
    form(LinkKind::Request, "/r/{token}"),
    page(LinkKind::Code, "/q/{token}"),
    form(LinkKind::Code, "/q/{token}"),
    page(LinkKind::Result, "/d/{token}"),
    Endpoint {
        action: Action::GreetProvider,
        method: "GET",
        path: "/v1/hooks/{token}",
        access: Access::Link(LinkKind::Hook),
        body_limit: 0,
        query: &[],
    },
    Endpoint {
        action: Action::TakeInbound,
        method: "POST",
        path: "/v1/hooks/{token}",
        access: Access::Link(LinkKind::Hook),
        body_limit: 256 * KB,
        query: &[],
    },
    get(Action::ListWebhooks, "/v1/webhooks", Access::Key(Scope::Admin), &[]),
    post(Action::CreateWebhook, "/v1/webhooks", Scope::Admin, 16 * KB),
    put(Action::WriteWebhook, "/v1/webhooks/{id}", Scope::Admin, 16 * KB),
    delete(Action::RemoveWebhook, "/v1/webhooks/{id}", Scope::Admin, &[]),
    post(Action::RotateWebhook, "/v1/webhooks/{id}/rotate", Scope::Admin, 4 * KB),
    get(
        Action::ListDeliveries,
        "/v1/webhooks/{id}/deliveries",
        Access::Key(Scope::Admin),
        &["state", "before", "limit"],
    ),
    post(Action::Replay, "/v1/webhooks/{id}/replay", Scope::Admin, 4 * KB),
    get(
        Action::List,
        "/v1/lists/{list}",
        Access::Key(Scope::Lists),
        &[
            "channel", "purpose", "basis", "country", "since", "decide", "format", "profile", "cells", "by", "gzip",
            "after", "limit",
        ],
    ),
    Endpoint {
        action: Action::TakeImport,
        method: "POST",
        path: "/v1/imports",
        access: Access::Key(Scope::Lists),
        body_limit: LARGEST_FILE,
        query: &[
            "name", "list", "channel", "purpose", "basis", "country", "profile", "columns", "no", "dry_run", "again",
        ],
    },
    Endpoint {
        action: Action::ContinueImport,
        method: "PATCH",
        path: "/v1/imports/{id}",
        access: Access::Key(Scope::Lists),
        body_limit: LARGEST_FILE,
        query: &[],
    },
    get(Action::ListImports, "/v1/imports", Access::Key(Scope::Lists), &["before", "limit"]),
    get(Action::ReadImport, "/v1/imports/{id}", Access::Key(Scope::Lists), &[]),
    get(Action::ImportErrors, "/v1/imports/{id}/errors", Access::Key(Scope::Lists), &["format"]),
    post(Action::CancelImport, "/v1/imports/{id}/cancel", Scope::Lists, 0),
    post(Action::UndoImport, "/v1/imports/{id}/undo", Scope::Lists, 0),
];

impl Endpoint {
    /// Returns whether the route changes data and therefore accepts an `Idempotency-Key`.
    pub(super) fn mutates(&self) -> bool {
        self.method != "GET" && !matches!(self.action, Action::Lookup | Action::Decide | Action::Preferences)
    }

    /// Returns whether the route takes a file of any length, which is not read into memory first.
    pub(super) fn takes_file(&self) -> bool {
        matches!(self.action, Action::TakeImport | Action::ContinueImport)
    }

    /// Returns whether the route answers with a page for people.
    pub(super) fn is_page(&self) -> bool {
        matches!(self.action, Action::ShowPage(_) | Action::UsePage(_) | Action::TakeForm)
    }

    /// Returns whether the audit log records the route. Pages read the storefront settings at every view, and these
    /// contain no personal data.
    pub(super) fn is_audited(&self) -> bool {
        !matches!(self.action, Action::Storefront | Action::StorefrontOfKey)
    }
}

/// The maximum number of values in a path.
const VALUES: usize = 3;

/// The route of a request, with the values in its path.
#[derive(Clone, Copy, Debug)]
pub(super) struct Route<'a> {
    pub(super) endpoint: &'static Endpoint,
    values: [&'a str; VALUES],
}

impl<'a> Route<'a> {
    /// Finds the route of a request.
    pub(super) fn of(method: &Method, path: &'a str) -> Result<Self, Problem> {
        let mut known: Vec<&str> = Vec::new();
        // A HEAD request for a page is answered like GET (RFC 9110 §9.3.2); mail scanners send it.
        let wanted = if method == Method::HEAD { "GET" } else { method.as_str() };
        let is_template = ENDPOINTS.iter().any(|endpoint| endpoint.path == path);
        for endpoint in ENDPOINTS.iter().filter(|endpoint| !is_template || endpoint.path == path) {
            let Some(values) = fit(endpoint.path, path) else { continue };
            let is_asked = endpoint.method == method.as_str() || (endpoint.is_page() && endpoint.method == wanted);
            if is_asked {
                return Ok(Self { endpoint, values });
            }
            known.push(endpoint.method);
        }
        if known.is_empty() {
            return Err(Problem::RouteNotFound);
        }
        Err(Problem::MethodNotAllowed { allow: known.join(", ") })
    }

    /// Returns a value of the path by its position, from 0.
    pub(super) fn value(&self, place: usize) -> &'a str {
        self.values.get(place).copied().unwrap_or_default()
    }
}

/// Returns the values of a path that matches a template.
fn fit<'a>(template: &str, path: &'a str) -> Option<[&'a str; VALUES]> {
    let mut values = [""; VALUES];
    let mut free = values.iter_mut();
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return Some(values),
            (Some(name), Some(value)) if name.starts_with('{') && !value.is_empty() => *free.next()? = value,
            (Some(name), Some(value)) if name == value => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_of_one_route_whatever_its_values_are() {
        for (method, path, action, values) in [
            (Method::GET, "/health", Action::Health, ["", "", ""]),
            (Method::POST, "/v1/contacts/lookup", Action::Lookup, ["", "", ""]),
            (Method::DELETE, "/v1/contacts/7", Action::Erase, ["7", "", ""]),
            (Method::PUT, "/v1/contacts/7/choices/sms/offers", Action::ChangeChoice, ["7", "sms", "offers"]),
            (Method::POST, "/v1/keys/7/rotate", Action::RotateKey, ["7", "", ""]),
        ] {
            let route = Route::of(&method, path).unwrap();
            assert_eq!((route.endpoint.action, route.values), (action, values), "{method} {path}");
        }
        for path in ["", "/", "/v1/contacts/", "/v1/contacts//export", "/v1/contacts/7/", "/v1/contacts/7/choices/sms"]
        {
            assert_eq!(Route::of(&Method::GET, path).unwrap_err(), Problem::RouteNotFound, "{path}");
        }
        let allow = "POST".into();
        assert_eq!(Route::of(&Method::GET, "/v1/contacts/lookup").unwrap_err(), Problem::MethodNotAllowed { allow });
        let allow = "GET, DELETE".into();
        assert_eq!(Route::of(&Method::PATCH, "/v1/contacts/7").unwrap_err(), Problem::MethodNotAllowed { allow });
    }
}
