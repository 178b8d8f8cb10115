//! What a sender of a submission gets.

use serde::{Deserialize, Serialize};

use crate::api::problem::ToldProblem;
use crate::consent::Timestamp;
#[cfg(feature = "contract")]
use crate::consent::{Channel, PurposeSlug};
use crate::ledger::{ChoiceResult, Receipt};

/// Answer of `POST /v1/consents`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ReceiptAnswer {
    /// The id that the sender gave to the submission.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The time at which the submission was first received.
    received_at: Timestamp,
    /// The id of the contact. Present only if the submission was sent with a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    contact: Option<String>,
    /// What became of each choice, in the order of the submission.
    choices: Vec<ChoiceReceipt>,
}

impl ReceiptAnswer {
    /// Builds the answer. A page gets the same answer whether or not the person was known; only the shop's server gets
    /// the contact id.
    pub(in crate::api) fn of(receipt: &Receipt, choices: Vec<ChoiceReceipt>, trusted: bool) -> Self {
        let contact = receipt.contact.filter(|_| trusted).map(|contact| contact.to_string());
        Self { id: receipt.id.to_string(), received_at: receipt.received_at, contact, choices }
    }
}

/// What became of one choice.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ChoiceReceipt {
    /// The channel. Absent: all channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<Channel>"))]
    pub(in crate::api) channel: Option<String>,
    /// The purpose. Absent: all purposes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<PurposeSlug>"))]
    pub(in crate::api) purpose: Option<String>,
    /// What became of the choice. A sender that nobody vouches for is always told `recorded`, or `refused` for a reason
    /// that does not depend on the person.
    pub(in crate::api) outcome: ChoiceResult,
    /// The id of the record that counts for more. Only for `outranked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) record: Option<String>,
    /// The id of the contact that has the address and the record, if it is not the contact of the answer: the shop has
    /// vouched that the address is this contact's. Present only if the submission was sent with a secret key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) contact: Option<String>,
    /// The reason why the choice is not on record. Only for `refused`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) problem: Option<ToldProblem>,
}

impl ChoiceReceipt {
    /// Returns whether the receipt only says that the choice is on record.
    pub(in crate::api) fn is_plain(&self) -> bool {
        self.outcome == ChoiceResult::Recorded && self.contact.is_none()
    }
}
