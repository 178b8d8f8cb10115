//! All rights over one person's data: report, export, correction, restriction, merge, erasure.

use std::collections::BTreeSet;
use std::io::Read;

use http::Method;
use placet::consent::certificate::{Certificate, Jwk};
use serde_json::{Value, json};

use crate::backend::{Backend, random};
use crate::client::{Answer, Shop, ask, ask_with, shop_body, standing, submission, undated, with};

crate::scenarios! {
    all_data_of_a_person_can_be_reported_changed_and_erased
    a_section_of_an_export_contains_only_its_data
    all_formats_of_an_export_contain_the_same_facts
    an_employee_changes_one_choice
    an_opt_in_by_an_employee_ends_no_objection
    a_corrected_address_keeps_its_history_without_higher_assurance
    restrictions_are_on_record
    a_merge_can_be_undone
    an_erasure_keeps_the_records_of_other_contacts
    a_repeated_submission_after_an_erasure_stores_nothing
    a_change_with_an_outdated_etag_is_refused
    disclosures_are_part_of_the_report
}

const EMAIL: &str = "jane@example.com";
const OTHER: &str = "jane.doe@example.org";
const PHONE: &str = "+447700900123";
const PUSH: &str = "https://push.example/send/fX9-token-of-jane";
const POSTAL: &str = "Jane Doe\n12 Mill Lane\nOX1 2JD Oxford";
const EXTERNAL: &str = "shopify:4711";

/// Creates a shop that uses every channel.
fn open_shop(backend: &dyn Backend) -> Shop {
    let body = with(shop_body(), "/channels", json!(["email", "sms", "phone", "whatsapp", "push", "post"]));
    let body = with(body, "/purposes", json!(["newsletter", "offers", "partner_offers"]));
    let privacy = json!({
        "contact": "privacy@kestrel.example", "policy_url": "https://shop.example/privacy", "authority": "ICO, Wycliffe House",
        "recipients": [{ "id": "mailer", "name": "Example Mailer Ltd", "role": "processor", "country": "US", "safeguard": "SCC 2021/914" }],
        "purposes": [{ "purpose": "newsletter", "text": "A letter about new coffees, once a month" }],
    });
    Shop::create_with(backend, &with(body, "/privacy", privacy))
}

fn act(channel: &str, purpose: &str, choice: &str) -> Value {
    json!({ "channel": channel, "purpose": purpose, "choice": choice })
}

/// Creates Jane: five addresses, two of them email; 40 records on six channels, in part from two imports; an external
/// id.
fn jane(backend: &dyn Backend, shop: &Shop) -> String {
    let channels = ["email", "sms", "phone", "whatsapp", "push", "post"];
    let sent = |contact: Value, choices: Vec<Value>, assurance: &str, kind: &str| {
        let body = with(submission(), "/contact", contact);
        let body = with(with(body, "/choices", json!(choices)), "/assurance", json!(assurance));
        let body = with(
            body,
            "/source",
            json!({ "kind": kind, "url": "https://shop.example/account", "form": "account of jane" }),
        );
        shop.submit_from_server(backend, &body).ok()
    };
    let all = json!({ "email": EMAIL, "phone": PHONE, "push": PUSH, "postal": POSTAL, "external": EXTERNAL,
        "country": "GB", "born": "1990-05-17", "relation": "consumer" });
    let first =
        channels.iter().flat_map(|channel| [act(channel, "newsletter", "opt_in"), act(channel, "offers", "opt_in")]);
    let receipt = sent(all.clone(), first.collect(), "authenticated", "account");
    sent(
        json!({ "email": OTHER, "external": EXTERNAL }),
        vec![act("email", "newsletter", "opt_in"), act("email", "offers", "declined")],
        "authenticated",
        "account",
    );
    for kind in ["import", "import"] {
        let listed = channels.iter().map(|channel| act(channel, "partner_offers", "opt_in")).collect();
        sent(all.clone(), listed, "listed", kind);
    }
    let again =
        channels.iter().flat_map(|channel| [act(channel, "newsletter", "opt_in"), act(channel, "offers", "opt_out")]);
    sent(all.clone(), again.collect(), "authenticated", "account");
    sent(
        json!({ "email": EMAIL, "external": EXTERNAL }),
        vec![act("email", "partner_offers", "opt_out"), act("email", "newsletter", "opt_in")],
        "authenticated",
        "account",
    );
    receipt["contact"].as_str().unwrap().to_owned()
}

