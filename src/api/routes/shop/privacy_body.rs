//! The parts of a shop's settings about privacy information and rate limits.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::fields::{COUNTRY, LINE, LOCALE, PURPOSE, TOKEN, URL, field, optional};
use crate::api::problem::{Fault, Problem};
use crate::consent::{CountryCode, PurposeSlug};
use crate::ledger::{Privacy, PurposeText, Recipient, RecipientRole};
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
