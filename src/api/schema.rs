//! The schemas of types that are not structs: strings with a format, and the rules that link the fields of some bodies.
//! Also the final changes to all schemas.
//!
//! The service accepts every value that a schema here accepts, unless another rule refuses it. A schema accepts every
//! value that the service accepts, except unusual spellings of ids and times.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::api::body::Object;
use crate::consent::jws::Jwk;
use crate::consent::{AddressKind, Basis, Channel, CountryCode, PurposeSlug, RegionCode, Timestamp};
use crate::ledger::{Counts, Target};
use crate::lists::write::{Columns, Form};
use crate::lists::{Field as ColumnField, Format as FileForm};
use crate::model::suppression::SuppressionReason;
use crate::model::text::{BirthDate, ExternalId, Line, Locale, Origin, PageUrl, Sha256Hex, Token};
pub(in crate::api) use crate::platforms::cell::Cells;

/// Implements `JsonSchema` for a type. `named`: a schema with its own name. `inline`: a schema that is inserted
/// wherever the type occurs. `as`: the schema of another type, under a name that is clear outside its module.
macro_rules! schema {
    (named $name:ty, $text:literal, $schema:tt) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $text.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
    (as $name:ty, $text:literal, $other:ty) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $text.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$other>::json_schema(generator)
            }
        }
    };
    (inline $name:ty, $schema:tt) => {
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

/// An e-mail address in a body.
pub(in crate::api) struct Email;
/// A telephone number in a body.
pub(in crate::api) struct Phone;
/// A push address in a body.
pub(in crate::api) struct Push;
/// A postal address in a body.
pub(in crate::api) struct Postal;
/// An API key.
pub(in crate::api) struct KeyText;
/// The secret of a webhook.
pub(in crate::api) struct WebhookSecret;
/// The public key that verifies the signatures of events.
pub(in crate::api) struct WebhookKey;
/// The id of an event.
pub(in crate::api) struct EventId;
/// The id of a rule that can be overridden.
pub(in crate::api) struct RuleId;
/// A basis that an override may accept.
pub(in crate::api) struct AdvertisingBasis;
/// A reason for a suppression that a shop may state. Only an erasure creates the reason `erased`.
pub(in crate::api) struct GivenSuppressionReason;
/// The format of an imported file.
pub(in crate::api) struct FileFormat;
/// The meaning of a column of a file.
pub(in crate::api) struct ListField;
/// The format of a downloaded list.
pub(in crate::api) struct ListForm;
/// The platform whose columns a list has.
pub(in crate::api) struct ListColumns;
/// The reader that the cells of a CSV file are for.
pub(in crate::api) struct ListCells;
/// The results of an import.
pub(in crate::api) struct ImportCounts;
/// A merge patch of the shop's settings.
pub(in crate::api) struct SettingsPatch;
/// Any value.
pub(in crate::api) struct Anything;
/// The reason why a file could not be read to its end.
pub(in crate::api) struct ImportFailure;

schema!(as FileFormat, "FileFormat", FileForm);
schema!(as ListField, "ListField", ColumnField);
schema!(as ListForm, "ListForm", Form);
schema!(as ListColumns, "ListColumns", Columns);
schema!(as ListCells, "ListCells", Cells);
schema!(as ImportCounts, "ImportCounts", Counts);
schema!(inline Anything, true);
schema!(named SettingsPatch, "SettingsPatch", {
    "description": "The settings to change, with the fields of ShopBody. A field that is `null` is set to its default.",
    "type": "object", "minProperties": 0,
    "additionalProperties": true,
});
schema!(named ImportFailure, "ImportFailure", {
    "description": "The reason why a file could not be read to its end. The rows before that point were imported.",
    "type": "object", "required": ["code", "detail", "line"],
    "properties": {
        "code": { "type": "string", "description": "The code of the error.", "enum": ["broken_gzip", "cut_gzip", "file_too_large", "internal"] },
        "detail": { "type": "string", "description": "What to do about the error." },
        "line": { "type": "integer", "description": "The last line of the file that was read, counted from 1." },
    },
});
schema!(inline Timestamp, { "type": "string", "format": "date-time" });
schema!(inline BirthDate, { "type": "string", "format": "date", "x-placet-code": "invalid_date" });
schema!(inline CountryCode, { "type": "string", "pattern": "^[A-Z]{2}$", "x-placet-code": "invalid_country" });
schema!(inline RegionCode, { "type": "string", "pattern": "^[A-Z0-9]{1,3}$", "x-placet-code": "invalid_region" });
schema!(inline Sha256Hex, { "type": "string", "pattern": "^[0-9a-f]{64}$", "x-placet-code": "invalid_sha256" });
schema!(inline KeyText, { "type": "string", "pattern": "^[ps]k_[A-Za-z0-9_-]{64}([A-Za-z0-9_-]{2})?$" });
schema!(inline WebhookSecret, { "type": "string", "pattern": "^whsec_[A-Za-z0-9+/]{43}=$" });
schema!(inline WebhookKey, { "type": "string", "pattern": "^whpk_[A-Za-z0-9+/]{43}=$" });
schema!(named EventId, "EventId", {
    "description": "The id of an event, as in the header `webhook-id`.",
    "type": "string", "pattern": "^evt_[0-9a-f]{32}$",
});
schema!(inline RuleId, { "type": "string", "pattern": "^[a-z0-9-]+$", "x-placet-code": "unknown_rule" });
schema!(inline AdvertisingBasis, {
    "type": "string",
    "enum": Basis::ALL.iter().filter(|basis| **basis != Basis::Contract).map(|basis| basis.as_str()).collect::<Vec<_>>(),
});
schema!(named GivenSuppressionReason, "GivenSuppressionReason", {
    "description": "The reason for a suppression. It is a fixed value and not free text, which might contain personal data.",
    "type": "string",
    "enum": SuppressionReason::ALL.iter().filter(|reason| **reason != SuppressionReason::Erased)
        .map(|reason| reason.as_str()).collect::<Vec<_>>(),
});
schema!(named Email, "Email", {
    "description": "An e-mail address, RFC 5321 and RFC 6531. Case is ignored in comparisons.",
    "type": "string", "format": "idn-email", "maxLength": 254, "examples": ["jane@example.com"],
});
schema!(named Phone, "Phone", {
    "description": "A telephone number with + and the country code, E.164. Spaces, dots, dashes, slashes and brackets are removed.",
    "type": "string", "pattern": "^\\+[1-9]([ ./()-]*[0-9]){6,15}[ ./()-]*$", "examples": ["+44 7700 900123"],
});
schema!(named Push, "Push", {
    "description": "The address for push notifications to a browser or an app: an endpoint URL (RFC 8030) or a token.",
    "type": "string", "pattern": "^[!-~]+$", "minLength": 8, "maxLength": 2048,
});
schema!(named Postal, "Postal", {
    "description": "A postal address in lines. Case, punctuation and white space are ignored in comparisons.",
    "type": "string", "pattern": "^[^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*[A-Za-z0-9][^\\u0000-\\u0009\\u000b-\\u001f\\u007f-\\u009f]*$",
    "minLength": 10, "maxLength": 400, "examples": ["Jane Doe\n12 Mill Lane\nOX1 2JD Oxford"],
});
schema!(named PurposeSlug, "Purpose", {
    "description": "The purpose of messages: a short name that the shop chooses, such as `newsletter`.",
    "type": "string", "pattern": "^[a-z][a-z0-9_]{0,47}$", "examples": ["newsletter"],
});
schema!(named Token, "Token", {
    "description": "A short name that the shop chooses.",
    "type": "string", "pattern": "^[A-Za-z0-9._:-]{1,64}$",
});
schema!(named Locale, "Locale", {
    "description": "A language tag, BCP 47.",
    "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9]{0,7}(-[A-Za-z0-9]{1,8})*$", "minLength": 2, "maxLength": 35,
    "examples": ["en-GB"],
});
schema!(named ExternalId, "ExternalId", {
    "description": "The id that a platform gives to a person: the name of the platform, a colon, the id.",
    "type": "string", "pattern": "^[A-Za-z0-9._-]{1,32}:[!-~]{1,128}$", "examples": ["shopify:123"],
});
schema!(named Line, "Line", {
    "description": "One line of plain text without control characters.",
    "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
});
schema!(named Origin, "Origin", {
    "description": "A web origin, RFC 6454: the scheme, the host, and the port unless it is the default of the scheme.",
    "type": "string", "pattern": "^https?://[^/?#@\\sA-Z]+$", "examples": ["https://shop.example"],
});
schema!(named Target, "Target", {
    "description": "The URL that events are sent to. It must be `https` and on a public host.",
    "type": "string", "pattern": "^[Hh][Tt][Tt][Pp][Ss]?:", "maxLength": Target::MAX_LEN,
    "examples": ["https://hooks.shop.example/placet"],
});
schema!(named PageUrl, "PageUrl", {
    "description": "The URL of a page.",
    "type": "string", "pattern": "^https?://", "maxLength": PageUrl::MAX_LEN, "examples": ["https://shop.example/checkout"],
});
schema!(named Jwk, "Jwk", {
    "description": "A public key as a JSON Web Key, RFC 8037.",
    "type": "object", "required": ["kty", "crv", "x"],
    "properties": {
        "kty": { "const": "OKP" },
        "crv": { "const": "Ed25519" },
        "x": { "type": "string", "pattern": "^[A-Za-z0-9_-]{43}$" },
    },
});

impl<T: JsonSchema> JsonSchema for Object<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// Changes the schema of a body that consists of exactly one of its fields.
pub(in crate::api) fn one_of_its_fields(schema: &mut Schema) {
    schema.remove("required");
    let names: Vec<String> = fields_of(schema).map(ToOwned::to_owned).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    schema.insert("oneOf".into(), names.iter().map(|name| alone(name, "string", &names)).collect());
}

/// Changes the schema of a body that has either `contact` or `contacts`.
pub(in crate::api) fn one_contact_or_many(schema: &mut Schema) {
    if let Some(many) = schema.pointer_mut("/properties/contacts").and_then(Value::as_object_mut) {
        many.insert("maxItems".into(), 10_000.into());
        // An element that cannot be parsed gets an error in its place and the others are still decided, so the schema
        // of an element is loose.
        let fields = ["id", "email", "phone", "push", "postal", "external"];
        let fields: Map<String, Value> =
            fields.iter().map(|name| ((*name).to_owned(), json!({ "type": ["string", "null"] }))).collect();
        let one = json!({
            "description": "A contact as in `contact`. An element that is not valid gets an error in its place in the answer.",
            "type": "object", "properties": fields, "additionalProperties": false,
        });
        many.insert("items".into(), one);
    }
    let names = ["contact", "contacts"];
    schema.insert("oneOf".into(), json!([alone("contact", "object", &names), alone("contacts", "array", &names)]));
}

/// Changes the schema of a body with one address and a channel that must use it.
pub(in crate::api) fn one_address_and_its_channel(schema: &mut Schema) {
    let channels_of = |kind: &AddressKind| {
        let channels = Channel::ALL.iter().filter(|channel| channel.address_kind() == *kind);
        let mut names: Vec<Value> = channels.map(|channel| channel.as_str().into()).collect();
        names.push(Value::Null);
        (kind.as_str(), Value::Array(names))
    };
    let kinds: Vec<(&str, Value)> = AddressKind::ALL.iter().map(channels_of).collect();
    let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
    let with_channel = |(name, channels): &(&str, Value)| {
        let mut alone = alone(name, "string", &names);
        if let Some(fields) = alone.pointer_mut("/properties").and_then(Value::as_object_mut) {
            fields.insert("channel".to_owned(), json!({ "enum": channels }));
        }
        alone
    };
    schema.insert("oneOf".into(), kinds.iter().map(with_channel).collect());
}

/// Changes the schema of a correction, which must correct an address or the profile.
pub(in crate::api) fn a_correction(schema: &mut Schema) {
    let given = |name: &str| json!({ "required": [name], "properties": { name: { "type": "object" } } });
    schema.insert("anyOf".into(), json!([given("address"), given("profile")]));
}

fn fields_of(schema: &Schema) -> impl Iterator<Item = &str> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
}

