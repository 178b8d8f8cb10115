//! Checks every answer in the suite against the contract: its status, media type, problem code and JSON schema.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use bytes::Bytes;
use http::{Method, Response};
use jsonschema::Validator;
use placet::api::contract;
use serde_json::{Value, json};

struct Contract {
    document: Value,
    /// The JSON schema validators, by the JSON pointer to the media type they belong to.
    validators: BTreeMap<String, Validator>,
}

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let document = contract::document().unwrap();
    let mut validators = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for (status, response) in operation["responses"].as_object().unwrap() {
                let response = resolved(&document, response);
                for (media_type, media) in response["content"].as_object().into_iter().flatten() {
                    let Some(schema) = media.get("schema").and_then(Value::as_object) else { continue };
                    let mut whole = schema.clone();
                    whole.insert("components".into(), json!({ "schemas": document["components"]["schemas"] }));
                    let options = jsonschema::draft202012::options().should_validate_formats(true);
                    let validator = options.build(&Value::Object(whole)).unwrap();
                    validators.insert(format!("{method} {path} {status} {media_type}"), validator);
                }
            }
        }
    }
    Contract { document, validators }
});

fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"].as_str().map_or(value, |reference| document.pointer(&reference[1..]).unwrap())
}

/// Returns the path template that matches a path. As in the service, a path without parameters wins over templates that
/// also match.
fn template(document: &Value, method: &str, path: &str) -> Option<String> {
    let fits = |template: &&String| {
        let (mut own, mut given) = (template.split('/'), path.split('/'));
        loop {
            match (own.next(), given.next()) {
                (None, None) => return true,
                (Some(own), Some(given)) if own == given || own.starts_with('{') && !given.is_empty() => {}
                _ => return false,
            }
        }
    };
    let paths = document["paths"].as_object().unwrap();
    let found = paths.keys().filter(fits).min_by_key(|template| template.matches('{').count())?;
    paths[found].get(method).is_some().then(|| found.clone())
}

/// Checks an answer. Ignores requests that are not operations of the contract: preflights and unknown routes.
#[track_caller]
pub fn hold(method: &Method, path: &str, response: &Response<Bytes>) {
    let Contract { document, validators } = &*CONTRACT;
    let method = method.as_str().to_lowercase();
    let Some(template) = template(document, &method, path) else { return };
    let status = response.status().as_u16().to_string();
    let name = format!("{method} {template} {status}");
    let text = String::from_utf8_lossy(response.body());
    let responses = &document["paths"][&template][&method]["responses"];
    let documented = responses.get(&status).unwrap_or_else(|| panic!("{name} is not in the contract: {text}"));
    let documented = resolved(document, documented);
    let Some(content) = documented.get("content").and_then(Value::as_object) else {
        assert!(text.is_empty(), "{name} has no body in the contract: {text}");
        return;
    };
    let media_type = response.headers().get("content-type").map_or("", |value| value.to_str().unwrap());
    let media_type = media_type.split(';').next().unwrap();
    assert!(content.contains_key(media_type), "{name}: {media_type} is not in the contract");
    for header in documented["headers"].as_object().into_iter().flatten().map(|(name, _)| name) {
        // `Link` is only sent when there is another page.
        let always = header != "Link";
        assert!(!always || response.headers().contains_key(header), "{name}: no header {header}");
    }
    if let Some(codes) = documented.get("x-placet-codes").and_then(Value::as_array) {
        let problem: Value = serde_json::from_slice(response.body()).unwrap();
        let code = problem["type"].as_str().unwrap().rsplit(':').next().unwrap();
        assert!(codes.iter().any(|own| own == code), "{name}: the code {code} is not in the contract: {text}");
    }
    if media_type.ends_with("json") && !media_type.ends_with("ndjson") {
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        let validator = &validators[&format!("{name} {media_type}")];
        // Most answers are right, and a list of mistakes costs more than the check.
        if validator.is_valid(&body) {
            return;
        }
        let mistakes: Vec<String> =
            validator.iter_errors(&body).map(|error| format!("{error} at {}", error.instance_path())).collect();
        panic!("{name} does not match the contract: {mistakes:#?}\n{text}");
    }
}

#[test]
fn an_answer_outside_the_contract_is_detected() {
    let health = json!({ "status": "ok", "version": "1" });
    let found = |method: Method, path: &str, status: u16, media_type: &str, body: &Value| {
        let answer = Response::builder().status(status).header("content-type", media_type);
        let answer = answer.body(Bytes::from(body.to_string())).unwrap();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| hold(&method, path, &answer))).is_err()
    };
    let json = "application/json";
    assert!(!found(Method::GET, "/health", 200, json, &health));
    assert!(!found(Method::GET, "/v1/nowhere", 200, json, &health), "what is no operation is passed over");
    assert!(found(Method::GET, "/health", 200, json, &crate::client::with(health.clone(), "/more", json!(1))));
    assert!(found(Method::GET, "/health", 200, json, &json!({ "status": "ok" })));
    assert!(found(Method::GET, "/health", 200, "text/plain", &health));
    assert!(found(Method::GET, "/health", 201, json, &health));
    let problem = json!({ "type": "urn:placet:problem:wrong_scope", "title": "t", "status": 500, "detail": "d" });
    assert!(found(Method::GET, "/health", 500, "application/problem+json", &problem), "no code of this operation");
    let problem = crate::client::with(problem, "/type", json!("urn:placet:problem:internal"));
    assert!(!found(Method::GET, "/health", 500, "application/problem+json", &problem));
}
