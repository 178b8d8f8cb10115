//! Imports of lists: the outcome of each row, repeated files, and undoing an import.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::backend::Backend;
use crate::client::{Answer, Shop, ask, bearer, send, shop_body, standing, submission, with};

crate::scenarios! {
    a_list_is_imported_once_and_can_be_undone
    the_file_of_each_platform_is_recognised_by_its_columns
    case_25_the_suppressions_of_klaviyo_count_beside_subscribed
    each_count_of_an_import_is_an_outcome_of_rows
    a_file_that_is_sent_again_is_the_same_import
    not_opted_in_is_an_opt_out_only_if_the_shop_says_so
    rejected_rows_can_be_corrected_and_imported
    a_file_can_be_uploaded_in_parts_across_crashes
    a_file_may_be_gzipped
    empty_members_of_a_gzip_file_cost_nothing
    undoing_an_import_changes_nothing_else
    a_malicious_file_changes_nothing
}

pub const NEWS: &str = "channel=email&purpose=newsletter";

/// Creates a shop with every channel and high rate limits.
pub fn open_shop(backend: &dyn Backend) -> Shop {
    let body = with(shop_body(), "/channels", json!(["email", "sms", "phone", "whatsapp", "push", "post"]));
    let body = with(body, "/purposes", json!(["newsletter", "offers", "partner_offers"]));
    Shop::create_with(backend, &with(body, "/limits", json!({ "publishable": 10_000, "secret": 10_000 })))
}

/// Sends a file.
pub fn send_file(backend: &dyn Backend, shop: &Shop, query: &str, file: impl Into<bytes::Bytes>) -> Answer {
    send_part(backend, shop, Method::POST, &format!("/v1/imports?{query}"), &[], file)
}

/// Sends a file or a part of one, with additional headers.
fn send_part(
    backend: &dyn Backend,
    shop: &Shop,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    bytes: impl Into<bytes::Bytes>,
) -> Answer {
    let key = bearer(&shop.secret);
    let headers = [&[("authorization", &*key), ("content-type", "text/csv")], headers].concat();
    send(backend, method, path, &headers, bytes)
}

/// Sends a file, waits until the import has ended, and returns the import.
#[track_caller]
pub fn imported(backend: &dyn Backend, shop: &Shop, query: &str, file: impl Into<bytes::Bytes>) -> Value {
    let answer = send_file(backend, shop, query, file);
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
    ended(backend, shop, id_of(&answer.body))
}

pub fn id_of(import: &Value) -> &str {
    import["id"].as_str().unwrap()
}

/// Waits until the import is in its final state, and returns it.
#[track_caller]
pub fn ended(backend: &dyn Backend, shop: &Shop, id: &str) -> Value {
    let begin = std::time::Instant::now();
    loop {
        backend.work();
        let import = look(backend, shop, id);
        if ["done", "failed", "cancelled", "undone"].contains(&import["state"].as_str().unwrap()) {
            return import;
        }
        assert!(begin.elapsed().as_secs() < 60, "{import}");
        backend.pass(20);
    }
}

/// Returns the import in its present state.
#[track_caller]
pub fn look(backend: &dyn Backend, shop: &Shop, id: &str) -> Value {
    get(backend, shop, &format!("/v1/imports/{id}")).ok()
}

pub fn get(backend: &dyn Backend, shop: &Shop, path: &str) -> Answer {
    ask(backend, Method::GET, path, &shop.secret, &Value::Null)
}

/// Asks for an import to be cancelled or undone.
pub fn act(backend: &dyn Backend, shop: &Shop, id: &str, what: &str) -> Answer {
    ask(backend, Method::POST, &format!("/v1/imports/{id}/{what}"), &shop.secret, &Value::Null)
}

/// Undoes an import and waits until that is finished.
#[track_caller]
pub fn undone(backend: &dyn Backend, shop: &Shop, id: &str) {
    let undo = act(backend, shop, id, "undo");
    assert_eq!(undo.status.as_u16(), 202, "{}", undo.text);
    assert_eq!(ended(backend, shop, id)["state"], "undone");
}

/// Returns an exported list.
#[track_caller]
pub fn listed(backend: &dyn Backend, shop: &Shop, list: &str) -> String {
    let answer = get(backend, shop, &format!("/v1/lists/{list}"));
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
    answer.text
}

/// Returns the three exported lists.
#[track_caller]
pub fn lists(backend: &dyn Backend, shop: &Shop) -> [String; 3] {
    ["opted_in", "opted_out", "suppressed"].map(|list| listed(backend, shop, list))
}

/// Returns the counts of an import that are not 0.
pub fn counts(import: &Value) -> Value {
    let counts = import["counts"].as_object().unwrap().iter().filter(|(_, count)| **count != json!(0));
    counts.map(|(name, count)| (name.clone(), count.clone())).collect()
}

/// Submits a person's choice about the newsletter by email, as the shop's server.
#[track_caller]
pub fn statement(backend: &dyn Backend, shop: &Shop, email: &str, assurance: &str, choice: &str) {
    let mut act = json!({ "channel": "email", "purpose": "newsletter", "choice": choice });
    if assurance == "confirmed" {
        act["evidence"] = json!({ "confirmed_by": "email" });
    }
    let body = with(submission(), "/contact", json!({ "email": email }));
    let mut body = with(with(body, "/choices", json!([act])), "/assurance", json!(assurance));
    body.as_object_mut().unwrap().remove("occurred_at");
    shop.submit_from_server(backend, &body).ok();
}

/// Returns the status of the newsletter by email, or `None` for an unknown address.
#[track_caller]
pub fn status(backend: &dyn Backend, shop: &Shop, email: &str) -> Option<String> {
    let found = shop.lookup(backend, &json!({ "email": email }));
    if found.status.as_u16() == 404 {
        return None;
    }
    standing(&found.ok(), "email", "newsletter")["status"].as_str().map(str::to_owned)
}

