//! What a page needs to know of the shop.

use serde::Serialize;

use crate::consent::{Channel, CountryCode, DecisionTable, PurposeSlug};
use crate::ledger::{Challenge, MAX_NUMBER, Notice, PresenceProof, Shop};
use crate::model::text::{Line, PageUrl};

/// Answer of `GET /v1/storefront`: everything that the shop's pages need, and nothing that they must not show.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct StorefrontAnswer<'a> {
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
    /// The proof of presence that an anonymous submission needs. Absent if it needs none.
    #[serde(skip_serializing_if = "Option::is_none")]
    presence: Option<PresenceProof>,
    /// The decision table: all rules that the storefront module needs to decide as the service does.
    decisions: DecisionTable,
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

/// Answer of `GET /v1/storefront/{key}/challenge`: a proof of work for the page, in the form of ALTCHA's version 1.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ChallengeAnswer {
    /// The hash function: `SHA-256`.
    algorithm: &'static str,
    /// The hash of the salt and the number that is to be found, in lower-case hexadecimal digits.
    challenge: String,
    /// The highest number that is possible.
    maxnumber: u32,
    /// The text before the number. It states until when the challenge is valid.
    salt: String,
    /// The shop's signature of the challenge, in lower-case hexadecimal digits.
    signature: String,
}

impl From<Challenge> for ChallengeAnswer {
    fn from(Challenge { salt, hash, signature }: Challenge) -> Self {
        Self { algorithm: "SHA-256", challenge: hash, maxnumber: MAX_NUMBER, salt, signature }
    }
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
    pub(in crate::api) fn of(shop: &'a Shop) -> Self {
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
                confirmation: &settings.policy.confirmation,
                transactional: &settings.policy.transactional,
            },
            notices: &settings.notices,
            presence: settings.limits.presence,
            decisions: DecisionTable::of(&settings.policy()),
        }
    }
}
