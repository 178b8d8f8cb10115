//! Everything that an earlier version stored or gave out still works: a shop's database, its links, keys, tokens and answers.
//! `tests/fixtures/kept/README.md` names the commit that made the fixtures.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64ct::{Base64, Base64UrlUnpadded as Base64Url, Encoding};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Request, Response};
use placet::api::{
    Deployment, Exchange, Handover, HttpAnswer, Routing, Secrets, ShopService, Step, evidence, front, refuse_shop,
};
use placet::consent::certificate::{Certificate, Jwk};
use placet::consent::{Activity, Assurance, Ground, Refusal, Timestamp};
use placet::ledger::{OsRuntime, Runtime, Sqlite, migrate};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

// Only this first part calls the service. The rest of the file reads the fixtures.

/// The service with a clock that stands still.
struct Service {
    shop: ShopService,
    now: Timestamp,
}

/// Opens a database at a fixed time.
fn open(database: &Path, at: &str) -> Service {
    let public_url = KEPT["secrets"]["public_url"].as_str().unwrap();
    let now = Timestamp::parse(at).unwrap();
    let runtime = FixedRuntime { now, chance: Cell::new(3) };
    let deployment = Deployment::new(secrets(), public_url, "");
    Service { shop: ShopService::new(Sqlite::open(database).unwrap(), runtime, deployment), now }
}

fn secrets() -> Secrets {
    let text = |name: &str| KEPT["secrets"][name].as_str().unwrap();
    Secrets::new(text("master_key"), "", text("root_secret")).unwrap()
}

/// Sends a request in the same way as the edge. Also returns the name of the Durable Object, if the request reaches one.
fn ask(service: &Service, mut request: Request<Bytes>) -> (Option<String>, Response<Bytes>) {
    let path = request.uri().path().to_owned();
    let (object, handover) = match front(request.method(), &path, request.headers(), &secrets(), &OsRuntime) {
        Routing::Answer(response) => return (None, response),
        Routing::Asset(file) => panic!("{file} is no part of the fixtures"),
        Routing::Shop { object, by_visitor, with_evidence } => {
            let headers = request.headers_mut();
            let [from, browser] = ["x-real-ip", "user-agent"].map(|name| headers.remove(name));
            let [from, browser] = [&from, &browser].map(|value| value.as_ref().map(|value| value.to_str().unwrap()));
            let visitor = from.filter(|_| by_visitor).map(|from| secrets().visitor(0, from));
            let evidence = with_evidence.then(|| evidence(from, browser));
            (object, Handover { visitor, evidence, ..Handover::default() })
        }
        Routing::NewShop { object, shop, .. } => {
            if let Some(refusal) = refuse_shop(request.headers(), request.body()) {
                return (Some(object), refusal);
            }
            (object, Handover { new_shop: Some(shop), ..Handover::default() })
        }
    };
    request.headers_mut().insert(Handover::HEADER, HeaderValue::from_str(&handover.written()).unwrap());
    (Some(object), service.shop.respond(&request))
}

/// Runs the background work until none is due. Returns what the webhooks received.
/// Each webhook answers 200. If `answers` is false, none has answered when the work ends.
fn work(service: &Service, answers: bool) -> Vec<(String, Map<String, Value>, String)> {
    let (shop, mut sent) = (&service.shop, Vec::new());
    loop {
        match shop.step(service.now).unwrap() {
            Step::Send(due) => {
                for outgoing in due.into_iter().filter(|_| answers) {
                    let answer = HttpAnswer { status: 200, ..HttpAnswer::default() };
                    shop.finished(&outgoing.key, &Exchange::Answered(answer)).unwrap();
                    let headers =
                        outgoing.request.headers.iter().map(|(name, value)| ((*name).to_owned(), json!(value)));
                    sent.push((outgoing.request.url, headers.collect(), outgoing.request.body));
                }
            }
            Step::Busy => {}
            Step::Until(_) => break,
        }
    }
    shop.nothing_is_under_way();
    sent
}

struct FixedRuntime {
    now: Timestamp,
    chance: Cell<u64>,
}

impl Runtime for FixedRuntime {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn day(&self, at: Timestamp, zone: &str) -> Option<String> {
        OsRuntime.day(at, zone)
    }

    /// The generator SplitMix64.
    fn fill(&self, buffer: &mut [u8]) {
        for part in buffer.chunks_mut(8) {
            let state = self.chance.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.chance.set(state);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..part.len()]);
        }
    }

    fn report(&self, failure: &str) {
        panic!("the service has failed: {failure}");
    }
}

/// The storefront stores acts and assurances as numbers. A number is an index into these lists.
fn numbers() -> Value {
    let mut acts = Vec::new();
    acts.extend(Ground::ALL.iter().map(|ground| format!("opt_in on {ground}")));
    acts.extend(Refusal::ALL.iter().map(|refusal| format!("refusal: {refusal}")));
    acts.push("declined".into());
    acts.extend(Activity::ALL.iter().map(|activity| format!("activity: {activity}")));
    json!({ "acts": acts, "assurances": Assurance::ALL.iter().map(ToString::to_string).collect::<Vec<_>>() })
}

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/kept/");

