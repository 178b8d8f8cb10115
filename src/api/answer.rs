//! The JSON that callers get.

pub(in crate::api) mod imports;
pub(in crate::api) mod webhooks;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use crate::api::problem::{Problem, ProblemBody};
use crate::consent::certificate::Certificate;
use crate::consent::jws::Jwk;
use crate::consent::{Basis, Channel, CountryCode, Override, PurposeSlug, Sheet, Timestamp, WrittenDecision};
use crate::ledger::{
    AuditEntry, Certified, Decided, Limits, Notice, Outcome, Privacy, Receipt, Shop, StatisticsEntry, StoredKey,
    Suppression,
};
use crate::model::text::{Line, Origin, PageUrl};

/// Answer of `GET /v1/storefront`: all that a page needs, and nothing that a page may not show.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct StorefrontAnswer<'a> {
    /// Whose pages they are.
    shop: ShopAnswer<'a>,
    /// The channels it uses.
    channels: &'a [Channel],
    /// The purposes it has.
    purposes: &'a [PurposeSlug],
    /// What a page has to know of its policy.
    policy: PolicyAnswer<'a>,
    /// The words that it shows.
    notices: &'a [Notice],
    /// All that the storefront module needs to decide as the service does.
    decisions: Sheet,
}

/// A shop, as its pages may show it.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ShopAnswer<'a> {
    /// Its id.
    id: &'a str,
    /// The name that people know it by.
    name: &'a Line,
    /// Where it is established.
    country: Option<CountryCode>,
    /// Where its privacy notice is.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_url: Option<&'a PageUrl>,
}

/// What a page has to know of a policy.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct PolicyAnswer<'a> {
    /// The channels on which an anonymous opt-in awaits confirmation.
    confirmation: &'a [Channel],
    /// The purposes that are no advertising.
    transactional: &'a [PurposeSlug],
}

impl<'a> StorefrontAnswer<'a> {
    pub(super) fn of(shop: &'a Shop) -> Self {
        let settings = &shop.settings;
        Self {
            shop: ShopAnswer {
                id: &shop.id,
                name: &settings.name,
                country: settings.country,
                policy_url: settings.privacy.policy_url.as_ref(),
            },
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
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct NewShopAnswer<'a> {
    #[serde(flatten)]
    pub(super) storefront: StorefrontAnswer<'a>,
    /// Its first keys. They are shown this once.
    pub(super) keys: KeysAnswer<'a>,
}

/// The first keys of a shop.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct KeysAnswer<'a> {
    /// For its pages: `storefront` and `capture`.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::contract::schema::KeyText"))]
    pub(super) publishable: &'a str,
    /// For its servers: every scope.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::contract::schema::KeyText"))]
    pub(super) secret: &'a str,
}

/// Answer of `POST /v1/consents`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct ReceiptAnswer {
    /// The id that the sender gave it.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// When it first reached the ledger.
    received_at: Timestamp,
    /// The id of the contact; only with a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    contact: Option<String>,
}

impl ReceiptAnswer {
    /// A page gets the same answer whether or not the person was known; only the shop's server learns the contact.
    pub(super) fn of(receipt: &Receipt, trusted: bool) -> Self {
        let contact = receipt.contact.filter(|_| trusted).map(|contact| contact.to_string());
        Self { id: receipt.id.to_string(), received_at: receipt.received_at, contact }
    }
}

/// Answer of `POST /v1/decisions` for one contact, and each of many.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct DecidedAnswer {
    /// The id of the contact; `null` where only an address is known.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    contact: Option<String>,
    /// The address that a message would go to; left out where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Whether a message may be sent, and why or why not.
    decision: WrittenDecision,
}

/// One of many: a decision, or why there is none.
#[derive(Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
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
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct DecisionsAnswer {
    /// A decision each, or why there is none.
    pub(super) decisions: Vec<ItemAnswer>,
}

/// Answer of `POST /v1/activities`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct NotedAnswer {
    /// The number of addresses.
    pub(super) addresses: usize,
}

/// Answer of `POST /v1/suppressions`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct SuppressionAnswer {
    /// Its id; decisions name it as the record that decides.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// Since when it counts.
    created_at: Timestamp,
}

impl SuppressionAnswer {
    pub(super) fn of(suppression: &Suppression) -> Self {
        Self { id: suppression.id.0.to_string(), created_at: suppression.created_at }
    }
}

/// Answer of `GET /v1/shop` and `PUT /v1/shop`. Without `id`, `created_at` and `certificate_key` it is a body for the latter.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct ShopSettingsAnswer<'a> {
    /// The shop's id.
    id: &'a str,
    /// Since when it exists.
    created_at: Timestamp,
    /// The key that its certificates are verified by, a JSON Web Key (RFC 8037).
    certificate_key: Jwk,
    /// The name that people know it by.
    name: &'a Line,
    /// Where it is established.
    country: Option<CountryCode>,
    /// The web origins on which its publishable keys work.
    origins: &'a [Origin],
    /// The channels it uses.
    channels: &'a [Channel],
    /// The purposes it has.
    purposes: &'a [PurposeSlug],
    /// The words that it shows.
    notices: &'a [Notice],
    /// What it asks for beyond the law, and where it goes its own way.
    policy: FullPolicyAnswer<'a>,
    /// What a person may know of how their data is handled.
    privacy: &'a Privacy,
    /// How much may be asked of it.
    limits: Limits,
    /// Links, and the messages that they stand in.
    links: &'a crate::ledger::Links,
    /// Requests of persons.
    requests: &'a crate::ledger::Requests,
    /// For how long things are kept that are of no use any more.
    retention: &'a crate::ledger::Retention,
    /// What is kept of where a page's submission came from, besides what it says itself.
    evidence: crate::ledger::Evidence,
}

