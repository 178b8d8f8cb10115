//! A customer's choices on the shop's own page. They are shown only with the shop's signature; everybody else gets a
//! link sent to the address. Typing an address shows nothing.

use http::{Method, Request};
use placet::api::{Handover, Secrets, ShopId, ShopService};
use placet::ledger::{OsRuntime, Sqlite};
use serde_json::{Value, json};

use crate::backend::{Backend, MASTER_KEY, ROOT_SECRET};
use crate::client::{Answer, ORIGIN, PERSONAL, Shop, ask, post, shop_body, submission, with};
use crate::identity::{signed, within};
use crate::links::{decision, everybody_looks, listen, messages, page, path, press, shop};

crate::scenarios! {
    a_customer_sees_the_choices_of_their_addresses
    a_submission_with_the_identity_changes_the_listed_choices
    an_unknown_address_has_no_choices
    preferences_need_a_fresh_token_of_a_key_that_may_read
    the_preference_link_is_sent_to_the_address_and_never_returned
    a_suppressed_number_gets_no_preference_link
}

fn of_jane(key: &str) -> String {
    signed(key, &json!({ "aud": "placet", "scope": "capture read", "email": "Jane@Example.com", "exp": within(600) }))
}

fn of_both(key: &str) -> String {
    signed(
        key,
        &json!({ "aud": "placet", "scope": "capture read", "email": "jane@example.com", "phone": "+447700900123", "exp": within(600) }),
    )
}

/// Asks as the shop's page does.
fn asked(backend: &dyn Backend, shop: &Shop, body: &Value) -> Answer {
    post(backend, "/v1/preferences", &shop.publishable, ORIGIN, body)
}

fn seen(backend: &dyn Backend, shop: &Shop, identity: &str) -> Value {
    let answer = asked(backend, shop, &json!({ "identity": identity, "locale": "de-AT" }));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("access-control-allow-origin"), ORIGIN);
    for personal in PERSONAL {
        assert!(!answer.text.contains(personal), "{}", answer.text);
    }
    answer.ok()
}

/// Returns the choice and the status of a channel and purpose.
fn choice(seen: &Value, channel: &str, purpose: &str) -> (Value, Value) {
    let all = seen["addresses"].as_array().unwrap().iter().flat_map(|one| one["choices"].as_array().unwrap());
    let mut fit = all.filter(|one| one["channel"] == channel && one["purpose"] == purpose);
    let found = fit.next().unwrap();
    assert!(fit.next().is_none(), "{seen}");
    assert_eq!(found["confirmable"], found["status"] == "awaiting_confirmation");
    (found["choice"].clone(), found["status"].clone())
}

fn a_customer_sees_the_choices_of_their_addresses(backend: &mut dyn Backend) {
    let words = json!([
        { "purpose": "newsletter", "text": "Neues <b>vom</b> Kaffee", "locale": "de" },
        { "purpose": "newsletter", "text": "News", "locale": "en" },
    ]);
    let body = with(shop_body(), "/purposes", json!(["newsletter", "offers", "order_updates"]));
    let body = with(
        with(body, "/privacy", json!({ "purposes": words })),
        "/policy",
        json!({ "transactional": ["order_updates"] }),
    );
    let shop = Shop::create_with(backend, &body);
    listen(backend, &shop);
    let receipt = shop.submit_from_server(backend, &with(submission(), "/assurance", json!("authenticated"))).ok();
    let before = backend.rows();
    let hers = seen(backend, &shop, &of_jane(&shop.secret));
    assert_eq!(backend.rows(), before, "a request for preferences stores nothing");
    // The answer includes her phone number, because the shop vouches that both are hers, and no transactional purpose.
    let addresses = hers["addresses"].as_array().unwrap();
    let told: Vec<_> = addresses.iter().map(|one| (&one["kind"], &one["masked"], &one["named"])).collect();
    assert_eq!(
        told,
        [
            (&json!("email"), &json!("j•••@e•••.com"), &json!(true)),
            (&json!("phone"), &json!("+44••• 23"), &json!(false))
        ]
    );
    let first = json!({ "channel": "email", "purpose": "newsletter", "text": "Neues <b>vom</b> Kaffee", "choice": "opt_in",
        "status": "opted_in", "confirmable": false });
    assert_eq!(addresses[0]["choices"][0], first);
    let second = json!({ "channel": "email", "purpose": "offers", "text": null, "choice": null, "status": "never_asked",
        "confirmable": false });
    assert_eq!(addresses[0]["choices"][1], second);
    assert_eq!(addresses[0]["choices"].as_array().unwrap().len(), 2);
    assert_eq!(choice(&hers, "sms", "newsletter"), (json!("declined"), json!("declined")));
    // Naming both addresses gives the same answer.
    let both = seen(backend, &shop, &of_both(&shop.secret));
    assert_eq!(with(both, "/addresses/1/named", json!(false)), hers);
    // The shop's server gets the same answer, and the audit log names the contact.
    let server = json!({ "identity": of_jane(&shop.secret) });
    let told = post(backend, "/v1/preferences", &shop.secret, "", &server).ok();
    assert_eq!(told["addresses"][0]["masked"], hers["addresses"][0]["masked"]);
    let audit = ask(backend, Method::GET, "/v1/audit?route=/v1/preferences", &shop.secret, &Value::Null).ok();
    assert!(audit["entries"].as_array().unwrap().iter().all(|line| line["contact"] == receipt["contact"]), "{audit}");

    // A shop without texts for its purposes.
    let other = self::shop(backend);
    other.submit(backend, &submission()).ok();
    let theirs = seen(backend, &other, &of_jane(&other.secret));
    assert_eq!(theirs["addresses"][0]["choices"][0]["text"], Value::Null);
    assert_eq!(choice(&theirs, "email", "newsletter"), (json!("opt_in"), json!("awaiting_confirmation")));
    assert_eq!(theirs["addresses"].as_array().unwrap().len(), 1, "the number in the form is not known to be hers");
}

