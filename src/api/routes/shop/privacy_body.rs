//! The parts of a shop's settings about privacy information and rate limits.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::fields::{COUNTRY, LINE, LOCALE, PURPOSE, TOKEN, URL, field, optional};
use crate::api::problem::{Fault, Problem};
use crate::consent::{CountryCode, PurposeSlug};
use crate::ledger::{Limits, MessageLimits, Privacy, PurposeText, Recipient, RecipientRole};
use crate::model::text::{Line, Locale, PageUrl, Token};

/// The information that a person can read about the handling of their data, GDPR Art. 13 to 15.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PrivacyBody {
    /// How to reach the controller: an e-mail address, a postal address or a telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    contact: Option<String>,
    /// The URL of the privacy notice.
    #[cfg_attr(feature = "contract", schemars(with = "Option<PageUrl>"))]
    policy_url: Option<String>,
    /// The supervisory authority with which a person may lodge a complaint, GDPR Art. 77.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    authority: Option<String>,
    /// The recipients that the shop discloses data to.
    #[serde(default)]
    recipients: Vec<Object<RecipientBody>>,
    /// The purposes, described in plain words.
    #[serde(default)]
    purposes: Vec<Object<PurposeTextBody>>,
    /// The number of days for which the audit log is stored, 30 to 3,650. Default: 730.
    #[cfg_attr(feature = "contract", schemars(range(min = 30, max = 3_650)))]
    audit_days: Option<u16>,
}

/// A recipient of personal data.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct RecipientBody {
    /// The shop's short name for the recipient. Disclosures refer to the recipient by this id.
    #[cfg_attr(feature = "contract", schemars(with = "Token"))]
    id: String,
    /// The name of the recipient.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    name: String,
    /// The role in which the recipient gets the data.
    #[cfg_attr(feature = "contract", schemars(with = "RecipientRole"))]
    role: String,
    /// The country where the recipient is, ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    country: Option<String>,
    /// The safeguard that protects the data if the recipient is outside the EEA, GDPR Art. 15(2).
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    safeguard: Option<String>,
}

/// A description of a purpose in plain words.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct PurposeTextBody {
    /// The purpose that the text describes.
    #[cfg_attr(feature = "contract", schemars(with = "PurposeSlug"))]
    purpose: String,
    /// The description of the purpose, for people.
    #[cfg_attr(feature = "contract", schemars(with = "Line"))]
    text: String,
    /// The language of the text, a BCP 47 tag. Absent: the text is used for every language that has no text of its own.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Locale>"))]
    locale: Option<String>,
}

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
    /// The number of new contacts of a day that anonymous forms may make. Above it, anonymous submissions get 429 and
    /// have to wait. The storefront module sends them later by itself. Default: 20,000.
    #[cfg_attr(feature = "contract", schemars(range(min = 1, max = 10_000_000)))]
    unproven_day: Option<u32>,
    /// The numbers of messages that the shop sends, whatever causes them. What is over one of them is held.
    messages: Option<Object<MessageLimitsBody>>,
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
}

impl MessageLimitsBody {
    fn parse(&self) -> Result<MessageLimits, Problem> {
        let default = MessageLimits::default();
        let count = |name: &str, count: Option<u32>, default| match count.unwrap_or(default) {
            count if (1..=MessageLimits::MAX).contains(&count) => Ok(count),
            _ => {
                let fault = Fault::new("out_of_range", "give 1 to 10000000 messages");
                Err(Problem::field(format!("/limits/messages/{name}"), fault))
            }
        };
        Ok(MessageLimits {
            hour: count("hour", self.hour, default.hour)?,
            day: count("day", self.day, default.day)?,
            text_day: count("text_day", self.text_day, default.text_day)?,
            country_day: count("country_day", self.country_day, default.country_day)?,
            address_day: count("address_day", self.address_day, default.address_day)?,
        })
    }
}

const ROLE: Fault = Fault::new("unknown_role", RecipientRole::USE_ONE);

impl PrivacyBody {
    pub(in crate::api) fn parse(&self) -> Result<Privacy, Problem> {
        if self.audit_days.is_some_and(|days| !(30..=3_650).contains(&days)) {
            let fault = Fault::new("out_of_range", "keep the audit log for 30 to 3650 days");
            return Err(Problem::field("/privacy/audit_days", fault));
        }
        let recipients = self.recipients.iter().enumerate();
        let purposes = self.purposes.iter().enumerate();
        Ok(Privacy {
            contact: optional("/privacy/contact", self.contact.as_deref(), Line::parse, LINE)?,
            policy_url: optional("/privacy/policy_url", self.policy_url.as_deref(), PageUrl::parse, URL)?,
            authority: optional("/privacy/authority", self.authority.as_deref(), Line::parse, LINE)?,
            recipients: recipients.map(|(at, one)| one.0.parse(at)).collect::<Result<_, _>>()?,
            purposes: purposes.map(|(at, one)| one.0.parse(at)).collect::<Result<_, _>>()?,
            audit_days: self.audit_days,
        })
    }
}

impl RecipientBody {
    fn parse(&self, index: usize) -> Result<Recipient, Problem> {
        let at = |name: &str| format!("/privacy/recipients/{index}/{name}");
        Ok(Recipient {
            id: field(&at("id"), &self.id, Token::parse, TOKEN)?,
            name: field(&at("name"), &self.name, Line::parse, LINE)?,
            role: field(&at("role"), &self.role, RecipientRole::parse, ROLE)?,
            country: optional(&at("country"), self.country.as_deref(), CountryCode::parse, COUNTRY)?,
            safeguard: optional(&at("safeguard"), self.safeguard.as_deref(), Line::parse, LINE)?,
        })
    }
}

impl PurposeTextBody {
    fn parse(&self, index: usize) -> Result<PurposeText, Problem> {
        let at = |name: &str| format!("/privacy/purposes/{index}/{name}");
        Ok(PurposeText {
            purpose: field(&at("purpose"), &self.purpose, PurposeSlug::parse, PURPOSE)?,
            text: field(&at("text"), &self.text, Line::parse, LINE)?,
            locale: optional(&at("locale"), self.locale.as_deref(), Locale::parse, LOCALE)?,
        })
    }
}

impl LimitsBody {
    pub(in crate::api) fn parse(&self) -> Result<Limits, Problem> {
        let default = Limits::default();
        let rate = |name: &str, given: Option<u16>, default: u16| match given.unwrap_or(default) {
            rate if (1..=Limits::MAX).contains(&rate) => Ok(rate),
            _ => {
                let fault = Fault::new("out_of_range", "use 1 to 10000 requests a second");
                Err(Problem::field(format!("/limits/{name}"), fault))
            }
        };
        Ok(Limits {
            publishable: rate("publishable", self.publishable, default.publishable)?,
            secret: rate("secret", self.secret, default.secret)?,
            visitor: rate("visitor", self.visitor, default.visitor)?,
            unproven_day: match self.unproven_day.unwrap_or(default.unproven_day) {
                count if (1..=MessageLimits::MAX).contains(&count) => count,
                _ => {
                    let fault = Fault::new("out_of_range", "give 1 to 10000000 contacts");
                    return Err(Problem::field("/limits/unproven_day", fault));
                }
            },
            messages: self.messages.as_ref().map(|own| own.0.parse()).transpose()?.unwrap_or_default(),
        })
    }
}
