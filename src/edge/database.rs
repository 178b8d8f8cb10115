//! The ledger's database in the SQLite of a Durable Object.
//!
//! This file binds the runtime's SQL interface itself, for three reasons: the `worker` crate does not bind
//! `transactionSync`; the cursors of the crate throw an exception straight through Rust when a statement fails late;
//! and one `raw().toArray()` crosses the boundary once, where a cursor crosses it for every row.

use js_sys::{Array, ArrayBuffer, Iterator, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::ledger::{Database, DatabaseError, Param, Row, Value};

#[wasm_bindgen]
extern "C" {
    /// `DurableObjectStorage`; only its synchronous part is used.
    type SyncStorage;
    type Sql;
    type Cursor;

    #[wasm_bindgen(method, getter)]
    fn sql(this: &SyncStorage) -> Sql;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(this: &SyncStorage, work: &mut dyn FnMut() -> Result<(), JsValue>) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, variadic)]
    fn exec(this: &Sql, query: &str, bindings: &Array) -> Result<Cursor, JsValue>;

    #[wasm_bindgen(method, getter, js_name = databaseSize)]
    fn database_size(this: &Sql) -> f64;

    #[wasm_bindgen(method, catch)]
    fn raw(this: &Cursor) -> Result<Iterator, JsValue>;
}

/// The SQLite database of one Durable Object.
pub(super) struct ObjectDatabase {
    storage: SyncStorage,
}

impl ObjectDatabase {
    /// Returns the database of the object with this storage.
    pub(super) fn of(storage: &worker::Storage) -> Self {
        let storage: &JsValue = storage.as_raw().as_ref();
        Self { storage: storage.clone().unchecked_into() }
    }

    fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<Cursor, DatabaseError> {
        self.storage.sql().exec(sql, &params.iter().map(js_value).collect()).map_err(|error| refused(&error, sql))
    }
}

impl Database for ObjectDatabase {
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<(), DatabaseError> {
        self.run(sql, params).map(drop)
    }

    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DatabaseError> {
        let rows = self.run(sql, params)?.raw().map_err(|error| refused(&error, sql))?;
        rows.into_iter()
            .map(|row| {
                let row: Array = row.map_err(|error| refused(&error, sql))?.unchecked_into();
                row.iter()
                    .enumerate()
                    .map(|(column, value)| value_of(&value, column))
                    .collect::<Result<_, _>>()
                    .map(Row)
            })
            .collect()
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the runtime counts whole bytes")]
    fn size(&self) -> Result<u64, DatabaseError> {
        Ok(self.storage.sql().database_size() as u64)
    }

    fn atomically(&self, work: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        let mut is_done = None;
        // The runtime rolls back when the closure throws. What it throws is of no interest: the caller knows its own outcome.
        let ended = self.storage.transaction_sync(&mut || {
            let done = work();
            is_done = Some(done);
            if done { Ok(()) } else { Err(JsValue::NULL) }
        });
        match (is_done, ended) {
            (Some(false), _) | (Some(true), Ok(())) => Ok(()),
            (Some(true), Err(error)) => Err(refused(&error, "at the end of a transaction")),
            (None, Err(error)) => Err(refused(&error, "at the beginning of a transaction")),
            (None, Ok(())) => Err(DatabaseError::Statement("the transaction did not run".into())),
        }
    }
}

fn js_value(param: &Param<'_>) -> JsValue {
    match param {
        Param::Null => JsValue::NULL,
        #[allow(clippy::cast_precision_loss, reason = "integers stay within 2^53, see `Param`")]
        Param::Integer(number) => JsValue::from_f64(*number as f64),
        Param::Text(text) => JsValue::from_str(text),
        Param::Bytes(bytes) => Uint8Array::from(*bytes).into(),
    }
}

fn value_of(value: &JsValue, column: usize) -> Result<Value, DatabaseError> {
    if let Some(text) = value.as_string() {
        return Ok(Value::Text(text));
    }
    if value.is_null() {
        return Ok(Value::Null);
    }
    if let Some(buffer) = value.dyn_ref::<ArrayBuffer>() {
        return Ok(Value::Bytes(Uint8Array::new(buffer).to_vec()));
    }
    match value.as_f64() {
        #[allow(clippy::cast_possible_truncation, reason = "checked to be whole, and SQLite's integers have 64 bits")]
        Some(number) if number.trunc() == number => Ok(Value::Integer(number as i64)),
        _ => Err(DatabaseError::Shape { column }),
    }
}

/// Returns the runtime's error message with the first 40 characters of the statement. Statements contain no values, so
/// no personal data gets into the log.
fn refused(error: &JsValue, at: &str) -> DatabaseError {
    let message =
        Reflect::get(error.unchecked_ref::<Object>(), &"message".into()).ok().and_then(|text| text.as_string());
    let at: String = at.chars().take(40).collect();
    DatabaseError::Statement(format!("{} ({at}…)", message.unwrap_or_else(|| "no reason given".into())))
}
