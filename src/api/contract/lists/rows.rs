//! The rows of a list as JSON. They are written without a type of their own; the suite holds each answer against these.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::consent::{AddressKind, Assurance, Basis, Channel, CountryCode, PurposeSlug, Reason, RegionCode, Timestamp};
use crate::model::suppression::SuppressionReason;
use crate::model::text::Sha256Hex;

/// A row of `opted_in` or `opted_out`.
pub(super) struct ListLine;
/// The same with a decision.
pub(super) struct DecidedLine;
/// A row of `suppressed`.
pub(super) struct SuppressedLine;

/// A field: its name, its schema, what it is.
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
        ("kind", of::<AddressKind>(generator), "What kind of address it is."),
        ("address", json!({ "type": "string" }), "The address as it is written to."),
        ("channel", or_all::<Channel>(generator), "On which channel; `*` for all, which only a no may mean."),
        ("purpose", or_all::<PurposeSlug>(generator), "For which purpose; `*` for all, which only a no may mean."),
        ("status", status, "What it comes to."),
        ("basis", or_null::<Basis>(generator), "The ground of a yes."),
        ("objection", json!({ "type": "boolean" }), "Whether a no is an objection (GDPR Art. 21(2))."),
        ("assurance", or_null::<Assurance>(generator), "How it is known."),
        ("since", or_null::<Timestamp>(generator), "Since when; `null` where nobody knows."),
        ("country", or_null::<CountryCode>(generator), "Where the person is, ISO 3166-1 alpha-2."),
        ("region", or_null::<RegionCode>(generator), "In which part of it: what follows the country in ISO 3166-2."),
        ("contact", json!({ "type": "string", "format": "uuid" }), "Whose the address is."),
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
            ("reason", or_null::<Reason>(generator), "Why not; `null` where it may."),
            ("rule", json!({ "type": "string" }), "The id of the rule that says so."),
            ("until", or_null::<Timestamp>(generator), "When a yes ends by itself; `null` where it does not."),
        ]);
        object("A row of these lists with `decide=true`.", fields)
    }
}

impl JsonSchema for SuppressedLine {
    fn schema_name() -> Cow<'static, str> {
        "SuppressedLine".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fields = vec![
            ("hash", json!({ "type": "string" }), "The hash by which this shop keeps the address, and no other can."),
            ("kind", or_null::<AddressKind>(generator), "What kind of address it is; `null` by hash."),
            ("address", json!({ "type": ["string", "null"] }), "The address; `null` by hash."),
            (
                "sha256",
                or_null::<Sha256Hex>(generator),
                "The SHA-256 of the address as it is compared, as providers exchange it; `null` by hash.",
            ),
            ("channel", or_all::<Channel>(generator), "On which channel; `*` for all."),
            ("reason", of::<SuppressionReason>(generator), "Why."),
            ("since", of::<Timestamp>(generator), "Since when."),
        ];
        object("A row of the list `suppressed`.", fields)
    }
}
