//! The stored addresses that links refer to, and the question which of them belong to one person.

use uuid::Uuid;

use crate::consent::{Address, AddressKind, Timestamp};
use crate::ledger::people::contact::{Contact, Lookup, find};
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id;

/// A stored address.
#[derive(Clone, Debug)]
pub struct StoredAddress {
    pub(crate) row: i64,
    pub(crate) contact: Contact,
    /// The kind of the address.
    pub kind: AddressKind,
    /// The address as it was entered.
    pub value: String,
    /// Whether the shop has confirmed that the address and the other linked addresses of its contact belong to one
    /// person.
    pub linked: bool,
    /// The pseudonym of the address, which links contain.
    pub pseudonym: [u8; 16],
}

/// The address in a link: by its pseudonym, with the time at which the link was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkedAddress {
    /// The pseudonym of the address.
    pub pseudonym: [u8; 16],
    /// The time at which the link was made; `None` for links of earlier versions.
    pub made_at: Option<Timestamp>,
}

/// What a link leads to.
#[derive(Clone, Debug)]
pub enum LinkTarget {
    /// An address.
    Address(Box<StoredAddress>),
    /// An address that is younger than the link: the one for which the link was made has been erased. Only a no counts.
    Returned(Box<StoredAddress>),
    /// An address of which the person or an employee has called the links back. Only a no counts.
    Recalled(Box<StoredAddress>),
    /// Nothing any more: the shop has called all links back.
    CalledBack,
    /// No address: it was erased or corrected.
    Nothing,
}

impl StoredAddress {
    /// Returns the address for a link that is made now.
    pub fn linked_at(&self, now: Timestamp) -> LinkedAddress {
        LinkedAddress { pseudonym: self.pseudonym, made_at: Some(now) }
    }

    /// Returns the id of the contact that has the address.
    pub fn contact(&self) -> Uuid {
        self.contact.uuid
    }

    /// Returns the address as a parsed value.
    pub fn address(&self) -> Option<Address> {
        Address::parse(self.kind, &self.value)
    }
}

impl Shop {
    /// Returns the pseudonym of an address, which links contain in its place: a keyed hash. It stays the same as long
    /// as the shop exists, and no other address has it.
    pub fn pseudonym(&self, kind: AddressKind, key: &str) -> [u8; 16] {
        self.secret
            .keyed(KeyUse::Address, &[kind.as_str().as_bytes(), key.as_bytes()])
            .first_chunk()
            .copied()
            .unwrap_or_default()
    }
}

/// Returns a pseudonym as it is stored: 32 hexadecimal digits in lower case.
pub(crate) fn written(pseudonym: &[u8; 16]) -> String {
    base16ct::lower::encode_string(pseudonym)
}

const NAMED: &str =
    "SELECT a.id, a.kind, a.value, a.match_key, a.linked, a.pseudonym, c.id, c.uuid, c.created_at, a.created_at, a.links_from
    FROM address a JOIN contact c ON c.id = a.contact";

fn named_in(shop: &Shop, row: &Row) -> Result<StoredAddress, DatabaseError> {
    let (kind, key) = (row.parsed(1, AddressKind::parse)?, row.text(3)?);
    Ok(StoredAddress {
        row: row.integer(0)?,
        kind,
        value: row.text(2)?.to_owned(),
        linked: row.integer(4)? == 1,
        pseudonym: shop.pseudonym(kind, key),
        contact: Contact { row: row.integer(6)?, uuid: row.parsed(7, id::parse_id)?, created_at: row.time(8)? },
    })
}

/// Returns the address that has this pseudonym or once had it. `None` if it was erased or corrected.
pub(crate) fn named(
    database: &dyn Database,
    shop: &Shop,
    pseudonym: &[u8; 16],
) -> Result<Option<StoredAddress>, DatabaseError> {
    row_of(database, pseudonym)?.map(|row| named_in(shop, &row)).transpose()
}

fn row_of(database: &dyn Database, pseudonym: &[u8; 16]) -> Result<Option<Row>, DatabaseError> {
    let pseudonym = written(pseudonym);
    let by = |key: &str| {
        database.first(&format!("{NAMED} WHERE {key} AND a.kind <> 'rectified'"), &[Param::Text(&pseudonym)])
    };
    match by("a.pseudonym = ?")? {
        None => by("a.id = (SELECT address FROM former_pseudonym WHERE pseudonym = ?)"),
        found => Ok(found),
    }
}

