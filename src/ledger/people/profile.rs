//! The facts about a person that a contact row keeps: those that are proven, and beside them those that anonymous forms
//! have claimed.

use crate::consent::{CountryCode, Person, RegionCode, Relation};
use crate::json;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::person::{ClaimedFacts, PersonFacts};
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

/// The most different claims about a person that a contact row keeps. Older ones are left out.
const MOST_CLAIMS: usize = 8;

/// Reads the claims of a contact row.
pub(crate) fn claims_in(written: Option<&str>) -> Result<Vec<ClaimedFacts>, DatabaseError> {
    written.map_or(Ok(Vec::new()), |written| json::read(written).ok_or(DatabaseError::Json))
}

/// Returns a person as each of the claims of a contact row describes them.
pub(crate) fn persons_claimed(written: Option<&str>, known: &Person) -> Result<Vec<Person>, DatabaseError> {
    Ok(claims_in(written)?.iter().map(|claim| claim.described(known)).collect())
}

/// Returns claims as a contact row contains them.
pub(crate) fn written(claims: &[ClaimedFacts]) -> Result<String, DatabaseError> {
    serde_json::to_string(claims).map_err(|_| DatabaseError::Json)
}

/// Stores the facts that an anonymous form has claimed beside those that are proven.
pub(crate) fn note_claim(tx: &dyn Database, contact: Param<'_>, claim: &ClaimedFacts) -> Result<(), DatabaseError> {
    let row = tx.first("SELECT claimed FROM contact WHERE id = ?", &[contact])?;
    let row = row.ok_or(DatabaseError::Shape { column: 0 })?;
    let mut claims = claims_in(row.optional_text(0)?)?;
    if claims.contains(claim) {
        return Ok(());
    }
    claims.push(claim.clone());
    let older = claims.len().saturating_sub(MOST_CLAIMS);
    let written = written(claims.get(older..).unwrap_or_default())?;
    tx.execute("UPDATE contact SET claimed = ? WHERE id = ?", &[Param::Text(&written), contact])
}

/// Learns the facts that the forms have stated whose opt-ins an address has just confirmed. `records` are the ids of the
/// confirmed records, as a JSON array. A fact counts only if each form for these opt-ins states it in the same way:
/// anybody can have filled in another form. A date of birth counts only if no form at all states another one: who is too
/// young often tries again with another date. A fact that is proven already stays.
pub(crate) fn learn_confirmed(
    tx: &dyn Database,
    contact: Param<'_>,
    address: i64,
    records: &str,
) -> Result<(), DatabaseError> {
    let row = tx.first(
        "SELECT json_group_array(json(facts)) FROM (SELECT DISTINCT coalesce(s.facts, '{}') AS facts
             FROM json_each(?1) k CROSS JOIN record own ON own.address = ?2 AND own.id = k.value
             CROSS JOIN record r ON r.address = ?2 AND r.channel = own.channel AND r.purpose = own.purpose
                 AND r.choice = 'opt_in' AND r.assurance = 'claimed'
             CROSS JOIN submission s ON s.id = r.submission)",
        &[Param::Text(records), Param::Integer(address)],
    )?;
    let row = row.ok_or(DatabaseError::Shape { column: 0 })?;
    let claims = claims_in(Some(row.text(0)?))?;
    let Some(first) = claims.first() else { return Ok(()) };
    let all = tx.first("SELECT claimed FROM contact WHERE id = ?", &[contact])?;
    let all = claims_in(all.ok_or(DatabaseError::Shape { column: 0 })?.optional_text(0)?)?;
    let is_same_birth = claims.iter().all(|own| own.born == first.born)
        && all.iter().all(|own| own.born.is_none() || own.born == first.born);
    let is_same_place = claims.iter().all(|own| own.place() == first.place());
    let agreed = PersonFacts {
        country: first.place().country.filter(|_| is_same_place),
        region: first.place().region.filter(|_| is_same_place),
        relation: first.relation.filter(|_| claims.iter().all(|own| own.relation == first.relation)),
        born: first.born.clone().filter(|_| is_same_birth),
    };
    if agreed == PersonFacts::default() { Ok(()) } else { learned(tx, contact, &agreed, false) }
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
