//! Which channels an address has stopped.

use crate::consent::{Address, AddressKind, Channel};
use crate::ledger::records::standing::standing_of;
use crate::ledger::records::suppression;
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError};

/// Returns the channels on which nothing may be sent to the address, whoever enters it in a form. Its owner, or
/// somebody who may decide it, has stopped them. A phone number that has stopped a channel can start it again only by a
/// message of its own.
pub(crate) fn stopped_channels(
    tx: &dyn Database,
    shop: &Shop,
    row: i64,
    address: &Address,
) -> Result<Vec<Channel>, DatabaseError> {
    let standing = standing_of(tx, row)?;
    let mut stopped = unwelcome_channels_of(tx, shop, address)?;
    let by_word = |channel: &&Channel| address.kind() == AddressKind::Phone && standing.has_stopped(**channel);
    stopped.extend(channels_of(address).filter(by_word));
    Ok(stopped)
}

/// Returns the channels of an address that suppressions have stopped.
pub(crate) fn unwelcome_channels_of(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
) -> Result<Vec<Channel>, DatabaseError> {
    let unwelcome = suppression::unwelcome_channels(tx, shop, address)?;
    let is_stopped = |channel: &&Channel| unwelcome.iter().any(|own| own.is_none_or(|own| own == **channel));
    Ok(channels_of(address).filter(is_stopped).copied().collect())
}

fn channels_of(address: &Address) -> impl Iterator<Item = &'static Channel> {
    let kind = address.kind();
    Channel::ALL.iter().filter(move |channel| channel.address_kind() == kind)
}
