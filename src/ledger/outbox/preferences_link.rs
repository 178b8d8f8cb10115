//! Sends the link to the preference page to an address that somebody entered, for persons who have no link at hand.
//!
//! Anyone can enter any address. So the link is sent only to an address that the ledger knows, at most three times a
//! day, and never by a channel that the owner of the address has stopped. The caller learns none of this: the answer is
//! always the same. A message that must not be sent is written all the same and rolled back, so that the response time
//! tells nothing either.

use uuid::Uuid;

use crate::consent::{Address, Channel};
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, medium_for, post, post_owed};
use crate::ledger::people::address::{StoredAddress, find_verified_address, written};
use crate::ledger::people::contact::last_locale;
use crate::ledger::records::stopped::stopped_channels;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The maximum number of these messages to one address within 24 hours.
const A_DAY: i64 = 3;
const DAY: i64 = 86_400_000;

/// The reason why the transaction that writes the message is rolled back.
enum Unwritten {
    /// The message must not be sent.
    TakenBack,
    Failed(DatabaseError),
}

impl From<DatabaseError> for Unwritten {
    fn from(error: DatabaseError) -> Self {
        Self::Failed(error)
    }
}

/// Sends an address the link to its preference page, if the address may get one. Uses the requested language, else the
/// language in which the contact was last shown a notice, else English. Returns the id of the contact that has the
/// address, for the audit log; `None` if the address is unknown. An address that is new, because somebody has just
/// entered it, gets nothing.
pub fn send_preferences_link(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
    is_new: bool,
    locale: Option<&str>,
    context: &Context<'_>,
) -> Result<Option<Uuid>, DatabaseError> {
    let known = find_verified_address(tx, shop, address)?;
    let (row, contact) = known.as_ref().map_or((0, Uuid::nil()), |known| (known.row, known.contact()));
    let pseudonym = written(&shop.pseudonym(address.kind(), address.key()));
    let sent = tx.first(
        "SELECT count(*) FROM message WHERE pseudonym = ? AND created_at > ? AND kind = 'preferences'",
        &[Param::Text(&pseudonym), Param::Integer(context.now.plus_millis(-DAY).millis())],
    )?;
    let is_few = sent.ok_or(DatabaseError::Shape { column: 0 })?.integer(0)? < A_DAY;
    let stopped = stopped_channels(tx, shop, row, address)?;
    let medium = medium_for(shop, address.kind(), &[]).filter(|medium| !stopped.contains(medium));
    let stored = last_locale(tx, contact)?;
    let to = Recipient {
        medium: medium.unwrap_or(Channel::Email),
        value: known.as_ref().map_or(address.given(), |known| &known.value),
        pseudonym: &pseudonym,
        locale: locale.or(stored.as_deref()).unwrap_or("en"),
    };
    let is_sent = known.is_some() && !is_new && is_few && medium.is_some();
    let tried = tx.transaction(|tx| {
        post(tx, shop, MessageKind::Preferences, &to, Some(&pseudonym), &MessageDetail::default(), context)?;
        // Writing the message and rolling it back takes the same time as sending it, so the time does not tell who is
        // known.
        if is_sent { Ok(()) } else { Err(Unwritten::TakenBack) }
    });
    match tried {
        Err(Unwritten::Failed(error)) => Err(error),
        Ok(()) | Err(Unwritten::TakenBack) => Ok(known.map(|known| known.contact())),
    }
}

/// Sends a person who stands before their own page a new link to it. No stranger can use it up, so no budget holds it.
pub fn send_own_link(
    tx: &dyn Database,
    shop: &Shop,
    own: &StoredAddress,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Some(medium) = medium_for(shop, own.kind, &[]) else { return Ok(()) };
    let stored = last_locale(tx, own.contact())?;
    let pseudonym = written(&own.pseudonym);
    let to = Recipient { medium, value: &own.value, pseudonym: &pseudonym, locale: stored.as_deref().unwrap_or("en") };
    post_owed(tx, shop, MessageKind::Preferences, &to, Some(&pseudonym), &MessageDetail::default(), context)
}
