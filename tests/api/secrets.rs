//! What a copy of the database is worth, and how the master key is replaced. The attacker here has the whole file, and
//! the publishable key that stands in every page.

use std::fs;

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::backend::{Backend, Keys, MASTER_KEY};
use crate::client::{ORIGIN, Shop, ask, post, submission, with};
use crate::identity::{signed, within};
use crate::links::{decision, links, look, page, path, press, shop};

crate::scenarios! {
    a_copy_of_the_database_shows_no_secret
    a_copy_of_the_database_signs_nothing
    the_master_key_is_replaced_while_everything_works
    a_shop_that_missed_the_new_master_key_says_so
}

const TWILIO_TOKEN: &str = "0123456789abcdef0123456789abcdef";
const META_SECRET: &str = "fedcba9876543210fedcba9876543210";
const META_WORD: &str = "the-word-of-this-shop-for-meta";

/// Returns the bytes of the database files, with those that SQLite has not yet moved into them.
fn bytes_on_disk(backend: &mut dyn Backend) -> Vec<u8> {
    backend.crash();
    let files = backend.databases().into_iter();
    let all = files.flat_map(|file| [file.clone(), format!("{}-wal", file.display()).into()]);
    all.filter_map(|file| fs::read(file).ok()).flatten().collect()
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(text).finalize().into_bytes().to_vec()
}

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

/// Returns one column of one table of the stored data.
fn stored(backend: &mut dyn Backend, from: &str, column: &str) -> Vec<String> {
    let mut found = Vec::new();
    backend.each_table(&mut |database, table| {
        if table == from {
            let mut rows = database.prepare(&format!("SELECT {column} FROM {table}")).unwrap();
            let cell = |row: &rusqlite::Row<'_>| row.get::<_, Option<String>>(0);
            found.extend(rows.query_map([], cell).unwrap().filter_map(Result::unwrap));
        }
    });
    found
}

fn a_copy_of_the_database_shows_no_secret(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let twilio = json!({ "secret": TWILIO_TOKEN });
    ask(backend, Method::PUT, "/v1/providers/twilio", &shop.secret, &twilio).ok();
    let meta = json!({ "secret": META_SECRET, "verify_token": META_WORD });
    ask(backend, Method::PUT, "/v1/providers/meta", &shop.secret, &meta).ok();
    // An answer with a secret is kept for a day, so that a repetition gets the same one.
    let new = json!({ "kind": "sk", "name": "pages", "scopes": ["capture"] });
    let headers = [("authorization", &*crate::client::bearer(&shop.secret)), ("idempotency-key", "once")];
    let again = |backend: &dyn Backend| {
        let all = [&headers[..], &[("content-type", "application/json")]].concat();
        crate::client::send(backend, Method::POST, "/v1/keys", &all, new.to_string()).ok()["key"].clone()
    };
    let key = again(backend).as_str().unwrap().to_owned();
    let hook = json!({ "url": "https://hooks.shop.example/placet" });
    let hook = crate::client::send(
        backend,
        Method::POST,
        "/v1/webhooks",
        &[headers[0], ("idempotency-key", "hook"), ("content-type", "application/json")],
        hook.to_string(),
    );
    let webhook_secret = hook.ok()["secret"].as_str().unwrap().to_owned();

    let bytes = bytes_on_disk(backend);
    for (what, secret) in [
        ("the provider's secret", TWILIO_TOKEN),
        ("the provider's other secret", META_SECRET),
        ("the provider's word", META_WORD),
        ("a key", &shop.secret[3..]),
        ("a kept key", &key[3..]),
        ("a webhook's secret", webhook_secret.trim_start_matches("whsec_")),
        ("the master key", MASTER_KEY),
    ] {
        assert!(!contains(&bytes, secret), "{what} is in the database");
    }
    assert!(contains(&bytes, "sealed:"), "the search reads the right files");
    // What is sealed still works.
    assert_eq!(again(backend), json!(key));
    let known = ask(backend, Method::GET, "/v1/providers", &shop.secret, &Value::Null).ok();
    assert_eq!(known["providers"].as_array().unwrap().len(), 2);
    let verify = known["providers"][0]["url"].as_str().unwrap().splitn(4, '/').nth(3).unwrap().to_owned();
    let greeting = format!("/{verify}?hub.mode=subscribe&hub.verify_token={META_WORD}&hub.challenge=7");
    assert_eq!(look(backend, Method::GET, &greeting).text, "7");
}

