//! The one way out of the ledger: a synchronous SQLite database, as a Durable Object has it.
//!
//! Values are NULL, integers, text and bytes, and nothing else. A Durable Object binds every number as a REAL and every boolean
//! as text; what stays inside these types is the same on both sides, provided that integers stay within ±2⁵³ and the columns are
//! declared `INTEGER` in `STRICT` tables.

use std::fmt;

/// A value bound to a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// A whole number within ±2⁵³.
    Integer(i64),
    /// Text.
    Text(&'a str),
    /// Bytes, for a column declared `BLOB`.
    Bytes(&'a [u8]),
}

impl<'a> Param<'a> {
    /// Text, or NULL where there is none.
    pub fn text_or_null(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// A point in time in milliseconds, or NULL where there is none.
    pub fn time_or_null(at: Option<crate::consent::Timestamp>) -> Self {
        at.map_or(Self::Null, |at| Self::Integer(at.millis()))
    }
}

/// A value read from a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// A whole number.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One row of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// The text in a column.
    ///
    /// # Errors
    /// [`DatabaseError::Shape`] when the column is missing or holds something else.
    pub fn text(&self, column: usize) -> Result<&str, DatabaseError> {
        self.optional_text(column)?.ok_or(DatabaseError::Shape { column })
    }

    /// The text in a column, or `None` for NULL.
    ///
    /// # Errors
    /// [`DatabaseError::Shape`] when the column is missing or holds anything else.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, DatabaseError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(_) | Value::Bytes(_)) | None => Err(DatabaseError::Shape { column }),
        }
    }

    /// Whether a column is NULL.
    pub fn is_null(&self, column: usize) -> bool {
        matches!(self.0.get(column), Some(Value::Null))
    }

    /// The whole number in a column.
    ///
    /// # Errors
    /// [`DatabaseError::Shape`] when the column is missing or holds something else.
    pub fn integer(&self, column: usize) -> Result<i64, DatabaseError> {
        match self.0.get(column) {
            Some(Value::Integer(number)) => Ok(*number),
            _ => Err(DatabaseError::Shape { column }),
        }
    }

    /// The bytes in a column.
    ///
    /// # Errors
    /// [`DatabaseError::Shape`] when the column is missing or holds something else.
    pub fn bytes(&self, column: usize) -> Result<&[u8], DatabaseError> {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            _ => Err(DatabaseError::Shape { column }),
        }
    }

    /// A column read as a value of the domain.
    ///
    /// # Errors
    /// [`DatabaseError::Shape`] when the text is none that `parse` understands.
    pub fn parsed<T>(&self, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, DatabaseError> {
        parse(self.text(column)?).ok_or(DatabaseError::Shape { column })
    }

    /// A column read as a point in time, milliseconds since 1970.
    ///
    /// # Errors
    /// [`DatabaseError::Shape`] when it holds no such number.
    pub fn time(&self, column: usize) -> Result<crate::consent::Timestamp, DatabaseError> {
        crate::consent::Timestamp::from_millis(self.integer(column)?).ok_or(DatabaseError::Shape { column })
    }
}

/// Many values that cross to SQLite at once, as JSON.
pub(crate) fn to_json(values: &impl serde::Serialize) -> Result<String, DatabaseError> {
    serde_json::to_string(values).map_err(|_| DatabaseError::Shape { column: 0 })
}

/// Many values that SQLite answers with at once.
pub(crate) fn from_json<'a, T: serde::Deserialize<'a>>(text: &'a [u8]) -> Result<T, DatabaseError> {
    serde_json::from_slice(text).map_err(|_| DatabaseError::Shape { column: 0 })
}

/// What can go wrong below the ledger. None of it is the caller's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseError {
    /// SQLite refused a statement. The text is SQLite's own and speaks of the statement, never of the values.
    Statement(String),
    /// A row does not have the shape that the ledger wrote.
    Shape {
        /// The column, counted from 0.
        column: usize,
    },
    /// The database is of a later version than this code.
    Newer {
        /// The version found.
        found: i64,
    },
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement(message) => write!(f, "the database refused a statement: {message}"),
            Self::Shape { column } => write!(f, "column {column} of a row is not what the ledger wrote"),
            Self::Newer { found } => {
                write!(
                    f,
                    "the database has schema version {found}, later than this build knows; deploy the newer build"
                )
            }
        }
    }
}

impl std::error::Error for DatabaseError {}

/// A synchronous SQLite database.
pub trait Database {
    /// Runs one statement that answers nothing.
    ///
    /// # Errors
    /// [`DatabaseError::Statement`] when SQLite refuses it.
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<(), DatabaseError>;

    /// Runs one statement and reads its whole answer; bound it by `LIMIT` or by a key.
    ///
    /// # Errors
    /// [`DatabaseError::Statement`] when SQLite refuses it, [`DatabaseError::Shape`] when it answers with a fraction.
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DatabaseError>;

    /// Runs `work` as one transaction. The transaction is committed when `work` returns `true`, and rolled back otherwise. Inside
    /// another transaction it is a part of that one: rolling the part back leaves the rest as it was. Call
    /// [`transaction`](#method.transaction) instead, which carries a result.
    ///
    /// # Errors
    /// [`DatabaseError::Statement`] when the transaction cannot begin or end.
    fn atomically(&self, work: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError>;

    /// The first row of an answer.
    ///
    /// # Errors
    /// As [`Database::query`].
    fn first(&self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>, DatabaseError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }
}

impl dyn Database + '_ {
    /// Runs `work` as one transaction: all of it is kept, or, when it fails, none. Inside another transaction it is a part of that
    /// one, which may go on when the part has failed.
    ///
    /// # Errors
    /// Those of `work`, and [`DatabaseError::Statement`] when the transaction itself cannot begin or end.
    pub fn transaction<T, E: From<DatabaseError>>(
        &self,
        work: impl FnOnce(&dyn Database) -> Result<T, E>,
    ) -> Result<T, E> {
        let (mut work, mut outcome) = (Some(work), None);
        let ended = self.atomically(&mut || {
            outcome = work.take().map(|work| work(self));
            matches!(outcome, Some(Ok(_)))
        });
        match (outcome, ended) {
            (Some(Ok(done)), Ok(())) => Ok(done),
            (Some(Err(error)), _) => Err(error),
            (_, Err(error)) => Err(error.into()),
            (None, Ok(())) => Err(DatabaseError::Statement("the transaction did not run".into()).into()),
        }
    }
}
