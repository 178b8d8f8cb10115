//! The upload of a file. Each chunk is stored and hashed as it arrives, so that the upload can continue after any
//! interruption.

use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::lists::import::state::{COLUMNS, Digest, Import, ImportState, number};
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// A new import, before its file arrives.
#[derive(Clone, Debug)]
pub struct NewImport<'a> {
    /// The id of the API key that starts the import.
    pub key: Uuid,
    /// The keyed hash that identifies the same request if it is repeated.
    pub repeat_hash: Option<&'a str>,
    /// The import options, as JSON.
    pub settings: &'a str,
    /// Whether this is a dry run, which only produces the report.
    pub is_dry_run: bool,
}

/// Creates an import and returns its id.
pub fn begin_import(tx: &dyn Database, new: &NewImport<'_>, context: &Context<'_>) -> Result<Uuid, DatabaseError> {
    let id = context.next_id();
    let now = Param::Integer(context.now.millis());
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

/// Finds the import that an earlier request with the same idempotency key created.
pub fn find_repeated(database: &dyn Database, repeat_hash: &str) -> Result<Option<Import>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM import WHERE repeat_hash = ?");
    database.first(&sql, &[Param::Text(repeat_hash)])?.as_ref().map(Import::read).transpose()
}

/// The reason why a chunk of a file is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The import does not accept more bytes.
    Closed,
    /// The chunk does not begin where the last one ended.
    WrongOffset {
        /// The number of bytes received so far, where the chunk must begin.
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

/// Stores the next chunk of a file, which begins at `offset`. `digest` covers the file up to the end of this chunk.
///
/// # Errors
/// Returns an [`AppendError`] if the chunk is refused or the database fails; nothing is stored then.
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

/// Marks the upload as complete and stores the layout of the file. The import then waits to be processed.
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

/// Returns other imports of exactly the same file, the newest first: dry runs for a dry run, real imports for a real
/// import. Cancelled, failed and undone imports are left out.
pub fn same_file(database: &dyn Database, of: &Import, sha256: &str) -> Result<Vec<Import>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM import WHERE sha256 = ? AND id <> ? AND is_dry_run = ?
             AND state IN ('waiting', 'running', 'done') ORDER BY id DESC LIMIT 100"
    );
    let (id, dry) = (of.id.to_string(), Param::Integer(of.is_dry_run.into()));
    database.query(&sql, &[Param::Text(sha256), Param::Text(&id), dry])?.iter().map(Import::read).collect()
}

/// Returns the rest of the chunk that contains `place`, starting at `place`; `None` after the end of the file.
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

/// Deletes the chunks that end before a place, eight at a time, because freeing pages takes time. Returns whether there
/// may be more.
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

/// Deletes the results of a dry run, a limited number per call. Returns whether there may be more.
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

/// Deletes an import from which nothing was recorded.
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
