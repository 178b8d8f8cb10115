//! A shop's settings for links, subject requests, evidence and retention.

use serde::{Deserialize, Serialize};

use crate::consent::{Basis, Channel, CountryCode, Override, Policy, PurposeSlug};
use crate::ledger::shop::limits::Limits;
use crate::ledger::shop::privacy::Privacy;
use crate::model::request::RequestKind;
use crate::model::text::{Line, Locale, Origin, Sha256Hex, Token};

/// The settings for links and the messages that contain them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Links {
    /// The origin at which links begin, such as `https://consent.shop.example`. Default: the origin of the deployment.
    pub public_url: Option<Origin>,
    /// The number of days for which a confirmation can be answered, 1 to 30. Default: 7.
    pub confirmation_days: Option<u16>,
    /// The time zone in which days are counted, an IANA name such as `Europe/Berlin`. Default: UTC.
    pub time_zone: Option<String>,
}

impl Links {
    /// The maximum of `confirmation_days`.
    pub const MAX_DAYS: u16 = 30;

    /// Returns the number of days for which a confirmation can be answered.
    pub fn confirmation_days(&self) -> u16 {
        self.confirmation_days.unwrap_or(7)
    }

    /// Returns the time zone in which days are counted.
    pub fn zone(&self) -> &str {
        self.time_zone.as_deref().unwrap_or("UTC")
    }
}

/// The settings for subject requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Requests {
    /// The kinds of request that an employee has to approve. A rectification, and an erasure of several accounts of the
    /// shop, always need an employee.
    pub approval: Vec<RequestKind>,
}

impl Requests {
    /// Returns whether each request of this kind waits for an employee.
    pub fn wait(&self, kind: RequestKind) -> bool {
        kind == RequestKind::Rectification || self.approval.contains(&kind)
    }
}

/// The settings for evidence about the origin of a submission from a page, beyond what the page sends itself. Default:
/// nothing is stored, unless the shop wants it as evidence (GDPR Art. 7(1)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Evidence {
    /// Whether to store the network of the client's IP address: the first 24 bits of an IPv4 address, the first 48 bits
    /// of an IPv6 address.
    pub ip: bool,
    /// Whether to store the name of the browser, without minor versions.
    pub user_agent: bool,
}

/// The retention periods of data that is no longer needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Retention {
    /// The number of months after which a contact is erased that was inactive, did not opt in and bought nothing in
    /// that time, at most 120. Absent: never. The French authority requires 36.
    pub prospect_months: Option<u16>,
    /// The number of days for which delivered events are stored, 1 to 90. Default: 30.
    pub event_days: Option<u16>,
    /// The number of months for which answered subject requests stay in the log, at most 120. Default: 24, as 11 CCR §
    /// 7101 requires.
    pub request_months: Option<u16>,
    /// The number of days after which a contact that nobody has proven is let go, 35 to 365. Default: 60.
    pub unproven_days: Option<u16>,
}

impl Retention {
    /// The maximum of the settings in months.
    pub const MAX_MONTHS: u16 = 120;
    /// The maximum of the setting in days.
    pub const MAX_DAYS: u16 = 90;

    /// Returns the number of days for which delivered events are stored.
    pub fn event_days(&self) -> u16 {
        self.event_days.unwrap_or(30)
    }

    /// The limits of the setting for unproven contacts, in days. A question may be open for 30 days.
    pub const UNPROVEN_DAYS: std::ops::RangeInclusive<u16> = 35..=365;

    /// Returns the number of days after which an unproven contact is let go.
    pub fn unproven_days(&self) -> u16 {
        self.unproven_days.unwrap_or(60)
    }

    /// Returns the number of months for which answered subject requests are stored.
    pub fn request_months(&self) -> u16 {
        self.request_months.unwrap_or(24)
    }
}

