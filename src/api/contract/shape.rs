//! Describes a schema in a few words, for the HTML page.

use maud::{Markup, html};
use serde_json::Value;

/// A field of an object.
pub(in crate::api) struct Field<'a> {
    pub(in crate::api) name: &'a str,
    pub(in crate::api) required: bool,
    pub(in crate::api) schema: &'a Value,
}

/// Returns the fields of an object, required fields first.
pub(in crate::api) fn fields(schema: &Value) -> Vec<Field<'_>> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let all = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut fields: Vec<Field<'_>> =
        all.map(|(name, schema)| Field { name, required: is_required(name), schema }).collect();
    fields.sort_by_key(|field| !field.required);
    fields
}

/// Returns the values of a vocabulary, each with its description.
pub(in crate::api) fn words(schema: &Value) -> Option<Vec<(&str, &str)>> {
    let meanings = schema.get("x-enumDescriptions");
    let words = schema.get("enum")?.as_array()?.iter().filter_map(Value::as_str);
    let meaning = |word: &str| meanings.and_then(|all| all.get(word)?.as_str()).unwrap_or_default();
    Some(words.map(|word| (word, meaning(word))).collect())
}

/// Renders a short description of the values that a schema accepts.
pub(in crate::api) fn shape(schema: &Value) -> Markup {
    if let Some(name) = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next()) {
        return html! { a href={ "#type-" (name) } { (name) } };
    }
    let several = ["anyOf", "oneOf"].iter().find_map(|name| schema.get(*name)?.as_array());
    if let Some(several) = several.filter(|_| schema.get("properties").is_none()) {
        return html! { @for (place, one) in several.iter().enumerate() { @if place > 0 { " or " } (shape(one)) } };
    }
    if let Some(only) = schema.get("const") {
        return html! { code { (written(only)) } };
    }
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        return html! { @for (place, one) in words.iter().enumerate() { @if place > 0 { ", " } code { (written(one)) } } };
    }
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::String(only)) => vec![only],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => vec!["anything"],
    };
    html! {
        @for (place, one) in types.iter().enumerate() {
            @if place > 0 { " or " }
            @match *one {
                "string" => (text(schema)),
                "array" => (list(schema)),
                "object" => (map(schema)),
                "integer" => { "whole number" (bounds(schema, "minimum", "maximum", "")) },
                "boolean" => { "true or false" },
                other => (other),
            }
        }
    }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text(schema: &Value) -> Markup {
    let word = match schema.get("format").and_then(Value::as_str) {
        Some("date-time") => "time",
        Some("date") => "date",
        Some("uuid") => "UUID",
        _ => "text",
    };
    html! {
        (word) (bounds(schema, "minLength", "maxLength", " characters"))
        @if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) { " matching " code { (pattern) } }
    }
}

fn list(schema: &Value) -> Markup {
    html! {
        "list"
        @if let Some(items) = schema.get("items") { " of " (shape(items)) }
        (bounds(schema, "minItems", "maxItems", ""))
    }
}

fn map(schema: &Value) -> Markup {
    html! {
        "object"
        @if let Some(inner @ Value::Object(_)) = schema.get("additionalProperties") { ", each " (shape(inner)) }
    }
}

fn bounds(schema: &Value, least: &str, most: &str, unit: &str) -> Markup {
    html! {
        @match (schema.get(least), schema.get(most)) {
            (Some(least), Some(most)) => { ", " (least) " to " (most) (unit) },
            (Some(least), None) if least != 0 => { ", at least " (least) (unit) },
            (None, Some(most)) => { ", at most " (most) (unit) },
            _ => {},
        }
    }
}
