//! The person of a submission, as callers name them.

use serde::{Deserialize, Serialize};

use crate::api::fields::{BORN, COUNTRY, REGION, RELATION, addresses, optional};
use crate::api::problem::Problem;
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::{Address, AddressKind, CountryCode, RegionCode, Relation};
use crate::model::person::PersonFacts;
use crate::model::text::BirthDate;
#[cfg(feature = "contract")]
use crate::model::text::ExternalId;

/// The person, identified by the addresses that the chosen channels use.
#[derive(Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ContactBody {
    /// The e-mail address of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Email>"))]
    pub(in crate::api) email: Option<String>,
    /// The telephone number of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Phone>"))]
    pub(in crate::api) phone: Option<String>,
    /// The person's push endpoint or push token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Push>"))]
    pub(in crate::api) push: Option<String>,
    /// The postal address of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::Postal>"))]
    pub(in crate::api) postal: Option<String>,
    /// The country of the person, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    pub(in crate::api) country: Option<String>,
    /// The region of the country: the part of the ISO 3166-2 code after the country, such as `FL`. Requires `country`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<RegionCode>"))]
    pub(in crate::api) region: Option<String>,
    /// The role in which the person is addressed. Requires a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Relation>"))]
    pub(in crate::api) relation: Option<String>,
    /// The date of birth, such as `2009-05-01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<BirthDate>"))]
    pub(in crate::api) born: Option<String>,
    /// The id that a platform gives to the person, such as `shopify:123`. Requires a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<ExternalId>"))]
    pub(in crate::api) external: Option<String>,
}

impl ContactBody {
    /// Reads the address of a kind. Returns `None` if the body has none.
    pub(in crate::api) fn address(
        &self,
        kind: AddressKind,
        country: Option<CountryCode>,
    ) -> Result<Option<Address>, Problem> {
        let only = |own: AddressKind, text: &Option<String>| text.clone().filter(|_| own == kind);
        let (email, phone) = (only(AddressKind::Email, &self.email), only(AddressKind::Phone, &self.phone));
        let (push, postal) = (only(AddressKind::Push, &self.push), only(AddressKind::Postal, &self.postal));
        Ok(addresses("/contact", [&email, &phone, &push, &postal], country)?.pop())
    }

    pub(in crate::api) fn person(&self) -> Result<PersonFacts, Problem> {
        let person = PersonFacts {
            country: optional("/contact/country", self.country.as_deref(), CountryCode::parse, COUNTRY)?,
            region: optional("/contact/region", self.region.as_deref(), RegionCode::parse, REGION)?,
            relation: optional("/contact/relation", self.relation.as_deref(), Relation::parse, RELATION)?,
            born: optional("/contact/born", self.born.as_deref(), BirthDate::parse, BORN)?,
        };
        match person {
            PersonFacts { country: None, region: Some(_), .. } => Err(Problem::field("/contact/region", REGION)),
            person => Ok(person),
        }
    }
}
