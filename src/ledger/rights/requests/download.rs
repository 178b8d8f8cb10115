//! For a while the answer to a request is to be downloaded, by a link that its address was sent.

use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::people::address::named;
use crate::ledger::people::contact::{Lookup, find};
use crate::ledger::people::separate::is_one_person;
use crate::ledger::rights::requests::subject_request::{RequestState, SubjectRequest};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError};

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
pub fn download_of(
    database: &dyn Database,
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