pub fn erase(backend: &dyn Backend, shop: &Shop, email: &str) {
    let found = shop.lookup(backend, &json!({ "email": email })).ok();
    let path = format!("/v1/contacts/{}", id_of(&found));
    ask(backend, Method::DELETE, &path, &shop.secret, &Value::Null).ok();
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the row counts of the tables about persons.
fn rows_of_people(backend: &mut dyn Backend) -> Vec<i64> {
    let rows = backend.rows();
    PEOPLE.map(|table| rows[table]).to_vec()
}

const PEOPLE: [&str; 7] = ["contact", "address", "external_id", "record", "track", "submission", "suppression"];

/// Returns the row counts of the tables about persons and about files.
fn rows_of_files(backend: &mut dyn Backend) -> Vec<i64> {
    let rows = backend.rows();
    PEOPLE.iter().chain(&["import", "import_chunk", "import_error"]).map(|table| rows[*table]).collect()
}

fn a_list_is_imported_once_and_can_be_undone(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let file = "Mail,Vorname\nada@example.com,Ada\nbob@example.com,Bob\nnobody,X\nada@example.com,Ada\n";
    let query = format!("columns=email:Mail&list=opted_in&{NEWS}");
    let import = imported(backend, &shop, &query, file);
    assert_eq!(counts(&import), json!({ "accepted": 2, "rejected": 1, "duplicate": 1 }), "{import}");
    assert_eq!(import["state"], "done");
    let list = listed(backend, &shop, &format!("opted_in?{NEWS}&profile=mailchimp"));
    assert_eq!(list.lines().count(), 3, "{list}");
    // The same file again is the same import.
    let again = send_file(backend, &shop, &query, file);
    assert_eq!((again.status.as_u16(), &again.body["id"]), (200, &import["id"]), "{}", again.text);
    undone(backend, &shop, id_of(&import));
    let list = listed(backend, &shop, &format!("opted_in?{NEWS}"));
    assert_eq!(list.lines().count(), 1, "{list}");
}

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../fixtures/lists/", $name)).as_slice()
    };
}

fn the_file_of_each_platform_is_recognised_by_its_columns(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let one = |count: &str| json!({ count: 1 });
    let two = |one: (&str, u32), other: (&str, u32)| json!({ one.0: one.1, other.0: other.1 });
    let listed = "list=opted_in&channel=email&purpose=newsletter";
    let files = [
        (
            fixture!("shopify.csv"),
            "purpose=newsletter",
            "shopify",
            json!({ "accepted": 2, "no_choice": 2, "rejected": 1 }),
        ),
        (fixture!("shopify-template.csv"), "purpose=newsletter", "shopify", one("accepted")),
        (fixture!("shopify-old.csv"), "purpose=newsletter", "shopify", two(("accepted", 1), ("no_choice", 1))),
        (fixture!("klaviyo.csv"), "purpose=newsletter", "klaviyo", two(("accepted", 4), ("no_choice", 2))),
        (
            fixture!("mailchimp-subscribed.csv"),
            "purpose=newsletter&name=subscribed_members_export_7.csv",
            "mailchimp",
            json!({ "accepted": 2 }),
        ),
        (fixture!("mailchimp-unsubscribed.csv"), "", "mailchimp", one("accepted")),
        (fixture!("mailchimp-cleaned.csv"), "", "mailchimp", one("accepted")),
        (fixture!("brevo.csv"), listed, "brevo", json!({ "accepted": 2 })),
        (fixture!("magento.csv"), "purpose=newsletter", "magento", two(("accepted", 2), ("no_choice", 2))),
        (
            fixture!("prestashop-newsletter.csv"),
            "purpose=newsletter",
            "prestashop",
            two(("accepted", 1), ("no_choice", 1)),
        ),
        (
            fixture!("prestashop-customers.csv"),
            "purpose=newsletter",
            "prestashop",
            two(("accepted", 2), ("no_choice", 2)),
        ),
        (fixture!("woocommerce.csv"), listed, "woocommerce", json!({ "accepted": 2 })),
        (fixture!("placet.csv"), "", "placet", two(("accepted", 4), ("no_choice", 1))),
        (fixture!("placet-export.csv"), "", "placet", two(("accepted", 2), ("no_choice", 1))),
        (fixture!("placet-suppressed.csv"), "", "placet", two(("accepted", 1), ("rejected", 1))),
        (fixture!("placet.ndjson"), "", "placet", two(("accepted", 2), ("rejected", 3))),
    ];
    let before = rows_of_people(backend);
    let mut trials = Vec::new();
    for (file, query, profile, expected) in &files {
        let trial = imported(backend, &shop, &format!("{query}&dry_run=true"), *file);
        assert_eq!((&trial["state"], &trial["dry_run"]), (&json!("done"), &json!(true)), "{trial}");
        assert_eq!((&trial["profile"], &counts(&trial)), (&json!(profile), expected), "{trial}");
        trials.push(trial);
    }
    assert_eq!(rows_of_people(backend), before, "a dry run stores nothing");
    for ((file, query, _, _), trial) in files.iter().zip(&trials) {
        let import = imported(backend, &shop, query, *file);
        assert_eq!(import["dry_run"], false);
        for same in ["state", "profile", "format", "separator", "columns", "list", "channel", "purpose", "counts"] {
            assert_eq!(import[same], trial[same], "{same}: {import}");
        }
        assert_eq!(import["sha256"], sha256(file));
        assert_eq!(import["windows_1252_rows"], if import["profile"] == "brevo" { 2 } else { 0 });
        assert_eq!(import["progress"]["bytes"], import["progress"]["total_bytes"], "{import}");
        let [errors, of_trial] =
            [&import, trial].map(|import| get(backend, &shop, &format!("/v1/imports/{}/errors", id_of(import))).text);
        assert_eq!(errors, of_trial);
    }
    let after = rows_of_people(backend);
    assert!(after.iter().zip(&before).all(|(after, before)| after > before), "{before:?} {after:?}");
    let all = ask(backend, Method::GET, "/v1/imports?limit=20", &shop.secret, &Value::Null).ok();
    let ids: Vec<&Value> = all["imports"].as_array().unwrap().iter().map(|import| &import["id"]).collect();
    assert_eq!((ids.len(), all["next"].as_str()), (20, ids[19].as_str()), "the newest first, page by page");
    let rest = get(backend, &shop, &format!("/v1/imports?limit=20&before={}", ids[19].as_str().unwrap())).ok();
    assert_eq!((rest["imports"].as_array().unwrap().len(), &rest["next"]), (files.len() * 2 - 20, &Value::Null));
}