/// A policy, with every default said.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct FullPolicyAnswer<'a> {
    /// The channels on which an anonymous opt-in awaits confirmation.
    confirmation: &'a [Channel],
    /// The purposes that are no advertising.
    transactional: &'a [PurposeSlug],
    /// The bases that advertising may rest on.
    bases: &'a [Basis],
    /// The age from which on a person's act counts, where it is above that of the law, in years.
    minimum_age: u16,
    /// Whether a person of unknown age counts as too young.
    age_required: bool,
    /// Months after which every ground lapses if the person has not turned to the shop; 0 for no such limit.
    expires_after_months: u16,
    /// Where the shop goes its own way.
    overrides: &'a [Override],
}

impl<'a> ShopSettingsAnswer<'a> {
    pub(super) fn of(shop: &'a Shop) -> Self {
        let (settings, policy) = (&shop.settings, &shop.settings.policy);
        Self {
            id: &shop.id,
            created_at: shop.created_at,
            certificate_key: shop.signing_key().jwk(),
            name: &settings.name,
            country: settings.country,
            origins: &settings.origins,
            channels: &settings.channels,
            purposes: &settings.purposes,
            notices: &settings.notices,
            policy: FullPolicyAnswer {
                confirmation: &settings.confirmation,
                transactional: &policy.transactional,
                bases: &policy.bases,
                minimum_age: policy.minimum_age,
                age_required: policy.age_required,
                expires_after_months: policy.expires_after_months,
                overrides: &policy.overrides,
            },
            privacy: &settings.privacy,
            limits: settings.limits,
            links: &settings.links,
            requests: &settings.requests,
            retention: &settings.retention,
            evidence: settings.evidence,
        }
    }
}

/// A key as it is told; only when it was just made also the key itself.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct KeyAnswer<'a> {
    /// Its id, by which the audit log names it.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The key itself. It is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::contract::schema::KeyText>"))]
    key: Option<&'a str>,
    /// `pk` or `sk`.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::key::KeyKind"))]
    kind: &'a str,
    /// What the shop calls it.
    name: Option<&'a str>,
    /// What it may do.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<crate::api::key::Scope>"))]
    scopes: Vec<&'a str>,
    /// The origins on which it works; `null` for those of the shop.
    origins: Option<&'a [Origin]>,
    /// Whether it opens anything now.
    active: bool,
    /// Since when it exists.
    created_at: Timestamp,
    /// From when on it is no longer good.
    expires_at: Option<Timestamp>,
    /// Since when it is revoked.
    revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    last_used_at: Option<Timestamp>,
    /// The id of the key that took its place when it was rotated.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    replaced_by: Option<String>,
}

impl<'a> KeyAnswer<'a> {
    pub(super) fn of(stored: &'a StoredKey, key: Option<&'a str>, now: Timestamp) -> Self {
        Self {
            id: stored.id.to_string(),
            key,
            kind: &stored.kind,
            name: stored.name.as_deref(),
            scopes: stored.scopes.split(' ').collect(),
            origins: stored.origins.as_deref(),
            active: stored.is_good(now),
            created_at: stored.created_at,
            expires_at: stored.expires_at,
            revoked_at: stored.revoked_at,
            last_used_at: stored.last_used_at,
            replaced_by: stored.replaced_by.map(|id| id.to_string()),
        }
    }
}

/// Answer of `GET /v1/keys`, the newest first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct KeyListAnswer<'a> {
    /// The keys.
    pub(super) keys: Vec<KeyAnswer<'a>>,
}

/// Answer of `GET /v1/audit`, the newest line first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct AuditAnswer {
    /// The lines.
    pub(super) entries: Vec<AuditEntry>,
    /// What to send as `before` for the next page; `null` on the last.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(super) next: Option<String>,
}

/// Answer of `GET /v1/statistics`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct StatisticsAnswer {
    /// The counts, those of the erased included.
    pub(super) counts: Vec<StatisticsEntry>,
}

/// Answer of `POST /v1/disclosures`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct DisclosedAnswer {
    /// The id of the contact.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub(super) contact: String,
}

/// Answer of `DELETE /v1/contacts/{id}`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct ErasedAnswer {
    /// What the certificate says, for people to read.
    certificate: Certificate,
    /// The certificate itself: JWS in compact serialisation, EdDSA (RFC 7515, RFC 8037).
    jws: String,
    /// The shop's key, by which it is verified.
    key: Jwk,
    /// Whom data of the person had been handed to, and who has to be told of the erasure, GDPR Art. 19.
    recipients: Vec<String>,
}

impl ErasedAnswer {
    pub(super) fn of(shop: &Shop, certified: Certified) -> Result<Self, Problem> {
        let key = shop.signing_key().jwk();
        // Written by us and kept since; one that does not verify any more was changed on disk.
        let certificate = Certificate::verified(&certified.jws, &key)
            .map_err(|error| Problem::Internal { cause: format!("a certificate that is kept: {error}") })?;
        Ok(Self { certificate, jws: certified.jws, key, recipients: certified.recipients })
    }
}

/// A JSON answer that no cache may keep.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Bytes>, Problem> {
    let mut response = json_text(serde_json::to_vec(value)?.into());
    *response.status_mut() = status;
    Ok(response)
}

/// As [`json`], of a text that is JSON already.
pub(super) fn json_text(body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
