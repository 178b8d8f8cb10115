//! The evidence for a ground, as it is stored and reported.

use serde::{Deserialize, Serialize};

use crate::consent::{Channel, Dealing, Evidence, Timestamp};
use crate::model::text::Line;

/// The evidence of one record. Fields without a value are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct KeptEvidence {
    /// The dealing between the person and the shop, such as a purchase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dealing: Option<Dealing>,
    /// The shop's reference for the purchase, contract or inquiry, such as an order number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Line>,
    /// Whether the person could refuse when the address was collected.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refusal_offered: bool,
    /// Whether only the shop's own similar products are advertised.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_similar_products: bool,
    /// The place where the balancing of interests is documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Line>,
    /// The reason why an employee entered the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Line>,
    /// The channel by which the confirmation came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_by: Option<Channel>,
    /// The id of the record that this record confirms: the opt-in by the anonymous form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub confirms: Option<String>,
    /// Whether the page had ticked the box for the person, who did not touch it. Such a box says nothing about the
    /// person's will (CJEU C-673/17).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pre_ticked: bool,
    /// The origin of the choice, as stated in an imported list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Line>,
    /// The IP address of the act, as stated in an imported list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ip: Option<Line>,
    /// The time at which the address was confirmed, as stated in an imported list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<Timestamp>,
    /// The IP address of the confirmation, as stated in an imported list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed_ip: Option<Line>,
}

impl KeptEvidence {
    /// Returns the evidence in the form that the consent logic judges.
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

    /// Returns whether there is no evidence.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
