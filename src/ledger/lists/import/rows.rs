//! Writes the rows of a page. Each table gets one SQL statement for all its rows, which are passed to SQLite as one
//! JSON text.

use serde::Serialize;
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::records::record::month_of;
use crate::ledger::records::suppression::AS_WELL;
use crate::ledger::store::database::{Database, DatabaseError, Param, to_json};

// The JSON is passed as bytes: JavaScript would recode a text twice.

/// The rows of a page, in an order in which each table comes after the tables it refers to.
#[derive(Debug, Default)]
pub(crate) struct Rows<'a> {
    /// Id, UUID, country, region, relation, date of birth.
    pub(crate) contacts: Vec<NewContact<'a>>,
    /// Id, contact, kind, normalised form, form as given.
    pub(crate) addresses: Vec<(i64, i64, &'a str, &'a str, &'a str)>,
    /// Value, contact.
    pub(crate) externals: Vec<(&'a str, i64)>,
    /// Id, contact, time of the act, row of the file.
    pub(crate) submissions: Vec<(Uuid, i64, Option<i64>, u64)>,
    /// Id, address, channel, purpose, choice, ground, objection flag, effective time, submission, evidence.
    pub(crate) records: Vec<Recorded<'a>>,
    /// Hash, channel, id, reason, time, whether the hash is of a SHA-256.
    pub(crate) suppressions: Vec<(String, &'static str, Uuid, &'static str, i64, u8)>,
}

/// A new contact of a page.
pub(crate) type NewContact<'a> = (i64, Uuid, Option<&'a str>, Option<&'a str>, Option<&'a str>, Option<&'a str>);

/// A new record of a page.
#[derive(Debug, Serialize)]
pub(crate) struct Recorded<'a>(
    pub(crate) Uuid,
    pub(crate) i64,
    pub(crate) &'a str,
    pub(crate) &'a str,
    pub(crate) &'static str,
    pub(crate) &'static str,
    pub(crate) u8,
    pub(crate) i64,
    pub(crate) Uuid,
    pub(crate) Option<String>,
);

impl Rows<'_> {
    /// Writes all rows.
    pub(crate) fn write(&self, tx: &dyn Database, import: Uuid, now: Timestamp) -> Result<(), DatabaseError> {
        let month = month_of(now);
        let (import, now) = (import.to_string(), Param::Integer(now.millis()));
        if !self.contacts.is_empty() {
            tx.execute(CONTACTS, &[now, Param::Bytes(to_json(&self.contacts)?.as_bytes())])?;
        }
        if !self.addresses.is_empty() {
            tx.execute(ADDRESSES, &[now, Param::Bytes(to_json(&self.addresses)?.as_bytes())])?;
        }
        if !self.externals.is_empty() {
            tx.execute(EXTERNALS, &[now, Param::Bytes(to_json(&self.externals)?.as_bytes())])?;
        }
        if !self.submissions.is_empty() {
            tx.execute(
                SUBMISSIONS,
                &[now, Param::Text(&import), Param::Bytes(to_json(&self.submissions)?.as_bytes())],
            )?;
        }
        if !self.records.is_empty() {
            let records = to_json(&self.records)?;
            tx.execute(COUNTS, &[Param::Text(&month), Param::Bytes(to_json(&self.counts())?.as_bytes())])?;
            tx.execute(RECORDS, &[Param::Bytes(records.as_bytes())])?;
            tx.execute(TRACKS, &[Param::Bytes(records.as_bytes())])?;
        }
        if !self.suppressions.is_empty() {
            let insert = format!("{SUPPRESSIONS} {AS_WELL}");
            tx.execute(&insert, &[Param::Text(&import), Param::Bytes(to_json(&self.suppressions)?.as_bytes())])?;
        }
        Ok(())
    }
}

impl Rows<'_> {
    /// Returns the number of records for each channel, purpose and choice. A page has thousands of records, but few of these.
    fn counts(&self) -> Vec<(&str, &str, &str, u32)> {
        let mut counts: Vec<(&str, &str, &str, u32)> = Vec::new();
        for Recorded(_, _, channel, purpose, choice, ..) in &self.records {
            let same = |own: &&mut (&str, &str, &str, u32)| (own.0, own.1, own.2) == (*channel, *purpose, *choice);
            match counts.iter_mut().find(same) {
                Some(own) => own.3 += 1,
                None => counts.push((channel, purpose, choice, 1)),
            }
        }
        counts
    }
}

const CONTACTS: &str = "INSERT INTO contact (created_at, id, uuid, country, region, relation, born)
    SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(CAST(? AS TEXT))";

/// The pseudonym stays NULL until a link to the address is made.
const ADDRESSES: &str =
    "INSERT INTO address (created_at, id, contact, kind, match_key, value, assurance, linked)
    SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, 'listed', 1 FROM json_each(CAST(? AS TEXT))";

const EXTERNALS: &str = "INSERT INTO external_id (created_at, value, contact)
    SELECT ?, value ->> 0, value ->> 1 FROM json_each(CAST(? AS TEXT))";

const SUBMISSIONS: &str =
    "INSERT INTO submission (received_at, import, id, contact, occurred_at, import_row, fingerprint,
        notice_id, notice_version, notice_locale, notice_sha256, source_kind)
    SELECT ?, ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, '', '', '', '', '', 'import' FROM json_each(CAST(? AS TEXT))";

const RECORDS: &str = "INSERT INTO record (id, address, channel, purpose, choice, ground, objection, assurance,
        effective_at, submission, evidence)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, 'listed',
        value ->> 7, value ->> 8, value ->> 9 FROM json_each(CAST(? AS TEXT))";

const COUNTS: &str = "INSERT INTO record_count (month, channel, purpose, choice, assurance, count)
    SELECT ?, value ->> 0, value ->> 1, value ->> 2, 'listed', value ->> 3 FROM json_each(CAST(? AS TEXT)) WHERE true
    ON CONFLICT DO UPDATE SET count = count + excluded.count";

/// The same upsert as `track::keep`.
const TRACKS: &str = "INSERT INTO track (address, channel, purpose, choice, ground, objection, assurance, effective_at, record)
    SELECT value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, 'listed', value ->> 7, value ->> 0
    FROM json_each(CAST(? AS TEXT)) WHERE true
    ON CONFLICT DO UPDATE SET effective_at = excluded.effective_at, record = excluded.record
    WHERE (excluded.effective_at, excluded.record) > (track.effective_at, track.record)";

const SUPPRESSIONS: &str = "INSERT INTO suppression (import, hash, channel, id, reason, created_at, is_of_hash)
    SELECT ?, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(CAST(? AS TEXT)) WHERE true";
