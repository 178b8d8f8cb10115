//! The table of all routes: one folder for each group of routes, with its rows, bodies, answers and handlers side by side.
//!
//! To add a route, add a row to the `ROWS` of its group, its handler, its body and its answer; and its description to the
//! group's `contract`.

pub(in crate::api) mod connections;
pub(in crate::api) mod consents;
pub(in crate::api) mod contacts;
pub(in crate::api) mod decisions;
pub(in crate::api) mod deployment;
pub(in crate::api) mod imports;
pub(in crate::api) mod keys;
pub(in crate::api) mod lists;
pub(in crate::api) mod messages;
pub(in crate::api) mod pages;
pub(in crate::api) mod preferences;
pub(in crate::api) mod providers;
pub(in crate::api) mod requests;
pub(in crate::api) mod shop;
pub(in crate::api) mod storefront;
pub(in crate::api) mod unproven;
pub(in crate::api) mod webhooks;

use http::Method;

use crate::api::problem::Problem;
#[cfg(feature = "contract")]
use crate::api::route::Endpoint;
use crate::api::route::{VALUES, fit};
use crate::api::service::handler::{Group, Row};

/// Every group of routes.
pub(in crate::api) const GROUPS: &[Group] = &[
    deployment::GROUP,
    storefront::GROUP,
    consents::GROUP,
    contacts::GROUP,
    decisions::GROUP,
    shop::GROUP,
    keys::GROUP,
    messages::GROUP,
    preferences::GROUP,
    requests::GROUP,
    providers::GROUP,
    pages::GROUP,
    webhooks::GROUP,
    connections::GROUP,
    lists::GROUP,
    imports::GROUP,
    unproven::GROUP,
];

fn rows() -> impl Iterator<Item = &'static Row> {
    GROUPS.iter().flat_map(|group| group.rows)
}

/// Returns every route.
#[cfg(feature = "contract")]
pub(in crate::api) fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    rows().map(|row| &row.endpoint)
}

/// Returns whether a text is the path of a route, as a template such as `/v1/contacts/{id}`.
pub(in crate::api) fn has(path: &str) -> bool {
    rows().any(|row| row.endpoint.path == path)
}

/// Finds the route of a request, with the values in its path. A concrete path wins over a templated one that also matches
/// (OpenAPI 3.1, Path Templating).
pub(in crate::api) fn find<'a>(method: &Method, path: &'a str) -> Result<(&'static Row, [&'a str; VALUES]), Problem> {
    let mut known: Vec<&str> = Vec::new();
    // A scanner of mails asks for the head of a page alone. It gets the page's head (RFC 9110 §9.3.2).
    let wanted = if method == Method::HEAD { "GET" } else { method.as_str() };
    let is_template = rows().any(|row| row.endpoint.path == path);
    for row in rows().filter(|row| !is_template || row.endpoint.path == path) {
        let endpoint = &row.endpoint;
        let Some(values) = fit(endpoint.path, path) else { continue };
        if endpoint.method == method.as_str() || (endpoint.is_page() && endpoint.method == wanted) {
            return Ok((row, values));
        }
        known.push(endpoint.method);
    }
    if known.is_empty() {
        Err(Problem::RouteNotFound)
    } else {
        Err(Problem::MethodNotAllowed { allow: known.join(", ") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_one_route_whatever_its_values_are() {
        for (method, path, id, expected) in [
            (Method::GET, "/health", "getHealth", ["", "", ""]),
            (Method::POST, "/v1/contacts/lookup", "lookUpContact", ["", "", ""]),
            (Method::DELETE, "/v1/contacts/7", "eraseContact", ["7", "", ""]),
            (Method::PUT, "/v1/contacts/7/choices/sms/offers", "changeChoice", ["7", "sms", "offers"]),
            (Method::POST, "/v1/keys/7/rotate", "rotateKey", ["7", "", ""]),
        ] {
            let (row, values) = find(&method, path).ok().unwrap();
            assert_eq!((row.endpoint.id, values), (id, expected), "{method} {path}");
        }
        for path in ["", "/", "/v1/contacts/", "/v1/contacts//export", "/v1/contacts/7/", "/v1/contacts/7/choices/sms"]
        {
            assert_eq!(find(&Method::GET, path).err(), Some(Problem::RouteNotFound), "{path}");
        }
        let allow = |method, path| match find(&method, path) {
            Err(Problem::MethodNotAllowed { allow }) => allow,
            _ => String::new(),
        };
        assert_eq!(allow(Method::GET, "/v1/contacts/lookup"), "POST");
        assert_eq!(allow(Method::PATCH, "/v1/contacts/7"), "GET, DELETE");
    }

    #[test]
    fn every_route_has_an_id_of_its_own() {
        let mut ids: Vec<&str> = rows().map(|row| row.endpoint.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