fn a_copy_of_the_database_signs_nothing(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let hashes = stored(backend, "api_key", "hash");
    assert!(!hashes.is_empty());
    let known = with(with(submission(), "/contact", jane()), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    ask(
        backend,
        Method::POST,
        "/v1/suppressions",
        &shop.secret,
        &json!({ "email": "gone@example.com", "reason": "asked" }),
    )
    .ok();

    // An identity token under whatever the file holds.
    let claims = json!({ "aud": "placet", "scope": "capture read", "email": "jane@example.com", "exp": within(600) });
    let keys: Vec<String> = hashes.iter().cloned().chain(stored(backend, "api_key", "identity")).collect();
    for key in &keys {
        let encoded = |text: &str| Base64Url::encode_string(text.as_bytes());
        let body = format!("{}.{}", encoded(r#"{"alg":"HS256","typ":"JWT"}"#), encoded(&claims.to_string()));
        for proof in
            [hmac(key.as_bytes(), body.as_bytes()), hmac(&hmac(key.as_bytes(), b"placet identity"), body.as_bytes())]
        {
            let token = format!("{body}.{}", Base64Url::encode_string(&proof));
            let asked = json!({ "identity": token });
            let answer = post(backend, "/v1/preferences", &shop.publishable, ORIGIN, &asked);
            assert!(answer.body["addresses"].as_array().is_none_or(Vec::is_empty), "{}", answer.text);
            let no = json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_out" }]);
            let no = with(with(with(submission(), "/contact", jane()), "/choices", no), "/identity", json!(token));
            shop.submit(backend, &no);
            assert_eq!(decision(backend, &shop, "email", jane())["allow"], true, "a forged token unsubscribes nobody");
        }
    }
    // The shop's own token does both.
    let own = json!({ "identity": signed(&shop.secret, &claims) });
    assert!(
        !post(backend, "/v1/preferences", &shop.publishable, ORIGIN, &own).ok()["addresses"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    // A look-up of an address among the suppressions, under whatever the file holds.
    let suppressions = stored(backend, "suppression", "hash");
    let sealed = stored(backend, "shop", "secret");
    assert!(sealed.iter().all(|secret| secret.starts_with("sealed:")), "{sealed:?}");
    let mut guesses: Vec<Vec<u8>> = vec![Vec::new()];
    for text in sealed.iter().chain(&keys) {
        guesses.push(text.as_bytes().to_vec());
        guesses.extend(text.rsplit(':').next().and_then(|text| Base64Url::decode_vec(text).ok()));
    }
    let content = b"suppression\0email\0gone@example.com";
    for guess in &guesses {
        for hash in [hmac(guess, content), Sha256::digest([guess.as_slice(), content].concat()).to_vec()] {
            assert!(!suppressions.contains(&Base64Url::encode_string(&hash)));
        }
        for window in guess.windows(32) {
            assert!(!suppressions.contains(&Base64Url::encode_string(&hmac(window, content))));
        }
    }
    assert!(!suppressions.is_empty());
}

/// The master keys of a rotation: the first one, the new one, and the ring with both.
fn rotation() -> [Keys; 2] {
    let new = "1:the-new-master-key-of-the-tests-0123456789";
    let keys = |master: String| Keys { master, naming: MASTER_KEY.to_owned() };
    [keys(format!("{new} 0:{MASTER_KEY}")), keys(new.to_owned())]
}

fn the_master_key_is_replaced_while_everything_works(backend: &mut dyn Backend) {
    let [both, new] = rotation();
    let shop = shop(backend);
    let known = with(with(submission(), "/contact", jane()), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    let old_link = path(&links(backend, &shop, jane(), "?channel=email")[0]["preferences"]);
    let identity = signed(
        &shop.secret,
        &json!({ "aud": "placet", "scope": "read", "email": "jane@example.com", "exp": within(600) }),
    );
    let asked = json!({ "identity": identity });
    let seen = post(backend, "/v1/preferences", &shop.publishable, ORIGIN, &asked).ok();

    backend.turn_keys(both);
    // Old keys, links and tokens work, and so does what depends on the shop's own secret.
    assert_eq!(post(backend, "/v1/preferences", &shop.publishable, ORIGIN, &asked).ok(), seen);
    page(&look(backend, Method::GET, &old_link), 200);
    let key = json!({ "kind": "sk", "name": "new", "scopes": ["read", "write", "messages", "admin"] });
    let key = ask(backend, Method::POST, "/v1/keys", &shop.secret, &key).ok()["key"].as_str().unwrap().to_owned();
    assert_eq!(key.len(), 3 + 66, "the new key names its master key");
    let fresh = Shop { id: shop.id.clone(), publishable: shop.publishable.clone(), secret: key };
    let new_link = path(&links(backend, &fresh, jane(), "?channel=email")[0]["preferences"]);
    let sealed = stored(backend, "shop", "secret");
    assert!(sealed.iter().all(|secret| secret.starts_with("sealed:1:")), "the shop's secret is sealed again");

    backend.turn_keys(new);
    ask(backend, Method::GET, "/v1/keys", &shop.secret, &Value::Null).problem(401, "invalid_key", None);
    ask(backend, Method::GET, "/v1/storefront", &shop.publishable, &Value::Null).problem(401, "invalid_key", None);
    page(&look(backend, Method::GET, &old_link), 404);
    page(&press(backend, &old_link, "action=stop"), 404);
    assert_eq!(decision(backend, &fresh, "email", jane())["allow"], true, "the old link does nothing");
    page(&look(backend, Method::GET, &new_link), 200);
    page(&press(backend, &new_link, "action=stop"), 200);
    assert_eq!(decision(backend, &fresh, "email", jane())["allow"], false);
}

fn a_shop_that_missed_the_new_master_key_says_so(backend: &mut dyn Backend) {
    let [both, new] = rotation();
    let shop = shop(backend);
    let only_new = placet::api::Secrets::new(&new.master, &new.naming, crate::backend::ROOT_SECRET).unwrap();
    let id = placet::api::ShopId::parse(&shop.id).unwrap();
    let unknown = only_new.mint(placet::api::KeyKind::Secret, id, crate::backend::random());
    let before = backend.rows();
    backend.turn_keys(new);
    // The shop was never awake while both keys were set, so its secret cannot be opened. Nothing is lost.
    ask(backend, Method::GET, "/v1/keys", &unknown, &Value::Null).problem(500, "internal", None);
    backend.turn_keys(both);
    ask(backend, Method::GET, "/v1/keys", &shop.secret, &Value::Null).ok();
    assert_eq!(backend.rows(), before);
}