static KEPT: LazyLock<Value> = LazyLock::new(|| read_fixture("kept.json"));

fn read_fixture(name: &str) -> Value {
    serde_json::from_slice(&fs::read(Path::new(FOLDER).join(name)).unwrap()).unwrap()
}

/// A copy of the kept database. Dropping the value deletes the file.
struct Copy(PathBuf);

impl Copy {
    fn new() -> Self {
        static COPIES: AtomicUsize = AtomicUsize::new(0);
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("placet-kept-{}-{number}.sqlite", std::process::id()));
        fs::copy(Path::new(FOLDER).join("shop.sqlite"), &path).unwrap();
        Self(path)
    }

    /// Stops the two imports that are under way. The kept scenes of deliveries and of housekeeping ran without them.
    fn stop_imports(&self) {
        let sql = "UPDATE import SET state = 'cancelled' WHERE state IN ('waiting', 'running');
            DELETE FROM import_trial;
            DELETE FROM import_chunk WHERE import IN (SELECT id FROM import WHERE state = 'cancelled')";
        rusqlite::Connection::open(&self.0).unwrap().execute_batch(sql).unwrap();
    }

    /// The number of rows of each table.
    fn rows(&self) -> BTreeMap<String, i64> {
        let database = rusqlite::Connection::open(&self.0).unwrap();
        let mut tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").unwrap();
        let names: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let count = |name: &str| database.query_row(&format!("SELECT count(*) FROM {name}"), [], |row| row.get(0));
        names.into_iter().map(|name| (name.clone(), count(&name).unwrap())).collect()
    }

    /// The rows of all tables, except the two tables that every request changes.
    fn content(&self) -> BTreeMap<String, Vec<String>> {
        let database = rusqlite::Connection::open(&self.0).unwrap();
        let names = self.rows().into_keys().filter(|name| !["audit", "api_key"].contains(&name.as_str()));
        let rows_of = |name: String| {
            let mut rows = database.prepare(&format!("SELECT * FROM {name}")).unwrap();
            let width = rows.column_count();
            let cell = |row: &rusqlite::Row<'_>, column| format!("{:?}", row.get_ref(column).unwrap());
            let row = |row: &rusqlite::Row<'_>| Ok((0..width).map(|column| cell(row, column)).collect());
            let rows = rows.query_map([], row).unwrap().map(Result::unwrap).collect();
            (name, rows)
        };
        names.map(rows_of).collect()
    }

    /// The statements that made the tables, indices and triggers, and the version of the schema.
    fn schema(&self) -> (BTreeMap<String, String>, i64) {
        let database = rusqlite::Connection::open(&self.0).unwrap();
        let mut made = database.prepare("SELECT name, coalesce(sql, '') FROM sqlite_master").unwrap();
        // The indentation does not matter.
        let one_line = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, one_line(row.get(1)?)));
        let made = made.query_map([], row).unwrap().map(Result::unwrap).collect();
        (made, database.query_row("SELECT max(version) FROM schema_version", [], |row| row.get(0)).unwrap())
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hmac_of(key: &[u8], content: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(content).finalize().into_bytes().to_vec()
}

/// The response headers that the test compares.
const HEADERS: [&str; 10] = [
    "content-type",
    "etag",
    "link",
    "location",
    "content-disposition",
    "cache-control",
    "www-authenticate",
    "access-control-allow-origin",
    "retry-after",
    "referrer-policy",
];

/// Writes an answer in the form of `kept.json`.
fn described(response: &Response<Bytes>) -> Value {
    let mut described = json!({ "status": response.status().as_u16() });
    let found = |name: &str| Some((name.to_owned(), json!(response.headers().get(name)?.to_str().unwrap())));
    described["headers"] = HEADERS.iter().filter_map(|name| found(name)).collect::<Map<_, _>>().into();
    let (kind, body) = (described["headers"]["content-type"].as_str().unwrap_or_default(), response.body());
    if body.is_empty() {
        return described;
    }
    if kind.ends_with("json") && !kind.ends_with("ndjson") {
        described["json"] = serde_json::from_slice(body).unwrap();
        described["sha256"] = json!(hex(&Sha256::digest(body)));
    } else if kind.starts_with("text/html") {
        described["page"] = page(std::str::from_utf8(body).unwrap());
    } else if kind == "application/zip" {
        described["begins"] = json!(hex(&body[..4]));
    } else {
        described["text"] = json!(std::str::from_utf8(body).unwrap());
    }
    described
}

