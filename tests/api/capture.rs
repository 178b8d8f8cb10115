//! Capture of consent: from a ticked box to a contact report.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{Shop, bearer, send, standing, submission, undated, with};

crate::scenarios! {
    a_ticked_box_becomes_a_contact_report
    the_same_submission_twice_is_stored_once
    an_acknowledged_submission_survives_a_crash
    an_anonymous_form_learns_nothing_and_opts_nobody_out
    a_shop_vouches_for_its_logged_in_customer
    an_opt_out_outlives_an_anonymous_opt_in
    two_spellings_of_an_address_are_one_contact
    a_form_does_not_merge_contacts
    nobody_adds_an_address_to_another_persons_contact
    a_server_states_the_assurance_of_an_opt_out
    an_external_id_finds_the_contact
    a_future_time_counts_from_receipt
    the_shops_policy_decides_which_channels_need_confirmation
    the_report_contains_the_notice_text_that_was_shown
}

fn a_ticked_box_becomes_a_contact_report(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let sent = submission();
    let receipt = shop.submit(backend, &sent).ok();
    assert_eq!(receipt["id"], sent["id"]);

    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(report["profile"]["claimed"], json!([{ "country": "GB" }]));
    assert_eq!(report["profile"]["country"], Value::Null, "nobody has proven it");
    let values: Vec<&Value> = report["addresses"].as_array().unwrap().iter().map(|address| &address["value"]).collect();
    assert_eq!(values, ["jane@example.com"]);
    // Anybody may have typed the number beside it, so it is a contact of its own.
    let by_phone = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_ne!(by_phone["id"], report["id"]);

    let email = standing(&report, "email", "newsletter");
    assert_eq!((&email["choice"], &email["status"]), (&json!("opt_in"), &json!("awaiting_confirmation")));
    assert_eq!((&email["allow"], &email["since"]), (&json!(false), &json!("2026-11-23T10:00:00.000Z")));
    let sms = standing(&by_phone, "sms", "newsletter");
    assert_eq!((&sms["choice"], &sms["status"]), (&json!("declined"), &json!("declined")));
    assert_eq!(standing(&by_phone, "sms", "offers")["status"], "never_asked");
    assert_eq!(standing(&by_phone, "sms", "offers")["choice"], Value::Null);

    let [yes, declined] = [&report["records"], &by_phone["records"]];
    assert_eq!((yes.as_array().unwrap().len(), declined.as_array().unwrap().len()), (1, 1));
    assert_eq!((&yes[0]["id"], &yes[0]["submission"]), (&email["record"], &sent["id"]));
    for record in [&yes[0], &declined[0]] {
        assert_eq!(
            record["notice"],
            with(with(sent["notice"].clone(), "/text", Value::Null), "/text_from", Value::Null),
            "the shop has not registered this text"
        );
        assert_eq!(
            record["source"],
            json!({ "kind": "form", "url": "https://shop.example/checkout", "form": "checkout" })
        );
        assert_eq!(record["assurance"], "claimed");
        assert_eq!(record["received_at"], receipt["received_at"]);
        assert_eq!(record["occurred_at"], "2026-11-23T10:00:00.000Z");
    }
    assert_eq!((&yes[0]["basis"], &declined[0]["basis"]), (&json!("consent"), &Value::Null));

    let path = format!("/v1/contacts/{}", report["id"].as_str().unwrap());
    let by_id = send(backend, Method::GET, &path, &[("authorization", &bearer(&shop.secret))], "").ok();
    assert_eq!(undated(by_id), undated(report));
}

fn the_same_submission_twice_is_stored_once(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let sent = submission();
    let first = shop.submit(backend, &sent);
    // The same submission with other white space and another order of fields.
    let fields: Vec<String> =
        sent.as_object().unwrap().iter().rev().map(|(name, value)| format!("\n  \"{name}\" : {value:#}")).collect();
    let reordered = format!("{{{}\n}}", fields.join(","));
    assert_ne!(
        reordered.find("\"source\"") < reordered.find("\"id\""),
        sent.to_string().find("\"source\"") < sent.to_string().find("\"id\"")
    );
    let headers = [
        ("authorization", &*bearer(&shop.publishable)),
        ("origin", crate::client::ORIGIN),
        ("content-type", "application/json"),
    ];
    let again = send(backend, Method::POST, "/v1/consents", &headers, reordered);
    assert_eq!((first.status, &first.text), (again.status, &again.text));
    shop.submit(backend, &with(sent.clone(), "/choices/1/choice", json!("opt_in"))).problem(
        409,
        "submission_conflict",
        None,
    );
    // The same submission from the shop's server is a different one, because the server has a higher assurance.
    shop.submit_from_server(backend, &sent).problem(409, "submission_conflict", None);
    let rows = backend.rows();
    assert_eq!((rows["submission"], rows["record"], rows["contact"], rows["address"]), (2, 2, 2, 2));
}