/// PostHog/posthog#79855: people who bounced or complained are still SUBSCRIBED in Klaviyo's file.
fn case_25_the_suppressions_of_klaviyo_count_beside_subscribed(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    imported(backend, &shop, "purpose=newsletter", fixture!("klaviyo.csv"));
    for (email, reason) in
        [("gil", "opted_in"), ("hal", "opted_out"), ("ivy", "never_asked"), ("jon", "objected"), ("kim", "never_asked")]
    {
        let contact = json!({ "email": format!("{email}@example.com") });
        let body = json!({ "channel": "email", "purpose": "newsletter", "contact": contact });
        let decision = ask(backend, Method::POST, "/v1/decisions", &shop.secret, &body).ok()["decision"].clone();
        let told = if decision["allow"] == true { "opted_in" } else { decision["reason"].as_str().unwrap() };
        assert_eq!(told, reason, "{email}: {decision}");
    }
}

fn each_count_of_an_import_is_an_outcome_of_rows(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    for (email, assurance, choice) in [
        ("con@example.com", "confirmed", "opt_in"),
        ("left@example.com", "authenticated", "opt_out"),
        ("gone@example.com", "confirmed", "opt_in"),
    ] {
        statement(backend, &shop, email, assurance, choice);
    }
    erase(backend, &shop, "gone@example.com");
    let file = "email,choice\nnew@example.com,yes\ncon@example.com,yes\nleft@example.com,yes\ngone@example.com,yes\n\
        gone@example.com,no\nnew@example.com,yes\ntorn@example.com,yes\ntorn@example.com,no\nrent@example.com,no\n\
        rent@example.com,yes\nnobody,yes\nshy@example.com,\n";
    let expected = json!({ "accepted": 4, "unchanged": 1, "outranked": 2, "suppressed": 2, "duplicate": 1,
        "rejected": 1, "no_choice": 1 });
    let trial = imported(backend, &shop, &format!("{NEWS}&dry_run=true"), file);
    assert_eq!(counts(&trial), expected, "{trial}");
    let import = imported(backend, &shop, NEWS, file);
    assert_eq!(counts(&import), expected, "{import}");
    assert_eq!(import["progress"]["rows"], 12);
    for (email, expected) in [
        ("new@example.com", Some("opted_in")),
        ("con@example.com", Some("opted_in")),
        ("left@example.com", Some("opted_out")),
        ("gone@example.com", None),
        ("torn@example.com", Some("opted_out")),
        ("rent@example.com", Some("opted_out")),
        ("shy@example.com", None),
    ] {
        assert_eq!(status(backend, &shop, email).as_deref(), expected, "{email}");
    }

    // A list of opt-outs ends an earlier confirmed opt-in, dated or not, and a second import changes nothing.
    let left = "email\ncon@example.com\n";
    let leave = format!("list=opted_out&{NEWS}");
    let import = imported(backend, &shop, &leave, left);
    assert_eq!(counts(&import), json!({ "accepted": 1 }), "{import}");
    assert_eq!(status(backend, &shop, "con@example.com").as_deref(), Some("opted_out"));
    let again = imported(backend, &shop, &format!("{leave}&again=true"), left);
    assert_eq!(counts(&again), json!({ "unchanged": 1 }), "{again}");
    // An opt-out dated before the person's later opt-in is already on record and changes nothing.
    backend.pass(2);
    statement(backend, &shop, "con@example.com", "confirmed", "opt_in");
    let dated = "email,occurred_at\ncon@example.com,2025-01-01T00:00:00Z\n";
    imported(backend, &shop, &leave, dated);
    assert_eq!(status(backend, &shop, "con@example.com").as_deref(), Some("opted_in"));
    backend.pass(2);
    let import = imported(backend, &shop, &format!("{leave}&again=true"), left);
    assert_eq!(counts(&import), json!({ "accepted": 1 }), "an undated opt-out counts from now: {import}");
    assert_eq!(status(backend, &shop, "con@example.com").as_deref(), Some("opted_out"));

    // An erased address is never stored again: not by an opt-in, not by an opt-out, not beside another address in the
    // row.
    let both = format!("list=opted_out&{NEWS}");
    let import = imported(backend, &shop, &both, "email,phone,choice\ngone@example.com,,\nGone@Example.com,,no\n");
    assert_eq!(counts(&import), json!({ "suppressed": 2 }), "{import}");
    let import = imported(
        backend,
        &shop,
        "channel=sms&purpose=newsletter",
        "email,phone,choice\ngone@example.com,+447700900150,yes\n",
    );
    assert_eq!(counts(&import), json!({ "accepted": 1 }), "{import}");
    for (table, row) in backend.dump() {
        assert!(!row.to_lowercase().contains("gone@example.com"), "{table}: {row}");
    }
}

fn a_file_that_is_sent_again_is_the_same_import(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let file = "email,choice\nada@example.com,yes\nbob@example.com,no\n";
    let first = imported(backend, &shop, &format!("{NEWS}&name=a.csv"), file);
    let before = rows_of_people(backend);
    for query in [format!("{NEWS}&name=a.csv"), "purpose=newsletter&name=b.csv&channel=email".to_owned()] {
        let again = send_file(backend, &shop, &query, file);
        assert_eq!((again.status.as_u16(), &again.body["id"]), (200, &first["id"]), "{query}: {}", again.text);
        assert_eq!(again.body["counts"], first["counts"]);
    }
    assert_eq!(rows_of_people(backend), before);
    let trial = imported(backend, &shop, &format!("{NEWS}&dry_run=true"), file);
    assert_ne!(trial["id"], first["id"], "a dry run is another import");
    let anew = imported(backend, &shop, &format!("{NEWS}&again=true"), file);
    assert_ne!(anew["id"], first["id"]);
    assert_eq!(counts(&anew), json!({ "unchanged": 2 }), "{anew}");
    let other = imported(backend, &shop, "channel=email&purpose=offers", file);
    assert_ne!(other["id"], first["id"]);
    assert_eq!(counts(&other), json!({ "accepted": 2 }), "{other}");
    // An import that was undone no longer counts as the same file.
    undone(backend, &shop, id_of(&other));
    let other_again = send_file(backend, &shop, "channel=email&purpose=offers", file);
    assert_eq!(other_again.status.as_u16(), 202, "{}", other_again.text);
    assert_eq!(counts(&ended(backend, &shop, id_of(&other_again.body))), json!({ "accepted": 2 }));

    // A repeated request with the same idempotency key returns the same import, whatever its state is now.
    let named = [("idempotency-key", "import-7")];
    let path = "/v1/imports?list=opted_in&channel=email&purpose=newsletter";
    let one = send_part(backend, &shop, Method::POST, path, &named, "email\ncleo@example.com\n");
    assert_eq!(one.status.as_u16(), 202, "{}", one.text);
    assert_eq!(one.header("location"), format!("/v1/imports/{}", id_of(&one.body)));
    ended(backend, &shop, id_of(&one.body));
    let two = send_part(backend, &shop, Method::POST, path, &named, "");
    assert_eq!((two.status.as_u16(), &two.body["id"]), (200, &one.body["id"]), "{}", two.text);
    assert_eq!(two.body["state"], "done", "the present state");
}

