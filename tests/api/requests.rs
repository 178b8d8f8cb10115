//! Subject requests: verified through the address itself, answered within the legal deadline, and without revealing who
//! is known.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{ORIGIN, Shop, ask, post, shop_body, submission, with};
use crate::links::{decision, everybody_looks, links, listen, look, messages, page, path, press, shop};

crate::scenarios! {
    a_person_gets_their_data_and_then_is_erased
    a_code_verifies_a_phone_number
    a_subject_request_does_not_reveal_who_is_known
    only_a_key_that_may_do_it_may_mark_a_request_as_verified
    the_number_of_codes_is_limited_even_if_no_message_is_sent
    a_correction_of_the_address_ends_its_unverified_requests
    a_stranger_cannot_block_the_requests_of_another_person
    a_thief_of_a_link_fills_no_mailbox
    an_objection_of_an_unknown_person_is_stored
    an_employee_decides_the_requests_that_the_shop_wants_to_approve
    expired_links_and_downloads_no_longer_work
    the_retention_report_counts_expired_data
}

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

fn open(backend: &dyn Backend, shop: &Shop, kind: &str, contact: &Value) -> Value {
    let body = json!({ "kind": kind, "contact": contact, "locale": "en-GB" });
    post(backend, "/v1/requests", &shop.publishable, ORIGIN, &body).ok()
}

fn link_of_request(backend: &dyn Backend, shop: &Shop) -> String {
    path(&messages(backend, shop, "request")[0]["link"])
}

fn requests(backend: &dyn Backend, shop: &Shop, query: &str) -> Vec<Value> {
    let list = |query: &str| {
        let listed = ask(backend, Method::GET, &format!("/v1/requests{query}"), &shop.secret, &Value::Null).ok();
        listed["requests"].as_array().unwrap().clone()
    };
    if !query.is_empty() {
        return list(query);
    }
    // Without a state the list holds the requests whose requester is verified.
    let mut all = [list(""), list("?state=open"), list("?state=lapsed")].concat();
    all.sort_by_key(|request| std::cmp::Reverse(request["id"].as_str().unwrap().to_owned()));
    all.dedup();
    all
}

/// Returns the links in a page that begin with `begin`.
fn hrefs(page: &str, begin: &str) -> Vec<String> {
    let all = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
    all.filter(|href| href.starts_with(begin)).collect()
}

/// Changes stored data while the service is stopped, because the test cannot wait for time to pass.
fn meanwhile(backend: &mut dyn Backend, sql: &str) {
    backend.change(sql);
}

fn a_person_gets_their_data_and_then_is_erased(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let opened = open(backend, &shop, "access", &jane());
    assert_eq!(opened, json!({ "check": "link", "page": null }));
    let link = link_of_request(backend, &shop);
    everybody_looks(backend, &link);
    let proven = press(backend, &link, "");
    page(&proven, 200);
    let downloads = hrefs(&proven.text, "/d/");
    assert_eq!(downloads.len(), 3, "{}", proven.text);
    everybody_looks(backend, downloads[0].split('?').next().unwrap());
    let of = |format: &str| downloads.iter().find(|href| href.contains(&format!("format={format}"))).unwrap();
    let report = look(backend, Method::GET, of("json"));
    assert_eq!(report.body["addresses"][0]["value"], "jane@example.com");
    assert_eq!(report.header("cache-control"), "no-store");
    assert!(report.body["requests"].as_array().unwrap().iter().any(|act| act["act"] == "exported"));
    assert_eq!(report.body["addresses"].as_array().unwrap().len(), 1, "the number in the form is not known to be hers");
    let html = look(backend, Method::GET, of("html"));
    assert!(html.text.contains("jane@example.com") && html.header("content-type").starts_with("text/html"));
    assert!(look(backend, Method::GET, of("csv")).bytes.starts_with(b"PK"));
    // The link verifies once. The download links are also in the person's message; this page no longer shows them.
    let again = press(backend, &link, "");
    page(&again, 200);
    assert!(hrefs(&again.text, "/d/").is_empty(), "{}", again.text);
    assert_eq!(path(&messages(backend, &shop, "result")[0]["link"]), downloads[0].split('?').next().unwrap());
    let seen = &requests(backend, &shop, "?state=completed")[0];
    assert_eq!((&seen["kind"], &seen["regime"], &seen["address"]), (&json!("access"), &json!("uk_gdpr"), &Value::Null));

    open(backend, &shop, "erasure", &jane());
    let erase = link_of_request(backend, &shop);
    everybody_looks(backend, &erase);
    page(&press(backend, &erase, ""), 200);
    assert_eq!(shop.lookup(backend, &jane()).status.as_u16(), 404);
    let rows = backend.dump();
    assert!(!rows.iter().any(|(_, row)| row.contains("jane@")), "{rows:#?}");
    // The same links still answer, but disclose nothing.
    for link in [&link, &erase] {
        page(&look(backend, Method::GET, link), 200);
        page(&press(backend, link, ""), 200);
    }
    for download in &downloads {
        page(&look(backend, Method::GET, download), 200);
    }
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "suppressed");
    let log = requests(backend, &shop, "");
    assert_eq!(log.len(), 2, "the log of requests and answers stays (11 CCR 7101)");
    assert!(log.iter().all(|request| request["state"] == "completed" && request["closed_at"].is_string()));
}

