//! What a stranger can cause has a budget: messages to one mailbox, text messages, questions that nobody answers. And no
//! link leads to a stronger one.

use http::Method;
use serde_json::{Value, json};

use crate::backend::{Backend, Native};
use crate::client::{ORIGIN, Shop, ask, post, shop_body, submission, with};
use crate::links::{decision, links, listen, look, messages, page, path, press, shop};

crate::scenarios! {
    one_mailbox_gets_few_messages_whatever_its_tags
    text_messages_over_the_budget_wait
    who_did_not_ask_is_never_asked_again
    the_limits_of_messages_are_checked
    strangers_make_few_contacts_a_day
    views_of_pages_do_not_starve_rights
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
    let limits = json!({ "publishable": 1_000, "messages": { "country_day": 3 } });
    let shop = Shop::create_with(backend, &with(shop_body(), "/limits", limits));
    listen(backend, &shop);
    for number in 0..6 {
        let contact = json!({ "phone": format!("+4477009001{number:02}") });
        shop.submit(backend, &claim(&contact, "sms", "newsletter")).ok();
    }
    shop.submit(backend, &claim(&json!({ "phone": "+33612345678" }), "sms", "newsletter")).ok();
    assert_eq!(messages(backend, &shop, "confirm").len(), 4, "three of one country, one of another");
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
    press(backend, &link, "action=confirm");
    assert_eq!(decision(backend, &shop, "email", jane)["allow"], true);
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
    let backend = &mut Native::in_memory();
    let limits = json!({ "publishable": 1_000, "messages": { "hour": 2 } });
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
