//! Checks the contract against the code: the committed document is what the code generates now, and it is correct.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use placet::api::contract::{self, OPENAPI};
use serde_json::{Map, Value};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The operations that change something and have no body.
const BODILESS: [&str; 4] = ["cancelImport", "undoImport", "approveConnection", "syncConnection"];

fn document() -> Value {
    contract::document().expect("the document is valid JSON")
}

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/contract").join(name)
}

#[test]
fn the_committed_contract_is_what_the_code_generates() {
    let json = format!("{}\n", document());
    if std::env::var_os("PLACET_WRITE_CONTRACT").is_some() {
        fs::write(file("openapi.json"), &json).unwrap();
        fs::write(file("docs.html"), contract::page(&document())).unwrap();
        return;
    }
    let page = fs::read_to_string(file("docs.html")).unwrap();
    assert!(page == contract::page(&document()), "src/api/contract/docs.html is outdated: run `make contract`");
    // Without printing a diff of 100 KB on one line.
    assert!(OPENAPI == json, "src/api/contract/openapi.json is outdated: run `make contract`");
}

/// Returns every operation: its method, its path, the operation.
fn operations(document: &Value) -> Vec<(String, String, Map<String, Value>)> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(METHODS.contains(&method.as_str()), "{method}");
            all.push((method.to_uppercase(), path.clone(), operation.as_object().unwrap().clone()));
        }
    }
    all
}

/// Returns the target of a reference, or the value itself.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap_or_else(|| panic!("{reference} has no target")),
        None => value,
    }
}

#[test]
fn every_route_is_an_operation_and_every_operation_is_a_route() {
    let documented: BTreeSet<(String, String)> =
        operations(&document()).into_iter().map(|(method, path, _)| (method, path)).collect();
    let routes = contract::routes().into_iter().map(|(method, path)| (method.to_owned(), path.to_owned())).collect();
    assert_eq!(documented, routes);
}

#[test]
fn operations_are_complete_and_have_unique_names() {
    let document = document();
    let tags: Vec<&Value> = document["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(name.to_owned()), "{name} occurs twice");
        assert!(tags.contains(&&operation["tags"][0]), "{name}");
        for text in ["summary", "description"] {
            assert!(operation[text].as_str().is_some_and(|text| text.len() > 5), "{name}: {text}");
        }
        let in_path: Vec<&str> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
        let none = Vec::new();
        let parameters = operation.get("parameters").map_or(&none, |all| all.as_array().unwrap());
        let parameters: Vec<&Value> = parameters.iter().map(|one| resolved(&document, one)).collect();
        let named: Vec<&str> =
            parameters.iter().filter(|one| one["in"] == "path").map(|one| one["name"].as_str().unwrap()).collect();
        assert_eq!(named, in_path, "{name}");
        assert!(
            parameters.iter().all(|one| one["description"].as_str().is_some_and(|text| !text.is_empty())),
            "{name}"
        );
        // The path of these operations says everything, so they have no body.
        let takes_body = matches!(method.as_str(), "POST" | "PUT" | "PATCH") && !BODILESS.contains(&name);
        assert_eq!(operation.contains_key("requestBody"), takes_body, "{name}");
        let limit = operation.get("x-placet-body-limit").map_or(0, |limit| limit.as_u64().unwrap());
        assert_eq!(limit > 0, takes_body, "{name}: at most {limit} bytes");
    }
}

#[test]
fn every_reference_has_a_target_and_every_component_is_used() {
    let document = document();
    let mut used = BTreeSet::new();
    references(&document, &mut used);
    for reference in &used {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference} has no target");
    }
    for (kind, components) in document["components"].as_object().unwrap() {
        for name in components.as_object().unwrap().keys().filter(|_| kind != "securitySchemes") {
            assert!(used.contains(&format!("#/components/{kind}/{name}")), "nothing uses {kind} {name}");
        }
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|inner| references(inner, found));
        }
        Value::Array(all) => all.iter().for_each(|inner| references(inner, found)),
        _ => {}
    }
}

#[test]
fn every_example_matches_its_schema() {
    let document = document();
    let mut checked = 0;
    for (_, _, operation) in operations(&document) {
        let name = operation["operationId"].as_str().unwrap();
        // Forms are sent by persons, who need no example.
        let sent = operation.get("requestBody").map(|body| &body["content"]);
        let sent = sent.filter(|content| content.get("application/x-www-form-urlencoded").is_none());
        let answers = operation["responses"].as_object().unwrap().iter();
        let answered = answers.filter(|(status, _)| status.starts_with('2')).map(|(_, answer)| &answer["content"]);
        for (what, contents) in [("sent", sent.into_iter().collect::<Vec<_>>()), ("answered", answered.collect())] {
            let forms: Vec<_> = contents.into_iter().flat_map(|content| content.as_object().unwrap()).collect();
            let mut shown = BTreeSet::new();
            for (form, media) in &forms {
                for example in examples(&document, media) {
                    // A binary file has no schema.
                    let schema = media.get("schema").unwrap_or(&Value::Null);
                    assert!(schema.is_object() || example.is_string(), "{name}: {form}");
                    validate(&document, schema, example, &format!("{name}: what is {what}"));
                    shown.insert(form.as_str());
                    checked += 1;
                }
            }
            // The document does not contain itself as an example.
            let is_wanted = |form: &str| forms.iter().any(|(own, _)| *own == form);
            for form in ["application/json", "text/csv"].into_iter().filter(|form| is_wanted(form)) {
                let is_exempt = ["getContract", "showResult"].contains(&name);
                assert!(shown.contains(form) || is_exempt, "{name}: no example of what is {what} as {form}");
            }
        }
    }
    assert!(checked > 40, "only {checked}");
}

