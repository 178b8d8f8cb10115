//! What happens without anybody choosing anything: a use, a contact, a look-up in a register. It keeps grounds alive.

use crate::consent::{
    Act, Activity, AddressKind, Assurance, Channel, PurposeSlug, RecordId, Scope, Timestamp, Track, effective_time,
};
use crate::ledger::people::contact::{Lookup, find};
use crate::ledger::records::standing::keep;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError};

/// One activity, already parsed.
#[derive(Clone, Debug)]
pub struct ActivityNoted {
    /// What happened.
    pub activity: Activity,
    /// On which channel; on all where nothing is said.
    pub channel: Option<Channel>,
    /// For which purpose; for all where nothing is said.
    pub purpose: Option<PurposeSlug>,
    /// When; now where nothing is said.
    pub occurred_at: Option<Timestamp>,
}

/// Notes activities of one contact, on its addresses of the kind that the channel uses; where it is named by such an address,
/// on that alone. Only the latest of each kind is kept, so repetition and order do not matter. Tells on how many addresses;
/// `None` where the contact is not known.
///
/// # Errors
/// Those of the database; nothing is written then.
pub fn note_activities(
    database: &dyn Database,
    contact: &Lookup,
    noted: &[ActivityNoted],
    moment: &Moment<'_>,
) -> Result<Option<(uuid::Uuid, usize)>, DatabaseError> {
    database.transaction(|tx| {
        let Some(found) = find(tx, contact)? else { return Ok(None) };
        let rows = tx.query(
            "SELECT id, kind, match_key FROM address WHERE contact = ? AND kind <> 'rectified'",
            &[found.param()],
        )?;
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
                    at: effective_time(act, Assurance::Authenticated, one.occurred_at, moment.now),
                    record: RecordId(moment.next_id()),
                };
                keep(tx, id, &track)?;
                if !touched.contains(&id) {
                    touched.push(id);
                }
            }
        }
        Ok(Some((found.uuid, touched.len())))
    })
}
