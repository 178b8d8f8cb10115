//! The API keys of a shop: stored by their hash, listed, rotated, revoked.

use uuid::Uuid;

use crate::consent::Timestamp;
use crate::json;
use crate::ledger::shop::secret::ShopSecret;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::parse_id;
use crate::model::text::{Line, Origin};

/// A key to be stored. Only its hash is stored.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The SHA-256 of the key. A key has 128 random bits, so nobody can find it from a plain hash.
    pub hash: String,
    /// The kind of key: `pk` (publishable) or `sk` (secret).
    pub kind: &'static str,
    /// The scopes of the key, separated by spaces.
    pub scopes: String,
    /// The shop's name for the key; `None` if it has none.
    pub name: Option<Line>,
    /// The origins on which the key works. `None`: all origins of the shop.
    pub origins: Option<Vec<Origin>>,
    /// The time from which the key no longer works; `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// The key with which the owner of a secret key signs identity tokens. It is stored sealed.
    pub identity: Option<[u8; 32]>,
    /// The id of the master key that signed the key.
    pub signed_by: u8,
}

/// A key as it is stored.
#[derive(Clone, Debug)]
pub struct StoredKey {
    /// The id of the key, as in the audit log.
    pub id: Uuid,
    /// The kind of key: `pk` (publishable) or `sk` (secret).
    pub kind: String,
    /// The scopes of the key, separated by spaces.
    pub scopes: String,
    /// The shop's name for the key; `None` if it has none.
    pub name: Option<String>,
    /// The origins on which the key works. `None`: all origins of the shop.
    pub origins: Option<Vec<Origin>>,
    /// The time at which the key was created.
    pub created_at: Timestamp,
    /// The time from which the key no longer works; `None` if it does not expire.
    pub expires_at: Option<Timestamp>,
    /// The time at which the key was revoked; `None` if it is not revoked.
    pub revoked_at: Option<Timestamp>,
    /// The time of the last use, accurate to a minute; `None` if the key was never used.
    pub last_used_at: Option<Timestamp>,
    /// The id of the key that replaced this one in a rotation.
    pub replaced_by: Option<Uuid>,
    /// Whether the key for identity tokens is stored.
    pub has_identity: bool,
    /// The id of the master key that signed the key.
    pub signed_by: u8,
}

impl StoredKey {
    /// Returns a key that stands for the operator of the deployment, who needs none. Its id is the nil UUID.
    pub fn of_operator() -> Self {
        Self {
            id: Uuid::nil(),
            kind: "sk".to_owned(),
            scopes: "admin".to_owned(),
            name: None,
            origins: None,
            created_at: Timestamp::BEGINNING,
            expires_at: None,
            revoked_at: None,
            last_used_at: None,
            replaced_by: None,
            has_identity: true,
            signed_by: 0,
        }
    }

    /// Returns whether the key is valid now: not revoked and not expired.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|at| at > now)
    }

    /// Returns whether the key has the scope.
    pub fn may(&self, scope: &str) -> bool {
        self.scopes.split(' ').any(|own| own == scope)
    }

    fn read(row: &Row) -> Result<Self, DatabaseError> {
        let time = |column| if row.is_null(column) { Ok(None) } else { row.time(column).map(Some) };
        let origins = |text| json::read(text).ok_or(DatabaseError::Json);
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
            has_identity: !row.is_null(10),
            signed_by: u8::try_from(row.integer(11)?).map_err(|_| DatabaseError::Shape { column: 11 })?,
        })
    }
}

/// The minimum time between two updates of the last use, in milliseconds: one minute. Otherwise every request would
/// need a write.
const USE_NOTED_EVERY: i64 = 60_000;

const COLUMNS: &str = "SELECT id, kind, scopes, name, origins, created_at, expires_at, revoked_at, last_used_at, replaced_by, identity, signed_by FROM api_key";

/// Finds a key by its hash, even if it is no longer valid.
pub fn find_key(database: &dyn Database, hash: &str) -> Result<Option<StoredKey>, DatabaseError> {
    one(database, "hash", hash)
}

fn one(database: &dyn Database, column: &str, value: &str) -> Result<Option<StoredKey>, DatabaseError> {
    let row = database.first(&format!("{COLUMNS} WHERE {column} = ?"), &[Param::Text(value)])?;
    row.as_ref().map(StoredKey::read).transpose()
}

