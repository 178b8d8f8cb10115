//! Assembles the OpenAPI 3.1 document from the table of routes, the descriptions of the operations and the schemas of
//! the types.

use std::collections::{BTreeMap, BTreeSet};

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::api::contract::operation::Operation;
use crate::api::contract::operations::TAGS;
use crate::api::contract::operations::operation as operation_of;
use crate::api::contract::page::USUAL;
use crate::api::contract::problems::{FAULTS, OF_ANY_BODY, kinds, status_of};
use crate::api::contract::rehearsal::{Example, LARGE, rehearse, shortened};
use crate::api::contract::{lists, parameters};
use crate::api::key::Scope;
use crate::api::route::{Access, Endpoint};
use crate::api::routes::endpoints;
use crate::api::schema;

/// The parts of the document that operations refer to.
struct Parts {
    sent: SchemaGenerator,
    answered: SchemaGenerator,
    examples: Map<String, Value>,
    responses: Map<String, Value>,
}

/// Returns the methods and paths of all routes.
pub fn routes() -> Vec<(&'static str, &'static str)> {
    endpoints().map(|endpoint| (endpoint.method, endpoint.path)).collect()
}

/// Generates the document.
///
/// # Errors
/// Returns a text if the document would be false: an example that the service refuses, or a code that does not exist.
pub fn document() -> Result<Value, String> {
    let rehearsed = rehearse()?;
    let mut parts = Parts {
        sent: schema::generator(false),
        answered: schema::generator(true),
        examples: Map::new(),
        responses: Map::new(),
    };
    // The types come first, because codes follow from them.
    let bodies: Vec<Option<Schema>> =
        endpoints().map(|own| operation_of(own.id).body.map(|make| make(&mut parts.sent))).collect();
    let answers: Vec<Vec<Schema>> = endpoints()
        .map(|own| operation_of(own.id).answers.iter().map(|make| make(&mut parts.answered)).collect())
        .collect();
    parts.answered.subschema_for::<crate::api::problem::ProblemBody>();
    parameters::register(&mut parts.sent);
    let schemas = schemas(&mut parts)?;

    let contact = example_value(&rehearsed, "getContact");
    let key = example_value(&rehearsed, "rotateKey");
    let webhook = example_value(&rehearsed, "putWebhook");
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for ((endpoint, body), answers) in endpoints().zip(bodies).zip(answers) {
        let examples = rehearsed.get(operation_of(endpoint.id).id).map(Vec::as_slice).unwrap_or_default();
        let written = operation(endpoint, body.as_ref(), &answers, examples, &schemas, &mut parts)?;
        paths.entry(endpoint.path).or_default().insert(endpoint.method.to_lowercase(), written);
    }
    // JSON objects have no order, so the tags follow the order of the routes.
    let tags: Vec<Value> = TAGS.iter().map(|(name, about)| json!({ "name": name, "description": about })).collect();
    share(&mut paths, &mut parts);
    Ok(json!({
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "placet",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Channel consent for shops",
            "description": include_str!("about.md"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "parameters": parameters::shared(&contact, &key, &webhook),
            "headers": parameters::headers(),
            "examples": parts.examples,
            "responses": parts.responses,
            "securitySchemes": {
                "rootSecret": bearer("The root secret of the deployment."),
                "publishableKey": bearer("A publishable key of the shop, `pk_…`, used on one of its origins."),
                "secretKey": bearer("A secret key of the shop, `sk_…`, with the scope that the operation names."),
            },
        },
        "x-placet-problems": problems(),
    }))
}

fn bearer(about: &str) -> Value {
    json!({ "type": "http", "scheme": "bearer", "description": about })
}

fn example_value(rehearsed: &BTreeMap<&'static str, Vec<Example>>, id: &str) -> String {
    let example = rehearsed.get(id).and_then(|examples| examples.first());
    example.and_then(|example| example.values.first()).cloned().unwrap_or_default()
}

