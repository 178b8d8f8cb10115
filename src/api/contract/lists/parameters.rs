//! The query parameters and headers of the routes for lists and imports.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::api::schema::{ListCells, ListColumns, ListField, ListForm};
use crate::api::schema::{country, id, reference, time};
use crate::consent::Basis;
use crate::lists::{ListKind, Profile};
use crate::model::text::Line;

/// Registers the types that only these parameters use.
pub(in crate::api::contract) fn register(generator: &mut SchemaGenerator) {
    generator.subschema_for::<Basis>();
    generator.subschema_for::<Line>();
    generator.subschema_for::<ListKind>();
    generator.subschema_for::<Profile>();
    generator.subschema_for::<ListForm>();
    generator.subschema_for::<ListColumns>();
    generator.subschema_for::<ListCells>();
    generator.subschema_for::<ListField>();
}

fn flag() -> Value {
    json!({ "type": "boolean", "default": false })
}

fn limit(most: u32, default: Option<u32>) -> Value {
    let mut schema = json!({ "type": "integer", "minimum": 1, "maximum": most });
    if let (Some(default), Some(fields)) = (default, schema.as_object_mut()) {
        fields.insert("default".into(), default.into());
    }
    schema
}

/// Returns the schema and the description of a query parameter of a list or an import. `None`: it belongs to another
/// route.
pub(in crate::api::contract) fn query(action: &str, name: &str) -> Option<(Value, &'static str)> {
    match action {
        "getList" => of_list(name),
        "createImport" => of_file(name),
        "listImports" => Some(match name {
            "before" => (id(), "Return imports older than this one. Pass the `next` of the previous page."),
            "limit" => (limit(500, Some(50)), "The maximum number of imports in the answer."),
            _ => return None,
        }),
        "getImportErrors" if name == "format" => {
            Some((json!({ "enum": ["csv", "json"], "default": "csv" }), "The answer format."))
        }
        _ => None,
    }
}

fn of_list(name: &str) -> Option<(Value, &'static str)> {
    Some(match name {
        "channel" => (reference("Channel"), "Return only rows for this channel. Default: all channels of the shop."),
        "purpose" => (
            reference("Purpose"),
            "Return only rows for this purpose. Default: all purposes. Required with the columns of a platform, which \
             cannot express a purpose.",
        ),
        "basis" => (reference("Basis"), "Return only rows with this basis."),
        "country" => (country(), "Return only people in this country, ISO 3166-1 alpha-2."),
        "since" => (time(), "Return only rows whose state was recorded at this time or later, RFC 3339."),
        "decide" => (
            flag(),
            "Whether to decide each row by law as well. If true, `opted_in` contains the addresses that a message may \
             be sent to now and `opted_out` all others that are known, each with the decision.",
        ),
        "format" => (reference("ListForm"), "The format of the list. Default: `csv`."),
        "profile" => (
            reference("ListColumns"),
            "The platform whose columns the list has. Default: `placet`, which is required for NDJSON, JSON, decisions \
             and suppressions.",
        ),
        "cells" => (reference("ListCells"), "The reader of the cells of a CSV file. Default: `exact`."),
        "by" => (
            json!({ "enum": ["hash", "address"], "default": "hash" }),
            "Only for `suppressed`. `hash`: all suppressions, by the shop's own hashes. `address`: only those whose \
             address is still stored, for use at another provider.",
        ),
        "gzip" => (flag(), "Whether to compress the file with gzip, RFC 1952."),
        "after" => {
            (json!({ "type": "string" }), "The start of the page, as given by the header `link` of the previous page.")
        }
        "limit" => (limit(10_000, None), "The maximum number of rows in the answer. Default: all."),
        _ => return None,
    })
}

fn of_file(name: &str) -> Option<(Value, &'static str)> {
    Some(match name {
        "name" => (reference("Line"), "The name of the file. Mailchimp states the kind of list in its file names."),
        "list" => (reference("ListKind"), "The kind of list. It gives the meaning of rows that state no choice."),
        "channel" => (
            reference("Channel"),
            "The channel of rows that do not state one. If the file has columns for several channels, only those of \
             this channel are read.",
        ),
        "purpose" => (reference("Purpose"), "The purpose of rows that do not state one."),
        "basis" => (reference("Basis"), "The basis of opt-ins that do not state one. Default: `consent`."),
        "country" => (
            country(),
            "The country of telephone numbers without a country code, ISO 3166-1 alpha-2. Default: the country of the \
             shop.",
        ),
        "profile" => (reference("Profile"), "The platform that wrote the file. Default: recognised from the headers."),
        "columns" => (
            json!({ "type": "string", "minLength": 1, "examples": ["email:E-Mail,choice:Newsletter"] }),
            "The meaning of the columns, instead of a profile: pairs `field:Header`, separated by commas. The fields \
             are those of `ListField`; a comma that is not followed by a field is part of the header.",
        ),
        "no" => (
            json!({ "const": "opt_out" }),
            "Treat values as an opt-out that may also mean that the person was never asked.",
        ),
        "dry_run" => (flag(), "Whether to do a dry run: nothing is written; the result says what would happen."),
        "again" => (flag(), "Whether to import the file even if the same file was imported before."),
        _ => return None,
    })
}

/// Returns the code of the problem that such a parameter can cause. `None`: the same code as on any other route.
pub(in crate::api::contract) fn code_of(action: &str, name: &str) -> Option<&'static str> {
    Some(match (action, name) {
        ("getList", "by") => "unknown_form",
        ("getList", "cells") => "unknown_cells",
        ("getList", "after") => "invalid_cursor",
        ("getList", "decide" | "gzip") | ("createImport", "dry_run" | "again") => "not_a_flag",
        ("getList" | "createImport", "profile") => "unknown_profile",
        ("getList" | "createImport", "basis") => "unknown_basis",
        ("getList" | "createImport", "country") => "invalid_country",
        ("createImport", "list") => "unknown_list",
        ("createImport", "name") => "invalid_text",
        ("createImport", "columns") => "unknown_field",
        ("createImport", "no") => "unknown_choice",
        _ => return None,
    })
}

/// Returns the headers of a request that uploads a file.
pub(in crate::api::contract) fn headers(action: &str) -> Vec<Value> {
    let complete = json!({
        "name": "Upload-Complete", "in": "header",
        "description": "Whether the file ends with this request, as a boolean of RFC 9651: `?0` if more parts follow.",
        "schema": { "enum": ["?0", "?1"], "default": "?1" },
    });
    let offset = json!({
        "name": "Upload-Offset", "in": "header", "required": true,
        "description": "The number of bytes of the file that were sent before this request.",
        "schema": { "type": "integer", "minimum": 0 },
    });
    match action {
        "createImport" => vec![complete],
        "continueImport" => vec![offset, complete],
        _ => Vec::new(),
    }
}
