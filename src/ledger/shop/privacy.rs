//! The information that a shop gives persons about their data (GDPR Art. 13 to 15), and the shop's rate limits.

use serde::{Deserialize, Serialize};

use crate::consent::{CountryCode, PurposeSlug};
use crate::model::text::{Line, Locale, PageUrl, Token};

/// The information that a person can read about the handling of their data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Privacy {
    /// How to reach the controller: an e-mail address, a postal address or a telephone number.
    pub contact: Option<Line>,
    /// The URL of the privacy notice.
    pub policy_url: Option<PageUrl>,
    /// The supervisory authority with which a person may lodge a complaint, GDPR Art. 77.
    pub authority: Option<Line>,
    /// The recipients that the shop discloses data to.
    pub recipients: Vec<Recipient>,
    /// The purposes, described in plain words.
    pub purposes: Vec<PurposeText>,
    /// The number of days for which the audit log is stored. Default: 730.
    pub audit_days: Option<u16>,
}

impl Privacy {
    /// The default, two years: California requires that requests stay on record so long (11 CCR § 7101).
    const AUDIT_DAYS: u16 = 730;

    /// Returns the number of days for which the audit log is stored.
    pub fn audit_days(&self) -> u16 {
        self.audit_days.unwrap_or(Self::AUDIT_DAYS)
    }
}

/// A recipient of personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Recipient {
    /// The shop's short name for the recipient. Disclosures refer to the recipient by this id.
    pub id: Token,
    /// The name of the recipient.
    pub name: Line,
    /// The role in which the recipient gets the data.
    pub role: RecipientRole,
    /// The country where the recipient is, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country: Option<CountryCode>,
    /// The safeguard that protects the data if the recipient is outside the EEA (GDPR Art. 15(2), 46).
    #[serde(default)]
    pub safeguard: Option<Line>,
}

vocabulary! {
    /// The role of a recipient of data.
    RecipientRole, "unknown role" {
        /// The shop's e-commerce platform.
        Platform = "platform",
        /// The recipient acts on behalf of the shop (processor, GDPR Art. 28).
        Processor = "processor",
        /// The recipient acts on its own behalf (controller).
        Controller = "controller",
        /// A URL of the shop that events are sent to.
        Webhook = "webhook",
    }
}

/// A description of a purpose in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct PurposeText {
    /// The purpose that the text describes.
    pub purpose: PurposeSlug,
    /// The description of the purpose, for people.
    pub text: Line,
    /// The language of the text, a BCP 47 tag. Absent: the text is used for every language that has no text of its own.
    #[serde(default)]
    pub locale: Option<Locale>,
}

impl Privacy {
    /// Returns the description of a purpose, or the purpose's slug with spaces for underscores if there is none.
    pub fn purpose_in(&self, purpose: &PurposeSlug, language: &str) -> String {
        self.words_for(purpose, language).unwrap_or_else(|| purpose.as_str().replace('_', " "))
    }

    /// Returns the description of a purpose: first in the language of `tag`, else one without a language, else any.
    pub fn words_for(&self, purpose: &PurposeSlug, tag: &str) -> Option<String> {
        let language = tag.split('-').next().unwrap_or_default();
        let mut own = self.purposes.iter().filter(|text| text.purpose == *purpose);
        let of = |text: &&PurposeText| {
            let locale = text.locale.as_ref().map(Locale::as_str);
            locale.and_then(|locale| locale.split('-').next()).is_some_and(|own| own.eq_ignore_ascii_case(language))
        };
        let found =
            own.clone().find(of).or_else(|| own.clone().find(|text| text.locale.is_none())).or_else(|| own.next());
        found.map(|text| text.text.as_str().to_owned())
    }
}
