//! Rate limits, and the flood limit for anonymous forms.

use http::Method;
use serde_json::{Value, json};

use crate::backend::{Backend, CLIENT_ADDRESS_HEADER, random};
use crate::client::{Answer, ORIGIN, Shop, ask, bearer, post, send, shop_body, standing, submission, undated, with};

crate::scenarios! {
    a_key_over_its_rate_limit_has_to_wait
    one_visitor_does_not_use_up_the_limit_of_the_key
    a_flood_for_one_address_is_limited_without_telling_the_sender
}

fn a_key_over_its_rate_limit_has_to_wait(backend: &mut dyn Backend) {
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", json!({ "secret": 1 })));
    let look_up = |backend: &dyn Backend| shop.lookup(backend, &json!({ "email": "jane@example.com" }));
    let first = look_up(backend);
    first.problem(404, "contact_not_found", None);
    assert_eq!((first.header("ratelimit-policy"), first.header("ratelimit")), ("\"key\";q=10;w=10", "\"key\";r=9;t=1"));
    let rows = backend.rows();
    let mut refused = None;
    for _ in 0..30 {
        let answer = look_up(backend);
        if answer.status.as_u16() == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("the bucket holds ten requests, so thirty must exceed it");
    refused.problem(429, "too_many_requests", None);
    assert_eq!(refused.header("retry-after"), "1");
    shop.storefront(backend, &[("origin", ORIGIN)]).ok();
    assert_eq!(backend.rows(), rows);
}

fn from(backend: &dyn Backend, shop: &Shop, address: &str) -> Answer {
    let key = bearer(&shop.publishable);
    let headers = [
        ("authorization", &*key),
        ("origin", ORIGIN),
        ("content-type", "application/json"),
        (CLIENT_ADDRESS_HEADER, address),
        // The edge ignores a visitor id that the client sends.
        ("placet-visitor", "somebody else"),
    ];
    send(backend, Method::POST, "/v1/consents", &headers, submission().to_string())
}

fn one_visitor_does_not_use_up_the_limit_of_the_key(backend: &mut dyn Backend) {
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", json!({ "publishable": 3, "visitor": 1 })));
    let mut taken = 0;
    let refused = loop {
        let answer = from(backend, &shop, "192.0.2.7");
        if answer.status.as_u16() != 201 || taken > 30 {
            break answer;
        }
        taken += 1;
    };
    refused.problem(429, "too_many_requests", None);
    assert!((10..30).contains(&taken), "{taken}");
    assert_eq!(refused.header("access-control-allow-origin"), "*", "a page can read that it has to wait");
    // The bucket of the key holds 30 requests. Requests refused by the visitor's limit do not use it up.
    for _ in 0..40 {
        from(backend, &shop, "192.0.2.7");
    }
    let other = from(backend, &shop, "192.0.2.8");
    assert_eq!(other.status.as_u16(), 201);
    assert!(other.header("ratelimit").starts_with("\"visitor\";r=9"), "{}", other.header("ratelimit"));
    for (_, row) in backend.dump() {
        assert!(!row.contains("192.0.2."), "the visitor's IP address must not be stored: {row}");
    }
}

fn a_flood_for_one_address_is_limited_without_telling_the_sender(backend: &mut dyn Backend) {
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", json!({ "publishable": 1000 })));
    let again = || with(submission(), "/id", json!(uuid::Uuid::from_bytes(random()).to_string()));
    let mut receipts = Vec::new();
    for _ in 0..40 {
        let answer = shop.submit(backend, &again());
        receipts.push((answer.status, answer.ok().as_object().unwrap().keys().cloned().collect::<Vec<_>>()));
    }
    receipts.dedup();
    assert_eq!(receipts.len(), 1, "every sender gets the same answer");
    let rows = backend.rows();
    assert_eq!((rows["submission"], rows["record"]), (40, 40));
    let told = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let number = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_eq!((&told["addresses"][0]["damped"], &number["addresses"][0]["damped"]), (&json!(20), &json!(20)));
    // New content is still stored over the limit: another choice or another purpose.
    let yes = with(again(), "/choices/1/choice", json!("opt_in"));
    shop.submit(backend, &yes).ok();
    let told = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_eq!(standing(&told, "sms", "newsletter")["status"], "awaiting_confirmation");
    // Combining the known address with unknown ones does not evade its limit.
    let before = backend.rows();
    for number in 0..5 {
        let odd = with(again(), "/contact/phone", json!(format!("+4477009009{number:02}")));
        shop.submit(backend, &odd).ok();
    }
    let after = backend.rows();
    assert_eq!(
        (after["record"] - before["record"], after["contact"] - before["contact"]),
        (5, 5),
        "the contacts of the strangers"
    );
    assert_eq!(
        shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok()["addresses"][0]["damped"],
        26,
        "the opt-in by SMS is counted too"
    );
    // A vouched-for submission is stored too.
    post(backend, "/v1/consents", &shop.secret, "", &with(again(), "/assurance", json!("authenticated"))).ok();
    assert_eq!(backend.rows()["submission"], 47);
    let still = undated(shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok());
    shop.submit(backend, &again()).ok();
    let counted = undated(shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok());
    let without = |told: Value| with(told, "/addresses", Value::Null);
    assert_eq!(without(still), without(counted));
    let contact = told["id"].as_str().unwrap();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok();
    assert_eq!(backend.rows()["damped"], 0);
}
