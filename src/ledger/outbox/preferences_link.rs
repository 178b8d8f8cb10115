//! The way to the preference page, for somebody who has no link at hand: it is sent to the address that they enter.
//!
//! Anyone can enter any address. So it goes only where the address is known, few times a day, and by no channel that its owner has
//! stopped; and whoever entered it learns none of this: the answer is the same, and what is
//! not sent is written all the same and taken back, so that the time tells as little.

use uuid::Uuid;

use crate::consent::{Address, Channel};
use crate::ledger::outbox::message::{MessageDetail, MessageKind, Recipient, medium_for, post};
use crate::ledger::people::address::{find_to_link, written};
use crate::ledger::people::contact::last_locale;
use crate::ledger::records::stopped::stopped_channels;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// How many of these messages an address gets in a day.
const A_DAY: i64 = 3;
const DAY: i64 = 86_400_000;

/// Why nothing stays of what was written.
enum Unwritten {
    /// It was not to be sent.
    TakenBack,
    Failed(DatabaseError),
}

impl From<DatabaseError> for Unwritten {
    fn from(error: DatabaseError) -> Self {
        Self::Failed(error)
    }
}

/// Sends an address the link to its preference page, where it may get one; tells whose it is, for the audit log. In the language
/// that was asked for, else in the one in which the contact was last shown something.
///
/// # Errors
/// Those of the database.
pub fn send_preferences_link(
    tx: &dyn Database,
    shop: &Shop,
    address: &Address,
    locale: Option<&str>,
    moment: &Moment<'_>,
) -> Result<Option<Uuid>, DatabaseError> {
    let known = find_to_link(tx, shop, address)?;
    let (row, contact) = known.as_ref().map_or((0, Uuid::nil()), |known| (known.row, known.contact()));
    let pseudonym = written(&shop.pseudonym(address.kind(), address.key()));
    let sent = tx.first(
        "SELECT count(*) FROM message WHERE pseudonym = ? AND created_at > ? AND kind = 'preferences'",
        &[Param::Text(&pseudonym), Param::Integer(moment.now.plus_millis(-DAY).millis())],
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
    let is_sent = known.is_some() && is_few && medium.is_some();
    let tried = tx.transaction(|tx| {
        post(tx, shop, MessageKind::Preferences, &to, Some(&pseudonym), &MessageDetail::default(), moment)?;
        // What is not to be sent was written all the same: else the time would tell who is known.
        if is_sent { Ok(()) } else { Err(Unwritten::TakenBack) }
    });
    match tried {
        Err(Unwritten::Failed(error)) => Err(error),
        Ok(()) | Err(Unwritten::TakenBack) => Ok(known.map(|known| known.contact())),
    }
}
