//! The faults of rows, and how to correct them. No text repeats the content of a cell.

use std::borrow::Cow;

use crate::consent::{Channel, CountryCode};
use crate::platforms::field::Field;

/// The fault for which a row is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowFault {
    /// The number of the column, counted from 1. Its header is in the layout. `None` if the row as a whole is wrong.
    pub column: Option<usize>,
    /// The problem.
    pub what: Wrong,
}

/// The reason why the receiver of the rows refuses a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code of the reason.
    pub code: &'static str,
    /// The way to correct the row, in words.
    pub fix: &'static str,
}

/// The problem with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The row can be read, but the receiver refuses it.
    Refused(Refusal),
    /// A quote is not closed.
    UnclosedQuote,
    /// There is text between a closing quote and the end of its cell.
    MisplacedQuote,
    /// The row is longer than [`crate::lists::MAX_ROW`].
    RowTooLong,
    /// A cell is longer than [`crate::lists::MAX_CELL`].
    CellTooLong,
    /// The row has more cells than the header.
    TooManyCells {
        /// The number of cells in the row.
        cells: usize,
        /// The number of columns in the header.
        columns: usize,
    },
    /// The line is not a JSON object.
    NotJson,
    /// The object has a field that is not known.
    UnknownKey,
    /// The object has a field twice.
    RepeatedKey,
    /// A field is not a text, a whole number, true or false.
    NotText,
    /// A cell contains a control character.
    ControlCharacter,
    /// The text is not an email address.
    BadEmail,
    /// The text is not an international telephone number.
    BadPhone,
    /// The telephone number has no country code, and no country is known.
    NoPhoneCountry,
    /// The text is not a telephone number of the country.
    BadNationalPhone {
        /// The country.
        country: CountryCode,
    },
    /// The text is not an address of its kind.
    BadAddress,
    /// The text is not a kind of address.
    BadKind,
    /// The kind of the address is not known.
    NoKind,
    /// The text is not an external id.
    BadExternal,
    /// The text is not a hash.
    BadHash,
    /// The text is not a time.
    BadTime,
    /// The text is not a date of birth.
    BadBirth,
    /// The text is not a choice.
    BadChoice,
    /// The text is neither true nor false.
    BadFlag,
    /// The text is not a channel.
    UnknownChannel,
    /// The shop does not use this channel.
    ChannelOff {
        /// The channel.
        channel: Channel,
    },
    /// The shop has no such purpose.
    UnknownPurpose,
    /// The text is not one of the words of its field.
    UnknownWord {
        /// The field.
        field: Field,
    },
    /// The text is longer than 200 characters, or has several lines.
    BadText,
    /// The text is not a reason for a suppression.
    BadReason,
    /// The row has no address.
    NoAddress,
    /// The row opts in to a channel and has no address for it.
    NoAddressFor {
        /// The channel.
        channel: Channel,
    },
    /// The row has several addresses, but only one is allowed.
    SeveralAddresses,
    /// The row has two telephone numbers, and a choice for each.
    TwoNumbers,
    /// An opt-in names no channel.
    NoChannel,
    /// An opt-in names no purpose.
    NoPurpose,
    /// The row has two choices for the same channel and purpose.
    SaidTwice,
    /// One cell of the row opts in, and another says otherwise.
    Contradiction,
    /// The row has an opt-in or no choice, and seems to opt out in a column that is not read.
    UnreadOptOut,
    /// The row has an opt-in, but its list is of people who have opted out.
    ListContradicted,
}

impl RowFault {
    pub(crate) const fn of_row(what: Wrong) -> Self {
        Self { column: None, what }
    }

    /// Returns the code of the fault.
    pub const fn code(&self) -> &'static str {
        self.what.texts().0
    }

    /// Returns the problem in words.
    pub fn problem(&self) -> Cow<'static, str> {
        match self.what {
            Wrong::TooManyCells { cells, columns } => {
                format!("the row has {cells} cells, but the header has {columns}").into()
            }
            Wrong::BadNationalPhone { country } => format!("not a telephone number in {}", country.as_str()).into(),
            Wrong::ChannelOff { channel } => format!("the shop does not use the channel {channel}").into(),
            Wrong::NoAddressFor { channel } => {
                format!("the row opts in to {channel}, but has no address for it").into()
            }
            Wrong::UnknownWord { field } => format!("not an allowed value of {field}").into(),
            _ => self.what.texts().1.into(),
        }
    }

    /// Returns the way to correct the row, in words.
    pub const fn fix(&self) -> &'static str {
        self.what.texts().2
    }

    /// Returns the problem and the way to correct it.
    pub fn message(&self) -> String {
        format!("{}: {}", self.problem(), self.fix())
    }
}

