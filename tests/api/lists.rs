//! Exported lists: who is in them, with which columns, and what an import of them restores.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use flate2::read::MultiGzDecoder;
use http::Method;
use serde_json::{Map, Value, json};

use crate::backend::Backend;
use crate::client::{Shop, ask, from_now, send, shop_body, submission, with};
use crate::imports::{bare, counts, erase, get, id_of, imported, listed, open_shop, send_file, statement, status};

crate::scenarios! {
    a_list_contains_exactly_the_persons_it_is_defined_for
    a_list_has_the_same_content_in_every_format
    an_exported_list_can_be_imported_without_loss
    an_exported_suppression_applies_in_another_shop
    an_invalid_request_for_a_list_is_refused
}

const COUNTRIES: [Option<&str>; 12] = [
    Some("GB"),
    Some("DE"),
    Some("FR"),
    Some("US"),
    Some("CA"),
    Some("AT"),
    Some("IT"),
    Some("ES"),
    Some("PL"),
    Some("NL"),
    Some("AU"),
    None,
];

/// Creates a shop with calls, text messages and email for two purposes. Confirmation is required only where the law
/// requires it.
fn shop(backend: &dyn Backend) -> Shop {
    let body = with(shop_body(), "/channels", json!(["email", "sms", "phone"]));
    let body = with(body, "/policy", json!({ "confirmation": [] }));
    Shop::create_with(backend, &with(body, "/limits", json!({ "publishable": 10_000, "secret": 10_000 })))
}

/// Returns the addresses of one person in a crowd.
fn addresses(number: usize) -> Vec<(&'static str, String)> {
    let mut addresses = vec![("email", format!("person{number}@example.com"))];
    if !number.is_multiple_of(3) {
        addresses.push(("phone", format!("+4477009{number:05}")));
    }
    addresses
}

/// Creates people of many countries, with all kinds of records.
fn crowd(backend: &dyn Backend, shop: &Shop, people: usize) {
    let mut seed = 7_usize;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let mut list = "email,phone,country,channel,purpose,choice\n".to_owned();
    for number in 0..people {
        let mut contact: Map<String, Value> =
            addresses(number).into_iter().map(|(kind, address)| (kind.to_owned(), json!(address))).collect();
        let country = COUNTRIES[random(COUNTRIES.len())];
        contact.extend(country.map(|country| ("country".to_owned(), json!(country))));
        if random(8) == 0 {
            contact.insert("born".into(), json!("2014-05-01"));
        }
        let purpose = ["newsletter", "offers"][random(2)];
        let channels = if contact.contains_key("phone") { vec!["email", "sms", "phone"] } else { vec!["email"] };
        let act = |more: Value| {
            let act = |channel: &&str| {
                let mut act = json!({ "channel": channel, "purpose": purpose, "choice": "opt_in" });
                act.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                act
            };
            channels.iter().map(act).collect::<Vec<_>>()
        };
        let years = i64::try_from(random(6)).unwrap();
        let at = json!(from_now(-years * 365 * 24 * 60 * 60 * 1_000 - 60_000));
        let sale = json!({ "dealing": "purchase", "reference": "order 7", "refusal_offered": true,
            "own_similar_products": true });
        let way = random(12);
        let (assurance, choices) = match way {
            0 => ("claimed", act(json!({}))),
            1 => ("authenticated", act(json!({ "basis": "soft_opt_in", "evidence": sale }))),
            2 => ("authenticated", act(json!({ "basis": "implied", "evidence": sale }))),
            3 => {
                ("authenticated", act(json!({ "basis": "legitimate_interest", "evidence": { "assessment": "LIA-7" } })))
            }
            4 => ("authenticated", act(json!({ "choice": "opt_out" }))),
            5 => ("authenticated", vec![json!({ "choice": "opt_out", "objection": true })]),
            6 => ("claimed", act(json!({ "choice": "declined" }))),
            7 => {
                for channel in &channels {
                    let of = |kind: &str| contact.get(kind).and_then(Value::as_str).unwrap_or_default();
                    let country = country.unwrap_or_default();
                    list += &format!("{},{},{country},{channel},{purpose},yes\n", of("email"), of("phone"));
                }
                continue;
            }
            _ => ("authenticated", act(json!({}))),
        };
        let body = with(with(submission(), "/contact", json!(contact)), "/choices", json!(choices));
        let body = with(with(body, "/assurance", json!(assurance)), "/occurred_at", at);
        let receipt = shop.submit_from_server(backend, &body).ok();
        let path = format!("/v1/contacts/{}", receipt["contact"].as_str().unwrap_or_default());
        match way {
            8 => {
                let body = json!({ "email": contact["email"], "reason": "complained" });
                ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &body).ok();
            }
            9 => {
                let body = json!({ "restricted": true, "reason": "disputed" });
                ask(backend, Method::PUT, &format!("{path}/restriction"), &shop.secret, &body).ok();
            }
            10 if number.is_multiple_of(2) => {
                ask(backend, Method::DELETE, &path, &shop.secret, &Value::Null).ok();
            }
            _ => {}
        }
    }
    imported(backend, shop, "", list);
}

