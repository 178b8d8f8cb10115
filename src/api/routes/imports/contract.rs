//! Lists taken in: the descriptions and types of the routes, for the contract.

use crate::api::contract::operation::{LISTS, Operation, maker};
use crate::api::routes::imports::answers::{ImportAnswer, ImportsAnswer};
use crate::lists::ErrorEntry;

const IMPORT: Operation = Operation { answers: &[maker!(ImportAnswer)], codes: &["import_not_found"], ..LISTS };

/// A request that starts work which continues after the answer.
const BEGUN: Operation = Operation { status: 202, codes: &["import_not_found", "import_conflict"], ..IMPORT };

/// The statuses of the answer to an uploaded file or part.
const TAKEN: &[(u16, &str)] = &[
    (200, "An earlier request started this import. The answer is its current state."),
    (201, "The received part is stored. The rest of the file is still missing."),
    (202, "The file is complete. Its processing starts now."),
];

/// The codes of a refused upload. The first three come from `FileError`. The last three, `invalid_upload`,
/// `import_conflict` and `wrong_offset`, are about the upload itself. All others come from `LayoutError`.
macro_rules! file_codes {
    ($($more:literal),*) => {
        &["broken_gzip", "cut_gzip", "file_too_large", "empty_file", "utf_16", "not_text", "header_missing",
          "header_too_long", "broken_header", "too_many_columns", "duplicate_header", "unknown_field", "unknown_header",
          "mapped_twice", "not_csv", "no_purpose", "no_channel", "no_choice", "unknown_purpose", "channel_off",
          "no_address_column", "list_contradicted", "invalid_upload", "import_conflict", "wrong_offset", $($more),*]
    };
}

pub(in crate::api) const OPERATIONS: &[Operation] = &[
    Operation {
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
    Operation {
        id: "continueImport",
        summary: "Upload the next part of a file",
        about: "The part starts at `Upload-Offset`, which must be where the previous part ended: the `received` of \
            the import, or of the problem if the offset was wrong (draft-ietf-httpbis-resumable-upload). \
            Without `Upload-Complete: ?0` the file ends with this part. The last part may be empty.",
        statuses: TAKEN,
        codes: file_codes!("import_not_found"),
        ..BEGUN
    },
    Operation {
        id: "listImports",
        summary: "List the shop's imports",
        about: "The answer lists the newest import first. To get the next page, send `next` of the answer as the \
                parameter `before`.",
        answers: &[maker!(ImportsAnswer)],
        codes: &[],
        ..IMPORT
    },
    Operation {
        id: "getImport",
        summary: "Get an import",
        about: "The layout of the file, the progress, and the results of its rows. `counts` and `progress` grow \
            while `state` is `running`.",
        ..IMPORT
    },
    Operation {
        id: "getImportErrors",
        summary: "Get the rejected rows of an import",
        about: "In the order of the file. CSV has the file's own columns, followed by `placet_line`, \
            `placet_column`, `placet_error` and `placet_fix`. Correct the rows and import this file as it is; \
            these columns are ignored. JSON omits the cells, which can contain anything. Up to 64 KB of each \
            row are stored.",
        answers: &[maker!(Vec<ErrorEntry<'static>>)],
        ..IMPORT
    },
    Operation {
        id: "cancelImport",
        summary: "Cancel an import",
        about: "Processing stops at the next row. Imported rows stay and can be undone. Repeating the request \
            changes nothing.",
        ..BEGUN
    },
    Operation {
        id: "undoImport",
        summary: "Undo an import",
        about: "The records of the import no longer count. Every contact has the standing that it would have \
            without the import, later records included. The ledger still shows that the import was recorded \
            and undone (GDPR Art. 5(2)). Cancel a running import first. Repeating the request changes nothing.",
        ..BEGUN
    },
];
