//! What the edge believes of a page: the customer's identity only with the shop's signature, and the shown notice text
//! only with its hash.

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::backend::Backend;
use crate::client::{ORIGIN, Shop, ask, post, send, shop_body, submission, with};
use crate::links::{decision, messages, shop};

crate::scenarios! {
    a_signed_identity_vouches_for_the_addresses_that_it_names
    typing_another_persons_address_gives_a_customer_no_access_to_it
    a_customer_with_an_identity_token_can_opt_out
    an_expired_token_is_ignored_and_a_forged_token_is_refused
    an_identity_token_needs_a_key_with_the_right_scope
    a_notice_text_sent_by_a_page_is_stored_once_and_marked_as_sent
    the_source_of_a_submission_is_on_record
    a_notice_lists_the_choices_it_offers
    the_key_in_the_path_identifies_the_shop
}

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

fn number() -> Value {
    json!({ "phone": "+447700900123" })
}

/// Returns the Unix time some seconds from now.
pub fn within(seconds: i64) -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap() + seconds
}

/// Returns an identity token as a shop's server makes it with the ten lines of code in the handbook.
pub fn signed(key: &str, claims: &Value) -> String {
    let encoded = |text: &str| Base64Url::encode_string(text.as_bytes());
    let body = format!("{}.{}", encoded(r#"{"alg":"HS256","typ":"JWT"}"#), encoded(&claims.to_string()));
    let identity_key = hmac(key.as_bytes(), "placet identity");
    format!("{body}.{}", Base64Url::encode_string(&hmac(&identity_key, &body)))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

fn of_jane(key: &str) -> String {
    signed(key, &json!({ "aud": "placet", "email": "Jane@Example.com", "external": "shop:7", "exp": within(600) }))
}

fn form(identity: &str) -> Value {
    let yes = |channel: &str| json!({ "channel": channel, "purpose": "newsletter", "choice": "opt_in" });
    with(with(submission(), "/choices", json!([yes("email"), yes("sms")])), "/identity", json!(identity))
}

fn a_signed_identity_vouches_for_the_addresses_that_it_names(backend: &mut dyn Backend) {
    let shop = shop(backend);
    // Somebody else has typed this number into a form before.
    let sms = json!([{ "channel": "sms", "purpose": "newsletter", "choice": "declined" }]);
    shop.submit(backend, &with(with(submission(), "/contact", number()), "/choices", sms)).ok();
    let body = form(&of_jane(&shop.secret));
    let receipt = shop.submit(backend, &body).ok();
    assert_eq!(receipt, shop.submit(backend, &body).ok(), "the repeated submission gets the same answer");
    // The next page of the customer may have another token, or none.
    for token in [
        json!(signed(&shop.secret, &json!({ "aud": "placet", "email": "jane@example.com", "exp": within(900) }))),
        Value::Null,
    ] {
        assert_eq!(receipt, shop.submit(backend, &with(body.clone(), "/identity", token)).ok());
    }
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    assert_eq!(
        decision(backend, &shop, "sms", number())["reason"],
        "awaiting_confirmation",
        "the number is only claimed"
    );
    let hers = shop.lookup(backend, &json!({ "external": "shop:7" })).ok();
    assert_eq!(hers["addresses"].as_array().unwrap().len(), 1, "{hers}");
    assert_eq!(
        (&hers["addresses"][0]["value"], &hers["addresses"][0]["assurance"]),
        (&json!("jane@example.com"), &json!("authenticated"))
    );
    assert_ne!(
        shop.lookup(backend, &number()).ok()["id"],
        hers["id"],
        "typing a number must not give access to its data"
    );
    // The shop vouches for her email address, so only the phone number is asked to confirm.
    assert!(messages(backend, &shop, "confirm").iter().all(|message| message["medium"] == "sms"));

    // An unknown number is stored as a contact of its own, because the shop does not vouch for it.
    let other = with(form(&of_jane(&shop.secret)), "/contact/phone", json!("+447700900456"));
    assert_eq!(shop.submit(backend, &other).ok(), shop.submit(backend, &other).ok());
    let beside = shop.lookup(backend, &json!({ "phone": "+447700900456" })).ok();
    assert_ne!(beside["id"], hers["id"]);
    assert_eq!(
        (beside["records"].as_array().unwrap().len(), &beside["addresses"][0]["assurance"]),
        (1, &json!("claimed"))
    );
    assert_eq!(decision(backend, &shop, "sms", json!({ "phone": "+447700900456" }))["allow"], false);
}

fn typing_another_persons_address_gives_a_customer_no_access_to_it(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let customer = |email: &str, phone: Option<&str>, external: &str| {
        signed(
            &shop.secret,
            &json!({ "aud": "placet", "scope": "capture read", "email": email, "phone": phone, "external": external, "exp": within(600) }),
        )
    };
    let typed = |email: &str, phone: &str, identity: &str| {
        let body = with(form(identity), "/contact", json!({ "email": email, "phone": phone, "country": "GB" }));
        shop.submit(backend, &body).ok();
    };
    // Mallory types her number beside his own address, as a guest and as a customer, and her email address in place of
    // his.
    shop.submit(backend, &with(submission(), "/contact/email", json!("mallory@example.com"))).ok();
    typed("mallory@example.com", "+447700900123", &customer("mallory@example.com", None, "shop:666"));
    typed("jane@example.com", "+447700900999", &customer("mallory@example.com", None, "shop:666"));
    // She logs in, and the shop vouches for both addresses.
    typed("jane@example.com", "+447700900123", &customer("jane@example.com", Some("+447700900123"), "shop:7"));
    let of = |contact: Value| shop.lookup(backend, &contact).ok();
    let (hers, his) = (of(json!({ "external": "shop:7" })), of(json!({ "email": "mallory@example.com" })));
    assert_ne!(hers["id"], his["id"]);
    let addresses = |report: &Value| {
        let all = report["addresses"].as_array().unwrap();
        all.iter().map(|address| address["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(addresses(&his), ["mallory@example.com"]);
    assert!(addresses(&hers).contains(&"jane@example.com".to_owned()), "{hers}");
    let his_page = json!({ "identity": customer("mallory@example.com", None, "shop:666") });
    let listed = post(backend, "/v1/preferences", &shop.publishable, ORIGIN, &his_page).ok();
    assert_eq!(listed["addresses"].as_array().unwrap().len(), 1, "{listed}");
}

fn a_customer_with_an_identity_token_can_opt_out(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &form(&of_jane(&shop.secret))).ok();
    let stop = json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_out" }]);
    let anonymous = with(with(submission(), "/choices", stop.clone()), "/contact", jane());
    shop.submit(backend, &anonymous).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true, "an anonymous opt-out does not count");
    backend.pass(20);
    let hers = with(with(form(&of_jane(&shop.secret)), "/choices", stop), "/contact", jane());
    shop.submit(backend, &with(hers, "/occurred_at", Value::Null)).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "opted_out");
}

fn an_expired_token_is_ignored_and_a_forged_token_is_refused(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let claims = |exp: i64| json!({ "aud": "placet", "email": "jane@example.com", "exp": exp });
    // The token expired while the submission waited in the browser. The choice counts as an anonymous one.
    shop.submit(backend, &form(&signed(&shop.secret, &claims(within(-600))))).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "awaiting_confirmation");
    // An opt-out with an expired token still counts as hers for a day.
    let known = Shop::create(backend);
    known.submit_from_server(backend, &with(form(&of_jane(&known.secret)), "/assurance", json!("authenticated"))).ok();
    let late = |after: i64, channel: &str| {
        let acts = json!([{ "channel": channel, "purpose": "newsletter", "choice": "opt_out" }]);
        let claims =
            json!({ "aud": "placet", "email": "jane@example.com", "phone": "+447700900123", "exp": within(-after) });
        with(with(form(&signed(&known.secret, &claims)), "/choices", acts), "/occurred_at", Value::Null)
    };
    backend.pass(20);
    known.submit(backend, &late(30 * 3_600, "email")).ok();
    known.submit(backend, &late(20 * 3_600, "sms")).ok();
    assert_eq!(decision(backend, &known, "email", jane())["allow"], true);
    assert_eq!(decision(backend, &known, "sms", number())["reason"], "opted_out");

    let before = backend.rows();
    let good = of_jane(&shop.secret);
    let other = Shop::create(backend);
    let (head, signature) = good.rsplit_once('.').unwrap();
    for (what, token) in [
        ("of another shop", of_jane(&other.secret)),
        ("of the key that stands in the page", of_jane(&shop.publishable)),
        ("good for too long", signed(&shop.secret, &claims(within(90_000)))),
        ("not signed", format!("{head}.")),
        ("signed for another", format!("{}.{signature}", head.replace('.', ".e"))),
        ("none", "x".into()),
        ("long", "x".repeat(5_000)),
        ("script", "<script>alert(1)</script>".into()),
    ] {
        let answer = shop.submit(backend, &form(&token));
        answer.problem(422, "invalid_identity", Some("/identity"));
        assert!(!answer.text.contains("script"), "{what}: {}", answer.text);
    }
    let after = backend.rows();
    for table in ["submission", "record", "contact", "address"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    // An identity token is not a key and gives no access.
    send(backend, Method::GET, "/v1/shop", &[("authorization", &format!("Bearer {good}"))], "").problem(
        401,
        "invalid_key",
        None,
    );
    post(backend, "/v1/consents", &shop.publishable, "https://evil.example", &form(&good)).problem(
        403,
        "wrong_origin",
        None,
    );
}

fn an_identity_token_needs_a_key_with_the_right_scope(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let key = |scopes: Value| {
        let new = json!({ "kind": "sk", "name": "pages", "scopes": scopes });
        ask(backend, Method::POST, "/v1/keys", &shop.secret, &new).ok()
    };
    let (reads, captures) = (key(json!(["read"])), key(json!(["capture"])));
    let token = |key: &Value| form(&of_jane(key["key"].as_str().unwrap()));
    shop.submit(backend, &token(&reads)).problem(422, "invalid_identity", Some("/identity"));
    shop.submit(backend, &token(&captures)).ok();
    let revoke = format!("/v1/keys/{}", captures["id"].as_str().unwrap());
    ask(backend, Method::DELETE, &revoke, &shop.secret, &Value::Null).ok();
    shop.submit(backend, &token(&captures)).problem(422, "invalid_identity", Some("/identity"));
}

fn a_notice_text_sent_by_a_page_is_stored_once_and_marked_as_sent(backend: &mut dyn Backend) {
    let words = "We write <script>alert(\"words\")</script> twice.\nBy e-mail";
    let known = "Notice\nBy e-mail";
    let hash = |text: &str| base16ct::lower::encode_string(&Sha256::digest(text));
    let registered = json!([{ "id": "n", "version": "1", "locale": "en", "text": known }]);
    let shop = Shop::create_with(backend, &with(shop_body(), "/notices", registered));
    let notice =
        |text: &str| json!({ "id": "n", "version": "1", "locale": "en", "text_sha256": hash(text), "text": text });
    let send = |backend: &dyn Backend, notice: Value| shop.submit(backend, &with(submission(), "/notice", notice));
    send(backend, notice(words)).ok();
    send(backend, notice(words)).ok();
    send(backend, notice(known)).ok();
    let mut bare = notice(words);
    bare.as_object_mut().unwrap().remove("text");
    send(backend, bare).ok();
    assert_eq!(backend.rows()["sent_words"], 2);
    // The shop's server may also send notice texts.
    let own = with(with(submission(), "/notice", notice("Ours\nBy e-mail")), "/assurance", json!("authenticated"));
    let mail = json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_in" }]);
    let own = with(with(own, "/contact", json!({ "email": "jane.doe@example.com" })), "/choices", mail);
    shop.submit_from_server(backend, &own).ok();
    assert_eq!(backend.rows()["sent_words"], 3);
    // A notice text is deleted with the last submission that refers to it.
    let doe = shop.lookup(backend, &json!({ "email": "jane.doe@example.com" })).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{doe}"), &shop.secret, &Value::Null).ok();
    assert_eq!(backend.rows()["sent_words"], 2);
    let report = shop.lookup(backend, &jane()).ok();
    let shown: Vec<(&str, &str)> = report["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| &record["notice"])
        .map(|notice| (notice["text"].as_str().unwrap(), notice["text_from"].as_str().unwrap()))
        .collect();
    assert!(shown.contains(&(words, "sender")) && shown.contains(&(known, "shop")), "{shown:?}");
    let export = format!("/v1/contacts/{}/export?format=html", report["id"].as_str().unwrap());
    let page = ask(backend, Method::GET, &export, &shop.secret, &Value::Null).text;
    assert!(page.contains("&lt;script&gt;alert(") && !page.contains("<script>alert("));

    let before = backend.rows()["submission"];
    let wrong = |name: &str, value: Value| with(notice(words), &format!("/{name}"), value);
    send(backend, wrong("text_sha256", json!(hash(known)))).problem(422, "other_words", Some("/notice/text"));
    send(backend, wrong("text", json!(""))).problem(422, "other_words", Some("/notice/text"));
    let long = "x".repeat(8_001);
    let long = with(wrong("text", json!(long)), "/text_sha256", json!(hash(&long)));
    send(backend, long).problem(422, "other_words", Some("/notice/text"));
    // Only placet itself may name its own notices.
    send(backend, wrong("id", json!("placet:preferences"))).problem(422, "invalid_token", Some("/notice/id"));
    assert_eq!(backend.rows()["submission"], before);
}

fn the_source_of_a_submission_is_on_record(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let url = "https://shop.example/checkout?email=jane@example.com#top";
    let source = json!({ "kind": "form", "url": url, "form": "\"><script>alert('form')</script>", "module": "0.1.0", "gpc": true });
    shop.submit(backend, &with(submission(), "/source", source.clone())).ok();
    let report = shop.lookup(backend, &jane()).ok();
    let kept = with(source.clone(), "/url", json!("https://shop.example/checkout"));
    assert_eq!(report["records"][0]["source"], kept);
    assert_eq!(
        decision(backend, &shop, "email", jane())["reason"],
        "awaiting_confirmation",
        "the GPC signal is no opt-out of email"
    );
    let export = format!("/v1/contacts/{}/export?format=html", report["id"].as_str().unwrap());
    let page = ask(backend, Method::GET, &export, &shop.secret, &Value::Null).text;
    assert!(page.contains("alert(") && !page.contains("<script>alert("));
    for (name, value, code) in [
        ("module", json!("<b>"), "invalid_token"),
        ("gpc", json!("1"), "wrong_type"),
        ("form", json!("x".repeat(201)), "invalid_text"),
        ("url", json!("javascript:alert(1)"), "invalid_url"),
    ] {
        let body = with(submission(), "/source", with(source.clone(), &format!("/{name}"), value));
        shop.submit(backend, &body).problem(422, code, Some(&format!("/source/{name}")));
    }
}

fn a_notice_lists_the_choices_it_offers(backend: &mut dyn Backend) {
    let offer = |channel: &str| json!({ "channel": channel, "purpose": "newsletter" });
    let notice = |text: &str, choices: Value| {
        let notice = json!({ "id": "box", "version": "1", "locale": "en", "text": text, "choices": choices });
        with(shop_body(), "/notices", json!([notice]))
    };
    let both = json!([offer("email"), offer("sms")]);
    let shop = Shop::create_with(backend, &notice("We write twice.\nBy e-mail\nBy text message", both.clone()));
    let read = send(
        backend,
        Method::GET,
        "/v1/storefront",
        &[("authorization", &format!("Bearer {}", shop.publishable)), ("origin", ORIGIN)],
        "",
    );
    assert_eq!(read.ok()["notices"][0]["choices"], both);
    let refused = |body: &Value, code, pointer| {
        ask(backend, Method::PUT, "/v1/shop", &shop.secret, body).problem(422, code, Some(pointer));
    };
    refused(&notice("By e-mail\nBy text message", both.clone()), "missing_field", "/notices/0/choices");
    for text in [
        "We write.\n \nBy e-mail\nBy text",
        "We\nwrite\nBy e-mail\nBy text",
        "We  write\nBy e-mail\nBy text",
        "We\r\na\nb",
    ] {
        refused(&notice(text, both.clone()), "missing_field", "/notices/0/choices");
    }
    let twice = json!([offer("email"), offer("email")]);
    refused(&notice("We\na\nb", twice), "repeated_choice", "/notices/0/choices/1");
    refused(&notice("We\na", json!([offer("fax")])), "unknown_channel", "/notices/0/choices/0/channel");
    refused(
        &notice("We\na", json!([{ "channel": "sms", "purpose": "!" }])),
        "invalid_purpose",
        "/notices/0/choices/0/purpose",
    );
}

fn the_key_in_the_path_identifies_the_shop(backend: &mut dyn Backend) {
    let (shop, other) = (Shop::create(backend), Shop::create(backend));
    let get = |backend: &dyn Backend, key: &str, headers: &[(&str, &str)]| {
        send(backend, Method::GET, &format!("/v1/storefront/{key}"), headers, "")
    };
    let bearer = format!("Bearer {}", shop.publishable);
    let by_header = send(backend, Method::GET, "/v1/storefront", &[("authorization", &bearer), ("origin", ORIGIN)], "");
    let by_path = get(backend, &shop.publishable, &[("origin", ORIGIN)]);
    assert_eq!((&by_path.text, by_path.header("etag")), (&by_header.text, by_header.header("etag")));
    assert_eq!(by_path.header("access-control-allow-origin"), ORIGIN);
    let tag = by_path.header("etag").to_owned();
    let known = get(backend, &shop.publishable, &[("origin", ORIGIN), ("if-none-match", &tag)]);
    assert_eq!((known.status.as_u16(), known.text.as_str()), (304, ""));
    // The key in the path identifies the caller. A key in the header is ignored.
    let both = get(backend, &other.publishable, &[("origin", ORIGIN), ("authorization", &bearer)]);
    assert_ne!(both.text, by_path.text);
    get(backend, &shop.publishable, &[("origin", "https://evil.example")]).problem(403, "wrong_origin", None);
    for key in [&shop.secret, "pk_1", &format!("{}A", shop.publishable), "%22%3E%3Cscript%3E"] {
        get(backend, key, &[("origin", ORIGIN)]).problem(401, "invalid_key", None);
    }
}