/// Describes a page by its text, its links, its forms and their fields.
fn page(html: &str) -> Value {
    let (mut text, mut rest) = (String::new(), html);
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let end = if tag.starts_with("style") { "</style>" } else { ">" };
        rest = tag.split_once(end).unwrap_or(("", "")).1;
    }
    text.push_str(rest);
    let of = |names: &[&str]| -> Vec<String> {
        let tags = html.split('<').filter_map(|tag| Some(tag.split_once('>')?.0));
        let attribute = |tag: &str, name: &str| {
            let value = tag.split_once(&format!(" {name}=\""))?.1.split_once('"')?.0;
            Some(format!("{name}={}", value.replace("&amp;", "&")))
        };
        let one = |tag: &str| names.iter().filter_map(|name| attribute(tag, name)).collect::<Vec<_>>().join(" ");
        tags.map(one).filter(|one| !one.is_empty()).collect()
    };
    json!({
        "text": text.split_whitespace().collect::<Vec<_>>().join(" "),
        "links": of(&["href"]),
        "forms": of(&["action", "method"]),
        "fields": of(&["name", "value"]),
    })
}

/// Describes the requests to webhooks. The first event of each type to each URL is complete. The others are a hash of headers and body.
fn described_events(sent: Vec<(String, Map<String, Value>, String)>) -> Vec<Value> {
    let mut seen = Vec::new();
    let one = |(url, headers, body): (String, Map<String, Value>, String)| {
        let kind = serde_json::from_str::<Value>(&body).unwrap()["type"].clone();
        let hash = hex(&Sha256::digest(format!("{}\n{body}", Value::from(headers.clone()))));
        let mut described = json!({ "url": url, "type": kind, "sha256": hash });
        if !seen.contains(&(url.clone(), kind.clone())) {
            seen.push((url, kind));
            (described["headers"], described["body"]) = (headers.into(), body.into());
        }
        described
    };
    sent.into_iter().map(one).collect()
}

/// Plays one step of a scene. Returns the answer.
fn play(service: &Service, step: &Value) -> Value {
    if let Some(what) = step["do"].as_str() {
        let sent = work(service, what == "deliver");
        return if what == "deliver" { json!({ "sent": described_events(sent) }) } else { Value::Null };
    }
    let text = |name: &str| step[name].as_str().unwrap_or_default();
    let mut request = Request::builder().method(text("method")).uri(text("path"));
    if let Some(name) = step["key"].as_str() {
        let key = KEPT["keys"][name]["key"].as_str().unwrap();
        request = request.header("authorization", format!("Bearer {key}"));
    }
    for (name, value) in step["headers"].as_object().into_iter().flatten() {
        request = request.header(name, value.as_str().unwrap());
    }
    let (object, response) = ask(service, request.body(Bytes::from(text("body").to_owned())).unwrap());
    assert!(
        object.is_none_or(|object| KEPT["shop"]["object"] == *object),
        "{step}: the request reaches another object"
    );
    described(&response)
}

/// Removes the value at a JSON pointer.
fn remove(value: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match value.pointer_mut(parent) {
        Some(Value::Object(fields)) => drop(fields.remove(name)),
        Some(Value::Array(items)) => items[name.parse::<usize>().unwrap()] = Value::Null,
        _ => {}
    }
}

/// Adds the places where two values differ.
fn differences(is: &Value, was: &Value, at: &str, found: &mut Vec<String>) {
    match (is, was) {
        (Value::Object(is), Value::Object(was)) => {
            for name in is.keys().chain(was.keys().filter(|name| !is.contains_key(*name))) {
                let at = format!("{at}/{name}");
                differences(is.get(name).unwrap_or(&Value::Null), was.get(name).unwrap_or(&Value::Null), &at, found);
            }
        }
        (Value::Array(is), Value::Array(was)) if is.len() == was.len() => {
            for (place, (is, was)) in is.iter().zip(was).enumerate() {
                differences(is, was, &format!("{at}/{place}"), found);
            }
        }
        _ if is == was => {}
        // A later version may have further buttons, and other words for a reader.
        (Value::Array(is), Value::Array(was))
            if (at.ends_with("/page/fields") || at.ends_with("/page/forms"))
                && was.iter().all(|one| is.contains(one)) => {}
        _ if at.ends_with("/page/text") => {}
        // Repeated visits by one link are counted on one line of the audit log.
        (Value::Number(is), Value::Number(was)) if at == "  rows/audit" && is.as_i64() < was.as_i64() => {}
        // A link to unsubscribe leads to no stronger one any more.
        (Value::Array(is), Value::Array(was))
            if at.ends_with("/page/links")
                && was.iter().filter(|one| !one.as_str().unwrap().starts_with("href=/p/")).eq(is) => {}
        // A report has a further section.
        (Value::Array(is), Value::Array(was))
            if at.ends_with("/page/links") && is.iter().filter(|one| **one != "href=#connections").eq(was) => {}
        // An opt-out of all purposes is an objection now.
        _ if at.ends_with("/reason") && (was, is) == (&json!("opted_out"), &json!("objected")) => {}
        _ if at.ends_with("/objection") && (was, is) == (&json!(false), &json!(true)) => {}
        _ => found.push(format!("{at}\n      was {was}\n      is  {is}")),
    }
}

