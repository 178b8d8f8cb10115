//! The answers of the import routes.

use serde::Serialize;

use crate::api::problem::Problem;
use crate::api::query::Query;
#[cfg(feature = "contract")]
use crate::api::schema;
use crate::consent::{Channel, PurposeSlug, Timestamp};
use crate::ledger::{Counts, Import, ImportState};
use crate::lists::{Format, Layout, ListKind, Profile};

/// An import: the options and the layout of the file, the progress, and the counts of its rows.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ImportAnswer {
    /// The id of the import.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// The state of the import.
    state: ImportState,
    /// Whether this is a dry run: the import writes nothing and only reports what it would do.
    dry_run: bool,
    /// The caller's name for the file; `null` if none was given.
    name: Option<String>,
    /// The kind of list. It gives the meaning of rows that state no choice themselves; `null` if it is not known.
    list: Option<ListKind>,
    /// The channel of rows that do not state one; `null` if it is not known.
    channel: Option<Channel>,
    /// The purpose of rows that do not state one; `null` if it is not known.
    #[cfg_attr(feature = "contract", schemars(with = "Option<PurposeSlug>"))]
    purpose: Option<PurposeSlug>,
    /// The platform whose columns the file has, as given by the caller or recognised from the headers; `null` for
    /// columns that the caller mapped.
    profile: Option<Profile>,
    /// The format of the file; `null` until the file is complete.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::FileFormat>"))]
    format: Option<Format>,
    /// The character that separates the cells; `null` if it is not known.
    separator: Option<char>,
    /// The columns of the file, in their order, each with the field that it is read as.
    columns: Vec<ColumnEntry>,
    /// The number of bytes of the file received so far. The next part starts at this offset.
    received: u64,
    /// The SHA-256 of the file, as 64 lower-case hexadecimal digits; `null` until the file is complete.
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::model::text::Sha256Hex>"))]
    sha256: Option<String>,
    /// The progress of reading the file.
    progress: ProgressEntry,
    /// The number of rows that were not valid UTF-8 and were read as Windows-1252.
    windows_1252_rows: u64,
    /// The number of choices and rows by result.
    #[cfg_attr(feature = "contract", schemars(with = "schema::ImportCounts"))]
    counts: Counts,
    /// The reason why the file could not be read to its end; `null` if there was no such failure.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::ImportFailure>"))]
    failure: Option<serde_json::Value>,
    /// The time at which the import was created.
    created_at: Timestamp,
    /// The time at which processing started; `null` if it has not started.
    started_at: Option<Timestamp>,
    /// The time at which processing ended; `null` if it has not ended.
    finished_at: Option<Timestamp>,
    /// The time at which the import was undone; `null` if it was not undone.
    undone_at: Option<Timestamp>,
}

/// A column of a file.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ColumnEntry {
    /// The header of the column.
    header: String,
    /// The field that the column is read as; `null` if the column is not read.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::ListField>"))]
    field: Option<&'static str>,
}

/// The progress of reading a file.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ProgressEntry {
    /// The number of rows read so far.
    rows: u64,
    /// The number of bytes of the file read so far, counted in the file as it was sent.
    bytes: u64,
    /// The number of bytes of the file received so far; its size once it is complete.
    total_bytes: u64,
    /// The number of rows read per second; `null` until it can be measured.
    rows_per_second: Option<u64>,
    /// The estimated number of seconds until the import is done; `null` if it is not known.
    seconds_left: Option<u64>,
}

impl ImportAnswer {
    pub(in crate::api) fn of(import: &Import) -> Result<Self, Problem> {
        let layout: Option<Layout> = import.layout.as_deref().map(serde_json::from_str).transpose()?;
        let said = Query::restored(&import.settings)?;
        let columns = layout.iter().flat_map(|layout| &layout.columns);
        let rate = (import.worked > 0).then(|| import.rows.saturating_mul(1_000) / import.worked);
        let is_running = import.state == ImportState::Running && import.bytes_done > 0;
        let left = is_running.then(|| {
            let bytes_left = import.received.saturating_sub(import.bytes_done);
            import.worked.saturating_mul(bytes_left) / import.bytes_done.max(1) / 1_000
        });
        Ok(Self {
            id: import.id.to_string(),
            state: import.state,
            dry_run: import.is_dry_run,
            name: said.text("name").map(str::to_owned),
            list: layout.as_ref().map_or_else(|| said.text("list").and_then(ListKind::parse), |layout| layout.list),
            channel: layout.as_ref().and_then(|layout| layout.channel),
            purpose: layout.as_ref().and_then(|layout| layout.purpose.clone()),
            profile: layout.as_ref().and_then(|layout| layout.profile),
            format: layout.as_ref().map(|layout| layout.format),
            separator: layout.as_ref().and_then(|layout| layout.separator),
            columns: columns
                .map(|column| ColumnEntry {
                    header: column.header.clone(),
                    field: column.field.map(crate::lists::Field::as_str),
                })
                .collect(),
            received: import.received,
            sha256: import.sha256.clone(),
            progress: ProgressEntry {
                rows: import.rows,
                bytes: import.bytes_done,
                total_bytes: import.received,
                rows_per_second: rate,
                seconds_left: left,
            },
            windows_1252_rows: import.windows_1252,
            counts: import.counts,
            failure: import.failure.as_deref().map(serde_json::from_str).transpose()?,
            created_at: import.created_at,
            started_at: import.started_at,
            finished_at: import.finished_at,
            undone_at: import.undone_at,
        })
    }
}

/// Answer of `GET /v1/imports`, the newest import first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ImportsAnswer {
    /// The imports.
    pub(in crate::api) imports: Vec<ImportAnswer>,
    /// The value to send as `before` for the next page; `null` on the last page.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) next: Option<String>,
}
