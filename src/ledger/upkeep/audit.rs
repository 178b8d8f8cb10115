//! The audit log: who did what to whom, when, and how it ended. It names contacts by their ids and never by an address.

use serde::Serialize;
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::store::context::Moment;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::{first_id_of, parse_id};

/// One request that was answered.
#[derive(Clone, Debug)]
pub struct Audited<'a> {
    /// The id of the request.
    pub id: Uuid,
    /// The id of the key.
    pub key: Uuid,
    /// The HTTP method.
    pub method: &'a str,
    /// The route, as a template without values.
    pub route: &'a str,
    /// The contact that it was about, where it was about one.
    pub contact: Option<Uuid>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// `ok`, or the code of the problem.
    pub outcome: &'a str,
}

/// One line of the log.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// The id of the request, a UUID version 7; answers bear it in the header `request-id`.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The id of the key.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub key: String,
    /// The HTTP method.
    pub method: String,
    /// The route, as a template without values.
    pub route: String,
    /// The id of the contact that it was about; `null` where it was about none or about several.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub contact: Option<String>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// `ok`, or the code of the problem.
    pub outcome: String,
}

/// Which lines are asked for. What is absent does not restrict them.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// About this contact.
    pub contact: Option<Uuid>,
    /// By this key.
    pub key: Option<Uuid>,
    /// To this route, a template.
    pub route: Option<String>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// Older than this line: the last one of the page before.
    pub before: Option<Uuid>,
    /// At most so many.
    pub limit: u16,
}

/// Writes a line.
///
/// # Errors
/// Those of the database.
pub fn note(database: &dyn Database, entry: &Audited<'_>, now: Timestamp) -> Result<(), DatabaseError> {
    let contact = entry.contact.map(|contact| contact.to_string());
    database.execute(
        "INSERT INTO audit (id, at, key, method, route, contact, status, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        &[
            Param::Text(&entry.id.to_string()),
            Param::Integer(now.millis()),
            Param::Text(&entry.key.to_string()),
            Param::Text(entry.method),
            Param::Text(entry.route),
            Param::text_or_null(contact.as_deref()),
            Param::Integer(entry.status.into()),
            Param::Text(entry.outcome),
        ],
    )
}

/// A page of the log, the newest line first.
///
/// # Errors
/// Those of the database.
pub fn audit_page(database: &dyn Database, query: &AuditQuery) -> Result<Vec<AuditEntry>, DatabaseError> {
    let texts = [
        query.contact.map(|id| id.to_string()),
        query.key.map(|id| id.to_string()),
        query.route.clone(),
        query.before.map(|id| id.to_string()),
    ];
    let [contact, key, route, before] = &texts;
    let mut sql = String::from("SELECT id, at, key, method, route, contact, status, outcome FROM audit WHERE 1 = 1");
    let mut params = Vec::new();
    let mut restrict = |condition: &str, param| {
        if param != Param::Null {
            sql.push_str(condition);
            params.push(param);
        }
    };
    restrict(" AND contact = ?", Param::text_or_null(contact.as_deref()));
    restrict(" AND key = ?", Param::text_or_null(key.as_deref()));
    restrict(" AND route = ?", Param::text_or_null(route.as_deref()));
    restrict(" AND id < ?", Param::text_or_null(before.as_deref()));
    // Ids begin with the time, so a time bounds the scan.
    let (since, until) = (query.since.map(first_id_of), query.until.map(first_id_of));
    restrict(" AND id >= ?", Param::text_or_null(since.as_deref()));
    restrict(" AND id < ?", Param::text_or_null(until.as_deref()));
    sql.push_str(" ORDER BY id DESC LIMIT CAST(? AS INTEGER)");
    params.push(Param::Integer(query.limit.into()));
    database.query(&sql, &params)?.iter().map(entry_in).collect()
}

fn entry_in(row: &Row) -> Result<AuditEntry, DatabaseError> {
    Ok(AuditEntry {
        id: row.parsed(0, parse_id)?.to_string(),
        at: row.time(1)?,
        key: row.text(2)?.to_owned(),
        method: row.text(3)?.to_owned(),
        route: row.text(4)?.to_owned(),
        contact: row.optional_text(5)?.map(str::to_owned),
        status: u16::try_from(row.integer(6)?).map_err(|_| DatabaseError::Shape { column: 6 })?,
        outcome: row.text(7)?.to_owned(),
    })
}

/// Lines that go at once.
const SWEPT: usize = 1_000;

/// Removes what has outlived its time: lines of the log after `days`, answers kept for repetitions after `idempotency`
/// milliseconds. Tells whether some of it is left over.
///
/// # Errors
/// Those of the database.
pub fn sweep(database: &dyn Database, days: u16, idempotency: i64, moment: &Moment<'_>) -> Result<bool, DatabaseError> {
    let oldest = first_id_of(moment.now.plus_millis(-i64::from(days) * 86_400_000));
    let gone = database.query(
        &format!(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < ? ORDER BY id LIMIT {SWEPT}) RETURNING 1"
        ),
        &[Param::Text(&oldest)],
    )?;
    let stale = Param::Integer(moment.now.plus_millis(-idempotency).millis());
    database.execute("DELETE FROM idempotency WHERE created_at < ?", &[stale])?;
    Ok(gone.len() == SWEPT)
}

#[cfg(all(test, feature = "native"))]
mod tests {
    use super::*;
    use crate::ledger::store::native::{OsHost, Sqlite};
    use crate::ledger::store::schema::migrate;
    use crate::ledger::upkeep::idempotency::{Kept, keep_answer};

    #[test]
    fn what_has_outlived_its_time_goes() {
        let database = Sqlite::in_memory().unwrap();
        migrate(&database).unwrap();
        let moment = Moment::of(&OsHost);
        let kept =
            |body: &str| Kept { fingerprint: "f".into(), contact: None, status: 200, body: body.into(), etag: None };
        for (days, name) in [(800, "old"), (729, "young"), (0, "new")] {
            let at = moment.now.plus_millis(-days * 86_400_000);
            let id = uuid::Uuid::parse_str(&first_id_of(at)).unwrap();
            let entry = Audited { id, key: id, method: "GET", route: name, contact: None, status: 200, outcome: "ok" };
            note(&database, &entry, at).unwrap();
            keep_answer(&database, name, &kept(name), at).unwrap();
        }
        assert!(!sweep(&database, 730, 86_400_000, &moment).unwrap(), "nothing is left over");
        let left = |sql: &str| -> Vec<String> {
            database.query(sql, &[]).unwrap().iter().map(|row| row.text(0).unwrap().to_owned()).collect()
        };
        assert_eq!(left("SELECT route FROM audit ORDER BY id"), ["young", "new"]);
        assert_eq!(left("SELECT hash FROM idempotency"), ["new"]);
    }
}