/// Returns all codes with their status and title.
fn problems() -> Value {
    let kinds = kinds();
    let general = kinds.iter().map(|kind| {
        let body = json!({ "status": kind.status().as_u16(), "title": kind.body().title });
        (kind.code().to_owned(), body)
    });
    let faults = FAULTS.iter().map(|(code, title)| ((*code).to_owned(), json!({ "status": 422, "title": title })));
    Value::Object(general.chain(faults).collect())
}

/// Returns the finished schemas of all types, by name.
fn schemas(parts: &mut Parts) -> Result<Map<String, Value>, String> {
    let mut all: Map<String, Value> = Map::new();
    for (generator, answers) in [(&mut parts.sent, false), (&mut parts.answered, true)] {
        for (name, value) in generator.take_definitions(true) {
            let mut one = Schema::try_from(value).map_err(|error| format!("{name}: {error}"))?;
            schema::finish(&mut one, answers);
            if let (Some(code), Some(object)) = (schema::code_of(&name), one.as_object_mut()) {
                object.insert("x-placet-code".into(), code.into());
            }
            let value = one.to_value();
            if all.get(&name).is_some_and(|other| *other != value) {
                return Err(format!("{name} has one schema in bodies and another in answers: rename one of the types"));
            }
            all.insert(name, value);
        }
    }
    Ok(all)
}

fn operation(
    endpoint: &Endpoint,
    body: Option<&Schema>,
    answers: &[Schema],
    examples: &[Example],
    schemas: &Map<String, Value>,
    parts: &mut Parts,
) -> Result<Value, String> {
    let operation = operation_of(endpoint.id);
    let mut written = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": operation.about,
        "security": security(endpoint.access),
        "x-placet-scope": match endpoint.access {
            Access::Open => "none",
            Access::Root | Access::Operator => "root",
            Access::Key(scope) => scope.as_str(),
            // The credential is in the path.
            Access::Link(_) | Access::PathKey(_) => "link",
        },
    });
    let Some(fields) = written.as_object_mut() else { return Ok(written) };
    let parameters = parameters::of(endpoint, operation, examples.first());
    if !parameters.is_empty() {
        fields.insert("parameters".into(), parameters.into());
    }
    if let Some(body) = body {
        let mut media = json!({ "schema": body });
        add_examples(&mut media, examples.iter().filter_map(|example| example.body.clone()).collect());
        fields.insert("requestBody".into(), json!({ "required": true, "content": { "application/json": media } }));
        fields.insert("x-placet-body-limit".into(), endpoint.body_limit.into());
    }
    if endpoint.takes_file() {
        let example = examples.iter().find_map(|example| example.body.as_ref());
        fields.insert("requestBody".into(), lists::body(endpoint.id, example));
        fields.insert("x-placet-body-limit".into(), endpoint.body_limit.into());
    }
    let forms = parameters::forms(endpoint.id);
    if !forms.is_empty() {
        let content: Map<String, Value> =
            forms.iter().map(|form| ((*form).to_owned(), json!({ "schema": parameters::form(endpoint.id) }))).collect();
        fields.insert("requestBody".into(), json!({ "content": content }));
        fields.insert("x-placet-body-limit".into(), endpoint.body_limit.into());
    }
    let mut responses = Map::new();
    let usual = (operation.status, if operation.status == 201 { "Done." } else { USUAL });
    for answer in std::iter::once(usual).chain(operation.statuses.iter().copied()) {
        responses.insert(answer.0.to_string(), success(endpoint, operation, answer, answers, examples, parts));
    }
    if matches!(endpoint.id, "getStorefront" | "getStorefrontOfKey") {
        let unchanged = json!({
            "description": "Not modified: the state is still the one that `If-None-Match` names.",
            "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
        });
        responses.insert("304".into(), unchanged);
    }
    if endpoint.is_page() {
        let page = |about: &str| json!({ "description": about, "content": { "text/html": {} } });
        let of_form = if matches!(endpoint.access, Access::PathKey(_)) { parameters::FORM_PAGES } else { &[] };
        for (status, about) in parameters::OTHER_PAGES.iter().chain(of_form) {
            responses.insert((*status).to_string(), page(about));
        }
    } else {
        for (status, codes) in codes(endpoint, operation, body, schemas)? {
            responses.insert(status.to_string(), problem(status, &codes));
        }
    }
    fields.insert("responses".into(), responses.into());
    Ok(written)
}

