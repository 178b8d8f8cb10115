//! The logic over plain objects, in Node.js.
//!
//! `wasm-pack test --node --mode no-install -- --no-default-features --features logic --test logic`
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "logic/mistakes.rs"]
mod mistakes;

use js_sys::JSON;
use placet::logic::{ages, decide, normalise, reasons, rules, standing, verify_certificate};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

const ID: &str = "019a0000-0000-7000-8000-000000000001";
/// A natively signed certificate, see `consent/certificate_tests.rs`.
const CERTIFICATE: &str = include_str!("certificate.json");
const YES: &str = r#"{"id":"019a0000-0000-7000-8000-000000000001","choice":"opt_in","channel":"email","purpose":"news",
    "assurance":"confirmed","received_at":"2026-01-02T00:00:00Z"}"#;

fn written(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}

type Call = fn(&str) -> Result<String, JsValue>;

fn decided(json: &str) -> Result<String, JsValue> {
    decide(json.as_bytes())
}

fn listed(json: &str) -> Result<String, JsValue> {
    standing(json.as_bytes()).map(|lines| written(&lines))
}

fn normalised(json: &str) -> Result<String, JsValue> {
    normalise(JSON::parse(json).unwrap()).map(|address| written(&address))
}

fn looked_up(json: &str) -> Result<String, JsValue> {
    rules(JSON::parse(json).unwrap()).map(|rows| written(&rows))
}

fn verified(json: &str) -> Result<String, JsValue> {
    verify_certificate(json.as_bytes()).map(|certificate| written(&certificate))
}

fn answer(call: Call, json: &str) -> String {
    call(json).unwrap_or_else(|error| panic!("{json}: {}", written(&error)))
}

/// Returns a call about email for news in late 2026, without the explanation of the decision.
fn question(records: &str) -> String {
    format!(
        r#"{{"records":[{records}],"channel":"email","purpose":"news","at":"2026-11-23T10:00:00Z","explain":false}}"#
    )
}

/// Returns the call with additional fields.
fn with(question: &str, fields: &str) -> String {
    question.replacen('{', &format!("{{{fields},"), 1)
}

#[track_caller]
fn assert_holds(answer: &str, parts: &[&str]) {
    for part in parts {
        assert!(answer.contains(part), "no {part} in {answer}");
    }
}

