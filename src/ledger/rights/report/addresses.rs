//! The addresses of a contact, as a report has them.

use serde::Serialize;

use crate::consent::{AddressKind, Assurance, Timestamp};
use crate::ledger::people::contact::Contact;
use crate::ledger::store::database::{Database, DatabaseError};

/// An address of a contact.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct AddressEntry {
    /// The kind of the address.
    pub kind: AddressKind,
    /// The address as it was entered.
    pub value: String,
    /// The assurance: how it is known that the address belongs to this person.
    pub assurance: Assurance,
    /// The time when the ledger first stored the address. A merge of contacts does not change it.
    pub created_at: Timestamp,
    /// The number of anonymous submissions over the flood limit of the address. They only repeat what is on record, so
    /// they are counted but not stored.
    pub damped: i64,
    #[serde(skip)]
    pub(crate) row: i64,
    #[serde(skip)]
    pub(crate) match_key: String,
}

pub(crate) fn addresses_of(database: &dyn Database, contact: &Contact) -> Result<Vec<AddressEntry>, DatabaseError> {
    database
        .query(
            "SELECT a.id, kind, value, assurance, created_at, match_key, coalesce(d.count, 0)
             FROM address a LEFT JOIN damped d ON d.address = a.id
             WHERE contact = ? AND kind <> 'rectified' ORDER BY a.id",
            &[contact.param()],
        )?
        .iter()
        .map(|row| {
            Ok(AddressEntry {
                row: row.integer(0)?,
                kind: row.parsed(1, AddressKind::parse)?,
                value: row.text(2)?.to_owned(),
                assurance: row.parsed(3, Assurance::parse)?,
                created_at: row.time(4)?,
                match_key: row.text(5)?.to_owned(),
                damped: row.integer(6)?,
            })
        })
        .collect()
}