fn security(access: Access) -> Value {
    match access {
        Access::Open | Access::Link(_) | Access::PathKey(_) => json!([]),
        Access::Root | Access::Operator => json!([{ "rootSecret": [] }]),
        Access::Key(scope @ (Scope::Storefront | Scope::Capture)) => {
            json!([{ "publishableKey": [scope.as_str()] }, { "secretKey": [scope.as_str()] }])
        }
        Access::Key(scope) => json!([{ "secretKey": [scope.as_str()] }]),
    }
}

/// Adds one example, or several with names.
fn add_examples(media: &mut Value, examples: Vec<Value>) {
    let Some(media) = media.as_object_mut() else { return };
    match examples.as_slice() {
        [] => {}
        [only] => drop(media.insert("example".into(), only.clone())),
        several => {
            let named =
                ["one", "many"].iter().zip(several).map(|(name, one)| ((*name).into(), json!({ "value": one })));
            media.insert("examples".into(), Value::Object(named.collect()));
        }
    }
}

fn success(
    endpoint: &Endpoint,
    operation: &Operation,
    (status, about): (u16, &str),
    answers: &[Schema],
    examples: &[Example],
    parts: &mut Parts,
) -> Value {
    let schema = match answers {
        [] => parameters::answer_without_type(endpoint.id),
        [only] => json!(only),
        several => json!({ "anyOf": several }),
    };
    let mut media = json!({ "schema": schema });
    let given_as = |media_type: &str| -> Vec<Value> {
        let own = examples.iter().filter(|example| example.status == status && example.media_type == media_type);
        own.map(|example| shortened(&example.answer)).collect()
    };
    let given = given_as("application/json");
    let large = given.first().filter(|given| given.to_string().len() > LARGE);
    if let (Some(large), Some(name)) = (large, schema.get("$ref").and_then(Value::as_str)) {
        let name = name.rsplit('/').next().unwrap_or_default().to_owned();
        let reference = json!({ "$ref": format!("#/components/examples/{name}") });
        // An export contains only parts of a report, so each example is shown with its operation.
        if endpoint.id == "exportContact" {
            add_examples(&mut media, given);
        } else {
            parts.examples.entry(name).or_insert_with(|| json!({ "value": large }));
            if let Some(media) = media.as_object_mut() {
                media.insert("examples".into(), json!({ "typical": reference }));
            }
        }
    } else {
        add_examples(&mut media, given);
    }
    let mut content = Map::new();
    match endpoint.id {
        _ if endpoint.is_page() || endpoint.id == "getDocs" => {
            drop(content.insert("text/html".into(), json!({})));
        }
        "greetProvider" => drop(content.insert("text/plain".into(), json!({}))),
        "takeInbound" | "takePlatformEvent" => {
            let status =
                json!({ "type": "object", "required": ["status"], "properties": { "status": { "const": "ok" } } });
            let media = json!({ "schema": status, "example": { "status": "ok" } });
            content.insert("application/json".into(), media);
            if endpoint.id == "takeInbound" {
                content.insert("text/xml".into(), json!({}));
            }
        }
        _ => drop(content.insert("application/json".into(), media)),
    }
    for other in parameters::other_forms(endpoint.id) {
        let kind = if *other == "application/json" { "object" } else { "string" };
        let mut media = json!({ "schema": { "type": kind } });
        add_examples(&mut media, given_as(other));
        content.insert((*other).into(), media);
    }
    json!({
        "description": about,
        "headers": parameters::answer_headers(endpoint, operation, status),
        "content": content,
    })
}

