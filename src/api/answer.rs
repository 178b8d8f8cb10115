//! The JSON that callers get.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::problem::{Problem, ProblemBody};
use crate::consent::{Channel, CountryCode, PurposeSlug, Sheet, Timestamp, WrittenDecision};
use crate::ledger::text::Line;
use crate::ledger::{Decided, Notice, Outcome, Receipt, Shop, Suppression};

/// Answer of `GET /v1/storefront`: all that a page needs, and nothing that a page may not show.
#[derive(Serialize)]
pub(super) struct StorefrontAnswer<'a> {
    shop: ShopAnswer<'a>,
    channels: &'a [Channel],
    purposes: &'a [PurposeSlug],
    policy: PolicyAnswer<'a>,
    notices: &'a [Notice],
    decisions: Sheet,
}

#[derive(Serialize)]
struct ShopAnswer<'a> {
    id: &'a str,
    name: &'a Line,
    country: Option<CountryCode>,
}

#[derive(Serialize)]
struct PolicyAnswer<'a> {
    confirmation: &'a [Channel],
    transactional: &'a [PurposeSlug],
}

impl<'a> StorefrontAnswer<'a> {
    pub(super) fn of(shop: &'a Shop) -> Self {
        let settings = &shop.settings;
        Self {
            shop: ShopAnswer { id: &shop.id, name: &settings.name, country: settings.country },
            channels: &settings.channels,
            purposes: &settings.purposes,
            policy: PolicyAnswer {
                confirmation: &settings.confirmation,
                transactional: &settings.policy.transactional,
            },
            notices: &settings.notices,
            decisions: Sheet::of(&settings.policy()),
        }
    }
}

/// Answer of `POST /v1/shops`. The only time that keys are shown.
#[derive(Serialize)]
pub(super) struct NewShopAnswer<'a> {
    #[serde(flatten)]
    pub(super) storefront: StorefrontAnswer<'a>,
    pub(super) keys: KeysAnswer<'a>,
}

#[derive(Serialize)]
pub(super) struct KeysAnswer<'a> {
    pub(super) publishable: &'a str,
    pub(super) secret: &'a str,
}

/// Answer of `POST /v1/consents`.
#[derive(Serialize)]
pub(super) struct ReceiptAnswer {
    id: String,
    received_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
}

impl ReceiptAnswer {
    /// A page gets the same answer whether or not the person was known; only the shop's server learns the contact.
    pub(super) fn of(receipt: &Receipt, trusted: bool) -> Self {
        let contact = trusted.then(|| receipt.contact.to_string());
        Self { id: receipt.id.to_string(), received_at: receipt.received_at, contact }
    }
}

/// Answer of `POST /v1/decisions` for one contact, and each of many.
#[derive(Serialize)]
pub(super) struct DecidedAnswer {
    contact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    decision: WrittenDecision,
}

/// One of many: a decision, or why there is none.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum ItemAnswer {
    Decided(Box<DecidedAnswer>),
    Refused { error: ProblemBody },
}

impl ItemAnswer {
    pub(super) fn of(outcome: Result<Outcome, Problem>) -> Self {
        match DecidedAnswer::of(outcome) {
            Ok(decided) => Self::Decided(Box::new(decided)),
            Err(problem) => Self::Refused { error: problem.body() },
        }
    }
}

impl DecidedAnswer {
    pub(super) fn of(outcome: Result<Outcome, Problem>) -> Result<Self, Problem> {
        match outcome? {
            Outcome::Decided(Decided { contact, address, decision }) => Ok(Self { contact, address, decision }),
            Outcome::Unknown => Err(Problem::ContactNotFound),
        }
    }
}

/// Answer of `POST /v1/decisions` for many contacts, in their order.
#[derive(Serialize)]
pub(super) struct DecisionsAnswer {
    pub(super) decisions: Vec<ItemAnswer>,
}

/// Answer of `POST /v1/activities`.
#[derive(Serialize)]
pub(super) struct NotedAnswer {
    /// The number of addresses.
    pub(super) addresses: usize,
}

/// Answer of `POST /v1/suppressions`.
#[derive(Serialize)]
pub(super) struct SuppressionAnswer {
    id: String,
    created_at: Timestamp,
}

impl SuppressionAnswer {
    pub(super) fn of(suppression: &Suppression) -> Self {
        Self { id: suppression.id.0.to_string(), created_at: suppression.created_at }
    }
}

/// A JSON answer that no cache may keep.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Bytes>, Problem> {
    let body = serde_json::to_vec(value)?;
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
