//! Inputs with which other software loses a person's opt-out. Each scenario stands for a kind of input.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{Shop, ask, historic, post, standing, submission, with};
use crate::imports::{NEWS, imported};
use crate::inbound::{AUTH_TOKEN, by_meta, by_sms, claimed, number, provider, say_at, text_by_twilio};
use crate::links::{decision, listen, messages, path, press, shop};

crate::scenarios! {
    a_wrong_clock_does_not_make_an_opt_out_lose
    a_wrong_clock_does_not_make_an_opt_in_lose
    history_counts_from_its_own_time
    messages_are_ordered_by_the_clock_of_their_provider
    stopping_everything_stops_marketing_only
    buttons_and_polite_stops_are_heard
    the_other_writing_of_a_whatsapp_number_is_the_same_number
    a_message_that_is_not_carried_out_is_told
    the_provider_answers_if_it_does_so_by_itself
    each_opt_in_gets_its_question
    messages_wait_until_somebody_takes_them
    all_writings_of_an_address_are_one_address
    a_national_number_is_read_by_the_country
    a_contradicted_list_never_makes_subscribers
    a_warning_names_the_cell_that_was_passed_over
    each_choice_of_a_submission_is_taken_for_itself
    the_receipt_says_what_counts_afterwards
    the_words_of_a_notice_stay
    a_shop_changes_some_of_its_settings
    the_shop_is_told_what_is_missing
    messages_of_which_nobody_is_told_are_counted
    a_misspelt_purpose_is_refused
    a_corrected_address_is_asked_to_confirm
    a_table_for_people_holds_no_formula
    a_yes_answers_only_what_was_asked_before_it
    a_confirmation_proves_nothing_about_another_address
    an_account_takes_no_address_that_a_stranger_typed_beside_it
    only_who_vouches_now_makes_an_address_the_current_one
    an_opt_out_is_taken_whatever_else_cannot_be_read
    all_faults_of_the_settings_are_named_at_once
    a_report_ends_only_what_its_connection_reported
    an_opt_out_that_nobody_vouches_for_gets_a_link
    a_box_that_the_page_ticked_is_on_record_as_such
    facts_that_nobody_has_proven_loosen_nothing
    facts_that_nobody_has_proven_may_tighten
    a_confirmed_form_proves_its_facts_if_no_other_form_contradicts
    the_current_address_of_an_account_decides
    an_account_takes_over_the_mailbox_that_a_guest_has_used
    the_erasure_of_several_accounts_has_to_be_asked_for
}

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

/// A choice for the newsletter by e-mail, as the shop's server vouches for it.
fn vouched(choice: &str) -> Value {
    let choices = json!([{ "channel": "email", "purpose": "newsletter", "choice": choice }]);
    let sent = with(with(submission(), "/contact", jane()), "/choices", choices);
    with(with(sent, "/assurance", json!("authenticated")), "/occurred_at", Value::Null)
}

fn allows(backend: &dyn Backend, shop: &Shop) -> Value {
    decision(backend, shop, "email", jane())["allow"].clone()
}

fn a_wrong_clock_does_not_make_an_opt_out_lose(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let days = |days: i64| json!(crate::client::from_now(days * 86_400_000));
    for (place, stated) in [Value::Null, days(-1), days(-29), days(-900), days(2)].into_iter().enumerate() {
        shop.submit_from_server(backend, &vouched("opt_in")).ok();
        assert_eq!(allows(backend, &shop), true, "{place}");
        backend.pass(5);
        // A device whose clock is wrong sends the right age.
        let no = with(with(vouched("opt_out"), "/occurred_at", stated.clone()), "/age_ms", json!(0));
        shop.submit_from_server(backend, &no).ok();
        assert_eq!(allows(backend, &shop), false, "{stated} with an age");
        backend.pass(5);
        shop.submit_from_server(backend, &vouched("opt_in")).ok();
        assert_eq!(allows(backend, &shop), true);
        backend.pass(5);
        // A server in another time zone sends no age.
        shop.submit_from_server(backend, &with(vouched("opt_out"), "/occurred_at", stated.clone())).ok();
        assert_eq!(allows(backend, &shop), false, "{stated} without an age");
        backend.pass(5);
    }
    // A repeated submission has another age and is the same submission.
    let sent = with(vouched("opt_out"), "/age_ms", json!(1));
    let first = shop.submit_from_server(backend, &sent).ok();
    let rows = backend.rows();
    assert_eq!(shop.submit_from_server(backend, &with(sent, "/age_ms", json!(60_000))).ok(), first);
    assert_eq!(backend.rows(), rows);
}

fn a_wrong_clock_does_not_make_an_opt_in_lose(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &vouched("opt_out")).ok();
    backend.pass(5);
    let yesterday = json!(crate::client::from_now(-86_400_000));
    let late = with(vouched("opt_in"), "/occurred_at", yesterday);
    // Without an age the stated time counts: a server may send an old opt-in.
    shop.submit_from_server(backend, &late).ok();
    assert_eq!(allows(backend, &shop), false);
    shop.submit_from_server(backend, &with(with(late, "/id", submission()["id"].clone()), "/age_ms", json!(0))).ok();
    assert_eq!(allows(backend, &shop), true);
}

fn history_counts_from_its_own_time(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &historic(vouched("opt_in"), "2026-03-01T00:00:00Z")).ok();
    shop.submit_from_server(backend, &historic(vouched("opt_out"), "2026-02-01T00:00:00Z")).ok();
    assert_eq!(allows(backend, &shop), true, "the opt-out is older");
    let undated = with(vouched("opt_out"), "/historic", json!(true));
    shop.submit_from_server(backend, &undated).problem(422, "missing_field", Some("/occurred_at"));
    let page = with(historic(submission(), "2026-02-01T00:00:00Z"), "/historic", json!(true));
    shop.submit(backend, &page).problem(422, "needs_secret_key", Some("/historic"));
}

fn messages_are_ordered_by_the_clock_of_their_provider(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    let yes = with(with(by_sms(claimed()), "/assurance", json!("authenticated")), "/occurred_at", Value::Null);
    shop.submit_from_server(backend, &yes).ok();
    let reason = |backend: &dyn Backend| decision(backend, &shop, "sms", number())["reason"].clone();
    backend.pass(5);
    let minutes = |minutes: i64| crate::client::from_now(minutes * 60_000);
    say_at(backend, &hook, "m0", "START", &minutes(-30)).ok();
    say_at(backend, &hook, "m1", "STOP", &minutes(-10)).ok();
    say_at(backend, &hook, "m2", "START", &minutes(-20)).ok();
    assert_eq!(reason(backend), "objected", "the stop was sent later");
    // At the same time the opt-out wins.
    say_at(backend, &hook, "m3", "START", &minutes(-10)).ok();
    assert_eq!(reason(backend), "objected");
    backend.pass(5);
    say_at(backend, &hook, "m4", "START", &minutes(0)).ok();
    assert_eq!(reason(backend), Value::Null);
    say_at(backend, &hook, "m5", "STOP", &minutes(-1)).ok();
    assert_eq!(reason(backend), Value::Null, "the start was sent later");
}

