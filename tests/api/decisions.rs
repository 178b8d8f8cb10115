//! Decisions through the API: every reason for a deny, and the law that each answer names.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{Answer, Shop, bearer, historic, post, send, shop_body, standing, submission, with};

crate::scenarios! {
    every_reason_for_a_deny_can_occur
    a_decision_names_its_law_and_its_end
    decisions_about_many_contacts_keep_the_order_of_the_request
    a_decision_about_the_past_uses_the_records_of_that_time
    a_basis_without_its_evidence_is_refused_with_a_pointer_to_it
    an_activity_extends_the_time_limit_of_a_ground
    an_override_is_repeated_in_every_decision_under_it
    an_objection_covers_all_addresses_of_the_person
    a_suppression_stores_no_address
    facts_from_a_list_never_replace_vouched_for_facts
    a_restriction_stops_all_use_until_it_is_lifted
    decisions_need_a_secret_key
    an_invalid_request_for_a_decision_changes_nothing
}

/// Creates a shop that uses every channel and has a purpose of each kind.
fn shop(backend: &dyn Backend, policy: Value) -> Shop {
    let body = with(shop_body(), "/channels", json!(["email", "sms", "phone", "post"]));
    let body = with(body, "/purposes", json!(["newsletter", "offers", "order_updates"]));
    Shop::create_with(backend, &with(body, "/policy", policy))
}

fn post_secret(backend: &dyn Backend, shop: &Shop, path: &str, body: &Value) -> Answer {
    post(backend, path, &shop.secret, "", body)
}

fn decide(backend: &dyn Backend, shop: &Shop, channel: &str, purpose: &str, contact: Value) -> Value {
    let body = json!({ "channel": channel, "purpose": purpose, "contact": contact });
    post_secret(backend, shop, "/v1/decisions", &body).ok()
}

/// Returns a submission of the shop's server about one channel.
fn told(contact: Value, assurance: &str, choice: Value) -> Value {
    let body = with(with(submission(), "/contact", contact), "/assurance", json!(assurance));
    with(body, "/choices", json!([choice]))
}

fn yes(channel: &str) -> Value {
    json!({ "channel": channel, "purpose": "newsletter", "choice": "opt_in" })
}

fn sale(channel: &str) -> Value {
    let evidence = json!({ "dealing": "purchase", "reference": "order 1001", "refusal_offered": true,
        "own_similar_products": true });
    with(with(yes(channel), "/basis", json!("soft_opt_in")), "/evidence", evidence)
}

fn a_new_id() -> String {
    submission()["id"].as_str().unwrap().to_owned()
}

fn every_reason_for_a_deny_can_occur(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({ "confirmation": ["sms"] }));
    let tell = |body: Value| shop.submit_from_server(backend, &body).ok();
    let email = |name: &str| json!({ "email": format!("{name}@example.com") });
    let from = |name: &str, country: &str| with(email(name), "/country", json!(country));

    let customer = |name: &str, country: &str| with(from(name, country), "/external", json!(format!("shop:{name}")));

    tell(told(customer("declined", "FR"), "claimed", with(yes("email"), "/choice", json!("declined"))));
    tell(told(from("left", "FR"), "authenticated", with(yes("email"), "/choice", json!("opt_out"))));
    let objection = with(with(yes("email"), "/choice", json!("opt_out")), "/objection", json!(true));
    tell(told(from("objected", "FR"), "authenticated", objection));
    let suppressed = json!({ "email": "suppressed@example.com", "reason": "asked" });
    post_secret(backend, &shop, "/v1/suppressions", &suppressed).ok();
    let restricted = tell(told(from("restricted", "FR"), "authenticated", yes("email")))["contact"].clone();
    let path = format!("/v1/contacts/{}/restriction", restricted.as_str().unwrap());
    let headers = [("authorization", &*bearer(&shop.secret)), ("content-type", "application/json")];
    let body = json!({ "restricted": true, "reason": "disputes the address" });
    send(backend, Method::PUT, &path, &headers, body.to_string()).ok();
    tell(told(json!({ "phone": "+393331234567", "country": "IT" }), "authenticated", sale("sms")));
    let child = with(from("child", "DE"), "/born", json!("2015-05-01"));
    tell(told(child, "authenticated", yes("email")));
    let old = told(from("lapsed", "FR"), "authenticated", yes("email"));
    tell(with(old, "/occurred_at", json!("2020-01-01T00:00:00Z")));
    tell(told(customer("waiting", "DE"), "claimed", yes("email")));
    let known = tell(told(from("allowed", "FR"), "authenticated", yes("email")))["contact"].clone();

    let expected = [
        ("email", email("stranger"), Some("never_asked"), "any"),
        ("email", email("declined"), Some("declined"), "fr-mail"),
        ("email", email("left"), Some("opted_out"), "fr-mail"),
        ("email", email("objected"), Some("objected"), "fr-mail"),
        ("email", email("suppressed"), Some("suppressed"), "any"),
        ("push", email("allowed"), Some("channel_off"), "eu-push"),
        ("sms", json!({ "id": known }), Some("no_address"), "fr-mail"),
        ("email", email("restricted"), Some("restricted"), "fr-mail"),
        ("sms", json!({ "phone": "+393331234567" }), Some("basis_not_accepted"), "it-messaging"),
        ("email", email("child"), Some("under_age"), "de-email"),
        ("email", email("lapsed"), Some("expired"), "fr-mail"),
        ("email", email("waiting"), Some("awaiting_confirmation"), "de-email"),
        ("email", email("allowed"), None, "fr-mail"),
    ];
    for (channel, contact, reason, rule) in expected {
        let answer = decide(backend, &shop, channel, "newsletter", contact.clone());
        let decision = &answer["decision"];
        assert_eq!((&decision["allow"], &decision["reason"]), (&json!(reason.is_none()), &json!(reason)), "{answer}");
        assert_eq!(decision["rule"]["id"], rule, "{answer}");
        assert!(decision["explain"].as_array().unwrap().len() >= 2, "{answer}");
        // The answer does not repeat the address in the request.
        assert!(!answer.to_string().contains('@'), "{answer}");
    }
}

