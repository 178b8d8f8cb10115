//! Invalid input: each is refused with the right status, a stable type and a pointer, without any address, and nothing
//! is stored.

use http::Method;
use serde_json::json;

use crate::backend::Backend;
use crate::client::{ORIGIN, Shop, bearer, post, send, submission, with};

crate::scenarios! {
    a_body_that_is_not_json_is_refused
    an_invalid_field_is_refused_with_its_pointer
    a_body_that_is_too_large_is_refused
    hostile_text_is_stored_as_text_or_refused
    a_lookup_takes_exactly_one_field
}

fn a_body_that_is_not_json_is_refused(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let before = backend.rows();
    let headers =
        [("authorization", &*bearer(&shop.publishable)), ("origin", ORIGIN), ("content-type", "application/json")];
    let truncated = submission().to_string();
    let deep = format!("{{\"contact\":{}", "{\"email\":".repeat(5_000));
    for body in
        ["", "{", "jane@example.com", "{\"id\":\"jane@example.com\"", &truncated[..truncated.len() - 1], "\u{0}"]
    {
        send(backend, Method::POST, "/v1/consents", &headers, body.to_owned()).problem(400, "malformed_json", None);
    }
    for body in [&deep, "[1]", "\"jane@example.com\"", "null"] {
        let answer = send(backend, Method::POST, "/v1/consents", &headers, body.to_owned());
        answer.problem(422, "wrong_type", Some(if *body == deep { "/contact/email" } else { "" }));
    }
    let not_utf8 = b"{\"id\":\"\xff\xfe\"}".to_vec();
    send(backend, Method::POST, "/v1/consents", &headers, not_utf8).problem(400, "malformed_json", None);
    for media_type in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let headers = [headers[0], headers[1], ("content-type", media_type)];
        let answer = send(backend, Method::POST, "/v1/consents", &headers, submission().to_string());
        answer.problem(415, "unsupported_media_type", None);
    }
    assert_eq!(backend.rows(), before);
}

fn an_invalid_field_is_refused_with_its_pointer(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let before = backend.rows();
    let choice = |channel: &str| json!({ "channel": channel, "purpose": "newsletter", "choice": "opt_in" });
    let cases = [
        // Wrong structure.
        ("/more", json!(1), "unknown_field", "/more"),
        ("/contact/name", json!("Jane"), "unknown_field", "/contact/name"),
        ("/contact/jane@example.com", json!(1), "unknown_field", "/contact"),
        ("/choices/0/more", json!(1), "unknown_field", "/choices/0/more"),
        ("/id", json!(7), "wrong_type", "/id"),
        ("/contact", json!("jane@example.com"), "wrong_type", "/contact"),
        ("/choices", json!({}), "wrong_type", "/choices"),
        ("/choices/1", json!("opt_in"), "wrong_type", "/choices/1"),
        ("/contact", json!(["jane@example.com", null, null, null]), "wrong_type", "/contact"),
        ("/notice", json!({ "id": "n", "version": "1", "locale": "en" }), "missing_field", "/notice/text_sha256"),
        ("/contact/email", json!(["jane@example.com"]), "wrong_type", "/contact/email"),
        // Wrong values.
        ("/id", json!("jane@example.com"), "invalid_id", "/id"),
        ("/contact/country", json!("Britain"), "invalid_country", "/contact/country"),
        ("/choices/0/channel", json!("fax"), "unknown_channel", "/choices/0/channel"),
        ("/choices/0/purpose", json!("News"), "invalid_purpose", "/choices/0/purpose"),
        ("/choices/1/choice", json!("yes"), "unknown_choice", "/choices/1/choice"),
        ("/choices/0/basis", json!("because"), "unknown_basis", "/choices/0/basis"),
        ("/choices/1/basis", json!("consent"), "basis_without_opt_in", "/choices/1/basis"),
        ("/notice/text_sha256", json!("A0".repeat(32)), "invalid_sha256", "/notice/text_sha256"),
        ("/notice/id", json!("a b"), "invalid_token", "/notice/id"),
        ("/notice/locale", json!("en_GB"), "invalid_locale", "/notice/locale"),
        ("/source/url", json!("javascript:alert(1)"), "invalid_url", "/source/url"),
        ("/source/kind", json!(""), "invalid_token", "/source/kind"),
        ("/source/form", json!("a\nb"), "invalid_text", "/source/form"),
        ("/occurred_at", json!("yesterday"), "invalid_time", "/occurred_at"),
        ("/occurred_at", json!("2026-11-23T10:00:00"), "invalid_time", "/occurred_at"),
        ("/assurance", json!("sure"), "invalid_assurance", "/assurance"),
        ("/assurance", json!("confirmed"), "needs_secret_key", "/assurance"),
        // Values that the shop has not set up, and values that contradict each other.
        ("/choices", json!([]), "wrong_number_of_choices", "/choices"),
        ("/choices", json!(vec![choice("email"); 65]), "wrong_number_of_choices", "/choices"),
        ("/choices/0/basis", json!("contract"), "needs_secret_key", "/choices/0/basis"),
        ("/contact", json!({}), "no_address", "/choices/0/channel"),
    ];
    for (pointer, value, code, at) in cases {
        shop.submit(backend, &with(submission(), pointer, value)).problem(422, code, Some(at));
    }
    assert_eq!(backend.rows(), before);
    // One choice that cannot be recorded does not take the others with it. The receipt says why.
    for (pointer, value, code, at) in [
        ("/contact/email", json!("jane@example"), "invalid_email", "/contact/email"),
        ("/contact/email", json!("jane example.com"), "invalid_email", "/contact/email"),
        ("/contact/phone", json!("07700 900123"), "invalid_phone", "/contact/phone"),
        ("/contact/phone", json!("+44 7700 900123; DROP TABLE contact"), "invalid_phone", "/contact/phone"),
        ("/choices", json!([choice("email"), choice("email")]), "repeated_choice", "/choices/1"),
        ("/choices/0/channel", json!("whatsapp"), "channel_off", "/choices/0/channel"),
        ("/choices/0/purpose", json!("partner_offers"), "unknown_purpose", "/choices/0/purpose"),
        ("/contact", json!({ "email": "jane@example.com" }), "no_address", "/choices/1/channel"),
    ] {
        let receipt = shop.submit(backend, &with(submission(), pointer, value)).ok();
        let refused: Vec<&serde_json::Value> =
            receipt["choices"].as_array().unwrap().iter().filter(|one| one["outcome"] == "refused").collect();
        assert_eq!(refused.len(), 1, "{receipt}");
        let problem = (&refused[0]["problem"]["type"], &refused[0]["problem"]["pointer"]);
        assert_eq!(problem, (&json!(format!("urn:placet:problem:{code}")), &json!(at)));
    }
}

