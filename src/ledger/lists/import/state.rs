//! An import and its states.

use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::digest::common::hazmat::SerializableState;
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::outbox::event::emit;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Cells, Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;

vocabulary! {
    /// The state of an import.
    ImportState, "unknown state" {
        /// The upload is not complete.
        Receiving = "receiving",
        /// The file is complete and waits until earlier imports are processed.
        Waiting = "waiting",
        /// The import is being processed.
        Running = "running",
        /// All rows were processed.
        Done = "done",
        /// The file could not be read to its end. The rows before that point were imported.
        Failed = "failed",
        /// Somebody stopped the import. The rows before that point were imported.
        Cancelled = "cancelled",
        /// The import is being undone.
        Undoing = "undoing",
        /// The import was undone.
        Undone = "undone",
    }
}

impl ImportState {
    /// Returns whether the state does not change any more by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled | Self::Undone)
    }
}

/// The results of an import: numbers of choices. `rejected` is a number of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Choices that were recorded.
    pub accepted: u64,
    /// Choices that change nothing, because a record on file says as much or more.
    pub unchanged: u64,
    /// Opt-ins that do not count, because the person opted out and a list never ends an opt-out.
    pub outranked: u64,
    /// Choices for suppressed addresses. If the suppression is all that is known about an address, nothing of the row
    /// is stored.
    pub suppressed: u64,
    /// Choices that an earlier row of the same file already states, or more strongly.
    pub duplicate: u64,
    /// Rows that could not be read or recorded, see `GET /v1/imports/{id}/errors`.
    pub rejected: u64,
    /// Choices that are neither an opt-in nor an opt-out, and rows without any choice.
    pub no_choice: u64,
    /// Rows that were imported although a cell that they do not need could not be read, see `GET
    /// /v1/imports/{id}/errors?format=json`. They are counted above, too.
    pub warned: u64,
}

impl Counts {
    /// Returns the sum of both.
    pub const fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            unchanged: self.unchanged + other.unchanged,
            outranked: self.outranked + other.outranked,
            suppressed: self.suppressed + other.suppressed,
            duplicate: self.duplicate + other.duplicate,
            rejected: self.rejected + other.rejected,
            no_choice: self.no_choice + other.no_choice,
            warned: self.warned + other.warned,
        }
    }
}

/// An import as the ledger stores it. The API layer writes and reads the JSON fields.
#[derive(Clone, Debug)]
pub struct Import {
    /// The id of the import.
    pub id: Uuid,
    /// The state of the import.
    pub state: ImportState,
    /// The import options of the caller, as JSON.
    pub settings: String,
    /// Whether this is a dry run, which only produces the report.
    pub is_dry_run: bool,
    /// The number of bytes of the file received so far.
    pub received: u64,
    /// The state of the SHA-256 computation over these bytes.
    pub digest: Digest,
    /// The SHA-256 of the file; `None` until the upload is complete.
    pub sha256: Option<String>,
    /// The layout of the file, as JSON.
    pub layout: Option<String>,
    /// The place where the next unprocessed row begins, as JSON.
    pub place: Option<String>,
    /// The number of bytes of the file that were processed.
    pub bytes_done: u64,
    /// The number of rows that were processed.
    pub rows: u64,
    /// The number of these rows that were not valid UTF-8 and were read as Windows-1252.
    pub windows_1252: u64,
    /// The results of these rows.
    pub counts: Counts,
    /// The processing time so far, in milliseconds.
    pub worked: u64,
    /// The reason why the file could not be read to its end, as JSON.
    pub failure: Option<String>,
    /// The time at which the import was created.
    pub created_at: Timestamp,
    /// The time of the last progress.
    pub touched_at: Timestamp,
    /// The time at which processing started; `None` if it has not started.
    pub started_at: Option<Timestamp>,
    /// The time when the import reached a final state.
    pub finished_at: Option<Timestamp>,
    /// The time at which the import was undone; `None` if it was not undone.
    pub undone_at: Option<Timestamp>,
    /// The id of the last submission that the undo has processed.
    pub undone_to: Option<String>,
}

pub(crate) const COLUMNS: &str =
    "id, state, settings, is_dry_run, received, digest, sha256, layout, place, bytes_done, rows, windows_1252,
    accepted, unchanged, outranked, suppressed, duplicate, rejected, no_choice, warned, worked, failure, created_at, touched_at,
    started_at, finished_at, undone_at, undone_to";

impl Import {
    pub(crate) fn read(row: &Row) -> Result<Self, DatabaseError> {
        let mut cells = Cells::of(row);
        Ok(Self {
            id: cells.parsed(parse_id)?,
            state: cells.parsed(ImportState::parse)?,
            settings: cells.text()?,
            is_dry_run: cells.flag()?,
            received: cells.count()?,
            digest: Digest::of_state(&cells.text()?),
            sha256: cells.optional_text()?,
            layout: cells.optional_text()?,
            place: cells.optional_text()?,
            bytes_done: cells.count()?,
            rows: cells.count()?,
            windows_1252: cells.count()?,
            counts: Counts {
                accepted: cells.count()?,
                unchanged: cells.count()?,
                outranked: cells.count()?,
                suppressed: cells.count()?,
                duplicate: cells.count()?,
                rejected: cells.count()?,
                no_choice: cells.count()?,
                warned: cells.count()?,
            },
            worked: cells.count()?,
            failure: cells.optional_text()?,
            created_at: cells.time()?,
            touched_at: cells.time()?,
            started_at: cells.optional_time()?,
            finished_at: cells.optional_time()?,
            undone_at: cells.optional_time()?,
            undone_to: cells.optional_text()?,
        })
    }
}

