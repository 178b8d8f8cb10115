//! What a stranger can cause has a budget: messages to one mailbox, text messages, questions that nobody answers. And no
//! link leads to a stronger one.

use http::Method;
use serde_json::{Value, json};
use sha2::Digest;

use crate::backend::{Backend, Native};
use crate::client::{ORIGIN, Shop, ask, post, send, shop_body, submission, with};
use crate::links::{decision, links, listen, look, messages, page, path, press, shop};

crate::scenarios! {
    one_mailbox_gets_few_messages_whatever_its_tags
    text_messages_over_the_budget_wait
    who_did_not_ask_is_never_asked_again
    the_limits_of_messages_are_checked
    strangers_make_few_contacts_a_day
    views_of_pages_do_not_starve_rights
    a_flood_is_seen_and_let_go
    claims_wait_when_space_runs_out_and_noes_do_not
    a_page_sends_neither_push_nor_postal_addresses
    claims_and_proven_acts_are_counted_apart
    texts_of_strangers_push_out_no_text_that_was_proven
    repetitions_of_strangers_need_no_space
    strangers_open_few_requests_a_day
    only_named_countries_get_text_messages
    a_link_to_unsubscribe_leads_to_no_stronger_link
}

/// An opt-in that a stranger states for an address.
fn claim(contact: &Value, channel: &str, purpose: &str) -> Value {
    let choices = json!([{ "channel": channel, "purpose": purpose, "choice": "opt_in" }]);
    let sent = with(with(submission(), "/contact", contact.clone()), "/choices", choices);
    with(sent, "/occurred_at", Value::Null)
}

/// Returns how many events tell of held messages.
fn held(backend: &mut dyn Backend) -> usize {
    let rows = backend.dump();
    rows.iter().filter(|(table, row)| table == "event" && row.contains("messages.held")).count()
}

fn one_mailbox_gets_few_messages_whatever_its_tags(backend: &mut dyn Backend) {
    let limits = json!({ "publishable": 1_000, "messages": { "address_day": 4 } });
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", limits));
    listen(backend, &shop);
    for number in 0..10 {
        let contact = json!({ "email": format!("Victim+{number}@example.com") });
        shop.submit(backend, &claim(&contact, "email", "newsletter")).ok();
        let wish = json!({ "kind": "access", "contact": contact, "locale": "en-GB" });
        post(backend, "/v1/requests", &shop.publishable, ORIGIN, &wish).ok();
    }
    let listed = ask(backend, Method::GET, "/v1/messages", &shop.secret, &Value::Null).ok();
    assert_eq!(listed["messages"].as_array().unwrap().len(), 4);
    assert_eq!(held(backend), 1, "one event an hour");
    // Another mailbox is not affected.
    shop.submit(backend, &claim(&json!({ "email": "jane@example.com" }), "email", "newsletter")).ok();
    assert_eq!(messages(backend, &shop, "confirm")[0]["to"], "jane@example.com");
}

fn text_messages_over_the_budget_wait(backend: &mut dyn Backend) {
    let limits = json!({ "publishable": 1_000, "messages": { "country_day": 4 } });
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", limits));
    listen(backend, &shop);
    for number in 0..6 {
        let contact = json!({ "phone": format!("+4477009001{number:02}") });
        shop.submit(backend, &claim(&contact, "sms", "newsletter")).ok();
    }
    shop.submit(backend, &claim(&json!({ "phone": "+33612345678" }), "sms", "newsletter")).ok();
    assert_eq!(
        messages(backend, &shop, "confirm").len(),
        4,
        "three of one country, as claims use four fifths of a budget, and one of another"
    );
    assert_eq!(held(backend), 1);
    let settings = ask(backend, Method::GET, "/v1/shop", &shop.secret, &Value::Null).ok();
    let gaps = settings["setup"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["code"] == "messages_held" && gap["count"] == 3), "{gaps:?}");
    // The answer to a proven request is never held.
    let wish = json!({ "kind": "access", "contact": { "phone": "+447700900100" }, "verified": true });
    ask(backend, Method::POST, "/v1/requests", &shop.secret, &wish);
    // The shop raises the limit. The messages go out when they are tried again.
    ask(backend, Method::PATCH, "/v1/shop", &shop.secret, &json!({ "limits": { "messages": { "country_day": 9 } } }))
        .ok();
    assert_eq!(messages(backend, &shop, "confirm").len(), 4);
}

