//! What a shop keeps to show that a ground is there, as it is stored and reported.

use serde::{Deserialize, Serialize};

use crate::consent::{Channel, Dealing, Evidence, Timestamp};
use crate::model::text::Line;

/// The evidence of one record. What is absent is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct KeptEvidence {
    /// What happened between the person and the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dealing: Option<Dealing>,
    /// The shop's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Line>,
    /// Whether the person could refuse when the address was taken.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refusal_offered: bool,
    /// Whether only own similar products are advertised.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_similar_products: bool,
    /// Where the weighing of interests is written down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Line>,
    /// Why an employee entered it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// By which channel the confirmation came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<Channel>,
    /// The record that this one confirms: what the anonymous form had handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub confirms: Option<String>,
    /// Where a list says that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Line>,
    /// The IP address that a list has for the act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<Line>,
    /// When the address was confirmed, as a list has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// The IP address that a list has for the confirmation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_ip: Option<Line>,
}

impl KeptEvidence {
    /// The evidence as the logic weighs it.
    pub fn weighed(&self) -> Evidence<'_> {
        Evidence {
            dealing: self.dealing,
            reference: self.reference.as_ref().map(Line::as_str),
            refusal_offered: self.refusal_offered,
            own_similar_products: self.own_similar_products,
            assessment: self.assessment.as_ref().map(Line::as_str),
            reason: self.reason.as_ref().map(Line::as_str),
            confirmed_by: self.confirmed_by,
        }
    }

    /// Whether there is none at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
