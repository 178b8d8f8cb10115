//! What a shop decides about links, about requests, about evidence, and about what has outlived its use.

use serde::{Deserialize, Serialize};

use crate::consent::{Basis, Channel, CountryCode, Override, Policy, PurposeSlug};
use crate::ledger::shop::privacy::{Limits, Privacy};
use crate::model::request::RequestKind;
use crate::model::text::{Line, Locale, Origin, Sha256Hex, Token};

/// Links and the messages that they stand in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Links {
    /// What links begin with, such as `https://consent.shop.example`; the deployment's own address where nothing is said.
    pub public_url: Option<Origin>,
    /// Days for which a confirmation can be given; 7 where nothing is said.
    pub confirmation_days: Option<u16>,
    /// The time zone in which days are counted, an IANA name such as `Europe/Berlin`; UTC where nothing is said.
    pub time_zone: Option<String>,
}

impl Links {
    /// The most days for a confirmation.
    pub const MAX_DAYS: u16 = 30;

    /// For how many days a confirmation can be given.
    pub fn confirmation_days(&self) -> u16 {
        self.confirmation_days.unwrap_or(7)
    }

    /// The time zone in which days are counted.
    pub fn zone(&self) -> &str {
        self.time_zone.as_deref().unwrap_or("UTC")
    }
}

/// Requests of persons.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Requests {
    /// The kinds that an employee has to approve. What has to be corrected, an employee has to see in any case.
    pub approval: Vec<RequestKind>,
}

impl Requests {
    /// Whether a request of this kind waits for an employee.
    pub fn wait(&self, kind: RequestKind) -> bool {
        kind == RequestKind::Rectification || self.approval.contains(&kind)
    }
}

/// What is kept of where a page's submission came from, besides what it says itself: nothing, unless the shop wants it as evidence
/// (GDPR Art. 7(1)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Evidence {
    /// The network of the client's address: the first 24 bits of an IPv4 address, 48 of an IPv6 address.
    pub ip: bool,
    /// The browser, without its minor versions.
    pub user_agent: bool,
}

/// For how long things are kept that are of no use any more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Retention {
    /// Months after which a contact goes who has given no sign, said no yes and bought nothing in that time; never where nothing is
    /// said. The French authority wants 36.
    pub prospect_months: Option<u16>,
    /// Days for which delivered events are kept; 30 where nothing is said.
    pub event_days: Option<u16>,
    /// Months for which requests that were answered stay in the log; 24 where nothing is said, as 11 CCR § 7101 has it.
    pub request_months: Option<u16>,
}

impl Retention {
    /// The most months.
    pub const MAX_MONTHS: u16 = 120;
    /// The most days.
    pub const MAX_DAYS: u16 = 90;

    /// For how many days delivered events are kept.
    pub fn event_days(&self) -> u16 {
        self.event_days.unwrap_or(30)
    }

    /// For how many months answered requests are kept.
    pub fn request_months(&self) -> u16 {
        self.request_months.unwrap_or(24)
    }
}

/// What a shop has decided about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settings {
    /// The name that people know it by.
    pub name: Line,
    /// Where it is established.
    pub country: Option<CountryCode>,
    /// The web origins on which its publishable keys work.
    pub origins: Vec<Origin>,
    /// The channels it uses.
    pub channels: Vec<Channel>,
    /// The purposes it has.
    pub purposes: Vec<PurposeSlug>,
    /// The words that it shows, by version and language.
    pub notices: Vec<Notice>,
    /// The channels on which an anonymous opt-in awaits confirmation.
    pub confirmation: Vec<Channel>,
    /// What else the shop asks for beyond the law, and where it goes its own way. Absent in shops of the first version.
    #[serde(default)]
    pub policy: PolicySettings,
    /// What a person may know of how their data is handled.
    #[serde(default)]
    pub privacy: Privacy,
    /// How much may be asked.
    #[serde(default)]
    pub limits: Limits,
    /// Links and the messages that they stand in.
    #[serde(default)]
    pub links: Links,
    /// Requests of persons.
    #[serde(default)]
    pub requests: Requests,
    /// For how long things are kept that are of no use any more.
    #[serde(default)]
    pub retention: Retention,
    /// What is kept of where a page's submission came from.
    #[serde(default)]
    pub evidence: Evidence,
}

/// The part of a [`Policy`] that is not told by other settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicySettings {
    /// The purposes that are no advertising.
    pub transactional: Vec<PurposeSlug>,
    /// The bases that advertising may rest on.
    pub bases: Vec<Basis>,
    /// The age from which on a person's act counts, where it is above that of the law.
    pub minimum_age: u16,
    /// Whether a person of unknown age counts as too young.
    pub age_required: bool,
    /// Months after which every ground lapses if the person has not turned to the shop; 0 for no such limit.
    pub expires_after_months: u16,
    /// Where the shop goes its own way.
    pub overrides: Vec<Override>,
}

impl Default for PolicySettings {
    fn default() -> Self {
        let Policy { transactional, bases, minimum_age, age_required, expires_after_months, overrides, .. } =
            Policy::default();
        Self { transactional, bases, minimum_age, age_required, expires_after_months, overrides }
    }
}

impl Settings {
    /// The part of the settings that bears on decisions.
    pub fn policy(&self) -> Policy {
        let own = self.policy.clone();
        Policy {
            channels: self.channels.clone(),
            confirmation: self.confirmation.clone(),
            transactional: own.transactional,
            bases: own.bases,
            minimum_age: own.minimum_age,
            age_required: own.age_required,
            expires_after_months: own.expires_after_months,
            overrides: own.overrides,
        }
    }

    /// The words that a record's notice stands for. The hash decides: what a page claims to have shown under a name is
    /// believed only if it is what the shop says that it shows under that name.
    pub fn words_of(&self, id: &str, version: &str, locale: &str, text_sha256: &str) -> Option<String> {
        let named = |notice: &&Notice| {
            (notice.id.as_str(), notice.version.as_str(), notice.locale.as_str()) == (id, version, locale)
        };
        let mut notices = self.notices.iter().filter(named);
        notices.find(|notice| Sha256Hex::of(&notice.text).as_str() == text_sha256).map(|notice| notice.text.clone())
    }
}

/// Words that were or are shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Notice {
    /// The shop's name for it.
    pub id: Token,
    /// Its version.
    pub version: Token,
    /// Its language.
    pub locale: Locale,
    /// The words: the notice, and below it the label of each choice, a line each.
    pub text: String,
    /// The choices that its last lines are the labels of, in this order. A page can be made of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<NoticeChoice>,
}

/// A choice that a notice offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct NoticeChoice {
    /// By this channel.
    pub channel: Channel,
    /// For this purpose.
    pub purpose: PurposeSlug,
}