/// Removes the fields that the earlier version did not have. Later versions may add fields to answers.
fn without_new(is: &mut Value, was: &Value) {
    match (is, was) {
        (Value::Object(is), Value::Object(was)) => {
            is.retain(|name, _| was.contains_key(name));
            is.iter_mut().for_each(|(name, value)| without_new(value, &was[name]));
        }
        (Value::Array(is), Value::Array(was)) if is.len() == was.len() => {
            is.iter_mut().zip(was).for_each(|(is, was)| without_new(is, was));
        }
        _ => {}
    }
}

/// A storefront's policy names the terms of a place by their position in a list. A later version may insert terms, so this
/// writes the terms themselves at each place.
fn terms_by_place(answer: &mut Value) {
    let Some(decisions) = answer.get_mut("decisions").filter(|decisions| decisions.is_object()) else { return };
    let terms = decisions["terms"].take();
    for places in decisions["places"].as_object_mut().into_iter().flat_map(|channels| channels.values_mut()) {
        for position in places.as_object_mut().unwrap().values_mut().flat_map(|place| place.as_array_mut().unwrap()) {
            *position = terms[usize::try_from(position.as_u64().unwrap()).unwrap()].clone();
        }
    }
}

/// An opt-out of all purposes is an objection now: it has another reason, and stops no transactional purpose. Replaces the
/// standings and decisions that differ for this reason.
fn without_wide_opt_outs(is: &mut Value, was: &mut Value) {
    match (is, was) {
        (Value::Object(is), Value::Object(was)) => {
            let stopped = ["opted_out", "suppressed"].map(|reason| json!(reason));
            let is_of_decision = ["allow", "reason", "rule"].iter().all(|name| was.contains_key(*name));
            if is_of_decision && stopped.contains(&was["reason"]) && is["reason"] != was["reason"] {
                let is_marketing = is["rule"]["id"] != "transactional";
                assert!(is["reason"] == "objected" || !is_marketing, "a no is lost: {is:?}");
                is.clear();
                was.clear();
                return;
            }
            for (name, value) in is.iter_mut() {
                if let Some(was) = was.get_mut(name) {
                    without_wide_opt_outs(value, was);
                }
            }
        }
        (Value::Array(is), Value::Array(was)) if is.len() == was.len() => {
            is.iter_mut().zip(was).for_each(|(is, was)| without_wide_opt_outs(is, was));
        }
        _ => {}
    }
}

/// A later version lists only requests whose requester is verified, unless a state is asked for. So a page of the list goes
/// on further.
fn without_unproven_requests(is: &mut Value, was: &mut Value) {
    let requests = |answer: &'_ mut Value| answer.get_mut("requests").and_then(Value::as_array_mut).map(std::mem::take);
    if let (Some(mut own), Some(mut kept)) = (requests(is), requests(was)) {
        kept.retain(|request| !request["verified_at"].is_null() || own.contains(request));
        own.truncate(kept.len());
        for (answer, requests) in [(is, own), (was, kept)] {
            answer["requests"] = requests.into();
            answer["next"].take();
        }
    }
}

/// A later version counts claims and proven acts apart. Adds them up again.
fn without_proven(answer: &mut Value) {
    let Some(counts) = answer.get_mut("counts").and_then(Value::as_array_mut) else { return };
    let mut sums: Vec<Value> = Vec::new();
    for mut one in std::mem::take(counts) {
        one.as_object_mut().unwrap().remove("proven");
        let count = one["count"].take().as_i64().unwrap();
        match sums
            .iter_mut()
            .find(|sum| ["month", "channel", "purpose", "choice"].iter().all(|name| sum[name] == one[name]))
        {
            Some(sum) => sum["count"] = (sum["count"].as_i64().unwrap() + count).into(),
            None => {
                one["count"] = count.into();
                sums.push(one);
            }
        }
    }
    *counts = sums;
}

/// A later version deletes further kinds of data.
fn without_new_retention(is: &mut Value, was: &Value) {
    let is = is.get_mut("overdue").and_then(Value::as_array_mut);
    if let (Some(is), Some(was)) = (is, was.get("overdue").and_then(Value::as_array)) {
        is.retain(|entry| was.iter().any(|own| own["what"] == entry["what"]));
    }
}

/// A link to the preference page says when it was made, in a later version. Removes the events with such a link.
fn without_links_of_choices(answer: &mut Value) {
    for event in answer["sent"].as_array_mut().into_iter().flatten() {
        if event["body"].as_str().is_some_and(|body| body.contains("https://consent.example.com/p/")) {
            event["body"].take();
            event["sha256"].take();
            event["headers"]["webhook-signature"].take();
        }
    }
}

