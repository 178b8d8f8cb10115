//! A form on the shop's page that runs without script. Its POST is a submission like any other. Every error is a page
//! that says what to do; then nothing is stored, and the page repeats nothing that was typed.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{Answer, ORIGIN, PERSONAL, Shop, ask, bearer, send, shop_body, standing, with};
use crate::identity::{signed, within};
use crate::links::{decision, listen, messages, page};

crate::scenarios! {
    a_form_without_script_is_a_submission
    a_form_distinguishes_ticked_from_unticked_boxes
    the_answer_is_the_same_for_everybody
    a_form_that_is_sent_twice_is_stored_once
    an_identity_token_in_a_form_vouches_for_the_customer
    an_invalid_form_gets_a_page_and_stores_nothing
    a_form_works_on_the_shops_pages_only
    the_link_back_leads_to_the_shop_only
    the_rate_limit_of_a_visitor_applies_to_forms
}

const TEXT: &str = "We write about new coffees.\nBy e-mail\nOffers by e-mail\nBy text message";

fn shop(backend: &mut dyn Backend) -> Shop {
    let offer = |channel: &str, purpose: &str| json!({ "channel": channel, "purpose": purpose });
    let choices = [offer("email", "newsletter"), offer("email", "offers"), offer("sms", "newsletter")];
    let notice = |id: &str, text: &str, choices: Value| json!({ "id": id, "version": "1", "locale": "en-GB", "text": text, "choices": choices });
    let notices = json!([notice("box", TEXT, json!(choices)), notice("bare", TEXT, json!([]))]);
    let shop = Shop::create_with(backend, &with(shop_body(), "/notices", notices));
    listen(backend, &shop);
    shop
}

/// The name and the value of a form field.
type Field<'a> = (&'a str, &'a str);

/// The fields of a form other than addresses and boxes.
const FORM: [Field<'_>; 5] =
    [("notice", "box"), ("version", "1"), ("locale", "en-GB"), ("form", "signup-box"), ("utm_source", "<b>mail</b>")];

fn written(fields: &[Field<'_>]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// Returns the fields of the form with these fields added or replaced.
fn fields<'a>(own: &[Field<'a>]) -> Vec<Field<'a>> {
    let kept = FORM.into_iter().filter(|(name, _)| own.iter().all(|(other, _)| other != name));
    kept.chain(own.iter().copied()).collect()
}

fn posted(backend: &dyn Backend, shop: &Shop, own: &[Field<'_>]) -> Answer {
    let headers = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
    let answer = send(backend, Method::POST, &format!("/f/{}", shop.publishable), &headers, written(&fields(own)));
    for personal in PERSONAL {
        assert!(!answer.text.contains(personal), "the page contains {personal}: {}", answer.text);
    }
    answer
}

const JANE: Field<'_> = ("email", " jane@example.com ");
const NUMBER: Field<'_> = ("phone", "+44 7700 900123");
const TICK: Field<'_> = ("choice", "email:newsletter");

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

fn a_form_without_script_is_a_submission(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let answer = posted(backend, &shop, &[JANE, ("country", "gb"), TICK]);
    page(&answer, 200);
    assert!(answer.text.contains("<html lang=\"en\">") && answer.text.contains("Kestrel Coffee"), "{}", answer.text);
    assert!(!answer.text.contains("?lang=") && !answer.text.contains("utm") && !answer.text.contains("signup-box"));
    let report = shop.lookup(backend, &jane()).ok();
    let record = &report["records"][0];
    assert_eq!(record["source"], json!({ "kind": "form", "url": null, "form": "signup-box" }));
    assert_eq!((&record["notice"]["text"], &record["notice"]["text_from"]), (&json!(TEXT), &json!("shop")));
    assert_eq!((&record["assurance"], &record["occurred_at"]), (&json!("claimed"), &Value::Null));
    assert_eq!(report["profile"]["claimed"], json!([{ "country": "GB" }]));
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "awaiting_confirmation");
    assert_eq!(messages(backend, &shop, "confirm").len(), 1, "the address is asked to confirm");
    let audit = ask(backend, Method::GET, "/v1/audit?route=/f/%7Bkey%7D", &shop.secret, &Value::Null).ok();
    assert_eq!((&audit["entries"][0]["contact"], &audit["entries"][0]["status"]), (&report["id"], &json!(200)));

    // A GET changes nothing and returns no page.
    let before = backend.state();
    let path = format!("/f/{}", shop.publishable);
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let looked = send(backend, method, &path, &[("origin", ORIGIN)], "");
        assert_eq!((looked.status.as_u16(), looked.header("allow")), (405, "POST"));
    }
    assert_eq!(backend.state(), before);
    // The page is in the language of `lang=`, else of the form, else of the browser.
    for (own, path, language) in [
        ([("locale", "fr-FR"), ("notice", "box")], path.clone(), "fr"),
        ([("locale", "en-GB"), ("notice", "box")], format!("{path}?lang=nl"), "nl"),
        ([("locale", ""), ("notice", "box")], path.clone(), "de"),
    ] {
        let headers =
            [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded"), ("accept-language", "de")];
        let answer = send(backend, Method::POST, &path, &headers, written(&fields(&own)));
        assert!(answer.text.contains(&format!("<html lang=\"{language}\">")), "{}", answer.text);
    }
}

