//! The logic over plain objects, in Node.js.
//!
//! `wasm-pack test --node --mode no-install -- --no-default-features --features logic --test logic`
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use js_sys::JSON;
use placet::logic::{decide, normalise, standing};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const ID: &str = "019a0000-0000-7000-8000-000000000001";
const YES: &str = r#"{"id":"019a0000-0000-7000-8000-000000000001","choice":"opt_in","channel":"email","purpose":"news",
    "assurance":"confirmed","received_at":"2026-01-02T00:00:00Z"}"#;

type Call = fn(JsValue) -> Result<JsValue, JsValue>;

fn object(json: &str) -> JsValue {
    JSON::parse(json).unwrap()
}

fn written(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

fn answer(call: Call, json: &str) -> String {
    written(&call(object(json)).unwrap_or_else(|error| panic!("{json}: {}", written(&error))))
}

fn question(records: &str) -> String {
    format!(r#"{{"records":[{records}],"channel":"email","purpose":"news"}}"#)
}

#[wasm_bindgen_test]
fn a_decision_names_its_reason_and_its_record() {
    let claimed = YES.replace("confirmed", "claimed");
    let left = r#"{"choice":"opt_out","assurance":"confirmed","received_at":"2026-01-03T00:00:00Z"}"#;
    let objected = left.replace("opt_out\"", "opt_out\",\"objection\":true");
    let record = format!(r#","record":"{ID}""#);
    for (records, expected) in [
        (String::new(), r#"{"allow":false,"reason":"never_asked"}"#.to_owned()),
        (YES.to_owned(), format!(r#"{{"allow":true{record}}}"#)),
        (claimed, format!(r#"{{"allow":false,"reason":"awaiting_confirmation"{record}}}"#)),
        (YES.replace("opt_in", "declined"), format!(r#"{{"allow":false,"reason":"declined"{record}}}"#)),
        // A wide no covers tomorrow's purposes; a later specific yes outlives an earlier wide no.
        (format!("{YES},{left}"), r#"{"allow":false,"reason":"opted_out"}"#.to_owned()),
        (format!("{left},{}", YES.replace("01-02", "01-04")), format!(r#"{{"allow":true{record}}}"#)),
        (format!("{YES},{objected}"), r#"{"allow":false,"reason":"objected"}"#.to_owned()),
        // An old list wakes nobody who left, whenever it is read in.
        (
            format!("{left},{}", YES.replace("confirmed", "listed").replace("01-02", "01-09")),
            r#"{"allow":false,"reason":"opted_out"}"#.to_owned(),
        ),
    ] {
        assert_eq!(answer(decide, &question(&records)), expected, "{records}");
    }
}

#[wasm_bindgen_test]
fn an_act_counts_from_when_it_happened_unless_that_is_to_come() {
    let left = r#"{"choice":"opt_out","assurance":"confirmed","received_at":"2026-01-03T00:00:00Z"}"#;
    for (occurred, allowed) in [
        ("2026-01-04T00:00:00+00:00", true),
        ("2026-01-03T01:00:00+02:00", false),
        // After it was received, so it counts from receipt.
        ("2027-01-01T00:00:00Z", true),
    ] {
        let yes =
            YES.replace("01-02", "01-05").replace("\"received", &format!("\"occurred_at\":\"{occurred}\",\"received"));
        let answered = answer(decide, &question(&format!("{left},{yes}")));
        assert_eq!(answered.contains("\"allow\":true"), allowed, "{occurred}: {answered}");
    }
}

#[wasm_bindgen_test]
fn a_policy_may_ask_for_less_confirmation() {
    let claimed = YES.replace("confirmed", "claimed");
    let ask = |policy: &str| {
        answer(decide, &question(&claimed).replace("{\"records", &format!("{{\"policy\":{policy},\"records")))
    };
    assert!(ask(r#"{"confirmation":["sms"]}"#).contains("\"allow\":true"));
    assert!(ask(r#"{"confirmation":["sms","email"]}"#).contains("awaiting_confirmation"));
    assert!(ask("null").contains("awaiting_confirmation"));
}

#[wasm_bindgen_test]
fn a_standing_has_a_line_for_each_channel_and_purpose() {
    let sms = r#"{"choice":"declined","channel":"sms","purpose":"offers","assurance":"claimed","received_at":"2026-01-02T00:00:00Z"}"#;
    let all = answer(standing, &format!(r#"{{"records":[{YES},{sms}]}}"#));
    for line in [
        format!(r#"{{"channel":"email","purpose":"news","status":"opted_in","record":"{ID}"}}"#),
        r#"{"channel":"email","purpose":"offers","status":"never_asked"}"#.into(),
        r#"{"channel":"sms","purpose":"news","status":"never_asked"}"#.into(),
        r#"{"channel":"sms","purpose":"offers","status":"declined"}"#.into(),
    ] {
        assert!(all.contains(&line), "{line} in {all}");
    }
    let wide = r#"{"records":[{"choice":"opt_out","assurance":"staff","received_at":"2026-01-02T00:00:00Z"}],"channel":"post","purpose":"x"}"#;
    assert_eq!(answer(standing, wide), r#"[{"channel":"post","purpose":"x","status":"opted_out"}]"#);
    assert_eq!(answer(standing, r#"{"records":[]}"#), "[]");
}

#[wasm_bindgen_test]
fn an_address_has_a_form_to_show_and_one_to_match_by() {
    for (kind, value, expected) in [
        (
            "email",
            " Jane@BÜCHER.example ",
            r#"{"kind":"email","value":"Jane@BÜCHER.example","key":"jane@xn--bcher-kva.example"}"#,
        ),
        ("phone", "+44 (0)20 7946 0000", r#"{"kind":"phone","value":"+442079460000","key":"+442079460000"}"#),
    ] {
        assert_eq!(answer(normalise, &format!(r#"{{"kind":"{kind}","value":"{value}"}}"#)), expected);
    }
}

#[wasm_bindgen_test]
fn a_call_that_cannot_be_understood_says_where() {
    let asked = question(YES);
    let swapped = |from: &str, to: &str| asked.replace(from, to);
    let cases: [(Call, String, &str, &str); 22] = [
        (decide, "null".into(), "bad_input", ""),
        (decide, "{}".into(), "bad_input", ""),
        (decide, swapped("\"2026-01-02T00:00:00Z\"", "1767312000000"), "bad_input", ""),
        (decide, swapped(",\"channel\":\"email\",\"purpose\":\"news\"}", "}"), "bad_input", "/channel"),
        (decide, swapped("{\"records", "{\"at\":1,\"records"), "unknown_field", "/at"),
        (decide, swapped("\"choice", "\"objecton\":true,\"choice"), "unknown_field", "/records/0/objecton"),
        (decide, swapped("],\"channel\":\"email\"", "],\"channel\":\"fax\""), "unknown_channel", "/channel"),
        (
            decide,
            swapped("],\"channel\":\"email\",\"purpose\":\"news\"", "],\"channel\":\"sms\",\"purpose\":\"N\""),
            "bad_purpose",
            "/purpose",
        ),
        (decide, swapped("\"opt_in\"", "\"yes\""), "unknown_choice", "/records/0/choice"),
        (decide, swapped("\"choice", "\"basis\":\"habit\",\"choice"), "unknown_basis", "/records/0/basis"),
        (decide, swapped("\"opt_in\"", "\"declined\",\"basis\":\"consent\""), "does_not_apply", "/records/0/basis"),
        (decide, swapped("\"choice", "\"objection\":true,\"choice"), "does_not_apply", "/records/0/objection"),
        (decide, swapped("\"confirmed\"", "\"sure\""), "unknown_assurance", "/records/0/assurance"),
        (decide, swapped("2026-01-02T", "2026-01-02 at "), "bad_time", "/records/0/received_at"),
        (decide, swapped(ID, "7"), "bad_id", "/records/0/id"),
        (decide, swapped("\"opt_in\",\"channel\":\"email\"", "\"opt_in\""), "not_specific", "/records/0"),
        (
            standing,
            swapped("{\"records", "{\"policy\":{\"confirmation\":[\"sms\",\"fax\"]},\"records"),
            "unknown_channel",
            "/policy/confirmation/1",
        ),
        (normalise, r#"{"kind":"postal","value":"x"}"#.into(), "unknown_kind", "/kind"),
        (normalise, r#"{"kind":"email","value":"jane"}"#.into(), "bad_email", "/value"),
        (normalise, r#"{"kind":"phone","value":"07700 900123"}"#.into(), "bad_phone", "/value"),
        (normalise, r#"{"kind":"phone","value":"+447700900123","country":"GB"}"#.into(), "unknown_field", "/country"),
        (normalise, r#"{"kind":"phone"}"#.into(), "bad_input", ""),
    ];
    for (call, json, code, pointer) in cases {
        let error = written(&call(object(&json)).expect_err(&json));
        let expected = format!(r#"{{"code":"{code}","pointer":"{pointer}","message":"#);
        assert!(error.starts_with(&expected), "{json}: {error}");
        assert!(!error.contains("jane") && !error.contains("0770"), "an address in {error}");
    }
}
