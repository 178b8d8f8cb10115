//! Merges two contacts that are one person, and separates them again. Both need an explicit instruction by the shop.
//!
//! The source contact keeps its row, its id, its submissions and its rights acts. Only its addresses and external ids
//! move to the target, with a note of the contact they came from (`home`). A decision is about an address, so an opt-in
//! of one contact does not apply to an address of the other. An opt-out without a channel applies to both, and so does
//! a restriction.

use uuid::Uuid;

use crate::json;
use crate::ledger::people::contact::{Contact, Lookup, find, members};
use crate::ledger::people::rights_log::{ActDetail, Acting, RightsAct, note};
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};
use crate::ledger::store::id::parse_id;

/// The reasons why two contacts cannot be merged or separated. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MergeError {
    /// The target is unknown.
    Unknown,
    /// The source is unknown.
    UnknownSource,
    /// Source and target are one contact already.
    Same,
    /// The source was not merged into the target.
    NotMerged,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for MergeError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// The personal facts that a merge copies if the target lacks them. A region is copied together with its country.
const FACTS: [(&str, &str); 3] = [
    ("country", "country = s.country, region = s.region"),
    ("relation", "relation = s.relation"),
    ("born", "born = s.born"),
];

/// Merges `source` into `target`.
///
/// # Errors
/// Returns a [`MergeError`] if the contacts cannot be merged or the database fails; nothing is written then.
pub fn merge_contacts(
    tx: &dyn Database,
    target: Uuid,
    source: &Lookup,
    by: &Acting<'_>,
    context: &Context<'_>,
) -> Result<(), MergeError> {
    let target = find(tx, &Lookup::Id(target))?.ok_or(MergeError::Unknown)?;
    let source = find(tx, source)?.ok_or(MergeError::UnknownSource)?;
    if target.row == source.row {
        return Err(MergeError::Same);
    }
    let both = [target.param(), source.param()];
    let mut detail = ActDetail { contact: Some(source.uuid.to_string()), ..ActDetail::default() };
    for (name, set) in FACTS {
        let filled = tx.first(
            &format!(
                "UPDATE contact SET {set} FROM contact s WHERE contact.id = ? AND s.id = ?
                     AND contact.{name} IS NULL AND s.{name} IS NOT NULL RETURNING contact.id"
            ),
            &both,
        )?;
        if filled.is_some() {
            detail.fields.push(name.to_owned());
        }
    }
    let restricted = tx.first(
        "UPDATE contact SET restricted_at = s.restricted_at, restriction_reason = s.restriction_reason FROM contact s
         WHERE contact.id = ? AND s.id = ? AND contact.restricted_at IS NULL AND s.restricted_at IS NOT NULL
         RETURNING contact.id",
        &both,
    )?;
    detail.restricted = restricted.is_some();
    for contact in &both {
        link_lone(tx, *contact)?;
    }
    for table in ["address", "external_id"] {
        tx.execute(&format!("UPDATE {table} SET contact = ?1, home = coalesce(home, ?2) WHERE contact = ?2"), &both)?;
    }
    tx.execute("UPDATE contact SET merged_into = ? WHERE id = ?", &both)?;
    note(tx, &target, RightsAct::Merged, by, &detail, context)?;
    Ok(())
}

/// Links the address of a contact that has only one. By the merge, the shop states that both contacts are one person.
/// If a contact has several addresses from one form, nobody has stated that they belong to one person.
fn link_lone(tx: &dyn Database, contact: Param<'_>) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE address SET linked = 1 WHERE contact = ?1 AND kind <> 'rectified'
             AND (SELECT count(*) FROM address WHERE contact = ?1 AND kind <> 'rectified') = 1",
        &[contact],
    )
}