/// Returns what a link leads to: the address that has its pseudonym or once had it, unless the link was called back.
pub fn target_of(database: &dyn Database, shop: &Shop, of: &LinkedAddress) -> Result<LinkTarget, DatabaseError> {
    let Some(row) = row_of(database, &of.pseudonym)? else { return Ok(LinkTarget::Nothing) };
    let links_from = if row.is_null(10) { None } else { Some(row.time(10)?) };
    let is_before = |time: Timestamp| of.made_at.is_none_or(|made_at| made_at < time);
    if shop.links_from.is_some_and(is_before) {
        return Ok(LinkTarget::CalledBack);
    }
    let (address, created_at) = (Box::new(named_in(shop, &row)?), row.time(9)?);
    // A link of an earlier version does not say when it was made, but it was before this version.
    let made_at = of.made_at.unwrap_or(shop.timed_links_since);
    Ok(match () {
        () if made_at < created_at => LinkTarget::Returned(address),
        () if links_from.is_some_and(is_before) => LinkTarget::Recalled(address),
        () => LinkTarget::Address(address),
    })
}

/// Calls back all links that were made for these addresses before now.
pub fn call_back_links(tx: &dyn Database, addresses: &[StoredAddress], now: Timestamp) -> Result<(), DatabaseError> {
    let rows: Vec<i64> = addresses.iter().map(|address| address.row).collect();
    let rows = serde_json::to_string(&rows).map_err(|_| DatabaseError::Json)?;
    tx.execute(
        "UPDATE address SET links_from = ? WHERE id IN (SELECT value FROM json_each(?))",
        &[Param::Integer(now.millis()), Param::Text(&rows)],
    )
}

/// Returns the address with this row id.
pub(crate) fn named_row(
    database: &dyn Database,
    shop: &Shop,
    row: i64,
) -> Result<Option<StoredAddress>, DatabaseError> {
    let row = database.first(&format!("{NAMED} WHERE a.id = ? AND a.kind <> 'rectified'"), &[Param::Integer(row)])?;
    row.map(|row| named_in(shop, &row)).transpose()
}

/// Returns the addresses of a contact, and stores a pseudonym for each that has none, so that links can refer to it.
pub fn addresses_to_link(tx: &dyn Database, shop: &Shop, contact: Uuid) -> Result<Vec<StoredAddress>, DatabaseError> {
    let Some(contact) = find(tx, &Lookup::Id(contact))? else { return Ok(Vec::new()) };
    let rows =
        tx.query(&format!("{NAMED} WHERE a.contact = ? AND a.kind <> 'rectified' ORDER BY a.id"), &[contact.param()])?;
    rows.iter()
        .map(|row| {
            let named = named_in(shop, row)?;
            if row.is_null(5) {
                name(tx, &named)?;
            }
            Ok(named)
        })
        .collect()
}

/// Finds a stored address, and stores a pseudonym for it if it has none, so that links can refer to it.
pub fn find_verified_address(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
) -> Result<Option<StoredAddress>, DatabaseError> {
    let Some(row) = row_at(tx, address)? else { return Ok(None) };
    let named = named_in(shop, &row)?;
    if row.is_null(5) {
        name(tx, &named)?;
    }
    Ok(Some(named))
}

fn row_at(database: &dyn Database, address: &Address) -> Result<Option<Row>, DatabaseError> {
    database.first(
        &format!("{NAMED} WHERE a.kind = ? AND a.match_key = ?"),
        &[Param::Text(address.kind().as_str()), Param::Text(address.key())],
    )
}

/// Returns the stored address without storing its pseudonym, so that a request of a stranger writes as much about a
/// customer as about anybody.
pub(crate) fn find_address(
    database: &dyn Database,
    shop: &Shop,
    address: &Address,
) -> Result<Option<StoredAddress>, DatabaseError> {
    row_at(database, address)?.map(|row| named_in(shop, &row)).transpose()
}

/// Stores the pseudonym of an address that was stored before there were pseudonyms.
fn name(tx: &dyn Database, named: &StoredAddress) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE address SET pseudonym = ? WHERE id = ? AND pseudonym IS NULL",
        &[Param::Text(&written(&named.pseudonym)), Param::Integer(named.row)],
    )
}

/// Returns the address and, if it is linked, the other linked addresses of its contact.
///
/// Two addresses entered in one form do not necessarily belong to one person. A person who reads the mail of one must
/// not see or change the choices of the other.
pub fn same_person(
    database: &dyn Database,
    shop: &Shop,
    named: &StoredAddress,
) -> Result<Vec<StoredAddress>, DatabaseError> {
    if !named.linked {
        return Ok(vec![named.clone()]);
    }
    let rows = database.query(
        &format!(
            "{NAMED} WHERE a.contact = ? AND a.kind <> 'rectified' AND (a.linked = 1 OR a.id = ?)
                  ORDER BY a.id <> ?, a.id"
        ),
        &[named.contact.param(), Param::Integer(named.row), Param::Integer(named.row)],
    )?;
    rows.iter().map(|row| named_in(shop, row)).collect()
}
