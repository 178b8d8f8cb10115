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
    /// As above.
    Restriction(Option<Uuid>),
    Decisions,
    Activities,
    Suppressions,
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
            "/v1/decisions" => Self::Decisions,
            "/v1/activities" => Self::Activities,
            "/v1/suppressions" => Self::Suppressions,
            _ => {
                let of_contact = path.strip_prefix("/v1/contacts/").ok_or(Problem::RouteNotFound)?;
                match of_contact.split_once('/') {
                    None if !of_contact.is_empty() => Self::Contact(of_contact.parse().ok()),
                    Some((id, "restriction")) if !id.is_empty() => Self::Restriction(id.parse().ok()),
                    _ => return Err(Problem::RouteNotFound),
                }
            }
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
            Self::Shops | Self::Consents | Self::Lookup | Self::Decisions | Self::Activities | Self::Suppressions => {
                "POST"
            }
            Self::Restriction(_) => "PUT",
        }
    }

    /// The scope that a key must have; none where no key of a shop is asked for.
    pub(super) const fn scope(self) -> Option<Scope> {
        match self {
            Self::Health | Self::Shops => None,
            Self::Storefront => Some(Scope::Storefront),
            Self::Consents => Some(Scope::Capture),
            Self::Lookup | Self::Contact(_) | Self::Decisions => Some(Scope::Read),
            Self::Restriction(_) | Self::Activities | Self::Suppressions => Some(Scope::Write),
        }
    }

    /// The largest body taken, in bytes.
    pub(super) const fn body_limit(self) -> usize {
        match self {
            Self::Health | Self::Storefront | Self::Contact(_) => 0,
            Self::Lookup | Self::Restriction(_) | Self::Suppressions => 4 * 1024,
            Self::Activities => 16 * 1024,
            // 10,000 of the longest addresses.
            Self::Decisions => 4 * 1024 * 1024,
            Self::Consents => 64 * 1024,
            Self::Shops => 1024 * 1024,
        }
    }
}
