//! Imports the suppressions of a file. For each address and channel the latest one counts.

use std::collections::HashMap;

use uuid::Uuid;

use crate::consent::{Channel, Timestamp};
use crate::ledger::lists::import::known::name_of;
use crate::ledger::lists::import::state::Import;
use crate::ledger::lists::import::take::ImportPage;
use crate::ledger::store::database::{Database, DatabaseError, Param, to_json};
use crate::ledger::store::id::{parse_id, time_of_id};
use crate::model::listed::{ListedSuppression, Suppressed};

impl ImportPage<'_> {
    /// Adds the suppressions of a page.
    pub(crate) fn suppress(
        &mut self,
        tx: &dyn Database,
        import: &Import,
        given: &[&ListedSuppression],
    ) -> Result<(), DatabaseError> {
        if given.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = given.iter().map(|one| name_of(self.shop, one)).collect();
        let rows = tx.query(
            "SELECT s.hash, s.channel, s.created_at, s.id FROM json_each(?) q CROSS JOIN suppression s ON s.hash = q.value",
            &[Param::Text(&to_json(&names)?)],
        )?;
        let mut known: HashMap<(String, Option<Channel>), (Timestamp, Uuid)> = HashMap::new();
        for row in &rows {
            let id = row.parsed(3, parse_id)?;
            known.insert((row.text(0)?.to_owned(), Channel::parse(row.text(1)?)), (row.time(2)?, id));
        }
        if import.is_dry_run {
            known.extend(tried_suppressions(tx, import, &names)?);
        }
        for (one, name) in given.iter().zip(names) {
            let since = one.since.filter(|since| *since <= self.times.now);
            let standing = known.get(&(name.clone(), one.channel)).or_else(|| known.get(&(name.clone(), None)));
            match standing {
                Some((at, id)) if since.is_none_or(|since| since <= *at) => {
                    let is_own = time_of_id(*id) >= self.times.began;
                    let counted = if is_own { &mut self.counts.duplicate } else { &mut self.counts.unchanged };
                    *counted += 1;
                }
                _ => {
                    let (id, at) = (self.next_id(), since.unwrap_or(self.times.now));
                    known.insert((name.clone(), one.channel), (at, id));
                    self.counts.accepted += 1;
                    let is_of_hash = u8::from(matches!(one.target, Suppressed::Sha256 { .. }));
                    let channel = one.channel.map_or("*", Channel::as_str);
                    self.rows.suppressions.push((name, channel, id, one.reason.as_str(), at.millis(), is_of_hash));
                }
            }
        }
        Ok(())
    }
}

/// The suppressions of a page that the dry run would already have stored, each with its time and id.
type Tried = Vec<((String, Option<Channel>), (Timestamp, Uuid))>;

fn tried_suppressions(tx: &dyn Database, import: &Import, names: &[String]) -> Result<Tried, DatabaseError> {
    let channels = Channel::ALL.iter().map(|channel| channel.as_str()).chain(["*"]);
    let keys: Vec<String> =
        channels.flat_map(|channel| names.iter().map(move |name| format!("{name} {channel}"))).collect();
    let rows = tx.query(
        "SELECT t.address, t.filed_under, t.tracks FROM json_each(?) q
         CROSS JOIN import_trial t ON t.import = ? AND t.address = q.value",
        &[Param::Text(&to_json(&keys)?), Param::Text(&import.id.to_string())],
    )?;
    rows.iter()
        .map(|row| {
            let (name, channel) = row.text(0)?.split_once(' ').ok_or(DatabaseError::Shape { column: 0 })?;
            let id = row.parsed(2, |text| text.trim_matches('"').parse().ok())?;
            Ok(((name.to_owned(), Channel::parse(channel)), (row.time(1)?, id)))
        })
        .collect()
}
