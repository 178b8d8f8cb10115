//! The keys that open a shop: stored by their hash, listed, rotated, revoked.

use uuid::Uuid;

use crate::consent::Timestamp;
use crate::json;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;
use crate::model::text::{Line, Origin};

/// A key to be stored: by its hash only.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The SHA-256 of the key. A key is 128 random bits, so a plain hash cannot be guessed back.
    pub hash: String,
    /// `pk` or `sk`.
    pub kind: &'static str,
    /// What it may do, separated by spaces.
    pub scopes: String,
    /// What the shop calls it.
    pub name: Option<Line>,
    /// The origins on which it works, where these are not all of the shop's.
    pub origins: Option<Vec<Origin>>,
    /// From when on it is no longer good.
    pub expires_at: Option<Timestamp>,
}

/// A key as it is stored.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// Its name in the audit log.
    pub id: Uuid,
    /// `pk` or `sk`.
    pub kind: String,
    /// What it may do, separated by spaces.
    pub scopes: String,
    /// What the shop calls it.
    pub name: Option<String>,
    /// The origins on which it works; `None` for those of the shop.
    pub origins: Option<Vec<Origin>>,
    /// Since when it exists.
    pub created_at: Timestamp,
    /// From when on it is no longer good.
    pub expires_at: Option<Timestamp>,
    /// Since when it is revoked.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
    /// The key that took its place when it was rotated.
    pub replaced_by: Option<Uuid>,
}

impl StoredKey {
    /// Whether it opens anything now.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| at > now)
    }

    /// Whether it may do something.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.split(' ').any(|own| own == scope)
    }

    fn read(row: &Row) -> Result<Self, DatabaseError> {
        let time = |column| if row.is_null(column) { Ok(None) } else { row.time(column).map(Some) };
        let origins = |text| json::read(text).ok_or(DatabaseError::Shape { column: 4 });
        Ok(Self {
            id: row.parsed(0, parse_id)?,
            kind: row.text(1)?.to_owned(),
            scopes: row.text(2)?.to_owned(),
            name: row.optional_text(3)?.map(str::to_owned),
            origins: row.optional_text(4)?.map(origins).transpose()?,
            created_at: row.time(5)?,
            expires_at: time(6)?,
            revoked_at: time(7)?,
            last_used_at: time(8)?,
            replaced_by: row
                .optional_text(9)?
                .map(|id| parse_id(id).ok_or(DatabaseError::Shape { column: 9 }))
                .transpose()?,
        })
    }
}

/// How often the last use is written down, in milliseconds: a minute. More would be a write for each request.
const USE_NOTED_EVERY: i64 = 60_000;

const COLUMNS: &str = "SELECT id, kind, scopes, name, origins, created_at, expires_at, revoked_at, last_used_at, replaced_by FROM api_key";

/// Finds a key by its hash, also one that is no longer good.
///
/// # Errors
/// Those of the database.
pub fn find_key(database: &dyn Database, hash: &str) -> Result<Option<StoredKey>, DatabaseError> {
    one(database, "hash", hash)
}

fn one(database: &dyn Database, column: &str, value: &str) -> Result<Option<StoredKey>, DatabaseError> {
    let row = database.first(&format!("{COLUMNS} WHERE {column} = ?"), &[Param::Text(value)])?;
    row.as_ref().map(StoredKey::read).transpose()
}

/// Every key that the shop ever had, the newest first.
///
/// # Errors
/// Those of the database.
pub fn list_keys(database: &dyn Database) -> Result<Vec<StoredKey>, DatabaseError> {
    database.query(&format!("{COLUMNS} ORDER BY id DESC"), &[])?.iter().map(StoredKey::read).collect()
}

/// A secret key that is good now, as far as what it has signed is checked by it.
#[derive(Clone, Debug)]
pub struct VouchingKey {
    /// The SHA-256 of the key.
    pub hash: String,
    /// What it may do, separated by spaces.
    pub scopes: String,
}

/// Every secret key that is good now.
///
/// # Errors
/// Those of the database.
pub fn vouching_keys(database: &dyn Database, now: Timestamp) -> Result<Vec<VouchingKey>, DatabaseError> {
    let good = "SELECT hash, scopes FROM api_key
        WHERE kind = 'sk' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) ORDER BY id";
    let rows = database.query(good, &[Param::Integer(now.millis())])?;
    rows.iter().map(|row| Ok(VouchingKey { hash: row.text(0)?.to_owned(), scopes: row.text(1)?.to_owned() })).collect()
}