fn a_decision_names_its_law_and_its_end(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({ "confirmation": [] }));
    let contact = json!({ "email": "jane@example.com", "country": "FR" });
    let sent = with(told(contact, "authenticated", yes("email")), "/occurred_at", json!("2026-01-31T10:00:00Z"));
    let receipt = shop.submit_from_server(backend, &sent).ok();
    let answer = decide(backend, &shop, "email", "newsletter", json!({ "email": "jane@example.com" }));
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let expected = json!({
        "allow": true,
        "reason": null,
        "record": report["records"][0]["id"],
        "basis": "consent",
        "dealing": null,
        "rule": { "id": "fr-mail", "law": "CPCE", "article": "L.34-5; CNIL, référentiel gestion commerciale" },
        "until": "2029-01-31T10:00:00.000Z",
        "override": null,
        "explain": [
            "Rule fr-mail applies: CPCE, L.34-5; CNIL, référentiel gestion commerciale.",
            "The consent of 2026-01-31T10:00:00.000Z, vouched for by the shop, stands.",
            "Allowed until 2029-01-31T10:00:00.000Z, unless something is recorded before.",
        ],
    });
    assert_eq!(answer, json!({ "contact": receipt["contact"], "decision": expected }));
    // The contact report says the same.
    let entry = standing(&report, "email", "newsletter").as_object().unwrap().clone();
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&entry[name], value, "{name}");
    }
}

