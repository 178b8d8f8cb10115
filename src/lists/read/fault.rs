//! What is wrong with a row, and what to do about it. No text of it repeats a cell.

use std::borrow::Cow;

use crate::consent::{Channel, CountryCode};
use crate::lists::field::Field;

/// Why a row is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// In which column, counted from 1; its header is in the layout. Nothing where the row as a whole is wrong.
    pub column: Option<usize>,
    /// What is wrong.
    pub what: Wrong,
}

/// Why somebody who takes rows does not take one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, as a word.
    pub code: &'static str,
    /// What to do about it.
    pub fix: &'static str,
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It can be read, and is not taken as it is.
    Refused(Refusal),
    /// A quote is opened and not closed.
    UnclosedQuote,
    /// Something stands between a closing quote and the end of its cell.
    MisplacedQuote,
    /// The row is longer than [`crate::lists::read::file::MAX_ROW`].
    RowTooLong,
    /// A cell is longer than [`crate::lists::read::file::MAX_CELL`].
    CellTooLong,
    /// The row has more cells than the header.
    TooManyCells {
        /// How many it has.
        cells: usize,
        /// How many the header has.
        columns: usize,
    },
    /// The line is no JSON object.
    NotJson,
    /// The object has a field that is not known.
    UnknownKey,
    /// The object has a field twice.
    RepeatedKey,
    /// A field is neither a text nor a whole number nor true or false.
    NotText,
    /// A cell holds a control character.
    ControlCharacter,
    /// No mail could be sent to it.
    BadEmail,
    /// It is no international number.
    BadPhone,
    /// It is a number as at home, and no country is known.
    NoPhoneCountry,
    /// It is no number of its country.
    BadNationalPhone {
        /// Which.
        country: CountryCode,
    },
    /// It is of no kind of address, or not of the kind that is said.
    BadAddress,
    /// It is no kind of address.
    BadKind,
    /// Nothing says what kind of address it is.
    NoKind,
    /// It is no external id.
    BadExternal,
    /// It is no SHA-256.
    BadHash,
    /// It is no time.
    BadTime,
    /// It is no date of birth.
    BadBirth,
    /// It is neither yes nor no.
    BadChoice,
    /// It is neither true nor false.
    BadFlag,
    /// It is no channel.
    UnknownChannel,
    /// The shop does not use this channel.
    ChannelOff {
        /// Which.
        channel: Channel,
    },
    /// The shop has no such purpose.
    UnknownPurpose,
    /// It is none of the words of its field.
    UnknownWord {
        /// Which field.
        field: Field,
    },
    /// It is longer than 200 characters, or has several lines.
    BadText,
    /// It is no reason why an address is not written to.
    BadReason,
    /// The row has no address.
    NoAddress,
    /// The row says yes to a channel and has no address for it.
    NoAddressFor {
        /// Which.
        channel: Channel,
    },
    /// The row has several addresses where one is meant.
    SeveralAddresses,
    /// The row has two numbers, and says something of each.
    TwoNumbers,
    /// A yes that names no channel.
    NoChannel,
    /// A yes that names no purpose.
    NoPurpose,
    /// The row says something twice of one channel and purpose.
    SaidTwice,
    /// The row says yes, and when the person said no.
    Contradiction,
}

impl RowFault {
    pub(crate) const fn of_row(what: Wrong) -> Self {
        Self { column: None, what }
    }

    /// What is wrong, as a word.
    pub const fn code(&self) -> &'static str {
        self.what.told().0
    }

    /// What is wrong, in words.
    pub fn problem(&self) -> Cow<'static, str> {
        match self.what {
            Wrong::TooManyCells { cells, columns } => {
                format!("the row has {cells} cells and the header {columns}").into()
            }
            Wrong::BadNationalPhone { country } => format!("not a telephone number of {}", country.as_str()).into(),
            Wrong::ChannelOff { channel } => format!("the shop does not use the channel {channel}").into(),
            Wrong::NoAddressFor { channel } => {
                format!("the row says yes to {channel} and has no address for it").into()
            }
            Wrong::UnknownWord { field } => format!("not a word that {field} has").into(),
            _ => self.what.told().1.into(),
        }
    }

    /// What to do about it.
    pub const fn fix(&self) -> &'static str {
        self.what.told().2
    }

    /// Both: what is wrong, and what to do.
    pub fn message(&self) -> String {
        format!("{}: {}", self.problem(), self.fix())
    }
}

