//! The schemas of the rows of a list in JSON. The rows are written without a Rust type; the API tests compare each
//! answer with these schemas.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::consent::{AddressKind, Assurance, Basis, Channel, CountryCode, PurposeSlug, Reason, RegionCode, Timestamp};
use crate::model::suppression::SuppressionReason;
use crate::model::text::Sha256Hex;

/// A row of `opted_in` or `opted_out`.
pub(in crate::api) struct ListLine;
/// A row of `opted_in` or `opted_out` with a decision.
pub(in crate::api) struct DecidedLine;
/// A row of `suppressed`.
pub(in crate::api) struct SuppressedLine;

/// A field: its name, schema and description.
type Field = (&'static str, Value, &'static str);

fn object(about: &str, fields: Vec<Field>) -> Schema {
    let names: Vec<&str> = fields.iter().map(|(name, ..)| *name).collect();
    let described = |(name, schema, about): &Field| {
        let mut schema = schema.clone();
        if let Some(own) = schema.as_object_mut() {
            own.insert("description".into(), (*about).into());
        }
        ((*name).to_owned(), schema)
    };
    let properties: Map<String, Value> = fields.iter().map(described).collect();
    json_schema!({ "description": about, "type": "object", "required": names, "properties": properties })
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    json!({ "anyOf": [generator.subschema_for::<T>()] })
}

fn or<T: JsonSchema>(generator: &mut SchemaGenerator, other: &Value) -> Value {
    json!({ "anyOf": [generator.subschema_for::<T>(), other] })
}

fn or_null<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    or::<T>(generator, &json!({ "type": "null" }))
}

fn or_all<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    or::<T>(generator, &json!({ "const": "*" }))
}

fn line(generator: &mut SchemaGenerator) -> Vec<Field> {
    let status = json!({ "enum": ["opted_in", "awaiting_confirmation", "opted_out", "declined", "never_asked"] });
    vec![
        ("kind", of::<AddressKind>(generator), "The kind of the address."),
        (
            "address",
            json!({ "type": "string" }),
            "The address as it was entered. The shop sends messages to this spelling.",
        ),
        ("channel", or_all::<Channel>(generator), "The channel; `*` for all channels, only in an opt-out."),
        ("purpose", or_all::<PurposeSlug>(generator), "The purpose; `*` for all purposes, only in an opt-out."),
        ("status", status, "The standing."),
        ("basis", or_null::<Basis>(generator), "The basis of the opt-in; `null` if there is none."),
        ("objection", json!({ "type": "boolean" }), "Whether the opt-out is an objection (GDPR Art. 21(2))."),
        ("assurance", or_null::<Assurance>(generator), "The assurance of the choice; `null` if there is none."),
        ("since", or_null::<Timestamp>(generator), "The time since which it holds; `null` if it is not known."),
        ("country", or_null::<CountryCode>(generator), "The country, ISO 3166-1 alpha-2; `null` if it is not known."),
        ("region", or_null::<RegionCode>(generator), "The region, ISO 3166-2 without the country; `null` if unknown."),
        ("contact", json!({ "type": "string", "format": "uuid" }), "The id of the contact that has the address."),
    ]
}

impl JsonSchema for ListLine {
    fn schema_name() -> Cow<'static, str> {
        "ListLine".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        object("A row of the lists `opted_in` and `opted_out`.", line(generator))
    }
}

impl JsonSchema for DecidedLine {
    fn schema_name() -> Cow<'static, str> {
        "DecidedLine".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut fields = line(generator);
        fields.extend([
            ("allow", json!({ "type": "boolean" }), "Whether a message may be sent now."),
            ("reason", or_null::<Reason>(generator), "The reason for a denial; `null` if the message may be sent."),
            ("rule", json!({ "type": "string" }), "The id of the rule that decides."),
            ("until", or_null::<Timestamp>(generator), "The time when the permission expires; `null` if it does not."),
        ]);
        object("A row of the lists `opted_in` and `opted_out` with `decide=true`.", fields)
    }
}

impl JsonSchema for SuppressedLine {
    fn schema_name() -> Cow<'static, str> {
        "SuppressedLine".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fields = vec![
            ("hash", json!({ "type": "string" }), "The keyed hash of the address. Only this shop can compute it."),
            ("kind", or_null::<AddressKind>(generator), "The kind of the address; `null` with `by=hash`."),
            ("address", json!({ "type": ["string", "null"] }), "The address; `null` with `by=hash`."),
            (
                "sha256",
                or_null::<Sha256Hex>(generator),
                "The SHA-256 of the normalised address, for exchange with providers; `null` with `by=hash`.",
            ),
            ("channel", or_all::<Channel>(generator), "The suppressed channel; `*` for all channels."),
            ("reason", of::<SuppressionReason>(generator), "The reason for the suppression."),
            ("since", of::<Timestamp>(generator), "The time since which the suppression is in force."),
        ];
        object("A row of the list `suppressed`.", fields)
    }
}