#[wasm_bindgen_test]
fn a_decision_contains_everything_it_is_based_on() {
    let french = with(&question(YES), r#""person":{"country":"FR"}"#);
    let expected = format!(
        r#"{{"allow":true,"reason":null,"record":"{ID}","basis":"consent","dealing":null,"rule":{{"id":"fr-mail","law":"CPCE","article":"L.34-5; CNIL, référentiel gestion commerciale"}},"until":"2029-01-02T00:00:00.000Z","override":null}}"#
    );
    assert_eq!(answer(decided, &french), expected);
    let explained = answer(decided, &french.replace(",\"explain\":false", ""));
    assert_holds(
        &explained,
        &[
            r#""override":null,"explain":["Rule fr-mail applies: CPCE,"#,
            r#""The consent of 2026-01-02T00:00:00.000Z, confirmed by the address, stands.""#,
            r#""Allowed until 2029-01-02T00:00:00.000Z, unless something is recorded before."]"#,
        ],
    );
    assert_eq!(answer(decided, &french.replace("false}", "true}")), explained);
}

#[wasm_bindgen_test]
fn a_decision_names_its_reason_and_its_record() {
    let claimed = YES.replace("confirmed", "claimed");
    let left = r#"{"choice":"opt_out","assurance":"confirmed","received_at":"2026-01-03T00:00:00Z"}"#;
    let objected = left.replace("opt_out\"", "opt_out\",\"objection\":true");
    let suppressed = left.replace("opt_out\"", "opt_out\",\"objection\":false,\"suppression\":true");
    let named = format!("\"{ID}\"");
    for (records, reason, record) in [
        (String::new(), "\"never_asked\"", "null"),
        (YES.to_owned(), "null", &*named),
        (YES.replace("019a", "019A"), "null", &named),
        (claimed, "\"awaiting_confirmation\"", &named),
        (YES.replace("opt_in", "declined"), "\"declined\"", &named),
        // An opt-out without a purpose is an objection to marketing. It also covers future purposes. A later specific opt-in
        // ends it.
        (format!("{YES},{left}"), "\"objected\"", "null"),
        (format!("{left},{}", YES.replace("01-02", "01-04")), "null", &named),
        (format!("{YES},{objected}"), "\"objected\"", "null"),
        (format!("{YES},{suppressed}"), "\"suppressed\"", "null"),
        // An old list never ends an opt-out, whenever it is imported.
        (format!("{left},{}", YES.replace("confirmed", "listed").replace("01-02", "01-09")), "\"objected\"", "null"),
    ] {
        let answered = answer(decided, &question(&records));
        let allow = reason == "null";
        let expected = format!(r#"{{"allow":{allow},"reason":{reason},"record":{record},"#);
        assert!(answered.starts_with(&expected), "{records}: {answered}");
    }
}

#[wasm_bindgen_test]
fn a_record_without_an_id_gets_no_id_of_another_record() {
    // Ids that look like the numbers given to records without an id.
    let numbered = |n| YES.replace(ID, &format!("00000000-0000-0000-0000-00000000000{n}"));
    let unnamed = YES.replace(&format!("\"id\":\"{ID}\","), "").replace("01-02", "01-03");
    for records in [format!("{},{unnamed}", numbered(0)), format!("{unnamed},{}", numbered(0))] {
        assert_holds(&answer(decided, &question(&records)), &["\"allow\":true", "\"record\":null"]);
    }
    // At the same time the greater id wins, and every given id is greater than none.
    let same_time = unnamed.replace("01-03", "01-02");
    let records = format!("{},{},{same_time}", numbered(7), numbered(2));
    assert_holds(&answer(decided, &question(&records)), &["00000000-0000-0000-0000-000000000007"]);
    let choice = |choice: &str| same_time.replace("opt_in", choice);
    assert_holds(&answer(decided, &question(&format!("{},{}", choice("opt_in"), choice("opt_out")))), &["opted_out"]);
}

#[wasm_bindgen_test]
fn an_act_counts_from_its_time_unless_that_is_after_receipt() {
    let left = r#"{"choice":"opt_out","assurance":"confirmed","received_at":"2026-01-03T00:00:00Z"}"#;
    for (occurred, allowed) in [
        ("2026-01-04T00:00:00+00:00", true),
        ("2026-01-03T01:00:00+02:00", false),
        // A time after receipt, so the record counts from receipt.
        ("2027-01-01T00:00:00Z", true),
    ] {
        let yes =
            YES.replace("01-02", "01-05").replace("\"received", &format!("\"occurred_at\":\"{occurred}\",\"received"));
        let answered = answer(decided, &question(&format!("{left},{yes}")));
        assert_eq!(answered.contains("\"allow\":true"), allowed, "{occurred}: {answered}");
    }
}

#[wasm_bindgen_test]
fn a_decision_ignores_records_after_its_time() {
    let left = r#"{"choice":"opt_out","assurance":"confirmed","received_at":"2026-01-03T00:00:00Z"}"#;
    let asked = question(&format!("{YES},{left}"));
    for (at, expected) in [
        ("2026-01-01T23:59:59.999Z", "\"never_asked\""),
        ("2026-01-02T00:00:00Z", "\"reason\":null"),
        ("2026-01-02T23:59:59.999Z", "\"reason\":null"),
        ("2026-01-03T00:00:00Z", "\"objected\""),
    ] {
        assert_holds(&answer(decided, &asked.replace("2026-11-23T10:00:00Z", at)), &[expected]);
    }
    // An undated record of a file may be of any age, so it was already there.
    let undated = YES.replace("confirmed", "listed");
    let before = question(&undated).replace("2026-11", "2025-11");
    assert_holds(&answer(decided, &with(&before, r#""person":{"country":"US"}"#)), &["\"allow\":true"]);
}

#[wasm_bindgen_test]
fn an_activity_extends_the_time_limit_of_a_ground() {
    let noted = |activity: &str, more: &str| {
        format!(r#"{YES},{{"activity":"{activity}"{more},"received_at":"2026-06-02T00:00:00Z"}}"#)
    };
    for (records, until) in [
        (YES.to_owned(), "2029-01-02"),
        (noted("contacted", ""), "2029-06-02"),
        (noted("contacted", r#","channel":"email","purpose":"news","assurance":"staff""#), "2029-06-02"),
        (noted("contacted", r#","channel":"sms""#), "2029-01-02"),
        (noted("used", ""), "2029-01-02"),
    ] {
        let answered = answer(decided, &with(&question(&records), r#""person":{"country":"FR"}"#));
        assert_holds(&answered, &[&format!("\"until\":\"{until}")]);
    }
}

#[wasm_bindgen_test]
fn a_ground_is_a_basis_and_a_dealing() {
    let on = |basis: &str, country: &str| {
        let records = YES.replace("\"confirmed\"", &format!("\"authenticated\",{basis}"));
        answer(decided, &with(&question(&records), &format!(r#""person":{{"country":"{country}"}}"#)))
    };
    let bought = r#""basis":"soft_opt_in","dealing":"purchase""#;
    assert_holds(&on(bought, "DE"), &[r#""allow":true"#, r#""basis":"soft_opt_in","dealing":"purchase""#, "de-email"]);
    assert_holds(&on(bought, "PL"), &[r#""reason":"basis_not_accepted""#, "pl-all"]);
    assert_holds(&on(r#""basis":"soft_opt_in","dealing":"negotiation""#, "DE"), &[r#""reason":"basis_not_accepted""#]);
    assert_holds(
        &on(r#""basis":"implied","dealing":"inquiry""#, "CA"),
        &[r#""reason":"expired""#, r#""basis":"implied","dealing":"inquiry""#],
    );
    assert_holds(&on(r#""basis":"implied","dealing":"purchase""#, "CA"), &["\"until\":\"2028-01-02"]);
    assert_holds(&on(r#""basis":"legitimate_interest""#, "BR"), &[r#""basis":"legitimate_interest","dealing":null"#]);
    assert_holds(&on(r#""basis":"contract""#, "BR"), &[r#""reason":"basis_not_accepted""#]);
}

#[wasm_bindgen_test]
fn facts_about_the_person_change_the_decision() {
    let mail = question(YES);
    let phone = question(
        &YES.replace("email", "phone").replace("\"confirmed\"", r#""confirmed","basis":"legitimate_interest""#),
    )
    .replace("\"email\"", "\"phone\"");
    for (asked, person, expected) in [
        (&mail, r#"{}"#, r#""rule":{"id":"any""#),
        (&mail, r#"{"country":"ZZ"}"#, r#""rule":{"id":"any""#),
        (&mail, r#"{"country":"US"}"#, r#""rule":{"id":"us-email""#),
        (&mail, r#"{"country":"US","region":"CA"}"#, r#""rule":{"id":"us-ca-email""#),
        (&mail, r#"{"country":"FR","relation":"business"}"#, r#""rule":{"id":"fr-mail-business""#),
        (&mail, r#"{"country":"FR","relation":"consumer"}"#, r#""rule":{"id":"fr-mail""#),
        (&mail, r#"{"restricted":true}"#, r#""reason":"restricted""#),
        (&mail, r#"{"reachable":false}"#, r#""reason":"no_address""#),
        (&mail, r#"{"restricted":false,"reachable":true}"#, r#""allow":true"#),
        // The age is 16 in Germany, and a child born on 29 February has its birthday on 1 March.
        (&mail, r#"{"country":"DE","born":"2010-01-02"}"#, r#""reason":"under_age""#),
        (&mail, r#"{"country":"DE","born":"2010-01-01"}"#, r#""allow":true"#),
        (&phone, r#"{"country":"GB"}"#, r#""reason":"basis_not_accepted""#),
    ] {
        assert_holds(&answer(decided, &with(asked, &format!(r#""person":{person}"#))), &[expected]);
    }
    let leap = question(&YES.replace("2026-01-02", "2024-02-29T12:00:00Z").replace("T00:00:00Z\"", "\""));
    let leap = leap.replace("T12:00:00ZT00:00:00Z", "T12:00:00Z");
    let born = |date: &str| answer(decided, &with(&leap, &format!(r#""person":{{"country":"DE","born":"{date}"}}"#)));
    assert_holds(&born("2008-02-29"), &["under_age"]);
    assert_holds(&born("2008-02-28"), &["\"allow\":true"]);
}

#[wasm_bindgen_test]
fn a_policy_tightens_the_law_and_its_overrides_loosen_it() {
    let claimed = question(&YES.replace("confirmed", "claimed"));
    let german = |policy: &str| format!(r#""person":{{"country":"DE"}},"policy":{policy}"#);
    let override_of = |what: &str| {
        german(&format!(r#"{{"confirmation":[],"overrides":[{{"rule":"de-email",{what}"reason":"memo 7"}}]}}"#))
    };
    let spanish = |policy: &str| german(policy).replace("DE", "ES");
    for (asked, fields, expected) in [
        (&claimed, spanish("{}"), "awaiting_confirmation"),
        (&claimed, spanish(r#"{"confirmation":["sms"]}"#), "\"allow\":true"),
        (&claimed, spanish(r#"{"confirmation":["sms","email"]}"#), "awaiting_confirmation"),
        // German law itself requires the confirmation.
        (&claimed, german(r#"{"confirmation":[]}"#), "awaiting_confirmation"),
        (&claimed, override_of(r#""waive":["confirmation"],"#), r#""allow":true"#),
        (&claimed, override_of(r#""waive":["confirmation"],"#), r#""override":"memo 7""#),
        (
            &claimed,
            override_of(r#""accept":["implied"],"waive":["age","expiry","screening"],"#),
            "awaiting_confirmation",
        ),
        (&claimed, german(r#"{"channels":["sms"]}"#), "channel_off"),
        (&question(YES), german(r#"{"transactional":["news"],"bases":[]}"#), r#"allow":true"#),
        (&claimed, german(r#"{"transactional":["news"],"confirmation":[]}"#), r#"allow":true"#),
        (&claimed, german(r#"{"transactional":["news"]}"#), "awaiting_confirmation"),
        (&claimed, german(r#"{"transactional":["news"]}"#), r#""rule":{"id":"transactional""#),
        (&claimed, german(r#"{"bases":["implied","implied","implied","implied","implied"]}"#), "basis_not_accepted"),
        (&question(YES), german(r#"{"age_required":true}"#), "under_age"),
        (&question(YES), german(r#"{"minimum_age":18}"#).replace("\"DE\"", r#""DE","born":"2008-06-01""#), "under_age"),
        (
            &question(YES),
            german(r#"{"minimum_age":0}"#).replace("\"DE\"", r#""DE","born":"2008-06-01""#),
            "\"allow\":true",
        ),
        (&question(YES), german(r#"{"expires_after_months":12}"#), "\"until\":\"2027-01-02"),
        (&question(YES), german(r#"{"expires_after_months":0}"#), "\"until\":null"),
    ] {
        assert_holds(&answer(decided, &with(asked, &fields)), &[expected]);
    }
}

#[wasm_bindgen_test]
fn a_standing_has_a_line_for_each_channel_and_purpose() {
    let sms = r#"{"choice":"declined","channel":"sms","purpose":"offers","assurance":"claimed","received_at":"2026-01-02T00:00:00Z"}"#;
    let all = answer(listed, &format!(r#"{{"records":[{YES},{sms}],"at":"2026-11-23T10:00:00Z"}}"#));
    let expected = [
        format!(r#"[{{"channel":"email","purpose":"news","status":"opted_in","record":"{ID}"}}"#),
        r#"{"channel":"email","purpose":"offers","status":"never_asked","record":null}"#.into(),
        r#"{"channel":"sms","purpose":"news","status":"never_asked","record":null}"#.into(),
        r#"{"channel":"sms","purpose":"offers","status":"declined","record":null}]"#.into(),
    ];
    assert_eq!(all, expected.join(","));
    let wide = r#"{"records":[{"choice":"opt_out","assurance":"staff","received_at":"2026-01-02T00:00:00Z"}],"channel":"post","purpose":"x","at":"2026-11-23T10:00:00Z"}"#;
    assert_eq!(answer(listed, wide), r#"[{"channel":"post","purpose":"x","status":"opted_out","record":null}]"#);
    assert_eq!(answer(listed, r#"{"records":[],"at":"2026-11-23T10:00:00Z"}"#), "[]");
    // The standing shows the person's choice, whether or not it may be used.
    for fields in [r#""policy":{"channels":[]}"#, r#""person":{"restricted":true}"#, r#""policy":{"bases":[]}"#] {
        let seen = answer(listed, &with(&format!(r#"{{"records":[{YES}],"at":"2030-01-01T00:00:00Z"}}"#), fields));
        assert_eq!(seen, format!(r#"[{{"channel":"email","purpose":"news","status":"opted_in","record":"{ID}"}}]"#));
    }
}

#[wasm_bindgen_test]
fn an_address_has_a_form_for_display_and_a_form_for_matching() {
    for (kind, value, expected) in [
        (
            "email",
            " Jane@BÜCHER.example ",
            r#"{"kind":"email","value":"Jane@BÜCHER.example","key":"jane@xn--bcher-kva.example"}"#,
        ),
        ("phone", "+44 (0)20 7946 0000", r#"{"kind":"phone","value":"+442079460000","key":"+442079460000"}"#),
    ] {
        assert_eq!(answer(normalised, &format!(r#"{{"kind":"{kind}","value":"{value}"}}"#)), expected);
    }
}

#[wasm_bindgen_test]
fn the_table_of_rules_can_be_listed_and_filtered() {
    let all = written(&rules(JsValue::UNDEFINED).unwrap());
    assert!(all.starts_with(r#"[{"id":"any","jurisdiction":"*","relation":null,"#), "{all}");
    assert_eq!(all.matches("{\"id\":").count(), placet::consent::rules::rules().count());
    assert_holds(
        &all,
        &[
            r#"{"id":"gb-mail","jurisdiction":"GB","relation":null,"channels":["email","sms","whatsapp"],"from":null,"to":"2026-02-05T00:00:00.000Z","grounds":["consent","soft_opt_in:purchase","soft_opt_in:negotiation","soft_opt_in:free_account"],"confirmation":false,"limits":{"purchase_months":null,"inquiry_months":null,"inactivity_months":null,"disuse_months":null,"screening_days":null},"deadline":"at once","law":"PECR 2003","#,
            r#""id":"us-fl-calls","jurisdiction":"US-FL","#,
            r#""id":"de-phone-business","jurisdiction":"DE","relation":"business","#,
            r#""limits":{"purchase_months":24,"inquiry_months":6,"inactivity_months":null,"disuse_months":null,"screening_days":null},"deadline":"10 business days","law":"CASL","#,
        ],
    );
    let ids = |query: &str| {
        let rows = answer(looked_up, query);
        let ids = rows.split("{\"id\":\"").skip(1).map(|row| row.split('"').next().unwrap().to_owned());
        ids.collect::<Vec<_>>().join(" ")
    };
    for (query, expected) in [
        (r#"{"country":"DE","channel":"phone"}"#, "de-phone"),
        (r#"{"country":"DE","channel":"phone","relation":"business"}"#, "de-phone-business"),
        (r#"{"country":"FR","channel":"phone"}"#, "fr-phone-until-2026 fr-phone"),
        (r#"{"country":"US","region":"TX","channel":"sms"}"#, "us-tx-calls"),
        (r#"{"country":"FR"}"#, "eu-push fr-mail fr-phone-until-2026 fr-phone fr-post"),
        (r#"{"country":"ZZ"}"#, "any any-phone"),
        ("{}", "any any-phone"),
    ] {
        assert_eq!(ids(query), expected, "{query}");
    }

    let ages = written(&ages().unwrap());
    assert_holds(
        &ages,
        &[r#"{"country":"AT","years":14,"confidence":"second_hand","note":""}"#, r#"{"country":"CA","years":null,"#],
    );
    let reasons = written(&reasons().unwrap());
    assert_holds(&reasons, &[r#"{"reason":"declined","meaning":"The person was asked and did not say yes."}"#]);
    assert_eq!(reasons.matches("\"reason\"").count(), placet::consent::Reason::ALL.len());
}

/// Returns the shared certificate, its key and its content.
fn certificate() -> [String; 3] {
    let parts = JSON::parse(CERTIFICATE).unwrap();
    ["certificate", "key", "says"].map(|name| written(&js_sys::Reflect::get(&parts, &name.into()).unwrap()))
}

#[wasm_bindgen_test]
fn a_verified_certificate_has_the_signed_content() {
    let [certificate, key, says] = certificate();
    let rsa = r#"{"kty":"RSA","n":"AQ","e":"AQAB","x5c":["AQ"],"use":"sig"}"#;
    let weak = r#"{"kty":"OKP","crv":"Ed25519","x":"AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}"#;
    for key in [
        key.clone(),
        key.replacen('{', r#"{"kid":"2026","alg":"EdDSA","use":"sig","key_ops":["verify"],"#, 1),
        format!(r#"{{"keys":[{key}]}}"#),
        format!(r#"{{"keys":[{rsa},{weak},[],null,7,{key},{key}],"as_of":"2026"}}"#),
    ] {
        assert_eq!(answer(verified, &format!(r#"{{"certificate":{certificate},"key":{key}}}"#)), says);
    }
}
