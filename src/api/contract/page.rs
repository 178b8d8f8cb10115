//! The HTML page of the contract, for people. It works without scripts, without a network and on paper.
//!
//! The service makes the page itself: this code is less than half as large as the finished page would be.

use std::borrow::Cow;
use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use crate::api::contract::shape::{Field, fields, shape, words};
use crate::api::routes::endpoints;

/// Returns the page of a document.
pub fn page(document: &Value) -> String {
    let version = text(document, "/info/version");
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "placet: the contract of its service" }
                style { (PreEscaped(include_str!("page.css"))) }
            }
            body {
                a.skip href="#main" { "Skip to the contract" }
                (contents(document))
                main #main {
                    h1 { "placet" }
                    p.lead {
                        (text(document, "/info/summary")) ". Version " (version) ". For machines: "
                        a href="/openapi.json" { "openapi.json" } "."
                    }
                    h2 #introduction { "Introduction" }
                    (introduction(text(document, "/info/description")))
                    @for (tag, about) in tags(document) {
                        h2 id=(anchor(tag)) { (tag) }
                        @for paragraph in about.split("\n\n") { p { (prose(paragraph)) } }
                        @for (method, path, operation) in operations(document, tag) {
                            (crate::api::contract::page::operation(document, method, path, operation))
                        }
                    }
                    h2 #types { "Types" }
                    p { "What bodies and answers are made of. A field marked * has to be there, or always is." }
                    @let shown = bodies(document);
                    @for (name, schema) in object(document, "/components/schemas").filter(|(name, _)| !shown.contains_key(name.as_str())) {
                        (named(name, schema))
                    }
                    h2 #codes { "Problem codes" }
                    p { "Every code, with its status." }
                    (problems(document))
                }
                footer { "Made of the code of placet " (version) ", licensed MIT or Apache-2.0." }
            }
        }
    };
    markup.into_string() + "\n"
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn object<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    let reference = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

/// Returns the groups of operations, each with its description.
fn tags(document: &Value) -> impl Iterator<Item = (&str, &str)> {
    list(document, "/tags").map(|tag| (text(tag, "/name"), text(tag, "/description")))
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// Returns the operations of a group, in the order of the routes.
fn operations<'a>(document: &'a Value, tag: &str) -> Vec<(&'static str, &'static str, &'a Value)> {
    let paths = document.get("paths");
    let all = endpoints().filter_map(|own| {
        let operation = paths?.get(own.path)?.get(own.method.to_lowercase())?;
        Some((own.method, own.path, operation))
    });
    all.filter(|(_, _, operation)| text(operation, "/tags/0") == tag).collect()
}

fn contents(document: &Value) -> Markup {
    html! {
        nav aria-label="Contents" {
            p { "Introduction" }
            ul { @for (title, _) in chapters(text(document, "/info/description")) {
                @if !title.is_empty() { li { a href={ "#" (anchor(title)) } { (title) } } }
            } }
            @for (tag, _) in tags(document) {
                p { (tag) }
                ul { @for (_, _, operation) in operations(document, tag) {
                    li { a href={ "#" (text(operation, "/operationId")) } { (text(operation, "/summary")) } }
                } }
            }
            p { "Reference" }
            ul { li { a href="#types" { "Types" } } li { a href="#codes" { "Problem codes" } } }
        }
    }
}

/// Splits a text into chapters, each with a title. The first has no title.
fn chapters(text: &str) -> Vec<(&str, &str)> {
    let mut parts = text.split("\n## ");
    let first = parts.next().unwrap_or_default();
    std::iter::once(("", first)).chain(parts.map(|part| part.split_once('\n').unwrap_or((part, "")))).collect()
}

fn introduction(about: &str) -> Markup {
    html! {
        @for (title, text) in chapters(about) {
            @if !title.is_empty() { h3 id=(anchor(title)) { (title) } }
            @for paragraph in text.split("\n\n").filter(|text| !text.trim().is_empty()) { p { (prose(paragraph)) } }
        }
    }
}

