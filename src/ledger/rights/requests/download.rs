//! The download of the answer to a subject request, through a link that was sent to the requester's address.

use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::people::address::named;
use crate::ledger::people::contact::{Lookup, find};
use crate::ledger::people::separate::is_one_person;
use crate::ledger::rights::requests::subject_request::{RequestState, SubjectRequest};
use crate::ledger::shop::Shop;
use crate::ledger::store::database::{Database, DatabaseError};

/// The result of opening a download link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Download {
    /// The data of this contact can be downloaded.
    Of(Uuid),
    /// The contact has been erased since.
    Gone,
    /// The download period is over; or the address no longer belongs to the contact, or the contact now also has
    /// addresses of other persons. The person can open a new request.
    Expired,
}

/// Returns what can be downloaded for a request now.
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
