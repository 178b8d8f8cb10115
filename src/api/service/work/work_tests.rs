use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::*;
use crate::api::deployment::Deployment;
use crate::api::routed::Handover;
use crate::api::secrets::Secrets;
use crate::api::service::work::deliveries::OutgoingKey;
use crate::api::shop_id::ShopId;
use crate::ledger::{Param, Runtime, Sqlite};
use crate::model::exchange::{Exchange, HttpAnswer};

const ROOT: &str = "root_secret_for_the_tests_nowhere_else_used";

#[derive(Clone)]
struct Clock {
    millis: Rc<Cell<i64>>,
    /// The number of failures that may still be reported.
    failures: Rc<Cell<u32>>,
}

impl Runtime for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.get()).unwrap()
    }

    fn day(&self, at: Timestamp, _: &str) -> Option<String> {
        Some(at.to_string()[..10].to_owned())
    }

    fn fill(&self, buffer: &mut [u8]) {
        getrandom::fill(buffer).unwrap();
    }

    fn report(&self, failure: &str) {
        let expected = self.failures.get().checked_sub(1);
        self.failures.set(expected.unwrap_or_else(|| panic!("{failure}")));
    }
}

/// Returns the settings of the shop that all tests share, without limits that matter here.
fn settings() -> Value {
    let mut settings: Value = serde_json::from_str(include_str!("../../../../tests/fixtures/shop.json")).unwrap();
    settings["limits"] = json!({ "secret": 10_000 });
    settings
}

struct Shopkeeper {
    clock: Clock,
    service: ShopService,
    secret: String,
    captures: Cell<u32>,
}

impl Shopkeeper {
    fn open() -> Self {
        let clock = Clock { millis: Rc::new(Cell::new(1_764_000_000_000)), failures: Rc::default() };
        let secrets = Secrets::new("a master key for the tests, nowhere else used", "", ROOT).unwrap();
        let deployment = Deployment::new(secrets, "https://consent.example", "");
        let service = ShopService::new(Sqlite::in_memory().unwrap(), clock.clone(), deployment);
        let mut shop = Self { clock, service, secret: String::new(), captures: Cell::new(0) };
        let made = shop.ask("POST", "/v1/shops", &settings());
        shop.secret = made["keys"]["secret"].as_str().unwrap().to_owned();
        shop
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {}", self.secret));
        let request = request
            .header(Handover::HEADER, Handover { new_shop: Some(ShopId([7; 16])), ..Handover::default() }.written());
        let body: Bytes = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let answer = self.service.respond(&request.body(body).unwrap());
        assert!(answer.status().is_success(), "{:?}", answer.body());
        serde_json::from_slice(answer.body()).unwrap()
    }

    fn webhook(&self, name: &str) -> String {
        let made = self.ask("POST", "/v1/webhooks", &json!({ "url": format!("https://{name}.shop.example/") }));
        made["id"].as_str().unwrap().to_owned()
    }

    fn capture(&self) {
        let number = self.captures.replace(self.captures.get() + 1);
        self.ask(
            "POST",
            "/v1/consents",
            &json!({
                "id": format!("019ab0a4-4c80-7000-8000-{number:012}"),
                "contact": { "email": format!("person{number}@example.com") },
                "choices": [{ "channel": "email", "purpose": "newsletter", "choice": "opt_in" }],
                "notice": { "id": "n", "version": "1", "locale": "en", "text_sha256": "a0".repeat(32) },
                "source": { "kind": "form" },
                "assurance": "authenticated",
            }),
        );
    }

    fn due(&self) -> Vec<Outgoing> {
        self.service.due_deliveries().unwrap()
    }

    fn ended(&self, outgoing: &Outgoing, status: u16) {
        self.service.finished(&outgoing.key, &answered(status)).unwrap();
    }

    /// Advances the clock until work is due, and returns the number of seconds passed.
    fn wait(&self) -> i64 {
        let next = self.service.next_step().unwrap().millis();
        let passed = (next - self.clock.millis.get()).max(0);
        self.clock.millis.set(self.clock.millis.get() + passed);
        (passed + 500) / 1_000
    }

    fn listed(&self, webhook: &str) -> Value {
        let all = self.ask("GET", "/v1/webhooks", &Value::Null);
        all["webhooks"].as_array().unwrap().iter().find(|one| one["id"] == webhook).unwrap().clone()
    }
}

fn answered(status: u16) -> Exchange {
    Exchange::Answered(HttpAnswer { status, ..HttpAnswer::default() })
}

