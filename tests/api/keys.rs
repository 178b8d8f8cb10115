//! Management of keys, and the audit log of their use.

use http::Method;
use serde_json::{Value, json};

use crate::backend::{Backend, ROOT_SECRET};
use crate::client::{
    Answer, ORIGIN, Shop, ask, ask_with, bearer, from_now, post, send, shop_body, submission, undated, with,
};

crate::scenarios! {
    a_key_may_do_what_its_scopes_allow
    a_key_is_rotated_without_a_gap
    a_key_ends_when_it_expires_or_is_revoked
    a_shop_cannot_revoke_its_last_admin_key
    a_publishable_key_works_only_on_its_own_origins
    the_audit_log_names_the_key_of_each_request
    the_audit_log_is_read_page_by_page
    a_request_with_the_same_idempotency_key_is_executed_once
    a_stolen_admin_key_changes_nothing_in_silence
    the_operator_gives_a_shop_back_to_its_owner
    all_keys_but_some_are_revoked_at_once
    a_repeated_request_creates_one_key
    a_repeated_request_creates_one_shop
}

fn admin(backend: &dyn Backend, shop: &Shop, method: Method, path: &str, body: Value) -> Answer {
    ask(backend, method, path, &shop.secret, &body)
}

fn new_key(backend: &dyn Backend, shop: &Shop, body: Value) -> Value {
    admin(backend, shop, Method::POST, "/v1/keys", body).ok()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn look_up(backend: &dyn Backend, key: &str) -> Answer {
    post(backend, "/v1/contacts/lookup", key, "", &json!({ "email": "jane@example.com" }))
}

fn a_key_may_do_what_its_scopes_allow(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let made = new_key(backend, &shop, json!({ "kind": "sk", "name": "help desk", "scopes": ["read", "write"] }));
    let key = text(&made["key"]);
    assert!(key.starts_with("sk_") && key.len() == 67);
    assert_eq!(
        (&made["name"], &made["scopes"], &made["active"]),
        (&json!("help desk"), &json!(["read", "write"]), &json!(true))
    );
    let contact = look_up(backend, key).ok()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/contacts/{contact}");
    ask(backend, Method::DELETE, &path, key, &Value::Null).problem(403, "wrong_scope", None);
    ask(backend, Method::GET, &format!("{path}/export"), key, &Value::Null).problem(403, "wrong_scope", None);
    ask(backend, Method::GET, "/v1/keys", key, &Value::Null).problem(403, "wrong_scope", None);
    ask(backend, Method::POST, "/v1/keys", key, &json!({ "kind": "sk", "name": "more", "scopes": ["admin"] })).problem(
        403,
        "wrong_scope",
        None,
    );

    let listed = admin(backend, &shop, Method::GET, "/v1/keys", Value::Null);
    assert!(!listed.text.contains(&key[3..]), "the key is returned only once");
    let listed = listed.ok();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 3);
    assert_eq!(listed["keys"][0]["id"], made["id"]);
    assert!(listed["keys"][0]["last_used_at"].is_string() && listed["keys"][0].get("key").is_none());
    for (_, row) in backend.dump() {
        assert!(!row.contains(&key[3..]), "only the hash of a key is stored: {row}");
    }
    for (body, code, pointer) in [
        (json!({ "kind": "sk", "name": "x" }), "missing_field", "/scopes"),
        (json!({ "kind": "sk", "name": "x", "scopes": [] }), "empty_list", "/scopes"),
        (json!({ "kind": "sk", "name": "x", "scopes": ["read", "all"] }), "unknown_scope", "/scopes/1"),
        (json!({ "kind": "pk", "name": "x", "scopes": ["read"] }), "unknown_scope", "/scopes/0"),
        (json!({ "kind": "rk", "name": "x" }), "unknown_kind", "/kind"),
        (json!({ "kind": "pk", "name": "" }), "invalid_text", "/name"),
        (json!({ "kind": "pk", "name": "x", "expires_at": "2020-01-01T00:00:00Z" }), "in_the_past", "/expires_at"),
        (
            json!({ "kind": "sk", "name": "x", "scopes": ["read"], "origins": [ORIGIN] }),
            "origins_of_secret_key",
            "/origins",
        ),
        (
            json!({ "kind": "pk", "name": "x", "origins": ["https://shop.example/path"] }),
            "invalid_origin",
            "/origins/0",
        ),
    ] {
        admin(backend, &shop, Method::POST, "/v1/keys", body).problem(422, code, Some(pointer));
    }
    assert_eq!(backend.rows()["api_key"], 3);
}