/// The settings of a shop, as the ledger stores them and as `GET /v1/shop` answers them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Settings {
    /// The name under which people know the shop.
    pub name: Line,
    /// The country where the shop is established, ISO 3166-1 alpha-2; `null` if it is not set.
    pub country: Option<CountryCode>,
    /// The web origins on which the shop's publishable keys work.
    pub origins: Vec<Origin>,
    /// The channels that the shop uses.
    pub channels: Vec<Channel>,
    /// The purposes that the shop uses.
    pub purposes: Vec<PurposeSlug>,
    /// The notices that the shop shows.
    pub notices: Vec<Notice>,
    /// The rules that the shop adds to the law, and the rules that it loosens.
    #[serde(default)]
    pub policy: PolicySettings,
    /// The information that a person can read about the handling of their data.
    #[serde(default)]
    pub privacy: Privacy,
    /// The rate limits, in requests per second.
    #[serde(default)]
    pub limits: Limits,
    /// The settings of links and of the messages that contain them.
    #[serde(default)]
    pub links: Links,
    /// The settings of subject requests.
    #[serde(default)]
    pub requests: Requests,
    /// The retention periods of data that is no longer needed.
    #[serde(default)]
    pub retention: Retention,
    /// The data about the origin of a page's submission that the shop stores as evidence, beyond what the page sends
    /// itself.
    #[serde(default)]
    pub evidence: Evidence,
}

/// The shop's policy, with every default filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema), schemars(rename = "FullPolicyAnswer"))]
#[serde(default)]
pub struct PolicySettings {
    /// The channels on which an anonymous opt-in awaits confirmation.
    pub confirmation: Vec<Channel>,
    /// The transactional purposes, which are not marketing.
    pub transactional: Vec<PurposeSlug>,
    /// The bases that the shop accepts for marketing.
    pub bases: Vec<Basis>,
    /// The minimum age from which a person's act counts, in years. It has an effect only above the age in the law.
    pub minimum_age: u16,
    /// Whether a person of unknown age counts as too young.
    pub age_required: bool,
    /// The number of months without activity of the person after which every ground lapses; 0 if there is no such
    /// limit.
    pub expires_after_months: u16,
    /// The rules that the shop loosens, each with a reason.
    pub overrides: Vec<Override>,
}

impl Default for PolicySettings {
    fn default() -> Self {
        let usual = Policy::default();
        Self {
            confirmation: usual.confirmation,
            transactional: usual.transactional,
            bases: usual.bases,
            minimum_age: usual.minimum_age,
            age_required: usual.age_required,
            expires_after_months: usual.expires_after_months,
            overrides: usual.overrides,
        }
    }
}

impl Settings {
    /// Returns the part of the settings that affects decisions.
    pub fn policy(&self) -> Policy {
        let own = self.policy.clone();
        Policy {
            channels: self.channels.clone(),
            confirmation: own.confirmation,
            transactional: own.transactional,
            bases: own.bases,
            minimum_age: own.minimum_age,
            age_required: own.age_required,
            expires_after_months: own.expires_after_months,
            overrides: own.overrides,
        }
    }

    /// Returns the notice text that a record refers to. The hash decides: the text of a notice with this id, version
    /// and language counts only if its hash is the one that the page reported.
    pub fn words_of(&self, id: &str, version: &str, locale: &str, text_sha256: &str) -> Option<String> {
        let named = |notice: &&Notice| {
            (notice.id.as_str(), notice.version.as_str(), notice.locale.as_str()) == (id, version, locale)
        };
        let mut notices = self.notices.iter().filter(named);
        notices.find(|notice| Sha256Hex::of(&notice.text).as_str() == text_sha256).map(|notice| notice.text.clone())
    }
}

/// A notice that the shop shows or has shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Notice {
    /// The shop's id for the notice.
    pub id: Token,
    /// The version of the notice.
    pub version: Token,
    /// The language of the notice, a BCP 47 tag.
    pub locale: Locale,
    /// The full text: the notice, and below it the label of each choice, one per line.
    pub text: String,
    /// The choices whose labels are the last lines of the text, in the same order. A form can be generated from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<NoticeChoice>,
}

/// A choice that a notice offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct NoticeChoice {
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
}
