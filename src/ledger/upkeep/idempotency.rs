//! Idempotency keys: a request that is repeated with the same `Idempotency-Key` gets the first answer again and changes
//! nothing.
//!
//! Answers are stored for a day. They are deleted earlier if the contact that they are about is erased.

use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::shop::Shop;
use crate::ledger::store::context::Context;
use crate::ledger::store::database::{Database, DatabaseError, Param};

/// The time for which the ledger stores an answer for its `Idempotency-Key`, in milliseconds: one day.
pub const KEPT_FOR: i64 = 24 * 60 * 60 * 1_000;

/// An answer as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The keyed hash of the request that was answered.
    pub fingerprint: String,
    /// The id of the contact that the answer is about. `None` if it is about none.
    pub contact: Option<Uuid>,
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: String,
    /// The value of the `ETag` header. `None` if there was none.
    pub etag: Option<String>,
}

/// Seals an answer that shows a secret, so that it can be stored under `hash`.
pub fn seal_answer(shop: &Shop, hash: &str, body: &[u8], context: &Context<'_>) -> Result<String, DatabaseError> {
    shop.secret.seal(&place_of(hash), body, context)
}

/// Opens a sealed answer. `None` if the answer is not sealed.
pub fn open_answer(shop: &Shop, hash: &str, body: &str) -> Option<String> {
    shop.secret.open(&place_of(hash), body).and_then(|body| String::from_utf8(body).ok())
}

fn place_of(hash: &str) -> String {
    format!("answer {hash}")
}

/// Returns the answer stored under `hash`, a hash of idempotency key, caller and route. Answers older than `oldest` are
/// not returned.
pub fn kept_answer(database: &dyn Database, hash: &str, oldest: Timestamp) -> Result<Option<Kept>, DatabaseError> {
    let row = database.first(
        "SELECT fingerprint, contact, status, body, etag FROM idempotency WHERE hash = ? AND created_at >= ?",
        &[Param::Text(hash), Param::Integer(oldest.millis())],
    )?;
    row.map(|row| {
        Ok(Kept {
            fingerprint: row.text(0)?.to_owned(),
            contact: row.optional_text(1)?.and_then(crate::ledger::store::id::parse_id),
            status: u16::try_from(row.integer(2)?).map_err(|_| DatabaseError::Shape { column: 2 })?,
            body: row.text(3)?.to_owned(),
            etag: row.optional_text(4)?.map(str::to_owned),
        })
    })
    .transpose()
}

/// Stores an answer.
pub fn store_answer(database: &dyn Database, hash: &str, kept: &Kept, now: Timestamp) -> Result<(), DatabaseError> {
    let contact = kept.contact.map(|contact| contact.to_string());
    database.execute(
        "INSERT INTO idempotency (hash, fingerprint, contact, status, body, etag, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint, contact = excluded.contact,
             status = excluded.status, body = excluded.body, etag = excluded.etag, created_at = excluded.created_at",
        &[
            Param::Text(hash),
            Param::Text(&kept.fingerprint),
            Param::text_or_null(contact.as_deref()),
            Param::Integer(kept.status.into()),
            Param::Text(&kept.body),
            Param::text_or_null(kept.etag.as_deref()),
            Param::Integer(now.millis()),
        ],
    )
}