fn a_key_is_rotated_without_a_gap(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let old = new_key(backend, &shop, json!({ "kind": "sk", "name": "crm", "scopes": ["read"] }));
    let rotate = format!("/v1/keys/{}/rotate", text(&old["id"]));
    let new = admin(backend, &shop, Method::POST, &rotate, json!({ "overlap_seconds": 2 })).ok();
    assert_eq!((&new["name"], &new["scopes"]), (&old["name"], &old["scopes"]));
    assert_ne!(new["key"], old["key"]);
    look_up(backend, text(&old["key"])).ok();
    look_up(backend, text(&new["key"])).ok();
    // A replaced key cannot be rotated again: its second successor would end with the overlap.
    admin(backend, &shop, Method::POST, &rotate, json!({})).problem(409, "key_gone", None);
    let keys = admin(backend, &shop, Method::GET, "/v1/keys", Value::Null).ok();
    let replaced = keys["keys"].as_array().unwrap().iter().find(|key| key["id"] == old["id"]).unwrap().clone();
    assert_eq!(replaced["replaced_by"], new["id"]);
    backend.pass(2_100);
    look_up(backend, text(&old["key"])).problem(401, "invalid_key", None);
    look_up(backend, text(&new["key"])).ok();
    admin(backend, &shop, Method::POST, &rotate, json!({})).problem(409, "key_gone", None);
    let keys = admin(backend, &shop, Method::GET, "/v1/keys", Value::Null).ok();
    let own = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["scopes"].as_array().unwrap().contains(&json!("admin")))
        .unwrap();
    let own = format!("/v1/keys/{}/rotate", text(&own["id"]));
    // Without an overlap, a lost response would lock the shop out.
    let refused = admin(backend, &shop, Method::POST, &own, json!({ "overlap_seconds": 0 }));
    refused.problem(422, "out_of_range", Some("/overlap_seconds"));
    let other = "/v1/keys/00000000-0000-7000-8000-000000000000/rotate";
    admin(backend, &shop, Method::POST, other, json!({})).problem(404, "key_not_found", None);
    admin(
        backend,
        &shop,
        Method::POST,
        &format!("/v1/keys/{}/rotate", text(&new["id"])),
        json!({ "overlap_seconds": 9_999_999 }),
    )
    .problem(422, "out_of_range", Some("/overlap_seconds"));
}

fn a_key_ends_when_it_expires_or_is_revoked(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let soon = from_now(1_500);
    let short =
        new_key(backend, &shop, json!({ "kind": "sk", "name": "audit week", "scopes": ["read"], "expires_at": soon }));
    let long = new_key(backend, &shop, json!({ "kind": "sk", "name": "crm", "scopes": ["read"] }));
    look_up(backend, text(&short["key"])).ok();
    look_up(backend, text(&long["key"])).ok();
    let path = format!("/v1/keys/{}", text(&long["id"]));
    let revoked = admin(backend, &shop, Method::DELETE, &path, Value::Null).ok();
    assert_eq!((&revoked["active"], revoked["revoked_at"].is_string()), (&json!(false), true));
    look_up(backend, text(&long["key"])).problem(401, "invalid_key", None);
    assert_eq!(
        admin(backend, &shop, Method::DELETE, &path, Value::Null).ok(),
        revoked,
        "a repeated revocation changes nothing"
    );
    backend.pass(1_600);
    look_up(backend, text(&short["key"])).problem(401, "invalid_key", None);
    backend.crash();
    look_up(backend, text(&short["key"])).problem(401, "invalid_key", None);
    look_up(backend, text(&long["key"])).problem(401, "invalid_key", None);
    // The audit log contains attempts with a revoked key.
    let log = admin(backend, &shop, Method::GET, &format!("/v1/audit?key={}", text(&long["id"])), Value::Null).ok();
    assert_eq!(log["entries"][0]["outcome"], "invalid_key");
}

