//! The file as it comes: kept piece by piece, and hashed on the way, so that it can go on after any cut.

use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::lists::import::state::{COLUMNS, Digest, Import, ImportState, number};
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// A file that is about to come.
#[derive(Clone, Debug)]
pub struct NewImport<'a> {
    /// Who hands it in.
    pub key: Uuid,
    /// By what it is known when the same request comes again.
    pub repeat_hash: Option<&'a str>,
    /// What is said of it, as JSON.
    pub settings: &'a str,
    /// Whether nothing but the report is wanted.
    pub is_dry_run: bool,
}

/// Begins an import.
///
/// # Errors
/// Those of the database.
pub fn begin_import(tx: &dyn Database, new: &NewImport<'_>, moment: &Moment<'_>) -> Result<Uuid, DatabaseError> {
    let id = moment.next_id();
    let now = Param::Integer(moment.now.millis());
    tx.execute(
        "INSERT INTO import (id, state, key, repeat_hash, settings, is_dry_run, created_at, touched_at)
         VALUES (?, 'receiving', ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&id.to_string()),
            Param::Text(&new.key.to_string()),
            Param::text_or_null(new.repeat_hash),
            Param::Text(new.settings),
            Param::Integer(new.is_dry_run.into()),
            now,
            now,
        ],
    )?;
    Ok(id)
}

/// The import that an earlier request of the same name began.
///
/// # Errors
/// Those of the database.
pub fn find_repeated(database: &dyn Database, repeat_hash: &str) -> Result<Option<Import>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM import WHERE repeat_hash = ?");
    database.first(&sql, &[Param::Text(repeat_hash)])?.as_ref().map(Import::read).transpose()
}

/// Why a piece of a file was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The import does not wait for more.
    Closed,
    /// The piece does not begin where the last one ended.
    WrongOffset {
        /// Where that is.
        received: u64,
    },
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for AppendError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Keeps the next piece of a file, which begins at `offset`. `digest` is that of the file up to its end.
///
/// # Errors
/// [`AppendError`]; nothing is kept then.
pub fn append(
    database: &dyn Database,
    id: Uuid,
    offset: u64,
    bytes: &[u8],
    digest: &Digest,
    now: Timestamp,
) -> Result<(), AppendError> {
    database.transaction(|tx| {
        let import = crate::ledger::lists::import::state::import(tx, id)?
            .filter(|import| import.state == ImportState::Receiving);
        let received = import.ok_or(AppendError::Closed)?.received;
        if received != offset {
            return Err(AppendError::WrongOffset { received });
        }
        let id = id.to_string();
        tx.execute(
            "INSERT INTO import_chunk (import, place, bytes) VALUES (?, ?, ?)",
            &[Param::Text(&id), number(offset), Param::Bytes(bytes)],
        )?;
        let end = offset.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let state = digest.state();
        tx.execute(
            "UPDATE import SET received = ?, digest = ?, touched_at = ? WHERE id = ?",
            &[number(end), Param::Text(&state), Param::Integer(now.millis()), Param::Text(&id)],
        )?;
        Ok(())
    })
}

/// Notes that all of a file is here and how it is laid out. It is worked on from now on.
///
/// # Errors
/// Those of the database.
pub fn complete_import(
    tx: &dyn Database,
    id: Uuid,
    sha256: &str,
    (layout, place): (&str, &str),
    now: Timestamp,
) -> Result<(), DatabaseError> {
    tx.execute(
        "UPDATE import SET state = 'waiting', sha256 = ?, layout = ?, place = ?, touched_at = ? WHERE id = ?",
        &[
            Param::Text(sha256),
            Param::Text(layout),
            Param::Text(place),
            Param::Integer(now.millis()),
            Param::Text(&id.to_string()),
        ],
    )
}

/// Other imports of the very same file that count, the newest first: a trial for a trial, and none that was stopped, broke off or
/// was taken back.
///
/// # Errors
/// Those of the database.
pub fn same_file(database: &dyn Database, of: &Import, sha256: &str) -> Result<Vec<Import>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM import WHERE sha256 = ? AND id <> ? AND is_dry_run = ?
             AND state IN ('waiting', 'running', 'done') ORDER BY id DESC LIMIT 100"
    );
    let (id, dry) = (of.id.to_string(), Param::Integer(of.is_dry_run.into()));
    database.query(&sql, &[Param::Text(sha256), Param::Text(&id), dry])?.iter().map(Import::read).collect()
}

/// The piece of the file that a place lies in, from that place on; nothing behind the end.
///
/// # Errors
/// Those of the database.
pub fn chunk_from(database: &dyn Database, id: Uuid, place: u64) -> Result<Option<Vec<u8>>, DatabaseError> {
    let row = database.first(
        "SELECT place, bytes FROM import_chunk WHERE import = ? AND place <= ? ORDER BY place DESC LIMIT 1",
        &[Param::Text(&id.to_string()), number(place)],
    )?;
    let Some(row) = row else { return Ok(None) };
    let begins = u64::try_from(row.integer(0)?).unwrap_or(0);
    let skipped = usize::try_from(place.saturating_sub(begins)).unwrap_or(usize::MAX);
    Ok(row.bytes(1)?.get(skipped..).filter(|rest| !rest.is_empty()).map(<[u8]>::to_vec))
}

/// Lets go of the pieces that end before a place. A few at a time: freeing pages takes time as well. Tells whether some are left.
///
/// # Errors
/// Those of the database.
pub fn drop_chunks(tx: &dyn Database, id: Uuid, before: u64) -> Result<bool, DatabaseError> {
    let id = id.to_string();
    let gone = tx.query(
        "DELETE FROM import_chunk WHERE import = ?1 AND place IN
             (SELECT place FROM import_chunk WHERE import = ?1 AND place + length(bytes) <= ?2 ORDER BY place LIMIT 8)
         RETURNING 1",
        &[Param::Text(&id), number(before)],
    )?;
    Ok(gone.len() == 8)
}

/// Lets go of what a trial has made, a part at a time. Tells whether some is left.
///
/// # Errors
/// Those of the database.
pub fn drop_trial(tx: &dyn Database, id: Uuid) -> Result<bool, DatabaseError> {
    let id = id.to_string();
    let gone = tx.query(
        "DELETE FROM import_trial WHERE import = ?1 AND address IN
             (SELECT address FROM import_trial WHERE import = ?1 LIMIT 2000)
         RETURNING 1",
        &[Param::Text(&id)],
    )?;
    Ok(gone.len() == 2_000)
}

/// Forgets an import of which nothing was taken.
///
/// # Errors
/// Those of the database.
pub fn forget_import(tx: &dyn Database, id: Uuid) -> Result<(), DatabaseError> {
    for table in [
        "import_chunk WHERE import",
        "import_error_name WHERE import",
        "import_learned WHERE import",
        "import_error WHERE import",
        "import_trial WHERE import",
        "import WHERE id",
    ] {
        tx.execute(&format!("DELETE FROM {table} = ?"), &[Param::Text(&id.to_string())])?;
    }
    Ok(())
}
