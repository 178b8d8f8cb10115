//! The errors that the storefront reports to the shop's developer.

use crate::consent::Channel;
use crate::consent::Choice;

/// The reason why the storefront did not carry out a call, or carried out only a part of it. An error never contains an
/// address, because errors are written to logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// The notice shown is missing, or it has no id or version.
    NoNotice,
    /// No BCP 47 tag states the language of the notice.
    NoLocale,
    /// There is no choice.
    NoChoices,
    /// A consent box has no label, so nothing says what it is for.
    NoLabel(Channel),
    /// There is no field, or no value, for the address that a channel needs.
    NoAddress(Channel),
    /// The address for this channel is not valid. The choice was left out.
    BadAddress(Channel),
    /// The same channel and purpose occur twice.
    Repeated(Channel),
    /// The channel is unknown.
    UnknownChannel,
    /// The choice is unknown.
    UnknownChoice,
    /// The purpose is not a valid slug.
    BadPurpose,
    /// The page ticked a box, and not the person. It was recorded as declined.
    Preticked(Channel),
}

impl Error {
    /// Returns the stable code of the error, which is the `code` of a `PlacetError`.
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

    /// Returns what to do about the error, and the value that it is about. JavaScript joins the two texts.
    pub const fn message(self) -> (&'static str, &'static str) {
        match self {
            Self::NoNotice => ("set data-placet-notice, data-placet-version", ""),
            Self::NoLocale => ("set lang or locale, such as en-GB", ""),
            Self::NoChoices => ("set data-placet-channel, data-placet-purpose", ""),
            Self::NoLabel(channel) => ("label the box for ", channel.as_str()),
            Self::NoAddress(channel) => ("give an address for ", channel.as_str()),
            Self::BadAddress(channel) => ("no usable address for ", channel.as_str()),
            Self::Repeated(channel) => ("repeated choice for ", channel.as_str()),
            Self::UnknownChannel => (Channel::USE_ONE, ""),
            Self::UnknownChoice => (Choice::USE_ONE, ""),
            Self::BadPurpose => ("use a slug, such as newsletter", ""),
            Self::Preticked(channel) => ("the page ticked the box for ", channel.as_str()),
        }
    }
}
