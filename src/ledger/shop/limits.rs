//! The limits of a shop: requests by the second, and budgets by the day for what a stranger can cause.

use serde::{Deserialize, Serialize};

vocabulary! {
    /// A proof that somebody sits at the page.
    PresenceProof, "unknown proof" {
        /// A small proof of work, by the open scheme of ALTCHA.
        Altcha = "altcha",
        /// A token of Cloudflare Turnstile.
        Turnstile = "turnstile",
    }
}

/// The rate limits, in requests per second. A bucket holds ten seconds' worth of requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Limits {
    /// The number of requests per second that one publishable key may send, and so all visitors of the shop together.
    pub publishable: u16,
    /// The number of requests per second that one secret key may send.
    pub secret: u16,
    /// The number of requests per second that one visitor may send to the pages of links.
    pub visitor: u16,
    /// The number of new contacts of a day that anonymous forms may make. Above it, anonymous submissions have to wait.
    #[serde(default = "unproven_day")]
    pub unproven_day: u32,
    /// The numbers of messages that the shop sends. What is over one of them is held.
    #[serde(default)]
    pub messages: MessageLimits,
    /// The number of subject requests of a day that anybody may open without proof.
    #[serde(default = "requests_day")]
    pub requests_day: u32,
    /// The space for the shop's data, in megabytes (1,000,000 bytes).
    #[serde(default = "space_mb")]
    pub space_mb: u32,
    /// The maximum time from the request to the end of an identity token, in hours.
    #[serde(default = "identity_hours")]
    pub identity_hours: u8,
    /// The proof that an anonymous submission needs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presence: Option<PresenceProof>,
}

const fn requests_day() -> u32 {
    5_000
}

/// The size at which a Durable Object takes no writes any more.
const fn space_mb() -> u32 {
    10_000
}

const fn identity_hours() -> u8 {
    1
}

const fn unproven_day() -> u32 {
    Limits::UNPROVEN_DAY
}

/// The numbers of messages that a shop sends, whatever causes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct MessageLimits {
    /// All messages of an hour.
    pub hour: u32,
    /// All messages of a day.
    pub day: u32,
    /// The text messages and WhatsApp messages of a day.
    pub text_day: u32,
    /// The text messages and WhatsApp messages of a day to the numbers of one country code.
    pub country_day: u32,
    /// The messages of a day to one mailbox or number. `ada+shop@example.com` counts as `ada@example.com`.
    pub address_day: u32,
    /// The calling codes of the countries to whose numbers the shop sends text messages, such as 44. Empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub country_codes: Vec<u16>,
}

impl MessageLimits {
    /// The highest number that can be set.
    pub const MAX: u32 = 10_000_000;
}

impl Default for MessageLimits {
    /// More than an honest shop of a million contacts sends.
    fn default() -> Self {
        Self {
            hour: 10_000,
            day: 50_000,
            text_day: 20_000,
            country_day: 10_000,
            address_day: 20,
            country_codes: Vec::new(),
        }
    }
}

impl Limits {
    /// The highest limit that can be set, in requests per second.
    pub const MAX: u16 = 10_000;
    /// The default number of new contacts of a day from anonymous forms.
    pub const UNPROVEN_DAY: u32 = 20_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            publishable: 200,
            secret: 100,
            visitor: 2,
            unproven_day: Self::UNPROVEN_DAY,
            messages: MessageLimits::default(),
            requests_day: requests_day(),
            space_mb: space_mb(),
            identity_hours: identity_hours(),
            presence: None,
        }
    }
}