fn not_opted_in_is_an_opt_out_only_if_the_shop_says_so(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    imported(backend, &shop, &format!("list=opted_in&{NEWS}"), "email\nfile@example.com\n");
    statement(backend, &shop, "own@example.com", "confirmed", "opt_in");
    let people = "who@example.com,no\nfile@example.com,no\nown@example.com,no\n";
    for file in [
        format!("Email,Accepts Email Marketing\n{people}"),
        format!("email,subscribed,subscribed_on\n{}", people.replace("no", "0,")),
    ] {
        let import = imported(backend, &shop, "purpose=newsletter", file);
        let takes_back = import["profile"] == "shopify";
        let expected = if takes_back { json!({ "accepted": 1, "no_choice": 2 }) } else { json!({ "no_choice": 3 }) };
        assert_eq!(counts(&import), expected, "{import}");
        for (email, expected) in
            [("who@example.com", None), ("file@example.com", Some("opted_out")), ("own@example.com", Some("opted_in"))]
        {
            assert_eq!(status(backend, &shop, email).as_deref(), expected, "{email}");
        }
    }
    let file = format!("Email,Accepts Email Marketing\n{people}");
    let import = imported(backend, &shop, "purpose=newsletter&no=opt_out", file);
    assert_eq!(counts(&import), json!({ "accepted": 2, "unchanged": 1 }), "{import}");
    for email in ["who@example.com", "file@example.com", "own@example.com"] {
        assert_eq!(status(backend, &shop, email).as_deref(), Some("opted_out"), "{email}");
    }
}