fn a_submission_with_the_identity_changes_the_listed_choices(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let say = |backend: &dyn Backend, identity: &str, channel: &str, statement: &str| {
        let choices = json!([{ "channel": channel, "purpose": "newsletter", "choice": statement }]);
        let body = with(with(submission(), "/choices", choices), "/identity", json!(identity));
        // The time is now, not when the form was made.
        shop.submit(backend, &with(body, "/occurred_at", Value::Null)).ok();
        backend.pass(5);
    };
    let identity = of_both(&shop.secret);
    for channel in ["email", "sms", "whatsapp"] {
        for (statement, status) in [
            ("declined", "declined"),
            ("opt_in", "opted_in"),
            ("declined", "opted_in"),
            ("opt_out", "opted_out"),
            ("opt_in", "opted_in"),
        ] {
            say(backend, &identity, channel, statement);
            let now = choice(&seen(backend, &shop, &identity), channel, "newsletter");
            let kept = if statement == "declined" && status == "opted_in" { "opt_in" } else { statement };
            assert_eq!(now, (json!(kept), json!(status)), "{channel} {statement}");
        }
    }
    assert!(messages(backend, &shop, "confirm").is_empty(), "an authenticated choice needs no confirmation");
    // For an address that the identity does not name, the submission is anonymous.
    say(backend, &of_jane(&shop.secret), "sms", "opt_out");
    assert_eq!(choice(&seen(backend, &shop, &identity), "sms", "newsletter").1, "opted_in");
}

fn an_unknown_address_has_no_choices(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let before = backend.rows();
    let hers = seen(backend, &shop, &of_both(&shop.secret));
    assert_eq!(backend.rows(), before);
    assert_eq!(hers["addresses"].as_array().unwrap().len(), 2);
    for (channel, purpose) in
        [("email", "newsletter"), ("email", "offers"), ("sms", "offers"), ("whatsapp", "newsletter")]
    {
        assert_eq!(choice(&hers, channel, purpose), (Value::Null, json!("never_asked")));
    }
    // One of the two addresses is known.
    let sms = json!([{ "channel": "sms", "purpose": "offers", "choice": "opt_in" }]);
    let body = with(with(submission(), "/contact", json!({ "phone": "+447700900123" })), "/choices", sms);
    shop.submit(backend, &body).ok();
    let hers = seen(backend, &shop, &of_both(&shop.secret));
    assert_eq!(choice(&hers, "sms", "offers"), (json!("opt_in"), json!("awaiting_confirmation")));
    // An identity with only an external id names no address.
    let external = signed(
        &shop.secret,
        &json!({ "aud": "placet", "scope": "capture read", "external": "shop:7", "exp": within(600) }),
    );
    assert_eq!(seen(backend, &shop, &external), json!({ "addresses": [] }));
}