/// Renders a text in which code is between backticks.
pub(in crate::api) fn prose(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

fn operation(document: &Value, method: &str, path: &str, operation: &Value) -> Markup {
    let id = text(operation, "/operationId");
    let parameters: Vec<&Value> = list(operation, "/parameters").map(|one| resolved(document, one)).collect();
    let forms: Vec<(&String, &Value)> = object(operation, "/requestBody/content").collect();
    let body = operation.pointer("/requestBody/content/application~1json");
    html! {
        article aria-labelledby=(id) {
            h3 id=(id) { (text(operation, "/summary")) }
            div class={ "route " (method) } { b { (method) } code { (path) } small { (access(operation)) } }
            p { (prose(text(operation, "/description"))) }
            @if !parameters.is_empty() {
                h4 { "Parameters" }
                table {
                    (heads())
                    tbody { @for one in parameters { (parameter(one)) } }
                }
            }
            @if let Some(body) = body {
                h4 { "Body" }
                @let name = text(body, "/schema/$ref").rsplit('/').next().unwrap_or_default();
                p { (shape(body.get("schema").unwrap_or(&Value::Null))) ", at most " (size(operation)) }
                // The fields of a type are shown at the first operation that takes it.
                @if bodies(document).get(name) == Some(&id) {
                    div id={ "type-" (name) } {
                        (table(resolved(document, body.get("schema").unwrap_or(&Value::Null))))
                    }
                }
                (examples(document, body, "Example of a body"))
            } @else if !forms.is_empty() {
                h4 { "Body" }
                p { (media_types(&forms)) ", at most " (size(operation)) ". " (prose(text(operation, "/requestBody/description"))) }
                @for (_, form) in &forms { (examples(document, form, "Example of a body")) }
            }
            (answers(document, operation))
        }
    }
}

fn heads() -> Markup {
    html! { thead { tr { th scope="col" { "Name" } th scope="col" { "What it is" } } } }
}

fn access(operation: &Value) -> Markup {
    let schemes: Vec<&str> = list(operation, "/security")
        .filter_map(|one| one.as_object()?.keys().next())
        .map(|name| match name.as_str() {
            "rootSecret" => "the root secret",
            "publishableKey" => "a publishable key",
            _ => "a secret key",
        })
        .collect();
    let scope = text(operation, "/x-placet-scope");
    html! {
        @if schemes.is_empty() { "No key needed" } @else { "Needs " (schemes.join(" or ")) }
        @if !matches!(scope, "none" | "root") { " with the scope " code { (scope) } }
    }
}

fn size(operation: &Value) -> String {
    let bytes = operation.get("x-placet-body-limit").and_then(Value::as_u64).unwrap_or_default();
    match bytes / 1024 {
        kilobytes if kilobytes >= 1024 * 1024 => format!("{} GB", kilobytes / 1024 / 1024),
        kilobytes if kilobytes >= 1024 => format!("{} MB", kilobytes / 1024),
        kilobytes => format!("{kilobytes} KB"),
    }
}

fn media_types(forms: &[(&String, &Value)]) -> Markup {
    html! { @for (place, (form, _)) in forms.iter().enumerate() { @if place > 0 { ", or " } code { (form) } } }
}

fn parameter(one: &Value) -> Markup {
    let schema = one.get("schema").unwrap_or(&Value::Null);
    let needed = one.get("required") == Some(&Value::Bool(true));
    html! {
        tr {
            th scope="row" { code { (text(one, "/name")) } @if needed { "*" } small { (text(one, "/in")) } }
            td { (prose(text(one, "/description"))) small { (shape(schema)) } }
        }
    }
}

fn examples(document: &Value, media: &Value, title: &str) -> Markup {
    let named = object(media, "/examples").map(|(_, one)| resolved(document, one).get("value"));
    html! {
        @for example in std::iter::once(media.get("example")).chain(named).flatten() {
            details {
                summary { (title) }
                pre { code { (written(example)) } }
            }
        }
    }
}

/// Returns a file unchanged, and any other example as formatted JSON.
fn written(example: &Value) -> Cow<'_, str> {
    match example.as_str() {
        Some(file) => file.into(),
        None => serde_json::to_string_pretty(example).unwrap_or_default().into(),
    }
}

