//! Lists of people, imported: the file is kept as it comes, then worked through page by page, each in a transaction of its own
//! together with how far that has come. So nothing of it is ever lost or done twice, whenever the process ends.
//!
//! | file | idea |
//! |---|---|
//! | `mod` | an import and its states |
//! | `listed` | what a row of a list says |
//! | `receive` | the file, as it comes |
//! | `weigh` | what one line of a list amounts to beside what is known |
//! | `take` | a page of rows: what is known of them, what is written |
//! | `suppress` | the suppressions of a page |
//! | `rows` | what a page writes, as one statement a table |
//! | `known` | what is known of everybody on a page, read at once |
//! | `errors` | the rows that were not taken |
//! | `undo` | an import taken back |

use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;
use sha2::digest::common::hazmat::SerializableState;
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::outbox::event::emit;
use crate::ledger::shop::Shop;
use crate::ledger::shop::webhook::EventType;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;

vocabulary! {
    /// How far an import has come.
    ImportState, "unknown state" {
        /// Not all of the file is here.
        Receiving = "receiving",
        /// It is here; others are worked on first.
        Waiting = "waiting",
        /// It is worked on.
        Running = "running",
        /// All of its rows were looked at.
        Done = "done",
        /// It could not be read to the end. The rows before that were taken.
        Failed = "failed",
        /// Somebody stopped it. The rows before that were taken.
        Cancelled = "cancelled",
        /// It is being taken back.
        Undoing = "undoing",
        /// It was taken back.
        Undone = "undone",
    }
}

impl ImportState {
    /// Whether nothing more happens by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled | Self::Undone)
    }
}

/// What became of the choices that a file tells of; `rejected` counts rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Counts {
    /// Recorded.
    pub accepted: u64,
    /// What stands already says as much or more.
    pub unchanged: u64,
    /// A yes that does not count: the person said no, and a list never ends that.
    pub outranked: u64,
    /// The address is suppressed. Nothing of the row is kept where that is all that is known of it.
    pub suppressed: u64,
    /// An earlier row of the same file says as much or more.
    pub duplicate: u64,
    /// Rows that could not be read, see `GET /v1/imports/{id}/errors`.
    pub rejected: u64,
    /// Neither a yes nor a no.
    pub no_choice: u64,
}

impl Counts {
    /// The sum of both.
    pub const fn plus(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            unchanged: self.unchanged + other.unchanged,
            outranked: self.outranked + other.outranked,
            suppressed: self.suppressed + other.suppressed,
            duplicate: self.duplicate + other.duplicate,
            rejected: self.rejected + other.rejected,
            no_choice: self.no_choice + other.no_choice,
        }
    }
}

/// An import as it is kept. What is JSON here is written and read by the service.
#[derive(Clone, Debug)]
pub struct Import {
    /// Its id.
    pub id: Uuid,
    /// How far it has come.
    pub state: ImportState,
    /// What the caller said of the file, as JSON.
    pub settings: String,
    /// Whether nothing but the report is wanted.
    pub is_dry_run: bool,
    /// Bytes of the file that are here, or were.
    pub received: u64,
    /// The state of the hash of these bytes.
    pub digest: Digest,
    /// The SHA-256 of the file, once all of it was here.
    pub sha256: Option<String>,
    /// How the file is laid out, as JSON.
    pub layout: Option<String>,
    /// Where the first row begins that has not been looked at, as JSON.
    pub place: Option<String>,
    /// Bytes of the file that have been looked at.
    pub bytes_done: u64,
    /// Rows that have been looked at.
    pub rows: u64,
    /// Of these, rows that were no UTF-8 and were read as Windows-1252.
    pub windows_1252: u64,
    /// What became of them.
    pub counts: Counts,
    /// For how long it has been worked on, in milliseconds.
    pub worked: u64,
    /// Why it could not be read to the end, as JSON.
    pub failure: Option<String>,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// When it last came further.
    pub touched_at: Timestamp,
    /// Since when it is worked on.
    pub started_at: Option<Timestamp>,
    /// Since when nothing more happens.
    pub finished_at: Option<Timestamp>,
    /// Since when it is taken back.
    pub undone_at: Option<Timestamp>,
    /// The last submission that was taken back.
    pub undone_to: Option<String>,
}

pub(crate) const COLUMNS: &str =
    "id, state, settings, is_dry_run, received, digest, sha256, layout, place, bytes_done, rows,
    accepted, unchanged, outranked, suppressed, duplicate, rejected, no_choice, worked, failure, created_at, touched_at,
    started_at, finished_at, undone_at, undone_to, windows_1252";

impl Import {
    pub(crate) fn read(row: &Row) -> Result<Self, DatabaseError> {
        let text = |column| row.optional_text(column).map(|text| text.map(str::to_owned));
        let count = |column| row.integer(column).map(|count| u64::try_from(count).unwrap_or(0));
        let time = |column| if row.is_null(column) { Ok(None) } else { row.time(column).map(Some) };
        Ok(Self {
            id: row.parsed(0, parse_id)?,
            state: row.parsed(1, ImportState::parse)?,
            settings: row.text(2)?.to_owned(),
            is_dry_run: row.integer(3)? == 1,
            received: count(4)?,
            digest: Digest::of_state(row.text(5)?),
            sha256: text(6)?,
            layout: text(7)?,
            place: text(8)?,
            bytes_done: count(9)?,
            rows: count(10)?,
            counts: Counts {
                accepted: count(11)?,
                unchanged: count(12)?,
                outranked: count(13)?,
                suppressed: count(14)?,
                duplicate: count(15)?,
                rejected: count(16)?,
                no_choice: count(17)?,
            },
            worked: count(18)?,
            failure: text(19)?,
            created_at: row.time(20)?,
            touched_at: row.time(21)?,
            started_at: time(22)?,
            finished_at: time(23)?,
            undone_at: time(24)?,
            undone_to: text(25)?,
            windows_1252: count(26)?,
        })
    }
}

