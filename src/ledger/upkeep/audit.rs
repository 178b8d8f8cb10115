//! The audit log: who did what to which contact, when, and with which outcome. It refers to contacts by id and never by
//! address.

use serde::Serialize;
use uuid::Uuid;

use crate::consent::Timestamp;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row};
use crate::ledger::store::id::{first_id_of, parse_id};

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Audited<'a> {
    /// The id of the request.
    pub id: Uuid,
    /// The id of the API key.
    pub key: Uuid,
    /// The HTTP method.
    pub method: &'a str,
    /// The route, as a template without values.
    pub route: &'a str,
    /// The id of the contact that the request was about. `None` if it was about none or about several.
    pub contact: Option<Uuid>,
    /// The HTTP status of the response.
    pub status: u16,
    /// `ok`, or the code of the problem.
    pub outcome: &'a str,
}

/// One line of the audit log.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct AuditEntry {
    /// The id of the request, a UUID version 7. The response contains it in the header `request-id`.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// The time of the request.
    pub at: Timestamp,
    /// The id of the API key.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub key: String,
    /// The HTTP method.
    pub method: String,
    /// The route, as a template without values.
    pub route: String,
    /// The id of the contact that the request was about; `null` if it was about none or about several.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub contact: Option<String>,
    /// The HTTP status of the response.
    pub status: u16,
    /// `ok`, or the code of the problem.
    pub outcome: String,
    /// How often this was requested. More than 1 only if the same form of the same link was posted again within a
    /// minute, with the same result.
    pub times: i64,
}

/// A filter for lines of the audit log. A field that is `None` does not restrict the result.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// Return lines about this contact only.
    pub contact: Option<Uuid>,
    /// Return lines of this API key only.
    pub key: Option<Uuid>,
    /// Return lines of this route only. The route is a template.
    pub route: Option<String>,
    /// Return lines from this time on.
    pub since: Option<Timestamp>,
    /// Return lines before this time.
    pub until: Option<Timestamp>,
    /// Return lines older than the line with this id. Pass the last id of the previous page.
    pub before: Option<Uuid>,
    /// The maximum number of lines.
    pub limit: u16,
}

/// Writes a line to the audit log.
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

/// Counts a request on the line of an earlier one that was the same. Returns whether there is that line.
pub fn note_again(database: &dyn Database, earlier: Uuid) -> Result<bool, DatabaseError> {
    let counted = "UPDATE audit SET times = times + 1 WHERE id = ? RETURNING 1";
    Ok(!database.query(counted, &[Param::Text(&earlier.to_string())])?.is_empty())
}

/// The number of lines that one page reads at most. A key or route may have few lines among very many.
const READ: usize = 20_000;

/// A page of the audit log.
#[derive(Clone, Debug)]
pub struct AuditPage {
    /// The lines, newest first.
    pub entries: Vec<AuditEntry>,
    /// The id before which the next page begins; `None` at the end of the log.
    pub next: Option<String>,
}

/// Returns a page of the audit log, newest line first. The page may be shorter than asked for, or empty, if few of the
/// lines that it reads fit the query.
pub fn audit_page(database: &dyn Database, query: &AuditQuery) -> Result<AuditPage, DatabaseError> {
    let texts = [
        query.contact.map(|id| id.to_string()),
        query.key.map(|id| id.to_string()),
        query.route.clone(),
        query.before.map(|id| id.to_string()),
    ];
    let [contact, key, route, before] = &texts;
    let mut sql = String::from("SELECT * FROM audit WHERE 1 = 1");
    let mut params = Vec::new();
    let mut restrict = |condition: &str, param| {
        if param != Param::Null {
            sql.push_str(condition);
            params.push(param);
        }
    };
    restrict(" AND contact = ?", Param::text_or_null(contact.as_deref()));
    restrict(" AND id < ?", Param::text_or_null(before.as_deref()));
    // An id begins with the time of its creation, so the times limit how many rows SQLite reads.
    let (since, until) = (query.since.map(first_id_of), query.until.map(first_id_of));
    restrict(" AND id >= ?", Param::text_or_null(since.as_deref()));
    restrict(" AND id < ?", Param::text_or_null(until.as_deref()));
    let [key, route] = [key, route].map(|own| Param::text_or_null(own.as_deref()));
    let read = format!("{sql} ORDER BY id DESC LIMIT {READ}");
    let fits = "(? IS NULL OR key = ?) AND (? IS NULL OR route = ?)";
    let page = format!(
        "SELECT id, at, key, method, route, contact, status, outcome, times FROM ({read}) WHERE {fits}
         ORDER BY id DESC LIMIT CAST(? AS INTEGER)"
    );
    let all = [params.as_slice(), &[key, key, route, route, Param::Integer(query.limit.into())]].concat();
    let entries = database.query(&page, &all)?.iter().map(entry_in).collect::<Result<Vec<_>, _>>()?;
    let next = match entries.last().filter(|_| entries.len() == usize::from(query.limit)) {
        Some(last) => Some(last.id.clone()),
        // Fewer lines fit than were asked for, but more may lie beyond those that were read.
        None => {
            let last = format!("SELECT id FROM ({read}) LIMIT 1 OFFSET {}", READ - 1);
            database.first(&last, &params)?.map(|row| row.text(0).map(str::to_owned)).transpose()?
        }
    };
    Ok(AuditPage { entries, next })
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
        times: row.integer(8)?,
    })
}
