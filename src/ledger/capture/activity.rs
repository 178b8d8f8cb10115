//! Activities: events that keep a ground from expiring although the person makes no choice. Examples: the shop uses an
//! opt-in, the person contacts the shop, the address is looked up in a do-not-call register.

use crate::consent::{
    Act, ActTime, Activity, AddressKind, Assurance, Channel, PurposeSlug, RecordId, Scope, Timestamp, Track,
};
use crate::ledger::people::contact::{Lookup, find};
use crate::ledger::records::standing::keep;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError};

/// One activity, already parsed.
#[derive(Clone, Debug)]
pub struct ActivityNoted {
    /// The kind of activity.
    pub activity: Activity,
    /// The channel. `None`: all channels.
    pub channel: Option<Channel>,
    /// The purpose. `None`: all purposes.
    pub purpose: Option<PurposeSlug>,
    /// The time of the activity. `None`: now.
    pub occurred_at: Option<Timestamp>,
}

/// Records activities of a contact on its addresses of the kind that the channel uses. If the contact is looked up by
/// an address of this kind, only that address is affected. An activity without a channel applies to all addresses.
///
/// Only the latest activity of each kind is stored, so order and repetition do not matter. Returns the id of the
/// contact and the number of affected addresses; `None` if the contact is unknown.
///
/// # Errors
/// Returns a [`DatabaseError`] if the database fails.
pub fn note_activities(
    tx: &dyn Database,
    contact: &Lookup,
    noted: &[ActivityNoted],
    context: &Context<'_>,
) -> Result<Option<(uuid::Uuid, usize)>, DatabaseError> {
    let Some(found) = find(tx, contact)? else { return Ok(None) };
    let rows = tx
        .query("SELECT id, kind, match_key FROM address WHERE contact = ? AND kind <> 'rectified'", &[found.param()])?;
    let mut touched = Vec::new();
    for one in noted {
        let act = Act::Noted { activity: one.activity };
        let kind = one.channel.map(|channel| channel.address_kind());
        for row in &rows {
            let (id, own) = (row.integer(0)?, row.parsed(1, AddressKind::parse)?);
            let meant = match (contact, kind) {
                (_, None) => true,
                (Lookup::Address(address), Some(kind)) if kind == address.kind() => {
                    kind == own && address.key() == row.text(2)?
                }
                (_, Some(kind)) => kind == own,
            };
            if !meant {
                continue;
            }
            let track = Track {
                scope: Scope { channel: one.channel, purpose: one.purpose.clone() },
                act,
                assurance: Assurance::Authenticated,
                connection: None,
                at: ActTime::Live { age: None, stated: one.occurred_at }.effective(act, context.now),
                record: RecordId(context.next_id()),
            };
            keep(tx, id, &track)?;
            if !touched.contains(&id) {
                touched.push(id);
            }
        }
    }
    Ok(Some((found.uuid, touched.len())))
}