type Row = BTreeMap<String, String>;

/// Returns the rows of a list in placet's own columns, as maps from column to value.
fn rows(list: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(list.as_bytes());
    let header = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| -> Row {
        header.iter().zip(row.iter()).map(|(name, cell)| (name.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn values<'a>(row: &'a Row, names: &[&str]) -> Vec<&'a str> {
    names.iter().map(|name| &*row[*name]).collect()
}

fn a_list_contains_exactly_the_persons_it_is_defined_for(backend: &mut dyn Backend) {
    let shop = shop(backend);
    crowd(backend, &shop, 70);
    // With `decide=true`, one list has exactly the rows that a decision allows; the other has all others, with the
    // reasons.
    let asked = ["address", "channel", "purpose"];
    let decided = ["allow", "reason", "rule", "until"];
    let (mut allowed, mut denied) = (BTreeSet::new(), BTreeSet::new());
    let mut questions = 0;
    for (kind, address) in (0..70).flat_map(addresses) {
        if shop.lookup(backend, &json!({ kind: address })).status.as_u16() == 404 {
            continue;
        }
        let channels: &[&str] = if kind == "email" { &["email"] } else { &["sms", "phone"] };
        for (channel, purpose) in channels.iter().flat_map(|channel| [(channel, "newsletter"), (channel, "offers")]) {
            let body = json!({ "channel": channel, "purpose": purpose, "contact": { kind: address } });
            let answer = ask(backend, Method::POST, "/v1/decisions", &shop.secret, &body).ok();
            let decision = &answer["decision"];
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let row = [address.clone(), (*channel).into(), purpose.into(), decision["allow"].to_string()];
            let told = [text(&decision["reason"]), text(&decision["rule"]["id"]), text(&decision["until"])];
            let set = if decision["allow"] == true { &mut allowed } else { &mut denied };
            assert!(set.insert([row.as_slice(), &told].concat()));
            questions += 1;
        }
    }
    let reasons: BTreeSet<&str> = denied.iter().map(|row| &*row[4]).collect();
    for reason in ["never_asked", "opted_out", "objected", "suppressed", "restricted", "awaiting_confirmation"] {
        assert!(reasons.contains(reason), "{reasons:?}");
    }
    assert!(allowed.len() > 40 && denied.len() > 40, "{} {}", allowed.len(), denied.len());
    let in_list = |list: &str| {
        let rows = rows(&listed(backend, &shop, list));
        let told: Vec<Vec<String>> = rows
            .iter()
            .map(|row| values(row, &[&asked[..], &decided].concat()).iter().map(|cell| (*cell).to_owned()).collect())
            .collect();
        let set: BTreeSet<Vec<String>> = told.iter().cloned().collect();
        assert_eq!(set.len(), told.len(), "a row occurs twice in {list}");
        set
    };
    assert_eq!(in_list("opted_in?decide=true"), allowed);
    assert_eq!(in_list("opted_out?decide=true"), denied);
    assert_eq!(allowed.len() + denied.len(), questions);
    // Without it, the lists contain the persons' choices, whether or not the law lets them count.
    let yes = listed(backend, &shop, "opted_in");
    let all = rows(&yes);
    assert!(all.iter().all(|row| row["status"] == "opted_in" && !row["basis"].is_empty()), "{yes}");
    let no = rows(&listed(backend, &shop, "opted_out"));
    assert!(no.iter().all(|row| row["status"] == "opted_out" && row["basis"].is_empty()));

    // Each filter selects the rows that match it and keeps their order.
    for (name, column, values) in [
        ("channel", "channel", ["email", "sms", "phone"].as_slice()),
        ("purpose", "purpose", &["newsletter", "offers"]),
        ("basis", "basis", &["consent", "soft_opt_in", "implied", "legitimate_interest"]),
        ("country", "country", &["GB", "DE", "FR", "US"]),
    ] {
        for value in values {
            let found = rows(&listed(backend, &shop, &format!("opted_in?{name}={value}")));
            let expected: Vec<Row> = all.iter().filter(|row| row[column] == *value).cloned().collect();
            assert_eq!(found, expected, "{name}={value}");
        }
    }
    let several = "opted_in?channel=email&purpose=offers&basis=consent";
    let expected =
        all.iter().filter(|row| values(row, &["channel", "purpose", "basis"]) == ["email", "offers", "consent"]);
    assert_eq!(rows(&listed(backend, &shop, several)), expected.cloned().collect::<Vec<_>>());
    backend.pass(2);
    let mark = from_now(0);
    let query = "channel=email&purpose=newsletter&list=opted_in";
    imported(backend, &shop, query, "email,occurred_at\nlate@example.com,2024-01-01\n");
    let found = rows(&listed(backend, &shop, &format!("opted_in?since={mark}")));
    assert_eq!(found.iter().map(|row| &*row["address"]).collect::<Vec<_>>(), ["late@example.com"]);

    // A wide opt-out is one row. It also covers channels and purposes that the shop may add later.
    let of = |list: &str, address: &str| {
        let found = rows(&listed(backend, &shop, list));
        let own = found.iter().filter(|row| row["address"] == address);
        own.map(|row| values(row, &["channel", "purpose", "objection"]).join(" ")).collect::<Vec<_>>()
    };
    let file = "email,phone,channel,purpose,choice\nwide@example.com,+447700900777,*,*,objection\n\
        half@example.com,,email,*,no\nwoken@example.com,,*,*,no\n";
    imported(backend, &shop, "", file);
    assert_eq!(of("opted_out", "wide@example.com"), ["* * true"]);
    assert_eq!(of("opted_out", "+447700900777"), ["* * true"]);
    assert_eq!(of("opted_out?purpose=offers", "wide@example.com"), ["email offers true"]);
    backend.pass(2);
    statement(backend, &shop, "woken@example.com", "confirmed", "opt_in");
    assert_eq!(of("opted_in", "woken@example.com"), ["email newsletter false"]);
    assert_eq!(of("opted_out", "woken@example.com"), ["email offers true"]);

    erase(backend, &shop, "wide@example.com");
    for list in ["opted_in", "opted_out", "suppressed", "suppressed?by=address", "opted_out?decide=true"] {
        let list = listed(backend, &shop, list);
        assert!(!list.contains("wide@example.com") && !list.contains("+447700900777"), "{list}");
    }
    assert_eq!(of("opted_out", "half@example.com"), ["email * true"], "also for purposes that the shop may add later");
}

/// Returns all pages of a list, in order.
fn pages(backend: &dyn Backend, shop: &Shop, list: &str) -> Vec<String> {
    let mut pages = Vec::new();
    let mut path = format!("/v1/lists/{list}");
    loop {
        let answer = get(backend, shop, &path);
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text);
        let link = answer.header("link").to_owned();
        pages.push(answer.text);
        assert!(pages.len() < 1_000, "{list} does not end");
        if link.is_empty() {
            return pages;
        }
        let next = link.strip_prefix('<').and_then(|rest| rest.strip_suffix(">; rel=\"next\""));
        next.unwrap_or_else(|| panic!("{link}")).clone_into(&mut path);
        assert!(path.starts_with("/v1/lists/") && !path.contains('@'), "{path}");
    }
}

fn a_list_has_the_same_content_in_every_format(backend: &mut dyn Backend) {
    let shop = shop(backend);
    crowd(backend, &shop, 40);
    for list in ["opted_in", "opted_out", "opted_out?decide=true", "suppressed", "suppressed?by=address"] {
        let with = |more: &str| format!("{list}{}{more}", if list.contains('?') { '&' } else { '?' });
        let as_csv = get(backend, &shop, &format!("/v1/lists/{list}"));
        assert_eq!(as_csv.header("content-type"), "text/csv; charset=utf-8");
        let name = list.split('?').next().unwrap();
        assert_eq!(as_csv.header("content-disposition"), format!("attachment; filename=\"{name}.csv\""));
        assert_eq!(as_csv.header("cache-control"), "no-store");
        assert!(as_csv.text.lines().count() > 1, "{list}");
        assert_eq!(listed(backend, &shop, list), as_csv.text, "the same list twice is the same bytes");
        let as_json = get(backend, &shop, &format!("/v1/lists/{}", with("format=json")));
        assert_eq!(as_json.header("content-type"), "application/json");
        let lines = get(backend, &shop, &format!("/v1/lists/{}", with("format=ndjson")));
        assert_eq!(lines.header("content-type"), "application/x-ndjson");
        let objects: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(json!(objects), as_json.body, "{list}");
        let cell = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let told = objects.iter().map(|object| {
            object.as_object().unwrap().iter().map(|(name, value)| (name.clone(), cell(value))).collect::<Row>()
        });
        assert_eq!(told.collect::<Vec<_>>(), rows(&as_csv.text), "{list}");

        let packed = get(backend, &shop, &format!("/v1/lists/{}", with("gzip=true")));
        assert_eq!(packed.header("content-type"), "application/gzip");
        assert!(packed.header("content-disposition").contains(&format!("{name}.csv.gz")));
        let mut text = String::new();
        MultiGzDecoder::new(&*packed.bytes).read_to_string(&mut text).unwrap();
        assert_eq!(text, as_csv.text, "{list}");

        for limit in [1, 7, 10_000] {
            let told = pages(backend, &shop, &with(&format!("limit={limit}")));
            assert_eq!(told.concat(), as_csv.text, "{list} by {limit}");
            let told = pages(backend, &shop, &with(&format!("limit={limit}&format=ndjson")));
            assert_eq!(told.concat(), lines.text, "{list} by {limit}");
        }
        let told = pages(backend, &shop, &with("limit=7&format=json"));
        let told = told.iter().flat_map(|page| serde_json::from_str::<Vec<Value>>(page).unwrap());
        assert_eq!(told.collect::<Vec<_>>(), objects, "{list}");

        let decision_table = listed(backend, &shop, &with("cells=spreadsheet"));
        assert!(decision_table.starts_with('\u{feff}') && !decision_table.contains(",+"), "{decision_table}");
        assert_eq!(
            decision_table.trim_start_matches('\u{feff}').replace("\"'+", "+").replace("\"'-", "-").replace("\",", ","),
            as_csv.text.replace("\",", ",")
        );
    }
    let told = pages(backend, &shop, "opted_in?channel=email&purpose=newsletter&limit=3");
    assert!(told.len() > 2 && told.iter().skip(1).all(|page| page.lines().count() <= 3), "{told:?}");

    for (profile, header) in [
        ("shopify", "Email,Accepts Email Marketing,"),
        ("klaviyo", "Email,Phone Number,"),
        ("mailchimp", "Email Address,Phone Number,"),
        ("brevo", "EMAIL;SMS;WHATSAPP;ADDED_TIME"),
        ("magento", "Email,Type,Status"),
        ("prestashop", "email;subscribed;subscribed_on"),
    ] {
        let query = format!("purpose=newsletter&channel=email&profile={profile}");
        for list in ["opted_in", "opted_out"] {
            let told = listed(backend, &shop, &format!("{list}?{query}"));
            let emails = rows(&listed(backend, &shop, &format!("{list}?purpose=newsletter&channel=email")));
            assert!(told.starts_with(header), "{told}");
            assert_eq!(told.lines().count() - 1, emails.len(), "{profile} {told}");
            for (line, row) in told.lines().skip(1).zip(&emails) {
                assert!(line.contains(&*row["address"]), "{profile} {line}");
            }
            assert_eq!(pages(backend, &shop, &format!("{list}?{query}&limit=7")).concat(), told);
        }
    }
}

/// Returns the addresses in a list on the given channels.
fn named(backend: &dyn Backend, shop: &Shop, list: &str, channels: &[&str]) -> BTreeSet<String> {
    let rows = rows(&listed(backend, shop, &format!("{list}?purpose=newsletter")));
    let carried = rows.iter().filter(|row| channels.contains(&&*row["channel"]));
    carried.map(|row| values(row, &["address", "channel", "status"]).join(" ")).collect()
}

fn an_exported_list_can_be_imported_without_loss(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    for (email, assurance, choice) in [
        ("ada@example.com", "confirmed", "opt_in"),
        ("bob@example.com", "authenticated", "opt_in"),
        ("cleo@example.com", "authenticated", "opt_out"),
    ] {
        statement(backend, &shop, email, assurance, choice);
    }
    let file = "email,phone,country,region,channel,purpose,choice,occurred_at,postal\n\
        dan@example.com,+447700900201,GB,,*,*,objection,,\n\
        eve@example.com,+447700900202,US,FL,email,newsletter,yes,2024-01-02T03:04:05.678Z,\n\
        eve@example.com,+447700900202,US,FL,sms,newsletter,yes,,\n\
        finn@example.com,+447700900203,,,whatsapp,newsletter,yes,,\n\
        ,+447700900204,,,sms,newsletter,no,2024-01-02T03:04:05.678Z,\n\
        gil@example.com,,DE,,email,newsletter,yes,,\n\
        gil@example.com,,DE,,email,offers,no,,\n\
        hal@example.com,,,,email,newsletter,no,,\n\
        o'hara@example.com,,,,email,newsletter,yes,,\n\
        ,,,,post,newsletter,yes,2024-01-02,\"Ida Example\n1 High Street\nLondon\"\n";
    let import = imported(backend, &shop, "", file);
    assert_eq!(counts(&import), json!({ "accepted": 11 }), "{import}");

    let mut lost = Vec::new();
    let ways = [
        ("shopify", ["email", "sms", "whatsapp"].as_slice(), "", "no=opt_out"),
        ("klaviyo", &["email", "sms"], "", ""),
        ("mailchimp", &["email"], "list=opted_in", ""),
        ("brevo", &["email", "sms", "whatsapp"], "list=opted_in", "list=opted_out"),
        ("magento", &["email"], "", ""),
        ("prestashop", &["email"], "", "no=opt_out"),
    ];
    for (profile, channels, said_of_yes, said_of_no) in ways {
        let other = open_shop(backend);
        for (list, statement) in [("opted_in", said_of_yes), ("opted_out", said_of_no)] {
            // A Brevo file has no channel column, so there is one file for each channel.
            let parts: &[&str] = if profile == "brevo" { channels } else { &[""] };
            for channel in parts {
                let of = if channel.is_empty() { String::new() } else { format!("&channel={channel}") };
                let told = listed(backend, &shop, &format!("{list}?purpose=newsletter&profile={profile}{of}"));
                let only = if profile == "mailchimp" { "&channel=email" } else { &of };
                let query = format!("{statement}&purpose=newsletter{only}").trim_start_matches('&').to_owned();
                let is_known = send_file(backend, &other, &format!("{query}&dry_run=true"), told.clone());
                if is_known.body["profile"] != profile {
                    lost.push(format!("{profile} {list} is not known by its columns: {}", is_known.text));
                }
                let import = imported(backend, &other, &format!("{query}&profile={profile}"), told.clone());
                let phones = u64::from(profile == "mailchimp") * import["counts"]["rejected"].as_u64().unwrap();
                assert_eq!(import["counts"]["rejected"], phones, "{told} {import}");
            }
        }
        for list in ["opted_in", "opted_out"] {
            let (there, here) = (named(backend, &other, list, channels), named(backend, &shop, list, channels));
            assert_eq!(there, here, "{profile}");
            assert!(!here.is_empty());
        }
    }

    // A list in placet's own columns is imported without parameters. The assurance is then `listed`.
    let forms = ["format=csv", "cells=spreadsheet", "format=csv&gzip=true", "format=ndjson"];
    for form in forms {
        let other = open_shop(backend);
        for list in ["opted_in", "opted_out"] {
            let told = get(backend, &shop, &format!("/v1/lists/{list}?{form}"));
            let import = imported(backend, &other, "", told.bytes.clone());
            let rows = import["progress"]["rows"].as_u64().unwrap();
            assert_eq!(
                (import["profile"].as_str(), import["state"].as_str()),
                (Some("placet"), Some("done")),
                "{import}"
            );
            if counts(&import) != json!({ "accepted": rows }) {
                lost.push(format!("{form} {list}: {}", import["counts"]));
            }
        }
        for list in ["opted_in", "opted_out"] {
            let told = |shop: &Shop, without: &[&str]| {
                bare(&listed(backend, shop, list), without).into_iter().collect::<BTreeSet<_>>()
            };
            for without in [["contact", "assurance", "objection"].as_slice(), &["contact", "assurance"]] {
                let (there, here) = (told(&other, without), told(&shop, without));
                if there != here {
                    lost.push(format!("{form} {list}: {:?}", here.difference(&there).collect::<Vec<_>>()));
                }
            }
        }
    }
    // The exact spelling of the mailbox survives the round trip.
    let quoted = "email,choice\n'tis@example.com,yes\n";
    imported(backend, &shop, "channel=email&purpose=offers", quoted);
    let list = listed(backend, &shop, "opted_in?purpose=offers");
    assert!(list.contains(",'tis@example.com,"), "{list}");
    let other = open_shop(backend);
    imported(backend, &other, "", list);
    let list = listed(backend, &other, "opted_in?purpose=offers");
    if !list.contains(",'tis@example.com,") {
        lost.push(format!("the yes of one mailbox was given to another: {list}"));
    }
    assert!(lost.is_empty(), "{lost:#?}");
}

fn reason(backend: &dyn Backend, shop: &Shop, channel: &str, contact: Value) -> String {
    let body = json!({ "channel": channel, "purpose": "newsletter", "contact": contact });
    let answer = ask(backend, Method::POST, "/v1/decisions", &shop.secret, &body).ok();
    answer["decision"]["reason"].as_str().unwrap_or("allowed").to_owned()
}

fn an_exported_suppression_applies_in_another_shop(backend: &mut dyn Backend) {
    let (shop, other) = (open_shop(backend), open_shop(backend));
    let file =
        "email,phone,channel,choice\nsup@example.com,+447700900301,email,yes\nsup@example.com,+447700900301,sms,yes\n";
    imported(backend, &shop, "purpose=newsletter", file);
    statement(backend, &shop, "gone@example.com", "confirmed", "opt_in");
    erase(backend, &shop, "gone@example.com");
    for body in [
        json!({ "email": "sup@example.com", "reason": "complained" }),
        json!({ "phone": "+447700900301", "channel": "sms", "reason": "asked" }),
        json!({ "email": "unknown@example.com", "reason": "bounced" }),
    ] {
        ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &body).ok();
    }
    let by_hash = listed(backend, &shop, "suppressed");
    assert_eq!(by_hash.lines().count(), 5, "{by_hash}");
    assert!(!by_hash.contains('@') && !by_hash.contains("4477"), "{by_hash}");
    for form in ["csv", "ndjson"] {
        let file = listed(backend, &shop, &format!("suppressed?format={form}"));
        let own = imported(backend, &shop, "", file.clone());
        assert_eq!(counts(&own), json!({ "unchanged": 4 }), "{own}");
        let foreign = imported(backend, &other, "", file);
        assert_eq!(counts(&foreign), json!({ "rejected": 4 }), "{foreign}");
        let path = format!("/v1/imports/{}/errors?format=json", id_of(&foreign));
        let errors = get(backend, &other, &path).ok();
        assert!(errors.as_array().unwrap().iter().all(|one| one["code"] == "foreign_hash"), "{errors}");
    }
    assert_eq!(listed(backend, &shop, "suppressed"), by_hash, "as it was");

    let by_address = listed(backend, &shop, "suppressed?by=address");
    let told = rows(&by_address);
    let told: Vec<_> =
        told.iter().map(|row| values(row, &["kind", "address", "channel", "reason"]).join(" ")).collect();
    assert_eq!(told, ["email sup@example.com * complained", "phone +447700900301 sms asked"]);
    let import = imported(backend, &other, "", by_address);
    assert_eq!(counts(&import), json!({ "accepted": 2 }), "{import}");
    for (channel, contact, expected) in [
        ("email", json!({ "email": "sup@example.com" }), "suppressed"),
        ("sms", json!({ "phone": "+447700900301" }), "suppressed"),
        ("whatsapp", json!({ "phone": "+447700900301" }), "never_asked"),
        ("email", json!({ "email": "gone@example.com" }), "never_asked"),
    ] {
        assert_eq!(reason(backend, &other, channel, contact.clone()), expected, "{channel} {contact}");
    }

    // Providers exchange suppressions as the SHA-256 of the address in lower case.
    crate::links::listen(backend, &other);
    let hash = "973DFE463EC85785F5F95AF5BA3906EEDB2D931C24E69824A89EA65DBA4E813B";
    let email = "test@example.com";
    let import =
        imported(backend, &other, "", format!("sha256,kind,reason\n{hash},email,complained\nabc,email,asked\n"));
    assert_eq!(counts(&import), json!({ "accepted": 1, "rejected": 1 }), "{import}");
    assert_eq!(reason(backend, &other, "email", json!({ "email": email })), "suppressed");
    let yes = "email,choice\nTest@Example.com,yes\n";
    let import = imported(backend, &other, "channel=email&purpose=newsletter", yes);
    assert_eq!(counts(&import), json!({ "suppressed": 1 }), "{import}");
    assert_eq!(status(backend, &other, email), None);
    let claimed = with(submission(), "/contact", json!({ "email": email }));
    let act = json!({ "channel": "email", "purpose": "newsletter", "choice": "opt_in" });
    let claimed = with(claimed, "/choices", json!([act]));
    other.submit(backend, &claimed).ok();
    assert_eq!(crate::links::messages(backend, &other, "confirm"), [json!(null); 0], "no confirmation message is sent");
    assert_eq!(reason(backend, &other, "email", json!({ "email": email })), "suppressed");
    // The owner of the mailbox can opt in again.
    backend.pass(2);
    statement(backend, &other, email, "confirmed", "opt_in");
    assert_eq!(reason(backend, &other, "email", json!({ "email": email })), "allowed");
    for (table, row) in backend.dump() {
        assert!(!row.contains("gone@example.com") && !row.contains("unknown@example.com"), "{table}: {row}");
    }

    // A contract basis for a transactional purpose does not bring a suppressed address back, nor does it fail the
    // import.
    let body = with(shop_body(), "/purposes", json!(["newsletter", "orders"]));
    let third = Shop::create_with(backend, &with(body, "/policy", json!({ "transactional": ["orders"] })));
    let contract = "email,channel,purpose,choice,basis,reference,occurred_at\nsup@example.com,email,orders,yes,contract,order 7,2026-01-01\n\
        fay@example.com,email,orders,yes,contract,order 8,2026-01-01\n";
    imported(backend, &third, "list=suppressed", "email\nsup@example.com\n");
    let import = imported(backend, &third, "", contract);
    assert_eq!(counts(&import), json!({ "accepted": 1, "suppressed": 1 }), "{import}");
}

