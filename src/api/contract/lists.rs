//! The part of the contract about lists and imports: descriptions, types and problems of their routes.

pub(in crate::api) mod parameters;
pub(in crate::api) mod rows;

use serde_json::{Map, Value, json};

use self::rows::{DecidedLine, ListLine, SuppressedLine};
use crate::api::answer::imports::{ImportAnswer, ImportsAnswer};
use crate::api::contract::operation::{NONE, Operation, maker};
use crate::api::route::Action;
use crate::lists::ErrorEntry;

pub(super) use parameters::{code_of, headers, query, register};

/// The media types of an uploaded file. The service ignores them and recognises the format from the file itself.
const FILES: [&str; 5] =
    ["text/csv", "text/tab-separated-values", "application/x-ndjson", "application/gzip", "application/octet-stream"];

/// The media type under which the example of a file is shown.
pub(super) const SHOWN: &str = "text/csv";

const LISTS: Operation = Operation { tag: "Lists", ..NONE };
const IMPORT: Operation = Operation { answers: &[maker!(ImportAnswer)], codes: &["import_not_found"], ..LISTS };
/// A request that starts work which continues after the answer.
const BEGUN: Operation = Operation { status: 202, codes: &["import_not_found", "import_conflict"], ..IMPORT };

/// The statuses of the answer to an uploaded file or part.
const TAKEN: &[(u16, &str)] = &[
    (200, "An earlier request started this import. The answer is its current state."),
    (201, "The received part is stored. The rest of the file is still missing."),
    (202, "The file is complete. Its processing starts now."),
];

/// The codes for errors at the beginning of a file. All but the first three come from `LayoutError`.
macro_rules! file_codes {
    ($($more:literal),*) => {
        &["broken_gzip", "cut_gzip", "file_too_large", "empty_file", "utf_16", "not_text", "header_missing",
          "header_too_long", "broken_header", "too_many_columns", "duplicate_header", "unknown_field", "unknown_header",
          "mapped_twice", "not_csv", "no_purpose", "no_channel", "no_choice", "unknown_purpose", "channel_off",
          "no_address_column", "list_contradicted", "invalid_upload", "import_conflict", "wrong_offset", $($more),*]
    };
}

/// Returns the entry of an action.
pub(super) fn operation(action: Action) -> Operation {
    match action {
        Action::List => Operation {
            id: "getList",
            summary: "Download a list",
            about: "The current state of contacts: a row for each address, channel and purpose, in the order in which \
                    the addresses became known. Without `limit`, one answer contains the whole list, whatever its \
                    length. With `limit`, the answer is one page, and the header `link` gives the URL of the next \
                    page, if there is one. A page may have fewer rows than `limit`. In CSV only the first page has the \
                    header line. Data that a platform's columns cannot express without saying too much is left out. \
                    The list `suppressed` contains all addresses that must never get marketing; it accepts only `by`, \
                    `format`, `cells`, `gzip`, `after` and `limit`.",
            answers: &[maker!(Vec<ListLine>), maker!(Vec<DecidedLine>), maker!(Vec<SuppressedLine>)],
            codes: &["unknown_list", "channel_off", "unknown_purpose", "no_purpose", "not_writable"],
            ..LISTS
        },
        Action::TakeImport => Operation {
            id: "createImport",
            summary: "Import a list",
            about: "The body is the file or its first part. Once the file is complete, the service checks its header. \
                    If it cannot read the file, it refuses and deletes it. Otherwise it processes the file after the \
                    answer; `GET /v1/imports/{id}` shows the progress. The same file with the same parameters (other \
                    than `name`) is imported only once, unless that import was cancelled, failed or was undone. The \
                    same `Idempotency-Key` always returns the import that it started, however late and whatever the \
                    body is.",
            statuses: TAKEN,
            codes: file_codes!(),
            ..BEGUN
        },
        Action::ContinueImport => Operation {
            id: "continueImport",
            summary: "Upload the next part of a file",
            about: "The part starts at `Upload-Offset`, which must be where the previous part ended: the `received` of \
                    the import, or of the problem if the offset was wrong (draft-ietf-httpbis-resumable-upload). \
                    Without `Upload-Complete: ?0` the file ends with this part. The last part may be empty.",
            statuses: TAKEN,
            codes: file_codes!("import_not_found"),
            ..BEGUN
        },
        Action::ListImports => Operation {
            id: "listImports",
            summary: "List the shop's imports",
            about: "The newest first. For the next page, send `next` as `before`.",
            answers: &[maker!(ImportsAnswer)],
            codes: &[],
            ..IMPORT
        },
        Action::ReadImport => Operation {
            id: "getImport",
            summary: "Get an import",
            about: "The layout of the file, the progress, and the results of its rows. `counts` and `progress` grow \
                    while `state` is `running`.",
            ..IMPORT
        },
        Action::ImportErrors => Operation {
            id: "getImportErrors",
            summary: "Get the rejected rows of an import",
            about: "In the order of the file. CSV has the file's own columns, followed by `placet_line`, \
                    `placet_column`, `placet_error` and `placet_fix`. Correct the rows and import this file as it is; \
                    these columns are ignored. JSON omits the cells, which can contain anything. Up to 64 KB of each \
                    row are stored.",
            answers: &[maker!(Vec<ErrorEntry<'static>>)],
            ..IMPORT
        },
        Action::CancelImport => Operation {
            id: "cancelImport",
            summary: "Cancel an import",
            about: "Processing stops at the next row. Imported rows stay and can be undone. Repeating the request \
                    changes nothing.",
            ..BEGUN
        },
        Action::UndoImport => Operation {
            id: "undoImport",
            summary: "Undo an import",
            about: "The records of the import no longer count. Every contact has the standing that it would have \
                    without the import, later records included. The ledger still shows that the import was recorded \
                    and undone (GDPR Art. 5(2)). Cancel a running import first. Repeating the request changes nothing.",
            ..BEGUN
        },
        _ => NONE,
    }
}

/// Returns the body of a route that takes a file. A JSON schema cannot describe bytes, so it has none.
pub(super) fn body(action: Action, example: Option<&Value>) -> Value {
    let mut content: Map<String, Value> = FILES.iter().map(|form| ((*form).to_owned(), json!({}))).collect();
    if let (Some(example), Some(shown)) = (example, content.get_mut(SHOWN)) {
        *shown = json!({ "example": example });
    }
    json!({
        "description": "The unchanged file, or a part of it. Its format is recognised from its content, whatever the media type is.",
        // The last part may be empty, so only the first request needs a body.
        "required": action == Action::TakeImport,
        "content": content,
    })
}

/// Returns the media types, besides JSON, of an answer.
pub(super) const fn other_forms(action: Action) -> &'static [&'static str] {
    match action {
        Action::List => &["text/csv", "application/x-ndjson", "application/gzip"],
        Action::ImportErrors => &["text/csv"],
        _ => &[],
    }
}
