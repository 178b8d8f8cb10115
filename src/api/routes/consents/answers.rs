//! What a sender of a submission gets.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::Receipt;

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
}

impl ReceiptAnswer {
    /// Builds the answer. A page gets the same answer whether or not the person was known; only the shop's server gets
    /// the contact id.
    pub(in crate::api) fn of(receipt: &Receipt, trusted: bool) -> Self {
        let contact = receipt.contact.filter(|_| trusted).map(|contact| contact.to_string());
        Self { id: receipt.id.to_string(), received_at: receipt.received_at, contact }
    }
}
