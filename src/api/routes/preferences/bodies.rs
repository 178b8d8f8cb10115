//! Bodies of the preference routes: a customer's choices, and the link to the preference page.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::fields::{LOCALE, addresses, one_of, optional};
use crate::api::problem::Problem;
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::Address;
use crate::consent::CountryCode;
use crate::model::text::Locale;

/// Body of `POST /v1/preferences`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesBody {
    /// A token in which the shop's server states who the customer is. It has the format of `identity` in `POST
    /// /v1/consents`, but is signed with a secret key that has the scope `read`. An expired token is refused.
    #[cfg_attr(feature = "contract", schemars(length(max = 4_096)))]
    pub(in crate::api) identity: String,
    /// The language of the texts, a BCP 47 tag. Default: the language of the notice that the customer was last shown,
    /// or else English.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Locale>"))]
    locale: Option<String>,
}

impl PreferencesBody {
    pub(in crate::api) fn locale(&self) -> Result<Option<Locale>, Problem> {
        optional("/locale", self.locale.as_deref(), Locale::parse, LOCALE)
    }
}

/// Body of `POST /v1/preferences/link`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesLinkBody {
    /// The address that the link is sent to, if the shop knows it. The link is sent to no other address.
    contact: Object<ReachableBody>,
    /// The language of the message, a BCP 47 tag. Default: the language of the notice that the person was last shown,
    /// or else English.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Locale>"))]
    locale: Option<String>,
}

/// An address that can receive a message at once. Exactly one of the two fields is present.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_of_its_fields))]
struct ReachableBody {
    /// The e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// The telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
}

impl PreferencesLinkBody {
    pub(in crate::api) fn parse(&self, home: Option<CountryCode>) -> Result<(Address, Option<Locale>), Problem> {
        let ReachableBody { email, phone } = &self.contact.0;
        let address = one_of("/contact", addresses("/contact", [email, phone, &None, &None], home)?)?;
        Ok((address, optional("/locale", self.locale.as_deref(), Locale::parse, LOCALE)?))
    }
}
