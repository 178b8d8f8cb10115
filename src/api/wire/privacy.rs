//! The parts of a shop's body about what it tells people, and about its limits.

use serde::Deserialize;

use super::{COUNTRY, LINE, PURPOSE, TOKEN, URL, field, optional};
use crate::api::body::Object;
use crate::api::problem::{Fault, Problem};
use crate::consent::{CountryCode, PurposeSlug};
use crate::ledger::text::{Line, PageUrl, Token};
use crate::ledger::{Limits, Privacy, PurposeText, Recipient, RecipientRole};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PrivacyBody {
    contact: Option<String>,
    policy_url: Option<String>,
    authority: Option<String>,
    #[serde(default)]
    recipients: Vec<Object<RecipientBody>>,
    #[serde(default)]
    purposes: Vec<Object<PurposeTextBody>>,
    audit_days: Option<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecipientBody {
    id: String,
    name: String,
    role: String,
    country: Option<String>,
    safeguard: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PurposeTextBody {
    purpose: String,
    text: String,
}

/// In requests a second; a bucket holds ten seconds' worth.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LimitsBody {
    publishable: Option<u16>,
    secret: Option<u16>,
    visitor: Option<u16>,
}

const ROLE: Fault = Fault::new("unknown_role", "use platform, processor, controller or webhook");

impl PrivacyBody {
    pub(super) fn parse(&self) -> Result<Privacy, Problem> {
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
        })
    }
}

impl LimitsBody {
    pub(super) fn parse(&self) -> Result<Limits, Problem> {
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
        })
    }
}