fn report(backend: &dyn Backend, shop: &Shop, contact: &str) -> Value {
    ask(backend, Method::GET, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok()
}

fn len(list: &Value) -> usize {
    list.as_array().unwrap().len()
}

fn values(report: &Value) -> BTreeSet<&str> {
    report["addresses"].as_array().unwrap().iter().map(|address| address["value"].as_str().unwrap()).collect()
}

fn all_data_of_a_person_can_be_reported_changed_and_erased(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let path = format!("/v1/contacts/{contact}");
    let told = report(backend, &shop, &contact);
    assert_eq!((len(&told["records"]), len(&told["addresses"])), (40, 5), "{told:#}");
    assert_eq!(
        told["profile"],
        json!({ "country": "GB", "region": null, "relation": "consumer", "born": "1990-05-17", "claimed": [] })
    );
    assert_eq!(told["external_ids"], json!([EXTERNAL]));
    // Three channels use the phone number. Each of the six channels has three purposes for each address.
    assert_eq!(len(&told["standings"]), 2 * 3 + 3 * 3 + 3 + 3);
    assert_eq!(standing(&told, "post", "newsletter")["allow"], true);
    assert_eq!(standing(&told, "post", "offers")["status"], "opted_out");
    let about = &told["information"];
    assert_eq!(about["recipients"][0]["name"], "Example Mailer Ltd");
    assert_eq!(
        about["purposes"][0],
        json!({ "purpose": "newsletter", "text": "A letter about new coffees, once a month", "bases": ["consent"], "transactional": false })
    );
    assert_eq!(
        about["sources"].as_array().unwrap().iter().map(|source| source["records"].as_u64().unwrap()).sum::<u64>(),
        40
    );
    assert_eq!((len(&about["rights"]), &about["authority"]), (8, &json!("ICO, Wycliffe House")));
    assert_eq!(told["shop"]["contact"], "privacy@kestrel.example");

    let change = |path: String, body: Value| ask(backend, Method::POST, &path, &shop.secret, &body).ok();
    let corrected = json!({ "address": { "from": { "email": OTHER }, "to": { "email": "jane.roe@example.org" } },
        "profile": { "born": "1991-05-17" }, "reason": "she married" });
    change(format!("{path}/rectify"), corrected);
    let restricted = json!({ "restricted": true, "reason": "she disputes the telephone number" });
    ask(backend, Method::PUT, &format!("{path}/restriction"), &shop.secret, &restricted).ok();
    let twin = with(submission(), "/contact", json!({ "email": "jane.twin@example.net" }));
    let twin = with(twin, "/choices", json!([act("email", "newsletter", "opt_in")]));
    let twin = shop.submit_from_server(backend, &twin).ok()["contact"].as_str().unwrap().to_owned();
    let merged =
        change(format!("{path}/merge"), json!({ "contact": { "id": twin }, "reason": "one person, two accounts" }));
    assert_eq!((len(&merged["addresses"]), &merged["merged"]), (6, &json!([twin])));
    assert!(merged["standings"].as_array().unwrap().iter().all(|one| one["reason"] == "restricted"));
    let acts = |told: &Value| {
        told["requests"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["act"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(acts(&merged), ["rectified", "restricted", "merged"]);
    assert_eq!(report(backend, &shop, &twin)["id"], contact.as_str(), "the merged contact is found by its own id too");

    let before = backend.dump();
    let personal = [
        EMAIL,
        OTHER,
        "jane.roe@example.org",
        "jane.twin@example.net",
        PHONE,
        PUSH,
        "mill lane",
        "Mill Lane",
        EXTERNAL,
        "1990-05-17",
        "1991-05-17",
        "account of jane",
        "she married",
        "disputes",
        "jane",
        "Jane",
        "447700900123",
    ];
    for value in personal {
        let held = before.iter().any(|(_, row)| row.contains(value));
        // The corrected values are already deleted.
        assert_eq!(held, ![OTHER, "1990-05-17"].contains(&value), "{value}");
    }
    let statistics = ask(backend, Method::GET, "/v1/statistics", &shop.secret, &Value::Null).ok();

    let mut erased =
        ask(backend, Method::DELETE, &format!("{path}?requested_by=person"), &shop.secret, &Value::Null).ok();
    let key: Jwk = serde_json::from_value(erased["key"].clone()).unwrap();
    let certificate = Certificate::verified(erased["jws"].as_str().unwrap(), &key).unwrap();
    assert_eq!(serde_json::to_value(&certificate).unwrap(), erased["certificate"]);
    assert_eq!((certificate.contact.as_str(), certificate.kept.suppressions), (contact.as_str(), 7));
    assert_eq!(
        (certificate.deleted["contact"], certificate.deleted["address"], certificate.deleted["external_id"]),
        (2, 7, 1)
    );
    let settings = ask(backend, Method::GET, "/v1/shop", &shop.secret, &Value::Null).ok();
    assert_eq!(settings["certificate_key"], erased["key"], "the shop's settings contain the public key");

    for (table, row) in backend.dump() {
        for value in personal {
            assert!(!row.contains(value), "{table} still holds {value}: {row}");
        }
    }
    let rows = backend.rows();
    for gone in [
        "contact",
        "address",
        "record",
        "track",
        "submission",
        "external_id",
        "rights_act",
        "disclosure",
        "idempotency",
        "damped",
    ] {
        assert_eq!(rows[gone], 0, "{gone}");
    }
    assert_eq!((rows["suppression"], rows["certificate"]), (7, 1), "including the corrected address");
    let counted = ask(backend, Method::GET, "/v1/statistics", &shop.secret, &Value::Null).ok();
    assert_eq!(counted, statistics, "the statistics do not change");

    // The answers are the same as for a contact that never existed.
    for id in [&contact, &twin, "00000000-0000-7000-8000-000000000000"] {
        let path = format!("/v1/contacts/{id}");
        let unknown = |answer: Answer| answer.problem(404, "contact_not_found", None);
        let reason = json!({ "choice": "opt_out", "reason": "r" });
        unknown(ask(backend, Method::GET, &path, &shop.secret, &Value::Null));
        unknown(ask(backend, Method::GET, &format!("{path}/export"), &shop.secret, &Value::Null));
        unknown(ask(backend, Method::PUT, &format!("{path}/choices/email/newsletter"), &shop.secret, &reason));
        unknown(ask(
            backend,
            Method::PUT,
            &format!("{path}/restriction"),
            &shop.secret,
            &json!({ "restricted": true, "reason": "r" }),
        ));
        unknown(ask(
            backend,
            Method::POST,
            &format!("{path}/rectify"),
            &shop.secret,
            &json!({ "profile": { "born": null }, "reason": "r" }),
        ));
        unknown(ask(
            backend,
            Method::POST,
            &format!("{path}/merge"),
            &shop.secret,
            &json!({ "contact": { "email": EMAIL }, "reason": "r" }),
        ));
    }
    for body in [
        json!({ "email": EMAIL }),
        json!({ "phone": PHONE }),
        json!({ "push": PUSH }),
        json!({ "postal": POSTAL }),
        json!({ "external": EXTERNAL }),
    ] {
        shop.lookup(backend, &body).problem(404, "contact_not_found", None);
        let activity = json!({ "contact": body, "activities": [{ "activity": "used" }] });
        ask(backend, Method::POST, "/v1/activities", &shop.secret, &activity).problem(404, "contact_not_found", None);
    }
    // Only the first answer names the accounts: nothing keeps them.
    assert_eq!(erased["external_ids"], json!([EXTERNAL]));
    erased.as_object_mut().unwrap().remove("external_ids");
    for id in [&contact, &twin] {
        let again = ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
        assert_eq!(again, erased, "a second erasure changes nothing");
        assert_eq!(
            ask(backend, Method::GET, &format!("/v1/contacts/{id}/certificate"), &shop.secret, &Value::Null).ok(),
            erased
        );
    }
    let never = "/v1/contacts/00000000-0000-7000-8000-000000000000";
    ask(backend, Method::DELETE, never, &shop.secret, &Value::Null).problem(404, "contact_not_found", None);
    assert_eq!(backend.rows(), rows);
}

fn export(backend: &dyn Backend, shop: &Shop, contact: &str, query: &str) -> Answer {
    ask(backend, Method::GET, &format!("/v1/contacts/{contact}/export{query}"), &shop.secret, &Value::Null)
}

fn a_section_of_an_export_contains_only_its_data(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let whole = export(backend, &shop, &contact, "").ok();
    let head = ["schema", "generated_at", "shop", "id", "created_at", "merged", "restriction"];
    for section in [
        "profile",
        "addresses",
        "standings",
        "records",
        "activities",
        "requests",
        "recipients",
        "connections",
        "information",
    ] {
        let part = export(backend, &shop, &contact, &format!("?sections={section}")).ok();
        let mut names: Vec<&str> =
            part.as_object().unwrap().keys().map(String::as_str).filter(|name| !head.contains(name)).collect();
        names.retain(|name| *name != "external_ids" || section != "addresses");
        assert_eq!(names, [section]);
        if section != "requests" {
            assert_eq!(part[section], whole[section], "{section}");
        }
    }
    let records =
        |query: &str| export(backend, &shop, &contact, &format!("?sections=records&{query}")).ok()["records"].clone();
    let all = |list: &Value, name: &str, value: &str| list.as_array().unwrap().iter().all(|one| one[name] == value);
    let sms = records("channel=sms");
    assert!(len(&sms) == 6 && all(&sms, "channel", "sms"));
    let one = records("channel=sms&purpose=partner_offers");
    assert!(len(&one) == 2 && all(&one, "purpose", "partner_offers"));
    assert_eq!(len(&records("until=2026-11-23T10:00:00Z")), 0);
    assert_eq!(len(&records("since=2026-11-23T10:00:00Z")), 40);
    assert_eq!(
        len(&records("since=2026-11-23T10:00:00Z&until=2026-11-23T10:00:00.001Z")),
        33,
        "opt-outs count from their receipt"
    );
    let both = export(backend, &shop, &contact, "?sections=standings,%20profile&channel=email").ok();
    assert!(all(&both["standings"], "channel", "email") && both["profile"]["country"] == "GB");
    for (query, code, name) in [
        ("?sections=everything", "unknown_section", "sections"),
        ("?sections=", "unknown_section", "sections"),
        ("?channel=fax", "unknown_channel", "channel"),
        ("?since=yesterday", "invalid_time", "since"),
        ("?format=pdf", "unknown_format", "format"),
        ("?format=json&format=csv", "duplicate_parameter", "format"),
        ("?jane@example.com=1", "unknown_parameter", ""),
    ] {
        let refused = export(backend, &shop, &contact, query);
        refused.problem(422, code, None);
        assert_eq!(refused.body["errors"][0]["parameter"], name, "{query}");
    }
    // Each export is an act of its own, so the next export includes it.
    let done = report(backend, &shop, &contact)["requests"].clone();
    assert_eq!(done[0]["act"], "exported");
    assert_eq!(done[1]["detail"], json!({ "sections": ["profile"], "format": "json" }));
}

/// Collects every non-empty text and number of a JSON value.
fn facts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|field| facts(field, into)),
        Value::Array(parts) => parts.iter().for_each(|part| facts(part, into)),
        Value::String(text) if !text.is_empty() => drop(into.insert(text.clone())),
        Value::Number(number) => drop(into.insert(number.to_string())),
        _ => {}
    }
}

fn all_formats_of_an_export_contain_the_same_facts(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let disclosed = json!({ "contact": { "id": contact }, "recipient": "mailer", "data": ["email"] });
    ask(backend, Method::POST, "/v1/disclosures", &shop.secret, &disclosed).ok();
    // A name with a spreadsheet formula and an HTML tag, as an attacker would use.
    let odd = with(
        submission(),
        "/source",
        json!({ "kind": "form", "url": "https://shop.example/", "form": "=1+1\"<script>alert(1)</script>" }),
    );
    shop.submit(backend, &odd).ok();
    let json = undated(
        export(
            backend,
            &shop,
            &contact,
            "?format=json&sections=profile,addresses,standings,records,recipients,information",
        )
        .ok(),
    );
    let mut stated = BTreeSet::new();
    facts(&json, &mut stated);
    assert!(stated.len() > 150, "{}", stated.len());

    let query =
        |format: &str| format!("?format={format}&sections=profile,addresses,standings,records,recipients,information");
    let page = export(backend, &shop, &contact, &query("html"));
    assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert!(!page.text.contains("<script"), "personal data is escaped");
    let read = page.text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");

    let archive = export(backend, &shop, &contact, &format!("{}&cells=exact", query("csv")));
    assert_eq!(archive.header("content-type"), "application/zip");
    assert_eq!(archive.header("content-disposition"), format!("attachment; filename=\"contact-{contact}.zip\""));
    let files = unzipped(&archive.bytes);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "contact.csv",
        "profile.csv",
        "addresses.csv",
        "external_ids.csv",
        "standings.csv",
        "records.csv",
        "recipients.csv",
        "information_rights.csv",
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    let mut cells = BTreeSet::new();
    for (name, text) in &files {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let width = reader.headers().unwrap().len();
        for row in reader.records().map(Result::unwrap) {
            assert_eq!(row.len(), width, "{name}");
            for cell in &row {
                cells.extend(cell.split('\n').map(str::to_owned).chain([cell.to_owned()]));
            }
        }
    }
    let records = &files.iter().find(|(name, _)| name == "records.csv").unwrap().1;
    assert_eq!(csv::Reader::from_reader(records.as_bytes()).records().count(), len(&json["records"]));
    for fact in &stated {
        assert!(read.contains(fact.as_str()), "the page lacks {fact}");
        assert!(cells.contains(fact), "the tables lack {fact}");
    }
}

fn unzipped(bytes: &[u8]) -> Vec<(String, String)> {
    let archive = rawzip::ZipArchive::from_slice(bytes).unwrap();
    let mut files = Vec::new();
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry().unwrap() {
        let name = entry.file_path().try_normalize().unwrap().as_ref().to_owned();
        let file = archive.get_entry(entry.wayfinder()).unwrap();
        let mut text = String::new();
        file.verifying_reader(file.data()).read_to_string(&mut text).unwrap();
        files.push((name, text));
    }
    files
}

fn an_employee_changes_one_choice(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let put = |scope: &str, body: Value| {
        ask(backend, Method::PUT, &format!("/v1/contacts/{contact}/choices/{scope}"), &shop.secret, &body)
    };
    let no = put("sms/newsletter", json!({ "choice": "opt_out", "reason": "asked on the phone" })).ok();
    assert_eq!(standing(&no, "sms", "newsletter")["status"], "opted_out");
    assert_eq!(standing(&no, "whatsapp", "newsletter")["status"], "opted_in", "the other channel keeps its status");
    let record = no["records"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&record["assurance"], &record["evidence"], &record["source"]["kind"]),
        (&json!("staff"), &json!({ "reason": "asked on the phone" }), &json!("staff"))
    );

    let yes = json!({ "choice": "opt_in", "reason": "signed the form", "evidence": { "reference": "form 12/2026" } });
    let back = put("sms/newsletter", yes.clone()).ok();
    assert_eq!(standing(&back, "sms", "newsletter")["allow"], true, "an employee's opt-in ends a plain opt-out");
    // With two mailboxes, an opt-in must name one address; an opt-out covers both.
    put("email/offers", yes.clone()).problem(422, "ambiguous_address", Some("/address"));
    let of = |told: &Value, address: &str| {
        told["standings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["address"] == address && one["purpose"] == "offers")
            .unwrap()["status"]
            .clone()
    };
    let one = put("email/offers", with(yes.clone(), "/address", json!({ "email": OTHER }))).ok();
    assert_eq!((of(&one, OTHER), of(&one, EMAIL)), (json!("opted_in"), json!("opted_out")));
    let none = put("email/*", json!({ "choice": "opt_out", "reason": "no mail at all" })).ok();
    assert!(
        none["standings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["channel"] == "email")
            .all(|one| one["status"] == "opted_out")
    );

    let records = len(&none["records"]);
    for (scope, body, code, pointer) in [
        ("fax/newsletter", yes.clone(), "unknown_channel", ""),
        ("sms/News", yes.clone(), "invalid_purpose", ""),
        ("sms/unheard_of", yes.clone(), "unknown_purpose", ""),
        ("sms/*", yes.clone(), "not_specific", ""),
        ("sms/newsletter", json!({ "choice": "opt_out", "reason": " " }), "invalid_text", "/reason"),
        (
            "sms/newsletter",
            json!({ "choice": "opt_in", "reason": "said so" }),
            "missing_evidence",
            "/evidence/reference",
        ),
        ("sms/newsletter", with(yes.clone(), "/choice", json!("maybe")), "unknown_choice", "/choice"),
        (
            "sms/newsletter",
            with(yes.clone(), "/address", json!({ "phone": "+447700900999" })),
            "unknown_address",
            "/address",
        ),
        ("sms/newsletter", with(yes.clone(), "/address", json!({ "email": EMAIL })), "no_address", "/channel"),
        ("sms/newsletter", with(yes.clone(), "/basis", json!("soft_opt_in")), "missing_evidence", "/evidence/dealing"),
    ] {
        put(scope, body).problem(422, code, Some(pointer));
    }
    assert_eq!(len(&report(backend, &shop, &contact)["records"]), records);
}

fn an_opt_in_by_an_employee_ends_no_objection(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let put = |scope: &str, body: Value| {
        ask(backend, Method::PUT, &format!("/v1/contacts/{contact}/choices/{scope}"), &shop.secret, &body).ok()
    };
    put("*/*", json!({ "choice": "opt_out", "objection": true, "reason": "wrote a letter" }));
    let yes = json!({ "choice": "opt_in", "reason": "signed the form", "evidence": { "reference": "form 12" }, "address": { "email": EMAIL } });
    let told = put("email/newsletter", yes);
    assert!(
        told["standings"].as_array().unwrap().iter().all(|one| one["allow"] == false && one["reason"] == "objected")
    );
    // The person's own opt-in does.
    let own = with(
        with(submission(), "/contact", json!({ "email": EMAIL })),
        "/choices",
        json!([act("email", "newsletter", "opt_in")]),
    );
    let own = with(with(own, "/assurance", json!("authenticated")), "/occurred_at", json!("2999-01-01T00:00:00Z"));
    shop.submit_from_server(backend, &own).ok();
    let told = report(backend, &shop, &contact);
    let back = told["standings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["address"] == EMAIL && one["purpose"] == "newsletter")
        .unwrap();
    assert_eq!(back["allow"], true);
}

fn a_corrected_address_keeps_its_history_without_higher_assurance(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let before = report(backend, &shop, &contact);
    let rectify = |backend: &dyn Backend, body: Value| {
        ask(backend, Method::POST, &format!("/v1/contacts/{contact}/rectify"), &shop.secret, &body)
    };
    let to = |from: &str, to: &str| json!({ "address": { "from": { "email": from }, "to": { "email": to } }, "reason": "a slip" });
    let after = rectify(backend, to(EMAIL, "jane.new@example.com")).ok();
    assert!(values(&after).contains("jane.new@example.com") && !values(&after).contains(EMAIL));
    shop.lookup(backend, &json!({ "email": EMAIL })).problem(404, "contact_not_found", None);
    assert_eq!(shop.lookup(backend, &json!({ "email": "jane.new@example.com" })).ok()["id"], contact.as_str());
    // The old records stay. The standing is copied to the new address, and its opt-ins are only claimed.
    let old = before["records"].as_array().unwrap();
    let kept: BTreeSet<&str> =
        after["records"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(old.iter().all(|one| kept.contains(one["id"].as_str().unwrap())));
    let carried: Vec<&Value> =
        after["records"].as_array().unwrap().iter().filter(|one| one["address"] == "jane.new@example.com").collect();
    assert!(!carried.is_empty());
    for one in &carried {
        assert_eq!((&one["source"]["kind"], &one["evidence"]["reason"]), (&json!("rectification"), &json!("a slip")));
        assert!(
            one["choice"] != "opt_in" || ["claimed", "listed"].contains(&one["assurance"].as_str().unwrap()),
            "{one}"
        );
    }
    let status = |told: &Value, address: &str, purpose: &str| {
        told["standings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["address"] == address && one["purpose"] == purpose)
            .unwrap()["status"]
            .clone()
    };
    for purpose in ["newsletter", "offers", "partner_offers"] {
        // An opt-in is only claimed for the new address, which is asked to confirm it.
        let expected = match status(&before, EMAIL, purpose) {
            own if own == "opted_in" => json!("awaiting_confirmation"),
            own => own,
        };
        assert_eq!(status(&after, "jane.new@example.com", purpose), expected, "{purpose}");
    }
    let act = after["requests"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&act["act"], &act["detail"], &act["reason"]),
        (&json!("rectified"), &json!({ "fields": ["email"] }), &json!("a slip"))
    );
    for (_, row) in backend.dump() {
        assert!(!row.contains(EMAIL), "the wrong address is gone: {row}");
    }

    // A correction to a suppressed address does not end the suppression.
    let suppressed = json!({ "email": "never@example.com", "reason": "asked" });
    ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &suppressed).ok();
    let moved = rectify(backend, to(OTHER, "never@example.com")).ok();
    assert!(
        moved["standings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["address"] == "never@example.com")
            .all(|one| one["reason"] == "suppressed")
    );
    // Suppressions of the old address also apply to the new one. An opt-out is not lost with the address it was made
    // for, even if that address returns by a list.
    for reason in ["complained", "bounced"] {
        let asked = json!({ "email": "jane.new@example.com", "reason": reason });
        ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &asked).ok();
    }
    let fled = rectify(backend, to("jane.new@example.com", "jane.newer@example.com")).ok();
    let newer = |one: &&Value| one["address"] == "jane.newer@example.com";
    assert!(fled["standings"].as_array().unwrap().iter().filter(newer).all(|one| one["reason"] == "suppressed"));
    let listed = with(submission(), "/contact", json!({ "email": EMAIL }));
    let listed = with(
        with(listed, "/choices", json!([crate::rights::act("email", "offers", "opt_in")])),
        "/assurance",
        json!("listed"),
    );
    shop.submit_from_server(backend, &listed).ok();
    let woken = shop.lookup(backend, &json!({ "email": EMAIL })).ok();
    assert_eq!(
        standing(&woken, "email", "offers")["reason"],
        "suppressed",
        "an old list with the old address must not opt in"
    );
    // The same holds for an opt-out made by another address for all channels.
    let both = json!({ "email": "wide@example.com", "phone": "+447700900321" });
    let both = with(
        with(submission(), "/contact", both),
        "/choices",
        json!([crate::rights::act("email", "offers", "opt_in")]),
    );
    let wide =
        shop.submit_from_server(backend, &with(both, "/assurance", json!("authenticated"))).ok()["contact"].clone();
    let wide = format!("/v1/contacts/{}", wide.as_str().unwrap());
    let letter = json!({ "choice": "opt_out", "objection": true, "reason": "a letter", "address": { "phone": "+447700900321" } });
    ask(backend, Method::PUT, &format!("{wide}/choices/*/*"), &shop.secret, &letter).ok();
    ask(backend, Method::POST, &format!("{wide}/rectify"), &shop.secret, &to("wide@example.com", "wider@example.com"))
        .ok();
    let old =
        with(with(submission(), "/contact", json!({ "email": "wide@example.com" })), "/assurance", json!("listed"));
    let old = with(old, "/choices", json!([crate::rights::act("email", "offers", "opt_in")]));
    shop.submit_from_server(backend, &old).ok();
    let woken = shop.lookup(backend, &json!({ "email": "wide@example.com" })).ok();
    assert_eq!(standing(&woken, "email", "offers")["reason"], "suppressed");
    // Another spelling of the same address loses nothing.
    let written = rectify(backend, to("never@example.com", "Never@Example.com")).ok();
    assert!(
        values(&written).contains("Never@example.com") || values(&written).contains("Never@Example.com"),
        "{:?}",
        values(&written)
    );

    let rows = backend.rows();
    let elsewhere = with(submission(), "/contact", json!({ "email": "someone@example.com", "phone": "+447700900555" }));
    shop.submit(backend, &elsewhere).ok();
    rectify(backend, to("never@example.com", "someone@example.com")).problem(409, "address_taken", None);
    rectify(backend, to("nobody@example.com", "new@example.com")).problem(
        422,
        "unknown_address",
        Some("/address/from"),
    );
    rectify(backend, json!({ "reason": "nothing" })).problem(422, "nothing_to_do", Some(""));
    rectify(backend, json!({ "profile": { "born": "2999-01-01" }, "reason": "r" })).problem(
        422,
        "invalid_date",
        Some("/profile/born"),
    );
    rectify(backend, json!({ "profile": { "region": "FL" }, "reason": "r" })).problem(
        422,
        "invalid_region",
        Some("/profile/region"),
    );
    let other = json!({ "address": { "from": { "email": "never@example.com" }, "to": { "phone": "+447700900777" } }, "reason": "r" });
    rectify(backend, other).problem(422, "other_kind", Some("/address/to"));
    assert_eq!(backend.rows()["rights_act"], rows["rights_act"]);
    let forgotten = rectify(backend, json!({ "profile": { "born": null, "country": "IE" }, "reason": "moved" })).ok();
    assert_eq!((&forgotten["profile"]["born"], &forgotten["profile"]["country"]), (&Value::Null, &json!("IE")));
}

fn restrictions_are_on_record(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let put = |restricted: bool, reason: &str| {
        let path = format!("/v1/contacts/{contact}/restriction");
        ask(backend, Method::PUT, &path, &shop.secret, &json!({ "restricted": restricted, "reason": reason })).ok()
    };
    let on = put(true, "disputed");
    assert_eq!(on["restriction"]["reason"], "disputed");
    let still = put(true, "disputed once more");
    assert_eq!(still["restriction"], on["restriction"], "the restriction keeps its date and reason");
    let off = put(false, "settled");
    assert_eq!(off["restriction"], Value::Null);
    put(false, "settled again");
    let acts: Vec<Value> = report(backend, &shop, &contact)["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["act"], one["reason"]]))
        .collect();
    let all = [
        json!(["restricted", "disputed"]),
        json!(["restricted", "disputed once more"]),
        json!(["restriction_lifted", "settled"]),
        json!(["restriction_lifted", "settled again"]),
    ];
    assert_eq!(acts, all, "every change is on record");
}

fn a_merge_can_be_undone(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let make = |email: &str, country: Value| {
        let body =
            with(submission(), "/contact", json!({ "email": email, "external": format!("woo:{}", email.len()) }));
        let body = with(body, "/choices", json!([act("email", "newsletter", "opt_in")]));
        let body = if country.is_null() { body } else { with(body, "/contact/country", country) };
        shop.submit_from_server(backend, &with(body, "/assurance", json!("authenticated"))).ok()["contact"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (b, c) = (make("b@example.net", json!("FR")), make("cc@example.net", Value::Null));
    let post = |id: &str, what: &str, body: Value| {
        ask(backend, Method::POST, &format!("/v1/contacts/{id}/{what}"), &shop.secret, &body)
    };
    let told = |id: &str| undated(report(backend, &shop, id));
    let bare = |id: &str| {
        let mut told = told(id);
        told.as_object_mut().unwrap().remove("requests");
        told
    };
    let restrict = json!({ "restricted": true, "reason": "b disputes" });
    ask(backend, Method::PUT, &format!("/v1/contacts/{b}/restriction"), &shop.secret, &restrict).ok();
    let before = (bare(&contact), bare(&b), bare(&c));

    // Merges B into C, and then C with B into Jane.
    let filled = post(&c, "merge", json!({ "contact": { "id": b }, "reason": "same" })).ok();
    assert_eq!(
        (&filled["profile"]["country"], &filled["restriction"]["reason"]),
        (&json!("FR"), &json!("b disputes")),
        "a merge keeps the restriction"
    );
    post(&contact, "merge", json!({ "contact": { "email": "cc@example.net" }, "reason": "same" })).ok();
    let all = told(&contact);
    assert_eq!((len(&all["addresses"]), len(&all["external_ids"]), len(&all["merged"])), (7, 3, 2));
    assert_eq!((&told(&b)["id"], &told(&c)["id"]), (&json!(contact), &json!(contact)));
    post(&contact, "merge", json!({ "contact": { "id": b }, "reason": "again" })).problem(409, "merge_conflict", None);
    post(&contact, "merge", json!({ "contact": { "id": contact }, "reason": "self" })).problem(
        409,
        "merge_conflict",
        None,
    );
    post(&contact, "merge", json!({ "contact": { "email": "no@example.net" }, "reason": "who" })).problem(
        422,
        "unknown_contact",
        Some("/contact"),
    );
    // An opt-out for all channels applies to all addresses of the person, whichever contact they came from.
    let no = json!({ "choice": "opt_out", "reason": "a letter" });
    let shut = ask(
        backend,
        Method::PUT,
        &format!("/v1/contacts/{contact}/choices/*/newsletter"),
        &shop.secret,
        &with(no, "/address", json!({ "email": EMAIL })),
    )
    .ok();
    assert!(
        shut["standings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| one["purpose"] == "newsletter")
            .all(|one| one["allow"] == false)
    );

    // Undoes the merges one by one.
    post(&contact, "unmerge", json!({ "contact": c, "reason": "not the same after all" })).ok();
    post(&contact, "unmerge", json!({ "contact": c, "reason": "again" })).problem(409, "merge_conflict", None);
    post(&c, "unmerge", json!({ "contact": b, "reason": "nor these" })).ok();
    // A restriction stays on both contacts until an employee lifts it: a mistaken merge must not allow any use.
    let restricted = bare(&c);
    assert_eq!(
        (&restricted["restriction"]["reason"], &restricted["profile"]["country"]),
        (&json!("b disputes"), &Value::Null)
    );
    assert_eq!(bare(&contact)["restriction"]["reason"], "b disputes");
    for id in [&contact, &c] {
        let lift = json!({ "restricted": false, "reason": "never was about them" });
        ask(backend, Method::PUT, &format!("/v1/contacts/{id}/restriction"), &shop.secret, &lift).ok();
    }
    let (mut jane, own_b, own_c) = (bare(&contact), bare(&b), bare(&c));
    assert_eq!((own_b, own_c), (before.1, before.2));
    assert_eq!(len(&jane["records"]), 41, "the new record stays");
    for (name, was) in [
        ("addresses", &before.0["addresses"]),
        ("external_ids", &before.0["external_ids"]),
        ("profile", &before.0["profile"]),
        ("restriction", &before.0["restriction"]),
    ] {
        assert_eq!(jane[name].take(), *was, "{name}");
    }
    let acts: Vec<String> = told(&contact)["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            format!("{} {}", one["act"].as_str().unwrap(), one["detail"]["contact"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(acts, [format!("merged {c}"), format!("unmerged {c}"), "restriction_lifted ".to_owned()]);
}

fn an_erasure_keeps_the_records_of_other_contacts(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    // Jane's phone number is known. A stranger submits a form with it and a mailbox of their own.
    let phone = with(submission(), "/contact", json!({ "phone": PHONE }));
    let phone = with(phone, "/choices", json!([act("sms", "offers", "opt_in")]));
    let janes = shop.submit_from_server(backend, &phone).ok()["contact"].clone();
    let both = with(submission(), "/contact/email", json!("stranger@example.net"));
    let strangers = shop.submit_from_server(backend, &both).ok()["contact"].clone();
    assert_ne!(janes, strangers);
    let bare = |report: Value| with(undated(report), "/typed_beside", Value::Null);
    let before = bare(shop.lookup(backend, &json!({ "phone": PHONE })).ok());
    ask(backend, Method::DELETE, &format!("/v1/contacts/{}", strangers.as_str().unwrap()), &shop.secret, &Value::Null)
        .ok();
    assert_eq!(bare(shop.lookup(backend, &json!({ "phone": PHONE })).ok()), before, "her record and its evidence stay");
    // Erasing Jane does not delete the other person's data.
    let other = with(submission(), "/contact/email", json!("third@example.net"));
    let third = shop.submit_from_server(backend, &other).ok()["contact"].clone();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{}", janes.as_str().unwrap()), &shop.secret, &Value::Null).ok();
    let left = report(backend, &shop, third.as_str().unwrap());
    assert_eq!((len(&left["records"]), len(&left["addresses"])), (1, 1));
    shop.lookup(backend, &json!({ "phone": PHONE })).problem(404, "contact_not_found", None);
}

fn a_repeated_submission_after_an_erasure_stores_nothing(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let sent = submission();
    let first = shop.submit(backend, &sent).ok();
    let contact = shop.lookup(backend, &json!({ "email": EMAIL })).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok();
    let rows = backend.rows();
    assert_eq!(shop.submit(backend, &sent).ok(), first, "the answer is the same as before the erasure");
    assert_eq!(backend.rows(), rows);
    // A new submission is a new claim, which does not end the suppression.
    shop.submit(backend, &with(sent, "/id", json!(uuid::Uuid::from_bytes(random()).to_string()))).ok();
    let told = shop.lookup(backend, &json!({ "email": EMAIL })).ok();
    assert_ne!(told["id"], contact.as_str());
    assert_eq!(standing(&told, "email", "newsletter")["reason"], "suppressed");
}

fn a_change_with_an_outdated_etag_is_refused(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let path = format!("/v1/contacts/{contact}");
    let read = |path: &str| ask(backend, Method::GET, path, &shop.secret, &Value::Null).header("etag").to_owned();
    let tag = read(&path);
    assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
    export(backend, &shop, &contact, "").ok();
    assert_eq!(read(&path), tag, "reading changes nothing");
    let no = json!({ "choice": "opt_out", "reason": "asked" });
    let put = |tag: &str| {
        ask_with(
            backend,
            Method::PUT,
            &format!("{path}/choices/sms/newsletter"),
            &shop.secret,
            &[("if-match", tag)],
            &no,
        )
    };
    put("\"00000000000000000000000000000000\"").problem(412, "changed_meanwhile", None);
    let changed = put(&tag);
    let next = changed.header("etag").to_owned();
    assert_ne!(next, tag);
    changed.ok();
    put(&tag).problem(412, "changed_meanwhile", None);
    put(&format!("\"other\", {next}")).ok();
    put("*").ok();
    let erase = |tag: &str| ask_with(backend, Method::DELETE, &path, &shop.secret, &[("if-match", tag)], &Value::Null);
    erase(&tag).problem(412, "changed_meanwhile", None);
    erase(&read(&path)).ok();

    let settings = ask(backend, Method::GET, "/v1/shop", &shop.secret, &Value::Null);
    let tag = settings.header("etag").to_owned();
    let mut body = settings.ok();
    for own in ["id", "created_at", "certificate_key"] {
        body.as_object_mut().unwrap().remove(own);
    }
    let write = |tag: &str, name: &str| {
        ask_with(
            backend,
            Method::PUT,
            "/v1/shop",
            &shop.secret,
            &[("if-match", tag)],
            &with(body.clone(), "/name", json!(name)),
        )
    };
    assert_eq!(write(&tag, "Windhover Tea").ok()["name"], "Windhover Tea");
    write(&tag, "Merlin Milk").problem(412, "changed_meanwhile", None);
    let page = shop.storefront(backend, &[("origin", crate::client::ORIGIN)]).ok();
    assert_eq!(page["shop"]["name"], "Windhover Tea", "pages have it at once");
}

fn disclosures_are_part_of_the_report(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let contact = jane(backend, &shop);
    let hand = |recipient: &str, data: Value, at: &str| {
        let body = json!({ "contact": { "email": EMAIL }, "recipient": recipient, "data": data, "at": at });
        ask(backend, Method::POST, "/v1/disclosures", &shop.secret, &body)
    };
    assert_eq!(
        hand("mailer", json!(["email", "newsletter_choice"]), "2026-11-20T10:00:00Z").ok()["contact"],
        contact.as_str()
    );
    hand("mailer", json!(["newsletter_choice", "email"]), "2026-11-22T10:00:00Z").ok();
    hand("parcel-service", json!(["postal"]), "2026-11-21T10:00:00Z").ok();
    let told = report(backend, &shop, &contact)["recipients"].clone();
    assert_eq!(
        told,
        json!([
            { "recipient": "mailer", "name": "Example Mailer Ltd", "data": ["email", "newsletter_choice"], "first_at": "2026-11-20T10:00:00.000Z", "last_at": "2026-11-22T10:00:00.000Z", "times": 2 },
            { "recipient": "parcel-service", "name": null, "data": ["postal"], "first_at": "2026-11-21T10:00:00.000Z", "last_at": "2026-11-21T10:00:00.000Z", "times": 1 },
        ])
    );
    let erased = ask(backend, Method::DELETE, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok();
    assert_eq!(erased["recipients"], json!(["mailer", "parcel-service"]), "the recipients to tell about the erasure");
    hand("a mailer", json!(["email"]), "2026-11-20T10:00:00Z").problem(422, "invalid_token", Some("/recipient"));
    hand("mailer", json!([]), "2026-11-20T10:00:00Z").problem(422, "wrong_number_of_data", Some("/data"));
}
