//! Addresses as links name them, and which of them are one person's.

use uuid::Uuid;

use crate::consent::{Address, AddressKind};
use crate::ledger::people::contact::{Contact, Lookup, find};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id;

/// An address that a link named.
#[derive(Clone, Debug)]
pub struct Named {
    pub(crate) row: i64,
    pub(crate) contact: Contact,
    /// Its kind.
    pub kind: AddressKind,
    /// The address as it was given.
    pub value: String,
    /// Whether the shop has said that it is of the same person as the others of its contact that it has said so of.
    pub linked: bool,
    /// Its name in links.
    pub pseudonym: [u8; 16],
}

impl Named {
    /// The id of the contact that has it.
    pub fn contact(&self) -> Uuid {
        self.contact.uuid
    }

    /// The address as a value.
    pub fn address(&self) -> Option<Address> {
        Address::parse(self.kind, &self.value)
    }
}

impl Shop {
    /// The name of an address in links: a keyed hash, the same for as long as there is the shop, and no other address's.
    pub fn pseudonym(&self, kind: AddressKind, key: &str) -> [u8; 16] {
        self.keyed(format!("address\0{kind}\0{key}").as_bytes()).first_chunk().copied().unwrap_or_default()
    }
}

/// A name as it is stored.
pub(crate) fn written(pseudonym: &[u8; 16]) -> String {
    base16ct::lower::encode_string(pseudonym)
}

const NAMED: &str = "SELECT a.id, a.kind, a.value, a.match_key, a.linked, a.pseudonym, c.id, c.uuid, c.created_at
    FROM address a JOIN contact c ON c.id = a.contact";

fn named_in(shop: &Shop, row: &Row) -> Result<Named, DatabaseError> {
    let (kind, key) = (row.parsed(1, AddressKind::parse)?, row.text(3)?);
    Ok(Named {
        row: row.integer(0)?,
        kind,
        value: row.text(2)?.to_owned(),
        linked: row.integer(4)? == 1,
        pseudonym: shop.pseudonym(kind, key),
        contact: Contact { row: row.integer(6)?, uuid: row.parsed(7, id::parse_id)?, created_at: row.time(8)? },
    })
}

/// The address that a link names; nothing where it has been erased or corrected.
///
/// # Errors
/// Those of the database.
pub fn named(database: &dyn Database, shop: &Shop, pseudonym: &[u8; 16]) -> Result<Option<Named>, DatabaseError> {
    let row = database.first(
        &format!("{NAMED} WHERE a.pseudonym = ? AND a.kind <> 'rectified'"),
        &[Param::Text(&written(pseudonym))],
    )?;
    row.map(|row| named_in(shop, &row)).transpose()
}

/// An address by its row.
pub(crate) fn named_row(database: &dyn Database, shop: &Shop, row: i64) -> Result<Option<Named>, DatabaseError> {
    let row = database.first(&format!("{NAMED} WHERE a.id = ? AND a.kind <> 'rectified'"), &[Param::Integer(row)])?;
    row.map(|row| named_in(shop, &row)).transpose()
}

/// The addresses of a contact, each fit to be named by a link from now on.
///
/// # Errors
/// Those of the database.
pub fn addresses_to_link(tx: &dyn Database, shop: &Shop, contact: Uuid) -> Result<Vec<Named>, DatabaseError> {
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

/// An address of the ledger, fit to be named by a link from now on.
///
/// # Errors
/// Those of the database.
pub fn find_to_link(tx: &dyn Database, shop: &Shop, address: &Address) -> Result<Option<Named>, DatabaseError> {
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

/// Lets links name an address of before there were any.
fn name(tx: &dyn Database, named: &Named) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE address SET pseudonym = ? WHERE id = ? AND pseudonym IS NULL",
        &[Param::Text(&written(&named.pseudonym)), Param::Integer(named.row)],
    )
}

/// The address itself and, where the shop has said that they are one person's, the others of its contact.
///
/// That somebody typed two addresses into one form does not make both theirs: whoever reads the mail of one must not see, or
/// change, what the other has said.
///
/// # Errors
/// Those of the database.
pub fn same_person(database: &dyn Database, shop: &Shop, named: &Named) -> Result<Vec<Named>, DatabaseError> {
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
