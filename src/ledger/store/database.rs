//! The only interface from the ledger to its storage: a synchronous SQLite database, as in a Durable Object.
//!
//! Values are NULL, integers, text and bytes only. A Durable Object binds every number as REAL and every boolean as
//! text. The types here behave the same in both databases as long as integers stay within ±2⁵³ and columns are declared
//! `INTEGER` in `STRICT` tables.

use std::fmt;

/// A value bound to a statement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Param<'a> {
    /// NULL.
    Null,
    /// An integer within ±2⁵³.
    Integer(i64),
    /// Text.
    Text(&'a str),
    /// Bytes, for a column declared `BLOB`.
    Bytes(&'a [u8]),
}

impl<'a> Param<'a> {
    /// Returns the text, or NULL for `None`.
    pub fn text_or_null(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    /// Returns the time in milliseconds since 1970, or NULL for `None`.
    pub fn time_or_null(at: Option<crate::consent::Timestamp>) -> Self {
        at.map_or(Self::Null, |at| Self::Integer(at.millis()))
    }
}

/// A value read from a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL.
    Null,
    /// An integer.
    Integer(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// One row of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Row(pub Vec<Value>);

impl Row {
    /// Returns the text in a column.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Shape`] if the column is missing or contains no text.
    pub fn text(&self, column: usize) -> Result<&str, DatabaseError> {
        self.optional_text(column)?.ok_or(DatabaseError::Shape { column })
    }

    /// Returns the text in a column, or `None` for NULL.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Shape`] if the column is missing or contains neither text nor NULL.
    pub fn optional_text(&self, column: usize) -> Result<Option<&str>, DatabaseError> {
        match self.0.get(column) {
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(Value::Null) => Ok(None),
            Some(Value::Integer(_) | Value::Bytes(_)) | None => Err(DatabaseError::Shape { column }),
        }
    }

    /// Returns whether a column is NULL.
    pub fn is_null(&self, column: usize) -> bool {
        matches!(self.0.get(column), Some(Value::Null))
    }

    /// Returns the integer in a column.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Shape`] if the column is missing or contains no integer.
    pub fn integer(&self, column: usize) -> Result<i64, DatabaseError> {
        match self.0.get(column) {
            Some(Value::Integer(number)) => Ok(*number),
            _ => Err(DatabaseError::Shape { column }),
        }
    }

    /// Returns the bytes in a column.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Shape`] if the column is missing or contains no bytes.
    pub fn bytes(&self, column: usize) -> Result<&[u8], DatabaseError> {
        match self.0.get(column) {
            Some(Value::Bytes(bytes)) => Ok(bytes),
            _ => Err(DatabaseError::Shape { column }),
        }
    }

    /// Returns the text in a column, converted by `parse`.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Shape`] if the column contains no text or `parse` returns `None`.
    pub fn parsed<T>(&self, column: usize, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, DatabaseError> {
        parse(self.text(column)?).ok_or(DatabaseError::Shape { column })
    }

    /// Returns the time in a column, stored as milliseconds since 1970.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Shape`] if the column contains no such integer.
    pub fn time(&self, column: usize) -> Result<crate::consent::Timestamp, DatabaseError> {
        crate::consent::Timestamp::from_millis(self.integer(column)?).ok_or(DatabaseError::Shape { column })
    }
}

/// Reads the columns of a row one after the other, so that the code that reads them names each column in the order in
/// which the statement selects them, without numbers.
pub(crate) struct Cells<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Cells<'a> {
    pub(crate) const fn of(row: &'a Row) -> Self {
        Self::after(row, 0)
    }

    /// Begins after the given number of columns.
    pub(crate) const fn after(row: &'a Row, columns: usize) -> Self {
        Self { row, next: columns }
    }

    fn take<T>(&mut self, read: impl FnOnce(&'a Row, usize) -> Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        let column = self.next;
        self.next += 1;
        read(self.row, column)
    }

    /// Reads a text.
    pub(crate) fn text(&mut self) -> Result<String, DatabaseError> {
        self.take(|row, column| row.text(column).map(str::to_owned))
    }

    /// Reads a text or NULL.
    pub(crate) fn optional_text(&mut self) -> Result<Option<String>, DatabaseError> {
        self.take(|row, column| Ok(row.optional_text(column)?.map(str::to_owned)))
    }

    /// Reads a text and converts it by `parse`.
    pub(crate) fn parsed<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, DatabaseError> {
        self.take(|row, column| row.parsed(column, parse))
    }

    /// Reads a number that is never negative.
    pub(crate) fn count<T: TryFrom<i64>>(&mut self) -> Result<T, DatabaseError> {
        self.take(|row, column| T::try_from(row.integer(column)?).map_err(|_| DatabaseError::Shape { column }))
    }

    /// Reads an integer or NULL.
    pub(crate) fn optional_integer(&mut self) -> Result<Option<i64>, DatabaseError> {
        self.take(|row, column| if row.is_null(column) { Ok(None) } else { row.integer(column).map(Some) })
    }

    /// Reads 0 or 1.
    pub(crate) fn flag(&mut self) -> Result<bool, DatabaseError> {
        self.take(|row, column| Ok(row.integer(column)? == 1))
    }

    /// Reads a time.
    pub(crate) fn time(&mut self) -> Result<crate::consent::Timestamp, DatabaseError> {
        self.take(Row::time)
    }

    /// Reads a time or NULL.
    pub(crate) fn optional_time(&mut self) -> Result<Option<crate::consent::Timestamp>, DatabaseError> {
        self.take(|row, column| if row.is_null(column) { Ok(None) } else { row.time(column).map(Some) })
    }
}

/// Writes values as one JSON text, to pass many values to SQLite at once.
pub(crate) fn to_json(values: &impl serde::Serialize) -> Result<String, DatabaseError> {
    serde_json::to_string(values).map_err(|_| DatabaseError::Json)
}

/// Reads a JSON text in which SQLite returns many values at once.
pub(crate) fn from_json<'a, T: serde::Deserialize<'a>>(text: &'a [u8]) -> Result<T, DatabaseError> {
    serde_json::from_slice(text).map_err(|_| DatabaseError::Json)
}

/// An error of the database. The caller of the API never causes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseError {
    /// SQLite refused a statement. The text is the message of SQLite; it describes the statement and never contains
    /// values.
    Statement(String),
    /// A row does not have the form that the ledger wrote.
    Shape {
        /// The column, counted from 0.
        column: usize,
    },
    /// A JSON text in a row is not what the ledger wrote, or values could not be written as JSON. The message of serde may
    /// repeat a value, so it is left out.
    Json,
    /// The database has a later schema version than this build knows.
    Newer {
        /// The schema version of the database.
        found: i64,
    },
    /// The shop's secret is sealed under a master key that the deployment does not have.
    Sealed {
        /// The id of the master key.
        key: u8,
    },
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement(message) => write!(f, "the database refused a statement: {message}"),
            Self::Shape { column } => write!(f, "column {column} of a row is not what the ledger wrote"),
            Self::Json => f.write_str("a JSON text in a row is not what the ledger wrote"),
            Self::Sealed { key } => write!(
                f,
                "the shop's secret is sealed under the master key {key}; put that key back into PLACET_MASTER_KEY"
            ),
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
    /// Runs one statement that returns no rows.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Statement`] if SQLite refuses the statement.
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<(), DatabaseError>;

    /// Runs one statement and returns all of its rows. Limit their number by `LIMIT` or by a key.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Statement`] if SQLite refuses the statement, and [`DatabaseError::Shape`] if a value is
    /// a floating-point number.
    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DatabaseError>;

    /// Runs `work` as one transaction. Commits the transaction if `work` returns `true`; otherwise rolls it back.
    /// Inside another transaction, it is a part of that transaction: a rollback of the part leaves the rest unchanged.
    /// Call [`transaction`](#method.transaction) instead, because it returns a result.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Statement`] if the transaction cannot begin or end.
    fn atomically(&self, work: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError>;

    /// Returns the size of the database, in bytes.
    ///
    /// # Errors
    /// Returns [`DatabaseError::Statement`] if SQLite refuses the question.
    fn size(&self) -> Result<u64, DatabaseError>;

    /// Returns the first row of the result.
    ///
    /// # Errors
    /// Returns the same errors as [`Database::query`].
    fn first(&self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>, DatabaseError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }
}

impl dyn Database + '_ {
    /// Runs `work` as one transaction: keeps all changes if `work` succeeds, and none if it fails. Inside another
    /// transaction, it is a part of that transaction, which can continue if the part fails.
    ///
    /// # Errors
    /// Returns the errors of `work`, and [`DatabaseError::Statement`] if the transaction itself cannot begin or end.
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
