//! For a while the answer to a request is to be downloaded, by a link that its address was sent.

use uuid::Uuid;

use super::{RequestState, SubjectRequest};
use crate::consent::Timestamp;
use crate::ledger::contact::{Lookup, find};
use crate::ledger::link::named;
use crate::ledger::set_apart::is_one_person;
use crate::ledger::{Database, DatabaseError, Shop};

/// What a link to an answer leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Download {
    /// What is held on this contact.
    Of(Uuid),
    /// They have been erased since.
    Gone,
    /// It is too late; or the address is no longer theirs, or no longer alone with theirs in its contact. Who asks once more is
    /// answered for their own.
    Expired,
}

/// What can be downloaded for a request now.
///
/// # Errors
/// Those of the database.
pub fn download_of<D: Database>(
    database: &D,
    shop: &Shop,
    request: &SubjectRequest,
    now: Timestamp,
) -> Result<Download, DatabaseError> {
    let in_time = request.state == RequestState::Completed
        && request.kind.is_for_data()
        && request.download_until.is_some_and(|until| until > now);
    let Some(subject) = request.subject().filter(|_| in_time) else { return Ok(Download::Expired) };
    if find(database, &Lookup::Id(subject))?.is_none() {
        return Ok(Download::Gone);
    }
    let address = request.address_name().map(|name| named(database, shop, &name)).transpose()?.flatten();
    Ok(match address {
        Some(address) if is_one_person(database, address.contact.row)? => Download::Of(address.contact()),
        _ => Download::Expired,
    })
}
