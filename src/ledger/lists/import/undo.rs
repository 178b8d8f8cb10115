//! Undoes an import: its records no longer count, and the standings from before apply again. No record is deleted; the
//! undo itself is stored as well.

use crate::consent::Timestamp;
use crate::ledger::lists::import::state::{Import, ImportState};
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// Starts the undo of an import.
pub fn begin_undo(tx: &dyn Database, id: uuid::Uuid, now: Timestamp) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE import SET state = 'undoing', undone_at = ?, touched_at = ? WHERE id = ?",
        &[Param::Integer(now.millis()), Param::Integer(now.millis()), Param::Text(&id.to_string())],
    )
}

/// The maximum number of submissions that one call processes.
const AT_ONCE: i64 = 300;

/// Undoes a part of an import. Must be called in a transaction. Returns whether there is more to do.
pub fn undo_page(tx: &dyn Database, import: &Import, now: Timestamp) -> Result<bool, DatabaseError> {
    let id = import.id.to_string();
    // Ids ascend with time, and those of an import were made while it was processed.
    let from = import.undone_to.clone().unwrap_or_else(|| first_id(import.started_at.unwrap_or(import.created_at)));
    let until = first_id(import.finished_at.unwrap_or(now).plus_millis(LATER));
    // The limit counts all submissions in the range, not only those of the import, so that the work per call is
    // bounded.
    let seen = tx.query(
        "SELECT id, import IS NOT NULL AND import = ?1 FROM submission WHERE id > ?2 AND id < ?3 ORDER BY id LIMIT ?4",
        &[Param::Text(&id), Param::Text(&from), Param::Text(&until), Param::Integer(AT_ONCE)],
    )?;
    let mut own = Vec::new();
    for row in &seen {
        if row.integer(1)? == 1 {
            own.push(row.text(0)?);
        }
    }
    if !own.is_empty() {
        let own = crate::ledger::store::database::to_json(&own)?;
        tx.execute(REVERSE, &[Param::Integer(now.millis()), Param::Text(&id), Param::Text(&own)])?;
        // The histories are computed again from the records that are left.
        let affected = tx.query(AFFECTED, &[Param::Text(&own)])?;
        let tracks = affected.first().ok_or(DatabaseError::Shape { column: 0 })?.text(0)?.to_owned();
        tx.execute(FORGET, &[Param::Text(&tracks)])?;
        tx.execute(RECALL, &[Param::Text(&tracks)])?;
    }
    // A suppression is not a record of the person but an entry in the shop's list, so it is deleted. It stays if
    // another source added it too.
    let freed = tx.query(
        "DELETE FROM suppression WHERE (hash, channel) IN
             (SELECT hash, channel FROM suppression WHERE import = ? LIMIT ?) RETURNING 1",
        &[Param::Text(&id), Param::Integer(AT_ONCE)],
    )?;
    let forgotten = tx.query(
        "DELETE FROM import_learned WHERE (import, contact) IN
             (SELECT import, contact FROM import_learned WHERE import = ? LIMIT ?) RETURNING contact, facts",
        &[Param::Text(&id), Param::Integer(AT_ONCE)],
    )?;
    for row in &forgotten {
        tx.execute(UNLEARN, &[Param::Integer(row.integer(0)?), Param::Text(row.text(1)?)])?;
    }
    let is_full = |rows: usize| i64::try_from(rows).is_ok_and(|rows| rows == AT_ONCE);
    let has_more = is_full(seen.len()) || is_full(freed.len()) || is_full(forgotten.len());
    let last = seen.last().map(|row| row.text(0)).transpose()?.unwrap_or(&from);
    let state = if has_more { ImportState::Undoing } else { ImportState::Undone };
    tx.execute(
        "UPDATE import SET state = ?, undone_to = ?, touched_at = ? WHERE id = ?",
        &[Param::Text(state.as_str()), Param::Text(last), Param::Integer(now.millis()), Param::Text(&id)],
    )?;
    Ok(has_more)
}

/// The maximum by which the ids of a page may be ahead of its time, in milliseconds, see `Context::next_id`.
const LATER: i64 = 60_000;

/// Returns a text that sorts before every id made at or after a time.
fn first_id(at: Timestamp) -> String {
    crate::ledger::store::id::first_id_of(at)
}

/// Deletes a fact only if it still has the value that the import stored. A value that changed since then stays.
const UNLEARN: &str = "UPDATE contact SET
        region = iif(country IS ?2 ->> 0 AND region IS ?2 ->> 1, NULL, region),
        country = iif(country IS ?2 ->> 0, NULL, country),
        relation = iif(relation IS ?2 ->> 2, NULL, relation),
        born = iif(born IS ?2 ->> 3, NULL, born)
    WHERE id = ?1";

const REVERSE: &str = "INSERT INTO reversal (at, import, address, record)
    SELECT ?, ?, r.address, r.id FROM json_each(?) q CROSS JOIN record r ON r.submission = q.value WHERE true
    ON CONFLICT DO NOTHING";

/// Selects the histories to which the records of some submissions belong.
const AFFECTED: &str = "SELECT json_group_array(DISTINCT
        json_array(r.address, r.channel, r.purpose, r.choice, r.ground, r.objection, r.assurance))
    FROM json_each(?) q CROSS JOIN record r ON r.submission = q.value";

const FORGET: &str = "DELETE FROM track WHERE (address, channel, purpose, choice, ground, objection, assurance) IN
    (SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 FROM json_each(?))";

const RECALL: &str =
    "INSERT INTO track (address, channel, purpose, choice, ground, objection, assurance, effective_at, record)
    SELECT address, channel, purpose, choice, ground, objection, assurance, effective_at, id FROM
        (SELECT r.*, row_number() OVER (PARTITION BY r.address, r.channel, r.purpose, r.choice, r.ground, r.objection,
                r.assurance ORDER BY r.effective_at DESC, r.id DESC) AS nth
         FROM json_each(?) q CROSS JOIN record r ON r.address = q.value ->> 0 AND r.channel = q.value ->> 1
            AND r.purpose = q.value ->> 2 AND r.choice = q.value ->> 3 AND r.ground = q.value ->> 4
            AND r.objection = q.value ->> 5 AND r.assurance = q.value ->> 6
         WHERE NOT EXISTS (SELECT 1 FROM reversal v WHERE v.address = r.address AND v.record = r.id))
    WHERE nth = 1";
