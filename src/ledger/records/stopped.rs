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
    let unwelcome = suppression::unwelcome_channels(tx, shop, address)?;
    let mut stopped = Vec::new();
    for channel in Channel::ALL.iter().filter(|channel| channel.address_kind() == address.kind()) {
        let by_word = address.kind() == AddressKind::Phone && standing.has_stopped(*channel);
        if by_word || unwelcome.iter().any(|own| own.is_none_or(|own| own == *channel)) {
            stopped.push(*channel);
        }
    }
    Ok(stopped)
}