fn an_acknowledged_submission_survives_a_crash(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let sent = submission();
    let receipt = shop.submit(backend, &sent).ok();
    backend.crash();
    let report = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_eq!(report["records"].as_array().unwrap().len(), 1);
    assert_eq!(shop.submit(backend, &sent).ok(), receipt);
}

fn an_anonymous_form_learns_nothing_and_opts_nobody_out(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let vouched = with(submission(), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &vouched).ok();

    let no = with(with(submission(), "/choices/0/choice", json!("opt_out")), "/occurred_at", Value::Null);
    let known = shop.submit(backend, &no);
    let stranger = json!({ "email": "someone@example.org", "phone": "+447700900999" });
    let unknown = shop.submit(backend, &with(with(no, "/id", submission()["id"].clone()), "/contact", stranger));
    assert_eq!(known.status, unknown.status);
    let keys = |answer: &Value| answer.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let [known, unknown] = [known.ok(), unknown.ok()];
    assert_eq!(keys(&known), ["choices", "id", "received_at"]);
    assert_eq!(keys(&unknown), ["choices", "id", "received_at"]);
    let outcomes = |answer: &Value| {
        let all = answer["choices"].as_array().unwrap().iter();
        all.map(|one| one["outcome"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&known), ["link_sent", "recorded"]);
    assert_eq!(outcomes(&unknown), outcomes(&known));

    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(standing(&report, "email", "newsletter")["status"], "opted_in");
    assert_eq!(report["records"].as_array().unwrap().len(), 4, "the claim is stored as evidence");
}

fn a_shop_vouches_for_its_logged_in_customer(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let vouched = with(submission(), "/assurance", json!("authenticated"));
    let receipt = shop.submit_from_server(backend, &vouched).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(receipt["contact"], report["id"]);
    let email = standing(&report, "email", "newsletter");
    assert_eq!((&email["status"], &email["allow"], &email["reason"]), (&json!("opted_in"), &json!(true), &Value::Null));
    assert_eq!(report["addresses"][0]["assurance"], "authenticated", "the address is vouched for too");
    shop.submit(backend, &submission()).ok();
    let again = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(standing(&again, "email", "newsletter"), email, "ticking the box again changes nothing");
}

fn an_opt_out_outlives_an_anonymous_opt_in(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let no = with(with(submission(), "/choices/0/choice", json!("opt_out")), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &no).ok();
    shop.submit(backend, &with(submission(), "/occurred_at", Value::Null)).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let email = standing(&report, "email", "newsletter");
    assert_eq!((&email["status"], &email["reason"]), (&json!("opted_out"), &json!("opted_out")));
    assert_eq!(email["choice"], "opt_out");
}

fn two_spellings_of_an_address_are_one_contact(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let other = with(submission(), "/contact", json!({ "email": " JANE@Example.COM ", "phone": "+44 (0)7700-900123" }));
    shop.submit(backend, &other).ok();
    for who in [json!({ "email": "Jane@example.com" }), json!({ "phone": "+447700900123" })] {
        let report = shop.lookup(backend, &who).ok();
        assert_eq!(report["addresses"].as_array().unwrap().len(), 1);
        assert_eq!(report["records"].as_array().unwrap().len(), 2);
    }
    assert_eq!(backend.rows()["contact"], 2);
}

fn a_form_does_not_merge_contacts(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let email_only = json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_in" }]);
    let sms_only = json!([{ "channel": "sms", "purpose": "newsletter", "choice": "opt_in" }]);
    let one = with(with(submission(), "/contact", json!({ "email": "jane@example.com" })), "/choices", email_only);
    let two = with(with(submission(), "/contact", json!({ "phone": "+447700900123" })), "/choices", sms_only);
    shop.submit(backend, &one).ok();
    shop.submit(backend, &two).ok();
    shop.submit(backend, &submission()).ok();
    let by_email = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let by_phone = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_ne!(by_email["id"], by_phone["id"]);
    for report in [by_email, by_phone] {
        assert_eq!(report["addresses"].as_array().unwrap().len(), 1);
        assert_eq!(report["records"].as_array().unwrap().len(), 2);
    }
}

fn nobody_adds_an_address_to_another_persons_contact(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let mallory = json!({ "email": "mallory@example.org", "phone": "+447700900123", "country": "FR" });
    shop.submit(backend, &with(submission(), "/contact", mallory.clone())).ok();
    let victim = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    let facts = (&victim["profile"]["country"], &victim["profile"]["claimed"]);
    assert_eq!(victim["addresses"].as_array().unwrap().len(), 1);
    // What a stranger states may only make decisions stricter.
    assert_eq!(facts, (&Value::Null, &json!([{ "country": "GB" }, { "country": "FR" }])));
    let report = shop.lookup(backend, &json!({ "email": "mallory@example.org" })).ok();
    assert_ne!(report["id"], victim["id"]);
    assert!(!report.to_string().contains("jane") && !report.to_string().contains("7700900"), "{report}");

    // The shop's server may state that two addresses belong to one person.
    let victim = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let vouched = with(submission(), "/assurance", json!("authenticated"));
    let second = json!({ "email": "jane@example.com", "phone": "+447700900456", "country": "IE" });
    shop.submit_from_server(backend, &with(vouched, "/contact", second)).ok();
    let report = shop.lookup(backend, &json!({ "phone": "+447700900456" })).ok();
    assert_eq!((&report["id"], &report["profile"]["country"]), (&victim["id"], &json!("IE")));
}

fn a_server_states_the_assurance_of_an_opt_out(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let no = with(submission(), "/choices/0/choice", json!("opt_out"));
    shop.submit_from_server(backend, &no).problem(422, "missing_field", Some("/assurance"));
    shop.submit_from_server(backend, &with(no.clone(), "/assurance", json!("claimed"))).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(standing(&report, "email", "newsletter")["status"], "never_asked");
    let vouched = with(with(no, "/assurance", json!("authenticated")), "/id", submission()["id"].clone());
    shop.submit_from_server(backend, &vouched).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(standing(&report, "email", "newsletter")["status"], "opted_out");
}

fn an_external_id_finds_the_contact(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let first = with(submission(), "/contact/external", json!("shopify:123"));
    shop.submit_from_server(backend, &first).ok();
    let moved = with(
        with(submission(), "/contact/external", json!("shopify:123")),
        "/contact/email",
        json!("jane@example.org"),
    );
    shop.submit_from_server(backend, &moved).ok();
    let report = shop.lookup(backend, &json!({ "external": "shopify:123" })).ok();
    assert_eq!(report["external_ids"], json!(["shopify:123"]));
    assert_eq!(report["addresses"].as_array().unwrap().len(), 3);
    assert_eq!(undated(shop.lookup(backend, &json!({ "email": "jane@example.org" })).ok()), undated(report));
}

fn a_future_time_counts_from_receipt(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let receipt = shop.submit(backend, &with(submission(), "/occurred_at", json!("2199-01-01T00:00:00Z"))).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(report["records"][0]["effective_at"], receipt["received_at"]);
    assert_eq!(report["records"][0]["occurred_at"], "2199-01-01T00:00:00.000Z", "the claim stays as evidence");
}

fn the_shops_policy_decides_which_channels_need_confirmation(backend: &mut dyn Backend) {
    let loosened = json!([{ "rule": "any", "waive": ["confirmation"], "reason": "counsel has agreed, file 12" }]);
    let policy = json!({ "confirmation": ["sms"], "overrides": loosened });
    let shop = Shop::create_with(backend, &with(crate::client::shop_body(), "/policy", policy));
    shop.submit(backend, &with(submission(), "/choices/1/choice", json!("opt_in"))).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(standing(&report, "email", "newsletter")["allow"], true);
    let by_phone = shop.lookup(backend, &json!({ "phone": "+447700900123" })).ok();
    assert_eq!(standing(&by_phone, "sms", "newsletter")["reason"], "awaiting_confirmation");
}

fn the_report_contains_the_notice_text_that_was_shown(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let words = crate::client::shop_body()["notices"][0]["text"].clone();
    let hash = base16ct::lower::encode_string(&<sha2::Sha256 as sha2::Digest>::digest(words.as_str().unwrap()));
    shop.submit(backend, &with(submission(), "/notice/text_sha256", json!(hash))).ok();
    let other_version = with(submission(), "/notice/version", json!("2"));
    shop.submit(backend, &with(other_version, "/notice/text_sha256", json!(hash))).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(report["records"][0]["notice"]["text"], words);
    assert_eq!(report["records"][1]["notice"]["text"], Value::Null, "the version must match too");
}
