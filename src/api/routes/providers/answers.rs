//! What the routes of providers answer.

use serde::Serialize;

use crate::consent::Timestamp;
use crate::ledger::Answering;
use crate::platforms::Provider;

/// A message provider.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ProviderAnswer {
    /// The name of the provider.
    pub(in crate::api) provider: Provider,
    /// The URL to enter at the provider. Keep it secret; requests without a valid signature are refused in any case.
    pub(in crate::api) url: String,
    /// The secret with which the provider signs its requests to placet. Present only if placet made the secret, and only
    /// in the answer of `PUT /v1/providers/{provider}`. The same request with the same `Idempotency-Key` shows it again
    /// within a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api) secret: Option<String>,
    /// Who answers keywords such as STOP: the provider by itself, or placet through the shop's messages.
    pub(in crate::api) answers: Answering,
    /// The shop's own numbers or accounts at the provider. Empty: every number of the account is the shop's.
    pub(in crate::api) numbers: Vec<String>,
    /// The time since which the provider has this secret.
    pub(in crate::api) created_at: Timestamp,
}

/// The message providers of the shop.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ProvidersAnswer {
    /// The providers, one entry each.
    pub(in crate::api) providers: Vec<ProviderAnswer>,
}