fn stopping_everything_stops_marketing_only(backend: &mut dyn Backend) {
    let body = with(crate::client::shop_body(), "/policy", json!({ "transactional": ["order_updates"] }));
    let purposes = json!(["newsletter", "offers", "order_updates"]);
    let shop = Shop::create_with(backend, &with(body, "/purposes", purposes));
    listen(backend, &shop);
    let order = json!({ "channel": "email", "purpose": "order_updates", "choice": "opt_in", "basis": "contract",
        "evidence": { "reference": "order 1001" } });
    let news = json!({ "channel": "email", "purpose": "newsletter", "choice": "opt_in" });
    let sent = with(with(submission(), "/contact", jane()), "/choices", json!([news, order]));
    shop.submit_from_server(backend, &with(sent, "/assurance", json!("authenticated"))).ok();
    let statuses = |backend: &dyn Backend| {
        let report = shop.lookup(backend, &jane()).ok();
        ["newsletter", "order_updates"].map(|purpose| standing(&report, "email", purpose)["allow"].clone())
    };
    assert_eq!(statuses(backend), [true, true]);
    let links = ask(backend, Method::POST, "/v1/preferences/link", &shop.secret, &json!({ "contact": jane() }));
    assert!(links.status.is_success(), "{}", links.text);
    let link = path(&messages(backend, &shop, "preferences")[0]["link"]);
    backend.pass(5);
    press(backend, &link, "action=stop");
    assert_eq!(statuses(backend), [false, true], "by the preference page");
    // The same by an opt-out of everything that the shop's server passes on.
    let again = vouched("opt_in");
    backend.pass(5);
    shop.submit_from_server(backend, &again).ok();
    assert_eq!(statuses(backend), [true, true]);
    backend.pass(5);
    let all = with(vouched("opt_out"), "/choices", json!([{ "choice": "opt_out" }]));
    shop.submit_from_server(backend, &all).ok();
    assert_eq!(statuses(backend), [false, true], "by the shop's server");
}

fn buttons_and_polite_stops_are_heard(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let (hook, _) =
        provider(backend, &shop, "meta", &json!({ "secret": AUTH_TOKEN, "verify_token": "a_word_of_ours" }));
    let yes = |backend: &dyn Backend| {
        let choices = json!([{ "channel": "whatsapp", "purpose": "newsletter", "choice": "opt_in" }]);
        let sent = with(with(by_sms(claimed()), "/choices", choices), "/assurance", json!("authenticated"));
        shop.submit_from_server(backend, &with(sent, "/occurred_at", Value::Null)).ok();
    };
    for (place, said) in [
        json!({ "type": "button", "button": { "text": "Stop promotions" } }),
        json!({ "type": "button", "button": { "text": "Nie więcej", "payload": "STOP" } }),
        json!({ "type": "interactive", "interactive": { "button_reply": { "id": "STOP", "title": "Nie więcej" } } }),
        json!({ "type": "interactive", "interactive": { "list_reply": { "id": "stop", "title": "Nie więcej" } } }),
        json!({ "type": "text", "text": { "body": "PARE" } }),
        json!({ "type": "text", "text": { "body": "Stop. Thank you" } }),
    ]
    .into_iter()
    .enumerate()
    {
        yes(backend);
        assert_eq!(decision(backend, &shop, "whatsapp", number())["allow"], true);
        backend.pass(5);
        let mut message = said.clone();
        message["from"] = json!("447700900123");
        message["id"] = json!(format!("wamid.{place}"));
        by_meta(backend, &hook, &json!({ "messages": [message] })).ok();
        assert_eq!(decision(backend, &shop, "whatsapp", number())["allow"], false, "{said}");
        backend.pass(5);
    }
}

fn the_other_writing_of_a_whatsapp_number_is_the_same_number(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let (hook, _) =
        provider(backend, &shop, "meta", &json!({ "secret": AUTH_TOKEN, "verify_token": "a_word_of_ours" }));
    for (place, (stored, written)) in
        [("+5511900000000", "551100000000"), ("+525512345678", "5215512345678"), ("+541123456789", "5491123456789")]
            .into_iter()
            .enumerate()
    {
        let contact = json!({ "phone": stored });
        let choices = json!([{ "channel": "whatsapp", "purpose": "newsletter", "choice": "opt_in" }]);
        let sent = with(with(submission(), "/contact", contact.clone()), "/choices", choices);
        shop.submit_from_server(backend, &with(sent, "/assurance", json!("authenticated"))).ok();
        assert_eq!(decision(backend, &shop, "whatsapp", contact.clone())["allow"], true, "{stored}");
        backend.pass(5);
        let stop = json!({ "from": written, "id": format!("wamid.{place}"), "text": { "body": "STOP" } });
        by_meta(backend, &hook, &json!({ "messages": [stop] })).ok();
        assert_eq!(decision(backend, &shop, "whatsapp", contact)["allow"], false, "{stored}");
        let by_other = json!({ "phone": format!("+{written}") });
        assert_eq!(decision(backend, &shop, "whatsapp", by_other)["allow"], false);
    }
    assert!(!backend.dump().iter().any(|(table, _)| table == "suppression"), "no number that nobody has");
}

/// Returns the stored events of a type.
fn events(backend: &mut dyn Backend, kind: &str) -> Vec<String> {
    let rows = backend.dump().into_iter().filter(|(table, row)| table == "event" && row.contains(kind));
    rows.map(|(_, row)| row).collect()
}

fn a_message_that_is_not_carried_out_is_told(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let (hook, _) =
        provider(backend, &shop, "meta", &json!({ "secret": AUTH_TOKEN, "verify_token": "a_word_of_ours" }));
    let hidden = json!({ "from": "US.13491208655302741918", "id": "wamid.1", "text": { "body": "stop" } });
    by_meta(backend, &hook, &json!({ "messages": [hidden] })).ok();
    let told = events(backend, "inbound.unmatched");
    assert_eq!(told.len(), 1);
    for part in ["\"provider\":\"meta\"", "wamid.1", "\"keyword\":\"stop\"", "no_number"] {
        assert!(told[0].replace("\\\"", "\"").contains(part), "{part}: {}", told[0]);
    }
    let texts = |backend: &mut dyn Backend| backend.dump().iter().filter(|(table, _)| table == "inbound_text").count();
    assert_eq!(texts(backend), 0, "no webhook gets full events");
    let full = json!({ "url": "https://hooks.shop.example/full", "events": ["inbound.unmatched"], "payload": "full" });
    ask(backend, Method::POST, "/v1/webhooks", &shop.secret, &full).ok();
    shop.submit_from_server(backend, &with(by_sms(claimed()), "/assurance", json!("authenticated"))).ok();
    let letter = json!({ "from": "447700900123", "id": "wamid.2", "text": { "body": "please never again" } });
    by_meta(backend, &hook, &json!({ "messages": [letter] })).ok();
    assert_eq!((events(backend, "inbound.unmatched").len(), texts(backend)), (2, 1));
    // The erasure of the person deletes the text.
    let contact = shop.lookup(backend, &number()).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{contact}"), &shop.secret, &Value::Null).ok();
    assert_eq!(texts(backend), 0);
    by_meta(
        backend,
        &hook,
        &json!({ "messages": [{ "from": "447700900123", "id": "wamid.3", "text": { "body": "STOP" } }] }),
    )
    .ok();
    assert_eq!(events(backend, "inbound.received").len(), 1);
}