fn a_code_verifies_a_phone_number(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let number = json!({ "phone": "+447700900123" });
    let opened = open(backend, &shop, "objection", &number);
    assert_eq!(opened["check"], "code");
    let entry = path(&opened["page"]);
    everybody_looks(backend, &entry);
    let code = |backend: &dyn Backend| {
        let text = messages(backend, &shop, "request")[0]["text"].as_str().unwrap().to_owned();
        let digits: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() == 8).collect();
        digits[0].to_owned()
    };
    let first = code(backend);
    let wrong = if first == "00000000" { "00000001" } else { "00000000" };
    for _ in 0..5 {
        page(&press(backend, &entry, &format!("code={wrong}")), 200);
    }
    page(&press(backend, &entry, &format!("code={first}")), 200);
    assert_eq!(requests(backend, &shop, "")[0]["state"], "open", "after five wrong codes every code is refused");
    page(&press(backend, &entry, "action=resend"), 200);
    let second = code(backend);
    // The page of the one who opened the request has five attempts of its own. They do not count against the page in
    // the person's message.
    for _ in 0..6 {
        page(&press(backend, &entry, &format!("code={wrong}")), 200);
    }
    assert!(!look(backend, Method::GET, &entry).text.contains("name=\"code\""));
    page(&press(backend, &entry, &format!("code={second}")), 200);
    assert_eq!(requests(backend, &shop, "")[0]["state"], "open");
    let entry = link_of_request(backend, &shop);
    let spaced = format!("code={}+{}", &second[..4], &second[4..]);
    page(&press(backend, &entry, &spaced), 200);
    assert_eq!(requests(backend, &shop, "")[0]["state"], "completed");
    assert_eq!(decision(backend, &shop, "sms", number)["reason"], "objected");
    // The one who opened the request need not be the person, so that page only says that the request is closed.
    let (over, code_page) = (look(backend, Method::GET, &entry), press(backend, &entry, "code=00000000"));
    page(&over, 200);
    assert_eq!(over.text.replace("?lang=en", ""), code_page.text.replace("?lang=en", ""));
    // An address gets at most five messages a day, however often a request is made.
    for _ in 0..4 {
        page(&press(backend, &entry, "action=resend"), 200);
        open(backend, &shop, "access", &json!({ "phone": "+447700900123" }));
    }
    assert!(messages(backend, &shop, "request").len() <= 5);
}