/// Returns all keys that the shop ever had, newest first.
pub fn list_keys(database: &dyn Database) -> Result<Vec<StoredKey>, DatabaseError> {
    database.query(&format!("{COLUMNS} ORDER BY id DESC"), &[])?.iter().map(StoredKey::read).collect()
}

/// A valid secret key, with what is needed to verify the identity tokens that its owner has signed.
#[derive(Clone, Debug)]
pub struct VouchingKey {
    /// The key with which the owner signs identity tokens. `None` for a key of an earlier version that was not used
    /// since.
    pub identity: Option<[u8; 32]>,
    /// The SHA-256 of the secret key. Tokens for earlier versions were signed with it.
    pub hash: String,
    /// The scopes of the key, separated by spaces.
    pub scopes: String,
}

/// Returns all secret keys that are valid now.
pub fn vouching_keys(
    database: &dyn Database,
    secret: &ShopSecret,
    now: Timestamp,
) -> Result<Vec<VouchingKey>, DatabaseError> {
    let good = "SELECT id, identity, scopes, hash FROM api_key
        WHERE kind = 'sk' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) ORDER BY id";
    let rows = database.query(good, &[Param::Integer(now.millis())])?;
    rows.iter()
        .map(|row| {
            let id = row.text(0)?;
            let open = |sealed| secret.open(&identity_place(id), sealed).and_then(|key| key.try_into().ok());
            let identity = row.optional_text(1)?.map(|sealed| open(sealed).ok_or(DatabaseError::Shape { column: 1 }));
            Ok(VouchingKey {
                identity: identity.transpose()?,
                scopes: row.text(2)?.to_owned(),
                hash: row.text(3)?.to_owned(),
            })
        })
        .collect()
}

/// Stores the key for identity tokens of a secret key that an earlier version created. It is known only while the key
/// itself is used.
pub fn keep_identity(
    database: &dyn Database,
    secret: &ShopSecret,
    key: &StoredKey,
    identity: &[u8; 32],
    context: &Context<'_>,
) -> Result<(), DatabaseError> {
    let id = key.id.to_string();
    let sealed = secret.seal(&identity_place(&id), identity, context)?;
    database.execute("UPDATE api_key SET identity = ? WHERE id = ?", &[Param::Text(&sealed), Param::Text(&id)])
}

/// Returns the place for which the key for identity tokens is sealed.
fn identity_place(id: &str) -> String {
    format!("identity {id}")
}

/// Records the use of a key, unless a use within the last minute is recorded.
pub fn note_use(database: &dyn Database, key: &StoredKey, now: Timestamp) -> Result<(), DatabaseError> {
    if key.last_used_at.is_some_and(|at| now < at.plus_millis(USE_NOTED_EVERY)) {
        return Ok(());
    }
    let params = [Param::Integer(now.millis()), Param::Text(&key.id.to_string())];
    database.execute("UPDATE api_key SET last_used_at = ? WHERE id = ?", &params)
}

/// Stores a new key.
pub fn add_key(
    database: &dyn Database,
    secret: &ShopSecret,
    key: &NewKey,
    context: &Context<'_>,
) -> Result<StoredKey, DatabaseError> {
    let id = context.next_id().to_string();
    let origins = key.origins.as_ref().and_then(|origins| serde_json::to_string(origins).ok());
    let identity = key.identity.map(|identity| secret.seal(&identity_place(&id), &identity, context)).transpose()?;
    database.execute(
        "INSERT INTO api_key (hash, id, kind, scopes, created_at, name, origins, expires_at, identity, signed_by)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&key.hash),
            Param::Text(&id),
            Param::Text(key.kind),
            Param::Text(&key.scopes),
            Param::Integer(context.now.millis()),
            Param::text_or_null(key.name.as_ref().map(Line::as_str)),
            Param::text_or_null(origins.as_deref()),
            Param::time_or_null(key.expires_at),
            Param::text_or_null(identity.as_deref()),
            Param::Integer(key.signed_by.into()),
        ],
    )?;
    one(database, "id", &id)?.ok_or(DatabaseError::Shape { column: 0 })
}

/// The reasons why a key cannot be changed. Nothing is written then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// The shop has no such key.
    Unknown,
    /// The key is no longer valid, or a rotation has already replaced it.
    Gone,
    /// The key is the last one that can manage the shop's keys, so it cannot be revoked.
    LastAdmin,
    /// The database failed.
    Database(DatabaseError),
}