fn decisions_about_many_contacts_keep_the_order_of_the_request(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({}));
    let contact = json!({ "email": "jane@example.com", "phone": "+447700900123", "country": "GB" });
    let both = told(contact, "authenticated", yes("email"));
    let both = with(both, "/choices", json!([yes("email"), yes("sms")]));
    let sent = with(both, "/contact/external", json!("shopify:7"));
    let id = shop.submit_from_server(backend, &sent).ok()["contact"].clone();
    let contacts = json!([
        { "email": "jane@example.com" }, { "email": "jane" }, { "phone": "+447700900123" }, { "phone": "+447700900999" },
        { "external": "shopify:7" }, { "external": "shopify:8" }, { "id": id }, { "id": a_new_id() },
        { "email": "JANE@example.com", "phone": "+447700900123" }, {}, { "email": " JANE@EXAMPLE.COM " },
    ]);
    let ask = |channel: &str| {
        let body = json!({ "channel": channel, "purpose": "newsletter", "contacts": contacts });
        let answer = post_secret(backend, &shop, "/v1/decisions", &body).ok();
        let told = |one: &Value| match (&one["decision"]["allow"], &one["error"]["type"]) {
            (Value::Bool(true), _) => "allow".to_owned(),
            (Value::Bool(false), _) => one["decision"]["reason"].as_str().unwrap().to_owned(),
            (_, error) => error.as_str().unwrap().replace("urn:placet:problem:", ""),
        };
        let decisions = answer["decisions"].as_array().unwrap().clone();
        assert!(decisions.iter().all(|one| one["decision"].get("explain").is_none()), "not asked for");
        (decisions.iter().map(told).collect::<Vec<_>>(), decisions)
    };
    let (email, answers) = ask("email");
    let expected = [
        "allow",
        "invalid_email",
        "allow",
        "no_address",
        "allow",
        "contact_not_found",
        "allow",
        "contact_not_found",
        "ambiguous_lookup",
        "ambiguous_lookup",
        "allow",
    ];
    assert_eq!(email, expected);
    // The decision includes the address to write to, unless the caller asked by that address.
    let addresses: Vec<&Value> = [0, 2, 4, 6].iter().map(|at| &answers[*at]["address"]).collect();
    assert_eq!(json!(addresses), json!([null, "jane@example.com", "jane@example.com", "jane@example.com"]));
    assert_eq!(answers[1]["error"]["errors"][0]["pointer"], "/contacts/1/email");
    let (sms, _) = ask("sms");
    assert_eq!((&*sms[0], &*sms[2], &*sms[3]), ("allow", "allow", "never_asked"));

    let many = |number: usize| {
        let contacts: Vec<Value> = (0..number).map(|at| json!({ "email": format!("{at}@example.com") })).collect();
        json!({ "channel": "email", "purpose": "newsletter", "contacts": contacts })
    };
    let answer = post_secret(backend, &shop, "/v1/decisions", &many(2_500)).ok();
    assert_eq!(answer["decisions"].as_array().unwrap().len(), 2_500);
    post_secret(backend, &shop, "/v1/decisions", &many(10_001)).problem(422, "too_many_contacts", Some("/contacts"));
}

fn a_decision_about_the_past_uses_the_records_of_that_time(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({}));
    let contact = || json!({ "email": "jane@example.com", "country": "FR" });
    let at = |choice: &str, when: &str| {
        let sent = told(contact(), "authenticated", with(yes("email"), "/choice", json!(choice)));
        shop.submit_from_server(backend, &historic(sent, when)).ok();
    };
    at("opt_in", "2026-01-01T00:00:00Z");
    at("opt_out", "2026-02-01T00:00:00Z");
    at("opt_in", "2026-03-01T00:00:00Z");
    at("opt_out", "2026-04-01T00:00:00Z");
    for (when, reason) in [
        ("2025-12-31T23:59:59.999Z", Some("never_asked")),
        ("2026-01-01T00:00:00Z", None),
        ("2026-01-31T23:59:59.999Z", None),
        ("2026-02-01T00:00:00Z", Some("opted_out")),
        ("2026-03-15T00:00:00Z", None),
        ("2026-04-01T00:00:00Z", Some("opted_out")),
        ("2036-01-01T00:00:00Z", Some("opted_out")),
    ] {
        let body = json!({ "channel": "email", "purpose": "newsletter", "at": when,
            "contact": { "email": "jane@example.com" } });
        let answer = post_secret(backend, &shop, "/v1/decisions", &body).ok();
        assert_eq!(answer["decision"]["reason"], json!(reason), "{when}: {answer}");
    }
    // Until 11 August 2026, French law allowed calls to numbers that had been looked up in the register.
    let called = json!({ "phone": "+33612345678", "country": "FR" });
    let interest = with(yes("phone"), "/basis", json!("legitimate_interest"));
    let interest = with(interest, "/evidence", json!({ "assessment": "LIA-7" }));
    let sent = with(told(called, "staff", interest), "/occurred_at", json!("2026-07-01T00:00:00Z"));
    let sent = with(sent, "/choices/0/evidence/reason", json!("list of the trade fair"));
    shop.submit_from_server(backend, &sent).ok();
    let screened = json!({ "contact": { "phone": "+33612345678" },
        "activities": [{ "activity": "screened", "channel": "phone", "occurred_at": "2026-07-20T00:00:00Z" }] });
    assert_eq!(post_secret(backend, &shop, "/v1/activities", &screened).ok(), json!({ "addresses": 1 }));
    let ask = |when: &str| {
        let body = json!({ "channel": "phone", "purpose": "newsletter", "at": when,
            "contact": { "phone": "+33612345678" } });
        post_secret(backend, &shop, "/v1/decisions", &body).ok()["decision"].clone()
    };
    let then = ask("2026-08-01T00:00:00Z");
    assert_eq!((&then["allow"], &then["until"]), (&json!(true), &json!("2026-08-10T22:00:00.000Z")), "{then}");
    assert_eq!(then["rule"]["id"], "fr-phone-until-2026");
    let now = ask("2026-08-10T22:00:00Z");
    assert_eq!((&now["reason"], &now["rule"]["id"]), (&json!("basis_not_accepted"), &json!("fr-phone")));
}