fn a_shop_cannot_revoke_its_last_admin_key(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let keys = admin(backend, &shop, Method::GET, "/v1/keys", Value::Null).ok();
    let first = keys["keys"].as_array().unwrap().iter().find(|key| key["kind"] == "sk").unwrap()["id"].clone();
    let path = format!("/v1/keys/{}", text(&first));
    admin(backend, &shop, Method::DELETE, &path, Value::Null).problem(409, "last_admin_key", None);
    let day = from_now(24 * 60 * 60 * 1_000);
    new_key(backend, &shop, json!({ "kind": "sk", "name": "for a day", "scopes": ["admin"], "expires_at": day }));
    admin(backend, &shop, Method::DELETE, &path, Value::Null).problem(409, "last_admin_key", None);
    let other = new_key(backend, &shop, json!({ "kind": "sk", "name": "second", "scopes": ["admin"] }));
    admin(backend, &shop, Method::DELETE, &path, Value::Null).ok();
    look_up(backend, &shop.secret).problem(401, "invalid_key", None);
    ask(backend, Method::GET, "/v1/keys", text(&other["key"]), &Value::Null).ok();
}

fn a_publishable_key_works_only_on_its_own_origins(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let landing = "https://landing.example";
    let made = new_key(backend, &shop, json!({ "kind": "pk", "name": "landing page", "origins": [landing] }));
    post(backend, "/v1/consents", text(&made["key"]), landing, &submission()).ok();
    post(backend, "/v1/consents", text(&made["key"]), ORIGIN, &submission()).problem(403, "wrong_origin", None);
    post(backend, "/v1/consents", &shop.publishable, landing, &submission()).problem(403, "wrong_origin", None);
}

fn the_audit_log_names_the_key_of_each_request(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let answer = look_up(backend, &shop.secret);
    let request = answer.header("request-id").to_owned();
    let contact = answer.ok()["id"].clone();
    let path = format!("/v1/contacts/{}", text(&contact));
    admin(
        backend,
        &shop,
        Method::PUT,
        &format!("{path}/choices/email/newsletter"),
        json!({ "choice": "opt_out", "reason": "asked" }),
    )
    .ok();
    let refused = admin(
        backend,
        &shop,
        Method::PUT,
        &format!("{path}/choices/fax/newsletter"),
        json!({ "choice": "opt_out", "reason": "asked" }),
    );
    assert_eq!(refused.body["instance"], format!("urn:uuid:{}", refused.header("request-id")));
    admin(backend, &shop, Method::DELETE, &path, Value::Null).ok();
    let log = admin(backend, &shop, Method::GET, &format!("/v1/audit?contact={}", text(&contact)), Value::Null).ok();
    let lines: Vec<String> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!("{} {} {} {}", text(&one["method"]), text(&one["route"]), one["status"], text(&one["outcome"]))
        })
        .collect();
    assert_eq!(
        lines,
        [
            "DELETE /v1/contacts/{id} 200 ok",
            "PUT /v1/contacts/{id}/choices/{channel}/{purpose} 422 unknown_channel",
            "PUT /v1/contacts/{id}/choices/{channel}/{purpose} 200 ok",
            "POST /v1/contacts/lookup 200 ok",
            "POST /v1/consents 201 ok",
        ]
    );
    assert_eq!(log["entries"][3]["id"], request.as_str());
    assert_ne!(log["entries"][3]["key"], log["entries"][4]["key"], "the page and the server use different keys");
    for (table, row) in backend.dump() {
        assert!(table != "audit" || !row.contains("jane") && !row.contains("7700900"), "{row}");
    }
    // Reading the storefront configuration concerns no person and is not logged.
    shop.storefront(backend, &[("origin", ORIGIN)]).ok();
    let log = admin(backend, &shop, Method::GET, "/v1/audit", Value::Null).ok();
    assert!(log["entries"].as_array().unwrap().iter().all(|one| one["route"] != "/v1/storefront"));
    assert_eq!(log["entries"][0]["route"], "/v1/audit", "reading the log is also logged");
}

