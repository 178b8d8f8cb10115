//! What can be wrong, told to the shop's developer.

use crate::consent::Channel;

/// Why the storefront did not do what it was asked to, or did less. Never with an address in it: errors end up in logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The words shown are missing, or lack their id or version.
    NoNotice,
    /// Nothing says in BCP 47 which language the words are in.
    NoLocale,
    /// There is nothing to choose.
    NoChoices,
    /// A consent box has no label, so nothing says what it is for.
    NoLabel(Channel),
    /// There is no field, or no value, for the address that a channel needs.
    NoAddress(Channel),
    /// The address for this channel cannot be one; the choice was left out.
    BadAddress(Channel),
    /// One channel and purpose are asked about twice.
    Repeated(Channel),
    /// No such channel.
    UnknownChannel,
    /// No such choice.
    UnknownChoice,
    /// Not a purpose slug.
    BadPurpose,
    /// A box was ticked by the page and not by the person; it was recorded as declined.
    Preticked(Channel),
}

impl Error {
    /// The stable word for it, the `code` of a `PlacetError`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoNotice => "no_notice",
            Self::NoLocale => "no_locale",
            Self::NoChoices => "no_choices",
            Self::NoLabel(_) => "no_label",
            Self::NoAddress(_) => "no_address",
            Self::BadAddress(_) => "bad_address",
            Self::Repeated(_) => "repeated_choice",
            Self::UnknownChannel => "unknown_channel",
            Self::UnknownChoice => "unknown_choice",
            Self::BadPurpose => "bad_purpose",
            Self::Preticked(_) => "preticked",
        }
    }

    /// What to do about it, and the word that it is about. The two belong together; JavaScript joins them.
    pub const fn message(self) -> (&'static str, &'static str) {
        match self {
            Self::NoNotice => ("name the words shown: data-placet-notice, data-placet-version", ""),
            Self::NoLocale => ("tag the language of the words, such as en-GB: lang, locale", ""),
            Self::NoChoices => ("offer a choice: data-placet-channel, data-placet-purpose", ""),
            Self::NoLabel(channel) => ("label the box for ", channel.as_str()),
            Self::NoAddress(channel) => ("give an address for ", channel.as_str()),
            Self::BadAddress(channel) => ("no usable address for ", channel.as_str()),
            Self::Repeated(channel) => ("ask once for each purpose by ", channel.as_str()),
            Self::UnknownChannel => ("use email, sms, phone, whatsapp, push or post", ""),
            Self::UnknownChoice => ("use opt_in, opt_out or declined", ""),
            Self::BadPurpose => ("use a slug such as newsletter", ""),
            Self::Preticked(channel) => ("never tick a box for the person; recorded as declined: ", channel.as_str()),
        }
    }
}
