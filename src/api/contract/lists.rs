//! Lists in the contract: what the routes of files are for, and what they take, answer and refuse.

pub(in crate::api) mod parameters;
pub(in crate::api) mod rows;

use serde_json::{Map, Value, json};

use self::rows::{DecidedLine, ListLine, SuppressedLine};
use crate::api::answer::imports::{ImportAnswer, ImportsAnswer};
use crate::api::contract::operation::{NONE, Operation, maker};
use crate::api::route::Action;
use crate::lists::ErrorEntry;

pub(super) use parameters::{code_of, headers, query, register};

/// The media types of a file that is sent. None is asked for: what a file is stands in the file.
const FILES: [&str; 5] =
    ["text/csv", "text/tab-separated-values", "application/x-ndjson", "application/gzip", "application/octet-stream"];

/// What of a file is shown as an example is in this form.
pub(super) const SHOWN: &str = "text/csv";

const LISTS: Operation = Operation { tag: "Lists", ..NONE };
const IMPORT: Operation = Operation { answers: &[maker!(ImportAnswer)], codes: &["import_not_found"], ..LISTS };
/// What is begun, and goes on after the answer.
const BEGUN: Operation = Operation { status: 202, codes: &["import_not_found", "import_conflict"], ..IMPORT };

/// What the statuses say with which a file is taken.
const TAKEN: &[(u16, &str)] = &[
    (200, "It is known: the import that an earlier request began, as it is now."),
    (201, "What came is kept; the rest is awaited."),
    (202, "All of it is here, and it is worked on from now on."),
];

/// What can be wrong with the beginning of a file. See also `LayoutError`, whose words these are but for the first three.
macro_rules! file_codes {
    ($($more:literal),*) => {
        &["broken_gzip", "cut_gzip", "file_too_large", "empty_file", "utf_16", "not_text", "header_missing",
          "header_too_long", "broken_header", "too_many_columns", "duplicate_header", "unknown_field", "unknown_header",
          "mapped_twice", "not_csv", "no_purpose", "no_channel", "no_choice", "unknown_purpose", "channel_off",
          "no_address_column", "list_contradicted", "invalid_upload", "import_conflict", "wrong_offset", $($more),*]
    };
}

/// The entry of an action.
pub(super) fn operation(action: Action) -> Operation {
    match action {
        Action::List => Operation {
            id: "getList",
            summary: "Hand out a list",
            about: "Who stands where now: a row for each address, channel and purpose, in the order in which the addresses became \
                    known. Without `limit` all of it comes in one answer of any length; with it a page, and the header `link` leads \
                    on where there is more. A page may have fewer rows than `limit`; a CSV file has its header line on the first \
                    page only. What cannot be said in a platform's columns without saying too much is left out. `suppressed` \
                    has all that is never to be written to, and takes only `by`, `format`, `cells`, `gzip`, `after` and `limit`.",
            answers: &[maker!(Vec<ListLine>), maker!(Vec<DecidedLine>), maker!(Vec<SuppressedLine>)],
            codes: &["unknown_list", "channel_off", "unknown_purpose", "no_purpose", "not_writable"],
            ..LISTS
        },
        Action::TakeImport => Operation {
            id: "createImport",
            summary: "Hand in a list",
            about: "The body is the file, or its first part. Once all of it is here its header is looked at: what cannot be \
                    understood is refused, and nothing of it is kept. Else it is worked on after the answer; `GET` tells how far \
                    that has come. The same file with the same parameters (`name` aside) is imported once, as long as that was not \
                    stopped, did not fail and was not taken back. The same `Idempotency-Key` leads to the import that it began, \
                    however late, whatever the body is.",
            statuses: TAKEN,
            codes: file_codes!(),
            ..BEGUN
        },
        Action::ContinueImport => Operation {
            id: "continueImport",
            summary: "Hand in the next part of a list",
            about: "It begins at `Upload-Offset`, which has to be where the part before has ended: the `received` of the import, and \
                    of the problem where it was another (draft-ietf-httpbis-resumable-upload). Without `Upload-Complete: ?0` the \
                    file ends with it; that part may be empty.",
            statuses: TAKEN,
            codes: file_codes!("import_not_found"),
            ..BEGUN
        },
        Action::ListImports => Operation {
            id: "listImports",
            summary: "The shop's imports",
            about: "The newest first. Page by sending `next` as `before`.",
            answers: &[maker!(ImportsAnswer)],
            codes: &[],
            ..IMPORT
        },
        Action::ReadImport => Operation {
            id: "getImport",
            summary: "An import",
            about: "How the file is understood, how far it is read, and what became of what it says. `counts` and `progress` grow \
                    while `state` is `running`.",
            ..IMPORT
        },
        Action::ImportErrors => Operation {
            id: "getImportErrors",
            summary: "Rows that were not taken",
            about: "In the order of the file. CSV has the file's own columns and after them `placet_line`, `placet_column`, \
                    `placet_error` and `placet_fix`: correct the rows and hand them in as they are, columns of such names are passed \
                    over. JSON has no cells, which may hold anything. Of a row up to 64 KB are kept.",
            answers: &[maker!(Vec<ErrorEntry<'static>>)],
            ..IMPORT
        },
        Action::CancelImport => Operation {
            id: "cancelImport",
            summary: "Stop an import",
            about: "At the next row that was not looked at; what was taken stays, and can be taken back. Again it changes nothing.",
            ..BEGUN
        },
        Action::UndoImport => Operation {
            id: "undoImport",
            summary: "Take an import back",
            about: "All that it recorded counts no more, and everybody stands as if it had never been, what happened since included. \
                    That it was recorded and taken back stays on record (GDPR Art. 5(2)). An import that has not ended is to be \
                    stopped first. Again it changes nothing.",
            ..BEGUN
        },
        _ => NONE,
    }
}

/// The body of a route that takes a file. Of bytes a JSON schema has nothing to say.
pub(super) fn body(action: Action, example: Option<&Value>) -> Value {
    let mut content: Map<String, Value> = FILES.iter().map(|form| ((*form).to_owned(), json!({}))).collect();
    if let (Some(example), Some(shown)) = (example, content.get_mut(SHOWN)) {
        *shown = json!({ "example": example });
    }
    json!({
        "description": "The file as it is, or a part of it. What it is is found in it, whatever the media type says.",
        // The last part may be empty.
        "required": action == Action::TakeImport,
        "content": content,
    })
}

/// The media types, besides JSON, that an answer can have.
pub(super) const fn other_forms(action: Action) -> &'static [&'static str] {
    match action {
        Action::List => &["text/csv", "application/x-ndjson", "application/gzip"],
        Action::ImportErrors => &["text/csv"],
        _ => &[],
    }
}