fn the_audit_log_is_read_page_by_page(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    for _ in 0..7 {
        look_up(backend, &shop.secret).problem(404, "contact_not_found", None);
    }
    let read = |query: &str| admin(backend, &shop, Method::GET, &format!("/v1/audit{query}"), Value::Null);
    let route = "route=/v1/contacts/lookup";
    let first = read(&format!("?limit=4&{route}")).ok();
    assert_eq!(first["entries"].as_array().unwrap().len(), 4);
    let second = read(&format!("?limit=4&{route}&before={}", text(&first["next"]))).ok();
    assert_eq!((second["entries"].as_array().unwrap().len(), &second["next"]), (3, &Value::Null));
    let ids: std::collections::BTreeSet<&str> = [&first, &second]
        .iter()
        .flat_map(|page| page["entries"].as_array().unwrap())
        .map(|one| text(&one["id"]))
        .collect();
    assert_eq!(ids.len(), 7);
    let lines = read(&format!("?limit=4&{route}&format=ndjson"));
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    assert_eq!(lines.header("link"), format!("<?before={}>; rel=\"next\"", text(&first["next"])));
    let parsed: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json!(parsed), first["entries"]);
    let at = first["entries"][3]["at"].clone();
    assert_eq!(
        read(&format!("?{route}&until={}", text(&at))).ok()["entries"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["at"] == at)
            .count(),
        0
    );
    for (query, code, name) in [
        ("?limit=0", "out_of_range", "limit"),
        ("?limit=1001", "out_of_range", "limit"),
        ("?contact=jane@example.com", "invalid_id", "contact"),
        ("?route=/v1/nowhere", "unknown_route", "route"),
        ("?format=csv", "unknown_format", "format"),
    ] {
        let refused = read(query);
        refused.problem(422, code, None);
        assert_eq!(refused.body["errors"][0]["parameter"], name);
    }
}

fn a_stolen_admin_key_changes_nothing_in_silence(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    crate::links::listen(backend, &shop);
    let told = |backend: &mut dyn Backend| {
        let rows = backend.dump();
        let administration = ["key.created", "key.revoked", "webhook.changed", "settings.changed"];
        let of = |kind: &str| rows.iter().filter(|(table, row)| table == "event" && row.contains(kind)).count();
        administration.map(of)
    };
    assert_eq!(told(backend), [0, 0, 0, 0], "the first webhook is not told of itself");
    let key = json!({ "kind": "sk", "name": "a thief's", "scopes": ["admin"] });
    let made = ask(backend, Method::POST, "/v1/keys", &shop.secret, &key).ok();
    let hook = json!({ "url": "https://hooks.evil.example/", "payload": "full" });
    let hook = ask(backend, Method::POST, "/v1/webhooks", &shop.secret, &hook).ok();
    ask(backend, Method::PATCH, "/v1/shop", &shop.secret, &json!({ "name": "Kestrel Tea" })).ok();
    ask(backend, Method::DELETE, &format!("/v1/keys/{}", text(&made["id"])), &shop.secret, &Value::Null).ok();
    ask(backend, Method::DELETE, &format!("/v1/webhooks/{}", text(&hook["id"])), &shop.secret, &Value::Null).ok();
    assert_eq!(told(backend), [1, 1, 2, 1]);
}