/// Texts for a reader. A later version may word them in another way. Programs use the other fields.
const PROSE: [&str; 4] = ["title", "detail", "problem", "fix"];

/// Replaces the texts for a reader: in problems (RFC 9457) and in the faults of an import.
fn without_prose(answer: &mut Value) {
    match answer {
        Value::Object(fields) => {
            let is_problem = ["type", "pointer", "row"].iter().any(|name| fields.contains_key(*name));
            for (name, value) in fields {
                if is_problem && PROSE.contains(&name.as_str()) && value.is_string() {
                    *value = json!("…");
                } else {
                    without_prose(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_prose),
        _ => {}
    }
}

/// Replaces the last two columns of the CSV of rejected rows: what is wrong and how to correct it.
fn without_error_texts(csv: &str) -> String {
    let mut rows = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(csv.as_bytes());
    let mut lines = Vec::new();
    for row in rows.records() {
        let row = row.unwrap();
        let cells = row.iter().take(row.len() - 2).map(|cell| format!("{cell:?}"));
        lines.push(cells.collect::<Vec<_>>().join(","));
    }
    lines.join("\n")
}

/// `kept.json` contains each JSON answer once. A repeated answer is its SHA-256 only.
fn kept_json(sha256: &Value) -> Value {
    fn find<'v>(value: &'v Value, sha256: &Value) -> Option<&'v Value> {
        match value {
            Value::Object(fields) if fields.get("sha256") == Some(sha256) && fields.contains_key("json") => {
                fields.get("json")
            }
            Value::Object(fields) => fields.values().find_map(|value| find(value, sha256)),
            Value::Array(items) => items.iter().find_map(|value| find(value, sha256)),
            _ => None,
        }
    }
    find(&KEPT, sha256).cloned().unwrap()
}

/// Compares an answer with the kept one. JSON must be equal to the byte, except in texts for a reader.
fn compare(mut is: Value, step: &Value) -> Vec<String> {
    let (mut was, mut differs) = (step["answer"].clone(), Vec::new());
    let ignored: Vec<&str> = step["ignore"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for pointer in &ignored {
        remove(&mut is, pointer);
        remove(&mut was, pointer);
    }
    if !ignored.is_empty() {
        remove(&mut is, "/sha256");
    } else if was["json"].is_null() && was["sha256"].is_string() {
        was["json"] = kept_json(&was["sha256"]);
    }
    let before = [is.clone(), was.clone()];
    without_unproven_requests(&mut is["json"], &mut was["json"]);
    without_proven(&mut is["json"]);
    without_new_retention(&mut is["json"], &was["json"]);
    without_links_of_choices(&mut is);
    without_links_of_choices(&mut was);
    terms_by_place(&mut is["json"]);
    terms_by_place(&mut was["json"]);
    without_prose(&mut is["json"]);
    without_prose(&mut was["json"]);
    without_new(&mut is["json"], &was["json"]);
    without_wide_opt_outs(&mut is["json"], &mut was["json"]);
    // Without a new field or another text, a difference in the bytes is a difference in the order of the fields.
    if before[0]["json"] != before[1]["json"] && is["json"] == was["json"] {
        for pointer in ["/sha256", "/headers/etag"] {
            remove(&mut is, pointer);
            remove(&mut was, pointer);
        }
    }
    for answer in [&mut is, &mut was] {
        if answer["text"]
            .as_str()
            .is_some_and(|text| text.lines().next().is_some_and(|line| line.contains("placet_fix")))
        {
            answer["text"] = json!(without_error_texts(answer["text"].as_str().unwrap()));
        }
    }
    differences(&is, &was, "", &mut differs);
    differs
}

const SEALED: &str = "an answer with a secret is kept sealed; what was kept without the secret is refused with 409";

/// The scenes in which a later version does something else on purpose, and what.
const CHANGED: [(&str, &str); 19] = [
    ("a webhook is removed", "the other webhook is told of it"),
    ("the shop has not changed since", "the settings have a new field, so their tag is another one"),
    ("the list of who is opted out", "an opt-out of all purposes is a line for each purpose of marketing"),
    ("a stop and a start in the same moment: the no counts", "the number is asked which of the two counts"),
    (
        "the next page of /v1/lists/opted_out?limit=3&format=ndjson",
        "an opt-out of all purposes is a line for each purpose of marketing",
    ),
    ("an address is corrected", "the opt-ins are only claimed for the new address, which is asked to confirm them"),
    ("a stop is heard once", "Twilio answers a stop by itself"),
    ("housekeeping at 2026-12-31T12:00:00Z", "no clock runs for a request that nobody has proven"),
    ("housekeeping at 2029-06-01T12:00:00Z", "contacts that nobody has proven are let go"),
    ("housekeeping at 2030-06-01T12:00:00Z", "contacts that nobody has proven are let go"),
    ("a message, preferences by email", "a link says when it was made, so that it can be called back"),
    ("the links of a contact", "a link says when it was made, so that it can be called back"),
    ("the log of a route, as lines", "a line says how often the same was requested"),
    ("a secret key, asked for once more with its Idempotency-Key", SEALED),
    ("a publishable key, asked for once more with its Idempotency-Key", SEALED),
    ("a rotation, asked for once more with its Idempotency-Key", SEALED),
    ("a webhook, asked for once more with its Idempotency-Key", SEALED),
    ("a provider, asked for once more with its Idempotency-Key", SEALED),
    (
        "why, email and newsletter to {\"id\":\"01a1fd71-18d0-7001-9794-edda3267f202\"} at 2026-11-25T12:00:00Z",
        "the id of a merged contact is an id of the contact that it was merged into",
    ),
];

/// Plays a scene on a copy of the kept shop. Returns all differences.
fn problems_of(scene: &Value) -> Vec<String> {
    if CHANGED.iter().any(|(name, _)| scene["name"] == *name) {
        return Vec::new();
    }
    let (copy, mut found) = (Copy::new(), Vec::new());
    let steps = scene["steps"].as_array().unwrap();
    if steps.iter().any(|step| step["do"] == "deliver" || step["do"] == "housekeeping") {
        copy.stop_imports();
    }
    // A migration may change rows. Here only the change by the requests counts.
    migrate(&Sqlite::open(&copy.0).unwrap()).unwrap();
    let sql = "DELETE FROM job WHERE name IN ('migrated', 'addresses', 'apart')";
    rusqlite::Connection::open(&copy.0).unwrap().execute(sql, []).unwrap();
    let mut before = copy.rows();
    before.retain(|table, _| !KEPT["tables"][table].is_null());
    let clock = scene["clock"].as_str().or(KEPT["clock"].as_str()).unwrap();
    let service = open(&copy.0, clock);
    for (place, step) in steps.iter().enumerate() {
        let differs = compare(play(&service, step), step);
        found.extend(differs.into_iter().map(|one| format!("  step {place}, {}: {one}", step["path"])));
    }
    drop(service);
    // A later version has further events.
    let sql = "CREATE TEMP VIEW further AS SELECT id FROM event WHERE type LIKE 'inbound.%' OR type LIKE 'key.%'
            OR type LIKE 'webhook.%' OR type LIKE 'settings.%';
        DELETE FROM delivery WHERE event IN (SELECT id FROM further);
        DELETE FROM event WHERE id IN (SELECT id FROM further)";
    rusqlite::Connection::open(&copy.0).unwrap().execute_batch(sql).unwrap();
    // A later version may have further tables.
    let mut after = copy.rows();
    let own = ["schema_version", "job"];
    after.retain(|table, _| before.contains_key(table) && !own.contains(&table.as_str()));
    let more = after.into_iter().map(|(table, count)| (table.clone(), json!(count - before[&table])));
    let mut more: Map<String, Value> = more.filter(|(_, more)| *more != json!(0)).collect();
    let mut kept_more = scene["more_rows"].clone();
    // A later version counts records when they are made.
    remove(&mut kept_more, "/erased_count");
    // The earlier version deleted expired rows of these tables during a request. Now housekeeping deletes them.
    if scene["clock"].is_string() && steps.iter().all(|step| step["do"].is_null()) {
        for table in ["audit", "idempotency"] {
            more.remove(table);
            remove(&mut kept_more, &format!("/{table}"));
        }
    }
    differences(&more.into(), &kept_more, "  rows", &mut found);
    if !found.is_empty() {
        found.insert(0, scene["name"].to_string());
    }
    found
}

#[track_caller]
fn check(scenes: &Value) {
    let scenes = scenes.as_array().unwrap();
    assert!(!scenes.is_empty());
    let problems: Vec<String> = scenes.iter().flat_map(problems_of).collect();
    let some = &problems[..problems.len().min(40)];
    assert!(problems.is_empty(), "{} differences\n{}", problems.len(), some.join("\n"));
}

#[test]
fn opening_a_kept_database_changes_nothing() {
    let copy = Copy::new();
    let rows = copy.rows();
    assert!(rows.values().all(|count| *count > 0), "a table of the fixture is empty: {rows:?}");
    assert_eq!(json!(rows), KEPT["tables"]);
    let ((made, version), content) = (copy.schema(), copy.content());
    let look = json!({ "method": "GET", "path": "/v1/shop", "key": "all" });
    assert_eq!(play(&open(&copy.0, KEPT["clock"].as_str().unwrap()), &look)["json"]["id"], KEPT["shop"]["id"]);
    let (opened, now) = copy.schema();
    if now == version {
        assert_eq!(opened, made, "a table changed without a new version of the schema");
    }
    // A later version of the schema may add tables and columns.
    assert!(now >= version && made.keys().all(|name| opened.contains_key(name)), "{opened:?}");
    if now == version {
        assert_eq!(copy.content(), content);
    }
}

#[test]
fn a_new_database_has_the_kept_tables() {
    let (kept, new) = (Copy::new(), Copy::new());
    fs::remove_file(&new.0).unwrap();
    let look = json!({ "method": "GET", "path": "/v1/shop", "key": "all" });
    // The database has no shop, so it refuses every key. The request makes the tables.
    assert_eq!(play(&open(&new.0, KEPT["clock"].as_str().unwrap()), &look)["status"], 401);
    if new.schema().1 == kept.schema().1 {
        assert_eq!(new.schema(), kept.schema());
    }
}

#[test]
fn every_read_returns_the_same_bytes() {
    check(&KEPT["reads"]);
}

#[test]
fn a_kept_cursor_continues_its_list() {
    check(&KEPT["cursors"]);
}

#[test]
fn a_kept_etag_still_detects_changes() {
    check(&KEPT["etags"]);
}

#[test]
fn every_kept_link_still_works() {
    for link in KEPT["links"].as_array().unwrap() {
        check(&link["scenes"]);
    }
    let kinds = KEPT["links"].as_array().unwrap().iter().chain(KEPT["hooks"].as_array().unwrap());
    let mut kinds: Vec<&str> = kinds.map(|link| link["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut all: Vec<&str> = placet::api::LinkKind::ALL.iter().map(|kind| kind.as_str()).collect();
    // The version that made the fixture knew no connections.
    all.retain(|kind| *kind != "connection");
    all.sort_unstable();
    assert_eq!(kinds, all, "the fixture lacks a kind of link");
}

#[test]
fn kept_provider_urls_and_secrets_still_work() {
    for hook in KEPT["hooks"].as_array().unwrap() {
        check(&hook["scenes"]);
    }
}

#[test]
fn a_changed_link_is_refused() {
    check(&KEPT["broken_links"]);
}

#[test]
fn links_and_keys_have_the_same_bytes() {
    let master = KEPT["secrets"]["master_key"].as_str().unwrap().as_bytes();
    let check = |token: &str, use_for: &str, parts: [&Value; 3], name: &Value| {
        let bytes = Base64Url::decode_vec(token).unwrap();
        let parts: Vec<&str> = parts.iter().map(|part| part.as_str().unwrap()).collect();
        assert_eq!(hex(&bytes), parts.concat(), "{name}");
        assert_eq!(json!(parts[0]), KEPT["shop"]["id"], "{name}");
        let (signed, proof) = bytes.split_at(bytes.len() - 16);
        let own = hmac_of(master, &[use_for.as_bytes(), &[0], signed].concat());
        assert_eq!(own[..16], *proof, "{name}");
    };
    for link in KEPT["links"].as_array().unwrap().iter().chain(KEPT["hooks"].as_array().unwrap()) {
        let token = link["path"].as_str().unwrap().rsplit('/').next().unwrap();
        let parts = ["shop", "subject", "proof"].map(|part| &link["hex"][part]);
        check(token, &format!("link {}", link["kind"].as_str().unwrap()), parts, &link["name"]);
    }
    for (name, key) in KEPT["keys"].as_object().unwrap() {
        let (kind, token) = key["key"].as_str().unwrap().split_once('_').unwrap();
        check(token, kind, ["shop", "random", "proof"].map(|part| &key["hex"][part]), &json!(name));
    }
    let shop: Vec<u8> = KEPT["shop"]["id"].as_str().unwrap().as_bytes().chunks(2).map(from_hex).collect();
    let object = hex(&hmac_of(master, &[b"placet object\0".as_slice(), &shop].concat()));
    assert_eq!(KEPT["shop"]["object"], object);
}

fn from_hex(digits: &[u8]) -> u8 {
    u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap()
}

#[test]
fn every_kept_key_has_the_same_rights() {
    for (name, key) in KEPT["keys"].as_object().unwrap() {
        for probe in KEPT["probes"].as_array().unwrap() {
            let mut step = probe["step"].clone();
            step["key"] = json!(name);
            let copy = Copy::new();
            let answer = play(&open(&copy.0, KEPT["clock"].as_str().unwrap()), &step);
            let scope = probe["scope"].as_str().unwrap();
            assert_eq!(answer["status"], key["opens"][scope], "{name}: {scope}");
        }
    }
}

#[test]
fn a_repeated_request_gets_the_kept_answer() {
    check(&KEPT["repeated"]);
}

#[test]
fn a_kept_customer_token_proves_nothing_and_is_no_error() {
    // The stored hash of a key no longer signs tokens, so that a copy of the database signs none. But a submission that
    // waited in a browser with such a token is taken as an anonymous one.
    let (copy, scene) = (Copy::new(), &KEPT["identity"]["scenes"][0]);
    let service = open(&copy.0, KEPT["clock"].as_str().unwrap());
    assert_eq!(scene["name"], "a customer's yes needs no confirmation");
    assert_eq!(play(&service, &scene["steps"][0])["status"], 201);
    let ask = r#"{"channel":"email","purpose":"offers","contact":{"email":"ben@example.com"}}"#;
    let json = json!({ "content-type": "application/json" });
    let ask = json!({ "method": "POST", "path": "/v1/decisions", "key": "all", "headers": json, "body": ask });
    assert_eq!(play(&service, &ask)["json"]["decision"]["reason"], "awaiting_confirmation");
    for token in KEPT["identity"]["tokens"].as_array().unwrap() {
        let (signed, signature) = token["token"].as_str().unwrap().rsplit_once('.').unwrap();
        let key = KEPT["keys"][token["signed_by"].as_str().unwrap()]["key"].as_str().unwrap();
        let own = hmac_of(hex(&Sha256::digest(key)).as_bytes(), signed.as_bytes());
        assert_eq!(Base64Url::encode_string(&own), signature);
    }
}

#[test]
fn kept_imports_continue_and_can_be_undone() {
    check(&KEPT["imports"]);
}

#[test]
fn kept_contacts_can_be_changed() {
    check(&KEPT["changes"]);
}

#[test]
fn waiting_events_are_sent_with_the_kept_signatures() {
    check(&KEPT["webhooks"]);
    let sent = KEPT["webhooks"][0]["steps"][0]["answer"]["sent"].as_array().unwrap();
    let whole: Vec<&Value> = sent.iter().filter(|event| event["body"].is_string()).collect();
    assert!(!whole.is_empty());
    let secrets = KEPT["webhook_secrets"].as_object().unwrap();
    for event in whole {
        let header = |name: &str| event["headers"][name].as_str().unwrap();
        let (id, at) = (header("webhook-id"), header("webhook-timestamp"));
        let content = format!("{id}.{at}.{}", event["body"].as_str().unwrap());
        let by = |secret: &Value| {
            let secret = Base64::decode_vec(secret.as_str().unwrap().strip_prefix("whsec_").unwrap()).unwrap();
            format!("v1,{}", Base64::encode_string(&hmac_of(&secret, content.as_bytes())))
        };
        let known: Vec<String> = secrets.values().map(by).collect();
        let mut given = header("webhook-signature").split(' ').filter(|one| one.starts_with("v1,"));
        assert!(given.all(|one| known.iter().any(|own| own == one)), "{event}");
    }
}

#[test]
fn housekeeping_deletes_at_the_kept_times() {
    check(&KEPT["later"]);
}

#[test]
fn a_kept_certificate_still_verifies() {
    let certificates = KEPT["certificates"].as_array().unwrap();
    assert!(!certificates.is_empty());
    for kept in certificates {
        let jws = kept["jws"].as_str().unwrap();
        let key: Jwk = serde_json::from_value(kept["key"].clone()).unwrap();
        let certificate = Certificate::verified(jws, &key).unwrap();
        assert_eq!(certificate.contact, kept["id"].as_str().unwrap());
        assert_eq!(serde_json::to_string(&certificate).unwrap(), kept["payload"].as_str().unwrap());
        let encoded = |name: &str| Base64Url::encode_string(kept[name].as_str().unwrap().as_bytes());
        let signature: Vec<u8> = kept["signature"].as_str().unwrap().as_bytes().chunks(2).map(from_hex).collect();
        let written = [encoded("head"), encoded("payload"), Base64Url::encode_string(&signature)].join(".");
        assert_eq!(written, jws);
        // A certificate with a changed letter is refused.
        let changed = format!("{}{}", &jws[..jws.len() - 2], if jws.ends_with("AA") { "BA" } else { "AA" });
        assert!(Certificate::verified(&changed, &key).is_err());
    }
}

#[test]
fn the_kept_state_of_a_browser_is_accepted() {
    assert_eq!(numbers(), KEPT["acts"]);
    let browser = read_fixture("browser.json");
    assert_eq!(browser["key"], KEPT["keys"]["page"]["key"]);
    let copy = Copy::new();
    let service = open(&copy.0, KEPT["clock"].as_str().unwrap());
    // The service stores each waiting submission once.
    for (name, state) in browser["states"].as_object().unwrap() {
        for sent in state["reads"]["sends"].as_array().unwrap() {
            let body: Value = serde_json::from_str(sent["body"].as_str().unwrap()).unwrap();
            let step = json!({ "method": "POST", "path": sent["path"], "body": sent["body"], "key": "page",
                "headers": { "content-type": "application/json", "origin": "https://shop.example.com" } });
            let taken = play(&service, &step);
            assert_eq!((&taken["status"], &taken["json"]["id"]), (&json!(201), &body["id"]), "{name}: {taken}");
            assert_eq!(play(&service, &step), taken, "{name}");
        }
    }
}
