//! What the rules and the age limits need to know about a person.

use crate::consent::{CountryCode, RegionCode, Relation};
use crate::model::text::BirthDate;

/// What rules and ages go by. What is absent was not said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonFacts {
    /// Where the person lives.
    pub country: Option<CountryCode>,
    /// In which part of it.
    pub region: Option<RegionCode>,
    /// As whom they are addressed.
    pub relation: Option<Relation>,
    /// When they were born.
    pub born: Option<BirthDate>,
}
