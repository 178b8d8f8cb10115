//! What the routes of connections answer.

use serde::Serialize;

use crate::api::routes::connections::bodies::{FieldBody, ScopeBody};
use crate::consent::Timestamp;
use crate::ledger::{Conflict, Connection, ConnectionMode, ConnectionState, Preview, RemoteErasure, Samples};
#[cfg(feature = "contract")]
use crate::platforms::ShopPlatform;

/// A connection to a shop platform. Its credentials are never shown.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ConnectionAnswer {
    /// The id of the connection.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The platform.
    #[cfg_attr(feature = "contract", schemars(with = "ShopPlatform"))]
    platform: String,
    /// The address of the platform.
    base: String,
    /// The mode: which changes are taken over and which are written.
    mode: ConnectionMode,
    /// The state of the connection.
    state: ConnectionState,
    /// The reason why the connection stands still or waits; `null` if it works.
    fault: Option<String>,
    /// The fields of the platform that stand for choices.
    mapping: Vec<FieldBody>,
    /// The version of the settings. Each change of the mapping or of the limits adds one.
    version: i64,
    /// The number of changes at once above which an employee has to approve.
    cap: u32,
    /// Whether opt-ins that only a list states are written to the platform.
    push_listed: bool,
    /// The request to the platform when a person is erased.
    erasure: RemoteErasure,
    /// Whether an employee has approved what the connection does.
    approved: bool,
    /// The URL to which the platform has to send its events.
    hook_url: String,
    /// The secret with which the platform has to sign its events. Present only in the answer that creates the connection.
    #[serde(skip_serializing_if = "Option::is_none")]
    hook_secret: Option<String>,
    /// Whether all customers of the platform are being read now.
    reading: bool,
    /// The time at which all customers of the platform were read last; `null` if never.
    read_at: Option<Timestamp>,
    /// The time at which all customers of the platform are read next.
    next_read: Timestamp,
    /// The time at which the connection was created.
    created_at: Timestamp,
}

impl ConnectionAnswer {
    pub(in crate::api) fn of(own: &Connection, hook_url: String) -> Self {
        let mapping = own.settings.mapping.iter().map(|(field, scopes)| FieldBody {
            field: field.clone(),
            choices: scopes.iter().map(|(channel, purpose)| ScopeBody::of(*channel, purpose)).collect(),
        });
        Self {
            id: own.id.to_string(),
            platform: own.platform.clone(),
            base: own.base.clone(),
            mode: own.mode,
            state: own.state,
            fault: own.fault.clone(),
            mapping: mapping.collect(),
            version: own.version,
            cap: own.settings.cap,
            push_listed: own.settings.push_listed,
            erasure: own.settings.erasure,
            approved: own.is_approved,
            hook_url,
            hook_secret: None,
            reading: own.place.is_some(),
            read_at: own.swept_at,
            next_read: own.sweep_due,
            created_at: own.created_at,
        }
    }

    /// Adds the secret with which the platform has to sign.
    pub(in crate::api) fn with_secret(self, secret: Option<String>) -> Self {
        Self { hook_secret: secret, ..self }
    }
}

/// Answer of `GET /v1/connections`, the oldest first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ConnectionsAnswer {
    /// The connections of the shop.
    pub(in crate::api) connections: Vec<ConnectionAnswer>,
}

/// The changes that a connection would make now.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct PreviewAnswer {
    /// The number of customers of the platform that the connection has read.
    customers: i64,
    /// Customers whose opt-in at the platform is not in the ledger.
    opt_ins_to_take: SamplesAnswer,
    /// Customers whose opt-out at the platform is not in the ledger.
    opt_outs_to_take: SamplesAnswer,
    /// Customers who have opted in, but are off at the platform.
    opt_ins_to_write: SamplesAnswer,
    /// Customers who have opted out, but are on at the platform.
    opt_outs_to_write: SamplesAnswer,
}

/// A number of customers, with some of their ids.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct SamplesAnswer {
    /// The number of customers.
    count: i64,
    /// The platform's ids of up to 20 of them.
    ids: Vec<String>,
}

impl From<Samples> for SamplesAnswer {
    fn from(Samples { count, ids }: Samples) -> Self {
        Self { count, ids }
    }
}

impl From<Preview> for PreviewAnswer {
    fn from(preview: Preview) -> Self {
        Self {
            customers: preview.customers,
            opt_ins_to_take: preview.takes_on.into(),
            opt_outs_to_take: preview.takes_out.into(),
            opt_ins_to_write: preview.pushes_on.into(),
            opt_outs_to_write: preview.pushes_out.into(),
        }
    }
}

/// Answer of `GET /v1/connections/{id}/conflicts`, ordered by the platform's id.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ConflictsAnswer {
    /// The customers about whom the platform and the ledger disagree, up to 100.
    pub(in crate::api) conflicts: Vec<ConflictAnswer>,
    /// The value to send as `after` for the next page; `null` on the last page.
    pub(in crate::api) next: Option<String>,
}

/// A customer about whom the platform and the ledger disagree.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ConflictAnswer {
    /// The platform's id of the customer.
    customer: String,
    /// Whether the platform sends messages although the person does not want them.
    on_against_opt_out: bool,
    /// The reason why the platform did not accept a write; `null` if it was not asked yet.
    fault: Option<String>,
}

impl From<Conflict> for ConflictAnswer {
    fn from(conflict: Conflict) -> Self {
        Self { customer: conflict.id, on_against_opt_out: conflict.is_on_against_a_no, fault: conflict.fault }
    }
}
