//! Restricts the use of a contact's data (GDPR Art. 18), and notes an export (Art. 15, 20).

use uuid::Uuid;

use crate::ledger::people::contact::{Lookup, find};
use crate::ledger::people::rights_log::{ActDetail, Acting, RightsAct, note};
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::model::text::Line;

/// Stores that the data of a contact was exported.
pub fn note_export(
    database: &dyn Database,
    contact: Uuid,
    sections: Vec<String>,
    format: &str,
    key: Uuid,
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let Some(contact) = find(database, &Lookup::Id(contact))? else { return Ok(()) };
    let detail = ActDetail { sections, format: Some(format.to_owned()), ..ActDetail::default() };
    note(database, &contact, RightsAct::Exported, &Acting { key, reason: None }, &detail, context)
}

/// Restricts a person's data, or lifts the restriction (GDPR Art. 18). Returns `false` if the contact is unknown.
pub fn restrict(
    tx: &dyn Database,
    contact: Uuid,
    restricted: bool,
    reason: &Line,
    key: Uuid,
    context: &Context<'_>,
) -> Result<bool, DatabaseError> {
    let Some(contact) = find(tx, &Lookup::Id(contact))? else { return Ok(false) };
    let (since, act) = if restricted {
        (Param::Integer(context.now.millis()), RightsAct::Restricted)
    } else {
        (Param::Null, RightsAct::RestrictionLifted)
    };
    // An existing restriction keeps its date and reason. The repeated request is stored as an act all the same.
    tx.execute(
        "UPDATE contact SET restricted_at = ?1, restriction_reason = CASE WHEN ?1 IS NULL THEN NULL ELSE ?2 END
         WHERE id = ?3 AND (restricted_at IS NULL) = (?1 IS NOT NULL)",
        &[since, Param::Text(reason.as_str()), contact.param()],
    )?;
    note(tx, &contact, act, &Acting { key, reason: Some(reason) }, &ActDetail::default(), context)?;
    Ok(true)
}
