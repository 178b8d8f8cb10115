//! The JSON bodies of answers.

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

/// Answer of `GET /v1/storefront`: everything that the shop's pages need, and nothing that they must not show.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct StorefrontAnswer<'a> {
    /// The shop that the pages belong to.
    shop: ShopAnswer<'a>,
    /// The channels that the shop uses.
    channels: &'a [Channel],
    /// The purposes that the shop uses.
    purposes: &'a [PurposeSlug],
    /// The part of the shop's policy that a page needs.
    policy: PolicyAnswer<'a>,
    /// The notices that the shop shows.
    notices: &'a [Notice],
    /// The decision table: all rules that the storefront module needs to decide as the service does.
    decisions: Sheet,
}

/// The public data of a shop.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ShopAnswer<'a> {
    /// The id of the shop.
    id: &'a str,
    /// The name under which people know the shop.
    name: &'a Line,
    /// The country where the shop is established, ISO 3166-1 alpha-2; `null` if it is not set.
    country: Option<CountryCode>,
    /// The URL of the shop's privacy notice. Absent if it is not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_url: Option<&'a PageUrl>,
}

/// The part of a shop's policy that a page needs.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct PolicyAnswer<'a> {
    /// The channels on which an anonymous opt-in awaits confirmation.
    confirmation: &'a [Channel],
    /// The transactional purposes, which are not marketing.
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

/// Answer of `POST /v1/shops`. It contains the shop's first keys, which are never shown again.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct NewShopAnswer<'a> {
    #[serde(flatten)]
    pub(super) storefront: StorefrontAnswer<'a>,
    /// The first keys of the shop. They are shown only in this answer.
    pub(super) keys: KeysAnswer<'a>,
}

/// The first keys of a shop.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct KeysAnswer<'a> {
    /// The publishable key for the shop's pages, with the scopes `storefront` and `capture`.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::contract::schema::KeyText"))]
    pub(super) publishable: &'a str,
    /// The secret key for the shop's servers, with every scope.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::contract::schema::KeyText"))]
    pub(super) secret: &'a str,
}

/// Answer of `POST /v1/consents`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct ReceiptAnswer {
    /// The id that the sender gave to the submission.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The time at which the submission was first received.
    received_at: Timestamp,
    /// The id of the contact. Present only if the submission was sent with a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    contact: Option<String>,
}

impl ReceiptAnswer {
    /// Builds the answer. A page gets the same answer whether or not the person was known; only the shop's server gets
    /// the contact id.
    pub(super) fn of(receipt: &Receipt, trusted: bool) -> Self {
        let contact = receipt.contact.filter(|_| trusted).map(|contact| contact.to_string());
        Self { id: receipt.id.to_string(), received_at: receipt.received_at, contact }
    }
}

/// Answer of `POST /v1/decisions` for one contact, and the entry for each of many contacts.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct DecidedAnswer {
    /// The id of the contact; `null` if the ledger has no contact for the address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    contact: Option<String>,
    /// The address that a message would be sent to. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The decision whether the message may be sent, with its reason.
    decision: WrittenDecision,
}

/// The entry for one of many contacts: a decision, or the error that prevented it.
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

/// Answer of `POST /v1/decisions` for many contacts, in the order of the request.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct DecisionsAnswer {
    /// One entry for each contact of the request: a decision, or the error that prevented it.
    pub(super) decisions: Vec<ItemAnswer>,
}

/// Answer of `POST /v1/activities`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct NotedAnswer {
    /// The number of addresses for which the activities were recorded.
    pub(super) addresses: usize,
}

/// Answer of `POST /v1/suppressions`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct SuppressionAnswer {
    /// The id of the suppression. Decisions name it as the deciding record.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The time from which the suppression counts.
    created_at: Timestamp,
}

impl SuppressionAnswer {
    pub(super) fn of(suppression: &Suppression) -> Self {
        Self { id: suppression.id.0.to_string(), created_at: suppression.created_at }
    }
}

/// Answer of `GET /v1/shop` and `PUT /v1/shop`. Without `id`, `created_at` and `certificate_key` it is a valid body of
/// `PUT /v1/shop`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct ShopSettingsAnswer<'a> {
    /// The id of the shop.
    id: &'a str,
    /// The time at which the shop was created.
    created_at: Timestamp,
    /// The public key that verifies the shop's certificates, a JSON Web Key (RFC 8037).
    certificate_key: Jwk,
    /// The name under which people know the shop.
    name: &'a Line,
    /// The country where the shop is established, ISO 3166-1 alpha-2; `null` if it is not set.
    country: Option<CountryCode>,
    /// The web origins on which the shop's publishable keys work.
    origins: &'a [Origin],
    /// The channels that the shop uses.
    channels: &'a [Channel],
    /// The purposes that the shop uses.
    purposes: &'a [PurposeSlug],
    /// The notices that the shop shows.
    notices: &'a [Notice],
    /// The rules that the shop adds to the law, and the rules that it loosens.
    policy: FullPolicyAnswer<'a>,
    /// The information that a person can read about the handling of their data.
    privacy: &'a Privacy,
    /// The rate limits, in requests per second.
    limits: Limits,
    /// The settings of links and of the messages that contain them.
    links: &'a crate::ledger::Links,
    /// The settings of subject requests.
    requests: &'a crate::ledger::Requests,
    /// The retention periods of data that is no longer needed.
    retention: &'a crate::ledger::Retention,
    /// The data about the origin of a page's submission that the shop stores as evidence, beyond what the page sends
    /// itself.
    evidence: crate::ledger::Evidence,
}

