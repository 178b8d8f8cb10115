//! The facts about a person that a contact row keeps.

use crate::consent::{CountryCode, RegionCode, Relation};
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::person::PersonFacts;
use crate::model::text::BirthDate;

/// Returns country, region, relation and date of birth.
pub(crate) fn columns_of(person: &PersonFacts) -> [Param<'_>; 4] {
    [
        person.country.as_ref().map(CountryCode::as_str),
        person.region.as_ref().map(RegionCode::as_str),
        person.relation.map(Relation::as_str),
        person.born.as_ref().map(BirthDate::as_str),
    ]
    .map(Param::text_or_null)
}

/// Stores new facts about a person. Absent facts stay unchanged. Known facts change only if `anew` is true. A new
/// country replaces the region too.
pub(crate) fn learned(
    tx: &dyn Database,
    contact: Param<'_>,
    person: &PersonFacts,
    anew: bool,
) -> Result<(), DatabaseError> {
    let [country, region, relation, born] = columns_of(person);
    let (places, others) = if anew {
        (
            "UPDATE contact SET region = CASE WHEN ? IS NULL AND country = ? THEN region ELSE ? END, country = ? WHERE id = ?",
            "UPDATE contact SET relation = coalesce(?, relation), born = coalesce(?, born) WHERE id = ?",
        )
    } else {
        (
            "UPDATE contact SET region = CASE WHEN ? IS NULL AND country = ? THEN region ELSE ? END, country = ?
             WHERE id = ? AND country IS NULL",
            "UPDATE contact SET relation = coalesce(relation, ?), born = coalesce(born, ?) WHERE id = ?",
        )
    };
    if person.country.is_some() {
        tx.execute(places, &[region, country, region, country, contact])?;
    }
    tx.execute(others, &[relation, born, contact])
}
