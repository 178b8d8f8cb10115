//! The data of one person is found, changed and erased at a cost that does not grow with the number of persons: no
//! statement reads a whole table, and no foreign key check does.
//!
//! The statements are recorded while the service answers requests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;
use http::{Request, Response};
use placet::api::{Deployment, Exchange, Handover, HttpAnswer, Secrets, ShopId, ShopService, Step};
use placet::ledger::{Database, DatabaseError, OsRuntime, Param, Row, Runtime, Sqlite};
use serde_json::{Value, json};

const MASTER_KEY: &str = "a master key for the tests, nowhere else used";
const ROOT_SECRET: &str = "root_secret_for_the_tests_nowhere_else_used";

/// Tables that a statement may read completely: the merged contacts, and tables with one row for the shop or for each
/// of its keys and webhooks. Also JSON lists in parameters, and results of earlier steps in the plan, such as the few
/// due deliveries.
const BOUNDED: &[&str] =
    &["tree", "up", "form", "part", "shop", "api_key", "webhook", "provider", "connection", "schema_version", "due"];
/// Statements that stop after a fixed number of rows.
const LIMITED: &[&str] = &[
    "SELECT 1 FROM suppression LIMIT 1",
    "SELECT id, kind, medium, locale FROM message WHERE told = 0 ORDER BY id DESC LIMIT 500",
];

/// SQLite with a record of its statements: for each, the number of parameters and the request that first used it.
#[derive(Clone)]
struct Recording(Rc<Inner>);

struct Inner {
    sqlite: Sqlite,
    asking: RefCell<String>,
    statements: RefCell<BTreeMap<String, (usize, String)>>,
}

impl Recording {
    fn note(&self, sql: &str, params: &[Param<'_>]) {
        let asking = self.0.asking.borrow().clone();
        self.0.statements.borrow_mut().entry(sql.to_owned()).or_insert((params.len(), asking));
    }

    /// Returns SQLite's query plan for a statement.
    fn plan(&self, sql: &str, params: usize) -> Vec<String> {
        let rows = self.0.sqlite.query(&format!("EXPLAIN QUERY PLAN {sql}"), &vec![Param::Null; params]).unwrap();
        rows.iter().map(|row| row.text(3).unwrap().to_owned()).collect()
    }

    fn rows(&self, sql: &str, name: &str) -> Vec<Row> {
        self.0.sqlite.query(sql, &[Param::Text(name)]).unwrap()
    }
}

impl Database for Recording {
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<(), DatabaseError> {
        self.note(sql, params);
        self.0.sqlite.execute(sql, params)
    }

    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DatabaseError> {
        self.note(sql, params);
        self.0.sqlite.query(sql, params)
    }

    fn size(&self) -> Result<u64, DatabaseError> {
        self.0.sqlite.size()
    }

    fn atomically(&self, work: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        self.0.sqlite.atomically(work)
    }
}

/// A shop over a database that records its statements.
struct Shop {
    database: Recording,
    service: ShopService,
    secret: String,
    publishable: String,
}

impl Shop {
    fn create() -> Self {
        let inner =
            Inner { sqlite: Sqlite::in_memory().unwrap(), asking: RefCell::default(), statements: RefCell::default() };
        let database = Recording(Rc::new(inner));
        let secrets = Secrets::new(MASTER_KEY, "", ROOT_SECRET).unwrap();
        let deployment = Deployment::new(secrets, "https://consent.example", "");
        let service = ShopService::new(database.clone(), OsRuntime, deployment);
        let mut body: Value = serde_json::from_str(include_str!("fixtures/shop.json")).unwrap();
        body["limits"] = json!({ "publishable": 10_000, "secret": 10_000 });
        let request = Request::post("/v1/shops")
            .header(Handover::HEADER, Handover { new_shop: Some(ShopId([7; 16])), ..Handover::default() }.written())
            .header("content-type", "application/json")
            .body(body.to_string().into())
            .unwrap();
        let made = read(&service.respond(&request));
        let key = |kind: &str| made["keys"][kind].as_str().unwrap().to_owned();
        let shop = Self { secret: key("secret"), publishable: key("publishable"), database, service };
        // Creating the tables belongs to no request.
        shop.database.0.statements.borrow_mut().clear();
        shop
    }

