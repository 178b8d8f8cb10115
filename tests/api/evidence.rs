//! The network and the browser of a page's submission: stored only if the shop enables it, only coarse, and only as the
//! front worker reports them.

use http::Method;
use serde_json::{Value, json};

use crate::backend::{Backend, CLIENT_ADDRESS_HEADER};
use crate::client::{Answer, ORIGIN, Shop, ask, bearer, send, shop_body, submission, with};

crate::scenarios! {
    network_and_browser_are_stored_only_if_the_shop_enables_it
    only_the_network_and_the_major_browser_versions_are_stored
    evidence_headers_of_the_client_are_ignored
    an_erasure_deletes_network_and_browser_and_errors_never_contain_them
}

const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.7.8.9 <script>";
const KEPT: &str = "Mozilla/5 (X11; Linux x86_64) AppleWebKit/537 (KHTML, like Gecko) Chrome/126 <script>";

fn shop(backend: &mut dyn Backend, evidence: &Value) -> Shop {
    let choices = json!([{ "channel": "email", "purpose": "newsletter" }]);
    let notice =
        json!({ "id": "box", "version": "1", "locale": "en", "text": "We write.\nBy e-mail", "choices": choices });
    Shop::create_with(backend, &with(with(shop_body(), "/notices", json!([notice])), "/evidence", evidence.clone()))
}

