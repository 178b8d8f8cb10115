//! What the rules and the age limits need to know about a person.

use serde::{Deserialize, Serialize};

use crate::consent::{Circumstances, CountryCode, Person, Place, RegionCode, Relation, Timestamp};
use crate::model::text::BirthDate;

/// Facts that legal rules and age limits depend on. An absent fact was not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFacts {
    /// The country where the person lives.
    pub country: Option<CountryCode>,
    /// The region of the country.
    pub region: Option<RegionCode>,
    /// The role in which the person is addressed.
    pub relation: Option<Relation>,
    /// The person's date of birth.
    pub born: Option<BirthDate>,
}

/// Facts that an anonymous form states. They belong to its act: nobody has proven them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct ClaimedFacts {
    /// The country, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<CountryCode>"))]
    pub country: Option<String>,
    /// The region of the country, ISO 3166-2 without the country prefix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<RegionCode>"))]
    pub region: Option<String>,
    /// How the person is addressed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// The date of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<BirthDate>,
}

impl ClaimedFacts {
    /// Returns the facts as a form states them.
    pub(crate) fn of(person: &PersonFacts) -> Self {
        Self {
            country: person.country.as_ref().map(|country| country.as_str().to_owned()),
            region: person.region.as_ref().map(|region| region.as_str().to_owned()),
            relation: person.relation,
            born: person.born.clone(),
        }
    }

    /// Returns the place.
    pub(crate) fn place(&self) -> Place {
        Place {
            country: self.country.as_deref().and_then(CountryCode::parse),
            region: self.region.as_deref().and_then(RegionCode::parse),
        }
    }

    /// Returns the person as the form describes them. A proven fact stays.
    pub(crate) fn described(&self, known: &Person) -> Person {
        let place = self.place();
        let born = self.born.as_ref().and_then(|born| Timestamp::parse_birth(born.as_str()));
        let Circumstances { born: proven, .. } = known.circumstances;
        Person {
            place: if known.place.country.is_some() || place.country.is_none() { known.place } else { place },
            relation: known.relation.or(self.relation),
            circumstances: Circumstances { born: proven.or(born), ..known.circumstances },
        }
    }
}
