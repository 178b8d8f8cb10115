//! What a shop tells people of how their data is handled (GDPR Art. 13 to 15), and how much may be asked of it.

use serde::{Deserialize, Serialize};

use crate::consent::{CountryCode, PurposeSlug};
use crate::model::text::{Line, Locale, PageUrl, Token};

/// What a person may know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Privacy {
    /// How to reach whoever answers for the data: an e-mail address, a postal address, a telephone number.
    pub contact: Option<Line>,
    /// Where the privacy notice is.
    pub policy_url: Option<PageUrl>,
    /// With whom a person may lodge a complaint, GDPR Art. 77.
    pub authority: Option<Line>,
    /// Whom the shop hands data to.
    pub recipients: Vec<Recipient>,
    /// What the purposes are, in words.
    pub purposes: Vec<PurposeText>,
    /// Days for which the audit log is kept; 730 where nothing is said.
    pub audit_days: Option<u16>,
}

impl Privacy {
    /// Two years: as long as California wants requests to be on record (11 CCR § 7101).
    const AUDIT_DAYS: u16 = 730;

    /// For how long the audit log is kept, in days.
    pub fn audit_days(&self) -> u16 {
        self.audit_days.unwrap_or(Self::AUDIT_DAYS)
    }
}

/// Whom data is handed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Recipient {
    /// The shop's short name for it, by which disclosures name it.
    pub id: Token,
    /// Who it is.
    pub name: Line,
    /// In which role it gets the data.
    pub role: RecipientRole,
    /// Where it is.
    #[serde(default)]
    pub country: Option<CountryCode>,
    /// What protects the data there, where that is outside of the EEA (GDPR Art. 15(2), 46).
    #[serde(default)]
    pub safeguard: Option<Line>,
}

vocabulary! {
    /// In which role data is received.
    RecipientRole, "unknown role" {
        /// The shop's e-commerce platform.
        Platform = "platform",
        /// Acts for the shop, GDPR Art. 28.
        Processor = "processor",
        /// Acts for itself.
        Controller = "controller",
        /// An address of the shop's that events are sent to.
        Webhook = "webhook",
    }
}

/// A purpose in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct PurposeText {
    /// The purpose.
    pub purpose: PurposeSlug,
    /// What it is.
    pub text: Line,
    /// In which language; for all that have no text of their own where nothing is said.
    #[serde(default)]
    pub locale: Option<Locale>,
}

impl Privacy {
    /// A purpose in words, else its own name.
    pub fn purpose_in(&self, purpose: &PurposeSlug, language: &str) -> String {
        self.words_for(purpose, language).unwrap_or_else(|| purpose.as_str().replace('_', " "))
    }

    /// A purpose in words: those of the language of a tag, else those of none, else any.
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

/// How much may be asked, in requests a second. A bucket holds ten seconds' worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Limits {
    /// By one publishable key, and so by all visitors together.
    pub publishable: u16,
    /// By one secret key.
    pub secret: u16,
    /// By one visitor.
    pub visitor: u16,
}

impl Limits {
    /// The most that can be set, in requests a second.
    pub const MAX: u16 = 10_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self { publishable: 200, secret: 100, visitor: 2 }
    }
}
