//! The native `Database`: SQLite in a file or in memory. It behaves like the database of a Durable Object.

use std::cell::{Cell, RefCell};
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::consent::Timestamp;
use crate::ledger::store::context::Runtime;
use crate::ledger::store::database::{Database, DatabaseError, Param, Row, Value};

/// A SQLite connection.
#[derive(Debug)]
pub struct Sqlite {
    connection: RefCell<Connection>,
    /// The number of open transactions, one nested in the other.
    depth: Cell<u8>,
}

impl Sqlite {
    /// Opens a database in memory that exists as long as this value.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Statement`] if SQLite fails.
    pub fn in_memory() -> Result<Self, DatabaseError> {
        Self::over(Connection::open_in_memory()?)
    }

    /// Opens a database file, and creates it if it does not exist.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Statement`] if SQLite fails.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        Self::over(Connection::open(path)?)
    }

    fn over(connection: Connection) -> Result<Self, DatabaseError> {
        // Foreign keys are always on in a Durable Object.
        connection.execute_batch("PRAGMA foreign_keys = ON")?;
        // More than the service has, so that each statement is compiled once.
        connection.set_prepared_statement_cache_capacity(1024);
        Ok(Self { connection: RefCell::new(connection), depth: Cell::new(0) })
    }
}

impl From<rusqlite::Error> for DatabaseError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Statement(error.to_string())
    }
}

impl rusqlite::ToSql for Param<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Param::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            // A Durable Object binds numbers as REAL. Doing the same here lets the tests find a column without
            // affinity.
            #[allow(clippy::cast_precision_loss, reason = "integers stay within 2^53, see `Param`")]
            Param::Integer(number) => ToSqlOutput::Borrowed(ValueRef::Real(*number as f64)),
            Param::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Param::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

impl Database for Sqlite {
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<(), DatabaseError> {
        self.query(sql, params).map(drop)
    }

    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DatabaseError> {
        let connection = self.connection.borrow();
        let mut statement = connection.prepare_cached(sql)?;
        let width = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params))?;
        let mut answer = Vec::new();
        while let Some(row) = rows.next()? {
            answer.push(Row((0..width)
                .map(|column| value_of(row.get_ref(column)?, column))
                .collect::<Result<_, _>>()?));
        }
        Ok(answer)
    }

    fn size(&self) -> Result<u64, DatabaseError> {
        let pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let row = self.first(pages, &[])?.ok_or(DatabaseError::Shape { column: 0 })?;
        Ok(row.integer(0)?.unsigned_abs())
    }

    fn atomically(&self, work: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        let depth = self.depth.get();
        let [begin, keep, drop] = match depth {
            0 => ["BEGIN IMMEDIATE".into(), "COMMIT".into(), "ROLLBACK".into()],
            _ => [
                format!("SAVEPOINT part_{depth}"),
                format!("RELEASE part_{depth}"),
                format!("ROLLBACK TO part_{depth}; RELEASE part_{depth}"),
            ],
        };
        self.connection.borrow().execute_batch(&begin)?;
        self.depth.set(depth + 1);
        let is_done = work();
        self.depth.set(depth);
        self.connection.borrow().execute_batch(if is_done { &keep } else { &drop })?;
        Ok(())
    }
}

fn value_of(value: ValueRef<'_>, column: usize) -> Result<Value, DatabaseError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        ValueRef::Text(text) => {
            String::from_utf8(text.to_vec()).map(Value::Text).map_err(|_| DatabaseError::Shape { column })
        }
        ValueRef::Blob(bytes) => Ok(Value::Bytes(bytes.to_vec())),
        ValueRef::Real(_) => Err(DatabaseError::Shape { column }),
    }
}

/// The clock and the randomness of the operating system.
#[derive(Clone, Copy, Debug)]
pub struct OsRuntime;

impl Runtime for OsRuntime {
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).ok().and_then(Timestamp::from_millis).unwrap_or(Timestamp::BEGINNING)
    }

    fn day(&self, at: Timestamp, zone: &str) -> Option<String> {
        let zone = jiff::tz::TimeZone::get(zone).ok()?;
        let at = jiff::Timestamp::from_millisecond(at.millis()).ok()?;
        Some(zone.to_datetime(at).date().to_string())
    }

    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness, no key and no id can be created, so the process cannot continue.
        if getrandom::fill(buffer).is_err() {
            std::process::abort();
        }
    }

    fn report(&self, failure: &str) {
        eprintln!("placet: {failure}");
    }
}