fn examples<'a>(document: &'a Value, media: &'a Value) -> Vec<&'a Value> {
    let several = media.get("examples").map(|all| all.as_object().unwrap().values());
    let several = several.into_iter().flatten().map(|one| &resolved(document, one)["value"]);
    media.get("example").into_iter().chain(several).collect()
}

#[track_caller]
fn validate(document: &Value, schema: &Value, value: &Value, what: &str) {
    let mut whole = schema.as_object().cloned().unwrap_or_default();
    whole.insert("components".into(), document["components"].clone());
    let validator =
        jsonschema::draft202012::options().should_validate_formats(true).build(&Value::Object(whole)).unwrap();
    let mistakes: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(mistakes.is_empty(), "{what}: {mistakes:#?}");
}

#[test]
fn every_scope_is_used_by_an_operation_and_is_described() {
    let document = document();
    let scopes = &document["components"]["schemas"]["Scope"]["enum"];
    let about = document["info"]["description"].as_str().unwrap();
    let opened: BTreeSet<String> = operations(&document)
        .into_iter()
        .map(|(_, _, operation)| operation["x-placet-scope"].as_str().unwrap().to_owned())
        .collect();
    for scope in scopes.as_array().unwrap() {
        let scope = scope.as_str().unwrap();
        assert!(opened.contains(scope), "no operation needs the scope {scope}");
        assert!(about.contains(&format!("`{scope}`")), "the introduction does not describe the scope {scope}");
    }
}

/// Returns every problem code and fault code in the sources.
fn codes_in_sources() -> BTreeSet<String> {
    fn walk(directory: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                if !path.ends_with("contract") && !path.ends_with("pages") {
                    walk(&path, found);
                }
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let source: String = fs::read_to_string(&path).unwrap().split_whitespace().collect();
                // A fault of a row is reported in the list of errors and is not a problem of a request.
                let source = source.replace("Refusal{code:\"", "");
                for begin in ["Fault::new(\"", "code:\""] {
                    let after = source.split(begin).skip(1);
                    found.extend(after.map(|rest| rest.split('"').next().unwrap().to_owned()));
                }
                if path.ends_with("problem.rs") {
                    let facts = codes_between(&source, "fnfacts(", "fnstatus(");
                    found.extend(facts.into_iter().filter(|text| !text.contains(char::is_uppercase)));
                }
            }
        }
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    walk(&sources.join("api"), &mut found);
    // The reasons why a file cannot be understood, and why a choice cannot be recorded.
    for (file, end) in [("lists/read/layout_error.rs", "fnline("), ("ledger/records/act.rs", "fnadvice(")] {
        let source: String = fs::read_to_string(sources.join(file)).unwrap().split_whitespace().collect();
        found.extend(codes_between(&source, "fncode(", end));
    }
    found
}

/// Returns the string literals in a part of a source file.
fn codes_between(source: &str, begin: &str, end: &str) -> Vec<String> {
    let part = source.split(begin).nth(1).unwrap().split(end).next().unwrap();
    // The part has no comments, which could contain unpaired quotation marks.
    part.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_code_in_the_sources_is_documented_and_possible_in_some_operation() {
    let document = document();
    let known: BTreeSet<String> = document["x-placet-problems"].as_object().unwrap().keys().cloned().collect();
    let in_sources = codes_in_sources();
    assert!(in_sources.len() > 70, "the scan finds too little: {in_sources:?}");
    assert_eq!(in_sources, known);
    let mut possible: BTreeSet<String> = ["route_not_found", "method_not_allowed"].map(str::to_owned).into();
    for (_, _, operation) in operations(&document) {
        for response in operation["responses"].as_object().unwrap().values() {
            let response = resolved(&document, response);
            let codes = response.get("x-placet-codes").and_then(Value::as_array).into_iter().flatten();
            for code in codes.map(|code| code.as_str().unwrap()) {
                assert!(response["description"].as_str().unwrap().contains(&format!("`{code}`")), "{code}");
                possible.insert(code.to_owned());
            }
        }
    }
    assert_eq!(possible, known);
}