fn a_basis_without_its_evidence_is_refused_with_a_pointer_to_it(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({ "transactional": ["order_updates"] }));
    let before = backend.rows();
    let contact = || json!({ "email": "jane@example.com", "phone": "+447700900123" });
    let of = |basis: &str, evidence: Value| with(with(yes("email"), "/basis", json!(basis)), "/evidence", evidence);
    let soft = |left_out: &str| {
        let mut choice = sale("email");
        choice["evidence"].as_object_mut().unwrap().remove(left_out);
        choice
    };
    for (assurance, choice, missing) in [
        ("authenticated", soft("dealing"), "dealing"),
        ("authenticated", soft("reference"), "reference"),
        ("authenticated", soft("refusal_offered"), "refusal_offered"),
        ("authenticated", soft("own_similar_products"), "own_similar_products"),
        ("authenticated", with(sale("email"), "/evidence/dealing", json!("inquiry")), "dealing"),
        ("authenticated", of("implied", json!({ "dealing": "inquiry" })), "reference"),
        ("authenticated", of("implied", json!({ "reference": "mail of May" })), "dealing"),
        ("authenticated", of("legitimate_interest", json!({ "reference": "x" })), "assessment"),
        ("staff", yes("email"), "reason"),
        ("confirmed", yes("email"), "confirmed_by"),
        // A confirmation by email does not prove consent to calls (BGH I ZR 164/09).
        ("confirmed", with(yes("phone"), "/evidence", json!({ "confirmed_by": "email" })), "confirmed_by"),
    ] {
        let answer = shop.submit_from_server(backend, &told(contact(), assurance, choice.clone()));
        answer.problem(422, "missing_evidence", Some(&format!("/choices/0/evidence/{missing}")));
    }
    let contract = with(of("contract", json!({ "reference": "order 1001" })), "/purpose", json!("newsletter"));
    let answer = shop.submit_from_server(backend, &told(contact(), "authenticated", contract.clone()));
    answer.problem(422, "basis_not_accepted", Some("/choices/0/basis"));
    // An implied consent counts from the purchase or inquiry, not from the time of the report, so it needs
    // `occurred_at`.
    let bought = of("implied", json!({ "dealing": "purchase", "reference": "order 1001" }));
    let undated = with(told(contact(), "authenticated", bought), "/occurred_at", Value::Null);
    shop.submit_from_server(backend, &undated).problem(422, "missing_evidence", Some("/occurred_at"));
    let unshown = told(contact(), "authenticated", yes("email"));
    let mut unshown = unshown.as_object().unwrap().clone();
    unshown.remove("notice");
    shop.submit_from_server(backend, &json!(unshown)).problem(422, "missing_field", Some("/notice"));
    assert_eq!(backend.rows(), before);

    // With their evidence they are accepted, and the report contains it.
    let confirmed = with(yes("phone"), "/evidence", json!({ "confirmed_by": "sms" }));
    shop.submit_from_server(backend, &told(contact(), "confirmed", confirmed)).ok();
    unshown.insert("choices".into(), json!([sale("email"), with(contract, "/purpose", json!("order_updates"))]));
    shop.submit_from_server(backend, &json!(unshown)).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(report["records"][0]["evidence"], json!({ "confirmed_by": "sms" }));
    assert_eq!(report["records"][1]["evidence"], sale("email")["evidence"]);
    assert_eq!(report["records"][1]["notice"], Value::Null);
    let contract = standing(&report, "email", "order_updates");
    assert_eq!((&contract["allow"], &contract["rule"]["id"]), (&json!(true), &json!("transactional")));
}