fn a_subject_request_does_not_reveal_who_is_known(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    for kind in ["access", "portability", "erasure", "objection", "rectification"] {
        let known = open(backend, &shop, kind, &jane());
        let unknown = open(backend, &shop, kind, &json!({ "email": "jane.nobody@example.com" }));
        assert_eq!(known, unknown);
    }
    let rows = backend.rows();
    open(backend, &shop, "access", &jane());
    assert_eq!(backend.rows()["subject_request"], rows["subject_request"]);
    let sent = messages(backend, &shop, "request");
    let to = |who: &str| sent.iter().filter(|message| message["to"] == who).count();
    assert_eq!((to("jane@example.com"), to("jane.nobody@example.com")), (5, 5), "five a day");
    // For an unknown address the result says that nothing is stored, and nothing is.
    let unknown = sent.iter().rfind(|message| message["to"] == "jane.nobody@example.com").unwrap();
    page(&press(backend, &path(&unknown["link"]), ""), 200);
    assert_eq!(shop.lookup(backend, &json!({ "email": "jane.nobody@example.com" })).status.as_u16(), 404);

    let refused = |body: Value, status, code, pointer| {
        post(backend, "/v1/requests", &shop.publishable, ORIGIN, &body).problem(status, code, Some(pointer));
    };
    let body = json!({ "kind": "access", "contact": jane() });
    refused(with(body.clone(), "/kind", json!("forgetting")), 422, "unknown_request", "/kind");
    refused(with(body.clone(), "/contact", json!({})), 422, "ambiguous_lookup", "/contact");
    refused(with(body.clone(), "/contact/email", json!("jane")), 422, "invalid_email", "/contact/email");
    refused(with(body.clone(), "/verified", json!(true)), 422, "needs_secret_key", "/verified");
    refused(with(body.clone(), "/details", json!("x")), 422, "invalid_text", "/details");
    refused(with(body.clone(), "/more", json!(1)), 422, "unknown_field", "/more");
    refused(with(body.clone(), "/locale", json!("!")), 422, "invalid_locale", "/locale");
    let postal = json!({ "postal": "Jane Doe\n1 High Street\nLondon" });
    refused(with(body.clone(), "/contact", postal), 422, "no_address", "/contact");
    post(backend, "/v1/requests", &shop.publishable, "https://evil.example", &body).problem(403, "wrong_origin", None);
    let listed = ask(backend, Method::GET, "/v1/requests", &shop.publishable, &Value::Null);
    assert_eq!(listed.status.as_u16(), 403, "a publishable key opens requests but cannot read them");
}

fn only_a_key_that_may_do_it_may_mark_a_request_as_verified(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let key = |scopes: Value| {
        let new = json!({ "kind": "sk", "name": "desk", "scopes": scopes });
        ask(backend, Method::POST, "/v1/keys", &shop.secret, &new).ok()["key"].as_str().unwrap().to_owned()
    };
    let vouched = |kind: &str| json!({ "kind": kind, "contact": jane(), "verified": true });
    let (capture, able) = (key(json!(["capture"])), key(json!(["capture", "erase"])));
    let before = backend.rows();
    for kind in ["access", "portability", "erasure", "rectification", "objection"] {
        post(backend, "/v1/requests", &capture, "", &vouched(kind)).problem(403, "wrong_scope", None);
    }
    post(backend, "/v1/requests", &able, "", &vouched("access")).problem(403, "wrong_scope", None);
    let rows = backend.rows();
    assert_eq!((rows["subject_request"], rows["message"]), (before["subject_request"], before["message"]));
    assert!(shop.lookup(backend, &jane()).status.is_success());
    // The person already opened this request. It stays the same request, and the person is not asked again.
    open(backend, &shop, "erasure", &jane());
    let sent = messages(backend, &shop, "request").len();
    post(backend, "/v1/requests", &able, "", &vouched("erasure")).ok();
    assert_eq!(
        messages(backend, &shop, "request").len().min(sent),
        0,
        "the pending messages are deleted with the person"
    );
    assert_eq!(shop.lookup(backend, &jane()).status.as_u16(), 404);
    let log = requests(backend, &shop, "");
    assert_eq!((log.len(), &log[0]["state"]), (1, &json!("completed")));
}

fn the_number_of_codes_is_limited_even_if_no_message_is_sent(backend: &mut dyn Backend) {
    let shop = Shop::create(backend);
    shop.submit(backend, &submission()).ok();
    let entry = path(&open(backend, &shop, "access", &json!({ "phone": "+447700900123" }))["page"]);
    for number in 0..20 {
        page(&press(backend, &entry, "action=resend"), if number < 4 { 200 } else { 429 });
    }
    // The messages wait for the shop. An address gets at most five a day, and each accepts five codes.
    assert_eq!(messages(backend, &shop, "request").len(), 5);
    for _ in 0..6 {
        page(&press(backend, &entry, "code=00000000"), 200);
        press(backend, &entry, "action=resend");
    }
    let row = backend.dump().into_iter().find(|(table, _)| table == "subject_request").unwrap().1;
    assert!(row.contains("\"open\"") || row.contains("open"), "{row}");
    assert_eq!(messages(backend, &shop, "request").len(), 5);
    // A key that may read contacts may not read messages, because a message contains links that act for the person.
    let new = json!({ "kind": "sk", "name": "desk", "scopes": ["read", "write", "export", "erase"] });
    let desk = ask(backend, Method::POST, "/v1/keys", &shop.secret, &new).ok()["key"].as_str().unwrap().to_owned();
    ask(backend, Method::GET, "/v1/messages", &desk, &Value::Null).problem(403, "wrong_scope", None);
}

