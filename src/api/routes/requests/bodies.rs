//! Bodies of the routes for subject requests and for message providers.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::fields::{AddressBody, KIND, LINE, LOCALE, needs_secret_key, optional};
use crate::api::problem::{Fault, Problem};
use crate::consent::{Address, CountryCode};
use crate::ledger::{Answering, NewRequest, RequestOrigin, StaffDecision};
use crate::model::request::RequestKind;
use crate::model::text::{Line, Locale};

/// Body of `POST /v1/requests`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct RequestBody {
    /// The kind of request.
    #[cfg_attr(feature = "contract", schemars(with = "RequestKind"))]
    kind: String,
    /// The address of the person who makes the request. The person verifies the request with a link or a code that is
    /// sent to this address.
    contact: Object<AddressBody>,
    /// The language of pages and messages, a BCP 47 tag. Default: English.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Locale>"))]
    locale: Option<String>,
    /// The data to correct, in the person's own words, 1 to 500 characters. Only for a rectification.
    #[cfg_attr(feature = "contract", schemars(length(min = 1, max = 500)))]
    details: Option<String>,
    /// Whether the shop has verified the identity of the person, for example a logged-in customer. If true, no link or
    /// code is sent. Default: false. Requires a secret key with the scope for the kind of request: `erase` for an
    /// erasure, `export` for access and portability, `write` for the others.
    verified: Option<bool>,
}

const DETAILS: Fault = Fault::new("invalid_text", "use 1 to 500 characters, and leave it out of other requests");

impl RequestBody {
    pub(in crate::api) fn parse(&self, trusted: bool, home: Option<CountryCode>) -> Result<NewRequest, Problem> {
        let kind = RequestKind::parse(&self.kind).ok_or_else(|| Problem::field("/kind", KIND))?;
        let address: Address = self.contact.0.parse("/contact", home)?;
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
            visitor: None,
        })
    }
}

/// Body of `POST /v1/requests/{id}/decision`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DecisionBody {
    /// The decision about the request: `approve`, `refuse` or `extend` (the deadline).
    #[cfg_attr(feature = "contract", schemars(extend("enum" = ["approve", "refuse", "extend"])))]
    action: String,
    /// The reason for a refusal or an extension. The person reads it. Required for `refuse` and `extend`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Line>"))]
    reason: Option<String>,
}

impl DecisionBody {
    pub(in crate::api) fn parse(&self) -> Result<StaffDecision, Problem> {
        let reason = optional("/reason", self.reason.as_deref(), Line::parse, LINE)?;
        let needed = || {
            let fault = Fault::new(
                "missing_field",
                "give the reason: the law requires the shop to tell it to the person (GDPR Art. 12(3) and (4))",
            );
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

/// The secrets of a provider.
pub(in crate::api) struct ProviderSecrets {
    pub(in crate::api) secret: Option<String>,
    pub(in crate::api) verify_token: Option<String>,
    pub(in crate::api) answers: Option<Answering>,
    pub(in crate::api) numbers: Vec<String>,
}
