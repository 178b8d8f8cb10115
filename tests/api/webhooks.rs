//! Webhooks: events, signatures, retries, replays.

use http::Method;
use serde_json::{Value, json};

use crate::backend::{Backend, Native};
use crate::client::{Answer, Shop, ask, ask_with, shop_body, submission, with};
use crate::receiver::Receiver;

crate::scenarios! {
    a_webhook_receives_the_events_of_its_shop
    a_full_event_contains_the_present_addresses
    a_choice_by_staff_causes_an_event
    both_secrets_sign_during_a_rotation
    a_webhook_gets_only_the_events_it_subscribes_to
    a_failed_delivery_is_sent_again_unchanged
    an_endpoint_that_answers_410_gets_no_more_events
    a_disabled_webhook_gets_no_events
    deliveries_are_read_page_by_page
    a_repeated_request_creates_one_webhook
    a_removed_webhook_gets_no_more_events
    an_invalid_webhook_is_refused
}

fn admin(backend: &dyn Backend, shop: &Shop, method: Method, path: &str, body: Value) -> Answer {
    ask(backend, method, path, &shop.secret, &body)
}

fn new_webhook(backend: &dyn Backend, shop: &Shop, body: Value) -> Value {
    admin(backend, shop, Method::POST, "/v1/webhooks", body).ok()
}