/// Returns the codes that an operation can answer with, by status.
fn codes(
    endpoint: &Endpoint,
    operation: &Operation,
    body: Option<&Schema>,
    schemas: &Map<String, Value>,
) -> Result<BTreeMap<u16, BTreeSet<String>>, String> {
    let mut codes: BTreeSet<String> = BTreeSet::new();
    let mut add = |some: &[&str]| codes.extend(some.iter().map(ToString::to_string));
    add(operation.codes);
    add(&["internal", "misconfigured"]);
    if let Access::Link(_) = endpoint.access {
        add(&["route_not_found"]);
        if endpoint.body_limit > 0 {
            add(&["bad_signature", "body_too_large", "unreadable"]);
        }
    } else if let Access::PathKey(_) = endpoint.access {
        add(&["invalid_key"]);
    } else if endpoint.access != Access::Open {
        add(&["missing_key", "invalid_key"]);
        if parameters::takes_idempotency_key(endpoint) {
            add(&["invalid_idempotency_key"]);
            // The same key returns the import that it started, whatever the body is.
            add(if endpoint.takes_file() { &[] } else { &["idempotency_mismatch"] });
        }
    }
    if let Access::Key(scope) | Access::PathKey(scope) = endpoint.access {
        add(&["wrong_scope", "too_many_requests", "unknown_parameter"]);
        if matches!(scope, Scope::Storefront | Scope::Capture) {
            add(&["wrong_origin"]);
        }
    }
    if endpoint.access == Access::Operator {
        add(&["shop_not_found", "too_many_requests", "unknown_parameter"]);
    }
    if operation.conditional {
        add(&["changed_meanwhile"]);
    }
    if !endpoint.query.is_empty() {
        add(&["duplicate_parameter"]);
        endpoint.query.iter().for_each(|name| add(&[parameters::code_of(endpoint.id, name)]));
    }
    if endpoint.takes_file() {
        add(&["body_too_large"]);
    }
    if endpoint.id == "changeChoice" {
        add(&["unknown_channel", "invalid_purpose"]);
    }
    if let Some(body) = body {
        add(&["malformed_json", "body_too_large", "unsupported_media_type"]);
        add(OF_ANY_BODY);
        schema::codes_in(&json!(body), schemas, &mut codes, &mut BTreeSet::new());
    }
    let mut by_status: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for code in codes {
        let status = status_of(&code).ok_or_else(|| format!("{}: no problem has the code {code}", operation.id))?;
        by_status.entry(status).or_default().insert(code);
    }
    Ok(by_status)
}

fn problem(status: u16, codes: &BTreeSet<String>) -> Value {
    let listed: Vec<String> = codes.iter().map(|code| format!("`{code}`")).collect();
    let mut response = json!({
        "description": listed.join(", "),
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
        "x-placet-codes": codes,
    });
    let header = match status {
        401 => Some("WWW-Authenticate"),
        429 | 503 => Some("Retry-After"),
        _ => None,
    };
    if let (Some(header), Some(response)) = (header, response.as_object_mut()) {
        let reference = json!({ header: { "$ref": format!("#/components/headers/{header}") } });
        response.insert("headers".into(), reference);
    }
    response
}

/// Moves problems that several operations share to the components.
fn share(paths: &mut BTreeMap<&str, Map<String, Value>>, parts: &mut Parts) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut each = |change: &mut dyn FnMut(&str, &mut Value)| {
        for operation in paths.values_mut().flat_map(Map::values_mut) {
            let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
            for (status, response) in responses.into_iter().flatten() {
                if response.get("x-placet-codes").is_some() {
                    change(status, response);
                }
            }
        }
    };
    each(&mut |_, response| *seen.entry(response.to_string()).or_default() += 1);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    each(&mut |status, response| {
        let text = response.to_string();
        if seen.get(&text).is_none_or(|times| *times < 2) {
            return;
        }
        let place = names.len();
        let name = names.entry(text).or_insert_with(|| format!("{status}-{place}")).clone();
        let shared = std::mem::replace(response, json!({ "$ref": format!("#/components/responses/{name}") }));
        parts.responses.insert(name, shared);
    });
}
