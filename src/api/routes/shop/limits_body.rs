//! The limits of a shop: requests by the second, and budgets by the day.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::problem::{Fault, Problem};
use crate::ledger::{Limits, MessageLimits, PresenceProof};

/// The rate limits, in requests per second. A caller can save up ten seconds' worth of requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct LimitsBody {
    /// The limit for one publishable key, and so for all visitors of the shop together, in requests per second.
    /// Default: 200.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000)))]
    publishable: Option<u16>,
    /// The limit for one secret key, in requests per second. Default: 100.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000)))]
    secret: Option<u16>,
    /// The limit for one visitor, in requests per second. Default: 2.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000)))]
    visitor: Option<u16>,
    /// The number of anonymous submissions of a day about contacts that nobody has proven, new ones included. Above it,
    /// anonymous submissions get 429 and have to wait. The storefront module sends them later by itself. Default: 20,000.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    unproven_day: Option<u32>,
    /// The numbers of messages that the shop sends, whatever causes them. What is over one of them is held.
    messages: Option<Object<MessageLimitsBody>>,
    /// The number of subject requests of a day that anybody may open without proof, at most 100 from one visitor. Above
    /// it they get 429. Requests from a person's own preference page and from the shop's server do not count. Default:
    /// 5,000.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    requests_day: Option<u32>,
    /// The space for the shop's data, in megabytes. Above 80 % of it anonymous submissions get 503 and have to wait, so that
    /// proven opt-outs and the rights of persons always have room. Default: 10,000, the size of a Durable Object.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    space_mb: Option<u32>,
    /// The maximum time from the request to the end of an identity token, in hours. Default: 1.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 24)))]
    identity_hours: Option<u8>,
    /// The proof that somebody sits at the page, which an anonymous submission needs in `presence`.
    /// `altcha`: a small proof of work, which the elements carry out by themselves. `turnstile`: a token of Cloudflare
    /// Turnstile; the deployment needs `PLACET_TURNSTILE_SECRET`. Submissions with an identity token, links and subject
    /// requests need no proof. Default: none.
    #[cfg_attr(feature = "contract", schemars(with = "Option<PresenceProof>"))]
    presence: Option<String>,
}

/// The numbers of messages that a shop sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct MessageLimitsBody {
    /// All messages of an hour. Default: 10,000.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    hour: Option<u32>,
    /// All messages of a day. Default: 50,000.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    day: Option<u32>,
    /// The text messages and WhatsApp messages of a day. Default: 20,000.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    text_day: Option<u32>,
    /// The text messages and WhatsApp messages of a day to the numbers of one country code. Default: 10,000.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    country_day: Option<u32>,
    /// The messages of a day to one mailbox or number. A tag makes no other mailbox: `ada+shop@example.com` is
    /// `ada@example.com`. What is over this number is never sent. Default: 20.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    address_day: Option<u32>,
    /// The calling codes of the countries to whose numbers the shop sends text messages, such as 44. A message to another
    /// country is never sent. Default: all countries. Satellite and premium numbers are never texted.
    #[cfg_attr(feature = "contract", schemars(inner(range(min = 1, max = 999))))]
    country_codes: Option<Vec<u16>>,
}

/// Returns a number that the caller has given, or else the default. `range` is inclusive.
fn within<N: PartialOrd + Copy>(
    name: &str,
    given: Option<N>,
    default: N,
    range: std::ops::RangeInclusive<N>,
    fault: Fault,
) -> Result<N, Problem> {
    match given.unwrap_or(default) {
        number if range.contains(&number) => Ok(number),
        _ => Err(Problem::field(format!("/limits/{name}"), fault)),
    }
}

const RATE: Fault = Fault::new("out_of_range", "use 1 to 10000 requests a second");
const COUNT: Fault = Fault::new("out_of_range", "give 1 to 10000000");
const HOURS: Fault = Fault::new("out_of_range", "give 1 to 24 hours");
const CODE: Fault = Fault::new("out_of_range", "give calling codes from 1 to 999, such as 44");

const PRESENCE: Fault = Fault::new("unknown_presence", PresenceProof::USE_ONE);

fn presence(text: &str) -> Result<PresenceProof, Problem> {
    PresenceProof::parse(text).ok_or_else(|| Problem::field("/limits/presence", PRESENCE))
}

impl MessageLimitsBody {
    fn parse(&self) -> Result<MessageLimits, Problem> {
        let default = MessageLimits::default();
        let count = |name: &str, given: Option<u32>, default| {
            within(&format!("messages/{name}"), given, default, 1..=MessageLimits::MAX, COUNT)
        };
        let country_codes = self.country_codes.clone().unwrap_or_default();
        for (index, code) in country_codes.iter().enumerate() {
            within(&format!("messages/country_codes/{index}"), Some(*code), 0, 1..=999, CODE)?;
        }
        Ok(MessageLimits {
            hour: count("hour", self.hour, default.hour)?,
            day: count("day", self.day, default.day)?,
            text_day: count("text_day", self.text_day, default.text_day)?,
            country_day: count("country_day", self.country_day, default.country_day)?,
            address_day: count("address_day", self.address_day, default.address_day)?,
            country_codes,
        })
    }
}

impl LimitsBody {
    pub(in crate::api) fn parse(&self) -> Result<Limits, Problem> {
        let default = Limits::default();
        let rate = |name: &str, given: Option<u16>, default| within(name, given, default, 1..=Limits::MAX, RATE);
        let messages = self.messages.as_ref().map(|own| own.0.parse()).transpose()?;
        Ok(Limits {
            publishable: rate("publishable", self.publishable, default.publishable)?,
            secret: rate("secret", self.secret, default.secret)?,
            visitor: rate("visitor", self.visitor, default.visitor)?,
            unproven_day: within(
                "unproven_day",
                self.unproven_day,
                default.unproven_day,
                1..=MessageLimits::MAX,
                COUNT,
            )?,
            messages: messages.unwrap_or_default(),
            requests_day: within(
                "requests_day",
                self.requests_day,
                default.requests_day,
                1..=MessageLimits::MAX,
                COUNT,
            )?,
            space_mb: within("space_mb", self.space_mb, default.space_mb, 1..=MessageLimits::MAX, COUNT)?,
            identity_hours: within("identity_hours", self.identity_hours, default.identity_hours, 1..=24, HOURS)?,
            presence: self.presence.as_deref().map(presence).transpose()?,
        })
    }
}