impl Wrong {
    /// Its code, what is wrong, and the fix.
    const fn told(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Refused(Refusal { code, fix }) => (code, "the row cannot be taken as it is", fix),
            Self::UnclosedQuote => (
                "unclosed_quote",
                "a quote is opened and not closed",
                "close it, or write a quote that belongs to the cell twice and put the cell in quotes",
            ),
            Self::MisplacedQuote => (
                "misplaced_quote",
                "something stands between a closing quote and the end of its cell",
                "write a quote that belongs to the cell twice, or close the quote of an earlier cell",
            ),
            Self::RowTooLong => {
                ("row_too_long", "the row is longer than 256 KB", "shorten it, or check where its line ends")
            }
            Self::CellTooLong => ("cell_too_long", "a cell is longer than 64 KB", "shorten it"),
            Self::TooManyCells { .. } => (
                "too_many_cells",
                "the row has more cells than the header",
                "put a cell that holds the separator in quotes",
            ),
            Self::NotJson => ("not_json", "the line is not a JSON object", "write one object a line"),
            Self::UnknownKey => (
                "unknown_key",
                "the object has a field that is not known",
                "leave it out, or begin its name with placet_ to have it ignored",
            ),
            Self::RepeatedKey => ("repeated_key", "the object has a field twice", "leave one of them out"),
            Self::NotText => ("not_text", "neither a text nor a whole number", "write a text"),
            Self::ControlCharacter => ("control_character", "the cell holds a control character", "remove it"),
            Self::BadEmail => {
                ("bad_email", "not an e-mail address", "correct it, or leave the row out: no mail would arrive")
            }
            Self::BadPhone => ("bad_phone", "not an international telephone number", "write + and 7 to 15 digits"),
            Self::NoPhoneCountry => (
                "no_phone_country",
                "a telephone number without a country",
                "write it with + and the code of its country, or give country= with the import",
            ),
            Self::BadNationalPhone { .. } => (
                "bad_phone",
                "not a telephone number of its country",
                "correct it, or write it with + and the code of its country",
            ),
            Self::BadAddress => ("bad_address", "not an address of its kind", "correct it, or leave the row out"),
            Self::BadKind => ("bad_kind", "not a kind of address", "write email, phone, push or postal"),
            Self::NoKind => (
                "no_kind",
                "nothing says what kind of address it is",
                "add a column kind with email or phone, or give channel= with the import",
            ),
            Self::BadExternal => {
                ("bad_external", "not an external id", "write the platform, a colon and the id, such as shopify:123")
            }
            Self::BadHash => ("bad_hash", "not a SHA-256", "write 64 hexadecimal digits"),
            Self::BadTime => (
                "bad_time",
                "not a time",
                "write it as 2026-11-23T10:00:00Z or 2026-11-23 10:00:00 (UTC), or leave it empty",
            ),
            Self::BadBirth => ("bad_birth", "not a date of birth", "write it as 1990-05-01"),
            Self::BadChoice => (
                "bad_choice",
                "neither yes nor no",
                "write opt_in, opt_out, yes, no, subscribed or unsubscribed, or leave it empty",
            ),
            Self::BadFlag => ("bad_flag", "neither yes nor no", "write true or false"),
            Self::UnknownChannel => {
                ("unknown_channel", "not a channel", "write email, sms, phone, whatsapp, push or post")
            }
            Self::ChannelOff { .. } => (
                "channel_off",
                "the shop does not use this channel",
                "leave the row out, or add the channel to the shop's settings",
            ),
            Self::UnknownPurpose => {
                ("unknown_purpose", "not a purpose of the shop", "write one of the purposes in the shop's settings")
            }
            Self::UnknownWord { field } => ("unknown_word", "not a word of its field", words_of(field)),
            Self::BadText => {
                ("bad_text", "longer than 200 characters, or several lines", "shorten it to a line of 200 characters")
            }
            Self::BadReason => (
                "bad_reason",
                "not a reason for a suppression",
                "write asked, complained, bounced, deceased, ordered, erased or other, or leave it empty",
            ),
            Self::NoAddress => (
                "no_address",
                "the row has no address",
                "fill in an e-mail address or a telephone number, or leave it out",
            ),
            Self::NoAddressFor { .. } => (
                "no_address",
                "the row has no address for its channel",
                "fill in the address, or leave the choice empty",
            ),
            Self::SeveralAddresses => (
                "several_addresses",
                "a row of a suppression list names one address",
                "write a row for each, or give channel= with the import",
            ),
            Self::TwoNumbers => ("two_numbers", "the row has two different numbers", "write a row for each"),
            Self::NoChannel => ("no_channel", "a yes needs a channel", "name it, or give channel= with the import"),
            Self::NoPurpose => ("no_purpose", "a yes needs a purpose", "name it, or give purpose= with the import"),
            Self::SaidTwice => (
                "said_twice",
                "the row says something twice of one channel and purpose",
                "leave one of the columns empty",
            ),
            Self::Contradiction => {
                ("contradiction", "the row says yes, and also when the person said no", "leave one of the two empty")
            }
        }
    }
}

const fn words_of(field: Field) -> &'static str {
    match field {
        Field::Basis => "write consent, soft_opt_in, implied, legitimate_interest or contract",
        Field::Dealing => "write purchase, contract, negotiation, free_account, inquiry or support",
        Field::Relation => "write consumer or business",
        Field::EmailSuppressions => "write UNSUBSCRIBE, SPAM_COMPLAINT, HARD_BOUNCE, INVALID_EMAIL or USER_SUPPRESSED",
        _ => "write one of the words that are known",
    }
}
