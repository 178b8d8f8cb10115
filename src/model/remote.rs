//! A customer as a connected shop platform holds them, in placet's words.

use crate::consent::{Address, AddressKind, Channel, CountryCode, EmailAddress, PhoneNumber, PurposeSlug, Timestamp};

vocabulary! {
    /// The state of one field of a customer at the platform.
    RemoteState, "unknown state" {
        /// The platform sends messages.
        On = "on",
        /// The platform may send messages, but its word proves no opt-in.
        Unproven = "unproven",
        /// The customer has opted out.
        Out = "out",
        /// The platform sends no messages. It does not say whether the customer was ever asked.
        Off = "off",
        /// The customer was asked and did not tick the box.
        Declined = "declined",
        /// The platform has asked the customer to confirm.
        Pending = "pending",
        /// The platform has erased the customer.
        Redacted = "redacted",
        /// The platform cannot reach the address. That says nothing about consent.
        Invalid = "invalid",
        /// The platform holds nothing in this field any more.
        Absent = "absent",
        /// A word that placet does not know.
        Unknown = "unknown",
    }
}

/// One field of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteField {
    /// The name of the field in the mapping of the connection.
    pub name: String,
    /// The state at the platform.
    pub state: RemoteState,
    /// The time at which the customer chose so, if the platform keeps a time of consent that can be trusted.
    pub at: Option<Timestamp>,
}

/// A customer of the platform. A field that is absent is no opt-out.
#[derive(Clone, Debug, Default)]
pub struct RemoteCustomer {
    /// The platform's id of the customer.
    pub id: String,
    /// The email address.
    pub email: Option<EmailAddress>,
    /// The telephone number.
    pub phone: Option<PhoneNumber>,
    /// The country of the customer.
    pub country: Option<CountryCode>,
    /// The time at which the platform last changed the customer. It orders what the platform tells, and is no time of consent.
    pub version: Option<Timestamp>,
    /// Whether an absent address says nothing, because the platform tells of one channel alone.
    pub is_partial: bool,
    /// The fields.
    pub fields: Vec<RemoteField>,
}

impl RemoteCustomer {
    /// Returns the address of a kind.
    pub fn address(&self, kind: AddressKind) -> Option<Address> {
        match kind {
            AddressKind::Email => self.email.clone().map(Address::Email),
            AddressKind::Phone => self.phone.clone().map(Address::Phone),
            AddressKind::Push | AddressKind::Postal => None,
        }
    }
}

impl RemoteState {
    /// Returns whether the platform may send messages.
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On | Self::Unproven)
    }
}

/// One act of a person that the platform tells of, such as a box at the checkout. The platform holds no state of it.
#[derive(Clone, Debug)]
pub struct RemoteAct {
    /// The platform's id of the act, such as that of an order.
    pub id: String,
    /// The person; the fields are empty.
    pub person: RemoteCustomer,
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The choice of the person: on, out or declined.
    pub state: RemoteState,
    /// The time of the choice.
    pub at: Option<Timestamp>,
}

/// One message of a platform.
#[derive(Clone, Debug)]
pub enum Told {
    /// A customer, as the platform holds them now.
    Customer(RemoteCustomer),
    /// A customer has changed. The platform has to be asked what it holds.
    Read(String),
    /// The platform has deleted a customer. That is neither an opt-out nor an erasure.
    Deleted(String),
    /// A person has acted.
    Act(RemoteAct),
    /// The customer is to be erased.
    Erase(RemoteCustomer),
    /// The shop has disconnected placet at the platform.
    Disconnected,
}

/// A field of the platform, and the choices that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedField {
    /// The name of the field.
    pub field: String,
    /// The choices. The field is on only if all of them are, and off if any of them is.
    pub scopes: Vec<(Channel, PurposeSlug)>,
}

/// A field to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The name of the field.
    pub field: String,
    /// Whether the platform may send messages.
    pub on: bool,
    /// The time of the choice.
    pub at: Timestamp,
}
