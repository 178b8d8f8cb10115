//! What the rules and the age limits need to know about a person.

use crate::consent::{CountryCode, RegionCode, Relation};
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