fn a_form_distinguishes_ticked_from_unticked_boxes(backend: &mut dyn Backend) {
    let shop = shop(backend);
    page(&posted(backend, &shop, &[JANE, NUMBER, TICK, TICK]), 200);
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!(standing(&report, "email", "newsletter")["choice"], "opt_in");
    assert_eq!(standing(&report, "email", "offers")["choice"], "declined");
    let number = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_eq!(standing(&number, "sms", "newsletter")["choice"], "declined");
    // A choice without its address is left out, and an address without a choice is not stored.
    page(
        &posted(backend, &shop, &[("email", "ada@example.com"), ("choice", "sms:newsletter"), TICK, ("phone", "")]),
        200,
    );
    let ada = shop.lookup(backend, &json!({ "email": "ada@example.com" })).ok();
    assert_eq!(ada["records"].as_array().unwrap().len(), 2);
    // An invalid phone number is no error if no box for it was ticked.
    page(&posted(backend, &shop, &[("email", "eve@example.com"), ("phone", "07700"), TICK]), 200);
    let eve = shop.lookup(backend, &json!({ "email": "eve@example.com" })).ok();
    assert_eq!((eve["records"].as_array().unwrap().len(), eve["addresses"].as_array().unwrap().len()), (2, 1));
    // Of several fields with the same name, the first counts.
    page(&posted(backend, &shop, &[("email", "first@example.com"), ("email", "second@example.com"), TICK]), 200);
    assert_eq!(shop.lookup(backend, &json!({ "email": "second@example.com" })).status.as_u16(), 404);
}

fn the_answer_is_the_same_for_everybody(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let first = posted(backend, &shop, &[JANE, TICK]);
    let again = posted(backend, &shop, &[JANE, TICK]);
    let nothing = posted(backend, &shop, &[("email", "ada@example.com")]);
    assert_eq!((&first.text, &first.text), (&again.text, &nothing.text));
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&first), names(&again));
    // A box that is not ticked is no opt-out, so the form cannot unsubscribe anybody.
    let link = &messages(backend, &shop, "confirm")[0]["link"];
    page(&crate::links::press(backend, &crate::links::path(link), ""), 200);
    page(&posted(backend, &shop, &[JANE]), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
}

fn a_form_that_is_sent_twice_is_stored_once(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let id = ("id", "019ab0a4-4c80-7000-8000-000000000042");
    page(&posted(backend, &shop, &[JANE, TICK, id]), 200);
    let before = backend.rows();
    page(&posted(backend, &shop, &[JANE, TICK, id]), 200);
    page(&posted(backend, &shop, &[TICK, id, JANE, ("utm_source", "other")]), 200);
    assert_eq!(backend.rows(), before);
    let other = posted(backend, &shop, &[JANE, id]);
    page(&other, 409);
    assert!(other.text.contains("sent before") && other.text.contains("submission_conflict"), "{}", other.text);
    assert_eq!(backend.rows(), before);
    // After an erasure, sending the form again does not create the contact again.
    let contact = shop.lookup(backend, &jane()).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok();
    page(&posted(backend, &shop, &[JANE, TICK, id]), 200);
    assert_eq!(shop.lookup(backend, &jane()).status.as_u16(), 404);
}

fn an_identity_token_in_a_form_vouches_for_the_customer(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let token =
        |key: &str, exp: i64| signed(key, &json!({ "aud": "placet", "email": "jane@example.com", "exp": within(exp) }));
    // An expired identity token is ignored and causes no error.
    page(&posted(backend, &shop, &[JANE, TICK, ("identity", &token(&shop.secret, -600))]), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "awaiting_confirmation");
    page(
        &posted(
            backend,
            &shop,
            &[JANE, NUMBER, TICK, ("choice", "sms:newsletter"), ("identity", &token(&shop.secret, 600))],
        ),
        200,
    );
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    let number = json!({ "phone": "+447700900123" });
    assert_eq!(
        decision(backend, &shop, "sms", number)["reason"],
        "awaiting_confirmation",
        "the number is only claimed"
    );
    let before = backend.rows();
    for forged in [token(&shop.publishable, 600), token("sk_x", 600), token(&shop.secret, 90_000), "x".repeat(5_000)] {
        let answer = posted(backend, &shop, &[JANE, TICK, ("identity", &forged)]);
        page(&answer, 422);
        assert!(answer.text.contains("invalid_identity /identity") && !answer.text.contains(&forged[..20]));
    }
    assert_eq!(backend.rows(), before);
}

