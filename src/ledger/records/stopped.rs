//! Which channels an address has stopped.

use crate::consent::{Act, Address, AddressKind, Assurance, Channel, Standing, Track};
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
        let by_word = address.kind() == AddressKind::Phone && has_stopped(&standing, *channel);
        if by_word || unwelcome.iter().any(|own| own.is_none_or(|own| own == *channel)) {
            stopped.push(*channel);
        }
    }
    Ok(stopped)
}

/// Returns whether an opt-out of the whole channel exists with no later opt-in. Statements by anonymous forms do not
/// count.
pub(crate) fn has_stopped(standing: &Standing, channel: Channel) -> bool {
    let latest = |is: &dyn Fn(&Track) -> bool| {
        let of_channel = |track: &&Track| {
            track.assurance != Assurance::Claimed && track.scope.channel.is_none_or(|own| own == channel)
        };
        standing.tracks().iter().filter(of_channel).filter(|track| is(track)).map(|track| track.at).max()
    };
    let no = latest(&|track| track.scope.purpose.is_none() && matches!(track.act, Act::OptOut { .. }));
    no.is_some() && no >= latest(&|track| matches!(track.act, Act::OptIn { .. }))
}

/// Returns whether an opt-out of the same purpose followed an opt-in.
pub(crate) fn is_ended(standing: &Standing, yes: &Track) -> bool {
    standing.tracks().iter().any(|no| {
        matches!(no.act, Act::OptOut { .. })
            && no.scope.purpose == yes.scope.purpose
            && no.scope.channel.is_none_or(|channel| yes.scope.channel == Some(channel))
            && no.at >= yes.at
    })
}