fn an_activity_extends_the_time_limit_of_a_ground(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({}));
    let contact = json!({ "email": "jane@example.com", "phone": "+33612345678", "country": "FR" });
    let old = with(told(contact, "authenticated", yes("email")), "/occurred_at", json!("2020-01-01T00:00:00Z"));
    shop.submit_from_server(backend, &old).ok();
    let ask =
        || decide(backend, &shop, "email", "newsletter", json!({ "email": "jane@example.com" }))["decision"].clone();
    assert_eq!(ask()["reason"], "expired");
    let note = |activity: &str, when: &str| {
        let body = json!({ "contact": { "email": "jane@example.com" },
            "activities": [{ "activity": activity, "occurred_at": when }] });
        post_secret(backend, &shop, "/v1/activities", &body).ok()
    };
    // In France a message from the shop does not extend the period of a consent.
    note("used", "2026-01-01T00:00:00Z");
    assert_eq!(ask()["reason"], "expired");
    // A contact by the person extends it for all their addresses, whichever address they used.
    assert_eq!(note("contacted", "2026-06-30T12:00:00Z"), json!({ "addresses": 2 }));
    note("contacted", "2025-01-01T00:00:00Z");
    assert_eq!(ask()["until"], "2029-06-30T12:00:00.000Z");
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let contacted = json!({ "address": "jane@example.com", "activity": "contacted", "channel": null, "purpose": null,
        "at": "2026-06-30T12:00:00.000Z" });
    assert!(report["activities"].as_array().unwrap().contains(&contacted), "{report}");
    let stranger = json!({ "contact": { "email": "nobody@example.com" }, "activities": [{ "activity": "used" }] });
    post_secret(backend, &shop, "/v1/activities", &stranger).problem(404, "contact_not_found", None);
}

fn an_override_is_repeated_in_every_decision_under_it(backend: &mut dyn Backend) {
    let loosened = json!({ "confirmation": [], "overrides": [
        { "rule": "de-email", "waive": ["confirmation"], "reason": "the address is read from the ID card in the shop" },
        { "rule": "us-phone", "accept": ["implied"], "reason": "every call is dialled by hand" },
    ] });
    let shop = shop(backend, loosened);
    let german = json!({ "email": "hans@example.de", "country": "DE", "external": "shop:9" });
    shop.submit_from_server(backend, &told(german, "claimed", yes("email"))).ok();
    let decision =
        decide(backend, &shop, "email", "newsletter", json!({ "email": "hans@example.de" }))["decision"].clone();
    let reason = "the address is read from the ID card in the shop";
    assert_eq!((&decision["allow"], &decision["override"]), (&json!(true), &json!(reason)));
    assert_eq!(decision["explain"][1], format!("The shop overrides this rule: {reason}"));

    let american = json!({ "phone": "+12025550143", "country": "US" });
    let bought = with(with(sale("phone"), "/basis", json!("implied")), "/purpose", json!("newsletter"));
    let sent = with(told(american, "authenticated", bought), "/occurred_at", json!("2026-01-15T00:00:00Z"));
    shop.submit_from_server(backend, &sent).ok();
    let decision =
        decide(backend, &shop, "phone", "newsletter", json!({ "phone": "+12025550143" }))["decision"].clone();
    assert_eq!((&decision["basis"], &decision["dealing"]), (&json!("implied"), &json!("purchase")));
    assert_eq!((&decision["allow"], &decision["until"]), (&json!(true), &json!("2027-07-15T00:00:00.000Z")));
    assert_eq!(decision["override"], "every call is dialled by hand");

    for (policy, code, at) in [
        (json!({ "overrides": [{ "rule": "de-email", "reason": " " }] }), "invalid_text", "/policy/overrides/0/reason"),
        (json!({ "overrides": [{ "rule": "de-fax", "reason": "x" }] }), "unknown_rule", "/policy/overrides/0/rule"),
        (
            json!({ "overrides": [{ "rule": "transactional", "reason": "x" }] }),
            "unknown_rule",
            "/policy/overrides/0/rule",
        ),
        (
            json!({ "overrides": [{ "rule": "de-email", "accept": ["contract"], "reason": "x" }] }),
            "unknown_basis",
            "/policy/overrides/0/accept/0",
        ),
        (
            json!({ "overrides": [{ "rule": "de-email", "waive": ["law"], "reason": "x" }] }),
            "unknown_waiver",
            "/policy/overrides/0/waive/0",
        ),
        (
            json!({ "overrides": [{ "rule": "de-email", "reason": "x" }, { "rule": "de-email", "reason": "y" }] }),
            "repeated_rule",
            "/policy/overrides/1/rule",
        ),
        (json!({ "overrides": [{ "rule": "de-email" }] }), "missing_field", "/policy/overrides/0/reason"),
        (json!({ "transactional": ["other"] }), "unknown_purpose", "/policy/transactional/0"),
        (json!({ "minimum_age": 121 }), "out_of_range", "/policy/minimum_age"),
        (json!({ "expires_after_months": 1201 }), "out_of_range", "/policy/expires_after_months"),
        (json!({ "bases": ["habit"] }), "unknown_basis", "/policy/bases/0"),
    ] {
        let body = with(shop_body(), "/policy", policy);
        post(backend, "/v1/shops", crate::backend::ROOT_SECRET, "", &body).problem(422, code, Some(at));
    }
}

