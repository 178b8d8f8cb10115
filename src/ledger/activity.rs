//! What happens without anybody choosing anything: a use, a contact, a look-up in a register. It keeps grounds alive.

use super::report::{Lookup, find};
use super::track::keep;
use super::{Database, DatabaseError, Moment, Param};
use crate::consent::{
    Act, Activity, AddressKind, Assurance, Channel, PurposeSlug, RecordId, Scope, Timestamp, Track, effective_time,
};

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
pub fn note_activities<D: Database>(
    database: &D,
    contact: &Lookup,
    noted: &[ActivityNoted],
    moment: &Moment<'_>,
) -> Result<Option<usize>, DatabaseError> {
    database.transaction(|tx| {
        let Some(found) = find(tx, contact)? else { return Ok(None) };
        let rows = tx
            .query("SELECT id, kind, match_key FROM address WHERE contact = ?", &[Param::Integer(found.integer(0)?)])?;
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
        Ok(Some(touched.len()))
    })
}

/// Restricts a person's data, or lifts the restriction (GDPR Art. 18). `false` where the contact is not known.
///
/// # Errors
/// Those of the database.
pub fn restrict<D: Database>(
    database: &D,
    contact: uuid::Uuid,
    restricted: bool,
    reason: &super::text::Line,
    moment: &Moment<'_>,
) -> Result<bool, DatabaseError> {
    let since = if restricted { Param::Integer(moment.now.millis()) } else { Param::Null };
    // A restriction that stands keeps its date.
    let row = database.first(
        "UPDATE contact SET restricted_at = CASE WHEN ?1 IS NULL THEN NULL ELSE coalesce(restricted_at, ?1) END,
             restriction_reason = ?2
         WHERE uuid = ?3 RETURNING id",
        &[since, Param::Text(reason.as_str()), Param::Text(&contact.to_string())],
    )?;
    Ok(row.is_some())
}