    /// Sends a request with the secret key and an `Idempotency-Key`. Returns the answer.
    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let key = id();
        let headers = [("authorization", format!("Bearer {}", self.secret)), ("idempotency-key", key)];
        self.send(method, path, &headers, body)
    }

    /// Sends a submission as the shop's page does.
    fn ask_from_page(&self, body: &Value) -> Value {
        let headers =
            [("authorization", format!("Bearer {}", self.publishable)), ("origin", "https://shop.example".to_owned())];
        self.send("POST", "/v1/consents", &headers, body)
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, String)], body: &Value) -> Value {
        self.database.0.asking.replace(format!("{method} {path}"));
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let body: Bytes = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let response = self.service.respond(&request.body(body).unwrap());
        assert!(response.status().is_success(), "{method} {path}: {:?}", response.body());
        read(&response)
    }

    /// Submits a person's choices. Returns the contact's id.
    fn person(&self, number: usize) -> String {
        let receipt = self.ask("POST", "/v1/consents", &person(number));
        receipt["contact"].as_str().unwrap().to_owned()
    }
}

/// Returns the JSON of a response, or `null` if it is not JSON.
fn read(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or_default()
}

fn email(number: usize) -> String {
    format!("person{number}@example.com")
}

/// Returns a submission with every field.
fn person(number: usize) -> Value {
    json!({
        "id": id(),
        "contact": {
            "email": email(number), "phone": format!("+4477009{number:05}"), "country": "GB", "external": format!("shopify:{number}"),
        },
        "choices": [
            { "channel": "email", "purpose": "newsletter", "choice": "opt_in" },
            { "channel": "sms", "purpose": "newsletter", "choice": "declined" },
        ],
        "notice": { "id": "checkout", "version": "3", "locale": "en-GB", "text_sha256": "a0".repeat(32) },
        "source": { "kind": "form", "url": "https://shop.example/checkout", "form": "checkout" },
        "occurred_at": "2026-01-23T10:00:00Z",
        "assurance": "authenticated",
    })
}

fn id() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    uuid::Uuid::from_bytes(bytes).to_string()
}

/// Runs every kind of request about one person.
fn everything(shop: &Shop) {
    let url = "https://hooks.shop.example/";
    let webhook = shop.ask("POST", "/v1/webhooks", &json!({ "url": url, "payload": "full" }));
    let webhook = format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap());
    let ids: Vec<String> = (0..40).map(|number| shop.person(number)).collect();
    let [one, other] = [&ids[0], &ids[1]];
    let at = |contact: &str, what: &str| format!("/v1/contacts/{contact}{what}");
    let suppressed = json!({ "email": email(2), "reason": "asked" });
    shop.ask("POST", "/v1/suppressions", &suppressed);
    shop.ask("POST", "/v1/activities", &json!({ "contact": { "id": one }, "activities": [{ "activity": "used" }] }));
    let disclosed = json!({ "contact": { "external": "shopify:0" }, "recipient": "mailer", "data": ["email"] });
    shop.ask("POST", "/v1/disclosures", &disclosed);

    // The same submission again, under the same id, and then many times as an anonymous form.
    let again = person(0);
    shop.ask("POST", "/v1/consents", &again);
    shop.ask("POST", "/v1/consents", &again);
    for _ in 0..25 {
        let mut anonymous = person(3);
        anonymous.as_object_mut().unwrap().remove("assurance");
        anonymous["contact"].as_object_mut().unwrap().remove("external");
        shop.ask_from_page(&anonymous);
    }
    // A submission with the assurance of a list.
    let mut listed = person(4);
    listed["assurance"] = "listed".into();
    shop.ask("POST", "/v1/consents", &listed);

    for who in [json!({ "email": email(0) }), json!({ "phone": "+447700900000" }), json!({ "external": "shopify:0" })] {
        shop.ask("POST", "/v1/contacts/lookup", &who);
        let asked = json!({ "channel": "email", "purpose": "newsletter", "contacts": [who, { "id": one }] });
        shop.ask("POST", "/v1/decisions", &asked);
        let mut then = asked.clone();
        then["at"] = "2026-10-01T00:00:00Z".into();
        shop.ask("POST", "/v1/decisions", &then);
    }
    let change = json!({ "choice": "opt_out", "reason": "asked on the phone" });
    shop.ask("PUT", &at(one, "/choices/email/newsletter"), &change);
    shop.ask("PUT", &at(one, "/choices/*/*"), &change);
    let rectification = json!({
        "address": { "from": { "email": email(0) }, "to": { "email": "corrected@example.com" } },
        "profile": { "country": "US", "region": "CA", "relation": "business", "born": "1990-01-31" },
        "reason": "misread",
    });
    shop.ask("POST", &at(one, "/rectify"), &rectification);
    let forgotten = json!({ "profile": { "country": null, "relation": null, "born": null }, "reason": "not needed" });
    shop.ask("POST", &at(one, "/rectify"), &forgotten);
    shop.ask("PUT", &at(other, "/restriction"), &json!({ "restricted": true, "reason": "asked" }));
    let merge = json!({ "contact": { "id": other }, "reason": "the same person" });
    shop.ask("POST", &at(one, "/merge"), &merge);
    shop.ask("POST", &at(one, "/unmerge"), &json!({ "contact": other, "reason": "two, after all" }));
    shop.ask("POST", &at(one, "/merge"), &merge);
    shop.ask("PUT", &at(one, "/restriction"), &json!({ "restricted": false, "reason": "settled" }));
    shop.ask("GET", &at(other, ""), &Value::Null);
    shop.ask("GET", &at(one, "/export"), &Value::Null);

    by_links(shop, &ids[5], &email(5));

    shop.ask("DELETE", &at(one, "?accounts=all"), &Value::Null);
    shop.ask("DELETE", &at(one, "?accounts=all"), &Value::Null);
    shop.ask("GET", &at(other, "/certificate"), &Value::Null);
    // A submission of the erased person arrives again.
    shop.ask("POST", "/v1/consents", &again);
    events(shop, &webhook);
}