fn the_provider_answers_if_it_does_so_by_itself(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &with(by_sms(claimed()), "/assurance", json!("authenticated"))).ok();
    for (answers, count) in [(Value::Null, 0), (json!("provider"), 0), (json!("placet"), 1)] {
        let body = with(json!({ "secret": AUTH_TOKEN, "answers": null }), "/answers", answers.clone());
        let body = if answers.is_null() { json!({ "secret": AUTH_TOKEN }) } else { body };
        let (hook, _) = provider(backend, &shop, "twilio", &body);
        let yes = with(with(by_sms(claimed()), "/assurance", json!("authenticated")), "/occurred_at", Value::Null);
        shop.submit_from_server(backend, &yes).ok();
        backend.pass(5);
        let id = format!("SM{answers}");
        let fields = [("Body", "STOP"), ("From", "+447700900123"), ("MessageSid", &*id)];
        text_by_twilio(backend, &hook, &fields);
        assert_eq!(decision(backend, &shop, "sms", number())["allow"], false);
        assert_eq!(messages(backend, &shop, "stopped").len(), count, "{answers}");
        backend.pass(5);
    }
    let bad = json!({ "secret": AUTH_TOKEN, "answers": "nobody" });
    let refused = ask(backend, Method::PUT, "/v1/providers/twilio", &shop.secret, &bad);
    refused.problem(422, "unknown_answering", Some("/answers"));
}

fn each_opt_in_gets_its_question(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let claims = |backend: &dyn Backend, channel: &str, purpose: &str| {
        let choices = json!([{ "channel": channel, "purpose": purpose, "choice": "opt_in" }]);
        let sent = with(submission(), "/choices", choices);
        shop.submit(backend, &with(sent, "/occurred_at", Value::Null)).ok();
    };
    let asked = |backend: &dyn Backend| messages(backend, &shop, "confirm");
    claims(backend, "email", "newsletter");
    claims(backend, "email", "newsletter");
    claims(backend, "email", "offers");
    assert_eq!(asked(backend).len(), 1, "the open question covers both");
    press(backend, &path(&asked(backend)[0]["link"]), "");
    let report = shop.lookup(backend, &jane()).ok();
    for purpose in ["newsletter", "offers"] {
        assert_eq!(standing(&report, "email", purpose)["allow"], true, "{purpose}");
    }
    // Yes, no, and yes again within a day.
    backend.pass(5);
    shop.submit_from_server(backend, &vouched("opt_out")).ok();
    backend.pass(5);
    claims(backend, "email", "newsletter");
    assert_eq!(asked(backend).len(), 2, "the answered question does not block");
    press(backend, &path(&asked(backend)[0]["link"]), "");
    assert_eq!(allows(backend, &shop), true);
    // A text message names what it asks, so a second opt-in gets a second one.
    claims(backend, "sms", "newsletter");
    claims(backend, "whatsapp", "newsletter");
    assert_eq!(asked(backend).len(), 4);
    for _ in 0..3 {
        claims(backend, "sms", "offers");
        claims(backend, "whatsapp", "offers");
    }
    assert_eq!(asked(backend).len(), 5, "a number gets three questions a day");
}

fn messages_wait_until_somebody_takes_them(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let waiting = messages(backend, &shop, "confirm");
    assert_eq!(waiting.len(), 1, "without a webhook");
    press(backend, &path(&waiting[0]["link"]), "");
    assert_eq!(allows(backend, &shop), true);
    let other = with(submission(), "/contact/email", json!("john@example.com"));
    shop.submit(backend, &other).ok();
    assert!(events(backend, "message.requested").is_empty());
    listen(backend, &shop);
    assert_eq!(events(backend, "message.requested").len(), 1, "the first webhook gets the one that nobody has read");
    listen(backend, &shop);
    assert_eq!(events(backend, "message.requested").len(), 1);
}