fn a_correction_of_the_address_ends_its_unverified_requests(backend: &mut dyn Backend) {
    let body = with(shop_body(), "/requests", json!({ "approval": ["access"] }));
    let shop = Shop::create_with(backend, &body);
    listen(backend, &shop);
    shop.submit(backend, &submission()).ok();
    open(backend, &shop, "access", &jane());
    page(&press(backend, &link_of_request(backend, &shop), ""), 200);
    open(backend, &shop, "erasure", &jane());
    let erase = link_of_request(backend, &shop);
    let id = shop.lookup(backend, &jane()).ok()["id"].as_str().unwrap().to_owned();
    let correct =
        json!({ "address": { "from": jane(), "to": { "email": "jane.doe@example.com" } }, "reason": "typed wrong" });
    ask(backend, Method::POST, &format!("/v1/contacts/{id}/rectify"), &shop.secret, &correct).ok();
    let states = |backend: &dyn Backend| {
        requests(backend, &shop, "").iter().map(|request| request["state"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(states(backend), [json!("lapsed"), json!("verified")], "the verified request still needs an answer");
    page(&press(backend, &erase, ""), 200);
    assert_eq!(states(backend), [json!("lapsed"), json!("verified")]);
    assert!(shop.lookup(backend, &json!({ "email": "jane.doe@example.com" })).status.is_success());
    let waiting = requests(backend, &shop, "?state=verified")[0]["id"].as_str().unwrap().to_owned();
    ask(
        backend,
        Method::POST,
        &format!("/v1/requests/{waiting}/decision"),
        &shop.secret,
        &json!({ "action": "approve" }),
    )
    .problem(409, "request_conflict", None);
    let refuse = json!({ "action": "refuse", "reason": "the address was corrected" });
    ask(backend, Method::POST, &format!("/v1/requests/{waiting}/decision"), &shop.secret, &refuse).ok();
    let result = messages(backend, &shop, "result").remove(0);
    assert_eq!(result["to"], "jane@example.com", "the result goes to the address that asked");
    assert!(!result["text"].as_str().unwrap().contains("jane.doe@"), "{result}");
}

fn a_stranger_cannot_block_the_requests_of_another_person(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    // A stranger opens a request with wrong details. The page shows them, and the person's own request is a separate
    // one.
    let wish = |details: &str| json!({ "kind": "rectification", "contact": jane(), "details": details });
    let by_page = |body: &Value| post(backend, "/v1/requests", &shop.publishable, ORIGIN, body).ok();
    by_page(&wish("My number is <b>+44 7700 900999</b>"));
    let asked = look(backend, Method::GET, &link_of_request(backend, &shop));
    assert!(asked.text.contains("My number is &lt;b&gt;"), "{}", asked.text);
    by_page(&wish("I moved to Leeds"));
    page(&press(backend, &link_of_request(backend, &shop), ""), 200);
    let verified = requests(backend, &shop, "?state=verified");
    assert_eq!((verified.len(), &verified[0]["details"]), (1, &json!("I moved to Leeds")));
    let vouched = with(wish("I am called Jayne"), "/verified", json!(true));
    post(backend, "/v1/requests", &shop.secret, "", &vouched).ok();
    let verified = requests(backend, &shop, "?state=verified");
    assert_eq!((verified.len(), &verified[0]["details"]), (2, &json!("I am called Jayne")));

    // A stranger cannot use up the messages she may be sent: the first message about each request is always sent.
    let sent = |backend: &dyn Backend| messages(backend, &shop, "request").len();
    for _ in 0..10 {
        by_page(&json!({ "kind": "access", "contact": jane() }));
    }
    let of_before = sent(backend);
    let answers: Vec<Value> = (0..10).map(|number| by_page(&wish(&format!("nonsense {number}")))).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "nobody learns how many requests there are");
    let taken = sent(backend) - of_before;
    assert_eq!(requests(backend, &shop, "?kind=rectification&state=open").len(), 5);
    // The last of them is in the list, and its message names what it asks for.
    let last = look(backend, Method::GET, &link_of_request(backend, &shop));
    assert!(last.text.contains("nonsense 9"), "{}", last.text);
    // The person asks from their own page: nothing of the strangers stands in the way.
    let own = path(&links(backend, &shop, jane(), "?channel=email")[0]["preferences"]);
    page(&press(backend, &own, "action=rectification&details=I+moved+to+Bath"), 200);
    let asked = look(backend, Method::GET, &link_of_request(backend, &shop));
    assert!(asked.text.contains("I moved to Bath"), "{}", asked.text);
    let taken = taken + 1;
    // A request that the shop's employee has verified does not count against the limit.
    post(backend, "/v1/requests", &shop.secret, "", &with(wish("I moved to York"), "/verified", json!(true))).ok();
    by_page(&json!({ "kind": "erasure", "contact": jane() }));
    assert_eq!(sent(backend), of_before + taken + 1);
    let link = link_of_request(backend, &shop);
    by_page(&json!({ "kind": "erasure", "contact": jane() }));
    assert_eq!(sent(backend), of_before + taken + 1, "a second message would exceed the daily limit");
    page(&press(backend, &link, ""), 200);
    assert_eq!(shop.lookup(backend, &jane()).status.as_u16(), 404, "her earlier link is still valid");
}

fn a_thief_of_a_link_fills_no_mailbox(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &with(submission(), "/assurance", json!("authenticated"))).ok();
    let own = path(&links(backend, &shop, jane(), "?channel=email")[0]["preferences"]);
    for number in 0..12 {
        page(&press(backend, &own, &format!("action=rectification&details=nonsense+{number}")), 200);
    }
    assert_eq!(messages(backend, &shop, "request").len(), 5);
}

fn an_objection_of_an_unknown_person_is_stored(backend: &mut dyn Backend) {
    let shop = shop(backend);
    open(backend, &shop, "objection", &jane());
    page(&press(backend, &link_of_request(backend, &shop), ""), 200);
    let listed = with(submission(), "/assurance", json!("reported"));
    shop.submit_from_server(backend, &listed).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "suppressed");
}