fn delivery(outgoing: &Outgoing) -> &crate::ledger::DeliveryKey {
    let OutgoingKey::Delivery(key) = &outgoing.key else { panic!("a request of a connection") };
    key
}

fn counts(outgoing: &[Outgoing]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for one in outgoing {
        *counts.entry(one.request.url.as_str()).or_default() += 1;
    }
    counts
}

#[test]
fn a_delivery_ends_after_ten_attempts() {
    let shop = Shopkeeper::open();
    let webhook = shop.webhook("down");
    shop.capture();
    let (mut tries, mut waits) = (0, Vec::new());
    let mut ids = Vec::new();
    while shop.listed(&webhook)["dead"] == 0 {
        for outgoing in shop.due() {
            tries += 1;
            ids.push((delivery(&outgoing).event.clone(), outgoing.request.body.clone()));
            shop.ended(&outgoing, 500);
        }
        waits.push(shop.wait());
        shop.service.clean_up().unwrap();
    }
    assert_eq!(tries, 10);
    ids.dedup();
    assert_eq!(ids.len(), 1, "the same event each time");
    let all: i64 = waits.iter().sum();
    let days = 2.5 * 86_400.0..4.8 * 86_400.0;
    assert!(days.contains(&(all as f64)), "it took {all} s");
    let replayed = shop.ask("POST", &format!("/v1/webhooks/{webhook}/replay"), &json!({}));
    assert_eq!(replayed, json!({ "replayed": 1, "left": 0 }));
    let waiting = shop.listed(&webhook);
    assert_eq!((&waiting["waiting"], &waiting["dead"]), (&json!(1), &json!(0)));
}

#[test]
fn at_most_five_sends_are_concurrent_and_three_of_one_webhook() {
    let shop = Shopkeeper::open();
    for name in ["a", "b", "c"] {
        shop.webhook(name);
    }
    for _ in 0..6 {
        shop.capture();
    }
    let first = shop.due();
    let one_each = counts(&first);
    assert_eq!((first.len(), one_each.len()), (3, 3), "the last lanes are for those that have none: {one_each:?}");
    assert!(shop.due().is_empty());
    // If only one webhook has sends in progress, it has three.
    for outgoing in first.iter().filter(|own| !own.request.url.contains("//a")) {
        shop.ask(
            "PUT",
            &format!("/v1/webhooks/{}", delivery(outgoing).webhook),
            &json!({ "url": outgoing.request.url, "enabled": false }),
        );
        shop.ended(outgoing, 204);
    }
    assert_eq!(shop.due().len(), 2);
    for name in ["d", "e", "f", "g"] {
        shop.webhook(name);
    }
    shop.capture();
    let more = shop.due();
    assert_eq!((more.len(), counts(&more).len()), (2, 2), "five in all");
    assert!(shop.service.next_step().unwrap() > shop.clock.now(), "no lane is free, so nothing is due");
    let known = first.iter().chain(&more).map(|one| one.key.clone()).collect::<Vec<_>>();
    shop.ended(&more[0], 204);
    let next = shop.due();
    assert!(next.iter().all(|one| !known.contains(&one.key)), "nothing is under way twice");
    shop.service.nothing_is_under_way();
    assert!(!shop.due().is_empty());
}

#[test]
fn a_paused_webhook_gets_one_probe_at_a_time_until_the_first_success() {
    let shop = Shopkeeper::open();
    let webhook = shop.webhook("down");
    for _ in 0..20 {
        shop.capture();
    }
    let mut requests = 0;
    let begun = shop.clock.millis.get();
    while shop.clock.millis.get() < begun + 3_600_000 {
        let due = shop.due();
        requests += due.len();
        due.iter().for_each(|outgoing| shop.ended(outgoing, 500));
        shop.wait();
    }
    assert!((15..=30).contains(&requests), "{requests} requests in an hour to an endpoint that is down");
    assert!(shop.listed(&webhook)["held_until"].is_string());
    let knock = shop.due();
    assert_eq!(knock.len(), 1);
    shop.ended(&knock[0], 204);
    let mut seen = 1;
    loop {
        let due = shop.due();
        if due.is_empty() {
            break;
        }
        seen += due.len();
        due.iter().for_each(|outgoing| shop.ended(outgoing, 204));
    }
    assert_eq!(seen, 20);
    let health = shop.listed(&webhook);
    assert_eq!((&health["waiting"], &health["failures"], &health["held_until"]), (&json!(0), &json!(0), &Value::Null));
}

