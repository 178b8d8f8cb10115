//! What is told of records that were added.

use serde::Serialize;
use uuid::Uuid;

use super::outbox::{EventType, emit};
use super::shop::Shop;
use super::{Database, DatabaseError, Moment};
use crate::consent::{Assurance, Channel, Choice, PurposeSlug, Track};

/// One record that was added.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Change {
    /// The record.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub record: String,
    /// The channel; `null` for all.
    pub channel: Option<Channel>,
    /// The purpose; `null` for all.
    pub purpose: Option<PurposeSlug>,
    /// The choice.
    pub choice: Option<Choice>,
    /// How we know.
    pub assurance: Assurance,
}

impl Change {
    pub(super) fn of(track: &Track) -> Self {
        Self {
            record: track.record.0.to_string(),
            channel: track.scope.channel,
            purpose: track.scope.purpose.clone(),
            choice: track.act.choice(),
            assurance: track.assurance,
        }
    }
}

/// Tells that records were added to a contact.
pub(super) fn consent_changed<D: Database>(
    tx: &D,
    shop: &Shop,
    contact: Uuid,
    changes: &[Change],
    moment: &Moment<'_>,
) -> Result<(), DatabaseError> {
    #[derive(Serialize)]
    struct Data<'a> {
        contact: String,
        changes: &'a [Change],
    }
    if changes.is_empty() {
        return Ok(());
    }
    emit(tx, shop, EventType::ConsentChanged, &Data { contact: contact.to_string(), changes }, moment)
}