fn all_writings_of_an_address_are_one_address(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    let stored = |value: &str| json!({ "phone": value });
    for (place, written) in
        ["+44 07700 900123", "+447700900123.0", "\u{202a}+44\u{2009}7700\u{2011}900123\u{202c}", "＋44 7700 900123"]
            .into_iter()
            .enumerate()
    {
        let yes = with(with(by_sms(claimed()), "/contact", stored(written)), "/assurance", json!("authenticated"));
        let yes = with(yes, "/occurred_at", Value::Null);
        shop.submit_from_server(backend, &yes).ok();
        assert_eq!(decision(backend, &shop, "sms", number())["allow"], true, "{written}");
        backend.pass(5);
        crate::inbound::say(backend, &hook, &format!("m{place}"), "sms", "STOP").ok();
        assert_eq!(decision(backend, &shop, "sms", stored(written))["allow"], false, "{written}");
        backend.pass(5);
    }
    for bad in ["+44 20 7946 0018/9", "n/a", "-", "+44 7700 900123, +44 7700 900124"] {
        let sent = with(by_sms(claimed()), "/contact", stored(bad));
        shop.submit(backend, &sent).problem(422, "invalid_phone", Some("/contact/phone"));
    }
    for written in
        ["jane@example.com\u{200b}", "ja\u{ad}ne@example.com", "ｊａｎｅ@example.com", "\u{feff}Jane@Example.com"]
    {
        let sent = with(submission(), "/contact", json!({ "email": written }));
        let sent = with(sent, "/choices", json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_in" }]));
        shop.submit(backend, &sent).ok();
    }
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!(report["records"].as_array().unwrap().len(), 4, "one person");
    assert_eq!(report["addresses"][0]["value"], "jane@example.com");
    for bad in ["ja\u{fffd}ne@example.com", "\u{3164}@example.com", "jane@example.com,"] {
        let sent = with(submission(), "/contact", json!({ "email": bad }));
        shop.submit(backend, &sent).problem(422, "invalid_email", Some("/contact/email"));
    }
    let odd = json!({ "email": "ada..l@docomo.example", "reason": "asked" });
    post(backend, "/v1/suppressions", &shop.secret, "", &odd).ok();
}

fn a_national_number_is_read_by_the_country(backend: &mut dyn Backend) {
    let shop = shop(backend);
    for (contact, number) in [
        (json!({ "phone": "0171 2345678", "country": "DE" }), "+491712345678"),
        (json!({ "phone": "07400 123456" }), "+447400123456"),
    ] {
        let sent = with(by_sms(claimed()), "/contact", contact);
        shop.submit(backend, &sent).ok();
        let report = shop.lookup(backend, &json!({ "phone": number })).ok();
        assert_eq!(report["addresses"][0]["value"], number);
    }
    let found = shop.lookup(backend, &json!({ "phone": "07400 123456" })).ok();
    assert_eq!(found["addresses"][0]["value"], "+447400123456", "the lookup reads it in the same way");
    let sent = with(by_sms(claimed()), "/contact", json!({ "phone": "12" }));
    shop.submit(backend, &sent).problem(422, "invalid_phone", Some("/contact/phone"));
}

fn a_contradicted_list_never_makes_subscribers(backend: &mut dyn Backend) {
    let shop = shop(backend);
    for (query, file, rejected) in [
        ("list=opted_out", "email,status\njane@example.com,subscribed\n", 1),
        ("list=opted_out", "email,status\njane@example.com,unconfirmed\n", 0),
        ("list=opted_out", "email,status\njane@example.com,enabled\n", 0),
        ("", "email,status,opted_out_at\njane@example.com,declined,2026-01-02\n", 0),
        ("", "email,choice,status\njane@example.com,yes,unsubscribed\n", 1),
        ("", "email,choice,objection\njane@example.com,yes,yes\n", 1),
        ("", "email,choice,phone\njane@example.com,no,n/a\n", 0),
        ("", "email,choice,occurred_at\njane@example.com,no,some day\n", 0),
    ] {
        let import = imported(backend, &shop, &format!("{NEWS}&{query}"), file);
        let counts = &import["counts"];
        let recorded = counts["accepted"].as_u64().unwrap() + counts["unchanged"].as_u64().unwrap();
        assert_eq!((counts["rejected"].as_u64(), recorded), (Some(rejected), 1 - rejected), "{file} {counts}");
        assert_eq!(counts["no_choice"], 0, "{file}");
        assert_ne!(allows(backend, &shop), true, "{file}");
    }
}

fn a_warning_names_the_cell_that_was_passed_over(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let file = "email,choice,phone,born\njane@example.com,no,n/a,00/00/0000\njohn@example.com,maybe,,\n";
    let import = imported(backend, &shop, NEWS, file);
    let counts = ["accepted", "rejected", "warned"].map(|name| import["counts"][name].as_u64().unwrap());
    assert_eq!(counts, [1, 1, 1]);
    let path = format!("/v1/imports/{}/errors?format=", import["id"].as_str().unwrap());
    let told = ask(backend, Method::GET, &format!("{path}json"), &shop.secret, &Value::Null).ok();
    let told: Vec<Value> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["line"], one["column"], one["code"], one["warning"]]))
        .collect();
    let born_first = json!([2, "born", "bad_birth", true]);
    assert_eq!(told[..2].iter().filter(|one| **one == born_first).count(), 1, "{told:?}");
    assert_eq!(told[..2].iter().filter(|one| **one == json!([2, "phone", "bad_phone", true])).count(), 1, "{told:?}");
    assert_eq!(told[2], json!([3, "choice", "bad_choice", false]));
    let csv = ask(backend, Method::GET, &format!("{path}csv"), &shop.secret, &Value::Null).text;
    assert!(csv.contains("john@example.com") && !csv.contains("jane@example.com"), "{csv}");
}