/// Returns a schema in which one field of several is present and the others are absent or `null`, which means the same.
fn alone(name: &str, of_type: &str, names: &[&str]) -> Value {
    let type_of = |own: &str| if own == name { of_type } else { "null" };
    let fields: Map<String, Value> =
        names.iter().map(|own| ((*own).to_owned(), json!({ "type": type_of(own) }))).collect();
    json!({ "required": [name], "properties": fields })
}

/// Removes `null` from the allowed types of a field.
fn never_null(field: &mut Value) {
    let Some(field) = field.as_object_mut() else { return };
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|one| one != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            field.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(either)) = field.get_mut("anyOf") {
        either.retain(|one| one.get("type") != Some(&json!("null")));
        if let [Value::Object(only)] = either.as_slice() {
            let only = only.clone();
            field.remove("anyOf");
            for (name, value) in only {
                field.entry(name).or_insert(value);
            }
        }
    }
}

/// Returns a generator for the schemas of bodies, or of answers.
pub(in crate::api) fn generator(answers: bool) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.definitions_path = "/components/schemas".into();
        if answers {
            settings.contract = schemars::generate::Contract::Serialize;
        }
    });
    settings.into_generator()
}

/// Makes the final changes to a schema and all schemas in it. `answers`: the schema is for an answer, which has all its
/// fields.
pub(in crate::api) fn finish(schema: &mut Schema, answers: bool) {
    transform_subschemas(&mut |inner: &mut Schema| finish(inner, answers), schema);
    let Some(object) = schema.as_object_mut() else { return };
    for noise in ["title", "$schema", "default"] {
        // A field may have such a name, but `properties` is not visited here because it is not a schema itself.
        object.remove(noise);
    }
    if object.get("format").and_then(Value::as_str).is_some_and(|format| format.contains("int")) {
        object.remove("format");
        // The maximum of a `u8` or `u16` comes from the Rust type and is not a rule of the API.
        if object.get("maximum").and_then(Value::as_u64).is_some_and(|most| [255, 65_535].contains(&most)) {
            object.remove("maximum");
        }
    }
    if let Some(Value::String(text)) = object.get_mut("description") {
        *text = plain(text);
    }
    words(object);
    let required = object.get("required").cloned().unwrap_or_default();
    if let Some(Value::Object(fields)) = object.get_mut("properties") {
        if answers {
            let is_required = |name: &str| required.as_array().is_some_and(|all| all.iter().any(|one| one == name));
            // A field that may be absent is left out of an answer and never `null`.
            fields.iter_mut().filter(|(name, _)| !is_required(name)).for_each(|(_, field)| never_null(field));
        }
        if object.get("type").is_some() {
            object.entry("additionalProperties").or_insert(false.into());
        }
    }
}