fn preferences_need_a_fresh_token_of_a_key_that_may_read(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let other = Shop::create(backend);
    let key = |scopes: Value| {
        let new = json!({ "kind": "sk", "name": "pages", "scopes": scopes });
        ask(backend, Method::POST, "/v1/keys", &shop.secret, &new).ok()["key"].as_str().unwrap().to_owned()
    };
    let (captures, reads) = (key(json!(["capture"])), key(json!(["read"])));
    asked(backend, &shop, &json!({ "identity": of_jane(&reads) })).ok();
    let before = backend.state();
    let good = of_jane(&shop.secret);
    let forged = format!("{}A", &good[..good.len() - 1]);
    for token in [
        of_jane(&captures),
        of_jane(&other.secret),
        of_jane(&shop.publishable),
        if forged == good { format!("{}B", &good[..good.len() - 1]) } else { forged },
        format!("{}.", good.rsplit_once('.').unwrap().0),
        signed(
            &shop.secret,
            &json!({ "aud": "placet", "scope": "capture read", "email": "jane@example.com", "exp": within(90_000) }),
        ),
        String::new(),
        "x".repeat(5_000),
        "<script>alert(1)</script>".into(),
    ] {
        let answer = asked(backend, &shop, &json!({ "identity": token }));
        answer.problem(422, "invalid_identity", Some("/identity"));
        assert!(!answer.text.contains("script"), "{}", answer.text);
    }
    let old = signed(
        &shop.secret,
        &json!({ "aud": "placet", "scope": "capture read", "email": "jane@example.com", "exp": within(-600) }),
    );
    asked(backend, &shop, &json!({ "identity": old })).problem(422, "expired_identity", Some("/identity"));
    let body = json!({ "identity": good });
    for origin in ["https://evil.example", "null", ""] {
        post(backend, "/v1/preferences", &shop.publishable, origin, &body).problem(403, "wrong_origin", None);
    }
    post(backend, "/v1/preferences", &reads, "", &body).problem(403, "wrong_scope", None);
    post(backend, "/v1/preferences", &good, ORIGIN, &body).problem(401, "invalid_key", None);
    asked(backend, &shop, &with(body.clone(), "/locale", json!("<i>"))).problem(422, "invalid_locale", Some("/locale"));
    asked(backend, &shop, &with(body.clone(), "/more", json!(1))).problem(422, "unknown_field", Some("/more"));
    asked(backend, &shop, &json!({})).problem(422, "missing_field", Some("/identity"));
    let long = json!({ "identity": "x".repeat(9_000) });
    asked(backend, &shop, &long).problem(413, "body_too_large", None);
    // The request only updates when the key was last used.
    let but_keys = |mut rows: Vec<(String, String)>| {
        rows.retain(|(table, _)| !["api_key", "audit"].contains(&table.as_str()));
        rows
    };
    assert_eq!(but_keys(backend.state()), but_keys(before));
}

