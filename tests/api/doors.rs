//! Authentication and authorisation: keys, scopes, origins, CORS.

use http::Method;
use serde_json::{Value, json};

use crate::backend::{Backend, ROOT_SECRET};
use crate::client::{ORIGIN, Shop, bearer, post, send, shop_body, submission, with};

crate::scenarios! {
    the_health_check_needs_no_key
    only_the_root_secret_creates_a_shop
    a_page_reads_its_configuration
    a_key_that_was_never_issued_starts_no_durable_object
    a_key_gives_access_to_its_own_shop_only
    a_publishable_key_may_capture_and_nothing_more
    a_publishable_key_works_on_the_shops_pages_only
    browsers_get_the_cors_headers_they_need
    unknown_routes_and_methods_are_refused
}

fn the_health_check_needs_no_key(backend: &mut dyn Backend) {
    let health = send(backend, Method::GET, "/health", &[], "").ok();
    assert_eq!(health, json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }));
    assert_eq!(backend.objects(), 0);
}

fn only_the_root_secret_creates_a_shop(backend: &mut dyn Backend) {
    for (key, code) in [("", "missing_key"), ("root_wrong", "invalid_key"), (&ROOT_SECRET[1..], "invalid_key")] {
        post(backend, "/v1/shops", key, "", &shop_body()).problem(401, code, None);
    }
    for (pointer, value, code) in [
        ("/name", json!(""), "invalid_text"),
        ("/country", json!("gb"), "invalid_country"),
        ("/origins/0", json!("https://shop.example/path"), "invalid_origin"),
        ("/channels/1", json!("fax"), "unknown_channel"),
        ("/channels", json!([]), "empty_list"),
        ("/purposes/0", json!("News Letter"), "invalid_purpose"),
        ("/notices/0/locale", json!("english (uk)"), "invalid_locale"),
        ("/notices/0/text", json!(""), "invalid_text"),
        ("/policy", json!({ "confirmation": ["fax"] }), "unknown_channel"),
        ("/extra", json!(1), "unknown_field"),
    ] {
        let at = if pointer == "/policy" { "/policy/confirmation/0" } else { pointer };
        post(backend, "/v1/shops", ROOT_SECRET, "", &with(shop_body(), pointer, value)).problem(422, code, Some(at));
    }
    assert_eq!(backend.objects(), 0, "a refused shop leaves no object behind");

    let shop = Shop::create(backend);
    assert!(shop.publishable.starts_with("pk_") && shop.secret.starts_with("sk_") && shop.id.len() == 32);
    assert_eq!(backend.objects(), 1);
    post(backend, "/v1/shops", &shop.secret, "", &shop_body()).problem(401, "invalid_key", None);
}

fn a_page_reads_its_configuration(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let answer = shop.storefront(backend, &[("origin", ORIGIN)]);
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 10, "{tag}");
    let config = answer.ok();
    assert_eq!(config["shop"], json!({ "id": shop.id, "name": "Kestrel Coffee", "country": "GB" }));
    assert_eq!(
        (&config["channels"], &config["purposes"]),
        (&json!(["email", "sms"]), &json!(["newsletter", "offers"]))
    );
    assert_eq!(config["notices"], shop_body()["notices"]);
    assert_eq!(config["policy"]["confirmation"], json!(["email", "sms", "phone", "whatsapp", "push", "post"]));
    assert_eq!(config.get("keys"), None);

    let unchanged = shop.storefront(backend, &[("origin", ORIGIN), ("if-none-match", &tag)]);
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
    assert_eq!(shop.storefront(backend, &[("if-none-match", "\"other\"")]).status.as_u16(), 200);
}

fn a_key_that_was_never_issued_starts_no_durable_object(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let objects = backend.objects();
    let mut forged = shop.secret.clone();
    // The 10th character is part of the shop's id, so the key names a shop that does not exist.
    forged.replace_range(9..10, if &forged[9..10] == "A" { "B" } else { "A" });
    let lookup = json!({ "email": "jane@example.com" });
    for key in [forged.as_str(), "sk_AAAA", "sk_", "nonsense", &shop.secret[..40], &shop.secret.replace("sk_", "pk_")] {
        post(backend, "/v1/contacts/lookup", key, "", &lookup).problem(401, "invalid_key", None);
        post(backend, "/v1/consents", key, ORIGIN, &submission()).problem(401, "invalid_key", None);
    }
    post(backend, "/v1/contacts/lookup", "", "", &lookup).problem(401, "missing_key", None);
    let basic = [("authorization", "Basic amFuZTpwdw=="), ("content-type", "application/json")];
    send(backend, Method::POST, "/v1/contacts/lookup", &basic, lookup.to_string()).problem(401, "missing_key", None);
    assert_eq!(backend.objects(), objects);
}

