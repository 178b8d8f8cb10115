//! The proof that somebody sits at the page, which a shop can require of anonymous submissions.

use base64ct::{Base64, Encoding};
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::backend::{Backend, Native, TURNSTILE_SECRET, Workerd, random};
use crate::client::{ORIGIN, Shop, post, send, shop_body, submission, with};
use crate::identity::{signed, within};
use crate::receiver::Receiver;

crate::scenarios! {
    an_anonymous_submission_needs_a_solution_which_counts_once
    a_vouched_submission_and_a_request_need_no_proof
    a_setting_that_is_no_proof_is_refused
}

fn shop(backend: &mut dyn Backend, presence: &str) -> Shop {
    Shop::create_with(backend, &with(shop_body(), "/limits", json!({ "presence": presence, "visitor": 1000 })))
}

/// Returns a submission with an id of its own and this proof.
fn proven(presence: &str) -> Value {
    let own = with(submission(), "/id", json!(uuid::Uuid::from_bytes(random()).to_string()));
    with(own, "/presence", json!(presence))
}

fn challenge(backend: &dyn Backend, shop: &Shop) -> Value {
    let path = format!("/v1/storefront/{}/challenge", shop.publishable);
    send(backend, Method::GET, &path, &[("origin", ORIGIN)], "").ok()
}

/// Solves a challenge as a page does: by trying every number.
fn solve(challenge: &Value) -> Value {
    let (salt, wanted) = (challenge["salt"].as_str().unwrap(), challenge["challenge"].as_str().unwrap());
    let is_it = |number: &u64| base16ct::lower::encode_string(&Sha256::digest(format!("{salt}{number}"))) == wanted;
    let number = (0..=challenge["maxnumber"].as_u64().unwrap()).find(is_it).unwrap();
    with(challenge.clone(), "/number", json!(number))
}

fn written(solution: &Value) -> String {
    Base64::encode_string(solution.to_string().as_bytes())
}

fn an_anonymous_submission_needs_a_solution_which_counts_once(backend: &mut dyn Backend) {
    let (shop, other) = (shop(backend, "altcha"), shop(backend, "altcha"));
    assert_eq!(shop.storefront(backend, &[("origin", ORIGIN)]).ok()["presence"], "altcha");
    let solution = solve(&challenge(backend, &shop));
    let rows = backend.rows();
    shop.submit(backend, &submission()).problem(403, "presence_required", None);
    let salt = solution["salt"].as_str().unwrap();
    let later = salt.replace("?expires=", "?expires=9");
    for (field, value) in [
        ("/number", json!(solution["number"].as_u64().unwrap() + 1)),
        ("/number", json!(-1)),
        ("/salt", json!(later)),
        ("/salt", json!(format!("{salt}1"))),
        ("/signature", json!("")),
        ("/signature", json!("0".repeat(64))),
        ("/signature", json!(7)),
    ] {
        let forged = written(&with(solution.clone(), field, value));
        shop.submit(backend, &proven(&forged)).problem(403, "presence_required", None);
    }
    for forged in ["", "x", "bnVsbA==", &"A".repeat(100_000)[..2_000]] {
        shop.submit(backend, &proven(forged)).problem(403, "presence_required", None);
    }
    other.submit(backend, &proven(&written(&solution))).problem(403, "presence_required", None);
    assert_eq!(backend.rows(), rows, "a refused submission stores nothing");

    let own = proven(&written(&solution));
    shop.submit(backend, &own).ok();
    shop.submit(backend, &own).problem(403, "presence_required", None);
    // The same submission with a new solution is a repetition.
    let again = solve(&challenge(backend, &shop));
    shop.submit(backend, &with(own, "/presence", json!(written(&again)))).ok();

    // A solution that came with a bad submission can be sent again.
    let solution = solve(&challenge(backend, &shop));
    let bad = with(proven(&written(&solution)), "/source/kind", json!("a form"));
    shop.submit(backend, &bad).problem(422, "invalid_token", Some("/source/kind"));
    shop.submit(backend, &proven(&written(&solution))).ok();
}