fn an_employee_decides_the_requests_that_the_shop_wants_to_approve(backend: &mut dyn Backend) {
    let body = with(shop_body(), "/requests", json!({ "approval": ["erasure", "access"] }));
    let shop = Shop::create_with(backend, &with(body, "/privacy", json!({ "authority": "ICO, Wilmslow" })));
    listen(backend, &shop);
    shop.submit(backend, &submission()).ok();
    let decide = |backend: &dyn Backend, id: &Value, body: Value| {
        let path = format!("/v1/requests/{}/decision", id.as_str().unwrap());
        ask(backend, Method::POST, &path, &shop.secret, &body)
    };
    open(backend, &shop, "erasure", &jane());
    let id = requests(backend, &shop, "")[0]["id"].clone();
    decide(backend, &id, json!({ "action": "approve" })).problem(409, "request_conflict", None);
    page(&press(backend, &link_of_request(backend, &shop), ""), 200);
    assert_eq!(requests(backend, &shop, "?state=verified").len(), 1);
    assert!(shop.lookup(backend, &jane()).status.is_success(), "it waits");
    decide(backend, &id, json!({ "action": "extend" })).problem(422, "missing_field", Some("/reason"));
    let due = requests(backend, &shop, "")[0]["due"].clone();
    let extended = decide(backend, &id, json!({ "action": "extend", "reason": "many archives" })).ok();
    assert!(extended["due"].as_str() > due.as_str() && extended["is_extended"] == true, "{extended}");
    assert!(messages(backend, &shop, "result")[0]["text"].as_str().unwrap().contains("many archives"));
    decide(backend, &id, json!({ "action": "extend", "reason": "again" })).problem(409, "request_conflict", None);
    // A key without the scope `erase` may not approve an erasure either.
    let new = json!({ "kind": "sk", "name": "desk", "scopes": ["read", "write"] });
    let desk = ask(backend, Method::POST, "/v1/keys", &shop.secret, &new).ok()["key"].as_str().unwrap().to_owned();
    let at = format!("/v1/requests/{}/decision", id.as_str().unwrap());
    ask(backend, Method::POST, &at, &desk, &json!({ "action": "approve" })).problem(403, "wrong_scope", None);
    let done = decide(backend, &id, json!({ "action": "approve" })).ok();
    assert_eq!(done["state"], "completed");
    assert_eq!(shop.lookup(backend, &jane()).status.as_u16(), 404);
    decide(backend, &id, json!({ "action": "approve" })).problem(409, "request_conflict", None);

    shop.submit(backend, &with(submission(), "/contact/email", json!("jane.doe@example.com"))).ok();
    open(backend, &shop, "access", &json!({ "email": "jane.doe@example.com" }));
    let link = link_of_request(backend, &shop);
    page(&press(backend, &link, ""), 200);
    let id = requests(backend, &shop, "?kind=access")[0]["id"].clone();
    let refused = decide(backend, &id, json!({ "action": "refuse", "reason": "the tenth this week" })).ok();
    assert_eq!((&refused["state"], &refused["reason"]), (&json!("refused"), &json!("the tenth this week")));
    let told = messages(backend, &shop, "result").remove(0);
    for text in ["the tenth this week", "ICO, Wilmslow"] {
        assert!(told["text"].as_str().unwrap().contains(text), "{told}");
        assert!(look(backend, Method::GET, &link).text.contains(text));
    }
    // The shop vouches for its customer, so nothing is verified. An employee decides every rectification.
    let wish = json!({ "kind": "rectification", "contact": { "email": "jane.doe@example.com" }, "details": "Jayne", "verified": true });
    let opened = post(backend, "/v1/requests", &shop.secret, "", &wish).ok();
    assert_eq!(opened["check"], "nothing");
    let waiting = &requests(backend, &shop, "?kind=rectification&due_by=2999-01-01")[0];
    assert_eq!((&waiting["state"], &waiting["details"]), (&json!("verified"), &json!("Jayne")));
    decide(backend, &waiting["id"], json!({ "action": "approve" })).ok();
    assert_eq!(requests(backend, &shop, "?kind=rectification")[0]["details"], Value::Null);
}