impl Wrong {
    /// Returns the code, the problem and the way to correct it.
    const fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Refused(Refusal { code, fix }) => (code, "the row cannot be imported as it is", fix),
            Self::UnclosedQuote => (
                "unclosed_quote",
                "a quotation mark is not closed",
                "close it; if it belongs to the text, write it twice and put the whole cell in quotation marks",
            ),
            Self::MisplacedQuote => (
                "misplaced_quote",
                "there is text between a closing quotation mark and the end of the cell",
                "write a quotation mark that belongs to the text twice, or close the one of an earlier cell",
            ),
            Self::RowTooLong => {
                ("row_too_long", "the row is longer than 256 KB", "shorten it, or check where the line ends")
            }
            Self::CellTooLong => ("cell_too_long", "a cell is longer than 64 KB", "shorten it"),
            Self::TooManyCells { .. } => (
                "too_many_cells",
                "the row has more cells than the header",
                "put a cell that contains the separator in quotation marks",
            ),
            Self::NotJson => ("not_json", "the line is not a JSON object", "write one object on each line"),
            Self::UnknownKey => (
                "unknown_key",
                "the object has an unknown field",
                "remove the field, or begin its name with placet_ so that it is ignored",
            ),
            Self::RepeatedKey => ("repeated_key", "the object has a field twice", "remove one of them"),
            Self::NotText => ("not_text", "not a text, a whole number, true or false", "write a text"),
            Self::ControlCharacter => ("control_character", "the cell contains a control character", "remove it"),
            Self::BadEmail => {
                ("bad_email", "not a valid email address", "correct it, or leave the row out: no mail would arrive")
            }
            Self::BadPhone => ("bad_phone", "not a valid international telephone number", "write + and 7 to 15 digits"),
            Self::NoPhoneCountry => (
                "no_phone_country",
                "the country of the telephone number is not known",
                "write it with + and its country code, or give country= with the import",
            ),
            Self::BadNationalPhone { .. } => (
                "bad_phone",
                "not a telephone number in its country",
                "correct it, or write it with + and its country code",
            ),
            Self::BadAddress => ("bad_address", "not a valid address of its kind", "correct it, or leave the row out"),
            Self::BadKind => ("bad_kind", "not a kind of address", "write email, phone, push or postal"),
            Self::NoKind => (
                "no_kind",
                "the kind of the address is not known",
                "add a column kind with email or phone, or give channel= with the import",
            ),
            Self::BadExternal => {
                ("bad_external", "not an external id", "write the platform, a colon and the id, such as shopify:123")
            }
            Self::BadHash => ("bad_hash", "not a valid hash", "write 64 hexadecimal digits, or a hash from this shop"),
            Self::BadTime => (
                "bad_time",
                "not a valid time",
                "write it as 2026-11-23T10:00:00Z or 2026-11-23 10:00:00 (UTC), or leave the cell empty",
            ),
            Self::BadBirth => ("bad_birth", "not a valid date of birth", "write it as 1990-05-01"),
            Self::BadChoice => (
                "bad_choice",
                "not a known choice",
                "write opt_in, opt_out, yes, no, subscribed or unsubscribed, or leave the cell empty",
            ),
            Self::BadFlag => ("bad_flag", "not a known choice", "write true or false"),
            Self::UnknownChannel => ("unknown_channel", "not a channel", Channel::USE_ONE),
            Self::ChannelOff { .. } => (
                "channel_off",
                "the shop does not use this channel",
                "leave the row out, or add the channel in the shop's settings",
            ),
            Self::UnknownPurpose => {
                ("unknown_purpose", "not a purpose of the shop", "write one of the purposes in the shop's settings")
            }
            Self::UnknownWord { field } => ("unknown_word", "not an allowed value", words_of(field)),
            Self::BadText => {
                ("bad_text", "longer than 200 characters, or several lines", "write one line of up to 200 characters")
            }
            Self::BadReason => (
                "bad_reason",
                "not a reason for a suppression",
                "write asked, complained, bounced, deceased, ordered, erased or other, or leave the cell empty",
            ),
            Self::NoAddress => (
                "no_address",
                "the row has no address",
                "fill in an email address or a telephone number, or leave the row out",
            ),
            Self::NoAddressFor { .. } => (
                "no_address",
                "the row has no address for its channel",
                "fill in the address, or leave the choice empty",
            ),
            Self::SeveralAddresses => (
                "several_addresses",
                "the row has several addresses, but only one is allowed",
                "write one row for each address, or give channel= with the import",
            ),
            Self::TwoNumbers => ("two_numbers", "the row has two telephone numbers", "write a row for each"),
            Self::NoChannel => ("no_channel", "an opt-in needs a channel", "name it, or give channel= with the import"),
            Self::NoPurpose => ("no_purpose", "an opt-in needs a purpose", "name it, or give purpose= with the import"),
            Self::SaidTwice => (
                "said_twice",
                "the row has two choices for the same channel and purpose",
                "leave one of the columns empty",
            ),
            Self::Contradiction => (
                "contradiction",
                "one cell of the row opts in and another says otherwise",
                "leave the cell that is wrong empty",
            ),
            Self::UnreadOptOut => (
                "unread_opt_out",
                "the row seems to opt out in a column that placet does not read",
                "map the column by columns= to opted_out_at, email_refused, sms_refused or whatsapp_refused, or remove it",
            ),
            Self::ListContradicted => (
                "list_contradicted",
                "the row has an opt-in, but its list is of people who have opted out",
                "correct the choice, or import the row without list=opted_out",
            ),
        }
    }
}

const fn words_of(field: Field) -> &'static str {
    match field {
        Field::Basis => "write consent, soft_opt_in, implied, legitimate_interest or contract",
        Field::Dealing => "write purchase, contract, negotiation, free_account, inquiry or support",
        Field::Relation => "write consumer or business",
        Field::EmailSuppressions => "write UNSUBSCRIBE, SPAM_COMPLAINT, HARD_BOUNCE, INVALID_EMAIL or USER_SUPPRESSED",
        _ => "write one of the known words",
    }
}
