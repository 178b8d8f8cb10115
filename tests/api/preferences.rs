//! What a logged-in customer sees of their choices on the shop's own page, and how anyone else gets to theirs: by the shop's
//! signature or by a message to the address, and never by typing it.

use http::{Method, Request};
use placet::api::{NEW_SHOP_HEADER, Secrets, ShopService};
use placet::ledger::{OsHost, Sqlite};
use serde_json::{Value, json};

use crate::backend::{Backend, MASTER_KEY, ROOT_SECRET};
use crate::client::{Answer, ORIGIN, PERSONAL, Shop, ask, post, shop_body, submission, with};
use crate::identity::{signed, within};
use crate::links::{decision, everybody_looks, listen, messages, page, path, press, shop};

crate::scenarios! {
    a_customer_sees_what_their_addresses_may_choose
    what_is_listed_is_changed_by_a_submission_with_the_identity
    an_address_that_nobody_knows_has_nothing_chosen
    only_a_fresh_signature_of_a_key_that_reads_opens_it
    the_way_is_sent_to_the_address_and_told_to_nobody
    a_number_that_has_stopped_is_sent_no_way
}

fn of_jane(key: &str) -> String {
    signed(key, &json!({ "email": "Jane@Example.com", "exp": within(600) }))
}

fn of_both(key: &str) -> String {
    signed(key, &json!({ "email": "jane@example.com", "phone": "+447700900123", "exp": within(600) }))
}

/// What the shop's page asks.
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

/// The choice and the status of a channel and purpose.
fn choice(seen: &Value, channel: &str, purpose: &str) -> (Value, Value) {
    let all = seen["addresses"].as_array().unwrap().iter().flat_map(|one| one["choices"].as_array().unwrap());
    let mut fit = all.filter(|one| one["channel"] == channel && one["purpose"] == purpose);
    let found = fit.next().unwrap();
    assert!(fit.next().is_none(), "{seen}");
    assert_eq!(found["confirmable"], found["status"] == "awaiting_confirmation");
    (found["choice"].clone(), found["status"].clone())
}

fn a_customer_sees_what_their_addresses_may_choose(backend: &mut dyn Backend) {
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
    assert_eq!(backend.rows(), before, "nothing is written by asking");
    // Her number too, since the shop has said that both are hers; and no purpose that is for the order alone.
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
    // Both addresses together change nothing of what is told.
    let both = seen(backend, &shop, &of_both(&shop.secret));
    assert_eq!(with(both, "/addresses/1/named", json!(false)), hers);
    // By the shop's server alike; and it is on record whose choices were told.
    let server = json!({ "identity": of_jane(&shop.secret) });
    let told = post(backend, "/v1/preferences", &shop.secret, "", &server).ok();
    assert_eq!(told["addresses"][0]["masked"], hers["addresses"][0]["masked"]);
    let audit = ask(backend, Method::GET, "/v1/audit?route=/v1/preferences", &shop.secret, &Value::Null).ok();
    assert!(audit["entries"].as_array().unwrap().iter().all(|line| line["contact"] == receipt["contact"]), "{audit}");

    // Without words of the shop, and without an address that links begin with.
    let other = self::shop(backend);
    other.submit(backend, &submission()).ok();
    let theirs = seen(backend, &other, &of_jane(&other.secret));
    assert_eq!(theirs["addresses"][0]["choices"][0]["text"], Value::Null);
    assert_eq!(choice(&theirs, "email", "newsletter"), (json!("opt_in"), json!("awaiting_confirmation")));
    assert_eq!(
        theirs["addresses"].as_array().unwrap().len(),
        1,
        "the number beside it in the form is nobody's that is known"
    );
}

