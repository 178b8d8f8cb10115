//! A request on its way through the front worker and the shop's object.
//!
//! Each of the two finds the route once. What the front worker learns is handed over as one value in one internal header.

use bytes::Bytes;
use http::{HeaderMap, Response};
use serde::{Deserialize, Serialize};

use crate::api::headers::readable_anywhere;
use crate::api::problem::Problem;
use crate::api::route::{Route, VALUES};
use crate::api::service::handler::{Handler, Row};
use crate::api::shop_id::ShopId;

/// The data that the front worker hands over to the shop's object. Only the front worker reaches an object, and it
/// removes the header from what a client sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    /// A pseudonym of the visitor that changes every day and cannot be traced back to the visitor.
    pub visitor: Option<String>,
    /// The origin of a page's request: the network and the browser, shortened to what a shop may store, see
    /// [`evidence`](super::evidence::evidence).
    pub evidence: Option<String>,
    /// The id of the shop to create.
    pub new_shop: Option<ShopId>,
    /// Whether Turnstile confirmed that somebody sits at the page; `None` if it was not asked or did not answer. The shop's
    /// object asks, so this is not written into the header.
    pub is_present: Option<bool>,
}

#[derive(Deserialize, Serialize)]
struct Written {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    visitor: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new_shop: Option<String>,
}

impl Handover {
    /// The internal header that contains the handover.
    pub const HEADER: &'static str = "placet-handover";

    /// Returns whether there is nothing to hand over, so that the header can be left out.
    pub const fn is_empty(&self) -> bool {
        self.visitor.is_none() && self.evidence.is_none() && self.new_shop.is_none()
    }

    /// Returns the value of the header.
    pub fn written(&self) -> String {
        let new_shop = self.new_shop.map(|shop| shop.to_string());
        let written = Written { visitor: self.visitor.clone(), evidence: self.evidence.clone(), new_shop };
        serde_json::to_string(&written).unwrap_or_default()
    }

    pub(in crate::api) fn read(headers: &HeaderMap) -> Self {
        let text = headers.get(Self::HEADER).and_then(|value| value.to_str().ok());
        let Some(Written { visitor, evidence, new_shop }) = text.and_then(crate::json::read) else {
            return Self::default();
        };
        Self { visitor, evidence, new_shop: new_shop.and_then(|id| ShopId::parse(&id)), is_present: None }
    }
}

/// A request whose route is found.
pub struct Routed {
    pub(in crate::api) row: &'static Row,
    pub(in crate::api) values: [String; VALUES],
    pub(in crate::api) is_route: fn(&str) -> bool,
    /// The data that the front worker handed over with the request.
    pub handover: Handover,
}

impl Routed {
    /// Returns the maximum size of the body that an adapter has to read, in bytes.
    pub const fn body_limit(&self) -> usize {
        self.row.endpoint.body_limit
    }

    /// Returns whether the request uploads a file of any length. The adapter hands over the pieces of the file as they
    /// arrive, by [`ShopService::begin_upload`](super::ShopService::begin_upload), and never holds the whole file.
    pub const fn takes_file(&self) -> bool {
        self.row.endpoint.takes_file()
    }

    /// Returns the answer to a body that is larger than the limit.
    pub fn body_too_large(&self, headers: &HeaderMap) -> Response<Bytes> {
        let problem = Problem::BodyTooLarge { limit: self.body_limit() };
        if self.is_page() { crate::api::html::too_large(headers) } else { readable_anywhere(problem.into_response()) }
    }

    pub(in crate::api) const fn is_page(&self) -> bool {
        self.row.endpoint.is_page()
    }

    pub(in crate::api) const fn handler(&self) -> &'static Handler {
        &self.row.handler
    }

    pub(in crate::api) fn route(&self) -> Route<'_> {
        let [first, second, third] = &self.values;
        Route { endpoint: &self.row.endpoint, values: [first, second, third] }
    }
}
