//! Bodies about requests of persons, and about the providers of messages.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::problem::{Fault, Problem};
use crate::api::wire::{AddressBody, KIND, LINE, LOCALE, needs_secret_key, optional};
use crate::consent::Address;
use crate::ledger::{NewRequest, RequestOrigin, StaffDecision};
use crate::model::request::RequestKind;
use crate::model::text::{Line, Locale};

/// Body of `POST /v1/requests`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RequestBody {
    /// What is asked for.
    #[cfg_attr(feature = "contract", schemars(with = "RequestKind"))]
    kind: String,
    /// By whom. The address is asked whether it was they.
    contact: Object<AddressBody>,
    /// The language of pages and messages; English where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Locale>"))]
    locale: Option<String>,
    /// Of a rectification: what is to be put right, in the person's words, at most 500 characters.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 500)))]
    details: Option<String>,
    /// Whether the shop knows that it is they, such as its logged-in customer; nobody is asked then. For a secret key only, with
    /// the scope of what is asked for: `erase` of an erasure, `export` of access and portability, else `write`.
    verified: Option<bool>,
}

const DETAILS: Fault = Fault::new("invalid_text", "use 1 to 500 characters, and leave it out of other requests");

impl RequestBody {
    pub(in crate::api) fn parse(&self, trusted: bool) -> Result<NewRequest, Problem> {
        let kind = RequestKind::parse(&self.kind).ok_or_else(|| Problem::field("/kind", KIND))?;
        let address: Address = self.contact.0.parse("/contact")?;
        let locale = optional("/locale", self.locale.as_deref(), Locale::parse, LOCALE)?;
        let vouched = self.verified.unwrap_or(false);
        if self.verified.is_some() && !trusted {
            return Err(Problem::field("/verified", needs_secret_key()));
        }
        let fits = |text: &str| {
            (kind == RequestKind::Rectification && (1..=500).contains(&text.chars().count())).then(|| text.to_owned())
        };
        let details = optional("/details", self.details.as_deref(), fits, DETAILS)?;
        Ok(NewRequest {
            kind,
            address,
            locale: locale.map_or_else(|| "en".to_owned(), |locale| locale.as_str().to_owned()),
            details,
            origin: if trusted { RequestOrigin::Api } else { RequestOrigin::Storefront },
            vouched,
        })
    }
}

/// Body of `POST /v1/requests/{id}/decision`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DecisionBody {
    /// What is decided: `approve`, `refuse` or `extend`.
    #[cfg_attr(feature = "contract", schemars(extend("enum" = ["approve", "refuse", "extend"])))]
    action: String,
    /// Why it is refused or takes longer; the person reads it.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    reason: Option<String>,
}

impl DecisionBody {
    pub(in crate::api) fn parse(&self) -> Result<StaffDecision, Problem> {
        let reason = optional("/reason", self.reason.as_deref(), Line::parse, LINE)?;
        let needed = || {
            let fault = Fault::new("missing_field", "say why: the person has to be told (GDPR Art. 12(3) and (4))");
            Problem::field("/reason", fault)
        };
        match self.action.as_str() {
            "approve" => Ok(StaffDecision::Approve),
            "refuse" => Ok(StaffDecision::Refuse(reason.ok_or_else(needed)?)),
            "extend" => Ok(StaffDecision::Extend(reason.ok_or_else(needed)?)),
            _ => Err(Problem::field("/action", Fault::new("unknown_action", "use approve, refuse or extend"))),
        }
    }
}

/// Body of `PUT /v1/providers/{provider}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ProviderBody {
    /// The secret that the provider signs with: Twilio's auth token, Meta's app secret. For `generic` it is made here, leave it out.
    #[cfg_attr(feature = "contract", schemars(length(min = 16, max = 256)))]
    secret: Option<String>,
    /// Of Meta: the word by which it checks that the address is the shop's.
    #[cfg_attr(feature = "contract", schemars(length(min = 8, max = 128)))]
    verify_token: Option<String>,
}

/// What a provider is known by.
pub(in crate::api) struct ProviderSecrets {
    pub(in crate::api) secret: Option<String>,
    pub(in crate::api) verify_token: Option<String>,
}

impl ProviderBody {
    pub(in crate::api) fn parse(&self) -> Result<ProviderSecrets, Problem> {
        let visible = |shortest: usize, longest: usize| {
            move |text: &str| {
                let fits = (shortest..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
                fits.then(|| text.to_owned())
            }
        };
        let secret = Fault::new("invalid_secret", "use the 16 to 256 visible characters that the provider shows");
        let word = Fault::new("invalid_secret", "use 8 to 128 visible characters");
        Ok(ProviderSecrets {
            secret: optional("/secret", self.secret.as_deref(), visible(16, 256), secret)?,
            verify_token: optional("/verify_token", self.verify_token.as_deref(), visible(8, 128), word)?,
        })
    }
}
