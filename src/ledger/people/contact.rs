//! A contact in the ledger: how it is found, which rows belong to it, and its current state.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::consent::{Address, CountryCode, Place, RegionCode, Timestamp};
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;

/// The value by which a contact is looked up.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// One of the addresses of the contact.
    Address(Address),
    /// An external id of the contact, such as `shopify:123`.
    External(crate::model::text::ExternalId),
    /// The id of the contact, or the id of a contact that was merged into it.
    Id(Uuid),
}

/// A contact that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) row: i64,
    pub(crate) uuid: Uuid,
    pub(crate) created_at: Timestamp,
}

impl Contact {
    fn read(row: &Row) -> Result<Self, DatabaseError> {
        Ok(Self { row: row.integer(0)?, uuid: row.parsed(1, parse_id)?, created_at: row.time(2)? })
    }

    pub(crate) const fn param(&self) -> Param<'static> {
        Param::Integer(self.row)
    }
}

/// Returns the id of a contact; `None` if the shop does not know it.
pub fn find_contact(database: &dyn Database, lookup: &Lookup) -> Result<Option<Uuid>, DatabaseError> {
    Ok(find(database, lookup)?.map(|contact| contact.uuid))
}

/// Finds a contact. For a contact that was merged into another, returns the other.
pub(crate) fn find(database: &dyn Database, lookup: &Lookup) -> Result<Option<Contact>, DatabaseError> {
    let row = match lookup {
        Lookup::Id(id) => database.first(
            "WITH RECURSIVE up (id, merged_into) AS (
                 SELECT id, merged_into FROM contact WHERE uuid = ?
                 UNION SELECT c.id, c.merged_into FROM up JOIN contact c ON c.id = up.merged_into)
             SELECT c.id, c.uuid, c.created_at FROM up JOIN contact c ON c.id = up.id WHERE up.merged_into IS NULL",
            &[Param::Text(&id.to_string())],
        ),
        Lookup::Address(address) => database.first(
            "SELECT c.id, c.uuid, c.created_at FROM address a JOIN contact c ON c.id = a.contact
             WHERE a.kind = ? AND a.match_key = ?",
            &[Param::Text(address.kind().as_str()), Param::Text(address.key())],
        ),
        Lookup::External(external) => database.first(
            "SELECT c.id, c.uuid, c.created_at FROM external_id e JOIN contact c ON c.id = e.contact
             WHERE e.value = ?",
            &[Param::Text(external.as_str())],
        ),
    }?;
    row.as_ref().map(Contact::read).transpose()
}

/// Returns the row ids of a contact and of all contacts merged into it, as a JSON array for `json_each`. Usually it has
/// one element.
pub(crate) fn members(database: &dyn Database, contact: i64) -> Result<String, DatabaseError> {
    let rows = database.query(
        "WITH RECURSIVE tree (id) AS (
             SELECT CAST(? AS INTEGER) UNION SELECT c.id FROM tree JOIN contact c ON c.merged_into = tree.id)
         SELECT id FROM tree",
        &[Param::Integer(contact)],
    )?;
    let ids = rows.iter().map(|row| row.integer(0).map(|id| id.to_string())).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("[{}]", ids.join(",")))
}

/// Returns the country and region where a contact lives, as far as they are known.
pub(crate) fn place_of(database: &dyn Database, contact: &Contact) -> Result<Place, DatabaseError> {
    place_if_known(database, Some(contact))
}

/// Returns the place where a person lives, as far as the ledger knows. Reads as much for nobody as for somebody, so that
/// the time does not tell who is known.
pub(crate) fn place_if_known(database: &dyn Database, contact: Option<&Contact>) -> Result<Place, DatabaseError> {
    let param = contact.map_or(Param::Integer(0), Contact::param);
    let row = database.first("SELECT country, region FROM contact WHERE id = ?", &[param])?;
    let Some(row) = row else { return Ok(Place::default()) };
    Ok(Place {
        country: row.optional_text(0)?.and_then(CountryCode::parse),
        region: row.optional_text(1)?.and_then(RegionCode::parse),
    })
}

/// Returns a short text that changes whenever the changeable state of a contact changes; `ETag` headers are made from
/// it. Data that grows by reading it, such as the list of exports, is not included. `None` if the contact is unknown.
pub fn revision_of(database: &dyn Database, contact: Uuid) -> Result<Option<String>, DatabaseError> {
    match find(database, &Lookup::Id(contact))? {
        Some(contact) => revision(database, &contact).map(Some),
        None => Ok(None),
    }
}

pub(crate) fn revision(database: &dyn Database, contact: &Contact) -> Result<String, DatabaseError> {
    let row = database.first(
        "SELECT json_array(c.country, c.region, c.relation, c.born, c.restricted_at, c.restriction_reason,
             (SELECT json_group_array(json_array(id, match_key, value, assurance)) FROM address WHERE contact = c.id),
             (SELECT json_group_array(value) FROM external_id WHERE contact = c.id),
             (SELECT count(*) || max(id) FROM record WHERE address IN (SELECT id FROM address WHERE contact = c.id)),
             (SELECT json_group_array(json_array(t.address, channel, purpose, choice, ground, assurance, effective_at, record))
                  FROM track t WHERE t.address IN (SELECT id FROM address WHERE contact = c.id)))
         FROM contact c WHERE c.id = ?",
        &[contact.param()],
    )?;
    let state = row.ok_or(DatabaseError::Shape { column: 0 })?;
    let mut revision = base16ct::lower::encode_string(&Sha256::digest(state.text(0)?));
    revision.truncate(32);
    Ok(revision)
}

/// Returns the language of the notice that a contact was last shown.
pub fn last_locale(database: &dyn Database, contact: Uuid) -> Result<Option<String>, DatabaseError> {
    let row = database.first(
        "SELECT s.notice_locale FROM contact c JOIN submission s ON s.contact = c.id
         WHERE c.uuid = ? AND s.notice_locale <> '' ORDER BY s.received_at DESC LIMIT 1",
        &[Param::Text(&contact.to_string())],
    )?;
    row.map(|row| row.text(0).map(str::to_owned)).transpose()
}
