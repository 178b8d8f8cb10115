//! The stored addresses that links refer to, and the question which of them belong to one person.

use uuid::Uuid;

use crate::consent::{Address, AddressKind};
use crate::ledger::people::contact::{Contact, Lookup, find};
use crate::ledger::shop::Shop;
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

impl StoredAddress {
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
        self.keyed(format!("address\0{kind}\0{key}").as_bytes()).first_chunk().copied().unwrap_or_default()
    }
}

/// Returns a pseudonym as it is stored: 32 hexadecimal digits in lower case.
pub(crate) fn written(pseudonym: &[u8; 16]) -> String {
    base16ct::lower::encode_string(pseudonym)
}

const NAMED: &str = "SELECT a.id, a.kind, a.value, a.match_key, a.linked, a.pseudonym, c.id, c.uuid, c.created_at
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
pub fn named(
    database: &dyn Database,
    shop: &Shop,
    pseudonym: &[u8; 16],
) -> Result<Option<StoredAddress>, DatabaseError> {
    let pseudonym = written(pseudonym);
    let by = |key: &str| {
        let row =
            database.first(&format!("{NAMED} WHERE {key} AND a.kind <> 'rectified'"), &[Param::Text(&pseudonym)])?;
        row.map(|row| named_in(shop, &row)).transpose()
    };
    match by("a.pseudonym = ?")? {
        None => by("a.id = (SELECT address FROM former_pseudonym WHERE pseudonym = ?)"),
        found => Ok(found),
    }
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
    let row = tx.first(
        &format!("{NAMED} WHERE a.kind = ? AND a.match_key = ?"),
        &[Param::Text(address.kind().as_str()), Param::Text(address.key())],
    )?;
    let Some(row) = row else { return Ok(None) };
    let named = named_in(shop, &row)?;
    if row.is_null(5) {
        name(tx, &named)?;
    }
    Ok(Some(named))
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