fn an_objection_covers_all_addresses_of_the_person(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({ "transactional": ["order_updates"] }));
    let contact = json!({ "email": "jane@example.com", "phone": "+447700900123", "country": "GB" });
    let both = with(told(contact, "authenticated", yes("email")), "/choices", json!([yes("email"), yes("sms")]));
    shop.submit_from_server(backend, &with(both, "/occurred_at", json!("2026-01-01T00:00:00Z"))).ok();
    let order = json!({ "channel": "email", "purpose": "order_updates", "choice": "opt_in", "basis": "contract",
        "evidence": { "reference": "order 1001" } });
    shop.submit_from_server(backend, &told(json!({ "email": "jane@example.com" }), "authenticated", order)).ok();
    // The objection arrives by email and covers all advertising.
    let objection = json!({ "choice": "opt_out", "objection": true, "evidence": { "reason": "her letter of 3 May" } });
    let sent = told(json!({ "email": "jane@example.com" }), "staff", objection);
    shop.submit_from_server(backend, &historic(sent, "2026-02-01T00:00:00Z")).ok();

    let report = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    for (channel, purpose) in [("email", "newsletter"), ("sms", "newsletter"), ("sms", "offers")] {
        let entry = standing(&report, channel, purpose);
        assert_eq!((&entry["status"], &entry["reason"]), (&json!("opted_out"), &json!("objected")), "{entry}");
    }
    assert_eq!(standing(&report, "email", "order_updates")["allow"], true, "no advertising");
    // Neither an employee nor another sale ends the objection. The person's own verified opt-in does, for its channel
    // and purpose only.
    let staff = with(yes("email"), "/evidence", json!({ "reason": "she phoned" }));
    for (assurance, choice) in [("staff", staff), ("authenticated", sale("email")), ("reported", yes("email"))] {
        let sent = told(json!({ "email": "jane@example.com" }), assurance, choice);
        shop.submit_from_server(backend, &sent).ok();
        let answer = decide(backend, &shop, "email", "newsletter", json!({ "email": "jane@example.com" }));
        assert_eq!(answer["decision"]["reason"], "objected", "{assurance}");
    }
    let confirmed = with(yes("email"), "/evidence", json!({ "confirmed_by": "email" }));
    shop.submit_from_server(backend, &told(json!({ "email": "jane@example.com" }), "confirmed", confirmed)).ok();
    let report = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_eq!(standing(&report, "email", "newsletter")["allow"], true);
    assert_eq!(standing(&report, "sms", "newsletter")["reason"], "objected");
    // The objection also covers an address that is added later, on any basis.
    let joined = json!({ "email": "jane@example.com", "phone": "+447700900124", "country": "GB" });
    shop.submit_from_server(backend, &told(joined, "authenticated", sale("sms"))).ok();
    for contact in [json!({ "phone": "+447700900124" }), json!({ "phone": "+447700900123" })] {
        let answer = decide(backend, &shop, "sms", "newsletter", contact);
        assert_eq!(answer["decision"]["reason"], "objected", "{answer}");
    }
    let report = shop.lookup(backend, &json!({ "phone": "+447700900124" })).ok();
    let of_joined = |entry: &&Value| entry["address"] == "+447700900124" && entry["purpose"] == "newsletter";
    assert_eq!(report["standings"].as_array().unwrap().iter().find(of_joined).unwrap()["reason"], "objected");
    // Only an opt-out may leave channel or purpose open, and only with a secret key.
    let wide = json!({ "choice": "opt_in" });
    shop.submit_from_server(backend, &told(json!({ "email": "jane@example.com" }), "authenticated", wide)).problem(
        422,
        "not_specific",
        Some("/choices/0"),
    );
    let page = with(submission(), "/choices", json!([{ "choice": "opt_out" }]));
    shop.submit(backend, &page).problem(422, "missing_field", Some("/choices/0/channel"));
    let page = with(
        submission(),
        "/choices/0",
        json!({ "choice": "opt_out", "objection": true, "channel": "email",
        "purpose": "newsletter" }),
    );
    shop.submit(backend, &page).problem(422, "needs_secret_key", Some("/choices/0/objection"));
}