fn a_key_gives_access_to_its_own_shop_only(backend: &mut dyn Backend) {
    let (one, other) = (Shop::create(backend), Shop::create(backend));
    let contact = one.submit_from_server(backend, &submission()).ok()["contact"].clone();
    other.lookup(backend, &json!({ "email": "jane@example.com" })).problem(404, "contact_not_found", None);
    let path = format!("/v1/contacts/{}", contact.as_str().unwrap());
    let ask = |key: &str| send(backend, Method::GET, &path, &[("authorization", &bearer(key))], "");
    ask(&other.secret).problem(404, "contact_not_found", None);
    assert_eq!(ask(&one.secret).ok()["id"], contact);
    for id in ["00000000-0000-7000-8000-000000000000", "not-a-uuid", "%00", "jane@example.com"] {
        let path = format!("/v1/contacts/{id}");
        let answer = send(backend, Method::GET, &path, &[("authorization", &bearer(&one.secret))], "");
        answer.problem(404, "contact_not_found", None);
    }
}

fn a_publishable_key_may_capture_and_nothing_more(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let receipt = shop.submit_from_server(backend, &submission()).ok();
    let lookup = json!({ "email": "jane@example.com" });
    post(backend, "/v1/contacts/lookup", &shop.publishable, ORIGIN, &lookup).problem(403, "wrong_scope", None);
    let path = format!("/v1/contacts/{}", receipt["contact"].as_str().unwrap());
    let headers = [("authorization", &*bearer(&shop.publishable)), ("origin", ORIGIN)];
    send(backend, Method::GET, &path, &headers, "").problem(403, "wrong_scope", None);
    for (pointer, value) in [("/contact/external", json!("shopify:123")), ("/assurance", json!("authenticated"))] {
        shop.submit(backend, &with(submission(), pointer, value)).problem(422, "needs_secret_key", Some(pointer));
    }
    assert_eq!(backend.rows()["submission"], 2, "one for each address");
}

fn a_publishable_key_works_on_the_shops_pages_only(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    for origin in [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example.evil.example",
        "null",
        "",
    ] {
        post(backend, "/v1/consents", &shop.publishable, origin, &submission()).problem(403, "wrong_origin", None);
    }
    shop.storefront(backend, &[("origin", "https://evil.example")]).problem(403, "wrong_origin", None);
    assert_eq!(backend.rows()["submission"], 0);
}

fn browsers_get_the_cors_headers_they_need(backend: &mut dyn Backend) {
    let preflight = [("origin", "https://any.example"), ("access-control-request-method", "POST")];
    let answer = send(backend, Method::OPTIONS, "/v1/consents", &preflight, "");
    assert_eq!((answer.status.as_u16(), backend.objects()), (204, 0));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert!(answer.header("access-control-allow-headers").contains("authorization"));
    assert!(answer.header("access-control-max-age").parse::<u32>().unwrap() >= 600);

    let shop = Shop::create(backend);
    let answer = shop.submit(backend, &submission());
    assert_eq!(
        (answer.header("access-control-allow-origin"), answer.header("vary")),
        (ORIGIN, "origin, authorization")
    );
    let refused = shop.submit(backend, &json!({}));
    assert_eq!(refused.header("access-control-allow-origin"), ORIGIN, "a page can read what is wrong");
    let refused = post(backend, "/v1/consents", "pk_wrong", ORIGIN, &submission());
    assert_eq!(refused.header("access-control-allow-origin"), "*", "also that its key is wrong");
    let secret = post(backend, "/v1/consents", &shop.secret, ORIGIN, &submission());
    assert_eq!(secret.header("access-control-allow-origin"), "", "no page may use a secret key");
}

fn unknown_routes_and_methods_are_refused(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let key = bearer(&shop.secret);
    for path in
        ["/", "/v1", "/v1/", "/v1/contacts", "/v1/contacts/", "/v1/contacts/a/b", "/v2/consents", "/V1/consents"]
    {
        send(backend, Method::GET, path, &[("authorization", &key)], "").problem(404, "route_not_found", None);
    }
    for (method, path, allow) in [
        (Method::GET, "/v1/consents", "POST"),
        (Method::DELETE, "/v1/storefront", "GET"),
        (Method::PUT, "/v1/contacts/00000000-0000-7000-8000-000000000000", "GET, DELETE"),
        (Method::GET, "/v1/shops", "POST"),
    ] {
        let answer = send(backend, method, path, &[("authorization", &key)], Value::Null.to_string());
        answer.problem(405, "method_not_allowed", None);
        assert_eq!(answer.header("allow"), allow);
    }
}