/// Separates `source`, which was merged into `target`. Data that was added after the merge stays with the target. A
/// restriction stays too: a mistake of the shop must not end it, whoever requested it. It can be lifted by its own
/// route.
///
/// # Errors
/// Returns a [`MergeError`] if the contacts cannot be separated or the database fails; nothing is written then.
pub fn unmerge_contact(
    tx: &dyn Database,
    target: Uuid,
    source: Uuid,
    by: &Acting<'_>,
    context: &Context<'_>,
) -> Result<(), MergeError> {
    let target = find(tx, &Lookup::Id(target))?.ok_or(MergeError::Unknown)?;
    let (source, into) = merged(tx, source)?.ok_or(MergeError::UnknownSource)?;
    if find(tx, &Lookup::Id(source.uuid))? != Some(target) || into.is_none() {
        return Err(MergeError::NotMerged);
    }
    let (id, tree) = (source.uuid.to_string(), members(tx, source.row)?);
    for table in ["address", "external_id"] {
        tx.execute(
            &format!(
                "UPDATE {table} SET contact = ?1, home = CASE WHEN home = ?1 THEN NULL ELSE home END
                 WHERE home IN (SELECT value FROM json_each(?2))"
            ),
            &[source.param(), Param::Text(&tree)],
        )?;
    }
    tx.execute("UPDATE contact SET merged_into = NULL WHERE id = ?", &[source.param()])?;
    forget_filled(tx, &source, into)?;
    let detail = ActDetail { contact: Some(id), ..ActDetail::default() };
    note(tx, &target, RightsAct::Unmerged, by, &detail, context)?;
    Ok(())
}

/// Removes the facts that merges copied from `source` to the contact it was merged into and to all contacts above that
/// one. A fact that was changed since stays. The fact of another merged contact takes its place, if there is one.
fn forget_filled(tx: &dyn Database, source: &Contact, into: Option<i64>) -> Result<(), DatabaseError> {
    let (mut part, mut whole) = (source.uuid.to_string(), into);
    while let Some(row) = whole {
        let done = tx.first(
            "SELECT detail FROM rights_act WHERE contact = ? AND kind = 'merged' AND detail ->> 'contact' = ?
             ORDER BY id DESC LIMIT 1",
            &[Param::Integer(row), Param::Text(&part)],
        )?;
        let done: ActDetail = match &done {
            None => ActDetail::default(),
            Some(done) => done.parsed(0, |text| json::read(text))?,
        };
        let parts = members(tx, row)?;
        for (name, _) in FACTS.iter().filter(|(name, _)| done.fields.iter().any(|field| field == name)) {
            let columns = if *name == "country" { "(country, region)" } else { name };
            let others = columns.trim_matches(['(', ')']);
            tx.execute(
                &format!(
                    "UPDATE contact SET {columns} = (SELECT {others} FROM contact o WHERE o.{name} IS NOT NULL
                         AND o.id <> ?1 AND o.id IN (SELECT value FROM json_each(?3)) ORDER BY o.id LIMIT 1)
                     WHERE id = ?1 AND {name} = (SELECT {name} FROM contact WHERE id = ?2)"
                ),
                &[Param::Integer(row), source.param(), Param::Text(&parts)],
            )?;
        }
        let above = tx.first("SELECT uuid, merged_into FROM contact WHERE id = ?", &[Param::Integer(row)])?;
        let above = above.ok_or(DatabaseError::Shape { column: 0 })?;
        part = above.text(0)?.to_owned();
        whole = if above.is_null(1) { None } else { Some(above.integer(1)?) };
    }
    Ok(())
}

/// Returns the row of a contact itself, merged or not, and the row id of the contact that it was merged into.
fn merged(tx: &dyn Database, contact: Uuid) -> Result<Option<(Contact, Option<i64>)>, DatabaseError> {
    let row = tx.first(
        "SELECT id, uuid, created_at, merged_into FROM contact WHERE uuid = ?",
        &[Param::Text(&contact.to_string())],
    )?;
    row.map(|row| {
        let into = if row.is_null(3) { None } else { Some(row.integer(3)?) };
        Ok((Contact { row: row.integer(0)?, uuid: row.parsed(1, parse_id)?, created_at: row.time(2)? }, into))
    })
    .transpose()
}

/// Returns the ids of the contacts that were merged into this one.
pub(crate) fn merged_ids(
    database: &dyn Database,
    contact: &Contact,
    members: &str,
) -> Result<Vec<String>, DatabaseError> {
    database
        .query(
            "SELECT uuid FROM contact WHERE id IN (SELECT value FROM json_each(?)) AND id <> ? ORDER BY id",
            &[Param::Text(members), contact.param()],
        )?
        .iter()
        .map(|row| row.text(0).map(str::to_owned))
        .collect()
}
