//! The routes: which there are, what each takes and asks for.

use http::Method;
use uuid::Uuid;

use super::key::Scope;
use super::problem::Problem;

/// A route of the service, with what its path holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Health,
    Shops,
    Storefront,
    Consents,
    Lookup,
    /// `None` for an id that is no UUID, which names no contact.
    Contact(Option<Uuid>),
}

impl Route {
    /// Finds the route of a request.
    pub(super) fn of(method: &Method, path: &str) -> Result<Self, Problem> {
        let route = match path {
            "/health" => Self::Health,
            "/v1/shops" => Self::Shops,
            "/v1/storefront" => Self::Storefront,
            "/v1/consents" => Self::Consents,
            "/v1/contacts/lookup" => Self::Lookup,
            _ => match path.strip_prefix("/v1/contacts/") {
                Some(id) if !id.is_empty() && !id.contains('/') => Self::Contact(id.parse().ok()),
                _ => return Err(Problem::RouteNotFound),
            },
        };
        if route.method() == method.as_str() {
            Ok(route)
        } else {
            Err(Problem::MethodNotAllowed { allow: route.method() })
        }
    }

    const fn method(self) -> &'static str {
        match self {
            Self::Health | Self::Storefront | Self::Contact(_) => "GET",
            Self::Shops | Self::Consents | Self::Lookup => "POST",
        }
    }

    /// The scope that a key must have; none where no key of a shop is asked for.
    pub(super) const fn scope(self) -> Option<Scope> {
        match self {
            Self::Health | Self::Shops => None,
            Self::Storefront => Some(Scope::Storefront),
            Self::Consents => Some(Scope::Capture),
            Self::Lookup | Self::Contact(_) => Some(Scope::Read),
        }
    }

    /// The largest body taken, in bytes.
    pub(super) const fn body_limit(self) -> usize {
        match self {
            Self::Health | Self::Storefront | Self::Contact(_) => 0,
            Self::Lookup => 4 * 1024,
            Self::Consents => 64 * 1024,
            Self::Shops => 1024 * 1024,
        }
    }
}