/// An import by its id.
///
/// # Errors
/// Those of the database.
pub fn import(database: &dyn Database, id: Uuid) -> Result<Option<Import>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM import WHERE id = ?");
    database.first(&sql, &[Param::Text(&id.to_string())])?.as_ref().map(Import::read).transpose()
}

/// The imports, the newest first, before one of them.
///
/// # Errors
/// Those of the database.
pub fn list_imports(database: &dyn Database, before: Option<Uuid>, limit: u16) -> Result<Vec<Import>, DatabaseError> {
    let before = before.unwrap_or(Uuid::max()).to_string();
    let sql = format!("SELECT {COLUMNS} FROM import WHERE id < ? ORDER BY id DESC LIMIT ?");
    database.query(&sql, &[Param::Text(&before), Param::Integer(limit.into())])?.iter().map(Import::read).collect()
}

/// What is to be worked on next: one at a time, that which was begun before those that wait.
///
/// # Errors
/// Those of the database.
pub fn import_to_work_on(database: &dyn Database) -> Result<Option<Import>, DatabaseError> {
    for state in ["running", "undoing", "waiting"] {
        let sql = format!("SELECT {COLUMNS} FROM import WHERE state = ? ORDER BY id LIMIT 1");
        if let Some(row) = database.first(&sql, &[Param::Text(state)])? {
            return Import::read(&row).map(Some);
        }
    }
    Ok(None)
}

/// How far an import has come with one page.
#[derive(Clone, Debug)]
pub struct Progress<'a> {
    /// The state it is in now.
    pub state: ImportState,
    /// Where the next row begins, as JSON.
    pub place: &'a str,
    /// Bytes of the file that have been looked at in all.
    pub bytes_done: u64,
    /// Rows of this page.
    pub rows: u64,
    /// Of these, rows that were no UTF-8.
    pub windows_1252: u64,
    /// What became of them.
    pub counts: Counts,
    /// For how long the page was worked on, in milliseconds.
    pub worked: u64,
    /// Why it cannot be read further, as JSON.
    pub failure: Option<&'a str>,
}

/// Notes how far an import has come. To be called in the transaction that wrote the page.
///
/// # Errors
/// Those of the database.
pub fn note_progress(
    tx: &dyn Database,
    id: Uuid,
    progress: &Progress<'_>,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    let Counts { accepted, unchanged, outranked, suppressed, duplicate, rejected, no_choice } = progress.counts;
    let finished = progress.state.is_final().then_some(now);
    tx.execute(
        "UPDATE import SET state = ?, place = ?, bytes_done = ?, rows = rows + ?,
             windows_1252 = windows_1252 + ?, accepted = accepted + ?,
             unchanged = unchanged + ?, outranked = outranked + ?, suppressed = suppressed + ?,
             duplicate = duplicate + ?, rejected = rejected + ?, no_choice = no_choice + ?, worked = worked + ?,
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
            number(progress.worked),
            Param::text_or_null(progress.failure),
            Param::Integer(now.millis()),
            Param::Integer(now.millis()),
            Param::time_or_null(finished),
            Param::Text(&id.to_string()),
        ],
    )
}

/// What [`EventType::ImportEnded`] tells.
#[derive(Serialize)]
struct ImportEnded {
    import: String,
    state: ImportState,
    dry_run: bool,
    rows: u64,
    counts: Counts,
}

/// Tells the shop's webhooks that an import has ended. To be called in the transaction that ended it.
///
/// # Errors
/// Those of the database.
pub fn tell_import_ended(tx: &dyn Database, shop: &Shop, id: Uuid, moment: &Moment<'_>) -> Result<(), DatabaseError> {
    let Some(Import { state, is_dry_run, rows, counts, .. }) = import(tx, id)? else { return Ok(()) };
    let told = ImportEnded { import: id.to_string(), state, dry_run: is_dry_run, rows, counts };
    emit(tx, shop, EventType::ImportEnded, &told, moment)
}

/// Brings an import into another state.
///
/// # Errors
/// Those of the database.
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

/// The SHA-256 of a file whose end has not come yet.
#[derive(Clone, Debug, Default)]
pub struct Digest(Sha256);

impl Digest {
    /// The hash, from what [`Digest::state`] wrote; a new one from anything else.
    pub(crate) fn of_state(state: &str) -> Self {
        let bytes = base16ct::lower::decode_vec(state).unwrap_or_default();
        let state = bytes.as_slice().try_into().ok();
        Self(state.and_then(|state| Sha256::deserialize(state).ok()).unwrap_or_default())
    }

    pub(crate) fn state(&self) -> String {
        base16ct::lower::encode_string(&self.0.serialize())
    }

    /// Takes more of the file in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all that was taken in, in hexadecimal digits.
    pub fn sha256(&self) -> String {
        base16ct::lower::encode_string(&self.0.clone().finalize())
    }
}