fn a_vouched_submission_and_a_request_need_no_proof(backend: &mut dyn Backend) {
    let shop = shop(backend, "altcha");
    let claims = json!({ "aud": "placet", "scope": "capture", "email": "jane@example.com", "iat": within(0), "exp": within(600) });
    let token = signed(&shop.secret, &claims);
    shop.submit(backend, &with(proven(""), "/identity", json!(token))).ok();
    shop.submit_from_server(backend, &with(submission(), "/assurance", json!("claimed"))).ok();
    let request = json!({ "kind": "access", "contact": { "email": "jane@example.com" }, "locale": "en" });
    assert_eq!(post(backend, "/v1/requests", &shop.publishable, ORIGIN, &request).status.as_u16(), 202);
}

fn a_setting_that_is_no_proof_is_refused(backend: &mut dyn Backend) {
    let body = with(shop_body(), "/limits", json!({ "presence": "captcha" }));
    post(backend, "/v1/shops", crate::backend::ROOT_SECRET, "", &body).problem(
        422,
        "unknown_presence",
        Some("/limits/presence"),
    );
}

#[test]
fn a_challenge_ends_after_twenty_minutes() {
    let mut backend = Native::start();
    let shop = shop(&mut backend, "altcha");
    let solution = written(&solve(&challenge(&backend, &shop)));
    backend.pass(20 * 60_000 + 1_000);
    shop.submit(&backend, &proven(&solution)).problem(403, "presence_required", None);
}

#[test]
fn turnstile_is_asked_on_the_native_service() {
    let turnstile = Receiver::start();
    turnstile_is_asked(&mut Native::with_turnstile(&turnstile.url), &turnstile);
}

#[test]
fn turnstile_is_asked_in_workerd() {
    let turnstile = Receiver::start();
    turnstile_is_asked(&mut Workerd::with_turnstile(&turnstile.url), &turnstile);
}

fn turnstile_is_asked(backend: &mut dyn Backend, turnstile: &Receiver) {
    let shop = shop(backend, "turnstile");
    let host = ORIGIN.split_once("//").unwrap().1;
    let rows = backend.rows();
    shop.submit(backend, &submission()).problem(403, "presence_required", None);
    assert!(turnstile.all().is_empty(), "without a token there is nothing to ask");
    for (answer, status, code) in [
        (json!({ "success": false, "error-codes": ["timeout-or-duplicate"] }), 403, "presence_required"),
        (json!({ "success": true, "hostname": "elsewhere.example" }), 403, "presence_required"),
        (json!({ "success": true }), 403, "presence_required"),
        (json!("no answer"), 503, "presence_unchecked"),
    ] {
        turnstile.answers_with(&answer);
        shop.submit(backend, &proven("a token")).problem(status, code, None);
    }
    turnstile.answers("500 Internal Server Error");
    shop.submit(backend, &proven("a token")).problem(503, "presence_unchecked", None);
    turnstile.answers_with(&json!({ "success": true, "hostname": host, "padding": "x".repeat(2 << 20) }));
    shop.submit(backend, &proven("a token")).problem(503, "presence_unchecked", None);
    assert_eq!(backend.rows(), rows);

    turnstile.answers_with(&json!({ "success": true, "hostname": host, "challenge_ts": "2026-12-01T10:00:00Z" }));
    shop.submit(backend, &proven("a token")).ok();
    let asked = turnstile.all().pop().unwrap();
    assert_eq!(asked.json(), json!({ "secret": TURNSTILE_SECRET, "response": "a token" }));
    // A longer token is none of theirs, and they are not asked.
    let before = turnstile.all().len();
    shop.submit(backend, &proven(&"x".repeat(2_049))).problem(403, "presence_required", None);
    assert_eq!(turnstile.all().len(), before);
}
