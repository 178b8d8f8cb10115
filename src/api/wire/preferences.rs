//! Bodies about what a customer may choose, and about the way there for anyone else.

use serde::Deserialize;

use crate::api::body::Object;
use crate::api::contract::schema;
use crate::api::problem::Problem;
use crate::api::wire::{LOCALE, addresses, one_of, optional};
use crate::consent::Address;
use crate::model::text::Locale;

/// Body of `POST /v1/preferences`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreferencesBody {
    /// Who the customer is: as in a submission, but signed with a key that has the scope `read`, and not run out.
    #[cfg_attr(feature = "contract", schemars(length(max = 4_096)))]
    pub(in crate::api) identity: String,
    /// The language of the texts; the one in which the customer was last shown something where nothing is said.
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
    /// Where to: the link goes to this address, where it is known, and to no other.
    contact: Object<ReachableBody>,
    /// The language of the message; the one in which the person was last shown something where nothing is said.
    #[cfg_attr(feature = "contract", schemars(with = "Option<Locale>"))]
    locale: Option<String>,
}

/// An address that can be written to at once, by exactly one of the two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_of_its_fields))]
struct ReachableBody {
    /// An e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// A telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
}

impl PreferencesLinkBody {
    pub(in crate::api) fn parse(&self) -> Result<(Address, Option<Locale>), Problem> {
        let ReachableBody { email, phone } = &self.contact.0;
        let address = one_of("/contact", addresses("/contact", [email, phone, &None, &None])?)?;
        Ok((address, optional("/locale", self.locale.as_deref(), Locale::parse, LOCALE)?))
    }
}