#[test]
fn a_broken_event_does_not_block_other_deliveries() {
    let shop = Shopkeeper::open();
    let full = json!({ "url": "https://full.shop.example/", "payload": "full" });
    let webhook = shop.ask("POST", "/v1/webhooks", &full)["id"].as_str().unwrap().to_owned();
    for _ in 0..7 {
        shop.capture();
    }
    let broken = "UPDATE event SET data = '{' WHERE id IN (SELECT id FROM event ORDER BY id LIMIT 6)";
    shop.service.database.execute(broken, &[]).unwrap();
    shop.clock.failures.set(6);
    let mut seen = Vec::new();
    for _ in 0..10 {
        seen.extend(shop.due());
    }
    assert_eq!((seen.len(), shop.clock.failures.get()), (1, 0));
    shop.ended(&seen[0], 204);
    let health = shop.listed(&webhook);
    assert_eq!((&health["failures"], &health["held_until"], &health["waiting"]), (&json!(0), &Value::Null, &json!(6)));
    let path = format!("/v1/webhooks/{webhook}/deliveries?state=pending");
    let waiting = shop.ask("GET", &path, &Value::Null);
    assert!(waiting["deliveries"].as_array().unwrap().iter().all(|one| one["failure"] == "internal"), "{waiting}");
}

#[test]
fn the_daily_run_deletes_events_that_were_delivered_long_ago() {
    let shop = Shopkeeper::open();
    let webhook = shop.webhook("good");
    shop.capture();
    shop.due().iter().for_each(|outgoing| shop.ended(outgoing, 204));
    assert_eq!(shop.wait(), 86_400, "a day after it was opened");
    for day in 0..31 {
        shop.service.clean_up().unwrap();
        let path = format!("/v1/webhooks/{webhook}/deliveries?state=delivered");
        let kept = shop.ask("GET", &path, &Value::Null)["deliveries"].as_array().unwrap().len();
        assert_eq!(kept, usize::from(day < 30), "day {day}");
        shop.service.clean_up().unwrap();
        assert_eq!(shop.wait(), 86_400);
    }
}

impl Shopkeeper {
    /// Advances the clock day by day, with the housekeeping of each day.
    fn days(&self, days: i64) {
        for _ in 0..days {
            self.clock.millis.set(self.clock.millis.get() + 86_400_000);
            self.service.clean_up().unwrap();
        }
    }

    /// Returns the days on which events of a kind were stored.
    fn told_on(&self, kind: &str) -> Vec<String> {
        let rows = self.service.database.query("SELECT at FROM event WHERE type = ? ORDER BY id", &[Param::Text(kind)]);
        rows.unwrap().iter().map(|row| row.time(0).unwrap().to_string()[..10].to_owned()).collect()
    }

    fn request(&self, kind: &str, email: &str, verified: bool) -> Value {
        let mut body = json!({ "kind": kind, "contact": { "email": email } });
        if verified {
            body["verified"] = true.into();
        }
        let opened = self.ask("POST", "/v1/requests", &body);
        self.ask("GET", &format!("/v1/requests/{}", opened["id"].as_str().unwrap()), &Value::Null)
    }
}

#[test]
fn the_daily_run_sends_reminders_and_ends_unverified_requests() {
    let shop = Shopkeeper::open();
    shop.webhook("shop");
    shop.capture();
    let waiting = shop.request("rectification", "person0@example.com", true);
    let unproven = shop.request("access", "stranger@example.com", false);
    // 2025-11-24 is a Monday. A month later is 24 December, a Wednesday and not a holiday in the United Kingdom.
    assert_eq!((&waiting["received_on"], &waiting["due"]), (&json!("2025-11-24"), &json!("2025-12-24")));
    assert_eq!((&waiting["regime"], &waiting["extendable_to"]), (&json!("uk_gdpr"), &json!("2026-02-24")));
    shop.days(29);
    // A reminder comes a week before and a day before the due date, but not for a request that nobody has proven.
    assert_eq!(shop.told_on("request.reminder"), ["2025-12-17", "2025-12-23"]);
    let more = json!({ "action": "extend", "reason": "an archive abroad" });
    let id = waiting["id"].as_str().unwrap();
    let extended = shop.ask("POST", &format!("/v1/requests/{id}/decision"), &more);
    assert_eq!((&extended["due"], &extended["extendable_to"]), (&json!("2026-02-24"), &Value::Null));
    shop.days(3);
    let lapsed = shop.ask("GET", &format!("/v1/requests/{}", unproven["id"].as_str().unwrap()), &Value::Null);
    assert_eq!((&lapsed["state"], &lapsed["address"]), (&json!("lapsed"), &Value::Null));
    shop.days(67);
    assert_eq!(shop.told_on("request.reminder")[2..], ["2026-02-17", "2026-02-23"]);
    let rows = shop.service.database.query("SELECT count(*) FROM subject_request WHERE verified_at IS NULL", &[]);
    assert_eq!(rows.unwrap()[0].integer(0), Ok(0));
}

