//! What a shop decides about links, about requests, about evidence, and about what has outlived its use.

use serde::{Deserialize, Serialize};

use super::request::RequestKind;
use super::text::Origin;

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
