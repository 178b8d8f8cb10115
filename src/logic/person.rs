//! The facts about a person that are not choices, as a call contains them.

use super::error::Code;
use serde::Deserialize;

use crate::consent::{Circumstances, CountryCode, Person, Place, RegionCode, Relation, Timestamp};
use crate::logic::error::Error;
use crate::logic::object::{Given, Text};

/// A person as a call describes them.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub(super) struct PersonCall<'a> {
    country: Given<Text<'a>>,
    region: Given<Text<'a>>,
    relation: Given<Text<'a>>,
    born: Given<Text<'a>>,
    restricted: Given<bool>,
    reachable: Given<bool>,
}

impl PersonCall<'_> {
    pub(super) fn read(&self) -> Result<Person, Error> {
        let unknown = Circumstances::default();
        Ok(Person {
            place: Place {
                country: self.country.parse(CountryCode::parse, Code::BadCountry, "/country")?,
                region: self.region.parse(RegionCode::parse, Code::BadRegion, "/region")?,
            },
            relation: self.relation.parse(Relation::parse, Code::UnknownRelation, "/relation")?,
            circumstances: Circumstances {
                reachable: self.reachable.0.unwrap_or(unknown.reachable),
                restricted: self.restricted.0.unwrap_or(unknown.restricted),
                born: self.born.parse(Timestamp::parse_birth, Code::BadDate, "/born")?,
            },
        })
    }
}
