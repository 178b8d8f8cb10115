//! The ledger of an earlier version, which read some writings of one number as different numbers and took a wide opt-out
//! for an opt-out of order messages too. Its migrations mend that, and no person's opt-out is lost.
//!
//! `fixtures/earlier/ledger.sql` was written by that version, and `before.json` has its decisions.

use std::collections::BTreeMap;

use http::Method;
use serde_json::{Value, json};

use crate::backend::{Backend, Keys, Native};
use crate::client::{ask, submission, with};
use crate::links::{decision, links, look, page, path, press, shop};

/// The decisions that change, and the rule that explains each.
const CHANGED: &[(&str, &str, Option<&str>, &str)] = &[
    ("+44 07700 900101", "newsletter", Some("opted_out"), "one number: its later opt-out counts"),
    ("+447700900102", "newsletter", Some("opted_out"), "one number: its later opt-out counts"),
    ("+44 07700 900103", "newsletter", None, "one number: its later opt-in, which the shop vouches for, counts"),
    ("+447700900104", "newsletter", None, "one number: its opt-in counts"),
    ("+447700900105", "newsletter", Some("opted_out"), "one number: its opt-out counts"),
    ("+447700900106", "newsletter", Some("opted_out"), "`.0` is no digit: the later opt-out counts"),
    ("+44 07700 900106", "newsletter", Some("opted_out"), "one number: its later opt-out counts"),
    ("+44 07700 900107", "newsletter", Some("objected"), "one number: its later wide opt-out counts"),
    ("+447700900107", "newsletter", Some("objected"), "a wide opt-out is an objection"),
    ("+447700900107", "order_updates", Some("never_asked"), "an objection concerns marketing only"),
    ("+447700900108", "newsletter", Some("suppressed"), "one number: its suppression counts"),
    ("+5511961234567", "newsletter", Some("opted_out"), "WhatsApp writes the same number in another form"),
    ("+525512345678", "newsletter", Some("opted_out"), "WhatsApp writes the same number in another form"),
    ("nine@example.com", "newsletter", Some("objected"), "a wide opt-out is an objection"),
    ("nine@example.com", "order_updates", None, "an objection concerns marketing only"),
];

/// Makes the earlier ledger in the data directory of a service.
fn restored(backend: &Native, before: &Value) {
    let file = backend.data().join(format!("{}.sqlite", before["object"].as_str().unwrap()));
    let database = rusqlite::Connection::open(file).unwrap();
    database.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    database.execute_batch(include_str!("../fixtures/earlier/ledger.sql")).unwrap();
}

#[test]
fn the_ledger_of_an_earlier_version_is_mended() {
    let mut backend = Native::start();
    // The master key of that deployment has spaces in it.
    backend
        .turn_keys(Keys { master: "a master key for the tests, nowhere else used".to_owned(), naming: String::new() });
    let before: Value = serde_json::from_str(include_str!("../fixtures/earlier/before.json")).unwrap();
    restored(&backend, &before);
    let secret = before["secret"].as_str().unwrap();
    let decisions = |backend: &Native| {
        let decide = |row: &Value| {
            let (kind, address, purpose) = (row[0].as_str().unwrap(), row[1].as_str().unwrap(), &row[3]);
            let body = json!({ "channel": row[2], "purpose": purpose, "contact": { kind: address } });
            let answer = ask(backend, Method::POST, "/v1/decisions", secret, &body).ok();
            let key = (address.to_owned(), purpose.as_str().unwrap().to_owned());
            (key, answer["decision"]["reason"].as_str().map(str::to_owned))
        };
        before["decisions"].as_array().unwrap().iter().map(decide).collect::<BTreeMap<_, _>>()
    };
    let hook = json!({ "url": "https://hooks.shop.example/placet", "events": ["ledger.migrated"] });
    ask(&backend, Method::POST, "/v1/webhooks", secret, &hook).ok();
    backend.work();

    let after = decisions(&backend);
    let mut changed = BTreeMap::new();
    for row in before["decisions"].as_array().unwrap() {
        let key = (row[1].as_str().unwrap().to_owned(), row[3].as_str().unwrap().to_owned());
        if after[&key].as_deref() != row[4].as_str() {
            changed.insert(key.clone(), after[&key].clone());
        }
    }
    let expected = CHANGED.iter().map(|(address, purpose, reason, rule)| {
        assert!(!rule.is_empty());
        (((*address).to_owned(), (*purpose).to_owned()), reason.map(str::to_owned))
    });
    assert_eq!(changed, expected.collect::<BTreeMap<_, _>>());

    // Links that were sent to the other writing still lead to the number.
    for link in before["links"].as_array().unwrap() {
        page(&look(&backend, Method::GET, link.as_str().unwrap()), 200);
    }
    // One number is one row, all records are there, and nothing is done twice.
    let numbers = backend.dump().into_iter().filter(|(table, row)| table == "address" && row.contains("| phone |"));
    assert_eq!(numbers.count(), 10);
    let records = |backend: &mut Native| backend.rows()["record"];
    let rows = records(&mut backend);
    backend.work();
    assert_eq!((decisions(&backend), records(&mut backend)), (after, rows));
}

#[test]
fn contacts_that_only_a_form_put_together_are_taken_apart() {
    let mut backend = Native::start();
    let shop = shop(&mut backend);
    let (email, phone) = (json!({ "email": "jane@example.com" }), json!({ "phone": "+447700900123" }));
    shop.submit(&backend, &with(submission(), "/choices/1/choice", json!("opt_in"))).ok();
    // The owner of the mailbox wants no advertising by e-mail.
    let choices = links(&backend, &shop, email.clone(), "")[0]["preferences"].clone();
    press(&backend, &path(&choices), "action=stop");
    // An earlier version kept both addresses in one contact.
    backend.change(
        "UPDATE address SET contact = (SELECT min(id) FROM contact);
        UPDATE submission SET contact = (SELECT min(id) FROM contact), beside = NULL;
        DELETE FROM contact WHERE id > (SELECT min(id) FROM contact);
        INSERT INTO job (name, due_at, place) VALUES ('apart', 0, '0');",
    );
    let told = |backend: &Native, who: &Value| shop.lookup(backend, who).ok();
    assert_eq!(told(&backend, &email)["id"], told(&backend, &phone)["id"]);
    assert_eq!(told(&backend, &email)["addresses"].as_array().unwrap().len(), 2);
    backend.work();
    let [by_email, by_phone] = [told(&backend, &email), told(&backend, &phone)];
    assert_ne!(by_email["id"], by_phone["id"]);
    for (report, channel) in [(&by_email, "email"), (&by_phone, "sms")] {
        assert_eq!(report["addresses"].as_array().unwrap().len(), 1);
        let records = report["records"].as_array().unwrap();
        assert!(
            records.iter().all(|record| record["channel"] == channel || record["channel"] == Value::Null),
            "{report}"
        );
    }
    assert_eq!(decision(&backend, &shop, "email", email)["reason"], "objected");
    assert_eq!(decision(&backend, &shop, "sms", phone)["reason"], "awaiting_confirmation");
    let rows = backend.rows();
    backend.work();
    assert_eq!(backend.rows(), rows, "nothing is done twice");
}
