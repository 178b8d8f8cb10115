//! The channels: one table. To add a channel, add it to the vocabulary, to the codes and to the facts.

use crate::consent::words::AddressKind;

vocabulary! {
    /// A way to reach a person.
    Channel, "unknown channel" {
        /// Electronic mail.
        Email = "email",
        /// Text messages.
        Sms = "sms",
        /// Telephone calls.
        Phone = "phone",
        /// WhatsApp messages.
        Whatsapp = "whatsapp",
        /// Notifications of a browser or an app.
        Push = "push",
        /// Letters.
        Post = "post",
    }
}

codes! {
    Channel {
        Email = 0,
        Sms = 1,
        Phone = 2,
        Whatsapp = 3,
        Push = 4,
        Post = 5,
    }
}

/// The properties of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    /// The kind of address that the channel needs.
    address_kind: AddressKind,
    /// Whether a person can answer a message with a keyword such as STOP.
    can_reply: bool,
}

impl Facts {
    const fn of(address_kind: AddressKind, can_reply: bool) -> Self {
        Self { address_kind, can_reply }
    }
}

impl Channel {
    const fn facts(self) -> Facts {
        match self {
            Self::Email => Facts::of(AddressKind::Email, false),
            Self::Sms | Self::Whatsapp => Facts::of(AddressKind::Phone, true),
            Self::Phone => Facts::of(AddressKind::Phone, false),
            Self::Push => Facts::of(AddressKind::Push, false),
            Self::Post => Facts::of(AddressKind::Postal, false),
        }
    }

    /// Returns the kind of address that this channel needs.
    pub const fn address_kind(self) -> AddressKind {
        self.facts().address_kind
    }

    /// Returns whether a person can answer a message with a keyword such as STOP.
    pub const fn can_reply(self) -> bool {
        self.facts().can_reply
    }
}
