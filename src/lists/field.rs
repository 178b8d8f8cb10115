//! What a column can be about.

use crate::consent::Channel;

vocabulary! {
    /// What a column is about. The placet profile has these names as its headers.
    Field, "unknown field" {
        /// A mailbox.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// The number that WhatsApp messages go to, where a file keeps it apart.
        Whatsapp = "whatsapp",
        /// A push subscription.
        Push = "push",
        /// Where letters go.
        Postal = "postal",
        /// An address of the kind that `kind` or the channel says.
        Address = "address",
        /// What kind of address `address` or `sha256` is.
        Kind = "kind",
        /// What a platform calls the person.
        External = "external",
        /// Where they live.
        Country = "country",
        /// In which part of it.
        Region = "region",
        /// As whom they are addressed.
        Relation = "relation",
        /// When they were born.
        Born = "born",
        /// The channel that the row is about.
        Channel = "channel",
        /// The purpose that it is about.
        Purpose = "purpose",
        /// What the person chose.
        Choice = "choice",
        /// What stands now, as exports of placet say it: the choice where there is none.
        Status = "status",
        /// Whether a no is an objection.
        Objection = "objection",
        /// The ground of a yes.
        Basis = "basis",
        /// What happened between the person and the shop.
        Dealing = "dealing",
        /// The shop's name for it.
        Reference = "reference",
        /// Whether the person could refuse when the address was taken.
        RefusalOffered = "refusal_offered",
        /// Whether only own similar products are advertised.
        OwnSimilarProducts = "own_similar_products",
        /// Where the weighing of interests is written down.
        Assessment = "assessment",
        /// When the person did it, yes or no.
        OccurredAt = "occurred_at",
        /// Since when it stands: when they did it, where nothing else says.
        Since = "since",
        /// When they said yes.
        OptedInAt = "opted_in_at",
        /// When they said no; by itself it says that they did.
        OptedOutAt = "opted_out_at",
        /// Where the list has it from.
        Origin = "origin",
        /// The IP address of the act.
        Ip = "ip",
        /// When the address was confirmed.
        ConfirmedAt = "confirmed_at",
        /// The IP address of the confirmation.
        ConfirmedIp = "confirmed_ip",
        /// Why: of a no, of an address that is not to be written to.
        Reason = "reason",
        /// The hash by which this very shop keeps an address.
        Hash = "hash",
        /// The SHA-256 of an address.
        Sha256 = "sha256",
        /// What the person chose for e-mail.
        EmailChoice = "email_choice",
        /// When.
        EmailAt = "email_at",
        /// A flag that says no to e-mail, or nothing.
        EmailRefused = "email_refused",
        /// Why a provider does not write to the address, acts of the person or not.
        EmailSuppressions = "email_suppressions",
        /// What the person chose for text messages.
        SmsChoice = "sms_choice",
        /// When.
        SmsAt = "sms_at",
        /// A flag that says no to text messages, or nothing.
        SmsRefused = "sms_refused",
        /// What the person chose for WhatsApp.
        WhatsappChoice = "whatsapp_choice",
        /// When.
        WhatsappAt = "whatsapp_at",
        /// A flag that says no to WhatsApp, or nothing.
        WhatsappRefused = "whatsapp_refused",
        /// What the person chose for offers of partners by e-mail.
        PartnerChoice = "partner_choice",
    }
}

impl Field {
    /// How many there are.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Whether a column of it can name a person.
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

    /// Whether the choice of a row can stand in it.
    pub(crate) const fn is_choice_of_the_row(self) -> bool {
        matches!(self, Self::Choice | Self::Status)
    }
}

/// The columns that a channel has of its own in the files of platforms.
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
    fn a_field_is_its_place_in_the_list() {
        for (place, field) in Field::ALL.iter().enumerate() {
            assert_eq!(*field as usize, place);
        }
    }
}
