//! The error of background work.

use crate::api::problem::Problem;
use crate::ledger::DatabaseError;

/// An internal failure. It is reported to the operator, and the work is retried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError {
    /// The cause. It contains statements and columns, never values.
    cause: String,
}

impl JobError {
    /// Creates an error with a fixed text.
    pub(in crate::api) fn new(cause: &'static str) -> Self {
        Self { cause: cause.to_owned() }
    }
}

impl std::fmt::Display for JobError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.cause)
    }
}

impl std::error::Error for JobError {}

impl From<Problem> for JobError {
    fn from(problem: Problem) -> Self {
        let code = problem.code();
        match problem {
            Problem::Internal { cause } => Self { cause },
            _ => Self { cause: code.to_owned() },
        }
    }
}

impl From<serde_json::Error> for JobError {
    /// The message of serde may repeat a value, so only the kind of error is kept.
    fn from(error: serde_json::Error) -> Self {
        Self { cause: format!("JSON: {:?}", error.classify()) }
    }
}

impl From<DatabaseError> for JobError {
    fn from(error: DatabaseError) -> Self {
        Self { cause: error.to_string() }
    }
}
