//! Imports, as they are told.

use serde::Serialize;

use crate::api::contract::schema;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::consent::{Channel, PurposeSlug, Timestamp};
use crate::ledger::{Counts, Import, ImportState};
use crate::lists::{Format, Layout, ListKind, Profile};

/// An import: what is known of the file, how far it has come, and what became of its rows.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ImportAnswer {
    /// Its id.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    id: String,
    /// How far it has come.
    state: ImportState,
    /// Whether nothing is written, and the report alone is wanted.
    dry_run: bool,
    /// What the caller calls the file.
    name: Option<String>,
    /// What a row means that says neither yes nor no itself.
    list: Option<ListKind>,
    /// The channel of rows that name none.
    channel: Option<Channel>,
    /// The purpose of rows that name none.
    #[cfg_attr(feature = "contract", schemars(with = "Option<PurposeSlug>"))]
    purpose: Option<PurposeSlug>,
    /// Whose columns they are: as it was said, or found; `null` for columns of your own.
    profile: Option<Profile>,
    /// In which form the file is; `null` until all of it is here.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::FileFormat>"))]
    format: Option<Format>,
    /// What stands between the cells.
    separator: Option<char>,
    /// The columns in their order, and what each is taken for; `null` for what is not read.
    columns: Vec<ColumnEntry>,
    /// Bytes of the file that have come; the next part begins here.
    received: u64,
    /// The SHA-256 of the file, once all of it is here.
    #[cfg_attr(feature = "contract", schemars(with = "Option<crate::model::text::Sha256Hex>"))]
    sha256: Option<String>,
    /// How far it is read.
    progress: ProgressEntry,
    /// Rows that were no UTF-8 and were read as Windows-1252.
    windows_1252_rows: u64,
    /// What became of what it says.
    #[cfg_attr(feature = "contract", schemars(with = "schema::ImportCounts"))]
    counts: Counts,
    /// Why it could not be read to the end.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::ImportFailure>"))]
    failure: Option<serde_json::Value>,
    /// Since when it is known.
    created_at: Timestamp,
    /// Since when it is worked on.
    started_at: Option<Timestamp>,
    /// Since when all is done.
    finished_at: Option<Timestamp>,
    /// Since when it is taken back.
    undone_at: Option<Timestamp>,
}

/// A column of a file.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ColumnEntry {
    /// What it is called.
    header: String,
    /// What it is taken for.
    #[cfg_attr(feature = "contract", schemars(with = "Option<schema::ListField>"))]
    field: Option<&'static str>,
}

/// How far a file is read.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
struct ProgressEntry {
    /// Rows that were looked at.
    rows: u64,
    /// Bytes of the file that were read, as it came.
    bytes: u64,
    /// All of its bytes.
    total_bytes: u64,
    /// Rows a second; `null` until there is something to go by.
    rows_per_second: Option<u64>,
    /// Seconds until it is done, at this rate; `null` where that is not known.
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

/// Answer of `GET /v1/imports`, the newest first.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct ImportsAnswer {
    /// The imports.
    pub(in crate::api) imports: Vec<ImportAnswer>,
    /// What to send as `before` for the next page; `null` on the last.
    #[cfg_attr(feature = "contract", schemars(with = "Option<uuid::Uuid>"))]
    pub(in crate::api) next: Option<String>,
}