fn expired_links_and_downloads_no_longer_work(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    let confirm = path(&messages(backend, &shop, "confirm")[0]["link"]);
    meanwhile(backend, "UPDATE confirmation SET expires_at = 1");
    page(&press(backend, &confirm, ""), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "awaiting_confirmation");

    open(backend, &shop, "access", &jane());
    let late = link_of_request(backend, &shop);
    meanwhile(backend, "UPDATE subject_request SET verify_until = 1");
    page(&press(backend, &late, ""), 200);
    assert_eq!(requests(backend, &shop, "")[0]["state"], "open");
    // The expired link can send a new one, which replaces it.
    page(&press(backend, &late, "action=resend"), 200);
    let fresh = link_of_request(backend, &shop);
    assert_ne!(late, fresh);
    page(&press(backend, &late, ""), 200);
    assert_eq!(requests(backend, &shop, "")[0]["state"], "open");
    let proven = press(backend, &fresh, "");
    let downloads = hrefs(&proven.text, "/d/");
    meanwhile(backend, "UPDATE subject_request SET download_until = 1");
    for download in &downloads {
        let over = look(backend, Method::GET, download);
        page(&over, 200);
        assert!(hrefs(&over.text, "/d/").is_empty());
    }
}

fn the_retention_report_counts_expired_data(backend: &mut dyn Backend) {
    let body = with(shop_body(), "/retention", json!({ "prospect_months": 36, "request_months": 24 }));
    let shop = Shop::create_with(backend, &body);
    listen(backend, &shop);
    shop.submit(backend, &submission()).ok();
    open(backend, &shop, "objection", &jane());
    page(&press(backend, &link_of_request(backend, &shop), ""), 200);
    let overdue = |backend: &dyn Backend| {
        let told = ask(backend, Method::GET, "/v1/retention", &shop.secret, &Value::Null).ok();
        let all = told["overdue"].as_array().unwrap().clone();
        let count = move |what: &str| all.iter().find(|entry| entry["what"] == what).unwrap()["count"].clone();
        (count("requests"), count("messages"), count("prospects"), count("confirmations"))
    };
    let nothing = (json!(0), json!(0), json!(0), json!(0));
    assert_eq!(overdue(backend), nothing);
    // Ids contain the time, so this makes the rows three years old.
    let long_ago = |table: &str| format!("UPDATE {table} SET id = '0100' || substr(id, 5)");
    meanwhile(backend, &long_ago("message"));
    meanwhile(backend, &long_ago("confirmation"));
    meanwhile(backend, "UPDATE subject_request SET closed_at = 1");
    let (one, rest) = (json!(1), overdue(backend));
    assert_eq!((&rest.0, &rest.2), (&one, &json!(0)), "a contact of today is not expired: {rest:?}");
    assert_ne!(rest.1, json!(0));
    let before = backend.state();
    overdue(backend);
    assert_eq!(backend.state().len(), before.len() + 1, "the request only adds its own line to the log");
}
