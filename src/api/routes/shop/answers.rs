//! What the routes of the shop itself answer.

use serde::Serialize;

use crate::api::routes::storefront::answers::StorefrontAnswer;
use crate::consent::jws::Jwk;
use crate::consent::{Basis, Channel, CountryCode, Override, PurposeSlug, Timestamp};
use crate::ledger::{AuditEntry, Limits, Notice, OverdueEntry, Privacy, Shop, StatisticsEntry};
use crate::model::text::{Line, Origin};

/// Answer of `POST /v1/shops`. It contains the shop's first keys, which are never shown again.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NewShopAnswer<'a> {
    #[serde(flatten)]
    pub(in crate::api) storefront: StorefrontAnswer<'a>,
    /// The first keys of the shop. They are shown only in this answer.
    pub(in crate::api) keys: KeysAnswer<'a>,
}

/// The first keys of a shop.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct KeysAnswer<'a> {
    /// The publishable key for the shop's pages, with the scopes `storefront` and `capture`.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::schema::KeyText"))]
    pub(in crate::api) publishable: &'a str,
    /// The secret key for the shop's servers, with every scope.
    #[cfg_attr(feature = "contract", schemars(with = "crate::api::schema::KeyText"))]
    pub(in crate::api) secret: &'a str,
}

/// Answer of `GET /v1/shop` and `PUT /v1/shop`. Without `id`, `created_at` and `certificate_key` it is a valid body of
/// `PUT /v1/shop`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ShopSettingsAnswer<'a> {
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
    pub(in crate::api) fn of(shop: &'a Shop) -> Self {
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

/// Answer of `GET /v1/audit`, the newest line first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct AuditAnswer {
    /// The lines of the audit log.
    pub(in crate::api) entries: Vec<AuditEntry>,
    /// The value to send as `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) next: Option<String>,
}

/// Answer of `GET /v1/statistics`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct StatisticsAnswer {
    /// The counts, erased contacts included.
    pub(in crate::api) counts: Vec<StatisticsEntry>,
}

/// The data whose retention period has expired. The next daily run deletes it.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RetentionAnswer {
    /// The expired data, one entry for each kind of data.
    pub(in crate::api) overdue: Vec<OverdueEntry>,
}