/// Runs the deliveries of the events about them.
fn events(shop: &Shop, webhook: &str) {
    shop.database.0.asking.replace("the alarm".into());
    for status in [204, 500, 429, 204, 410] {
        shop.service.next_step().unwrap();
        let Step::Send(due) = shop.service.step(OsRuntime.now()).unwrap() else {
            panic!("nothing to send before {status}");
        };
        shop.service.next_step().unwrap();
        for outgoing in &due {
            let headers = (status == 429).then(|| ("retry-after", "1".to_owned())).into_iter().collect();
            let answer = HttpAnswer { status, headers, body: Vec::new() };
            shop.service.finished(&outgoing.key, &Exchange::Answered(answer)).unwrap();
        }
        let on = json!({ "url": "https://hooks.shop.example/", "payload": "full" });
        shop.ask("PUT", webhook, &on);
    }
    shop.ask("POST", &format!("{webhook}/rotate"), &json!({}));
    for state in ["pending", "delivered", "dead"] {
        shop.ask("GET", &format!("{webhook}/deliveries?state={state}"), &Value::Null);
        let since = json!({ "state": state, "since": "2026-01-01T00:00:00Z" });
        shop.ask("POST", &format!("{webhook}/replay"), &since);
    }
    shop.ask("GET", "/v1/webhooks", &Value::Null);
    shop.ask("DELETE", webhook, &Value::Null);
}

