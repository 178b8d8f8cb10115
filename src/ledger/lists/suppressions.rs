//! The list of suppressions in two forms: all of them, by their stored hashes; or those whose addresses are still
//! stored, for another provider that cannot use the shop's hashes.

use crate::consent::{AddressKind, Channel};
use crate::ledger::lists::export::ListPlace;
use crate::ledger::records::suppression::{listed_name, names_of, suppressions_of};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::suppression::SuppressedRow;
use crate::model::text::Sha256Hex;

/// The position in the list of suppressions from which to continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SuppressedPlace {
    /// After a hash and its channel.
    ByHash {
        /// The hash.
        hash: String,
        /// The channel; `*` for all channels.
        channel: String,
    },
    /// After an address.
    ByAddress(ListPlace),
}

/// Emits a page of the list and returns the position of the next one, like [`crate::ledger::list_page`].
pub fn suppressed_page(
    database: &dyn Database,
    shop: &Shop,
    (place, at_once): (&SuppressedPlace, u16),
    emit: &mut dyn FnMut(&SuppressedRow<'_>),
) -> Result<Option<SuppressedPlace>, DatabaseError> {
    match place {
        SuppressedPlace::ByHash { hash, channel } => by_hash(database, shop, (hash, channel), at_once, emit),
        SuppressedPlace::ByAddress(place) => by_address(database, shop, (*place, at_once), emit),
    }
}

fn by_hash(
    database: &dyn Database,
    shop: &Shop,
    (hash, channel): (&str, &str),
    at_once: u16,
    emit: &mut dyn FnMut(&SuppressedRow<'_>),
) -> Result<Option<SuppressedPlace>, DatabaseError> {
    let rows = database.query(
        "SELECT hash, channel, reason, created_at FROM suppression WHERE (hash, channel) > (?, ?)
         ORDER BY hash, channel LIMIT ?",
        &[Param::Text(hash), Param::Text(channel), Param::Integer(at_once.into())],
    )?;
    for row in &rows {
        emit(&SuppressedRow {
            hash: &listed_name(shop, row.text(0)?),
            kind: None,
            address: None,
            sha256: None,
            channel: Channel::parse(row.text(1)?),
            reason: row.text(2)?,
            since: row.time(3)?,
        });
    }
    let last = rows.last().filter(|_| rows.len() == usize::from(at_once));
    last.map(|row| Ok(SuppressedPlace::ByHash { hash: row.text(0)?.to_owned(), channel: row.text(1)?.to_owned() }))
        .transpose()
}

fn by_address(
    database: &dyn Database,
    shop: &Shop,
    (place, at_once): (ListPlace, u16),
    emit: &mut dyn FnMut(&SuppressedRow<'_>),
) -> Result<Option<SuppressedPlace>, DatabaseError> {
    let rows = database.query(
        "SELECT id, kind, match_key, value FROM address WHERE id > ? AND id <= ? AND kind <> 'rectified'
         ORDER BY id LIMIT ?",
        &[Param::Integer(place.after), Param::Integer(place.until), Param::Integer(at_once.into())],
    )?;
    let mut addresses = Vec::with_capacity(rows.len());
    for row in &rows {
        addresses.push((row.parsed(1, AddressKind::parse)?, row.text(2)?));
    }
    let mut found = suppressions_of(database, shop, &addresses)?;
    found.sort_by_key(|(place, _)| *place);
    for (at, suppression) in &found {
        let kept = database.first(
            "SELECT hash, reason FROM suppression WHERE hash IN (SELECT value FROM json_each(?)) AND id = ?",
            &[
                Param::Text(&names_of(database, shop, addresses.get(*at).copied())?),
                Param::Text(&suppression.record.0.to_string()),
            ],
        )?;
        let (Some(row), Some((kind, key)), Some(kept)) = (rows.get(*at), addresses.get(*at), kept) else { continue };
        emit(&SuppressedRow {
            hash: &listed_name(shop, kept.text(0)?),
            kind: Some(*kind),
            address: Some(row.text(3)?),
            sha256: Some(Sha256Hex::of(key).as_str()),
            channel: suppression.scope.channel,
            reason: kept.text(1)?,
            since: suppression.at,
        });
    }
    let last = rows.last().filter(|_| rows.len() == usize::from(at_once));
    last.map(|row| Ok(SuppressedPlace::ByAddress(ListPlace { after: row.integer(0)?, ..place }))).transpose()
}
