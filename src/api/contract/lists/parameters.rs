//! What stands in the queries and headers of the routes of lists.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::api::contract::parameters::{country, id, reference, time};
use crate::api::contract::schema::{ListCells, ListColumns, ListField, ListForm};
use crate::api::route::Action;
use crate::consent::Basis;
use crate::lists::{ListKind, Profile};
use crate::model::text::Line;

/// Makes the types that only parameters have known.
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

/// The schema of a parameter of a list or an import, and what it is; `None` for other routes.
pub(in crate::api::contract) fn query(action: Action, name: &str) -> Option<(Value, &'static str)> {
    match action {
        Action::List => of_list(name),
        Action::TakeImport => of_file(name),
        Action::ListImports => Some(match name {
            "before" => (id(), "Older than this import: the `next` of the page before."),
            "limit" => (limit(500, Some(50)), "At most so many imports."),
            _ => return None,
        }),
        Action::ImportErrors if name == "format" => {
            Some((json!({ "enum": ["csv", "json"], "default": "csv" }), "In which form."))
        }
        _ => None,
    }
}

fn of_list(name: &str) -> Option<(Value, &'static str)> {
    Some(match name {
        "channel" => (reference("Channel"), "On this channel; on all that the shop uses where nothing is said."),
        "purpose" => (
            reference("Purpose"),
            "For this purpose; for all where nothing is said. The columns of a platform have no place for purposes, and need it.",
        ),
        "basis" => (reference("Basis"), "Resting on this ground."),
        "country" => (country(), "In this country, ISO 3166-1 alpha-2."),
        "since" => (time(), "Where what stands was recorded at this time or later."),
        "decide" => (
            flag(),
            "Asks the law as well: `opted_in` has then those to whom a message may be sent now, `opted_out` all others that are known, \
             each with the decision.",
        ),
        "format" => (reference("ListForm"), "In which form; `csv` where nothing is said."),
        "profile" => (
            reference("ListColumns"),
            "With whose columns; `placet` where nothing is said, which alone knows NDJSON, JSON, decisions and suppressions.",
        ),
        "cells" => (reference("ListCells"), "For whom the cells of a CSV file are; `exact` where nothing is said."),
        "by" => (
            json!({ "enum": ["hash", "address"], "default": "hash" }),
            "Of `suppressed`: by the shop's own hashes, all of them; or by the addresses that are still held, for another provider.",
        ),
        "gzip" => (flag(), "Packs the file, RFC 1952."),
        "after" => {
            (json!({ "type": "string" }), "Where a page begins, as the header `link` of the page before has it.")
        }
        "limit" => (limit(10_000, None), "At most so many rows in one answer; all where nothing is said."),
        _ => return None,
    })
}

fn of_file(name: &str) -> Option<(Value, &'static str)> {
    Some(match name {
        "name" => (reference("Line"), "What the file is called. Mailchimp says in it what the file is of."),
        "list" => (reference("ListKind"), "What a row means that says neither yes nor no itself."),
        "channel" => (
            reference("Channel"),
            "The channel of rows that name none. Of a file that has columns for several channels, the only one that is read.",
        ),
        "purpose" => (reference("Purpose"), "The purpose of rows that name none."),
        "basis" => (reference("Basis"), "The ground of a yes that names none; `consent` where nothing is said."),
        "country" => (
            country(),
            "Where telephone numbers without a country code are, ISO 3166-1 alpha-2; in the shop's country where nothing is said.",
        ),
        "profile" => (reference("Profile"), "Whose file it is; found by its headers where nothing is said."),
        "columns" => (
            json!({ "type": "string", "minLength": 1, "examples": ["email:E-Mail,choice:Newsletter"] }),
            "Which column is what, instead of a profile: pairs `field:Header` with commas between them. The fields are those of \
             `ListField`; a comma that no field follows is part of the header.",
        ),
        "no" => (
            json!({ "const": "opt_out" }),
            "Makes an opt-out of a no that may as well mean that the person was never asked.",
        ),
        "dry_run" => (flag(), "Writes nothing, and tells what would become of each row."),
        "again" => (flag(), "Imports the file also where the very same was imported already."),
        _ => return None,
    })
}

/// The code of the problem that such a parameter can cause; `None` where it is that of any route.
pub(in crate::api::contract) fn code_of(action: Action, name: &str) -> Option<&'static str> {
    Some(match (action, name) {
        (Action::List, "by") => "unknown_form",
        (Action::List, "cells") => "unknown_cells",
        (Action::List, "after") => "invalid_cursor",
        (Action::List, "decide" | "gzip") | (Action::TakeImport, "dry_run" | "again") => "not_a_flag",
        (Action::List | Action::TakeImport, "profile") => "unknown_profile",
        (Action::List | Action::TakeImport, "basis") => "unknown_basis",
        (Action::List | Action::TakeImport, "country") => "invalid_country",
        (Action::TakeImport, "list") => "unknown_list",
        (Action::TakeImport, "name") => "invalid_text",
        (Action::TakeImport, "columns") => "unknown_field",
        (Action::TakeImport, "no") => "unknown_choice",
        _ => return None,
    })
}

/// The headers of a request that brings a file.
pub(in crate::api::contract) fn headers(action: Action) -> Vec<Value> {
    let complete = json!({
        "name": "Upload-Complete", "in": "header",
        "description": "Whether the file ends with this request, RFC 9651: `?0` where more of it follows.",
        "schema": { "enum": ["?0", "?1"], "default": "?1" },
    });
    let offset = json!({
        "name": "Upload-Offset", "in": "header", "required": true,
        "description": "How many bytes of the file came before.",
        "schema": { "type": "integer", "minimum": 0 },
    });
    match action {
        Action::TakeImport => vec![complete],
        Action::ContinueImport => vec![offset, complete],
        _ => Vec::new(),
    }
}