fn path(webhook: &Value, more: &str) -> String {
    format!("/v1/webhooks/{}{more}", text(&webhook["id"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Submits an authenticated opt-in, so that no confirmation is needed. Returns the contact's id.
fn submit(backend: &dyn Backend, shop: &Shop) -> String {
    let body = with(submission(), "/assurance", json!("authenticated"));
    text(&shop.submit_from_server(backend, &body).ok()["contact"]).to_owned()
}

/// Returns the webhook as it is listed now.
fn listed(backend: &dyn Backend, shop: &Shop, webhook: &Value) -> Value {
    let all = admin(backend, shop, Method::GET, "/v1/webhooks", Value::Null).ok();
    all["webhooks"].as_array().unwrap().iter().find(|one| one["id"] == webhook["id"]).unwrap().clone()
}

/// Waits until `count` deliveries of the webhook are in the state, and returns them.
#[track_caller]
fn deliveries(backend: &dyn Backend, shop: &Shop, webhook: &Value, state: &str, count: usize) -> Vec<Value> {
    for _ in 0..500 {
        let query = format!("/deliveries?state={state}");
        let found = admin(backend, shop, Method::GET, &path(webhook, &query), Value::Null).ok();
        let found = found["deliveries"].as_array().unwrap().clone();
        if found.len() == count {
            return found;
        }
        backend.pass(20);
    }
    panic!("there were never {count} deliveries in the state {state}");
}

/// Creates a shop without confirmation, so that each submission makes one event.
fn trusting(backend: &dyn Backend) -> Shop {
    Shop::create_with(backend, &with(shop_body(), "/policy", json!({ "confirmation": [] })))
}

fn a_webhook_receives_the_events_of_its_shop(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let webhook = new_webhook(backend, &shop, json!({ "url": receiver.url }));
    let contact = submit(backend, &shop);
    let got = &receiver.wait_for(backend, 1)[0];
    assert_eq!(got.path, "/hook");
    assert_eq!(got.headers["content-type"], "application/json");
    assert!(got.headers["user-agent"].starts_with("placet/"));
    assert!(got.is_signed_by(text(&webhook["secret"])) && got.is_signed_by(text(&webhook["public_key"])));
    let event = got.json();
    assert_eq!(event["type"], "consent.changed");
    assert_eq!(event["data"]["contact"], contact);
    let report = ask(backend, Method::GET, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok();
    let records: Vec<Value> = report["records"].as_array().unwrap().iter().map(|record| record["id"].clone()).collect();
    let told: Vec<Value> =
        event["data"]["changes"].as_array().unwrap().iter().map(|change| change["record"].clone()).collect();
    assert_eq!((told.len(), told), (2, records));
    let change = with(event["data"]["changes"][0].clone(), "/record", Value::Null);
    let expected = json!({
        "record": null, "channel": "email", "purpose": "newsletter", "choice": "opt_in", "assurance": "authenticated",
    });
    assert_eq!(change, expected);
    for personal in ["jane", "7700"] {
        assert!(!got.body.contains(personal), "a thin event contains only ids: {}", got.body);
    }
    let delivered = &deliveries(backend, &shop, &webhook, "delivered", 1)[0];
    assert_eq!((&delivered["event"], &delivered["attempts"]), (&json!(got.id()), &json!(1)));
    assert_eq!((&delivered["status"], &delivered["failure"]), (&json!(204), &Value::Null));
    assert_eq!(event["timestamp"], delivered["at"]);
    for (table, row) in backend.dump() {
        assert!(!row.contains(&text(&webhook["secret"])[6..]), "a secret is stored in {table}");
    }
}

fn a_full_event_contains_the_present_addresses(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    new_webhook(backend, &shop, json!({ "url": receiver.url, "payload": "full" }));
    submit(backend, &shop);
    let event = receiver.wait_for(backend, 1)[0].json();
    let addresses = json!([
        { "kind": "email", "value": "jane@example.com" },
        { "kind": "phone", "value": "+447700900123" },
    ]);
    assert_eq!(event["data"]["addresses"], addresses);
    for (table, row) in backend.dump() {
        assert!(table != "event" || !row.contains("jane"), "an event is stored without addresses: {row}");
    }
}

fn a_choice_by_staff_causes_an_event(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let contact = submit(backend, &shop);
    new_webhook(backend, &shop, json!({ "url": receiver.url }));
    let change = json!({ "choice": "opt_out", "reason": "asked on the phone" });
    ask(backend, Method::PUT, &format!("/v1/contacts/{contact}/choices/*/*"), &shop.secret, &change).ok();
    let event = receiver.wait_for(backend, 1)[0].json();
    assert_eq!(event["data"]["contact"], contact);
    let changes = event["data"]["changes"].as_array().unwrap();
    assert_eq!(changes.len(), 2, "one for each address");
    assert_eq!((&changes[0]["channel"], &changes[0]["assurance"]), (&json!("*"), &json!("staff")));
}

fn both_secrets_sign_during_a_rotation(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let old = new_webhook(backend, &shop, json!({ "url": receiver.url }));
    let rotate = path(&old, "/rotate");
    let new = admin(backend, &shop, Method::POST, &rotate, json!({ "overlap_seconds": 600 })).ok();
    assert_ne!(new["secret"], old["secret"]);
    assert_eq!((&new["generation"], &new["public_key"]), (&json!(2), &old["public_key"]));
    submit(backend, &shop);
    let got = &receiver.wait_for(backend, 1)[0];
    let secrets = [&old["secret"], &new["secret"], &new["public_key"]].map(text);
    assert!(secrets.iter().all(|key| got.is_signed_by(key)));
    let newest = admin(backend, &shop, Method::POST, &rotate, json!({ "overlap_seconds": 0 })).ok();
    submit(backend, &shop);
    let got = &receiver.wait_for(backend, 2)[1];
    assert!(got.is_signed_by(text(&newest["secret"])) && got.is_signed_by(text(&newest["public_key"])));
    assert!(!secrets[..2].iter().any(|key| got.is_signed_by(key)), "without an overlap the old one ends at once");
    let long = json!({ "overlap_seconds": 604_801 });
    admin(backend, &shop, Method::POST, &rotate, long).problem(422, "out_of_range", Some("/overlap_seconds"));
}

fn a_webhook_gets_only_the_events_it_subscribes_to(backend: &mut dyn Backend) {
    let (shop, other) = (trusting(backend), trusting(backend));
    let [all, some, others] = [(); 3].map(|()| Receiver::start());
    new_webhook(backend, &shop, json!({ "url": all.url, "events": null }));
    new_webhook(backend, &shop, json!({ "url": some.url, "events": ["contact.erased", "message.requested"] }));
    new_webhook(backend, &other, json!({ "url": others.url }));
    for _ in 0..3 {
        submit(backend, &shop);
    }
    // The first webhook is told of the second.
    all.wait_for(backend, 4);
    let theirs = submit(backend, &other);
    let got = others.wait_for(backend, 1);
    assert_eq!(got[0].json()["data"]["contact"], theirs);
    assert_eq!((all.all().len(), some.all().len(), others.all().len()), (4, 0, 1));
}

fn a_failed_delivery_is_sent_again_unchanged(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let other = Receiver::start();
    let webhook = new_webhook(backend, &shop, json!({ "url": receiver.url }));
    let elsewhere = format!("301 Moved Permanently\r\nlocation: {}", other.url);
    let at_once = json!({ "url": receiver.url });
    for (tries, (answer, status, failure)) in [
        ("500 Internal Server Error", json!(500), json!("status")),
        (&*elsewhere, json!(301), json!("redirect")),
        ("404 Not Found", json!(404), json!("status")),
    ]
    .into_iter()
    .enumerate()
    {
        receiver.answers(answer);
        if tries == 0 {
            submit(backend, &shop);
        } else {
            admin(backend, &shop, Method::PUT, &path(&webhook, ""), at_once.clone()).ok();
        }
        receiver.wait_for(backend, tries + 1);
        let mut waiting = Value::Null;
        for _ in 0..500 {
            waiting = deliveries(backend, &shop, &webhook, "pending", 1)[0].clone();
            if waiting["attempts"] == tries + 1 {
                break;
            }
            backend.pass(10);
        }
        assert_eq!((&waiting["attempts"], &waiting["status"]), (&json!(tries + 1), &status));
        assert_eq!(waiting["failure"], failure);
        assert_eq!(listed(backend, &shop, &webhook)["failures"], 1, "a change of the webhook resets its failures");
    }
    receiver.answers("200 OK");
    // The replay makes the fourth attempt.
    let waiting = json!({ "state": "pending" });
    let replayed = admin(backend, &shop, Method::POST, &path(&webhook, "/replay"), waiting).ok();
    assert_eq!(replayed, json!({ "replayed": 1, "left": 0 }));
    let got = receiver.wait_for(backend, 4);
    assert!(got.iter().all(|one| one.id() == got[0].id() && one.body == got[0].body));
    assert!(got.iter().all(|one| one.is_signed_by(text(&webhook["secret"]))));
    deliveries(backend, &shop, &webhook, "delivered", 1);
    assert_eq!(listed(backend, &shop, &webhook)["failures"], 0);
    assert!(other.all().is_empty(), "redirects are not followed");
    // A delivered event can be replayed too.
    let event = json!({ "state": "delivered", "event": got[0].id(), "since": "2026-01-01T00:00:00Z" });
    admin(backend, &shop, Method::POST, &path(&webhook, "/replay"), event).ok();
    let got = receiver.wait_for(backend, 5);
    assert_eq!((got[4].id(), &got[4].body), (got[0].id(), &got[0].body));
}

fn an_endpoint_that_answers_410_gets_no_more_events(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let webhook = new_webhook(backend, &shop, json!({ "url": receiver.url }));
    receiver.answers("410 Gone");
    submit(backend, &shop);
    receiver.wait_for(backend, 1);
    let dead = &deliveries(backend, &shop, &webhook, "dead", 1)[0];
    assert_eq!((&dead["status"], &dead["failure"], &dead["due_at"]), (&json!(410), &json!("gone"), &Value::Null));
    let now = listed(backend, &shop, &webhook);
    assert_eq!((&now["enabled"], &now["disabled_reason"], &now["dead"]), (&json!(false), &json!("gone"), &json!(1)));
    submit(backend, &shop);
    backend.deliver();
    assert_eq!(receiver.all().len(), 1);
    receiver.answers("204 No Content");
    let on = admin(backend, &shop, Method::PUT, &path(&webhook, ""), json!({ "url": receiver.url })).ok();
    assert_eq!((&on["enabled"], &on["disabled_at"]), (&json!(true), &Value::Null));
    let replayed = admin(backend, &shop, Method::POST, &path(&webhook, "/replay"), json!({})).ok();
    assert_eq!(replayed, json!({ "replayed": 1, "left": 0 }));
    assert_eq!(receiver.wait_for(backend, 2)[1].id(), receiver.all()[0].id());
    deliveries(backend, &shop, &webhook, "delivered", 1);
}

fn a_disabled_webhook_gets_no_events(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let webhook = new_webhook(backend, &shop, json!({ "url": receiver.url }));
    receiver.answers("500 Internal Server Error");
    submit(backend, &shop);
    receiver.wait_for(backend, 1);
    let off = json!({ "url": receiver.url, "enabled": false });
    let off = admin(backend, &shop, Method::PUT, &path(&webhook, ""), off).ok();
    assert_eq!((&off["enabled"], &off["disabled_reason"]), (&json!(false), &json!("asked")));
    submit(backend, &shop);
    backend.deliver();
    assert_eq!(listed(backend, &shop, &webhook)["waiting"], 1, "pending deliveries wait, new events are not queued");
    receiver.answers("204 No Content");
    admin(backend, &shop, Method::PUT, &path(&webhook, ""), json!({ "url": receiver.url })).ok();
    receiver.wait_for(backend, 2);
    deliveries(backend, &shop, &webhook, "delivered", 1);
}

fn deliveries_are_read_page_by_page(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let webhook = new_webhook(backend, &shop, json!({ "url": receiver.url }));
    for _ in 0..5 {
        submit(backend, &shop);
    }
    receiver.wait_for(backend, 5);
    let page = |query: &str| admin(backend, &shop, Method::GET, &path(&webhook, query), Value::Null);
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let found = page(&format!("/deliveries?limit=2{next}")).ok();
        seen.extend(found["deliveries"].as_array().unwrap().iter().map(|one| text(&one["event"]).to_owned()));
        match found["next"].as_str() {
            Some(last) => next = format!("&before={last}"),
            None => break,
        }
    }
    let mut newest_first = seen.clone();
    newest_first.sort_by(|a, b| b.cmp(a));
    newest_first.dedup();
    assert_eq!((seen.len(), &seen), (5, &newest_first));
    for (query, code) in [
        ("?state=lost", "unknown_state"),
        ("?before=evt_1", "invalid_event_id"),
        ("?limit=0", "out_of_range"),
        ("?colour=red", "unknown_parameter"),
    ] {
        page(&format!("/deliveries{query}")).problem(422, code, None);
    }
}

fn a_repeated_request_creates_one_webhook(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let twice = |method: Method, path: &str, key: &str, body: &Value| {
        let send = || ask_with(backend, method.clone(), path, &shop.secret, &[("idempotency-key", key)], body);
        let (one, other) = (send().ok(), send().ok());
        assert_eq!(one, other);
        one
    };
    let webhook = twice(Method::POST, "/v1/webhooks", "one", &json!({ "url": receiver.url }));
    let rotated = twice(Method::POST, &path(&webhook, "/rotate"), "two", &json!({ "overlap_seconds": 0 }));
    assert_eq!(rotated["generation"], 2, "rotated once");
    // The webhook has a new secret by now, but this repeats the first answer.
    let again = ask_with(
        backend,
        Method::POST,
        "/v1/webhooks",
        &shop.secret,
        &[("idempotency-key", "one")],
        &json!({ "url": receiver.url }),
    );
    assert_eq!(again.ok()["secret"], webhook["secret"]);
    submit(backend, &shop);
    assert!(receiver.wait_for(backend, 1)[0].is_signed_by(text(&rotated["secret"])));
    for (table, row) in backend.dump() {
        for webhook in [&webhook, &rotated] {
            assert!(!row.contains(&text(&webhook["secret"])[6..]), "a secret is stored in {table}");
        }
    }
}

fn a_removed_webhook_gets_no_more_events(backend: &mut dyn Backend) {
    let (shop, receiver) = (trusting(backend), Receiver::start());
    let webhook = new_webhook(backend, &shop, json!({ "url": receiver.url }));
    receiver.answers("500 Internal Server Error");
    submit(backend, &shop);
    receiver.wait_for(backend, 1);
    let removed = admin(backend, &shop, Method::DELETE, &path(&webhook, ""), Value::Null).ok();
    assert_eq!(removed["id"], webhook["id"]);
    submit(backend, &shop);
    backend.deliver();
    assert_eq!(receiver.all().len(), 1);
    for (method, more, body) in [
        (Method::DELETE, "", Value::Null),
        (Method::PUT, "", json!({ "url": receiver.url })),
        (Method::POST, "/rotate", json!({})),
        (Method::POST, "/replay", json!({})),
        (Method::GET, "/deliveries", Value::Null),
    ] {
        admin(backend, &shop, method, &path(&webhook, more), body).problem(404, "webhook_not_found", None);
    }
    let rows = backend.rows();
    assert_eq!((rows["webhook"], rows["delivery"]), (0, 0));
}

fn an_invalid_webhook_is_refused(backend: &mut dyn Backend) {
    let shop = trusting(backend);
    let url = "https://hooks.shop.example/";
    for (body, code, pointer) in [
        (json!({}), "missing_field", "/url"),
        (json!({ "url": "hooks.shop.example" }), "invalid_target", "/url"),
        (json!({ "url": "https://jane@hooks.shop.example/" }), "invalid_target", "/url"),
        (json!({ "url": url, "events": [] }), "empty_list", "/events"),
        (json!({ "url": url, "events": ["consent.changed", "jane"] }), "unknown_event", "/events/1"),
        (json!({ "url": url, "payload": "fat" }), "unknown_payload", "/payload"),
        (json!({ "url": url, "enabled": true }), "unknown_field", "/enabled"),
    ] {
        admin(backend, &shop, Method::POST, "/v1/webhooks", body).problem(422, code, Some(pointer));
    }
    let read = json!({ "kind": "sk", "name": "reader", "scopes": ["read", "write", "export", "erase", "lists"] });
    let read = admin(backend, &shop, Method::POST, "/v1/keys", read).ok();
    let body = json!({ "url": url });
    ask(backend, Method::POST, "/v1/webhooks", text(&read["key"]), &body).problem(403, "wrong_scope", None);
    for _ in 0..16 {
        new_webhook(backend, &shop, body.clone());
    }
    admin(backend, &shop, Method::POST, "/v1/webhooks", body).problem(409, "too_many_webhooks", None);
    assert_eq!(backend.rows()["webhook"], 16);
}

/// As in production, not on a developer's machine.
#[test]
fn events_are_sent_to_public_addresses_only() {
    let backend = Native::public();
    let shop = Shop::create_with(&backend, &with(shop_body(), "/limits", json!({ "secret": 1_000 })));
    let refused = include_str!("../../src/ledger/outbox/refused.txt");
    assert!(refused.lines().count() > 60);
    for url in refused.lines().chain([&*format!("https://shop.example/{}", "a".repeat(2_048))]) {
        let answer = admin(&backend, &shop, Method::POST, "/v1/webhooks", json!({ "url": url }));
        answer.problem(422, "invalid_target", Some("/url"));
    }
    new_webhook(&backend, &shop, json!({ "url": "https://hooks.shop.example:8443/placet?a=1" }));
    let all = admin(&backend, &shop, Method::GET, "/v1/webhooks", Value::Null).ok();
    assert_eq!(all["webhooks"].as_array().unwrap().len(), 1);
}
