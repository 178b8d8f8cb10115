//! How a body names a contact: by an address, an external id or the contact's id.

use serde::Deserialize;

use crate::api::fields::{EXTERNAL, UUID, addresses, field};
use crate::api::problem::{Fault, Problem};
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::CountryCode;
use crate::ledger::Lookup;
use crate::model::text::ExternalId;

/// Body of `POST /v1/contacts/lookup`. Exactly one field is present.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_of_its_fields))]
pub(in crate::api) struct LookupBody {
    /// The contact with this e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// The contact with this telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// The contact with this push endpoint or push token.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// The contact with this postal address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
    /// The contact with this platform id, such as `shopify:123`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<ExternalId>"))]
    external: Option<String>,
}

impl LookupBody {
    pub(in crate::api) fn parse(&self, home: Option<CountryCode>) -> Result<Lookup, Problem> {
        let addresses = [&self.email, &self.phone, &self.push, &self.postal];
        let fault = Fault::new("ambiguous_lookup", "send exactly one of email, phone, push, postal and external");
        looked_up("", addresses, home, &self.external, &None, fault)
    }
}

/// A contact, identified by exactly one of these fields.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "contract", schemars(transform = schema::one_of_its_fields))]
pub(in crate::api) struct WhoBody {
    /// The contact with this id.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    id: Option<String>,
    /// The contact with this e-mail address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    email: Option<String>,
    /// The contact with this telephone number.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    phone: Option<String>,
    /// The contact with this push endpoint or push token.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    push: Option<String>,
    /// The contact with this postal address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    postal: Option<String>,
    /// The contact with this platform id, such as `shopify:123`.
    #[cfg_attr(feature = "contract", schemars(with = "Option<ExternalId>"))]
    external: Option<String>,
}

impl WhoBody {
    pub(in crate::api) fn parse(&self, pointer: &str, home: Option<CountryCode>) -> Result<Lookup, Problem> {
        let addresses = [&self.email, &self.phone, &self.push, &self.postal];
        let fault = Fault::new("ambiguous_lookup", "send exactly one of id, email, phone, push, postal and external");
        looked_up(pointer, addresses, home, &self.external, &self.id, fault)
    }
}

fn looked_up(
    pointer: &str,
    given: [&Option<String>; 4],
    home: Option<CountryCode>,
    external: &Option<String>,
    id: &Option<String>,
    ambiguous: Fault,
) -> Result<Lookup, Problem> {
    let at = |name: &str| format!("{pointer}/{name}");
    match (addresses(pointer, given, home)?.as_slice(), external, id) {
        ([address], None, None) => Ok(Lookup::Address(address.clone())),
        ([], Some(text), None) => field(&at("external"), text, ExternalId::parse, EXTERNAL).map(Lookup::External),
        ([], None, Some(text)) => field(&at("id"), text, |text| text.parse().ok(), UUID).map(Lookup::Id),
        _ => Err(Problem::field(pointer, ambiguous)),
    }
}