fn a_suppression_stores_no_address(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({}));
    let body = json!({ "phone": "+447700900555", "channel": "sms", "reason": "asked" });
    let first = post_secret(backend, &shop, "/v1/suppressions", &body);
    assert_eq!(first.status, StatusCode::CREATED);
    let first = first.ok();
    assert_eq!(post_secret(backend, &shop, "/v1/suppressions", &body).ok()["id"], first["id"]);
    assert_eq!((backend.rows()["suppression"], backend.rows()["address"]), (1, 0));
    let ask = |channel: &str, purpose: &str| {
        decide(backend, &shop, channel, purpose, json!({ "phone": "+44 7700 900555" }))["decision"].clone()
    };
    assert_eq!(
        (&ask("sms", "offers")["reason"], &ask("sms", "offers")["record"]),
        (&json!("suppressed"), &first["id"])
    );
    assert_eq!(ask("phone", "offers")["reason"], "never_asked");
    // A list, a form or a sale does not end the suppression. The person's own confirmed opt-in does.
    let contact = || json!({ "phone": "+447700900555", "country": "GB" });
    for (assurance, choice, reason) in [
        ("listed", yes("sms"), Some("suppressed")),
        ("claimed", yes("sms"), Some("suppressed")),
        ("authenticated", sale("sms"), Some("suppressed")),
        ("confirmed", with(yes("sms"), "/evidence", json!({ "confirmed_by": "sms" })), None),
    ] {
        let sent = with(told(contact(), assurance, choice), "/occurred_at", Value::Null);
        shop.submit_from_server(backend, &sent).ok();
        assert_eq!(ask("sms", "newsletter")["reason"], json!(reason), "{assurance}");
    }
    // A second suppression after that opt-in.
    post_secret(backend, &shop, "/v1/suppressions", &body).ok();
    assert_eq!(ask("sms", "newsletter")["reason"], "suppressed");
    let other = json!({ "phone": "+447700900555", "channel": "email", "reason": "x" });
    post_secret(backend, &shop, "/v1/suppressions", &other).problem(422, "no_address", Some("/channel"));
}

fn facts_from_a_list_never_replace_vouched_for_facts(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({}));
    let tell = |assurance: &str, contact: Value| {
        shop.submit_from_server(backend, &told(contact, assurance, yes("email"))).ok()
    };
    let place = || {
        let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
        (report["profile"]["country"].clone(), report["profile"]["region"].clone(), report["profile"]["born"].clone())
    };
    let jane = |country: &str| json!({ "email": "jane@example.com", "country": country });
    tell("authenticated", with(jane("US"), "/region", json!("FL")));
    tell("authenticated", jane("US"));
    assert_eq!(place(), (json!("US"), json!("FL"), Value::Null), "repeating the country does not remove the region");
    let listed = json!({ "email": "john@example.com" });
    tell("listed", listed.clone());
    tell("authenticated", listed.clone());
    tell("reported", listed);
    let report = shop.lookup(backend, &json!({ "email": "john@example.com" })).ok();
    assert_eq!(report["addresses"][0]["assurance"], "authenticated", "the fact with the highest assurance stays");
    tell("listed", with(jane("BR"), "/born", json!("1980-05-01")));
    assert_eq!(place(), (json!("US"), json!("FL"), json!("1980-05-01")), "only unknown facts are added");
    tell("authenticated", jane("DE"));
    assert_eq!(place(), (json!("DE"), Value::Null, json!("1980-05-01")));
}

fn a_restriction_stops_all_use_until_it_is_lifted(backend: &mut dyn Backend) {
    let shop = shop(backend, json!({}));
    let contact = json!({ "email": "jane@example.com", "country": "GB" });
    let id = shop.submit_from_server(backend, &told(contact, "authenticated", yes("email"))).ok()["contact"].clone();
    let path = format!("/v1/contacts/{}/restriction", id.as_str().unwrap());
    let put = |body: Value| {
        let headers = [("authorization", &*bearer(&shop.secret)), ("content-type", "application/json")];
        send(backend, Method::PUT, &path, &headers, body.to_string())
    };
    let report = put(json!({ "restricted": true, "reason": "disputes the address" })).ok();
    assert_eq!(report["restriction"]["reason"], "disputes the address");
    let entry = standing(&report, "email", "newsletter");
    assert_eq!((&entry["status"], &entry["reason"]), (&json!("opted_in"), &json!("restricted")));
    assert_eq!(
        (&entry["choice"], &entry["record"]),
        (&json!("opt_in"), &Value::Null),
        "the statement and the deciding record"
    );
    let again = put(json!({ "restricted": true, "reason": "still" })).ok();
    assert_eq!(again["restriction"]["since"], report["restriction"]["since"]);
    let lifted = put(json!({ "restricted": false, "reason": "settled" })).ok();
    assert_eq!(
        (&lifted["restriction"], &standing(&lifted, "email", "newsletter")["allow"]),
        (&Value::Null, &json!(true))
    );
    put(json!({ "restricted": true })).problem(422, "missing_field", Some("/reason"));
    put(json!({ "restricted": "yes", "reason": "x" })).problem(422, "wrong_type", Some("/restricted"));
    for id in [a_new_id(), "nobody".into()] {
        let path = format!("/v1/contacts/{id}/restriction");
        let headers = [("authorization", &*bearer(&shop.secret)), ("content-type", "application/json")];
        let body = json!({ "restricted": true, "reason": "x" }).to_string();
        send(backend, Method::PUT, &path, &headers, body).problem(404, "contact_not_found", None);
    }
}

