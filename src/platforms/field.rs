//! The fields that a column can hold.

use crate::consent::Channel;

vocabulary! {
    /// The field that a column holds. The placet profile uses these names as headers.
    Field, "unknown field" {
        /// An email address.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// The telephone number for WhatsApp messages, if the file has a separate column for it.
        Whatsapp = "whatsapp",
        /// A push subscription.
        Push = "push",
        /// A postal address.
        Postal = "postal",
        /// An address of the kind that `kind` or the channel says.
        Address = "address",
        /// The kind of the address in `address` or `sha256`.
        Kind = "kind",
        /// The id of the contact on a platform.
        External = "external",
        /// The country where the person lives.
        Country = "country",
        /// The region of that country.
        Region = "region",
        /// The role in which the person is addressed: `consumer` or `business`.
        Relation = "relation",
        /// The date of birth.
        Born = "born",
        /// The channel that the row is about.
        Channel = "channel",
        /// The purpose that the row is about.
        Purpose = "purpose",
        /// The choice of the person.
        Choice = "choice",
        /// The current status, as exports of placet write it. It is read as the choice if the row has no other choice.
        Status = "status",
        /// Whether an opt-out is an objection.
        Objection = "objection",
        /// The basis of an opt-in.
        Basis = "basis",
        /// The dealing between the person and the shop.
        Dealing = "dealing",
        /// The shop's reference for the dealing.
        Reference = "reference",
        /// Whether the person could refuse when the address was collected.
        RefusalOffered = "refusal_offered",
        /// Whether the shop advertises only its own similar products.
        OwnSimilarProducts = "own_similar_products",
        /// The document that balances the interests.
        Assessment = "assessment",
        /// The time of the opt-in or opt-out.
        OccurredAt = "occurred_at",
        /// The time since which the choice is in force. It is read as the time of the choice if no other column gives
        /// that time.
        Since = "since",
        /// The time of the opt-in.
        OptedInAt = "opted_in_at",
        /// The time of the opt-out. Without any other choice in the row it counts as an opt-out.
        OptedOutAt = "opted_out_at",
        /// The source of the data in the list.
        Origin = "origin",
        /// The IP address of the act.
        Ip = "ip",
        /// The time when the address was confirmed.
        ConfirmedAt = "confirmed_at",
        /// The IP address of the confirmation.
        ConfirmedIp = "confirmed_ip",
        /// The reason for an opt-out or a suppression.
        Reason = "reason",
        /// The keyed hash under which this shop stores an address.
        Hash = "hash",
        /// The SHA-256 of an address, as 64 hexadecimal digits.
        Sha256 = "sha256",
        /// The choice for email.
        EmailChoice = "email_choice",
        /// The time of the choice for email.
        EmailAt = "email_at",
        /// A flag: true is an opt-out from email, false says nothing.
        EmailRefused = "email_refused",
        /// The reasons why a provider does not write to the address. Some are acts of the person, others are not.
        EmailSuppressions = "email_suppressions",
        /// The choice for text messages.
        SmsChoice = "sms_choice",
        /// The time of the choice for text messages.
        SmsAt = "sms_at",
        /// A flag: true is an opt-out from text messages, false says nothing.
        SmsRefused = "sms_refused",
        /// The choice for WhatsApp.
        WhatsappChoice = "whatsapp_choice",
        /// The time of the choice for WhatsApp.
        WhatsappAt = "whatsapp_at",
        /// A flag: true is an opt-out from WhatsApp, false says nothing.
        WhatsappRefused = "whatsapp_refused",
        /// The choice for offers of partners by email.
        PartnerChoice = "partner_choice",
    }
}

impl Field {
    /// The number of fields.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Returns whether a column with this field can identify a contact.
    pub const fn names_a_person(self) -> bool {
        matches!(
            self,
            Self::Email
                | Self::Phone
                | Self::Whatsapp
                | Self::Push
                | Self::Postal
                | Self::Address
                | Self::Hash
                | Self::Sha256
        )
    }

    /// Returns whether this field can hold the choice of the row as a whole.
    pub(crate) const fn is_choice_of_the_row(self) -> bool {
        matches!(self, Self::Choice | Self::Status)
    }
}

/// The columns for a single channel in the files of platforms.
pub(crate) struct ChannelFields {
    pub(crate) channel: Channel,
    pub(crate) choice: Field,
    pub(crate) at: Field,
    pub(crate) refused: Field,
}

pub(crate) const CHANNEL_FIELDS: &[ChannelFields] = &[
    ChannelFields {
        channel: Channel::Email,
        choice: Field::EmailChoice,
        at: Field::EmailAt,
        refused: Field::EmailRefused,
    },
    ChannelFields { channel: Channel::Sms, choice: Field::SmsChoice, at: Field::SmsAt, refused: Field::SmsRefused },
    ChannelFields {
        channel: Channel::Whatsapp,
        choice: Field::WhatsappChoice,
        at: Field::WhatsappAt,
        refused: Field::WhatsappRefused,
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_field_is_its_index_in_the_list() {
        for (place, field) in Field::ALL.iter().enumerate() {
            assert_eq!(*field as usize, place);
        }
    }
}