fn who_did_not_ask_is_never_asked_again(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let jane = json!({ "email": "jane@example.com" });
    shop.submit(backend, &claim(&jane, "email", "newsletter")).ok();
    let link = path(&messages(backend, &shop, "confirm")[0]["link"]);
    let seen = look(backend, Method::GET, &link);
    page(&seen, 200);
    assert!(seen.text.contains("value=\"never\""), "{}", seen.text);
    let told = press(backend, &link, "action=never");
    page(&told, 200);
    assert!(told.text.contains("You will not be asked again"), "{}", told.text);
    assert_eq!(decision(backend, &shop, "email", jane.clone())["reason"], "awaiting_confirmation");
    backend.pass(5);
    // The stranger opts out and in again, and names other purposes. Each needs an answer of the address.
    shop.submit(backend, &claim(&jane, "email", "offers")).ok();
    assert_eq!(messages(backend, &shop, "confirm").len(), 1);
    // The person can still change their mind.
    let own = links(backend, &shop, jane.clone(), "");
    let choices = path(&own[0]["preferences"]);
    let form = look(backend, Method::GET, &choices);
    page(&form, 200);
    let [_, boxes] = [&form.text, form.text.split("name=\"shown\" value=\"").nth(1).unwrap()];
    let shown = boxes.split('"').next().unwrap();
    let name = form.text.split("name=\"").find(|name| name.contains(".email.newsletter\"")).unwrap();
    let body = format!("action=save&shown={}&{}=on", shown.replace(' ', "+"), name.split('"').next().unwrap());
    page(&press(backend, &choices, &body), 200);
    assert_eq!(decision(backend, &shop, "email", jane)["allow"], true);
}

#[test]
fn a_no_to_questions_outlasts_what_nobody_has_proven() {
    let backend = &mut Native::in_memory();
    let shop = shop(backend);
    let jane = json!({ "email": "jane@example.com" });
    shop.submit(backend, &claim(&jane, "email", "newsletter")).ok();
    page(&press(backend, &path(&messages(backend, &shop, "confirm")[0]["link"]), "action=never"), 200);
    backend.pass(61 * 86_400_000);
    let since = "/v1/unproven?since=2026-01-01T00:00:00Z";
    assert_eq!(ask(backend, Method::DELETE, since, &shop.secret, &Value::Null).ok()["dropped"], 0);
    let before = messages(backend, &shop, "confirm").len();
    shop.submit(backend, &with(claim(&jane, "email", "offers"), "/occurred_at", Value::Null)).ok();
    assert_eq!(messages(backend, &shop, "confirm").len(), before);
}

fn the_limits_of_messages_are_checked(backend: &mut dyn Backend) {
    let body = with(shop_body(), "/limits", json!({ "messages": { "hour": 0 } }));
    let shop = Shop::create(backend);
    let refused = ask(backend, Method::PUT, "/v1/shop", &shop.secret, &body);
    refused.problem(422, "out_of_range", Some("/limits/messages/hour"));
    let settings = ask(backend, Method::GET, "/v1/shop", &shop.secret, &Value::Null).ok();
    assert_eq!(settings["limits"]["messages"]["address_day"], 20);
}