fn a_request_with_the_same_idempotency_key_is_executed_once(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let contact = shop.submit_from_server(backend, &submission()).ok()["contact"].as_str().unwrap().to_owned();
    let path = format!("/v1/contacts/{contact}/choices/email/newsletter");
    let no = json!({ "choice": "opt_out", "reason": "asked" });
    let put = |backend: &dyn Backend, key: &str, body: &Value| {
        ask_with(backend, Method::PUT, &path, &shop.secret, &[("idempotency-key", key)], body)
    };
    let first = put(backend, "\"8e03978e\"", &no);
    assert_eq!(first.status.as_u16(), 200);
    let rows = backend.rows();
    let again = put(backend, "8e03978e", &no);
    assert_eq!((again.status, again.header("etag")), (first.status, first.header("etag")));
    assert_ne!(again.header("request-id"), first.header("request-id"));
    assert_eq!(undated(again.ok()), undated(first.ok()));
    assert_eq!(backend.rows(), rows, "the quotes are not part of the key");
    put(backend, "8e03978e", &json!({ "choice": "opt_out", "reason": "another" })).problem(
        422,
        "idempotency_mismatch",
        None,
    );
    put(backend, "another", &no).ok();
    assert_eq!(backend.rows()["record"], rows["record"] + 1);
    for bad in ["\"\"", "two words", &"x".repeat(129)] {
        put(backend, bad, &no).problem(400, "invalid_idempotency_key", None);
    }
    // A refused request changed nothing, so the same idempotency key may be used for the corrected request.
    put(backend, "mended", &json!({ "choice": "opt_out", "reason": "" })).problem(422, "invalid_text", Some("/reason"));
    put(backend, "mended", &no).ok();
    // Each caller has idempotency keys of its own.
    let other = new_key(backend, &shop, json!({ "kind": "sk", "name": "crm", "scopes": ["write"] }));
    ask_with(
        backend,
        Method::PUT,
        &path,
        text(&other["key"]),
        &[("idempotency-key", "8e03978e")],
        &json!({ "choice": "opt_in", "reason": "r", "evidence": { "reference": "f" } }),
    )
    .ok();
    // An erasure also deletes the stored answers.
    ask(backend, Method::DELETE, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok();
    assert_eq!(backend.rows()["idempotency"], 0);
    put(backend, "8e03978e", &no).problem(404, "contact_not_found", None);
}

fn a_repeated_request_creates_one_key(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let body = json!({ "kind": "sk", "name": "sk_", "scopes": ["read"] });
    let make = |backend: &dyn Backend, key: &str, body: &Value| {
        ask_with(backend, Method::POST, "/v1/keys", &shop.secret, &[("idempotency-key", key)], body)
    };
    let first = make(backend, "once", &body);
    let again = make(backend, "once", &body);
    assert_eq!((first.status.as_u16(), &again.text), (201, &first.text), "the repeated answer contains the same key");
    let key = first.ok()["key"].as_str().unwrap().to_owned();
    look_up(backend, &key).problem(404, "contact_not_found", None);
    assert_eq!(backend.rows()["api_key"], 3);
    for (_, row) in backend.dump() {
        assert!(!row.contains(&key[3..]), "the stored answer must not contain the key: {row}");
    }
    let other = make(backend, "twice", &body).ok()["key"].as_str().unwrap().to_owned();
    assert_ne!(other, key);
    make(backend, "once", &json!({ "kind": "sk", "name": "more", "scopes": ["admin"] })).problem(
        422,
        "idempotency_mismatch",
        None,
    );
}

fn a_repeated_request_creates_one_shop(backend: &mut dyn Backend) {
    let make = |backend: &dyn Backend, key: &str, body: &Value| {
        let headers =
            [("authorization", &*bearer(ROOT_SECRET)), ("content-type", "application/json"), ("idempotency-key", key)];
        send(backend, Method::POST, "/v1/shops", &headers, body.to_string())
    };
    let first = make(backend, "kestrel", &shop_body());
    let again = make(backend, "kestrel", &shop_body());
    assert_eq!((first.status.as_u16(), &again.text), (201, &first.text));
    assert_eq!(backend.objects(), 1);
    let secret = first.ok()["keys"]["secret"].as_str().unwrap().to_owned();
    look_up(backend, &secret).problem(404, "contact_not_found", None);
    make(backend, "kestrel", &with(shop_body(), "/name", json!("Merlin Milk"))).problem(
        422,
        "idempotency_mismatch",
        None,
    );
    make(backend, "merlin", &shop_body()).ok();
    assert_eq!(backend.objects(), 2);
}

/// Asks with the root secret of the deployment.
fn as_operator(backend: &dyn Backend, method: Method, path: &str, body: &Value) -> Answer {
    ask(backend, method, path, ROOT_SECRET, body)
}

fn the_operator_gives_a_shop_back_to_its_owner(backend: &mut dyn Backend) {
    let (shop, other) = (Shop::create(backend), Shop::create(backend));
    let hook = json!({ "url": "https://hooks.shop.example/placet" });
    admin(backend, &shop, Method::POST, "/v1/webhooks", hook).ok();
    // A thief makes a key and revokes the owner's.
    let stolen = new_key(backend, &shop, json!({ "kind": "sk", "name": "backup", "scopes": ["admin", "export"] }));
    let thief = text(&stolen["key"]).to_owned();
    ask(backend, Method::POST, "/v1/keys/revoke", &thief, &json!({ "except": [stolen["id"]] })).ok();
    admin(backend, &shop, Method::GET, "/v1/keys", Value::Null).problem(401, "invalid_key", None);

    let keys = format!("/v1/shops/{}/keys", shop.id);
    let new = json!({ "kind": "sk", "name": "after the theft", "scopes": ["admin", "read"] });
    ask(backend, Method::POST, &keys, &thief, &new).problem(401, "invalid_key", None);
    ask(backend, Method::POST, &keys, &other.secret, &new).problem(401, "invalid_key", None);
    let given = as_operator(backend, Method::POST, &keys, &new).ok();
    let listed = as_operator(backend, Method::GET, &keys, &Value::Null).ok();
    assert_eq!(listed["keys"][0]["id"], given["id"]);
    let revoke = format!("{keys}/revoke");
    let revoked = as_operator(backend, Method::POST, &revoke, &json!({ "except": [given["id"]] })).ok();
    assert_eq!(revoked["keys"].as_array().unwrap().len(), 1, "the others are revoked already");
    ask(backend, Method::GET, "/v1/keys", &thief, &Value::Null).problem(401, "invalid_key", None);
    let own = text(&given["key"]);
    ask(backend, Method::GET, "/v1/keys", own, &Value::Null).ok();
    // What the operator did is on record, under the nil UUID, and the shop's webhooks were told.
    let audit = ask(backend, Method::GET, "/v1/audit", own, &Value::Null).ok();
    let nil = "00000000-0000-0000-0000-000000000000";
    let acts = audit["entries"].as_array().unwrap().iter().filter(|entry| entry["key"] == nil);
    assert_eq!(acts.count(), 3);
    let events: Vec<_> =
        backend.dump().into_iter().filter(|(table, row)| table == "event" && row.contains("key.")).collect();
    assert!(events.iter().any(|(_, row)| row.contains("key.created") && row.contains(nil)), "{events:?}");

    // Another shop stays as it is, and a shop that is not known is not found.
    admin(backend, &other, Method::GET, "/v1/keys", Value::Null).ok();
    let unknown = format!("/v1/shops/{}/keys", "0".repeat(32));
    as_operator(backend, Method::GET, &unknown, &Value::Null).problem(404, "shop_not_found", None);
    as_operator(backend, Method::GET, "/v1/shops/x/keys", &Value::Null).problem(404, "shop_not_found", None);
}

fn all_keys_but_some_are_revoked_at_once(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    for number in 0..5 {
        new_key(backend, &shop, json!({ "kind": "sk", "name": format!("desk {number}"), "scopes": ["read"] }));
    }
    let keys = admin(backend, &shop, Method::GET, "/v1/keys", Value::Null).ok();
    let keys: Vec<&Value> = keys["keys"].as_array().unwrap().iter().collect();
    let of = |name: &str| keys.iter().find(|key| key["name"] == name).unwrap()["id"].clone();
    let admins: Vec<&Value> = keys
        .iter()
        .filter(|key| key["scopes"].as_array().unwrap().contains(&json!("admin")))
        .map(|key| &key["id"])
        .collect();
    let revoke = |backend: &dyn Backend, except: Value| {
        admin(backend, &shop, Method::POST, "/v1/keys/revoke", json!({ "except": except }))
    };
    let before = backend.rows();
    revoke(backend, json!([])).problem(409, "last_admin_key", None);
    revoke(backend, json!([of("desk 1")])).problem(409, "last_admin_key", None);
    revoke(backend, json!([admins[0], "00000000-0000-0000-0000-000000000000"])).problem(404, "key_not_found", None);
    revoke(backend, json!(["x"])).problem(422, "invalid_id", Some("/except/0"));
    assert_eq!(backend.rows(), before);
    let revoked = revoke(backend, json!([admins[0], of("desk 1")])).ok();
    assert_eq!(revoked["keys"].as_array().unwrap().len(), keys.len() - 2);
    let left = admin(backend, &shop, Method::GET, "/v1/keys", Value::Null).ok();
    let active = left["keys"].as_array().unwrap().iter().filter(|key| key["active"] == true).count();
    assert_eq!(active, 2);
}
