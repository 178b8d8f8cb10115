//! The reasons why a file cannot be read, and what to do. No text repeats content of the file.

use std::borrow::Cow;

use crate::consent::{Channel, PurposeSlug};
use crate::platforms::field::Field;

/// The reason why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// The file is empty.
    Empty,
    /// The file is UTF-16.
    Utf16,
    /// The file is not text.
    Binary,
    /// No column of the file identifies a contact.
    HeaderMissing {
        /// The number of columns.
        columns: usize,
    },
    /// The header line does not end within [`crate::lists::MAX_HEADER`].
    HeaderTooLong,
    /// The header line has a quote that is not closed, or that is closed in the middle of a cell.
    BrokenHeader,
    /// There are more columns than [`crate::lists::MAX_COLUMNS`].
    TooManyColumns {
        /// The number of columns.
        columns: usize,
    },
    /// Two columns are for the same field.
    DuplicateHeader {
        /// The field.
        field: Field,
        /// The two columns, counted from 1.
        columns: [usize; 2],
    },
    /// The sender's mapping names a field that does not exist.
    UnknownField {
        /// The name that was given.
        field: String,
    },
    /// The sender's mapping names a header that the file does not have.
    UnknownHeader {
        /// The field that the header is for.
        field: Field,
    },
    /// The sender's mapping names a header or a field twice.
    MappedTwice {
        /// The field.
        field: Field,
    },
    /// The profile has no files of JSON lines.
    NotCsv,
    /// Neither the file nor the import options name a purpose.
    NoPurpose,
    /// Neither the file nor the import options name a channel.
    NoChannel,
    /// Neither the file nor the import options contain a choice.
    NoChoice,
    /// The shop has no such purpose.
    UnknownPurpose {
        /// The purpose that was named.
        purpose: PurposeSlug,
    },
    /// The shop does not use the channel.
    ChannelOff {
        /// The channel.
        channel: Channel,
    },
    /// No column contains addresses for the channel.
    NoAddressColumn {
        /// The channel.
        channel: Channel,
    },
    /// The file itself says that these contacts must not be written to, but the import options say that they opted in.
    ListContradicted,
}

impl LayoutError {
    /// Returns the code of the error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty_file",
            Self::Utf16 => "utf_16",
            Self::Binary => "not_text",
            Self::HeaderMissing { .. } => "header_missing",
            Self::HeaderTooLong => "header_too_long",
            Self::BrokenHeader => "broken_header",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::DuplicateHeader { .. } => "duplicate_header",
            Self::UnknownField { .. } => "unknown_field",
            Self::UnknownHeader { .. } => "unknown_header",
            Self::MappedTwice { .. } => "mapped_twice",
            Self::NotCsv => "not_csv",
            Self::NoPurpose => "no_purpose",
            Self::NoChannel => "no_channel",
            Self::NoChoice => "no_choice",
            Self::UnknownPurpose { .. } => "unknown_purpose",
            Self::ChannelOff { .. } => "channel_off",
            Self::NoAddressColumn { .. } => "no_address_column",
            Self::ListContradicted => "list_contradicted",
        }
    }

    /// Returns the line of the file that is wrong, if the error concerns a line.
    pub const fn line(&self) -> Option<u64> {
        match self {
            Self::HeaderMissing { .. }
            | Self::HeaderTooLong
            | Self::BrokenHeader
            | Self::TooManyColumns { .. }
            | Self::DuplicateHeader { .. } => Some(1),
            _ => None,
        }
    }

    /// Returns what is wrong and what to do, in words.
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "the file is empty: choose another file".into(),
            Self::Utf16 => "the file is UTF-16: save it as CSV in UTF-8".into(),
            Self::Binary => "the file is not a text file: save the spreadsheet as CSV in UTF-8".into(),
            Self::HeaderMissing { columns } => format!(
                "none of the {columns} columns has a header for addresses, such as email or phone: the header line is \
                 probably missing. Add one, or name the column with columns=email:Header"
            )
            .into(),
            Self::HeaderTooLong => {
                "the first line is longer than 64 KB: it must contain the names of the columns".into()
            }
            Self::BrokenHeader => {
                "the first line has a quotation mark that is not closed, or closed within a cell: correct that line"
                    .into()
            }
            Self::TooManyColumns { columns } => {
                format!("the file has {columns} columns, but may have 1,000: remove those that nobody needs").into()
            }
            Self::DuplicateHeader { field, columns: [first, second] } => {
                format!("the columns {first} and {second} are both read as {field}: rename or remove one of them")
                    .into()
            }
            // The text of the caller is not repeated: it might be an address.
            Self::UnknownField { .. } => {
                let fields: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
                format!(
                    "columns= names a field that does not exist: write it as pairs field:Header, with one of {}",
                    fields.join(", ")
                )
                .into()
            }
            Self::UnknownHeader { field } => format!(
                "the header that columns= gives for {field} is not in the file: write it as it is in the first line"
            )
            .into(),
            Self::MappedTwice { field } => format!("columns= names {field} or its header twice: remove one").into(),
            Self::NotCsv => "the file is JSON lines, which this profile does not support: leave out profile=".into(),
            Self::NoPurpose => "the purpose is not known: add a column purpose, or give purpose=".into(),
            Self::NoChannel => "the channel is not known: add a column channel, or give channel=".into(),
            Self::NoChoice => {
                "the file does not say who opted in or out: give list=opted_in, list=opted_out or list=suppressed, \
                 or name the column with the choices with columns=choice:Header"
                    .into()
            }
            Self::UnknownPurpose { purpose } => {
                format!("the shop has no purpose {purpose}: use one from its settings, or add it there first").into()
            }
            Self::ChannelOff { channel } => {
                format!("the shop does not use the channel {channel}: use one from its settings, or add it there")
                    .into()
            }
            Self::NoAddressColumn { channel } => format!(
                "no column contains addresses for {channel}: add one, or name it with columns={}:Header",
                channel.address_kind()
            )
            .into(),
            Self::ListContradicted => {
                "the name or the columns of the file say that these contacts must not be written to: \
                 leave out list=, or choose the file of the subscribed contacts"
                    .into()
            }
        }
    }
}

impl std::fmt::Display for LayoutError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for LayoutError {}