/// Sends a submission as a browser does, through the front worker.
fn submit(backend: &dyn Backend, key: &str, from: &str, more: &[(&str, &str)], body: &Value) -> Answer {
    let own = [
        ("authorization", &*bearer(key)),
        ("origin", ORIGIN),
        ("content-type", "application/json"),
        ("user-agent", BROWSER),
        (CLIENT_ADDRESS_HEADER, from),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let own: Vec<(&str, &str)> =
        own.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect();
    send(backend, Method::POST, "/v1/consents", &own, body.to_string())
}

fn post_form(backend: &dyn Backend, shop: &Shop, from: &str) -> Answer {
    let headers = [
        ("origin", ORIGIN),
        ("content-type", "application/x-www-form-urlencoded"),
        ("user-agent", BROWSER),
        (CLIENT_ADDRESS_HEADER, from),
    ];
    let form = "email=jane%40example.com&notice=box&version=1&locale=en&choice=email%3Anewsletter";
    send(backend, Method::POST, &format!("/f/{}", shop.publishable), &headers, form)
}

/// Returns the network and the browser of each record in the report.
fn sources(backend: &dyn Backend, shop: &Shop) -> Vec<(Value, Value)> {
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let records = report["records"].as_array().unwrap().iter().map(|record| &record["source"]);
    records.map(|source| (source["ip"].clone(), source["user_agent"].clone())).collect()
}

fn network_and_browser_are_stored_only_if_the_shop_enables_it(backend: &mut dyn Backend) {
    let shop = shop(backend, &Value::Null);
    submit(backend, &shop.publishable, "203.0.113.77", &[], &submission()).ok();
    crate::links::page(&post_form(backend, &shop, "203.0.113.77"), 200);
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert!(report["records"].as_array().unwrap().iter().all(|record| record["source"].get("ip").is_none()));
    assert!(!backend.dump().iter().any(|(_, row)| row.contains("203.0.113") || row.contains("Mozilla")));
    let settings = ask(backend, Method::GET, "/v1/shop", &shop.secret, &Value::Null).ok();
    assert_eq!(settings["evidence"], json!({ "ip": false, "user_agent": false }));

    let put = |evidence: Value| {
        ask(backend, Method::PUT, "/v1/shop", &shop.secret, &with(shop_body(), "/evidence", evidence))
    };
    put(json!({ "ip": "yes" })).problem(422, "wrong_type", Some("/evidence/ip"));
    put(json!({ "cookies": true })).problem(422, "unknown_field", Some("/evidence/cookies"));
    put(json!(true)).problem(422, "wrong_type", Some("/evidence"));
    assert_eq!(put(json!({ "user_agent": true })).ok()["evidence"], json!({ "ip": false, "user_agent": true }));
    // A setting that is left out returns to its default.
    let back = ask(backend, Method::PUT, "/v1/shop", &shop.secret, &shop_body()).ok();
    assert_eq!(back["evidence"], json!({ "ip": false, "user_agent": false }));
}

fn only_the_network_and_the_major_browser_versions_are_stored(backend: &mut dyn Backend) {
    let shop = shop(backend, &json!({ "ip": true, "user_agent": true }));
    let body = submission();
    for (from, kept) in [
        ("203.0.113.77", json!("203.0.113.0/24")),
        ("2001:db8:1:2::77", json!("2001:db8:1::/48")),
        ("::ffff:198.51.100.7", json!("198.51.100.0/24")),
        ("unknown", Value::Null),
    ] {
        submit(backend, &shop.publishable, from, &[], &with(body.clone(), "/id", submission()["id"].clone())).ok();
        assert_eq!(sources(backend, &shop).last().unwrap(), &(kept, json!(KEPT)), "{from}");
    }
    crate::links::page(&post_form(backend, &shop, "192.0.2.99"), 200);
    assert_eq!(sources(backend, &shop).last().unwrap(), &(json!("192.0.2.0/24"), json!(KEPT)));
    // The same submission from another network changes nothing.
    submit(backend, &shop.publishable, "203.0.113.77", &[], &body).ok();
    let before = backend.dump().into_iter().filter(|(table, _)| table == "submission").collect::<Vec<_>>();
    submit(backend, &shop.publishable, "192.0.2.1", &[], &body).ok();
    let after = backend.dump().into_iter().filter(|(table, _)| table == "submission").collect::<Vec<_>>();
    assert_eq!(after, before);
    assert!(!after.iter().any(|(_, row)| row.contains("113.77") || row.contains("::77") || row.contains("126.7")));

    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let export = |format: &str| {
        let path = format!("/v1/contacts/{}/export?format={format}", report["id"].as_str().unwrap());
        ask(backend, Method::GET, &path, &shop.secret, &Value::Null).text
    };
    assert!(export("json").contains("\"ip\":\"203.0.113.0/24\""));
    let page = export("html");
    assert!(
        page.contains("2001:db8:1::/48") && page.contains("Chrome/126 &lt;script&gt;") && !page.contains("<script>")
    );
    let places = report["information"]["sources"].as_array().unwrap();
    assert!(
        places.len() == 2 && places.iter().all(|place| place.get("ip").is_none()),
        "the same source is listed once: {places:?}"
    );

    // Only the network is enabled.
    let body = with(with(shop_body(), "/evidence", json!({ "ip": true })), "/name", json!("Kestrel"));
    ask(backend, Method::PUT, "/v1/shop", &shop.secret, &body).ok();
    submit(backend, &shop.publishable, "203.0.113.77", &[], &submission()).ok();
    assert_eq!(sources(backend, &shop).last().unwrap(), &(json!("203.0.113.0/24"), Value::Null));
}

fn evidence_headers_of_the_client_are_ignored(backend: &mut dyn Backend) {
    let shop = shop(backend, &json!({ "ip": true, "user_agent": true }));
    let lie = [("placet-evidence", "198.51.100.0/24 Lynx/2")];
    submit(backend, &shop.publishable, "203.0.113.77", &lie, &submission()).ok();
    assert!(sources(backend, &shop).iter().all(|kept| *kept == (json!("203.0.113.0/24"), json!(KEPT))));
    // A submission with a secret key comes from a server, so no browser is stored, even if the request names one.
    let body = with(submission(), "/assurance", json!("authenticated"));
    submit(backend, &shop.secret, "203.0.113.77", &lie, &body).ok();
    assert!(sources(backend, &shop).contains(&(Value::Null, Value::Null)));
    let browser = format!("Mozilla/5.0 {}", "x".repeat(2_000));
    let headers = [
        ("authorization", &*bearer(&shop.publishable)),
        ("origin", ORIGIN),
        ("content-type", "application/json"),
        ("user-agent", &*browser),
        lie[0],
    ];
    send(backend, Method::POST, "/v1/consents", &headers, submission().to_string()).ok();
    let (ip, user_agent) = sources(backend, &shop).pop().unwrap();
    assert_eq!((ip, user_agent.as_str().unwrap().len()), (Value::Null, 200));
    assert!(!backend.dump().iter().any(|(_, row)| row.contains("Lynx") || row.contains("198.51.100")));
}

fn an_erasure_deletes_network_and_browser_and_errors_never_contain_them(backend: &mut dyn Backend) {
    let shop = shop(backend, &json!({ "ip": true, "user_agent": true }));
    submit(backend, &shop.publishable, "203.0.113.77", &[], &submission()).ok();
    let before = backend.rows();
    for (pointer, value) in [("/contact", json!({ "email": "x" })), ("/source/ip", json!("203.0.113.0/24"))] {
        let refused = submit(backend, &shop.publishable, "203.0.113.77", &[], &with(submission(), pointer, value));
        assert_eq!(refused.status.as_u16(), 422);
        assert!(!refused.text.contains("203.0.113") && !refused.text.contains("Mozilla"), "{}", refused.text);
    }
    assert_eq!(backend.rows(), before);
    assert!(!backend.dump().iter().any(|(table, row)| table != "submission" && row.contains("203.0.113")));
    let id = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
    let number = shop.lookup(backend, &json!({ "phone": "+447700900123" }));
    if let Some(other) = number.body["id"].as_str() {
        ask(backend, Method::DELETE, &format!("/v1/contacts/{other}"), &shop.secret, &Value::Null).ok();
    }
    assert!(!backend.dump().iter().any(|(_, row)| row.contains("203.0.113") || row.contains("Mozilla")));
}