/// Returns a doc comment as plain prose.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("[`", "`").replace("`]", "`")
}

/// Replaces the variants of a vocabulary by one `enum`, with the description of each value beside it.
fn words(object: &mut Map<String, Value>) {
    let Some(Value::Array(variants)) = object.get("oneOf") else { return };
    let word = |one: &Value| Some((one.get("const")?.as_str()?.to_owned(), one.get("description")?.clone()));
    let Some(words) = variants.iter().map(word).collect::<Option<Vec<_>>>() else { return };
    object.remove("oneOf");
    object.insert("type".into(), "string".into());
    object.insert("enum".into(), words.iter().map(|(word, _)| word.as_str()).collect());
    object.insert("x-enumDescriptions".into(), Value::Object(words.into_iter().collect()));
}

/// Returns the code of the problem that an invalid value of a named type causes.
pub(in crate::api) fn code_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "Activity" => "unknown_activity",
        "Assurance" => "invalid_assurance",
        "Basis" => "unknown_basis",
        "Channel" => "unknown_channel",
        "Choice" | "StatedChoice" => "unknown_choice",
        "Dealing" => "unknown_dealing",
        "Email" => "invalid_email",
        "Push" => "invalid_push",
        "Postal" => "invalid_postal",
        "DeliveryState" => "unknown_state",
        "EventId" => "invalid_event_id",
        "EventType" => "unknown_event",
        "ExternalId" => "invalid_external_id",
        "GivenSuppressionReason" => "unknown_reason",
        "KeyKind" => "unknown_kind",
        "Line" => "invalid_text",
        "ListCells" => "unknown_cells",
        "ListColumns" | "Profile" => "unknown_profile",
        "ListForm" => "unknown_format",
        "ListKind" => "unknown_list",
        "Locale" => "invalid_locale",
        "Origin" => "invalid_origin",
        "PageUrl" => "invalid_url",
        "Payload" => "unknown_payload",
        "Phone" => "invalid_phone",
        "Purpose" => "invalid_purpose",
        "RecipientRole" => "unknown_role",
        "Relation" => "unknown_relation",
        "Scope" => "unknown_scope",
        "Target" => "invalid_target",
        "Token" => "invalid_token",
        "Waiver" => "unknown_waiver",
        _ => return None,
    })
}