/// Returns an import by its id.
pub fn import(database: &dyn Database, id: Uuid) -> Result<Option<Import>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM import WHERE id = ?");
    database.first(&sql, &[Param::Text(&id.to_string())])?.as_ref().map(Import::read).transpose()
}

/// Returns imports, the newest first. With `before`, only imports older than that one.
pub fn list_imports(database: &dyn Database, before: Option<Uuid>, limit: u16) -> Result<Vec<Import>, DatabaseError> {
    let before = before.unwrap_or(Uuid::max()).to_string();
    let sql = format!("SELECT {COLUMNS} FROM import WHERE id < ? ORDER BY id DESC LIMIT ?");
    database.query(&sql, &[Param::Text(&before), Param::Integer(limit.into())])?.iter().map(Import::read).collect()
}

/// Returns the import to process next. Imports are processed one at a time; a started one comes before those that wait.
pub fn import_to_work_on(database: &dyn Database) -> Result<Option<Import>, DatabaseError> {
    for state in ["running", "undoing", "waiting"] {
        let sql = format!("SELECT {COLUMNS} FROM import WHERE state = ? ORDER BY id LIMIT 1");
        if let Some(row) = database.first(&sql, &[Param::Text(state)])? {
            return Import::read(&row).map(Some);
        }
    }
    Ok(None)
}

/// The progress that an import made with one page.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    /// The new state of the import.
    pub state: ImportState,
    /// The place where the next row begins, as JSON.
    pub place: &'a str,
    /// The total number of bytes of the file that were processed.
    pub bytes_done: u64,
    /// The number of rows in this page.
    pub rows: u64,
    /// The number of these rows that were not valid UTF-8.
    pub windows_1252: u64,
    /// The results of these rows.
    pub counts: Counts,
    /// The processing time of the page, in milliseconds.
    pub worked: u64,
    /// The reason why the file cannot be read further, as JSON.
    pub failure: Option<&'a str>,
}

/// Stores the progress of an import. Must be called in the transaction that wrote the page.
pub fn note_progress(
    tx: &dyn Database,
    id: Uuid,
    progress: &Progress<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let Counts { accepted, unchanged, outranked, suppressed, duplicate, rejected, no_choice, warned } = progress.counts;
    let finished = progress.state.is_final().then_some(now);
    tx.execute(
        "UPDATE import SET state = ?, place = ?, bytes_done = ?, rows = rows + ?,
             windows_1252 = windows_1252 + ?, accepted = accepted + ?,
             unchanged = unchanged + ?, outranked = outranked + ?, suppressed = suppressed + ?,
             duplicate = duplicate + ?, rejected = rejected + ?, no_choice = no_choice + ?, warned = warned + ?,
             worked = worked + ?,
             failure = ?, touched_at = ?, started_at = coalesce(started_at, ?), finished_at = ?
         WHERE id = ?",
        &[
            Param::Text(progress.state.as_str()),
            Param::Text(progress.place),
            number(progress.bytes_done),
            number(progress.rows),
            number(progress.windows_1252),
            number(accepted),
            number(unchanged),
            number(outranked),
            number(suppressed),
            number(duplicate),
            number(rejected),
            number(no_choice),
            number(warned),
            number(progress.worked),
            Param::text_or_null(progress.failure),
            Param::Integer(now.millis()),
            Param::Integer(now.millis()),
            Param::time_or_null(finished),
            Param::Text(&id.to_string()),
        ],
    )
}

/// The data of the event [`EventType::ImportEnded`].
#[derive(Serialize)]
struct ImportEnded {
    import: String,
    state: ImportState,
    dry_run: bool,
    rows: u64,
    counts: Counts,
}

/// Emits the event [`EventType::ImportEnded`]. Must be called in the transaction that ended the import.
pub fn emit_import_ended(tx: &dyn Database, shop: &Shop, id: Uuid, context: &Context<'_>) -> Result<(), DatabaseError> {
    let Some(Import { state, is_dry_run, rows, counts, .. }) = import(tx, id)? else { return Ok(()) };
    let ended = ImportEnded { import: id.to_string(), state, dry_run: is_dry_run, rows, counts };
    emit(tx, shop, EventType::ImportEnded, &ended, context)
}

/// Changes the state of an import.
pub fn set_import_state(tx: &dyn Database, id: Uuid, state: ImportState, now: Timestamp) -> Result<(), DatabaseError> {
    let finished = state.is_final().then_some(now);
    tx.execute(
        "UPDATE import SET state = ?, touched_at = ?, finished_at = coalesce(?, finished_at) WHERE id = ?",
        &[
            Param::Text(state.as_str()),
            Param::Integer(now.millis()),
            Param::time_or_null(finished),
            Param::Text(&id.to_string()),
        ],
    )
}

pub(crate) fn number(number: u64) -> Param<'static> {
    Param::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// The SHA-256 computation over an incomplete file.
#[derive(Clone, Debug, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// Restores the computation from what [`Digest::state`] wrote; starts a new one from anything else.
    pub(crate) fn of_state(state: &str) -> Self {
        let bytes = base16ct::lower::decode_vec(state).unwrap_or_default();
        let state = bytes.as_slice().try_into().ok();
        Self(state.and_then(|state| Sha256::deserialize(state).ok()).unwrap_or_default())
    }

    pub(crate) fn state(&self) -> String {
        base16ct::lower::encode_string(&self.0.serialize())
    }

    /// Adds bytes of the file to the hash.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the hash of all bytes so far, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        base16ct::lower::encode_string(&self.0.clone().finalize())
    }
}