fn what_is_listed_is_changed_by_a_submission_with_the_identity(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let say = |backend: &dyn Backend, identity: &str, channel: &str, said: &str| {
        let choices = json!([{ "channel": channel, "purpose": "newsletter", "choice": said }]);
        let body = with(with(submission(), "/choices", choices), "/identity", json!(identity));
        // Now, not when the page was made.
        shop.submit(backend, &with(body, "/occurred_at", Value::Null)).ok();
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let identity = of_both(&shop.secret);
    for channel in ["email", "sms", "whatsapp"] {
        for (said, status) in [
            ("declined", "declined"),
            ("opt_in", "opted_in"),
            ("declined", "opted_in"),
            ("opt_out", "opted_out"),
            ("opt_in", "opted_in"),
        ] {
            say(backend, &identity, channel, said);
            let now = choice(&seen(backend, &shop, &identity), channel, "newsletter");
            let kept = if said == "declined" && status == "opted_in" { "opt_in" } else { said };
            assert_eq!(now, (json!(kept), json!(status)), "{channel} {said}");
        }
    }
    assert!(messages(backend, &shop, "confirm").is_empty(), "nobody is asked what they said themselves");
    // Of an address that the identity does not name, the submission is an anonymous form's.
    say(backend, &of_jane(&shop.secret), "sms", "opt_out");
    assert_eq!(choice(&seen(backend, &shop, &identity), "sms", "newsletter").1, "opted_in");
}

fn an_address_that_nobody_knows_has_nothing_chosen(backend: &mut dyn Backend) {
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
    // One of two is known.
    let sms = json!([{ "channel": "sms", "purpose": "offers", "choice": "opt_in" }]);
    let body = with(with(submission(), "/contact", json!({ "phone": "+447700900123" })), "/choices", sms);
    shop.submit(backend, &body).ok();
    let hers = seen(backend, &shop, &of_both(&shop.secret));
    assert_eq!(choice(&hers, "sms", "offers"), (json!("opt_in"), json!("awaiting_confirmation")));
    // A name of a platform's alone names no address.
    let external = signed(&shop.secret, &json!({ "external": "shop:7", "exp": within(600) }));
    assert_eq!(seen(backend, &shop, &external), json!({ "addresses": [] }));
}

fn only_a_fresh_signature_of_a_key_that_reads_opens_it(backend: &mut dyn Backend) {
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
        signed(&shop.secret, &json!({ "email": "jane@example.com", "exp": within(90_000) })),
        String::new(),
        "x".repeat(5_000),
        "<script>alert(1)</script>".into(),
    ] {
        let answer = asked(backend, &shop, &json!({ "identity": token }));
        answer.problem(422, "invalid_identity", Some("/identity"));
        assert!(!answer.text.contains("script"), "{}", answer.text);
    }
    let old = signed(&shop.secret, &json!({ "email": "jane@example.com", "exp": within(-120) }));
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
    // When a key was last used is all that has been noted.
    let but_keys = |mut rows: Vec<(String, String)>| {
        rows.retain(|(table, _)| !["api_key", "audit"].contains(&table.as_str()));
        rows
    };
    assert_eq!(but_keys(backend.state()), but_keys(before));
}

fn the_way_is_sent_to_the_address_and_told_to_nobody(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let way = |backend: &dyn Backend, contact: Value| {
        post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &json!({ "contact": contact }))
    };
    let (jane, stranger) = (json!({ "email": "JANE@example.com" }), json!({ "email": "stranger@example.com" }));
    let before = backend.rows();
    let unknown = way(backend, stranger.clone());
    assert_eq!(backend.rows(), before, "nothing stays of an address that nobody knows");
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
    assert_eq!(decision(backend, &shop, "email", json!({ "email": "jane@example.com" }))["reason"], "opted_out");

    // Three a day for an address; the answer stays what it was.
    for _ in 0..4 {
        assert_eq!(way(backend, jane.clone()).text, known.text);
    }
    assert_eq!(messages(backend, &shop, "preferences").len(), 3);
    let full = backend.rows();
    assert_eq!(way(backend, jane).text, known.text);
    assert_eq!(backend.rows(), full);
    // To a number in few letters, in the language that was asked for, from the shop's server too.
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
    // With the person go the messages.
    let id = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
    assert!(messages(backend, &shop, "preferences").iter().all(|message| message["medium"] == "sms"));
    assert!(!backend.dump().iter().any(|(_, row)| row.contains("jane@")));
}

#[test]
fn without_an_address_that_links_begin_with_there_is_no_page() {
    let secrets = Secrets::new(MASTER_KEY, ROOT_SECRET).unwrap();
    // A deployment without PLACET_PUBLIC_URL.
    let service = ShopService::new(Sqlite::in_memory().unwrap(), OsHost, secrets);
    let ask = |path: &str, key: &str, body: &Value| {
        let request = Request::builder().method(Method::POST).uri(path).header("content-type", "application/json");
        let request = request.header("authorization", format!("Bearer {key}")).header(NEW_SHOP_HEADER, "07".repeat(16));
        let answer = service.handle(&request.body(body.to_string().into()).unwrap());
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

fn a_number_that_has_stopped_is_sent_no_way(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let complaint = json!({ "phone": "+447700900123", "channel": "sms", "reason": "complained" });
    ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &complaint).ok();
    let before = backend.rows();
    let body = json!({ "contact": { "phone": "+447700900123" } });
    let answer = post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &body);
    assert_eq!(answer.ok(), json!({ "sent": "if_known" }));
    assert_eq!(backend.rows(), before);
    // Who left the newsletter still gets to their choices.
    let all = crate::links::links(backend, &shop, json!({ "email": "jane@example.com" }), "?channel=email");
    page(&press(backend, &path(&all[0]["unsubscribe"]), "List-Unsubscribe=One-Click"), 200);
    let body = json!({ "contact": { "email": "jane@example.com" } });
    post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &body).ok();
    assert_eq!(messages(backend, &shop, "preferences").len(), 1);
}