fn strangers_make_few_contacts_a_day(backend: &mut dyn Backend) {
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", json!({ "unproven_day": 3 })));
    listen(backend, &shop);
    let contact = |name: &str| json!({ "email": format!("{name}@example.com") });
    for name in ["ada", "bob", "cy"] {
        shop.submit(backend, &claim(&contact(name), "email", "newsletter")).ok();
    }
    let rows = backend.rows();
    // A known address is refused as an unknown one is.
    for name in ["ada", "di"] {
        let refused = shop.submit(backend, &claim(&contact(name), "email", "offers"));
        refused.problem(429, "too_many_requests", None);
        assert_eq!(refused.header("retry-after"), "3600");
    }
    assert_eq!(backend.rows(), rows, "nothing is written");
    assert_eq!(rows["event"], 3 * 3 + 1, "the event budget.reached");
    // What is proven goes on.
    let known = with(claim(&contact("ed"), "email", "newsletter"), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    let link = path(&messages(backend, &shop, "confirm")[0]["link"]);
    page(&press(backend, &link, "action=confirm"), 200);
    assert_eq!(decision(backend, &shop, "email", contact("cy"))["allow"], true);
    let leave = path(&links(backend, &shop, contact("ed"), "?channel=email&purpose=newsletter")[0]["unsubscribe"]);
    page(&press(backend, &leave, "List-Unsubscribe=One-Click"), 200);
    assert_eq!(decision(backend, &shop, "email", contact("ed"))["allow"], false);
}

fn views_of_pages_do_not_starve_rights(backend: &mut dyn Backend) {
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", json!({ "publishable": 1, "visitor": 100 })));
    while shop.storefront(backend, &[]).status.is_success() {}
    shop.storefront(backend, &[]).problem(429, "too_many_requests", None);
    let wish = json!({ "kind": "erasure", "contact": { "email": "jane@example.com" }, "locale": "en-GB" });
    post(backend, "/v1/requests", &shop.publishable, ORIGIN, &wish).ok();
    shop.submit(backend, &claim(&json!({ "email": "jane@example.com" }), "email", "newsletter")).ok();
}

fn a_link_to_unsubscribe_leads_to_no_stronger_link(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let jane = json!({ "email": "jane@example.com" });
    let known = with(claim(&jane, "email", "newsletter"), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    let leave = path(&links(backend, &shop, jane.clone(), "?channel=email&purpose=newsletter")[0]["unsubscribe"]);
    let seen = look(backend, Method::GET, &leave);
    page(&seen, 200);
    assert!(!seen.text.contains("/p/"), "{}", seen.text);
    let sent = press(backend, &leave, "action=link");
    page(&sent, 200);
    assert!(!sent.text.contains("/p/") && sent.text.contains("a message is on its way"), "{}", sent.text);
    assert_eq!(decision(backend, &shop, "email", jane)["allow"], true, "it unsubscribes nobody");
    // The link goes to the address itself, and a few times a day only.
    for _ in 0..5 {
        press(backend, &leave, "action=link");
    }
    let sent = messages(backend, &shop, "preferences");
    assert_eq!((sent.len(), &sent[0]["to"]), (3, &json!("jane@example.com")));
}

/// Returns how many questions the shop has sent to addresses.
fn questions(backend: &dyn Backend, shop: &Shop) -> usize {
    messages(backend, shop, "confirm").len()
}

#[test]
fn held_messages_go_out_when_the_budget_has_room() {
    let backend = &mut Native::start();
    let limits = json!({ "publishable": 1_000, "messages": { "hour": 3 } });
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", limits));
    listen(backend, &shop);
    for name in ["ada", "bob", "cy", "di", "ed"] {
        let contact = json!({ "email": format!("{name}@example.com") });
        shop.submit(backend, &claim(&contact, "email", "newsletter")).ok();
    }
    for sent in [2, 4, 5] {
        backend.work();
        assert_eq!(questions(backend, &shop), sent);
        backend.pass(3_600_000);
    }
}

/// Returns how many questions are on record. Messages are deleted after a week, questions later.
fn asked_ever(backend: &mut Native) -> i64 {
    backend.rows()["confirmation"]
}

#[test]
fn questions_that_nobody_answers_become_rare_and_end() {
    let backend = &mut Native::start();
    let shop = shop(backend);
    let number = json!({ "phone": "+447700900123" });
    let claim_all = |backend: &mut Native| {
        for channel in ["sms", "whatsapp"] {
            for purpose in ["newsletter", "offers"] {
                shop.submit(backend, &claim(&number, channel, purpose)).ok();
            }
        }
    };
    const DAY: u64 = 86_400_000;
    let mut asked = Vec::new();
    for days in [0, 1, 1, 6, 7, 30, 60, 300] {
        backend.pass(days * DAY + 60_000);
        let before = asked_ever(backend);
        claim_all(backend);
        asked.push(asked_ever(backend) - before);
    }
    assert_eq!(asked, [3, 1, 0, 1, 0, 1, 0, 0]);
}

/// Returns a shop whose limits by the second no test meets.
fn spacious(backend: &dyn Backend, limits: Value) -> Shop {
    let mut all = json!({ "publishable": 10_000, "secret": 10_000, "visitor": 10_000 });
    all.as_object_mut().unwrap().extend(limits.as_object().unwrap().clone());
    Shop::create_with(backend, &with(shop_body(), "/limits", all))
}

fn a_flood_is_seen_and_let_go(backend: &mut dyn Backend) {
    let shop = spacious(backend, json!({}));
    let contact = |name: &str| json!({ "email": format!("{name}@example.com") });
    let known = with(claim(&contact("ed"), "email", "newsletter"), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    shop.submit(backend, &claim(&contact("early"), "email", "newsletter")).ok();
    shop.submit(backend, &claim(&contact("answers"), "email", "newsletter")).ok();
    page(&press(backend, &path(&messages(backend, &shop, "confirm")[0]["link"]), "action=confirm"), 200);
    backend.pass(50);
    let since = crate::client::from_now(0);
    for number in 0..30 {
        let flood =
            with(claim(&contact(&format!("flood{number}")), "email", "newsletter"), "/notice/id", json!("popup"));
        shop.submit(backend, &flood).ok();
    }
    shop.submit(backend, &claim(&contact("late"), "email", "newsletter")).ok();
    let see = |backend: &dyn Backend, query: &str| {
        ask(backend, Method::GET, &format!("/v1/unproven?{query}"), &shop.secret, &Value::Null).ok()
    };
    assert_eq!(see(backend, "")["count"], 32, "two others are proven");
    let seen = see(backend, &format!("since={since}"));
    assert_eq!((&seen["count"], seen["contacts"].as_array().unwrap().len()), (&json!(31), 31));
    assert_eq!(seen["by_notice"][0], json!({ "of": "popup", "count": 30 }));
    assert_eq!(seen["by_day"].as_array().unwrap().iter().map(|day| day["count"].as_u64().unwrap()).sum::<u64>(), 31);
    assert_eq!(seen["by_network"], json!([{ "of": null, "count": 31 }]));

    let drop = |backend: &dyn Backend, query: &str| {
        ask(backend, Method::DELETE, &format!("/v1/unproven?{query}"), &shop.secret, &Value::Null)
    };
    let refused = drop(backend, "notice=popup");
    assert_eq!((refused.status.as_u16(), &refused.body["errors"][0]["parameter"]), (422, &json!("since")));
    let before = backend.rows();
    let gone = drop(backend, &format!("since={since}&notice=popup")).ok();
    assert_eq!(gone, json!({ "dropped": 30, "next": null }));
    let after = backend.rows();
    for table in ["contact", "address", "submission", "record", "track", "confirmation", "message"] {
        assert_eq!(before[table] - after[table], 30, "{table}");
    }
    for table in ["suppression", "certificate", "erased_contact", "spent_submission", "erased_count"] {
        assert_eq!(after[table], 0, "nothing of them is kept: {table}");
    }
    assert_eq!(drop(backend, &format!("since={since}&network=192.0.2.0")).ok()["dropped"], 0);
    for name in ["ed", "answers"] {
        assert_eq!(decision(backend, &shop, "email", contact(name))["allow"], true, "{name}");
    }
    for name in ["early", "late"] {
        assert_eq!(decision(backend, &shop, "email", contact(name))["reason"], "awaiting_confirmation", "{name}");
    }
    // The addresses are as new: their owners can sign up.
    shop.submit(backend, &claim(&contact("flood3"), "email", "newsletter")).ok();
    assert_eq!(decision(backend, &shop, "email", contact("flood3"))["reason"], "awaiting_confirmation");
}

#[test]
fn what_nobody_has_proven_ends_some_weeks_after_the_question() {
    let backend = &mut Native::start();
    const DAY: u64 = 86_400_000;
    // In this shop an opt-in of an American counts unconfirmed.
    let body = with(shop_body(), "/policy", json!({ "confirmation": [] }));
    let shop = Shop::create_with(backend, &with(body, "/retention", json!({ "unproven_days": 40 })));
    let say = |name: &str, country: &str| {
        let contact = json!({ "email": format!("{name}@example.com"), "country": country });
        claim(&contact, "email", "newsletter")
    };
    let email = |name: &str| json!({ "email": format!("{name}@example.com") });
    shop.submit(backend, &say("german", "DE")).ok();
    shop.submit(backend, &say("american", "US")).ok();
    shop.submit(backend, &say("answers", "DE")).ok();
    let asked = messages(backend, &shop, "confirm");
    let hers = asked.iter().find(|message| message["to"] == "answers@example.com").unwrap();
    page(&press(backend, &path(&hers["link"]), "action=confirm"), 200);
    let used = decision(backend, &shop, "email", email("american"))["allow"].clone();
    let known = |backend: &dyn Backend| -> Vec<&str> {
        let is_known = |name: &&str| shop.lookup(backend, &email(name)).status.is_success();
        ["german", "american", "answers"].into_iter().filter(is_known).collect()
    };
    backend.pass(39 * DAY);
    backend.work();
    assert_eq!(known(backend), ["german", "american", "answers"]);
    backend.pass(2 * DAY);
    backend.work();
    let stays: &[&str] = if used == true { &["american", "answers"] } else { &["answers"] };
    assert_eq!(known(backend), stays);
    let rows = backend.rows();
    assert_eq!((rows["suppression"], rows["certificate"], rows["spent_submission"]), (0, 0, 0));
}

fn claims_wait_when_space_runs_out_and_noes_do_not(backend: &mut dyn Backend) {
    let shop = spacious(backend, json!({ "space_mb": 1 }));
    listen(backend, &shop);
    let jane = json!({ "email": "jane@example.com" });
    let known = with(claim(&jane, "email", "newsletter"), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    let refused = (0..1_000).find_map(|number| {
        let contact = json!({ "email": format!("flood{number}@example.com") });
        let answer = shop.submit(backend, &claim(&contact, "email", "newsletter"));
        (!answer.status.is_success()).then_some(answer)
    });
    let refused = refused.expect("the space is never used up");
    refused.problem(503, "no_space", None);
    assert_eq!(refused.header("retry-after"), "3600");
    let rows = backend.rows();
    for _ in 0..20 {
        shop.submit(backend, &claim(&json!({ "email": "more@example.com" }), "email", "newsletter"))
            .problem(503, "no_space", None);
    }
    assert_eq!(backend.rows(), rows);
    assert!(
        backend
            .dump()
            .iter()
            .any(|(table, row)| table == "event" && row.contains("budget.reached") && row.contains("space_mb"))
    );
    // Noes, rights, and what is proven go on.
    let leave = path(&links(backend, &shop, jane.clone(), "?channel=email&purpose=newsletter")[0]["unsubscribe"]);
    page(&press(backend, &leave, "List-Unsubscribe=One-Click"), 200);
    assert_eq!(decision(backend, &shop, "email", jane.clone())["reason"], "opted_out");
    let wish = json!({ "kind": "erasure", "contact": jane });
    post(backend, "/v1/requests", &shop.publishable, ORIGIN, &wish).ok();
    page(&press(backend, &path(&messages(backend, &shop, "request")[0]["link"]), ""), 200);
    assert_eq!(shop.lookup(backend, &json!({ "email": "jane@example.com" })).status.as_u16(), 404);
    let known =
        with(claim(&json!({ "email": "ed@example.com" }), "email", "newsletter"), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
}

fn a_page_sends_neither_push_nor_postal_addresses(backend: &mut dyn Backend) {
    let shop = spacious(backend, json!({}));
    for (field, value) in [("push", "p".repeat(2_000)), ("postal", "Jane Doe\n1 High Street\nLondon".into())] {
        let contact = json!({ "email": "jane@example.com", field: value });
        let pointer = format!("/contact/{field}");
        let channel = if field == "push" { "push" } else { "post" };
        shop.submit(backend, &claim(&contact, channel, "newsletter")).problem(422, "needs_secret_key", Some(&pointer));
        shop.submit(backend, &claim(&contact, "email", "newsletter")).problem(422, "needs_secret_key", Some(&pointer));
        // An opt-out beside it is taken.
        let no = json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_out" }]);
        shop.submit(backend, &with(claim(&contact, "email", "newsletter"), "/choices", no)).ok();
    }
    let long = format!("https://shop.example/{}", "a".repeat(1_900));
    let from = with(claim(&json!({ "email": "jane@example.com" }), "email", "newsletter"), "/source/url", json!(long));
    shop.submit(backend, &from).ok();
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    let records = report["records"].as_array().unwrap();
    assert_eq!(records.last().unwrap()["source"]["url"].as_str().unwrap().len(), 512);
    assert_eq!(backend.rows()["address"], 1);
}

fn repetitions_of_strangers_need_no_space(backend: &mut dyn Backend) {
    let shop = spacious(backend, json!({ "unproven_day": 1 }));
    let lines = |backend: &mut dyn Backend| backend.dump().iter().filter(|(table, _)| table == "audit").count();
    let first = claim(&json!({ "email": "jane@example.com" }), "email", "newsletter");
    shop.submit(backend, &first).ok();
    let before = (backend.rows(), lines(backend));
    let wish = json!({ "contact": { "email": "jane@example.com" } });
    let key = format!("Bearer {}", shop.publishable);
    for number in 0..40 {
        // The same submission again with a key of its own each time, and others above the budget; requests for links;
        // requests without a body.
        let own = number.to_string();
        let headers = [
            ("authorization", key.as_str()),
            ("origin", ORIGIN),
            ("content-type", "application/json"),
            ("idempotency-key", own.as_str()),
        ];
        send(backend, Method::POST, "/v1/consents", &headers, first.to_string()).ok();
        shop.submit(backend, &claim(&json!({ "email": format!("more{number}@example.com") }), "email", "newsletter"));
        post(backend, "/v1/consents", &shop.publishable, ORIGIN, &json!({}));
        post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &wish);
        post(backend, "/v1/requests", &shop.publishable, ORIGIN, &json!({ "kind": "x" }));
    }
    let after = (backend.rows(), lines(backend));
    assert!(after.1 - before.1 <= 8, "{} lines", after.1 - before.1);
    let audit = ask(backend, Method::GET, "/v1/audit?route=/v1/consents", &shop.secret, &Value::Null).ok();
    let times: u64 = audit["entries"].as_array().unwrap().iter().map(|entry| entry["times"].as_u64().unwrap()).sum();
    assert_eq!(times, 121, "all of them are counted");
    assert_eq!(after.0["idempotency"], before.0["idempotency"]);
}

fn strangers_open_few_requests_a_day(backend: &mut dyn Backend) {
    let shop = spacious(backend, json!({ "requests_day": 3 }));
    let jane = json!({ "email": "jane@example.com" });
    let known = with(claim(&jane, "email", "newsletter"), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    listen(backend, &shop);
    let open = |backend: &dyn Backend, email: &str| {
        let wish = json!({ "kind": "access", "contact": { "email": email } });
        post(backend, "/v1/requests", &shop.publishable, ORIGIN, &wish)
    };
    for name in ["a", "b", "c"] {
        open(backend, &format!("{name}@example.com")).ok();
    }
    // Requests that take the place of others are counted too.
    let correction = |details: &str| json!({ "kind": "rectification", "contact": jane, "details": details });
    post(backend, "/v1/requests", &shop.publishable, ORIGIN, &correction("I moved")).problem(
        429,
        "too_many_requests",
        None,
    );
    let rows = backend.rows();
    open(backend, "d@example.com").problem(429, "too_many_requests", None);
    open(backend, "jane@example.com").problem(429, "too_many_requests", None);
    assert_eq!(backend.rows(), rows);
    // A person asks from their own page, whatever strangers do.
    let choices = path(&links(backend, &shop, jane.clone(), "?channel=email")[0]["preferences"]);
    page(&press(backend, &choices, "action=access"), 200);
    let asked = messages(backend, &shop, "request");
    assert_eq!(asked[0]["to"], "jane@example.com");
    // What nobody has proven is not in the list of requests, and no clock runs for it.
    let list = |query: &str| {
        let listed = ask(backend, Method::GET, &format!("/v1/requests{query}"), &shop.secret, &Value::Null).ok();
        listed["requests"].as_array().unwrap().len()
    };
    assert_eq!((list(""), list("?state=open")), (0, 4));
    page(&press(backend, &path(&asked[0]["link"]), ""), 200);
    assert_eq!(list(""), 1);
}

#[test]
fn the_clock_of_a_request_runs_from_its_proof_on() {
    let backend = &mut Native::start();
    let shop = Shop::create_with(backend, &with(shop_body(), "/requests", json!({ "approval": ["access"] })));
    listen(backend, &shop);
    let jane = json!({ "email": "jane@example.com" });
    let known = with(claim(&jane, "email", "newsletter"), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &known).ok();
    let wish = json!({ "kind": "access", "contact": jane });
    post(backend, "/v1/requests", &shop.publishable, ORIGIN, &wish).ok();
    let reminders = |backend: &mut Native| {
        backend.dump().iter().filter(|(table, row)| table == "event" && row.contains("request.reminder")).count()
    };
    // A day before the end of the month in which it was opened, and long after.
    for days in [25, 2, 30] {
        backend.pass(days * 86_400_000);
        backend.work();
        assert_eq!(reminders(backend), 0, "nobody has proven the request");
    }
    post(backend, "/v1/requests", &shop.publishable, ORIGIN, &wish).ok();
    page(&press(backend, &path(&messages(backend, &shop, "request")[0]["link"]), ""), 200);
    let listed = ask(backend, Method::GET, "/v1/requests", &shop.secret, &Value::Null).ok();
    let due = listed["requests"][0]["due"].as_str().unwrap().to_owned();
    assert!(due.as_str() > &crate::client::from_now(77 * 86_400_000)[..10], "{due}");
    backend.pass(29 * 86_400_000);
    backend.work();
    assert!(reminders(backend) > 0);
}

fn only_named_countries_get_text_messages(backend: &mut dyn Backend) {
    let open = |backend: &dyn Backend, shop: &Shop, phone: &str| {
        let wish = json!({ "kind": "access", "contact": { "phone": phone } });
        post(backend, "/v1/requests", &shop.publishable, ORIGIN, &wish).ok();
        messages(backend, shop, "request").len()
    };
    let british = shop(backend);
    let body = json!({ "limits": { "visitor": 1_000, "messages": { "country_codes": [44] } } });
    ask(backend, Method::PATCH, "/v1/shop", &british.secret, &body).ok();
    assert_eq!(open(backend, &british, "+447700900123"), 1);
    assert_eq!(open(backend, &british, "+41791234567"), 1, "Switzerland is not named");
    let every = shop(backend);
    assert_eq!(open(backend, &every, "+41791234567"), 1);
    // Satellite, international premium, and national premium numbers cost the shop and nobody else.
    for number in ["+881612345678", "+979123456789", "+449098790123"] {
        assert_eq!(open(backend, &every, number), 1, "{number}");
    }
    assert_eq!(held(backend), 2);
    let wrong = json!({ "limits": { "messages": { "country_codes": [0] } } });
    let refused = ask(backend, Method::PATCH, "/v1/shop", &every.secret, &wrong);
    refused.problem(422, "out_of_range", Some("/limits/messages/country_codes/0"));
}

fn claims_and_proven_acts_are_counted_apart(backend: &mut dyn Backend) {
    let shop = spacious(backend, json!({}));
    let contact = |name: &str| json!({ "email": format!("{name}@example.com") });
    for number in 0..5 {
        shop.submit(backend, &claim(&contact(&format!("flood{number}")), "email", "newsletter")).ok();
    }
    let known = with(claim(&contact("ed"), "email", "newsletter"), "/assurance", json!("authenticated"));
    let id = shop.submit_from_server(backend, &known).ok()["contact"].as_str().unwrap().to_owned();
    page(&press(backend, &path(&messages(backend, &shop, "confirm")[0]["link"]), "action=confirm"), 200);
    let counts = |backend: &dyn Backend| {
        let counted = ask(backend, Method::GET, "/v1/statistics", &shop.secret, &Value::Null).ok();
        let counts = counted["counts"].as_array().unwrap().iter();
        counts.map(|one| (one["proven"].clone(), one["count"].as_i64().unwrap())).collect::<Vec<_>>()
    };
    let expected = [(json!(false), 5), (json!(true), 2)];
    assert_eq!(counts(backend), expected);
    // An erasure keeps the counts, and those of claims stay what they are.
    ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
    assert_eq!(counts(backend), expected);
}

fn texts_of_strangers_push_out_no_text_that_was_proven(backend: &mut dyn Backend) {
    let shop = spacious(backend, json!({}));
    listen(backend, &shop);
    let with_text = |email: &str, text: &str| {
        let notice = json!({
            "id": "popup", "version": "1", "locale": "en", "text": text,
            "text_sha256": base16ct::lower::encode_string(&sha2::Sha256::digest(text)),
        });
        with(claim(&json!({ "email": email }), "email", "newsletter"), "/notice", notice)
    };
    shop.submit(backend, &with_text("jane@example.com", "We write twice a month.")).ok();
    page(&press(backend, &path(&messages(backend, &shop, "confirm")[0]["link"]), "action=confirm"), 200);
    for number in 0..150 {
        shop.submit(backend, &with_text(&format!("flood{number}@example.com"), &format!("Text {number}"))).ok();
    }
    assert_eq!(backend.rows()["sent_words"], 100, "a hundred a day");
    let told = backend.dump();
    assert_eq!(told.iter().filter(|(table, row)| table == "event" && row.contains("texts_day")).count(), 1);
    let report = shop.lookup(backend, &json!({ "email": "jane@example.com" })).ok();
    assert_eq!(report["records"][0]["notice"]["text"], "We write twice a month.");
    // What the shop's server brings is no stranger's.
    let own = with(with_text("ed@example.com", "A text of the shop's server."), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &own).ok();
    assert_eq!(backend.rows()["sent_words"], 101);
}

#[test]
fn the_least_used_unproven_text_goes_first() {
    let backend = &mut Native::start();
    let shop = spacious(backend, json!({}));
    let texts = |backend: &mut Native| -> Vec<String> {
        backend.dump().into_iter().filter(|(table, _)| table == "sent_words").map(|(_, row)| row).collect()
    };
    let say = |backend: &Native, number: usize, text: &str| {
        let notice = json!({
            "id": "popup", "version": "1", "locale": "en", "text": text,
            "text_sha256": base16ct::lower::encode_string(&sha2::Sha256::digest(text)),
        });
        let contact = json!({ "email": format!("person{number}@example.com") });
        shop.submit(backend, &with(claim(&contact, "email", "newsletter"), "/notice", notice)).ok();
    };
    say(backend, 0, "The shop's real words.");
    say(backend, 1, "The shop's real words.");
    for day in 0..6 {
        for number in 0..100 {
            say(backend, 1_000 + day * 100 + number, &format!("Text {day} {number}"));
        }
        backend.pass(86_500_000);
    }
    let kept = texts(backend);
    assert_eq!(kept.len(), 500);
    assert!(kept.iter().any(|row| row.contains("real words")), "it is used more often");
}