fn each_choice_of_a_submission_is_taken_for_itself(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let choice = |channel: &str, purpose: &str| json!({ "channel": channel, "purpose": purpose, "choice": "opt_in" });
    let both = json!([choice("email", "newsletter"), choice("sms", "newsletter")]);
    let contact = json!({ "email": "ada@example.com,", "phone": "+44 7700 900123" });
    let sent = with(with(submission(), "/contact", contact), "/choices", both);
    let receipt = shop.submit(backend, &sent).ok();
    let outcomes = |receipt: &Value| {
        let all = receipt["choices"].as_array().unwrap().iter();
        all.map(|one| one["outcome"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(outcomes(&receipt), ["refused", "recorded"]);
    let problem = &receipt["choices"][0]["problem"];
    assert_eq!(problem["type"], "urn:placet:problem:invalid_email");
    assert_eq!(problem["pointer"], "/contact/email");
    assert!(!receipt.to_string().contains("ada@"), "{receipt}");
    assert_eq!(standing(&shop.lookup(backend, &number()).ok(), "sms", "newsletter")["choice"], "opt_in");
    // A repetition gets the same receipt.
    assert_eq!(shop.submit(backend, &sent).ok(), receipt);
    let mixed = json!([choice("email", "newsletter"), choice("post", "newsletter"), choice("email", "gossip")]);
    let receipt = shop.submit(backend, &with(with(submission(), "/contact", jane()), "/choices", mixed)).ok();
    assert_eq!(outcomes(&receipt), ["recorded", "refused", "refused"]);
    assert_eq!(receipt["choices"][1]["problem"]["type"], "urn:placet:problem:channel_off");
    assert_eq!(receipt["choices"][2]["problem"]["pointer"], "/choices/2/purpose");
    // Without any good choice the submission is refused, and each mistake is told.
    let none = json!([choice("fax", "newsletter"), choice("email", "No such slug")]);
    let refused = shop.submit(backend, &with(with(submission(), "/contact", jane()), "/choices", none));
    refused.problem(422, "unknown_channel", Some("/choices/0/channel"));
    assert_eq!(refused.body["errors"].as_array().unwrap().len(), 2, "{}", refused.text);
}

fn the_receipt_says_what_counts_afterwards(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let first = |receipt: Value| (receipt["choices"][0]["outcome"].clone(), receipt["choices"][0]["record"].clone());
    assert_eq!(first(shop.submit_from_server(backend, &vouched("opt_in")).ok()), (json!("recorded"), Value::Null));
    let old = historic(vouched("opt_out"), "2026-01-01T00:00:00Z");
    let (outcome, record) = first(shop.submit_from_server(backend, &old).ok());
    assert_eq!(outcome, "outranked");
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!(record, standing(&report, "email", "newsletter")["record"]);
    backend.pass(5);
    shop.submit_from_server(backend, &vouched("opt_out")).ok();
    backend.pass(5);
    let claimed = with(vouched("opt_in"), "/assurance", json!("claimed"));
    let (outcome, record) = first(shop.submit_from_server(backend, &claimed).ok());
    assert_eq!((outcome.as_str(), record.is_string()), (Some("outranked"), true));
    // A page learns nothing of that.
    let sent = with(
        with(submission(), "/contact", jane()),
        "/choices/1",
        json!({ "channel": "email", "purpose": "offers", "choice": "opt_in" }),
    );
    let receipt = shop.submit(backend, &sent).ok();
    assert!(receipt["choices"].as_array().unwrap().iter().all(|one| one["outcome"] == "recorded"), "{receipt}");
    let new = with(
        with(vouched("opt_in"), "/contact", json!({ "email": "new@example.com" })),
        "/assurance",
        json!("claimed"),
    );
    assert_eq!(first(shop.submit_from_server(backend, &new).ok()).0, "awaiting_confirmation");
}

fn settings_of(backend: &dyn Backend, shop: &Shop) -> Value {
    ask(backend, Method::GET, "/v1/shop", &shop.secret, &Value::Null).ok()
}

fn the_words_of_a_notice_stay(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let text = "We write about coffee.";
    let hash = crate::imports::sha256(text.as_bytes());
    let sent = with(submission(), "/notice/text_sha256", json!(hash));
    shop.submit(backend, &sent).ok();
    let words = |backend: &dyn Backend| shop.lookup(backend, &jane()).ok()["records"][0]["notice"].clone();
    assert_eq!((&words(backend)["text"], &words(backend)["text_from"]), (&json!(text), &json!("shop")));
    // Another text under the same name is refused.
    let mut settings = settings_of(backend, &shop);
    settings["notices"][0]["text"] = json!("We write about tea.");
    let refused = ask(backend, Method::PUT, "/v1/shop", &shop.secret, &settings);
    refused.problem(409, "notice_changed", None);
    // Without the notice its words stay.
    settings["notices"] = json!([]);
    ask(backend, Method::PUT, "/v1/shop", &shop.secret, &settings).ok();
    assert_eq!(words(backend)["text"], text);
    let put = |backend: &dyn Backend, version: &str, body: Value| {
        ask(backend, Method::PUT, &format!("/v1/notices/checkout-optin/{version}/en-GB"), &shop.secret, &body)
    };
    put(backend, "3", json!({ "text": "We write about tea." })).problem(409, "notice_changed", None);
    let offer = json!({ "channel": "email", "purpose": "newsletter" });
    let body = json!({ "text": "We write about tea.\nBy e-mail", "choices": [offer] });
    assert_eq!(put(backend, "4", body.clone()).ok()["version"], "4");
    assert_eq!(put(backend, "4", body.clone()).ok()["choices"][0]["channel"], "email");
    assert_eq!(settings_of(backend, &shop)["notices"].as_array().unwrap().len(), 1);
    // A notice offers only what the shop has.
    let offers = |channel: &str, purpose: &str| {
        with(body.clone(), "/choices/0", json!({ "channel": channel, "purpose": purpose }))
    };
    put(backend, "5", offers("whatsapp", "newsletter")).problem(422, "channel_off", Some("/choices/0/channel"));
    put(backend, "5", offers("email", "gossip")).problem(422, "unknown_purpose", Some("/choices/0/purpose"));
}

fn a_shop_changes_some_of_its_settings(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    // What GET answers can be sent back as it is.
    let before = settings_of(backend, &shop);
    let after = ask(backend, Method::PUT, "/v1/shop", &shop.secret, &before).ok();
    assert_eq!(after, before);
    let patch = |backend: &dyn Backend, body: Value| ask(backend, Method::PATCH, "/v1/shop", &shop.secret, &body);
    let changed = patch(backend, json!({ "name": "Kestrel Tea", "country": null, "limits": { "visitor": 7 } })).ok();
    assert_eq!((&changed["name"], &changed["limits"]["visitor"]), (&json!("Kestrel Tea"), &json!(7)));
    assert_eq!((&changed["country"], &changed["channels"]), (&Value::Null, &before["channels"]));
    patch(backend, json!({ "colour": "red" })).problem(422, "unknown_field", Some("/colour"));
    patch(backend, json!({ "channels": [] })).problem(422, "empty_list", Some("/channels"));
    assert_eq!(settings_of(backend, &shop), changed);
}

/// Returns what is missing for the shop to work, each with its number.
fn setup_codes(backend: &dyn Backend, shop: &Shop) -> Vec<String> {
    let all = settings_of(backend, shop)["setup"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| format!("{} {}", one["code"].as_str().unwrap(), one["count"])).collect()
}

fn the_shop_is_told_what_is_missing(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    assert_eq!(setup_codes(backend, &shop), ["no_stop_provider 0"]);
    shop.submit(backend, &submission()).ok();
    assert_eq!(setup_codes(backend, &shop), ["messages_wait 1", "no_stop_provider 0"]);
    provider(backend, &shop, "generic", &json!({}));
    listen(backend, &shop);
    assert_eq!(setup_codes(backend, &shop), Vec::<String>::new());
}

fn messages_of_which_nobody_is_told_are_counted(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let (hook, _) =
        provider(backend, &shop, "meta", &json!({ "secret": AUTH_TOKEN, "verify_token": "a_word_of_ours" }));
    let letter = json!({ "from": "447700900123", "id": "wamid.1", "text": { "body": "please never again" } });
    by_meta(backend, &hook, &json!({ "messages": [letter] })).ok();
    assert_eq!(setup_codes(backend, &shop), ["inbound_unread 1"]);
    listen(backend, &shop);
    assert_eq!(setup_codes(backend, &shop), Vec::<String>::new());
}

fn a_misspelt_purpose_is_refused(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let body = json!({ "channel": "email", "purpose": "newsleter", "contact": jane() });
    let refused = ask(backend, Method::POST, "/v1/decisions", &shop.secret, &body);
    refused.problem(422, "unknown_purpose", Some("/purpose"));
    shop.submit_from_server(backend, &vouched("opt_in")).ok();
    let used = json!({ "contact": jane(), "activities": [{ "activity": "used", "purpose": "newsleter" }] });
    let refused = ask(backend, Method::POST, "/v1/activities", &shop.secret, &used);
    refused.problem(422, "unknown_purpose", Some("/activities/0/purpose"));
}

fn a_corrected_address_is_asked_to_confirm(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let choices = json!([
        { "channel": "email", "purpose": "newsletter", "choice": "opt_in" },
        { "channel": "email", "purpose": "offers", "choice": "opt_out" },
    ]);
    let german = with(with(vouched("opt_in"), "/contact/country", json!("DE")), "/choices", choices);
    shop.submit_from_server(backend, &german).ok();
    let contact = shop.lookup(backend, &jane()).ok()["id"].as_str().unwrap().to_owned();
    let body = json!({ "address": { "from": jane(), "to": { "email": "jnae@example.com" } }, "reason": "she phoned" });
    ask(backend, Method::POST, &format!("/v1/contacts/{contact}/rectify"), &shop.secret, &body).ok();
    let report = shop.lookup(backend, &json!({ "email": "jnae@example.com" })).ok();
    assert_eq!(standing(&report, "email", "newsletter")["reason"], "awaiting_confirmation");
    assert_eq!(standing(&report, "email", "offers")["reason"], "opted_out");
    let asked = messages(backend, &shop, "confirm");
    assert_eq!((asked.len(), &asked[0]["to"]), (1, &json!("jnae@example.com")));
}

fn a_table_for_people_holds_no_formula(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    let formula = "=HYPERLINK(1)";
    shop.submit(backend, &with(submission(), "/source/form", json!(formula))).ok();
    let contact = shop.lookup(backend, &jane()).ok()["id"].as_str().unwrap().to_owned();
    let archive = |backend: &dyn Backend, query: &str| {
        let path = format!("/v1/contacts/{contact}/export?format=csv{query}");
        let headers = [("authorization", &*crate::client::bearer(&shop.secret))];
        String::from_utf8_lossy(&crate::client::send(backend, Method::GET, &path, &headers, "").bytes).into_owned()
    };
    let of_people = archive(backend, "");
    assert!(of_people.contains(&format!("'{formula}")) && of_people.contains('\u{feff}'));
    let exact = archive(backend, "&cells=exact");
    assert!(exact.contains(formula) && !exact.contains(&format!("'{formula}")));
}

/// A shop that leaves the question of confirmation to the law.
fn lawful(backend: &mut dyn Backend, policy: &Value) -> Shop {
    let shop = Shop::create_with(backend, &with(crate::client::shop_body(), "/policy", policy.clone()));
    listen(backend, &shop);
    shop
}

/// A choice for the newsletter by e-mail, as somebody enters it in a form.
fn entered(contact: Value) -> Value {
    let choices = json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_in" }]);
    with(with(with(submission(), "/contact", contact), "/choices", choices), "/occurred_at", Value::Null)
}

fn facts_that_nobody_has_proven_loosen_nothing(backend: &mut dyn Backend) {
    let shop = lawful(backend, &json!({ "confirmation": [] }));
    for country in ["FR", "US", "GB"] {
        let contact = json!({ "email": format!("jane@{country}.example.com"), "country": country });
        let body = json!({ "email": contact["email"] });
        shop.submit(backend, &entered(contact)).ok();
        let decided = decision(backend, &shop, "email", body);
        assert_eq!((&decided["reason"], &decided["rule"]["id"]), (&json!("awaiting_confirmation"), &json!("any")));
    }
    // What is proven stays, whatever a form states.
    let known = with(vouched("opt_in"), "/contact/country", json!("DE"));
    shop.submit_from_server(backend, &known).ok();
    let stranger = json!({ "email": "jane@example.com", "country": "US", "born": "2020-01-01" });
    shop.submit(backend, &entered(stranger)).ok();
    let decided = decision(backend, &shop, "email", jane());
    assert_eq!((&decided["allow"], &decided["rule"]["id"]), (&json!(true), &json!("de-email")), "{decided}");
}

fn facts_that_nobody_has_proven_may_tighten(backend: &mut dyn Backend) {
    let waived = json!([{ "rule": "any", "waive": ["confirmation"], "reason": "counsel has agreed, file 12" }]);
    let shop = lawful(backend, &json!({ "confirmation": [], "overrides": waived }));
    shop.submit(backend, &entered(jane())).ok();
    assert_eq!(allows(backend, &shop), true);
    let child = json!({ "email": "jane@example.com", "born": crate::client::from_now(-8 * 365 * 86_400_000)[..10] });
    shop.submit(backend, &entered(child)).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "under_age");
    let german = json!({ "email": "hans@example.com", "country": "DE" });
    shop.submit(backend, &entered(german)).ok();
    let decided = decision(backend, &shop, "email", json!({ "email": "hans@example.com" }));
    assert_eq!((&decided["reason"], &decided["rule"]["id"]), (&json!("awaiting_confirmation"), &json!("de-email")));
    // The list and the report decide in the same way.
    let report = shop.lookup(backend, &json!({ "email": "hans@example.com" })).ok();
    assert_eq!(standing(&report, "email", "newsletter")["reason"], "awaiting_confirmation");
    assert_eq!(report["profile"]["claimed"], json!([{ "country": "DE" }]));
    let decided = "/v1/lists/opted_in?channel=email&purpose=newsletter&decide=true&format=ndjson";
    let list = ask(backend, Method::GET, decided, &shop.secret, &Value::Null);
    assert!(list.status.is_success() && !list.text.contains(r#""allow":true"#), "{}", list.text);
    // A proven act does not rest on what a form has claimed.
    shop.submit_from_server(backend, &vouched("opt_in")).ok();
    assert_eq!(allows(backend, &shop), true);
}

fn a_confirmed_form_proves_its_facts_if_no_other_form_contradicts(backend: &mut dyn Backend) {
    let shop = lawful(backend, &json!({}));
    let profile = |backend: &dyn Backend, body: &Value| {
        let profile = shop.lookup(backend, body).ok()["profile"].clone();
        (profile["country"].clone(), profile["born"].clone())
    };
    let confirm = |backend: &mut dyn Backend, email: &str, others: &[Value]| {
        let own = json!({ "email": email, "country": "FR", "born": "1990-05-17" });
        for contact in others.iter().chain([&own]) {
            shop.submit(backend, &entered(with(contact.clone(), "/email", json!(email)))).ok();
        }
        let link = messages(backend, &shop, "confirm").first().unwrap()["link"].clone();
        press(backend, &path(&link), "");
        profile(backend, &json!({ "email": email }))
    };
    assert_eq!(confirm(backend, "jane@example.com", &[]), (json!("FR"), json!("1990-05-17")));
    // A stranger has entered the same mailbox before.
    let stranger = json!({ "born": "2020-01-01" });
    assert_eq!(confirm(backend, "june@example.com", &[stranger]), (Value::Null, Value::Null));
    // A form for another opt-in, which the same link confirms, stated another date of birth.
    let child = with(
        entered(json!({ "email": "jill@example.com", "born": "2020-01-01" })),
        "/choices/0/purpose",
        json!("offers"),
    );
    shop.submit(backend, &child).ok();
    assert_eq!(confirm(backend, "jill@example.com", &[]), (Value::Null, Value::Null));
    assert_eq!(allows(backend, &shop), true);
}

/// A choice of the account `shopify:7`, for whose mailbox the shop vouches.
fn of_account(email: &str, choice: &str) -> Value {
    with(vouched(choice), "/contact", json!({ "email": email, "external": "shopify:7" }))
}

/// Returns the decision about the account `shopify:7`, with its address.
fn decided_by_account(backend: &dyn Backend, shop: &Shop) -> Value {
    let body = json!({ "channel": "email", "purpose": "newsletter", "contacts": [{ "external": "shopify:7" }] });
    ask(backend, Method::POST, "/v1/decisions", &shop.secret, &body).ok()["decisions"][0].clone()
}

fn the_current_address_of_an_account_decides(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let by_account = |backend: &dyn Backend| decided_by_account(backend, &shop);
    shop.submit_from_server(backend, &of_account("old@example.com", "opt_in")).ok();
    backend.pass(5);
    shop.submit_from_server(backend, &of_account("new@example.com", "opt_out")).ok();
    let decided = by_account(backend);
    assert_eq!((&decided["decision"]["allow"], &decided["address"]), (&json!(false), &json!("new@example.com")));
    assert_eq!(decision(backend, &shop, "email", json!({ "email": "old@example.com" }))["allow"], true);
    // The shop vouches for the old mailbox again: it is the current one.
    backend.pass(5);
    shop.submit_from_server(backend, &of_account("old@example.com", "opt_in")).ok();
    let decided = by_account(backend);
    assert_eq!((&decided["decision"]["allow"], &decided["address"]), (&json!(true), &json!("old@example.com")));
}

fn an_account_takes_over_the_mailbox_that_a_guest_has_used(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let guest = shop.submit_from_server(backend, &with(entered(jane()), "/assurance", json!("claimed"))).ok();
    let account = with(vouched("opt_in"), "/contact", json!({ "email": "old@example.com", "external": "shopify:7" }));
    let account = shop.submit_from_server(backend, &account).ok();
    assert_ne!(guest["contact"], account["contact"]);
    backend.pass(5);
    let moved = with(vouched("opt_out"), "/contact", json!({ "email": "jane@example.com", "external": "shopify:7" }));
    let receipt = shop.submit_from_server(backend, &moved).ok();
    assert_eq!(receipt["contact"], account["contact"]);
    assert_eq!(receipt["choices"][0].get("contact"), None, "the record lies with the account");
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!((&report["id"], &report["external_ids"]), (&account["contact"], &json!(["shopify:7"])));
    assert_eq!(report["records"].as_array().unwrap().len(), 3);

    // The mailbox of another account stays there, and the receipt says where the record lies.
    let other = with(moved, "/id", submission()["id"].clone());
    let other = with(other, "/contact/external", json!("shopify:8"));
    let third = with(vouched("opt_in"), "/contact", json!({ "email": "third@example.com", "external": "shopify:8" }));
    let third = shop.submit_from_server(backend, &third).ok();
    let receipt = shop.submit_from_server(backend, &other).ok();
    assert_eq!((&receipt["contact"], &receipt["choices"][0]["contact"]), (&third["contact"], &account["contact"]));
}

fn the_erasure_of_several_accounts_has_to_be_asked_for(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let with_account =
        |id: &str| with(vouched("opt_in"), "/contact", json!({ "email": "jane@example.com", "external": id }));
    let first = shop.submit_from_server(backend, &with_account("shopify:7")).ok();
    let second = shop.submit_from_server(backend, &with_account("shopify:8")).ok();
    assert_eq!(first["contact"], second["contact"], "both accounts have one mailbox");
    // An employee decides a verified request for it too.
    let wish = json!({ "kind": "erasure", "contact": jane(), "locale": "en-GB" });
    ask(backend, Method::POST, "/v1/requests", &shop.secret, &wish).ok();
    press(backend, &path(&messages(backend, &shop, "request")[0]["link"]), "");
    let waiting = ask(backend, Method::GET, "/v1/requests?state=verified", &shop.secret, &Value::Null).ok();
    assert_eq!(waiting["requests"].as_array().unwrap().len(), 1, "{waiting}");
    assert_eq!(allows(backend, &shop), true);
    let contact = format!("/v1/contacts/{}", first["contact"].as_str().unwrap());
    ask(backend, Method::DELETE, &contact, &shop.secret, &Value::Null).problem(409, "several_accounts", None);
    assert_eq!(allows(backend, &shop), true, "nothing is erased");
    let all = format!("{contact}?accounts=all");
    let erased = ask(backend, Method::DELETE, &all, &shop.secret, &Value::Null).ok();
    assert_eq!(erased["external_ids"], json!(["shopify:7", "shopify:8"]));
    let again = ask(backend, Method::DELETE, &contact, &shop.secret, &Value::Null).ok();
    assert_eq!((&again["jws"], again.get("external_ids")), (&erased["jws"], None));
}

fn a_box_that_the_page_ticked_is_on_record_as_such(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let sent = with(entered(jane()), "/choices/0/choice", json!("pre_ticked"));
    shop.submit(backend, &sent).ok();
    let report = shop.lookup(backend, &jane()).ok();
    let record = &report["records"][0];
    assert_eq!((&record["choice"], &record["evidence"]["pre_ticked"]), (&json!("declined"), &json!(true)));
    assert_eq!(standing(&report, "email", "newsletter")["status"], "declined");
    let not_one = with(with(sent, "/id", submission()["id"].clone()), "/choices/0/choice", json!("preticked"));
    shop.submit(backend, &not_one).problem(422, "unknown_choice", Some("/choices/0/choice"));
}

fn an_opt_out_that_nobody_vouches_for_gets_a_link(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &vouched("opt_in")).ok();
    let sent = |email: &str| {
        let no = with(entered(json!({ "email": email })), "/choices/0/choice", json!("opt_out"));
        shop.submit(backend, &no).ok()["choices"].clone()
    };
    // A stranger's page learns the same of an address that nobody knows.
    let (known, unknown) = (sent("jane@example.com"), sent("nobody@example.com"));
    assert_eq!(known, json!([{ "channel": "email", "purpose": "newsletter", "outcome": "link_sent" }]));
    assert_eq!(known, unknown);
    assert_eq!(allows(backend, &shop), true, "anybody could have said it");
    let links = messages(backend, &shop, "preferences");
    let to: Vec<&Value> = links.iter().map(|message| &message["to"]).collect();
    assert_eq!(to, ["jane@example.com"]);
    press(backend, &path(&links[0]["link"]), "action=stop");
    assert_eq!(allows(backend, &shop), false);
    // No link can be sent to a postal address.
    let shop = Shop::create_with(backend, &with(crate::client::shop_body(), "/channels", json!(["email", "post"])));
    let letters = json!([{ "channel": "post", "purpose": "newsletter", "choice": "opt_out" }]);
    let postal = json!({ "postal": "Jane Doe\n1 High Street\nLondon SW1A 1AA" });
    let claimed = with(with(entered(postal), "/choices", letters), "/assurance", json!("claimed"));
    let answer = shop.submit_from_server(backend, &claimed).ok();
    assert_eq!(answer["choices"][0]["outcome"], "unproven");
}

fn a_report_ends_only_what_its_connection_reported(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let [one, other] = ["019ab0a4-4c80-7000-8000-000000000001", "019ab0a4-4c80-7000-8000-000000000002"];
    let report = |backend: &mut dyn Backend, choice: &str, connection: Option<&str>| {
        backend.pass(1_000);
        let sent = with(historic(vouched(choice), &crate::client::from_now(-1)), "/assurance", json!("reported"));
        let sent = connection.map_or(sent.clone(), |id| with(sent, "/connection", json!(id)));
        shop.submit_from_server(backend, &sent).ok();
        decision(backend, &shop, "email", jane())["reason"].clone()
    };
    report(backend, "opt_in", Some(one));
    assert_eq!(report(backend, "opt_out", Some(one)), "opted_out");
    assert_eq!(report(backend, "opt_in", Some(other)), "opted_out", "another platform's data may be out of date");
    assert_eq!(report(backend, "opt_in", None), "opted_out");
    assert_eq!(messages(backend, &shop, "confirm").len(), 1, "the address is asked instead");
    assert_eq!(report(backend, "opt_in", Some(one)), Value::Null, "the platform corrects itself");
    assert_eq!(report(backend, "opt_out", Some(one)), "opted_out");
    backend.pass(1_000);
    shop.submit_from_server(backend, &vouched("opt_out")).ok();
    assert_eq!(report(backend, "opt_in", Some(one)), "opted_out", "the person has opted out too");
    let wrong = with(vouched("opt_in"), "/connection", json!(one));
    shop.submit_from_server(backend, &wrong).problem(422, "connection_without_report", Some("/connection"));
    shop.submit(backend, &with(entered(jane()), "/connection", json!(one))).problem(
        422,
        "needs_secret_key",
        Some("/connection"),
    );
}

fn all_faults_of_the_settings_are_named_at_once(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let body = json!({
        "name": "", "country": "XX1", "origins": ["ftp://shop.example"], "channels": ["email", "fax"],
        "purposes": ["newsletter", "Two Words"], "limits": { "publishable": 0 },
    });
    let answer = ask(backend, Method::PUT, "/v1/shop", &shop.secret, &body);
    answer.problem(422, "unknown_channel", Some("/channels/1"));
    let pointers: Vec<&str> =
        answer.body["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/channels/1", "/purposes/1", "/name", "/country", "/origins/0", "/limits/publishable"]);
}

fn a_yes_answers_only_what_was_asked_before_it(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    shop.submit(backend, &by_sms(claimed())).ok();
    let reason = |backend: &dyn Backend| decision(backend, &shop, "sms", number())["reason"].clone();
    assert_eq!(reason(backend), "awaiting_confirmation");
    say_at(backend, &hook, "m1", "YES", &crate::client::from_now(-3 * 86_400_000)).ok();
    assert_eq!(reason(backend), "awaiting_confirmation", "it answered something else");
    say_at(backend, &hook, "m2", "YES", &crate::client::from_now(0)).ok();
    assert_eq!(reason(backend), Value::Null);
}

fn a_confirmation_proves_nothing_about_another_address(backend: &mut dyn Backend) {
    let shop = lawful(backend, &json!({ "confirmation": ["email"] }));
    let both = json!({ "email": "jane@example.com", "phone": "+12025550143", "country": "US" });
    let yes = |channel: &str| json!({ "channel": channel, "purpose": "newsletter", "choice": "opt_in" });
    shop.submit(backend, &with(entered(both), "/choices", json!([yes("email"), yes("sms")]))).ok();
    let link = messages(backend, &shop, "confirm").iter().find(|one| one["medium"] == "email").unwrap()["link"].clone();
    press(backend, &path(&link), "");
    assert_eq!(allows(backend, &shop), true);
    let theirs = decision(backend, &shop, "sms", json!({ "phone": "+12025550143" }));
    assert_eq!((&theirs["allow"], &theirs["rule"]["id"]), (&json!(false), &json!("any")), "{theirs}");
}

fn an_account_takes_no_address_that_a_stranger_typed_beside_it(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let yes = |channel: &str| json!({ "channel": channel, "purpose": "newsletter", "choice": "opt_in" });
    let both = json!({ "email": "jane@example.com", "phone": "+447700900123" });
    shop.submit(backend, &with(entered(both), "/choices", json!([yes("email"), yes("sms")]))).ok();
    let account = with(vouched("opt_in"), "/contact", json!({ "email": "jane@example.com", "external": "shopify:7" }));
    shop.submit_from_server(backend, &account).ok();
    let report = shop.lookup(backend, &json!({ "external": "shopify:7" })).ok();
    assert_eq!(report["addresses"].as_array().unwrap().len(), 1, "{report}");
    assert!(!report.to_string().contains("7700900123"));
    assert_ne!(shop.lookup(backend, &number()).ok()["id"], report["id"]);
}

fn only_who_vouches_now_makes_an_address_the_current_one(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let by_account = |backend: &dyn Backend| decided_by_account(backend, &shop);
    shop.submit_from_server(backend, &of_account("new@example.com", "opt_out")).ok();
    backend.pass(5);
    for (number, assurance) in ["reported", "listed", "authenticated", "claimed"].into_iter().enumerate() {
        let old = with(of_account(&format!("old{number}@example.com"), "opt_in"), "/assurance", json!(assurance));
        let old = if assurance == "claimed" { old } else { historic(old, "2024-01-01T00:00:00Z") };
        shop.submit_from_server(backend, &old).ok();
        let decided = by_account(backend);
        assert_eq!((&decided["address"], &decided["decision"]["allow"]), (&json!("new@example.com"), &json!(false)));
    }
    let late = with(of_account("earlier@example.com", "opt_in"), "/age_ms", json!(86_400_000));
    shop.submit_from_server(backend, &late).ok();
    assert_eq!(by_account(backend)["address"], "new@example.com");
    // The id of a contact that was merged into another is an id of the other.
    let guest = shop.submit_from_server(backend, &with(entered(jane()), "/assurance", json!("claimed"))).ok();
    shop.submit_from_server(backend, &of_account("jane@example.com", "opt_in")).ok();
    let body = json!({ "channel": "email", "purpose": "newsletter", "contact": { "id": guest["contact"] } });
    let decided = ask(backend, Method::POST, "/v1/decisions", &shop.secret, &body).ok();
    assert_eq!((&decided["address"], &decided["decision"]["allow"]), (&json!("jane@example.com"), &json!(true)));
}

fn an_opt_out_is_taken_whatever_else_cannot_be_read(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let junk = [
        ("/contact/phone", json!("n/a")),
        ("/contact/country", json!("Deutschland")),
        ("/contact/born", json!("00/00/0000")),
    ];
    for (pointer, value) in junk {
        shop.submit_from_server(backend, &vouched("opt_in")).ok();
        assert_eq!(allows(backend, &shop), true);
        backend.pass(5);
        shop.submit_from_server(backend, &with(vouched("opt_out"), pointer, value.clone())).ok();
        assert_eq!(allows(backend, &shop), false, "{pointer}");
        backend.pass(5);
        let refused = shop.submit_from_server(backend, &with(vouched("opt_in"), pointer, value));
        assert_eq!(refused.status, 422, "{pointer}");
    }
    let no = json!({ "channel": "email", "purpose": "newsletter", "choice": "opt_out" });
    let choices = json!([no, { "channel": "fax", "purpose": "newsletter", "choice": "opt_in" }]);
    shop.submit_from_server(backend, &vouched("opt_in")).ok();
    backend.pass(5);
    let receipt = shop.submit_from_server(backend, &with(vouched("opt_out"), "/choices", choices)).ok();
    assert_eq!(
        (&receipt["choices"][0]["outcome"], &receipt["choices"][1]["outcome"]),
        (&json!("recorded"), &json!("refused"))
    );
    assert_eq!(allows(backend, &shop), false);
}