#[test]
fn the_daily_run_deletes_expired_data_and_keeps_opt_outs() {
    let shop = Shopkeeper::open();
    let mut settings = settings();
    settings["country"] = json!("FR");
    settings["retention"] = json!({ "prospect_months": 36, "event_days": 7, "request_months": 24 });
    shop.ask("PUT", "/v1/shop", &settings);
    let webhook = shop.webhook("shop");
    for _ in 0..5 {
        shop.capture();
    }
    shop.request("objection", "person0@example.com", true);
    // Two contacts are merged; that does not extend how long they are stored.
    let whole = shop.ask("POST", "/v1/contacts/lookup", &json!({ "email": "person3@example.com" }));
    let merge = json!({ "contact": { "email": "person4@example.com" }, "reason": "one person" });
    shop.ask("POST", &format!("/v1/contacts/{}/merge", whole["id"].as_str().unwrap()), &merge);
    for outgoing in std::iter::from_fn(|| Some(shop.due()).filter(|due| !due.is_empty())).flatten() {
        shop.ended(&outgoing, 204);
    }
    let count = |table: &str| {
        let rows = shop.service.database.query(&format!("SELECT count(*) FROM {table}"), &[]).unwrap();
        rows[0].integer(0).unwrap()
    };
    assert!(count("event") > 4 && count("message") == 1);
    shop.days(10);
    assert_eq!((count("event"), count("delivery"), count("message")), (0, 0, 0));
    assert_eq!((count("contact"), count("subject_request")), (5, 1));
    shop.days(360);
    // One person contacts the shop; only this contact stays.
    let sign = json!({ "contact": { "email": "person2@example.com" }, "activities": [{ "activity": "contacted" }] });
    shop.ask("POST", "/v1/activities", &sign);
    shop.days(400);
    assert_eq!((count("contact"), count("subject_request")), (5, 0), "the log of requests is kept for two years");
    let preview = shop.ask("GET", "/v1/retention", &Value::Null);
    let prospects = preview["overdue"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&prospects["what"], &prospects["count"]), (&json!("prospects"), &json!(0)));
    shop.days(360);
    assert_eq!(count("contact"), 1);
    assert_eq!((count("certificate"), count("suppression")), (3, 4), "erased as anybody, so that no list wakes them");
    assert_eq!(shop.told_on("contact.erased").len(), 3);
    assert_eq!(shop.listed(&webhook)["dead"], 0);
}

#[test]
fn the_daily_run_deletes_old_audit_lines_and_stored_answers() {
    let shop = Shopkeeper::open();
    shop.capture();
    let count = |table: &str| {
        let rows = shop.service.database.query(&format!("SELECT count(*) FROM {table}"), &[]).unwrap();
        rows[0].integer(0).unwrap()
    };
    let contact = shop.ask("POST", "/v1/contacts/lookup", &json!({ "email": "person0@example.com" }));
    let path = format!("/v1/contacts/{}/restriction", contact["id"].as_str().unwrap());
    let request = Request::put(path).header("content-type", "application/json").header("idempotency-key", "one");
    let request = request.header("authorization", format!("Bearer {}", shop.secret));
    let request = request.header(Handover::HEADER, Handover::default().written());
    let restriction = json!({ "restricted": true, "reason": "disputed" }).to_string();
    let answer = shop.service.respond(&request.body(restriction.into()).unwrap());
    assert!(answer.status().is_success(), "{:?}", answer.body());
    let lines = count("audit");
    assert!(lines > 0 && count("idempotency") == 1);
    shop.days(1);
    assert_eq!((count("audit"), count("idempotency")), (lines, 1), "a repetition within a day gets the stored answer");
    shop.days(2);
    assert_eq!((count("audit"), count("idempotency")), (lines, 0));
    shop.days(725);
    assert_eq!(count("audit"), lines, "the audit log is kept for two years");
    shop.days(4);
    assert_eq!(count("audit"), 0);
}