fn an_invalid_form_gets_a_page_and_stores_nothing(backend: &mut dyn Backend) {
    let shop = shop(backend);
    page(&posted(backend, &shop, &[JANE, TICK]), 200);
    let before = backend.rows();
    const HARM: &str = "\"><script>alert(1)</script>";
    let cases: &[(&[Field<'_>], &str, &str)] = &[
        (&[("email", "jane@example"), TICK], "check the e-mail address", "invalid_email /email"),
        (&[("email", HARM), TICK], "check the e-mail address", "invalid_email /email"),
        (
            &[JANE, ("phone", "07700 900123"), ("choice", "sms:newsletter")],
            "check the phone number",
            "invalid_phone /phone",
        ),
        (&[JANE, ("phone", HARM), ("choice", "sms:newsletter")], "check the phone number", "invalid_phone /phone"),
        (&[TICK], "enter one", "no_address /email"),
        (&[("email", "  "), ("phone", "x")], "enter one", "no_address /email"),
        (&[JANE, ("choice", "sms:offers")], "try again", "unknown_choice /choice"),
        (&[JANE, ("choice", "email:newsletter\0")], "try again", "unknown_choice /choice"),
        (&[JANE, ("choice", HARM)], "try again", "unknown_choice /choice"),
        (&[JANE, ("choice", "")], "try again", "unknown_choice /choice"),
        (&[JANE, TICK, ("notice", "")], "try again", "missing_field /notice"),
        (&[JANE, TICK, ("notice", "bare")], "try again", "missing_field /notice"),
        (&[JANE, TICK, ("notice", HARM)], "try again", "missing_field /notice"),
        (&[JANE, TICK, ("version", "2")], "try again", "missing_field /notice"),
        (&[JANE, TICK, ("locale", "en")], "try again", "missing_field /notice"),
        (&[JANE, TICK, ("id", "jane@example.com")], "try again", "invalid_id /id"),
        (&[JANE, TICK, ("form", "a\nb")], "try again", "invalid_text /source/form"),
        (&[JANE, TICK, ("identity", HARM)], "try again", "invalid_identity /identity"),
        (&[], "enter one", "no_address /email"),
    ];
    for (own, told, code) in cases {
        let answer = posted(backend, &shop, own);
        page(&answer, 422);
        assert!(answer.text.contains(told) && answer.text.contains(code), "{own:?}: {}", answer.text);
        assert!(answer.text.contains("Nothing was recorded") && !answer.text.contains("alert(1)"), "{}", answer.text);
    }
    assert_eq!(backend.rows(), before);
    // Script in a free-text field is stored as plain text.
    page(&posted(backend, &shop, &[JANE, TICK, ("country", HARM), ("form", HARM), ("more", HARM)]), 200);
    let report = shop.lookup(backend, &jane()).ok();
    assert!(report["records"].as_array().unwrap().iter().any(|record| record["source"]["form"] == HARM));

    let before = backend.rows();
    let path = format!("/f/{}", shop.publishable);
    let body = written(&fields(&[JANE, TICK]));
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\njane@example.com\r\n--b--\r\n";
    for (kind, body) in [
        ("multipart/form-data; boundary=b", multipart),
        ("application/json", "{\"email\":\"jane@example.com\"}"),
        ("text/plain", &body),
        ("", &body),
    ] {
        let answer = send(backend, Method::POST, &path, &[("origin", ORIGIN), ("content-type", kind)], body.to_owned());
        page(&answer, 415);
        assert!(answer.text.contains("unsupported_media_type"), "{}", answer.text);
    }
    let kind = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded")];
    page(&send(backend, Method::POST, &path, &kind, "a".repeat(17_000)), 413);
    for garbage in [&b"%ff=%00&email=%ff%fe"[..], b"&&&==&", b"\xff\xfe\x00"] {
        page(&send(backend, Method::POST, &path, &kind, garbage.to_vec()), 422);
    }
    assert_eq!(backend.rows(), before);
}

fn a_form_works_on_the_shops_pages_only(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let other = Shop::create(backend);
    let body = written(&fields(&[JANE, TICK]));
    let post = |backend: &dyn Backend, key: &str, headers: &[(&str, &str)]| {
        let headers = [&[("content-type", "application/x-www-form-urlencoded")], headers].concat();
        send(backend, Method::POST, &format!("/f/{key}"), &headers, body.clone())
    };
    let before = backend.rows();
    for origin in ["https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null", ""] {
        let answer = post(backend, &shop.publishable, &[("origin", origin)]);
        page(&answer, 403);
        assert!(!answer.text.contains("Kestrel") && answer.text.contains("Nothing was recorded"), "{}", answer.text);
    }
    // An invalid key gets the same 404 page as an invalid link, and an `authorization` header does not help.
    let lost = crate::links::look(backend, Method::GET, "/p/x");
    page(&lost, 404);
    let forged = format!("{}A", &shop.publishable[..shop.publishable.len() - 1]);
    let forged = if forged == shop.publishable { format!("{}B", &forged[..forged.len() - 1]) } else { forged };
    for key in [&*shop.secret, &forged, "pk_x", "x", "%00", "<script>"] {
        let key = if key == "<script>" { "%3Cscript%3E" } else { key };
        let answer = post(backend, key, &[("origin", ORIGIN), ("authorization", &bearer(&shop.publishable))]);
        page(&answer, 404);
        assert_eq!(answer.text, lost.text, "{key}");
    }
    // A revoked key is treated like an invalid key.
    let new = json!({ "kind": "pk", "name": "old", "scopes": ["storefront", "capture"], "origins": ["https://old.shop.example"] });
    let made = ask(backend, Method::POST, "/v1/keys", &shop.secret, &new).ok();
    let key = made["key"].as_str().unwrap().to_owned();
    page(&post(backend, &key, &[("origin", ORIGIN)]), 403);
    let reads = json!({ "kind": "pk", "name": "reads", "scopes": ["storefront"] });
    let reads = ask(backend, Method::POST, "/v1/keys", &shop.secret, &reads).ok();
    page(&post(backend, reads["key"].as_str().unwrap(), &[("origin", ORIGIN)]), 404);
    let revoke = format!("/v1/keys/{}", made["id"].as_str().unwrap());
    ask(backend, Method::DELETE, &revoke, &shop.secret, &Value::Null).ok();
    page(&post(backend, &key, &[("origin", "https://old.shop.example")]), 404);
    // A notice belongs to the shop of the key.
    page(&post(backend, &other.publishable, &[("origin", ORIGIN)]), 422);
    let mut after = backend.rows();
    // The keys that this test made, and the events that tell of them.
    for table in ["api_key", "event", "delivery"] {
        after.insert(table.into(), before[table]);
    }
    assert_eq!(after, before);
}

fn the_link_back_leads_to_the_shop_only(backend: &mut dyn Backend) {
    let shop = shop(backend);
    for (given, shown) in [
        ("https://shop.example/thanks?a=1&b=\"2\"", Some("https://shop.example/thanks?a=1&amp;b=%222%22")),
        ("https://shop.example", Some("https://shop.example/")),
        ("https://shop.example:443/x", Some("https://shop.example/x")),
        ("https://evil.example/", None),
        ("http://shop.example/", None),
        ("https://shop.example@evil.example/", None),
        ("https://jane:pw@shop.example/", None),
        ("//evil.example/", None),
        ("/thanks", None),
        ("javascript:alert(1)", None),
        ("data:text/html,<script>alert(1)</script>", None),
        ("\"><script>alert(1)</script>", None),
        ("", None),
    ] {
        let answer = posted(backend, &shop, &[JANE, TICK, ("return", given)]);
        page(&answer, 200);
        let links: Vec<&str> =
            answer.text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert_eq!(links, shown.into_iter().collect::<Vec<_>>(), "{given}");
        assert!(!answer.text.contains("alert(1)"));
    }
}

fn the_rate_limit_of_a_visitor_applies_to_forms(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let path = format!("/f/{}", shop.publishable);
    let post = |backend: &dyn Backend, from: &str| {
        let headers = [("origin", ORIGIN), ("content-type", "application/x-www-form-urlencoded"), ("x-real-ip", from)];
        send(backend, Method::POST, &path, &headers, written(&fields(&[("email", "jane@example")])))
    };
    let refused = (0..60).map(|_| post(backend, "192.0.2.1")).find(|answer| answer.status.as_u16() == 429);
    let refused = refused.expect("a visitor who sends sixty forms at once must be refused with 429");
    page(&refused, 429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);
    page(&post(backend, "192.0.2.2"), 422);
}
