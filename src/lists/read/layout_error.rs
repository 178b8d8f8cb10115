//! Why a file cannot be understood, and what to do. No text of it repeats what stands in the file.

use std::borrow::Cow;

use crate::consent::{Channel, PurposeSlug};
use crate::lists::field::Field;

/// Why a file cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LayoutError {
    /// There is nothing in it.
    Empty,
    /// It is UTF-16.
    Utf16,
    /// It is no text.
    Binary,
    /// None of its columns names a person.
    HeaderMissing {
        /// How many columns there are.
        columns: usize,
    },
    /// The header line does not end within [`crate::lists::read::column::MAX_HEADER`].
    HeaderTooLong,
    /// The header line has a quote that is not closed, or closed amid a cell.
    BrokenHeader,
    /// There are more columns than [`crate::lists::read::column::MAX_COLUMNS`].
    TooManyColumns {
        /// How many.
        columns: usize,
    },
    /// Two columns are about the same.
    DuplicateHeader {
        /// About what.
        field: Field,
        /// Which columns, counted from 1.
        columns: [usize; 2],
    },
    /// An own mapping names a field that there is not.
    UnknownField {
        /// As it was named.
        field: String,
    },
    /// An own mapping names a header that the file does not have.
    UnknownHeader {
        /// The field that was to be there.
        field: Field,
    },
    /// An own mapping names a header or a field twice.
    MappedTwice {
        /// The field.
        field: Field,
    },
    /// A profile that has no files of JSON lines.
    NotCsv,
    /// Nothing says what for.
    NoPurpose,
    /// Nothing says by which channel.
    NoChannel,
    /// Nothing says yes or no.
    NoChoice,
    /// The shop has no such purpose.
    UnknownPurpose {
        /// Which.
        purpose: PurposeSlug,
    },
    /// The shop does not use this channel.
    ChannelOff {
        /// Which.
        channel: Channel,
    },
    /// No column has addresses for the channel.
    NoAddressColumn {
        /// Which.
        channel: Channel,
    },
    /// The file says of itself that these people are not to be written to, and the import that they are.
    ListContradicted,
}

impl LayoutError {
    /// What is wrong, as a word.
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

    /// The line of the file that is to blame, where it is one.
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

    /// What is wrong and what to do.
    pub fn message(&self) -> Cow<'static, str> {
        match self {
            Self::Empty => "the file is empty: choose another".into(),
            Self::Utf16 => "the file is UTF-16: save it as CSV in UTF-8".into(),
            Self::Binary => "the file is not text: save the sheet as CSV in UTF-8".into(),
            Self::HeaderMissing { columns } => format!(
                "none of the {columns} columns has a header that names a person, such as email or phone: probably the \
                 header line is missing. Add one, or say with columns=email:Header which column is which"
            )
            .into(),
            Self::HeaderTooLong => {
                "the first line does not end within 64 KB: it should be the names of the columns".into()
            }
            Self::BrokenHeader => {
                "the first line has a quote that is not closed, or closed amid a cell: correct the names of the columns"
                    .into()
            }
            Self::TooManyColumns { columns } => {
                format!("the file has {columns} columns and may have 1,000: leave out those that nobody needs").into()
            }
            Self::DuplicateHeader { field, columns: [first, second] } => {
                format!("the columns {first} and {second} are both headed as {field}: rename or remove one of them")
                    .into()
            }
            Self::UnknownField { field } => {
                let fields: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
                format!(
                    "there is no field {field:?}: columns= takes pairs field:Header, with one of {}",
                    fields.join(", ")
                )
                .into()
            }
            Self::UnknownHeader { field } => format!(
                "the header that columns= gives for {field} is not in the file: write it as the first line does"
            )
            .into(),
            Self::MappedTwice { field } => format!("columns= names {field} or its header twice: leave one out").into(),
            Self::NotCsv => "the file is lines of JSON, which this profile does not have: leave profile= out".into(),
            Self::NoPurpose => "nothing says what for: add a column purpose, or give purpose=".into(),
            Self::NoChannel => "nothing says by which channel: add a column channel, or give channel=".into(),
            Self::NoChoice => {
                "nothing in the file says yes or no: give list=opted_in, list=opted_out or list=suppressed, \
                 or say with columns=choice:Header which column does"
                    .into()
            }
            Self::UnknownPurpose { purpose } => {
                format!("the shop has no purpose {purpose}: use one of its settings, or add it there first").into()
            }
            Self::ChannelOff { channel } => {
                format!("the shop does not use the channel {channel}: use one of its settings, or add it there first")
                    .into()
            }
            Self::NoAddressColumn { channel } => format!(
                "no column has addresses for {channel}: add one, or say with columns={}:Header which it is",
                channel.address_kind()
            )
            .into(),
            Self::ListContradicted => {
                "the file is of people who are not to be written to, by its name or its columns: \
                 leave list= out, or choose the file of those who subscribed"
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