/// Reads the rejected rows, with the header, by a CSV reader of another author.
fn errors(text: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn rejected_rows_can_be_corrected_and_imported(backend: &mut dyn Backend) {
    for separator in [',', ';', '\t'] {
        let shop = open_shop(backend);
        let s = &separator.to_string();
        let note = format!("said \"\"hm\"\", then;{s}\r\nleft");
        let file = [
            "email,choice,since,note\r\n".replace(',', s),
            "ok@example.com,yes,,fine\r\n".replace(',', s),
            format!("\"bad address\"{s}yes{s}2024-01-01{s}\"{note}\"\r\n"),
            "kit@example.com,perhaps,,x\r\nlou@example.com,yes,yesterday,x\r\nmia@example.com,yes,,x,more\r\n"
                .replace(',', s),
            format!("\"{}\"{s}yes{s}{s}x\r\n", "=cmd|' /C calc'!A0"),
        ]
        .concat();
        let import = imported(backend, &shop, NEWS, file);
        assert_eq!(counts(&import), json!({ "accepted": 1, "rejected": 5 }), "{import}");
        assert_eq!(import["separator"], *s);
        let path = format!("/v1/imports/{}/errors", id_of(&import));
        let answer = get(backend, &shop, &path);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        let told = errors(&answer.text, s.as_bytes()[0]);
        assert_eq!(
            told[0],
            ["email", "choice", "since", "note", "placet_line", "placet_column", "placet_error", "placet_fix"]
        );
        let short: Vec<[&str; 4]> = told[1..].iter().map(|row| [&*row[0], &*row[4], &*row[5], &*row[6]]).collect();
        let short = short.iter().map(|row| [row[0], row[1], row[2], row[3].split(':').next().unwrap()]);
        assert_eq!(
            short.collect::<Vec<_>>(),
            [
                ["bad address", "3", "email", "bad_email"],
                ["kit@example.com", "5", "choice", "bad_choice"],
                ["lou@example.com", "6", "since", "bad_time"],
                ["mia@example.com", "7", "", "too_many_cells"],
                ["=cmd|' /C calc'!A0", "8", "email", "bad_email"],
            ]
        );
        assert_eq!(told[1][3], note.replace("\"\"", "\""), "the cell is unchanged");
        assert!(told[1..].iter().all(|row| row.len() == 8 && row[7].len() > 5), "{told:?}");
        let found = get(backend, &shop, &format!("{path}?format=json")).ok();
        assert_eq!(found.as_array().unwrap().len(), 5);
        for (entry, row) in found.as_array().unwrap().iter().zip(&told[1..]) {
            let column = if row[5].is_empty() { Value::Null } else { json!(row[5]) };
            assert_eq!((entry["line"].to_string(), &entry["column"]), (row[4].clone(), &column));
            let error = format!("{}: {}", entry["code"].as_str().unwrap(), entry["problem"].as_str().unwrap());
            assert_eq!((error, &entry["fix"]), (row[6].clone(), &json!(row[7])));
        }

        // A user corrects only the wrong cells.
        let corrected = answer.text.replace("bad address", "kay@example.com").replace("perhaps", "yes");
        let corrected = corrected.replace("yesterday", "2024-02-01").replace("=cmd|' /C calc'!A0", "noa@example.com");
        let import = imported(backend, &shop, NEWS, corrected);
        assert_eq!(counts(&import), json!({ "accepted": 5 }), "{import}");
        let ignored = import["columns"].as_array().unwrap()[4..].iter().all(|column| column["field"].is_null());
        assert!(ignored, "{import}");
        let list = listed(backend, &shop, "opted_in");
        for email in ["ok@", "kay@", "kit@", "lou@", "mia@", "noa@"] {
            assert!(list.contains(email), "{email}: {list}");
        }
        get(backend, &shop, &format!("{path}?format=xml")).problem(422, "unknown_format", None);
    }
    let shop = open_shop(backend);
    for path in ["errors", "cancel", "undo"] {
        let method = if path == "errors" { Method::GET } else { Method::POST };
        for id in ["0199a1b2-0000-7000-8000-000000000001", "jane"] {
            let path = format!("/v1/imports/{id}/{path}");
            ask(backend, method.clone(), &path, &shop.secret, &Value::Null).problem(404, "import_not_found", None);
        }
    }
    // The errors of a JSON-lines file are also CSV, and can be imported after correction.
    let file =
        "{\"email\":\"ada@example.com\",\"choice\":\"perhaps\"}\n{\"email\":\"bob@example.com\",\"choice\":\"no\"}\n";
    let import = imported(backend, &shop, NEWS, file);
    assert_eq!(counts(&import), json!({ "accepted": 1, "rejected": 1 }), "{import}");
    let errors = get(backend, &shop, &format!("/v1/imports/{}/errors", id_of(&import))).text;
    let import = imported(backend, &shop, NEWS, errors.replace("perhaps", "yes"));
    assert_eq!(counts(&import), json!({ "accepted": 1 }), "{import}");
    let read = status(backend, &shop, "ada@example.com");
    // An erasure also deletes the person's rows from the errors.
    imported(backend, &shop, "channel=email&purpose=offers", "email,choice\nada@example.com,yes\n");
    if status(backend, &shop, "ada@example.com").is_some() {
        erase(backend, &shop, "ada@example.com");
    }
    let kept = backend.dump().into_iter().filter(|(_, row)| row.contains("ada@example.com"));
    let kept: Vec<String> = kept.map(|(table, _)| table).collect();
    assert_eq!((read.as_deref(), kept), (Some("opted_in"), Vec::new()), "{}", import["list"]);
}

/// Returns a list of `rows` persons; every seventh opts out.
fn many(rows: usize) -> String {
    let row =
        |row: usize| format!("person{row:06}@example.com,{}\r\n", if row.is_multiple_of(7) { "no" } else { "yes" });
    std::iter::once("email,choice\r\n".to_owned()).chain((0..rows).map(row)).collect()
}

fn a_file_can_be_uploaded_in_parts_across_crashes(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let file = many(9_000).into_bytes();
    let path = format!("/v1/imports?{NEWS}&name=many.csv");
    let parts: [&[u8]; 3] = [&file[..100_003], &file[100_003..190_001], &file[190_001..]];
    let named = [("idempotency-key", "many-1"), ("upload-complete", "?0")];
    let begun = send_part(backend, &shop, Method::POST, &path, &named, parts[0].to_vec());
    assert_eq!((begun.status.as_u16(), &begun.body["state"]), (201, &json!("receiving")), "{}", begun.text);
    assert_eq!((&begun.body["received"], &begun.body["sha256"]), (&json!(parts[0].len()), &Value::Null));
    let id = id_of(&begun.body).to_owned();
    assert_eq!(begun.header("location"), format!("/v1/imports/{id}"));
    act(backend, &shop, &id, "undo").problem(409, "import_conflict", None);
    let patch = |backend: &dyn Backend, offset: usize, more: &str, bytes: &[u8]| {
        let headers = [("upload-offset", &*offset.to_string()), ("upload-complete", more)];
        send_part(backend, &shop, Method::PATCH, &format!("/v1/imports/{id}"), &headers, bytes.to_vec())
    };
    backend.crash();
    for wrong in [0, parts[0].len() - 1, parts[0].len() + 1, file.len()] {
        let answer = patch(backend, wrong, "?0", parts[1]);
        answer.problem(409, "wrong_offset", None);
        assert_eq!(answer.body["received"], json!(parts[0].len()), "{}", answer.text);
    }
    let no_offset = send_part(backend, &shop, Method::PATCH, &format!("/v1/imports/{id}"), &[], parts[1].to_vec());
    no_offset.problem(422, "invalid_upload", Some(""));
    patch(backend, parts[0].len(), "yes", parts[1]).problem(422, "invalid_upload", Some(""));
    let received = look(backend, &shop, &id)["received"].as_u64().unwrap();
    let received = usize::try_from(received).unwrap();
    let going = patch(backend, received, "?0", parts[1]);
    assert_eq!(going.status.as_u16(), 201, "{}", going.text);
    backend.crash();
    let repeated = send_part(backend, &shop, Method::POST, &path, &named, parts[0].to_vec());
    assert_eq!((repeated.status.as_u16(), id_of(&repeated.body)), (200, &*id), "{}", repeated.text);
    assert_eq!(repeated.body["received"], json!(parts[0].len() + parts[1].len()), "the present state");
    let whole = patch(backend, parts[0].len() + parts[1].len(), "?1", parts[2]);
    assert_eq!(whole.status.as_u16(), 202, "{}", whole.text);
    assert_eq!(whole.body["sha256"], sha256(&file));
    patch(backend, file.len(), "?1", b"more").problem(409, "import_conflict", None);
    let import = ended(backend, &shop, &id);
    assert_eq!((&import["state"], &import["received"]), (&json!("done"), &json!(file.len())));
    patch(backend, file.len(), "?1", b"more").problem(409, "import_conflict", None);

    let other = open_shop(backend);
    let whole = imported(backend, &other, NEWS, file.clone());
    assert_eq!((&whole["counts"], &whole["sha256"]), (&import["counts"], &import["sha256"]));
    assert_eq!(counts(&whole), json!({ "accepted": 9_000 }));
    let people = |shop: &Shop, list| bare(&listed(backend, shop, list), &["contact", "since"]);
    for list in ["opted_in", "opted_out"] {
        assert_eq!(people(&shop, list), people(&other, list));
    }
    assert_eq!(people(&shop, "opted_out").len(), 9_000 / 7 + 1);

    // A cancelled upload is deleted.
    let path = format!("/v1/imports?{NEWS}&list=opted_in");
    let more = [("upload-complete", "?0")];
    let begun = send_part(backend, &shop, Method::POST, &path, &more, "email\nzelda@example.com\n");
    let id = id_of(&begun.body).to_owned();
    let stopped = act(backend, &shop, &id, "cancel");
    assert_eq!((stopped.status.as_u16(), &stopped.body["state"]), (202, &json!("cancelled")), "{}", stopped.text);
    let headers = [("upload-offset", "24")];
    let late = send_part(backend, &shop, Method::PATCH, &format!("/v1/imports/{id}"), &headers, "x@example.com\n");
    late.problem(409, "import_conflict", None);
    assert_eq!(status(backend, &shop, "zelda@example.com"), None);
    undone(backend, &shop, &id);
    ended(backend, &shop, &id);
    for (table, row) in backend.dump() {
        assert!(!row.contains("zelda@example.com"), "{table} contains data of a cancelled import: {row}");
    }
}

/// Returns the rows of a list in placet's own columns, without some of the columns and without the header.
pub fn bare(list: &str, without: &[&str]) -> Vec<String> {
    let mut reader = csv::Reader::from_reader(list.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().unwrap().clone();
    let kept = |row: &csv::StringRecord| {
        let cells = header.iter().zip(row.iter()).filter(|(name, _)| !without.contains(name));
        cells.map(|(_, cell)| cell).collect::<Vec<_>>().join(",")
    };
    reader.records().map(|row| kept(&row.unwrap())).collect()
}

fn a_file_may_be_gzipped(backend: &mut dyn Backend) {
    let file = many(30_000).into_bytes();
    let (plain, packed) = (open_shop(backend), open_shop(backend));
    let small = "email\nada@example.com\nbob@example.com\n";
    let query = format!("list=opted_in&{NEWS}");
    for (shop, bytes) in [(&plain, small.as_bytes().to_vec()), (&packed, gzip(small.as_bytes()))] {
        let import = imported(backend, shop, &query, bytes.clone());
        assert_eq!(counts(&import), json!({ "accepted": 2 }), "{import}");
        assert_eq!((&import["sha256"], &import["received"]), (&json!(sha256(&bytes)), &json!(bytes.len())));
        assert_eq!(import["progress"]["bytes"], json!(bytes.len()));
    }
    // Sends a gzip file of several members, as `cat a.gz b.gz` makes it, in parts.
    let both = [gzip(b"email\ncleo@example.com\n"), gzip(b"dan@example.com\n")].concat();
    let more = [("upload-complete", "?0")];
    let path = format!("/v1/imports?{query}");
    let begun = send_part(backend, &packed, Method::POST, &path, &more, both[..11].to_vec());
    backend.crash();
    let headers = [("upload-offset", "11")];
    let path = format!("/v1/imports/{}", id_of(&begun.body));
    let done = send_part(backend, &packed, Method::PATCH, &path, &headers, both[11..].to_vec());
    assert_eq!(done.status.as_u16(), 202, "{}", done.text);
    assert_eq!(counts(&ended(backend, &packed, id_of(&begun.body))), json!({ "accepted": 2 }));
    assert_eq!(listed(backend, &packed, "opted_in").lines().count(), 5);

    // If gzip data is cut or broken near its beginning, the import is refused. If further on, the rows before the fault
    // are imported and the import fails with the line.
    let few = gzip(small.as_bytes());
    send_file(backend, &packed, &query, few[..few.len() - 9].to_vec()).problem(422, "cut_gzip", None);
    let mut broken = few;
    broken[15] ^= 0x55;
    let answer = send_file(backend, &packed, &query, broken);
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.text);
    let large = gzip(&file);
    let mut broken = large.clone();
    let amid = broken.len() - 4_000;
    broken[amid..amid + 64].fill(0xff);
    let mut codes = Vec::new();
    for bytes in [large[..large.len() - 100].to_vec(), broken] {
        let import = imported(backend, &packed, NEWS, bytes);
        assert_eq!(import["state"], "failed", "{import}");
        codes.push(import["failure"]["code"].clone());
        assert!(import["failure"]["line"].as_u64().unwrap() > 1, "{import}");
        assert!(import["failure"]["detail"].as_str().unwrap().len() > 5);
        let taken = import["progress"]["rows"].as_u64().unwrap();
        assert!((1..30_000).contains(&taken), "{import}");
        undone(backend, &packed, id_of(&import));
        assert_eq!(listed(backend, &packed, "opted_in").lines().count(), 5);
    }
    let import = imported(backend, &packed, NEWS, large);
    assert_eq!((&import["state"], counts(&import)), (&json!("done"), json!({ "accepted": 30_000 })), "{import}");
    assert_eq!(codes, ["cut_gzip", "broken_gzip"], "one file is cut, the other broken");
}

/// Returns the rows of a list that are not about the given people.
fn without(list: &str, people: &[&str]) -> Vec<String> {
    let rows = list.lines().filter(|row| !people.iter().any(|person| row.contains(person)));
    rows.map(str::to_owned).collect()
}

fn undoing_an_import_changes_nothing_else(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    let earlier = "email,occurred_at\nold@example.com,2023-01-01T00:00:00Z\nsup@example.com,2023-01-01T00:00:00Z\n\
        kin@example.com,2023-01-01T00:00:00Z\n";
    imported(backend, &shop, &format!("list=opted_in&{NEWS}"), earlier);
    statement(backend, &shop, "con@example.com", "confirmed", "opt_in");
    statement(backend, &shop, "left@example.com", "authenticated", "opt_out");
    backend.pass(2);
    let before = lists(backend, &shop);

    let file = "email,choice,occurred_at\nnew@example.com,yes,2024-01-01\nold@example.com,yes,2024-01-01\n\
        con@example.com,no,\nleft@example.com,yes,2024-01-01\nboth@example.com,yes,\nleaver@example.com,yes,\n\
        kin@example.com,no,2024-06-01\nnay@example.com,no,\nnay@example.com,yes,\n";
    let import = imported(backend, &shop, NEWS, file);
    assert_eq!(counts(&import), json!({ "accepted": 7, "outranked": 2 }), "{import}");
    let bounced = "email,reason,since\nsup@example.com,bounced,\nstranger@example.com,asked,\n\
        twice@example.com,asked,2023-01-01\ntwice@example.com,complained,2024-01-01\n";
    let suppressions = imported(backend, &shop, "list=suppressed", bounced);
    assert_eq!(counts(&suppressions), json!({ "accepted": 4 }), "{suppressions}");
    let trial = imported(backend, &shop, &format!("{NEWS}&dry_run=true"), file);
    act(backend, &shop, id_of(&trial), "undo").problem(409, "import_conflict", None);
    let between = lists(backend, &shop);
    assert!(between.iter().zip(&before).all(|(between, before)| between != before));

    // After the import, two persons choose for themselves.
    backend.pass(2);
    statement(backend, &shop, "both@example.com", "confirmed", "opt_in");
    statement(backend, &shop, "leaver@example.com", "authenticated", "opt_out");
    undone(backend, &shop, id_of(&import));
    undone(backend, &shop, id_of(&suppressions));
    let after = lists(backend, &shop);
    let own = ["both@example.com", "leaver@example.com"];
    for (after, before) in after[..2].iter().zip(&before) {
        assert_eq!(without(after, &own), without(before, &[]));
    }
    for (email, expected) in [
        ("new@example.com", "never_asked"),
        ("old@example.com", "opted_in"),
        ("con@example.com", "opted_in"),
        ("left@example.com", "opted_out"),
        ("both@example.com", "opted_in"),
        ("leaver@example.com", "opted_out"),
        ("kin@example.com", "opted_in"),
        ("nay@example.com", "never_asked"),
    ] {
        assert_eq!(status(backend, &shop, email).as_deref(), Some(expected), "{email}");
    }
    // The undone records stay on record, with the row of the file and `reversed_at`.
    for (email, records, row) in [("new@example.com", 1, 1), ("old@example.com", 2, 2), ("con@example.com", 2, 3)] {
        let report = shop.lookup(backend, &json!({ "email": email })).ok();
        let told = report["records"].as_array().unwrap();
        assert_eq!(told.len(), records, "{report:#}");
        let (reversed, others): (Vec<_>, Vec<_>) = told.iter().partition(|record| record["reversed_at"].is_string());
        assert_eq!((reversed.len(), others.len()), (1, records - 1), "{report:#}");
        let source = &reversed[0]["source"];
        assert_eq!((&source["import"], &source["row"]), (&import["id"], &json!(row)), "{report:#}");
    }
    // Undoing twice changes nothing more.
    let rows = rows_of_people(backend);
    undone(backend, &shop, id_of(&import));
    assert_eq!(rows_of_people(backend), rows);
    assert_eq!(lists(backend, &shop), after);
    assert!(!look(backend, &shop, id_of(&import))["undone_at"].is_null());

    // Undoing also restores the contact's country, because it decides which law applies.
    let moved = imported(backend, &shop, NEWS, "email,choice,occurred_at,country\nold@example.com,yes,2024-06-01,DE\n");
    undone(backend, &shop, id_of(&moved));
    let [opted_in, opted_out, suppressed] = lists(backend, &shop);
    // A suppression that the file contained twice is also removed.
    assert_eq!([&opted_in, &opted_out, &suppressed], [&after[0], &after[1], &before[2]]);
}

fn a_malicious_file_changes_nothing(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    imported(backend, &shop, &format!("list=opted_in&{NEWS}"), "email\nada@example.com\n");
    let before = (lists(backend, &shop), rows_of_files(backend));
    // A file that cannot be understood is refused as a whole, and nothing is stored.
    let headers = |count: usize| (0..count).map(|place| format!("column {place}")).collect::<Vec<_>>().join(",");
    let utf_16: Vec<u8> = "email,choice\njane@example.com,yes\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut noise = Vec::new();
    let mut seed = 1_u32;
    for _ in 0..100_000 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.push(seed.to_be_bytes()[0]);
    }
    for (file, codes) in [
        (Vec::new(), &["empty_file"][..]),
        (b" \n\n".to_vec(), &["empty_file", "header_missing"]),
        (utf_16.clone(), &["utf_16"]),
        ([&[0xff, 0xfe][..], &utf_16].concat(), &["utf_16"]),
        (b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0 sheet".to_vec(), &["not_text", "utf_16"]),
        (b"email\0,choice\njane@example.com,yes\n".to_vec(), &["not_text"]),
        (noise, &["not_text", "header_missing", "header_too_long", "broken_header"]),
        (b"jane@example.com\nkim@example.com\n".to_vec(), &["header_missing"]),
        (
            format!("email,{}\njane@example.com\n", headers(10_000)).into_bytes(),
            &["too_many_columns", "header_too_long"],
        ),
        (format!("email,{}\njane@example.com\n", headers(1_100)).into_bytes(), &["too_many_columns"]),
        (b"email,choice,Email\njane@example.com,yes,x\n".to_vec(), &["duplicate_header"]),
        (b"\"email,choice\njane@example.com,yes\n".to_vec(), &["broken_header"]),
        (format!("email,choice{}\n", " ".repeat(3_000_000)).into_bytes(), &["header_too_long"]),
        (br#"[{"email":"jane@example.com","choice":"yes"}]"#.to_vec(), &["header_missing", "not_csv", "broken_header"]),
        (gzip(&[0; 300_000]), &["utf_16", "not_text", "header_too_long"]),
        (b"email,name\njane@example.com,Jane\n".to_vec(), &["no_choice"]),
    ] {
        let answer = send_file(backend, &shop, NEWS, file);
        let code = answer.body["type"].as_str().unwrap_or_default().rsplit(':').next().unwrap().to_owned();
        assert!(codes.contains(&&*code), "{codes:?}: {}", answer.text);
        answer.problem(422, &code, None);
    }
    assert_eq!((lists(backend, &shop), rows_of_files(backend)), before);
    for (query, code) in [
        ("columns=email:Mail", "unknown_header"),
        ("columns=mail:email", "unknown_field"),
        ("columns=email:email,phone:email", "mapped_twice"),
        ("", "no_purpose"),
        ("purpose=newsletter", "no_channel"),
        ("purpose=newsletter&channel=sms", "no_address_column"),
    ] {
        let query = if query.starts_with("columns") { format!("{query}&{NEWS}") } else { query.to_owned() };
        send_file(backend, &shop, &query, "email,choice\njane@example.com,yes\n").problem(422, code, None);
    }
    for (query, parameter, code) in [
        ("purpose=nothing", "purpose", "unknown_purpose"),
        ("channel=fax", "channel", "unknown_channel"),
        ("list=everybody", "list", "unknown_list"),
        ("profile=excel", "profile", "unknown_profile"),
        ("no=maybe", "no", "unknown_choice"),
        ("country=Mars", "country", "invalid_country"),
        ("basis=because", "basis", "unknown_basis"),
        ("dry_run=yes", "dry_run", "not_a_flag"),
        ("dry_run=true&dry_run=true", "dry_run", "duplicate_parameter"),
    ] {
        let answer = send_file(backend, &shop, query, "email,choice\njane@example.com,yes\n");
        answer.problem(422, code, None);
        assert_eq!(answer.body["errors"][0]["parameter"], parameter, "{}", answer.text);
    }

    // In all other files the wrong rows are rejected by line, and the rows after them are imported.
    let import = imported(backend, &shop, NEWS, "email,choice\n");
    assert_eq!((&import["state"], &import["progress"]["rows"]), (&json!("done"), &json!(0)), "{import}");
    let foreign = format!("email,hash\n,aaaaaaaa.{}\n,{}\n", "b".repeat(43), "c".repeat(64));
    let last = "last@example.com,yes\n";
    let x = |count: usize| "x".repeat(count);
    let cases = [
        (format!("email,choice\n{},yes\n{last}", x(3_000_000)), NEWS, vec![(2, "row_too_long")], 1),
        (format!("email,choice\n\"{}\",yes\n{last}", x(5_000_000)), NEWS, vec![(2, "unclosed_quote")], 1),
        (format!("email,choice\n\"{}\",yes\n{last}", x(100_000)), NEWS, vec![(2, "cell_too_long")], 1),
        (format!("email,choice\njane\0@example.com,yes\n{last}"), NEWS, vec![(2, "control_character")], 1),
        (
            format!("email,choice\nkim@example.com,yes\n\"jane@example.com,yes\nlou@example.com,\"no\"\n{last}"),
            NEWS,
            vec![(3, "misplaced_quote")],
            3,
        ),
        (format!("email,choice\n\"jane@example.com,yes\n{last}"), NEWS, vec![(2, "unclosed_quote")], 1),
        (
            format!("email,choice\njane@example.com,yes{}\n{last}", ",x".repeat(10_000)),
            NEWS,
            vec![(2, "too_many_cells")],
            1,
        ),
        (
            format!("email,choice\n\"=HYPERLINK(\"\"http://example.com\"\")\",yes\n@SUM(A1),yes\n{last}"),
            NEWS,
            vec![(2, "bad_email"), (3, "bad_email")],
            1,
        ),
        (foreign, "list=suppressed", vec![(2, "foreign_hash"), (3, "bad_hash")], 0),
        (
            format!("email,choice,external\njane@example.com,yes,{}\n{last}", x(1_000)),
            NEWS,
            vec![(2, "bad_external")],
            2,
        ),
        (
            format!("{{\"email\":\"jane@example.com\",\"choice\":{{\"yes\":1}}}}\n{}\n", "[".repeat(100_000)),
            NEWS,
            vec![(1, "not_text"), (2, "not_json")],
            0,
        ),
    ];
    for (file, query, expected, taken) in cases {
        let import = imported(backend, &shop, &format!("{query}&again=true"), file);
        assert_eq!(import["state"], "done", "{import}");
        let path = format!("/v1/imports/{}/errors?format=json", id_of(&import));
        let errors = get(backend, &shop, &path).ok();
        let told =
            errors.as_array().unwrap().iter().map(|one| (one["line"].as_u64().unwrap(), one["code"].as_str().unwrap()));
        assert_eq!(told.collect::<Vec<_>>(), expected, "{import}");
        let rows = import["progress"]["rows"].as_u64().unwrap();
        assert_eq!(rows - import["counts"]["rejected"].as_u64().unwrap(), taken, "{import}");
        undone(backend, &shop, id_of(&import));
    }
    // A gzip bomb: 100 MB of zeros after the header, in 100 KB.
    let bomb = gzip(&[&b"email,choice\njane@example.com,yes\n"[..], &vec![0; 100 << 20]].concat());
    let import = imported(backend, &shop, NEWS, bomb);
    assert_eq!(
        (&import["state"], counts(&import)),
        (&json!("done"), json!({ "accepted": 1, "rejected": 1 })),
        "{import}"
    );
    undone(backend, &shop, id_of(&import));

    assert_eq!(lists(backend, &shop), before.0);
    let found = shop.lookup(backend, &json!({ "email": "ada@example.com" })).ok();
    assert_eq!(standing(&found, "email", "newsletter")["status"], "opted_in");
}

fn empty_members_of_a_gzip_file_cost_nothing(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    // Good rows, more than are read ahead, and then members of 20 bytes that expand to nothing.
    let (rows, empty) = (many(30_000), gzip(b"").repeat(200_000));
    let query = format!("list=opted_in&{NEWS}");
    let begun = send_file(backend, &shop, &query, [gzip(rows.as_bytes()), empty.clone()].concat());
    assert_eq!(begun.status.as_u16(), 202, "{}", begun.text);
    let import = ended(backend, &shop, id_of(&begun.body));
    assert_eq!((&import["state"], &import["failure"]["code"]), (&json!("failed"), &json!("broken_gzip")), "{import}");
    // One byte in each megabyte of them is no better.
    let thin = [gzip(b"email\n"), [gzip(b"a"), empty[..1_000_000].to_vec()].concat().repeat(4)].concat();
    send_file(backend, &shop, &query, thin).problem(422, "broken_gzip", None);
    // Nothing else waits for it, and the next import is as quick as ever.
    let small = imported(backend, &shop, &query, gzip(b"email\nada@example.com\n"));
    assert_eq!(counts(&small)["accepted"], 1);
}
