//! Invalid calls: each kind of mistake has a code and a pointer, and its message contains nothing of the call.

use wasm_bindgen_test::wasm_bindgen_test;

use super::{Call, ID, YES, certificate, decided, listed, looked_up, normalised, question, verified, with, written};

#[wasm_bindgen_test]
fn an_invalid_call_reports_the_place_of_the_mistake() {
    let asked = question(YES);
    let swapped = |from: &str, to: &str| {
        assert!(asked.contains(from), "{from}");
        asked.replacen(from, to, 1)
    };
    let recorded = |fields: &str| swapped("\"choice", &format!("{fields},\"choice"));
    let policy = |fields: &str| with(&asked, &format!(r#""policy":{{{fields}}}"#));
    let person = |fields: &str| with(&asked, &format!(r#""person":{{{fields}}}"#));
    let own = |fields: &str| policy(&format!(r#""overrides":[{{"rule":"de-email",{fields}}}]"#));
    let noted = |fields: &str| question(&format!(r#"{{{fields},"received_at":"2026-01-02T00:00:00Z"}}"#));
    let long = "x".repeat(201);
    let [signed, key, _] = certificate();
    let certified = |certificate: &str, key: &str| format!(r#"{{"certificate":{certificate},"key":{key}}}"#);
    let changed = signed.replace("Ijoy", "Ijoz");
    let other = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let weak = r#"{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    let cases: Vec<(Call, String, &str, &str)> = vec![
        // Not an object, or not JSON.
        (decided, "null".into(), "bad_input", ""),
        (decided, String::new(), "bad_input", ""),
        (decided, "[]".into(), "bad_input", ""),
        (decided, "\"jane\"".into(), "bad_input", ""),
        (decided, format!("{asked}x"), "bad_input", ""),
        (normalised, "[\"phone\",\"+447700900123\"]".into(), "bad_input", ""),
        (normalised, "[[\"kind\",\"phone\"],[\"value\",\"+447700900123\"]]".into(), "bad_input", ""),
        (normalised, "\"jane@example.com\"".into(), "bad_input", ""),
        (looked_up, "null".into(), "bad_input", ""),
        // A missing field.
        (decided, "{}".into(), "bad_input", "/at"),
        (decided, r#"{"at":"2026-11-23T10:00:00Z"}"#.into(), "bad_input", "/records"),
        (decided, swapped(",\"channel\":\"email\",\"purpose\":\"news\",\"at", ",\"at"), "bad_input", "/channel"),
        (
            decided,
            swapped("],\"channel\":\"email\",\"purpose\":\"news\"", "],\"channel\":\"email\""),
            "bad_input",
            "/purpose",
        ),
        (decided, swapped(",\"received_at\":\"2026-01-02T00:00:00Z\"", ""), "bad_input", "/records/0/received_at"),
        (decided, noted(r#""channel":"sms""#), "bad_input", "/records/0/choice"),
        (decided, noted(r#""choice":"opt_out""#), "bad_input", "/records/0/assurance"),
        (
            decided,
            noted(r#""activity":"used""#).replace("received_at", "occurred_at"),
            "bad_input",
            "/records/0/received_at",
        ),
        (decided, own(r#""accept":[]"#), "bad_input", "/policy/overrides/0/reason"),
        (decided, policy(r#""overrides":[{"reason":"x"}]"#), "bad_input", "/policy/overrides/0/rule"),
        (normalised, r#"{"kind":"phone"}"#.into(), "bad_input", "/value"),
        (normalised, r#"{"value":"x"}"#.into(), "bad_input", "/kind"),
        // A wrong type.
        (decided, swapped("\"2026-01-02T00:00:00Z\"", "1767312000000"), "bad_input", "/records/0/received_at"),
        (decided, swapped("\"at\":\"2026-11-23T10:00:00Z\"", "\"at\":null"), "bad_input", "/at"),
        (decided, swapped("[{", "[null,{"), "bad_input", "/records/0"),
        (decided, swapped("[{", "[[],{"), "bad_input", "/records/0"),
        (decided, recorded(r#""occurred_at":null"#), "bad_input", "/records/0/occurred_at"),
        (decided, recorded(r#""objection":"true""#), "bad_input", "/records/0/objection"),
        (decided, swapped("false", "0"), "bad_input", "/explain"),
        (decided, with(&asked, "\"policy\":null"), "bad_input", "/policy"),
        (decided, policy(r#""minimum_age":null"#), "bad_input", "/policy/minimum_age"),
        (decided, policy(r#""minimum_age":"16""#), "bad_input", "/policy/minimum_age"),
        (decided, policy(r#""channels":"email""#), "bad_input", "/policy/channels"),
        (decided, policy(r#""channels":["email",1]"#), "bad_input", "/policy/channels/1"),
        (decided, person(r#""born":null"#), "bad_input", "/person/born"),
        (decided, person(r#""restricted":1"#), "bad_input", "/person/restricted"),
        (decided, with(&asked, "\"person\":[]"), "bad_input", "/person"),
        (normalised, r#"{"kind":"phone","value":447700900123}"#.into(), "bad_input", "/value"),
        (looked_up, r#"{"country":7}"#.into(), "bad_input", "/country"),
        // An unknown field.
        (decided, swapped("{\"records", "{\"now\":1,\"records"), "unknown_field", "/now"),
        (decided, recorded("\"objecton\":true"), "unknown_field", "/records/0/objecton"),
        (decided, person(r#""birthDate":"2009-05-01""#), "unknown_field", "/person/birthDate"),
        (decided, policy(r#""double_opt_in":true"#), "unknown_field", "/policy/double_opt_in"),
        (decided, own(r#""reason":"x","until":null"#), "unknown_field", "/policy/overrides/0/until"),
        (decided, person(r#""jane@example.com":1"#), "unknown_field", "/person"),
        (decided, person(r#""447700900123":1"#), "unknown_field", "/person"),
        (listed, asked.clone(), "unknown_field", "/explain"),
        (normalised, r#"{"kind":"phone","value":"+447700900123","country":"GB"}"#.into(), "unknown_field", "/country"),
        (looked_up, r#"{"state":"TX"}"#.into(), "unknown_field", "/state"),
        // An unknown value or a wrong format.
        (decided, swapped("],\"channel\":\"email\"", "],\"channel\":\"fax\""), "unknown_channel", "/channel"),
        (decided, swapped("\"channel\":\"email\"", "\"channel\":\"fax\""), "unknown_channel", "/records/0/channel"),
        (decided, policy(r#""channels":["sms","fax"]"#), "unknown_channel", "/policy/channels/1"),
        (
            listed,
            policy(r#""confirmation":["fax"]"#).replace(",\"explain\":false", ""),
            "unknown_channel",
            "/policy/confirmation/0",
        ),
        (looked_up, r#"{"channel":"fax"}"#.into(), "unknown_channel", "/channel"),
        (
            decided,
            swapped("],\"channel\":\"email\",\"purpose\":\"news\"", "],\"channel\":\"sms\",\"purpose\":\"N\""),
            "bad_purpose",
            "/purpose",
        ),
        (decided, policy(r#""transactional":["orders","Orders"]"#), "bad_purpose", "/policy/transactional/1"),
        (decided, swapped("\"opt_in\"", "\"yes\""), "unknown_choice", "/records/0/choice"),
        (decided, noted(r#""activity":"opened""#), "unknown_activity", "/records/0/activity"),
        (decided, recorded(r#""basis":"habit""#), "unknown_basis", "/records/0/basis"),
        (decided, policy(r#""bases":["habit"]"#), "unknown_basis", "/policy/bases/0"),
        (decided, own(r#""reason":"x","accept":["habit"]"#), "unknown_basis", "/policy/overrides/0/accept/0"),
        (decided, recorded(r#""basis":"implied","dealing":"smile""#), "unknown_dealing", "/records/0/dealing"),
        (decided, swapped("\"confirmed\"", "\"sure\""), "unknown_assurance", "/records/0/assurance"),
        (decided, person(r#""relation":"friend""#), "unknown_relation", "/person/relation"),
        (looked_up, r#"{"relation":"friend"}"#.into(), "unknown_relation", "/relation"),
        (decided, own(r#""reason":"x","waive":["age","law"]"#), "unknown_waiver", "/policy/overrides/0/waive/1"),
        (decided, own(r#""reason":"x""#).replace("de-email", "de-fax"), "unknown_rule", "/policy/overrides/0/rule"),
        (normalised, r#"{"kind":"postal","value":"x"}"#.into(), "unknown_kind", "/kind"),
        (decided, swapped("2026-01-02T", "2026-01-02 at "), "bad_time", "/records/0/received_at"),
        (decided, recorded(r#""occurred_at":"yesterday""#), "bad_time", "/records/0/occurred_at"),
        (decided, swapped("2026-11-23T10:00:00Z", "2026-11-23"), "bad_time", "/at"),
        (decided, person(r#""born":"2009-02-29""#), "bad_date", "/person/born"),
        (decided, person(r#""born":"2009-05-01T00:00:00.000Z""#), "bad_date", "/person/born"),
        (decided, person(r#""country":"fr""#), "bad_country", "/person/country"),
        (decided, person(r#""country":"US","region":"US-TX""#), "bad_region", "/person/region"),
        (looked_up, r#"{"country":"France"}"#.into(), "bad_country", "/country"),
        (looked_up, r#"{"region":"tx"}"#.into(), "bad_region", "/region"),
        (decided, swapped(ID, "7"), "bad_id", "/records/0/id"),
        (decided, own(r#""reason":"""#), "bad_reason", "/policy/overrides/0/reason"),
        (decided, own(r#""reason":" ""#), "bad_reason", "/policy/overrides/0/reason"),
        (decided, own(r#""reason":"a\nb""#), "bad_reason", "/policy/overrides/0/reason"),
        (decided, own(&format!(r#""reason":"{long}""#)), "bad_reason", "/policy/overrides/0/reason"),
        (normalised, r#"{"kind":"email","value":"jane"}"#.into(), "bad_email", "/value"),
        (normalised, r#"{"kind":"phone","value":"07700 900123"}"#.into(), "bad_phone", "/value"),
        // Known values that are not allowed together or out of range.
        (decided, policy(r#""minimum_age":121"#), "out_of_range", "/policy/minimum_age"),
        (decided, policy(r#""minimum_age":-1"#), "out_of_range", "/policy/minimum_age"),
        (decided, policy(r#""minimum_age":15.5"#), "out_of_range", "/policy/minimum_age"),
        (decided, policy(r#""expires_after_months":1201"#), "out_of_range", "/policy/expires_after_months"),
        (decided, policy(r#""expires_after_months":1e300"#), "out_of_range", "/policy/expires_after_months"),
        (decided, swapped("\"opt_in\",\"channel\":\"email\"", "\"opt_in\""), "not_specific", "/records/0"),
        (decided, swapped("\"opt_in\",\"channel\":\"email\"", "\"declined\""), "not_specific", "/records/0"),
        (decided, recorded(r#""activity":"used""#), "does_not_apply", "/records/0/activity"),
        (decided, swapped("\"opt_in\"", "\"declined\",\"basis\":\"consent\""), "does_not_apply", "/records/0/basis"),
        (decided, noted(r#""activity":"used","dealing":"purchase""#), "does_not_apply", "/records/0/dealing"),
        (decided, recorded("\"objection\":true"), "does_not_apply", "/records/0/objection"),
        (decided, noted(r#""activity":"used","suppression":true"#), "does_not_apply", "/records/0/suppression"),
        (
            decided,
            noted(r#""choice":"opt_out","assurance":"staff","objection":true,"suppression":true"#),
            "does_not_apply",
            "/records/0/suppression",
        ),
        (decided, recorded(r#""basis":"soft_opt_in""#), "no_ground", "/records/0/dealing"),
        (decided, recorded(r#""basis":"soft_opt_in","dealing":"inquiry""#), "no_ground", "/records/0/dealing"),
        (decided, recorded(r#""basis":"implied","dealing":"support""#), "no_ground", "/records/0/dealing"),
        (decided, recorded(r#""dealing":"purchase""#), "no_ground", "/records/0/dealing"),
        (
            decided,
            own(r#""reason":"x","accept":["implied","contract"]"#),
            "not_overridable",
            "/policy/overrides/0/accept/1",
        ),
        (
            decided,
            own(r#""reason":"x""#).replace("de-email", "transactional"),
            "not_overridable",
            "/policy/overrides/0/rule",
        ),
        (
            decided,
            policy(r#""overrides":[{"rule":"de-email","reason":"x"},{"rule":"de-email","reason":"y"}]"#),
            "repeated_rule",
            "/policy/overrides/1/rule",
        ),
        // An invalid certificate, or one without its key.
        (verified, format!(r#"{{"key":{key}}}"#), "bad_input", "/certificate"),
        (verified, format!(r#"{{"certificate":{signed}}}"#), "bad_input", "/key"),
        (verified, certified("7", &key), "bad_input", "/certificate"),
        (verified, certified(&signed, "null"), "bad_key", "/key"),
        (verified, certified(&signed, r#""A6EHv""#), "bad_key", "/key"),
        (verified, certified(&signed, "{}"), "bad_key", "/key"),
        (verified, certified(&signed, r#"{"keys":{}}"#), "bad_key", "/key"),
        (verified, certified(&signed, &format!("[{key}]")), "bad_key", "/key"),
        (verified, certified(&signed, weak), "bad_key", "/key"),
        (verified, certified(&signed, &key.replace("OKP", "EC")), "bad_key", "/key"),
        (verified, certified(&signed, other), "wrong_key", "/key"),
        (verified, certified(&signed, &format!(r#"{{"keys":[{other},{weak}]}}"#)), "wrong_key", "/key"),
        (verified, certified(&signed, r#"{"keys":[]}"#), "wrong_key", "/key"),
        (verified, certified(&changed, &key), "bad_signature", "/certificate"),
        (verified, certified(&changed, &format!(r#"{{"keys":[{key}]}}"#)), "bad_signature", "/certificate"),
        (verified, certified(r#""jane@example.com""#, &key), "bad_certificate", "/certificate"),
        (verified, certified(&signed.replace('.', ".."), &key), "bad_certificate", "/certificate"),
        (verified, with(&certified(&signed, &key), r#""at":"now""#), "unknown_field", "/at"),
    ];
    for (call, json, code, pointer) in cases {
        let error = written(&call(&json).expect_err(&json));
        let expected = format!(r#"{{"code":"{code}","pointer":"{pointer}","message":"#);
        assert!(error.starts_with(&expected), "{json}: {error}");
        assert!(!error.contains("jane") && !error.contains("7700"), "an address in {error}");
    }
}
