//! What the routes of decisions, activities and suppressions answer.

use serde::Serialize;

use crate::api::problem::{Problem, ProblemBody};
use crate::consent::{Timestamp, WrittenDecision};
use crate::ledger::{Decided, Outcome, Suppression};

/// Answer of `POST /v1/decisions` for one contact, and the entry for each of many contacts.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DecidedAnswer {
    /// The id of the contact; `null` if the ledger has no contact for the address.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    contact: Option<String>,
    /// The address that a message would be sent to. Absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// The decision whether the message may be sent, with its reason.
    decision: WrittenDecision,
}

/// The entry for one of many contacts: a decision, or the error that prevented it.
#[derive(Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) enum ItemAnswer {
    Decided(Box<DecidedAnswer>),
    Refused { error: ProblemBody },
}

impl ItemAnswer {
    pub(in crate::api) fn of(outcome: Result<Outcome, Problem>) -> Self {
        match DecidedAnswer::of(outcome) {
            Ok(decided) => Self::Decided(Box::new(decided)),
            Err(problem) => Self::Refused { error: problem.body() },
        }
    }
}

impl DecidedAnswer {
    pub(in crate::api) fn of(outcome: Result<Outcome, Problem>) -> Result<Self, Problem> {
        match outcome? {
            Outcome::Decided(Decided { contact, address, decision }) => Ok(Self { contact, address, decision }),
            Outcome::Unknown => Err(Problem::ContactNotFound),
        }
    }
}

/// Answer of `POST /v1/decisions` for many contacts, in the order of the request.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct DecisionsAnswer {
    /// One entry for each contact of the request: a decision, or the error that prevented it.
    pub(in crate::api) decisions: Vec<ItemAnswer>,
}

/// Answer of `POST /v1/activities`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct NotedAnswer {
    /// The number of addresses for which the activities were recorded.
    pub(in crate::api) addresses: usize,
}

/// Answer of `POST /v1/suppressions`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct SuppressionAnswer {
    /// The id of the suppression. Decisions name it as the deciding record.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The time from which the suppression counts.
    created_at: Timestamp,
}

impl SuppressionAnswer {
    pub(in crate::api) fn of(suppression: &Suppression) -> Self {
        Self { id: suppression.id.0.to_string(), created_at: suppression.created_at }
    }
}