fn an_invalid_request_for_a_list_is_refused(backend: &mut dyn Backend) {
    let shop = open_shop(backend);
    imported(backend, &shop, "list=opted_in&channel=email&purpose=newsletter", "email\njane@example.com\n");
    let shown = "purpose=newsletter&profile=shopify";
    for (list, parameter, code) in [
        ("everybody".to_owned(), "list", "unknown_list"),
        ("opted_in?channel=fax".to_owned(), "channel", "unknown_channel"),
        ("opted_in?purpose=nothing".to_owned(), "purpose", "unknown_purpose"),
        ("opted_in?purpose=jane@example.com".to_owned(), "purpose", "invalid_purpose"),
        ("opted_in?profile=shopify".to_owned(), "purpose", "no_purpose"),
        ("opted_in?basis=because".to_owned(), "basis", "unknown_basis"),
        ("opted_in?country=Mars".to_owned(), "country", "invalid_country"),
        ("opted_in?since=yesterday".to_owned(), "since", "invalid_time"),
        ("opted_in?decide=yes".to_owned(), "decide", "not_a_flag"),
        ("opted_in?gzip=1".to_owned(), "gzip", "not_a_flag"),
        ("opted_in?format=xml".to_owned(), "format", "unknown_format"),
        ("opted_in?profile=excel".to_owned(), "profile", "unknown_profile"),
        ("opted_in?cells=nice".to_owned(), "cells", "unknown_cells"),
        ("suppressed?by=name".to_owned(), "by", "unknown_form"),
        ("opted_in?limit=0".to_owned(), "limit", "out_of_range"),
        ("opted_in?limit=10001".to_owned(), "limit", "out_of_range"),
        ("opted_in?after=jane@example.com".to_owned(), "after", "invalid_cursor"),
        ("suppressed?after=p.1.2".to_owned(), "after", "invalid_cursor"),
        (format!("opted_in?{shown}&format=json"), "format", "not_writable"),
        (format!("opted_in?{shown}&decide=true"), "decide", "not_writable"),
        ("suppressed?profile=shopify".to_owned(), "profile", "not_writable"),
        ("suppressed?channel=email".to_owned(), "channel", "not_writable"),
        ("opted_in?limit=7&limit=8".to_owned(), "limit", "duplicate_parameter"),
        ("opted_in?name=jane".to_owned(), "", "unknown_parameter"),
    ] {
        let answer = get(backend, &shop, &format!("/v1/lists/{list}"));
        answer.problem(422, code, None);
        let named = answer.body["errors"][0]["parameter"].as_str().unwrap_or_default();
        assert_eq!(named, parameter, "{list}: {}", answer.text);
    }
    let key = json!({ "kind": "sk", "name": "help desk", "scopes": ["read", "write"] });
    let other = ask(backend, Method::POST, "/v1/keys", &shop.secret, &key).ok();
    let other = other["key"].as_str().unwrap();
    let id = "0199a1b2-0000-7000-8000-000000000001";
    for (method, path) in [
        (Method::GET, "/v1/lists/opted_in".to_owned()),
        (Method::GET, "/v1/imports".to_owned()),
        (Method::POST, "/v1/imports".to_owned()),
        (Method::PATCH, format!("/v1/imports/{id}")),
        (Method::GET, format!("/v1/imports/{id}")),
        (Method::GET, format!("/v1/imports/{id}/errors")),
        (Method::POST, format!("/v1/imports/{id}/cancel")),
        (Method::POST, format!("/v1/imports/{id}/undo")),
    ] {
        let body = if method == Method::GET { Value::Null } else { json!({ "email": "jane@example.com" }) };
        send(backend, method.clone(), &path, &[], body.to_string()).problem(401, "missing_key", None);
        ask(backend, method.clone(), &path, other, &body).problem(403, "wrong_scope", None);
        ask(backend, method.clone(), &path, &shop.publishable, &body).problem(403, "wrong_scope", None);
    }
    // Another shop's key has no access to it.
    let stranger = open_shop(backend);
    assert_eq!(listed(backend, &stranger, "opted_in").lines().count(), 1);
    let import = ask(backend, Method::GET, "/v1/imports", &shop.secret, &Value::Null).ok()["imports"][0].clone();
    get(backend, &stranger, &format!("/v1/imports/{}", id_of(&import))).problem(404, "import_not_found", None);

    // A parameter that does not apply to the list is refused by name, not ignored.
    for (list, parameter) in [("suppressed?decide=true", "decide"), ("suppressed?channel=fax", "channel")] {
        let answer = get(backend, &shop, &format!("/v1/lists/{list}"));
        assert_eq!(
            (answer.status.as_u16(), &answer.body["errors"][0]["parameter"]),
            (422, &json!(parameter)),
            "{list}"
        );
    }
}