/// Runs what a person does with links, and the subject requests that follow.
fn by_links(shop: &Shop, id: &str, email: &str) {
    let hook = shop.ask("POST", "/v1/webhooks", &json!({ "url": "https://hooks.shop.example/placet" }));
    let path = |link: &Value| format!("/{}", link.as_str().unwrap().splitn(4, '/').nth(3).unwrap());
    let own = &shop.ask("GET", &format!("/v1/contacts/{id}/links?channel=email"), &Value::Null)["links"][0];
    let visit = |path: &str, form: &str| {
        for (method, body) in [("GET", ""), ("POST", form)] {
            shop.database.0.asking.replace(format!("{method} {}", path.split('/').nth(1).unwrap_or_default()));
            let request = Request::builder().method(method).uri(path).body(Bytes::from(body.to_owned())).unwrap();
            let response = shop.service.respond(&request);
            assert!(response.status().is_success(), "{method} {path}");
        }
    };
    visit(&path(&own["preferences"]), "action=stop");
    visit(&path(&own["unsubscribe"]), "");
    let mut anonymous = person(5);
    anonymous.as_object_mut().unwrap().remove("assurance");
    anonymous["contact"].as_object_mut().unwrap().remove("external");
    shop.ask_from_page(&anonymous);
    let message = |kind: &str| {
        let all = shop.ask("GET", "/v1/messages", &Value::Null)["messages"].clone();
        let found = all.as_array().unwrap().iter().find(|message| message["kind"] == kind).unwrap().clone();
        shop.ask("GET", &format!("/v1/messages/{}", found["message"].as_str().unwrap()), &Value::Null)
    };
    visit(&path(&message("confirm")["link"]), "");
    shop.ask("POST", "/v1/requests", &json!({ "kind": "access", "contact": { "email": email } }));
    visit(&path(&message("request")["link"]), "");
    let wish = json!({ "kind": "rectification", "contact": { "email": email }, "verified": true });
    let wish = shop.ask("POST", "/v1/requests", &wish)["id"].as_str().unwrap().to_owned();
    let more = json!({ "action": "extend", "reason": "an archive" });
    shop.ask("POST", &format!("/v1/requests/{wish}/decision"), &more);
    shop.ask("POST", &format!("/v1/requests/{wish}/decision"), &json!({ "action": "approve" }));
    message("result");
    shop.ask("DELETE", &format!("/v1/webhooks/{}", hook["id"].as_str().unwrap()), &Value::Null);
    shop.ask("DELETE", &format!("/v1/contacts/{id}"), &Value::Null);
}

/// Returns whether a line of a query plan reads a possibly large table completely.
fn reads_all(line: &str) -> bool {
    // An index made for one statement reads the whole table first.
    if line.contains("AUTOMATIC") {
        return true;
    }
    let Some(scanned) = line.strip_prefix("SCAN ") else { return false };
    let name = scanned.split(' ').next().unwrap_or_default();
    let handed_in = scanned.contains("VIRTUAL TABLE") || scanned.contains("CONSTANT ROW");
    !(handed_in || name.starts_with("(subquery") || BOUNDED.contains(&name))
}

#[test]
fn no_statement_about_one_person_reads_a_whole_table() {
    let shop = Shop::create();
    everything(&shop);
    let statements = shop.database.0.statements.borrow().clone();
    assert!(statements.len() > 80, "{} statements were recorded", statements.len());
    let mut faults = Vec::new();
    for (sql, (params, asking)) in &statements {
        let plan = shop.database.plan(sql, *params);
        if plan.iter().any(|line| reads_all(line)) && !LIMITED.contains(&sql.as_str()) {
            faults.push(format!("{asking}\n{sql}\n  {}", plan.join("\n  ")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n\n"));
}

/// Query plans do not show foreign key checks: for each deleted row, SQLite looks for rows that refer to it.
#[test]
fn no_foreign_key_is_checked_by_reading_a_whole_table() {
    let shop = Shop::create();
    everything(&shop);
    let (database, statements) = (&shop.database, shop.database.0.statements.borrow());
    let tables = database.0.sqlite.query("SELECT name FROM sqlite_master WHERE type = 'table'", &[]).unwrap();
    let mut checked = 0;
    for table in &tables {
        let table = table.text(0).unwrap();
        for key in database.rows("SELECT \"table\", \"from\" FROM pragma_foreign_key_list(?)", table) {
            let (parent, column) = (key.text(0).unwrap(), key.text(1).unwrap());
            // Without a DELETE from the parent table, no check happens.
            if !statements.keys().any(|sql| sql.starts_with(&format!("DELETE FROM {parent} "))) {
                continue;
            }
            let leads =
                "SELECT 1 FROM pragma_index_list(?1) l JOIN pragma_index_info(l.name) i ON i.seqno = 0 AND i.name = ?2
                UNION SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2 AND pk = 1";
            let leads = database.0.sqlite.query(leads, &[Param::Text(table), Param::Text(column)]).unwrap();
            assert!(!leads.is_empty(), "{table}.{column} refers to {parent} without an index");
            checked += 1;
        }
    }
    assert!(checked >= 12, "only {checked} references to erased tables");
}