/// The description of an answer that needs none.
pub(in crate::api) const USUAL: &str = "The answer.";

fn answers(document: &Value, operation: &Value) -> Markup {
    let (good, bad): (Vec<_>, Vec<_>) =
        object(operation, "/responses").partition(|(status, _)| status.as_str() < "400");
    html! {
        h4 { "Answer" }
        @let has_several = good.len() > 1;
        @for (status, answer) in good {
            p {
                b { (status) } " "
                @for (place, (media_type, media)) in object(answer, "/content").enumerate() {
                    @if place > 0 { ", or " }
                    @if media_type == "application/json" { (shape(media.get("schema").unwrap_or(&Value::Null))) }
                    @else { code { (media_type) } }
                }
                @let about = text(answer, "/description");
                @if answer.get("content").is_none() { (prose(about)) }
                @else if has_several && about != USUAL { ". " (prose(about)) }
                @let headers: Vec<&str> = object(answer, "/headers").map(|(name, _)| name.as_str()).collect();
                @if !headers.is_empty() { small { "with " (headers.join(", ")) } }
            }
            // A large example is shown only at one operation, see `SHOWS`.
            @for (_, media) in object(answer, "/content") { (examples_once(document, operation, media)) }
        }
        h4 { "Problems" }
        ul.codes {
            @for (status, answer) in bad {
                li {
                    b { (status) }
                    @for (place, code) in list(resolved(document, answer), "/x-placet-codes").enumerate() {
                        @if place > 0 { ", " } code { (code.as_str().unwrap_or_default()) }
                    }
                }
            }
        }
    }
}

/// The operation that shows the example that several operations share. The other large examples are only in the
/// document.
const SHOWS: &str = "getContact";

fn examples_once(document: &Value, operation: &Value, media: &Value) -> Markup {
    if media.pointer("/examples/typical").is_some() && text(operation, "/operationId") != SHOWS {
        return html! {};
    }
    examples(document, media, "Example of an answer")
}

/// Returns the types of bodies, each with the first operation that takes it.
fn bodies(document: &Value) -> BTreeMap<&str, &str> {
    let mut bodies = BTreeMap::new();
    for (_, _, operation) in tags(document).flat_map(|(tag, _)| operations(document, tag)) {
        let name = text(operation, "/requestBody/content/application~1json/schema/$ref").rsplit('/').next();
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            bodies.entry(name).or_insert_with(|| text(operation, "/operationId"));
        }
    }
    bodies
}

/// Renders the fields of an object.
fn table(schema: &Value) -> Markup {
    html! { table { (heads()) tbody { @for one in &fields(schema) { (field(one)) } } } }
}

/// Renders a named type.
fn named(name: &str, schema: &Value) -> Markup {
    let about = text(schema, "/description");
    html! {
        h3 id={ "type-" (name) } { (name) }
        @if !about.is_empty() { p { (prose(about)) } }
        @let code = text(schema, "/x-placet-code");
        @if !code.is_empty() { p.dim { "Anything else is refused as " code { (code) } "." } }
        @if !fields(schema).is_empty() { (table(schema)) } @else if let Some(words) = words(schema) {
            ul { @for (word, meaning) in words { li { code { (word) } @if !meaning.is_empty() { ": " (prose(meaning)) } } } }
        } @else { p { (shape(schema)) } }
    }
}

fn field(field: &Field<'_>) -> Markup {
    html! {
        tr {
            th scope="row" { code { (field.name) } @if field.required { "*" } }
            td { (prose(text(field.schema, "/description"))) small { (shape(field.schema)) } }
        }
    }
}

fn problems(document: &Value) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "Code" } th scope="col" { "What it says" } } }
            tbody {
                @for (code, problem) in object(document, "/x-placet-problems") {
                    tr {
                        th scope="row" { code { (code) } small { (problem.get("status").unwrap_or(&Value::Null)) } }
                        td { (text(problem, "/title")) }
                    }
                }
            }
        }
    }
}
