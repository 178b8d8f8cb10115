//! A row of the route table: a route, and the function that answers it.

use bytes::Bytes;
use http::{Request, Response};

#[cfg(feature = "contract")]
use crate::api::contract::operation::Operation;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::route::Endpoint;
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::{Logged, Visit, VisitAnswer};
use crate::api::shop_id::ShopId;
use crate::ledger::Context;

/// The function that creates the shop with the given id.
pub(in crate::api) type NewShopAnswer =
    fn(&ShopService, ShopId, &Request<Bytes>, &Context<'_>) -> Result<Response<Bytes>, Problem>;

/// The function that answers a route. Its variant says what the function gets.
#[derive(Clone, Copy)]
pub(in crate::api) enum Handler {
    /// The front worker answers by itself: it needs no shop.
    Front(fn() -> Response<Bytes>),
    /// The front worker answers with a file that is deployed beside it.
    Asset(&'static str),
    /// Creates a shop.
    NewShop(NewShopAnswer),
    /// Answers a call with a key.
    Call(fn(&ShopService, &Call<'_>) -> Result<Reply, Problem>),
    /// Answers a call with a key that has parameters in its query.
    Query(fn(&ShopService, &Call<'_>, &Query) -> Result<Reply, Problem>),
    /// Takes a file of any length.
    File(fn(&ShopService, &Call<'_>) -> Response<Bytes>),
    /// Takes a form on the shop's own page. An error is answered with a page too.
    Form {
        /// Takes the form.
        take: fn(&ShopService, &Call<'_>) -> Result<Reply, Problem>,
        /// Makes the page that states the error.
        refuse: fn(&ShopService, Problem, &Call<'_>) -> Response<Bytes>,
    },
    /// Answers a visit by a link.
    Visit {
        /// Makes the page.
        answer: VisitAnswer,
        /// The visits that the audit log records.
        logged: Logged,
    },
    /// Takes a request of a provider.
    Hook(fn(&ShopService, &Visit<'_>) -> Result<Response<Bytes>, Problem>),
}

/// A row of the route table.
pub(in crate::api) struct Row {
    pub(in crate::api) endpoint: Endpoint,
    pub(in crate::api) handler: Handler,
}

/// The rows of one group of routes, with their descriptions.
pub(in crate::api) struct Group {
    pub(in crate::api) rows: &'static [Row],
    #[cfg(feature = "contract")]
    pub(in crate::api) operations: &'static [Operation],
}

impl Endpoint {
    /// Names the function that answers this route.
    pub(in crate::api) const fn by(self, answer: fn(&ShopService, &Call<'_>) -> Result<Reply, Problem>) -> Row {
        Row { endpoint: self, handler: Handler::Call(answer) }
    }

    /// Does the same as [`Endpoint::by`] for a route with parameters in its query.
    pub(in crate::api) const fn by_query(
        self,
        answer: fn(&ShopService, &Call<'_>, &Query) -> Result<Reply, Problem>,
    ) -> Row {
        Row { endpoint: self, handler: Handler::Query(answer) }
    }

    /// Does the same as [`Endpoint::by`] for any other kind of handler.
    pub(in crate::api) const fn with(self, handler: Handler) -> Row {
        Row { endpoint: self, handler }
    }
}
