//! Who sends a request, and whether they may.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, header};
use uuid::Uuid;

use crate::api::headers::bearer;
use crate::api::key::{KeyKind, hash_of, identity_key};
use crate::api::limits::Left;
use crate::api::link::LinkKind;
use crate::api::problem::Problem;
use crate::api::route::Access;
use crate::api::routed::Routed;
use crate::api::service::call::{Call, Caller};
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::Visit;
use crate::api::shop_id::ShopId;
use crate::consent::Timestamp;
use crate::ledger::{Context, Shop, StoredKey, find_key, keep_identity};

/// A request that may be answered.
pub(in crate::api) enum Admitted<'a> {
    NewShop(ShopId),
    Caller(Box<Call<'a>>),
    Visitor(Box<Visit<'a>>),
}

/// The number of forms a second that may be posted with one link.
const POSTS_OF_A_LINK: u16 = 5;

impl ShopService {
    /// Authenticates and authorises the caller, before the body is read.
    pub(in crate::api) fn admit<'a>(
        &self,
        id: Uuid,
        routed: &'a Routed,
        request: &'a Request<Bytes>,
        context: &'a Context<'a>,
    ) -> Result<Admitted<'a>, Problem> {
        let (method, headers) = (request.method(), request.headers());
        let route = routed.route();
        if let Access::Link(kind) = route.endpoint.access {
            return self.admit_by_link(kind, id, routed, request, context).map(Admitted::Visitor);
        }
        if route.endpoint.access == Access::Operator {
            return self.admit_operator(id, routed, request, context).map(Admitted::Caller);
        }
        let (needed, given) = match route.endpoint.access {
            Access::Key(needed) => (needed, bearer(headers)?),
            Access::PathKey(needed) => (needed, route.value(0)),
            // Only the front worker sends this request, and it chooses the id itself.
            _ => return routed.handover.new_shop.map(Admitted::NewShop).ok_or(Problem::RouteNotFound),
        };
        let key = self.deployment.secrets.verify(given).ok_or(Problem::InvalidKey)?;
        let shop = self.shop()?.ok_or(Problem::InvalidKey)?;
        let stored = find_key(self.database(), &key.hash)?.ok_or(Problem::InvalidKey)?;
        if key.shop.to_string() != shop.id {
            return Err(Problem::InvalidKey);
        }
        let left = self.limit(&shop, key.kind, &stored, routed, context.now)?;
        let may = if !stored.is_good(context.now) {
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
                self.audit(id, &stored, route.endpoint, None, outcome, context.now)?;
                Err(problem)
            }
            Ok(origin) => {
                if key.kind == KeyKind::Secret && !stored.has_identity {
                    keep_identity(self.database(), &shop.secret, &stored, &identity_key(given), context)?;
                }
                Ok(Admitted::Caller(Box::new(Call {
                    id,
                    route,
                    request,
                    caller: Caller { kind: key.kind, key: stored, origin },
                    shop,
                    context,
                    left,
                    is_route: routed.is_route,
                    evidence: routed.handover.evidence.as_deref().unwrap_or_default(),
                    visitor: routed.handover.visitor.as_deref(),
                    is_present: routed.handover.is_present,
                })))
            }
        }
    }

    /// Authorises the operator of the deployment, who shows the root secret. Both the front worker and the shop's object
    /// check it.
    fn admit_operator<'a>(
        &self,
        id: Uuid,
        routed: &'a Routed,
        request: &'a Request<Bytes>,
        context: &'a Context<'a>,
    ) -> Result<Box<Call<'a>>, Problem> {
        let route = routed.route();
        if !self.deployment.secrets.is_root(bearer(request.headers())?) {
            return Err(Problem::InvalidKey);
        }
        let shop = self.shop()?.filter(|shop| shop.id == route.value(0)).ok_or(Problem::ShopNotFound)?;
        let left = self.limiter.borrow_mut().take("key", "operator", shop.settings.limits.secret, context.now)?;
        Ok(Box::new(Call {
            id,
            route,
            request,
            caller: Caller { kind: KeyKind::Secret, key: StoredKey::of_operator(), origin: None },
            shop,
            context,
            left,
            is_route: routed.is_route,
            evidence: "",
            visitor: None,
            is_present: None,
        }))
    }

    /// Authorises a visit by a link. The front worker has verified the link already; this function also checks that it
    /// belongs to this shop.
    fn admit_by_link<'a>(
        &self,
        kind: LinkKind,
        id: Uuid,
        routed: &'a Routed,
        request: &'a Request<Bytes>,
        context: &'a Context<'a>,
    ) -> Result<Box<Visit<'a>>, Problem> {
        let route = routed.route();
        let link = self.deployment.secrets.read_link(kind, route.value(0)).ok_or(Problem::RouteNotFound)?;
        let shop = self.shop()?.filter(|shop| shop.id == link.shop.to_string()).ok_or(Problem::RouteNotFound)?;
        let visitor = routed.handover.visitor.as_deref();
        let mut limiter = self.limiter.borrow_mut();
        if let Some(visitor) = visitor {
            limiter.take_visitor(visitor, shop.settings.limits.visitor, context.now)?;
        }
        // One link belongs to one person, who posts a few forms. A link of a provider or platform is for many.
        if route.endpoint.mutates() && !kind.is_of_machine() {
            limiter.take("link", &format!("link {}", hash_of(route.value(0))), POSTS_OF_A_LINK, context.now)?;
        }
        drop(limiter);
        Ok(Box::new(Visit { id, route, request, shop, context, subject: link.subject }))
    }

    fn limit(
        &self,
        shop: &Shop,
        kind: KeyKind,
        key: &StoredKey,
        routed: &Routed,
        now: Timestamp,
    ) -> Result<Left, Problem> {
        let (mut limiter, limits) = (self.limiter.borrow_mut(), &shop.settings.limits);
        let rate = if kind == KeyKind::Publishable { limits.publishable } else { limits.secret };
        let visitor = routed.handover.visitor.as_deref();
        // The visitor's limit is checked first, so that one visitor cannot use up the limit of all others.
        let visitor = visitor.filter(|_| kind == KeyKind::Publishable);
        let left = visitor.map(|visitor| limiter.take_visitor(visitor, limits.visitor, now)).transpose()?;
        // Each class of a publishable key has a bucket of its own, so that views of pages and forms never starve what a
        // person has a right to.
        let class = match routed.route().endpoint.path {
            _ if kind == KeyKind::Secret => "",
            "/v1/requests" | "/v1/preferences" | "/v1/preferences/link" => "rights ",
            path if path.starts_with("/v1/storefront") => "read ",
            _ => "capture ",
        };
        let all = limiter.take("key", &format!("{class}{}", key.id), rate, now)?;
        Ok(left.unwrap_or(all))
    }
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