fn the_preference_link_is_sent_to_the_address_and_never_returned(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let way = |backend: &dyn Backend, contact: Value| {
        post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &json!({ "contact": contact }))
    };
    let (jane, stranger) = (json!({ "email": "JANE@example.com" }), json!({ "email": "stranger@example.com" }));
    let before = backend.rows();
    let unknown = way(backend, stranger.clone());
    assert_eq!(backend.rows(), before, "an unknown address is not stored");
    let known = way(backend, jane.clone());
    assert_eq!((known.status.as_u16(), &known.body), (202, &json!({ "sent": "if_known" })));
    assert_eq!((unknown.status, &unknown.text), (known.status, &known.text));
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&unknown), names(&known));

    let sent = messages(backend, &shop, "preferences");
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (&sent[0]["to"], &sent[0]["medium"], &sent[0]["locale"]),
        (&json!("jane@example.com"), &json!("email"), &json!("en-GB"))
    );
    assert_eq!(sent[0]["subject"], "Your choices at Kestrel Coffee");
    let link = path(&sent[0]["link"]);
    assert!(sent[0]["text"].as_str().unwrap().contains(sent[0]["link"].as_str().unwrap()));
    everybody_looks(backend, &link);
    page(&press(backend, &link, "action=stop"), 200);
    assert_eq!(decision(backend, &shop, "email", json!({ "email": "jane@example.com" }))["reason"], "objected");

    // An address gets at most three messages a day. The answer stays the same.
    for _ in 0..4 {
        assert_eq!(way(backend, jane.clone()).text, known.text);
    }
    assert_eq!(messages(backend, &shop, "preferences").len(), 3);
    let full = backend.rows();
    assert_eq!(way(backend, jane).text, known.text);
    assert_eq!(backend.rows(), full);
    // A phone number gets a short message, in the requested language. The shop's server may ask too.
    let number = json!({ "contact": { "phone": "+44 7700 900123" }, "locale": "nl" });
    assert_eq!(post(backend, "/v1/preferences/link", &shop.secret, "", &number).text, known.text);
    let sms = &messages(backend, &shop, "preferences")[0];
    assert_eq!((&sms["medium"], &sms["subject"], &sms["html"]), (&json!("sms"), &Value::Null, &Value::Null));
    assert!(sms["text"].as_str().unwrap().starts_with("Kestrel Coffee: uw keuzes"), "{sms}");

    let before = backend.rows();
    for (contact, code, pointer) in [
        (json!({}), "ambiguous_lookup", "/contact"),
        (json!({ "email": "jane@example.com", "phone": "+447700900123" }), "ambiguous_lookup", "/contact"),
        (json!({ "email": "<script>" }), "invalid_email", "/contact/email"),
        (json!({ "phone": "07700 900123" }), "invalid_phone", "/contact/phone"),
        (json!({ "postal": "1 High Street\nLondon" }), "unknown_field", "/contact/postal"),
        (json!("jane@example.com"), "wrong_type", "/contact"),
    ] {
        way(backend, contact).problem(422, code, Some(pointer));
    }
    post(backend, "/v1/preferences/link", &shop.publishable, "https://evil.example", &json!({ "contact": stranger }))
        .problem(403, "wrong_origin", None);
    way(backend, json!({ "email": "x".repeat(5_000) })).problem(413, "body_too_large", None);
    assert_eq!(backend.rows(), before);
    // An erasure also deletes the messages.
    let id = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
    assert!(messages(backend, &shop, "preferences").iter().all(|message| message["medium"] == "sms"));
    assert!(!backend.dump().iter().any(|(_, row)| row.contains("jane@")));
}

#[test]
fn without_a_public_url_no_preference_link_is_sent() {
    let secrets = Secrets::new(MASTER_KEY, "", ROOT_SECRET).unwrap();
    // A deployment without PLACET_PUBLIC_URL.
    let service = ShopService::new(Sqlite::in_memory().unwrap(), OsRuntime, secrets);
    let new_shop = Handover { new_shop: Some(ShopId([7; 16])), ..Handover::default() }.written();
    let ask = |path: &str, key: &str, body: &Value| {
        let request = Request::builder().method(Method::POST).uri(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {key}")).header(Handover::HEADER, &new_shop);
        let answer = service.respond(&request.body(body.to_string().into()).unwrap());
        (answer.status().as_u16(), serde_json::from_slice::<Value>(answer.body()).unwrap())
    };
    let key = ask("/v1/shops", ROOT_SECRET, &shop_body()).1["keys"]["secret"].as_str().unwrap().to_owned();
    ask("/v1/consents", &key, &with(submission(), "/assurance", json!("authenticated")));
    let (status, hers) = ask("/v1/preferences", &key, &json!({ "identity": of_jane(&key) }));
    assert_eq!(status, 200, "{hers}");
    assert_eq!(choice(&hers, "email", "newsletter").1, "opted_in");
    let contact = json!({ "contact": { "email": "jane@example.com" } });
    let (status, problem) = ask("/v1/preferences/link", &key, &contact);
    assert_eq!((status, &problem["type"]), (500, &json!("urn:placet:problem:misconfigured")));
}

fn a_suppressed_number_gets_no_preference_link(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let complaint = json!({ "phone": "+447700900123", "channel": "sms", "reason": "complained" });
    ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &complaint).ok();
    let before = backend.rows();
    let body = json!({ "contact": { "phone": "+447700900123" } });
    let answer = post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &body);
    assert_eq!(answer.ok(), json!({ "sent": "if_known" }));
    assert_eq!(backend.rows(), before);
    // A person who unsubscribed from the newsletter can still open the preference page.
    let all = crate::links::links(backend, &shop, json!({ "email": "jane@example.com" }), "?channel=email");
    page(&press(backend, &path(&all[0]["unsubscribe"]), "List-Unsubscribe=One-Click"), 200);
    let body = json!({ "contact": { "email": "jane@example.com" } });
    post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &body).ok();
    assert_eq!(messages(backend, &shop, "preferences").len(), 1);
}