/// The shop's policy, with every default filled in.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct FullPolicyAnswer<'a> {
    /// The channels on which an anonymous opt-in awaits confirmation.
    confirmation: &'a [Channel],
    /// The transactional purposes, which are not marketing.
    transactional: &'a [PurposeSlug],
    /// The bases that the shop accepts for marketing.
    bases: &'a [Basis],
    /// The minimum age from which a person's act counts, in years. It has an effect only above the age in the law.
    minimum_age: u16,
    /// Whether a person of unknown age counts as too young.
    age_required: bool,
    /// The number of months without activity of the person after which every ground lapses; 0 if there is no such
    /// limit.
    expires_after_months: u16,
    /// The rules that the shop loosens, each with a reason.
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

/// A key. The answer that creates it also contains the key itself.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct KeyAnswer<'a> {
    /// The id of the key. The audit log refers to the key by this id.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The key itself. Present only in the answer that creates it; it is never shown again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::api::contract::schema::KeyText>"))]
    key: Option<&'a str>,
    /// The kind of key: `pk` (publishable) or `sk` (secret).
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::key::KeyKind"))]
    kind: &'a str,
    /// The shop's name for the key; `null` if it has none.
    name: Option<&'a str>,
    /// The scopes of the key.
    #[cfg_attr(feature = "contract", schemars(with = "Vec<crate::api::key::Scope>"))]
    scopes: Vec<&'a str>,
    /// The web origins on which the key works; `null` if it works on all origins of the shop.
    origins: Option<&'a [Origin]>,
    /// Whether the key works now: it is neither revoked nor expired.
    active: bool,
    /// The time at which the shop was created.
    created_at: Timestamp,
    /// The time from which the key no longer works; `null` if it does not expire.
    expires_at: Option<Timestamp>,
    /// The time at which the key was revoked; `null` if it is not revoked.
    revoked_at: Option<Timestamp>,
    /// The time of the last use, accurate to a minute; `null` if the key was never used.
    last_used_at: Option<Timestamp>,
    /// The id of the key that replaced this one in a rotation; `null` if there is none.
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

/// Answer of `GET /v1/keys`, the newest key first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct KeyListAnswer<'a> {
    /// The keys of the shop, including expired and revoked ones.
    pub(super) keys: Vec<KeyAnswer<'a>>,
}

/// Answer of `GET /v1/audit`, the newest line first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct AuditAnswer {
    /// The lines of the audit log.
    pub(super) entries: Vec<AuditEntry>,
    /// The value to send as `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(super) next: Option<String>,
}

/// Answer of `GET /v1/statistics`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct StatisticsAnswer {
    /// The counts, erased contacts included.
    pub(super) counts: Vec<StatisticsEntry>,
}

/// Answer of `POST /v1/disclosures`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct DisclosedAnswer {
    /// The id of the contact whose data was disclosed.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub(super) contact: String,
}

/// Answer of `DELETE /v1/contacts/{id}` and `GET /v1/contacts/{id}/certificate`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(super) struct ErasedAnswer {
    /// The content of the certificate, for people to read. The signed form is `jws`.
    certificate: Certificate,
    /// The signed certificate: a JWS in compact serialisation, EdDSA (RFC 7515, RFC 8037).
    jws: String,
    /// The public key of the shop that verifies the certificate.
    key: Jwk,
    /// The recipients that data of the person was disclosed to, by the shop's ids for them. The shop must tell them of
    /// the erasure (GDPR Art. 19).
    recipients: Vec<String>,
}

impl ErasedAnswer {
    pub(super) fn of(shop: &Shop, certified: Certified) -> Result<Self, Problem> {
        let key = shop.signing_key().jwk();
        // The service wrote and stored this certificate itself. If it does not verify, the stored data was changed.
        let certificate = Certificate::verified(&certified.jws, &key)
            .map_err(|error| Problem::Internal { cause: format!("a certificate that is kept: {error}") })?;
        Ok(Self { certificate, jws: certified.jws, key, recipients: certified.recipients })
    }
}

/// Builds a JSON response that caches must not store.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response<Bytes>, Problem> {
    let mut response = json_text(serde_json::to_vec(value)?.into());
    *response.status_mut() = status;
    Ok(response)
}

/// Builds a response like [`json`] from text that is JSON already.
pub(super) fn json_text(body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