fn a_body_that_is_too_large_is_refused(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let before = backend.rows();
    let two_megabytes = "a".repeat(2 * 1024 * 1024);
    let large = with(submission(), "/source/form", json!(two_megabytes));
    shop.submit(backend, &large).problem(413, "body_too_large", None);
    shop.submit_from_server(backend, &large).problem(413, "body_too_large", None);
    shop.lookup(backend, &json!({ "email": "a".repeat(5_000) })).problem(413, "body_too_large", None);
    post(backend, "/v1/shops", crate::backend::ROOT_SECRET, "", &large).problem(413, "body_too_large", None);
    // A body just below the size limit is parsed, and refused for its content.
    let inside = with(submission(), "/source/form", json!("a".repeat(60_000)));
    shop.submit(backend, &inside).problem(422, "invalid_text", Some("/source/form"));
    assert_eq!(backend.rows(), before);
}

fn hostile_text_is_stored_as_text_or_refused(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let hostile = "\"><script>alert(1)</script>'; DROP TABLE record; --";
    shop.submit(backend, &with(submission(), "/source/form", json!(hostile))).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(report["records"][0]["source"]["form"], hostile);
    let quoted = with(submission(), "/contact/email", json!("o'hara@example.com"));
    shop.submit(backend, &quoted).ok();
    let report = shop.lookup(backend, &json!({ "email": "O'HARA@example.com" })).ok();
    let addresses = report["addresses"].as_array().unwrap();
    assert!(addresses.iter().any(|address| address["value"] == "o'hara@example.com"));
}

fn a_lookup_takes_exactly_one_field(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    for (body, code, at) in [
        (json!({}), "ambiguous_lookup", ""),
        (json!({ "email": "jane@example.com", "phone": "+447700900123" }), "ambiguous_lookup", ""),
        (json!({ "email": "jane" }), "invalid_email", "/email"),
        (json!({ "phone": "0770" }), "invalid_phone", "/phone"),
        (json!({ "external": "jane" }), "invalid_external_id", "/external"),
        (json!({ "id": "1" }), "unknown_field", "/id"),
        (json!(["jane@example.com", null, null]), "wrong_type", ""),
    ] {
        shop.lookup(backend, &body).problem(422, code, Some(at));
    }
    shop.lookup(backend, &json!({ "email": "jane@example.com" })).problem(404, "contact_not_found", None);
}