/// Notes that a key was used, where that is not known of this minute.
///
/// # Errors
/// Those of the database.
pub fn note_use(database: &dyn Database, key: &StoredKey, now: Timestamp) -> Result<(), DatabaseError> {
    if key.last_used_at.is_some_and(|at| now < at.plus_millis(USE_NOTED_EVERY)) {
        return Ok(());
    }
    let params = [Param::Integer(now.millis()), Param::Text(&key.id.to_string())];
    database.execute("UPDATE api_key SET last_used_at = ? WHERE id = ?", &params)
}

/// Stores a new key.
///
/// # Errors
/// Those of the database.
pub fn add_key(database: &dyn Database, key: &NewKey, moment: &Moment<'_>) -> Result<StoredKey, DatabaseError> {
    let id = moment.next_id().to_string();
    let origins = key.origins.as_ref().and_then(|origins| serde_json::to_string(origins).ok());
    database.execute(
        "INSERT INTO api_key (hash, id, kind, scopes, created_at, name, origins, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&key.hash),
            Param::Text(&id),
            Param::Text(key.kind),
            Param::Text(&key.scopes),
            Param::Integer(moment.now.millis()),
            Param::text_or_null(key.name.as_ref().map(Line::as_str)),
            Param::text_or_null(origins.as_deref()),
            Param::time_or_null(key.expires_at),
        ],
    )?;
    one(database, "id", &id)?.ok_or(DatabaseError::Shape { column: 0 })
}

/// Why a key cannot be changed. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The shop has no such key.
    Unknown,
    /// The key is no longer good, or another is about to take its place.
    Gone,
    /// Without it nobody could manage the shop's keys any more.
    LastAdmin,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for KeyError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// A key of the shop's by its id.
///
/// # Errors
/// [`KeyError::Unknown`], [`KeyError::Gone`] where it is no longer good, and those of the database.
pub fn key_in_use(database: &dyn Database, id: Uuid, now: Timestamp) -> Result<StoredKey, KeyError> {
    let key = one(database, "id", &id.to_string())?.ok_or(KeyError::Unknown)?;
    if key.is_good(now) { Ok(key) } else { Err(KeyError::Gone) }
}

/// Puts a new key in the place of one, which stays good for `overlap` milliseconds, and never longer than it was to be.
///
/// # Errors
/// As [`key_in_use`].
pub fn rotate_key(
    database: &dyn Database,
    old: &StoredKey,
    new: &NewKey,
    overlap: i64,
    moment: &Moment<'_>,
) -> Result<StoredKey, KeyError> {
    // Else its successor would end when its own overlap does.
    if old.replaced_by.is_some() {
        return Err(KeyError::Gone);
    }
    database.transaction(|tx| {
        let new = add_key(tx, new, moment)?;
        let until = moment.now.plus_millis(overlap);
        let until = old.expires_at.map_or(until, |at| at.min(until));
        tx.execute(
            "UPDATE api_key SET expires_at = ?, replaced_by = ? WHERE id = ?",
            &[Param::Integer(until.millis()), Param::Text(&new.id.to_string()), Param::Text(&old.id.to_string())],
        )?;
        Ok(new)
    })
}

/// Revokes a key, at once and for good. One that is revoked already stays as it is.
///
/// # Errors
/// [`KeyError::Unknown`], [`KeyError::LastAdmin`], and those of the database.
pub fn revoke_key(database: &dyn Database, id: Uuid, admin: &str, now: Timestamp) -> Result<StoredKey, KeyError> {
    database.transaction(|tx| {
        let key = one(tx, "id", &id.to_string())?.ok_or(KeyError::Unknown)?;
        if key.revoked_at.is_some() {
            return Ok(key);
        }
        // One that will expire does not count: the shop would be locked out by and by.
        let stays =
            |other: &StoredKey| other.id != id && other.is_good(now) && other.expires_at.is_none() && other.may(admin);
        if key.is_good(now) && key.may(admin) && !list_keys(tx)?.iter().any(stays) {
            return Err(KeyError::LastAdmin);
        }
        let params = [Param::Integer(now.millis()), Param::Text(&id.to_string())];
        tx.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", &params)?;
        one(tx, "id", &id.to_string())?.ok_or(KeyError::Unknown)
    })
}