impl From<DatabaseError> for KeyError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Returns a valid key of the shop by its id.
///
/// # Errors
/// Returns [`KeyError::Unknown`] if the shop has no such key, [`KeyError::Gone`] if the key is no longer valid, and
/// [`KeyError::Database`] if the database fails.
pub fn key_in_use(database: &dyn Database, id: Uuid, now: Timestamp) -> Result<StoredKey, KeyError> {
    let key = one(database, "id", &id.to_string())?.ok_or(KeyError::Unknown)?;
    if key.is_good(now) { Ok(key) } else { Err(KeyError::Gone) }
}

/// Replaces a key by a new one. The old key stays valid for `overlap` milliseconds, but not beyond its own expiry.
///
/// # Errors
/// Returns [`KeyError::Gone`] if the key was replaced before, and [`KeyError::Database`] if the database fails.
pub fn rotate_key(
    tx: &dyn Database,
    secret: &ShopSecret,
    old: &StoredKey,
    new: &NewKey,
    overlap: i64,
    context: &Context<'_>,
) -> Result<StoredKey, KeyError> {
    // A rotated key expires at the end of its overlap. A new key takes over the expiry of the old one, so it would
    // expire then too.
    if old.replaced_by.is_some() {
        return Err(KeyError::Gone);
    }
    let new = add_key(tx, secret, new, context)?;
    let until = context.now.plus_millis(overlap);
    let until = old.expires_at.map_or(until, |at| at.min(until));
    tx.execute(
        "UPDATE api_key SET expires_at = ?, replaced_by = ? WHERE id = ?",
        &[Param::Integer(until.millis()), Param::Text(&new.id.to_string()), Param::Text(&old.id.to_string())],
    )?;
    Ok(new)
}

/// Revokes all keys but some. Returns those that it revoked.
///
/// # Errors
/// Returns [`KeyError::Unknown`] if one of the exceptions is no key of the shop, [`KeyError::LastAdmin`] if the caller is
/// not the operator and no key that can manage the others would stay, and [`KeyError::Database`] if the database fails.
pub fn revoke_all_keys(
    tx: &dyn Database,
    except: &[Uuid],
    needed_admin: Option<&str>,
    now: Timestamp,
) -> Result<Vec<StoredKey>, KeyError> {
    let keys = list_keys(tx)?;
    if !except.iter().all(|id| keys.iter().any(|key| key.id == *id)) {
        return Err(KeyError::Unknown);
    }
    let stays = |key: &&StoredKey| except.contains(&key.id) && key.is_good(now) && key.expires_at.is_none();
    if needed_admin.is_some_and(|admin| !keys.iter().filter(stays).any(|key| key.may(admin))) {
        return Err(KeyError::LastAdmin);
    }
    let mut revoked = Vec::new();
    for key in keys.into_iter().filter(|key| key.revoked_at.is_none() && !except.contains(&key.id)) {
        let params = [Param::Integer(now.millis()), Param::Text(&key.id.to_string())];
        tx.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", &params)?;
        revoked.push(StoredKey { revoked_at: Some(now), ..key });
    }
    Ok(revoked)
}

/// Revokes a key at once and permanently. A key that is revoked already stays unchanged.
///
/// # Errors
/// Returns [`KeyError::Unknown`] if the shop has no such key, [`KeyError::LastAdmin`] if no other valid key without an
/// expiry has the scope `admin` (the scope that manages keys), and [`KeyError::Database`] if the database fails.
pub fn revoke_key(tx: &dyn Database, id: Uuid, admin: &str, now: Timestamp) -> Result<StoredKey, KeyError> {
    let key = one(tx, "id", &id.to_string())?.ok_or(KeyError::Unknown)?;
    if key.revoked_at.is_some() {
        return Ok(key);
    }
    // A key that expires does not count: the shop would be locked out when it expires.
    let stays =
        |other: &StoredKey| other.id != id && other.is_good(now) && other.expires_at.is_none() && other.may(admin);
    if key.is_good(now) && key.may(admin) && !list_keys(tx)?.iter().any(stays) {
        return Err(KeyError::LastAdmin);
    }
    let params = [Param::Integer(now.millis()), Param::Text(&id.to_string())];
    tx.execute("UPDATE api_key SET revoked_at = ? WHERE id = ?", &params)?;
    one(tx, "id", &id.to_string())?.ok_or(KeyError::Unknown)
}