fn decisions_need_a_secret_key(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    for path in ["/v1/decisions", "/v1/activities", "/v1/suppressions"] {
        let answer = post(backend, path, &shop.publishable, crate::client::ORIGIN, &json!({}));
        answer.problem(403, "wrong_scope", None);
        post(backend, path, "", "", &json!({})).problem(401, "missing_key", None);
    }
    let page = with(submission(), "/contact/relation", json!("business"));
    shop.submit(backend, &page).problem(422, "needs_secret_key", Some("/contact/relation"));
    let evidence = json!({ "reference": "x" });
    shop.submit(backend, &with(submission(), "/choices/0/evidence", evidence)).problem(
        422,
        "needs_secret_key",
        Some("/choices/0/evidence"),
    );
}

fn an_invalid_request_for_a_decision_changes_nothing(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let before = backend.rows();
    let question = json!({ "channel": "email", "purpose": "newsletter", "contact": { "email": "jane@example.com" } });
    for (pointer, value, code, at) in [
        ("/channel", json!("fax"), "unknown_channel", "/channel"),
        ("/purpose", json!("News"), "invalid_purpose", "/purpose"),
        ("/at", json!("now"), "invalid_time", "/at"),
        ("/contact", json!({ "id": "7" }), "invalid_id", "/contact/id"),
        ("/contact", json!({ "phone": "0770" }), "invalid_phone", "/contact/phone"),
        ("/contact", json!({ "name": "Jane" }), "unknown_field", "/contact/name"),
        ("/contacts", json!([]), "ambiguous_lookup", ""),
        ("/contacts", json!([{ "email": 7 }]), "wrong_type", "/contacts/0/email"),
    ] {
        post_secret(backend, &shop, "/v1/decisions", &with(question.clone(), pointer, value)).problem(
            422,
            code,
            Some(at),
        );
    }
    for (body, code, at) in [
        (
            json!({ "contact": { "email": "a@b.example" }, "activities": [] }),
            "wrong_number_of_activities",
            "/activities",
        ),
        (
            json!({ "contact": { "email": "a@b.example" }, "activities": [{ "activity": "slept" }] }),
            "unknown_activity",
            "/activities/0/activity",
        ),
        (
            json!({ "contact": { "email": "a@b.example" }, "activities": [{ "activity": "screened" }] }),
            "missing_field",
            "/activities/0/channel",
        ),
        (json!({ "contact": {}, "activities": [{ "activity": "used" }] }), "ambiguous_lookup", "/contact"),
    ] {
        post_secret(backend, &shop, "/v1/activities", &body).problem(422, code, Some(at));
    }
    for (pointer, value, code) in [
        ("/contact/region", json!("Florida"), "invalid_region"),
        ("/contact/relation", json!("friend"), "unknown_relation"),
        ("/contact/born", json!("1.5.2009"), "invalid_date"),
        ("/contact/born", json!("0001-01-01"), "invalid_date"),
        ("/contact/born", json!("2926-05-01"), "invalid_date"),
        ("/choices/0/evidence", json!({ "dealing": "theft" }), "unknown_dealing"),
    ] {
        let at = if code == "unknown_dealing" { "/choices/0/evidence/dealing" } else { pointer };
        shop.submit_from_server(backend, &with(submission(), pointer, value)).problem(422, code, Some(at));
    }
    let mut homeless = with(submission(), "/contact/region", json!("FL"));
    homeless["contact"].as_object_mut().unwrap().remove("country");
    shop.submit_from_server(backend, &homeless).problem(422, "invalid_region", Some("/contact/region"));
    assert_eq!(backend.rows(), before);
}