/// Adds the codes of all problems that values of a schema can cause.
pub(in crate::api) fn codes_in(
    schema: &Value,
    schemas: &Map<String, Value>,
    codes: &mut BTreeSet<String>,
    seen: &mut BTreeSet<String>,
) {
    let fields = match schema {
        Value::Object(fields) => fields,
        Value::Array(all) => return all.iter().for_each(|one| codes_in(one, schemas, codes, seen)),
        _ => return,
    };
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    codes.extend(text("x-placet-code").map(str::to_owned));
    codes.extend(match text("format") {
        Some("uuid") => Some("invalid_id".to_owned()),
        Some("date-time") => Some("invalid_time".to_owned()),
        _ => None,
    });
    if fields.contains_key("maximum") {
        codes.insert("out_of_range".into());
    }
    let name = text("$ref").and_then(|reference| reference.rsplit('/').next());
    if let Some((name, named)) = name.and_then(|name| schemas.get_key_value(name))
        && seen.insert(name.clone())
    {
        codes_in(named, schemas, codes, seen);
    }
    fields.values().for_each(|inner| codes_in(inner, schemas, codes, seen));
}

pub(in crate::api) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

pub(in crate::api) fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

pub(in crate::api) fn id() -> Value {
    json!({ "type": "string", "format": "uuid" })
}

pub(in crate::api) fn country() -> Value {
    json!({ "type": "string", "pattern": "^[A-Z]{2}$" })
}
