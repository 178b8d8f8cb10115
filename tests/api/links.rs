//! Links in messages, without an account: confirmation, one-click unsubscription, the preference page. A GET changes
//! nothing, a repeated POST changes nothing more, and a link that was tampered with is invalid.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{Answer, ORIGIN, Shop, ask, post, send, shop_body, standing, submission, with};

crate::scenarios! {
    an_opt_in_counts_once_the_address_has_confirmed_it
    a_click_unsubscribes_and_a_get_does_not
    the_preference_page_changes_choices
    a_yes_by_an_endless_link_ends_no_no_until_the_address_confirms_it
    a_person_calls_back_their_links
    the_shop_calls_links_back
    a_link_from_before_an_erasure_shows_nothing_and_still_says_no
    an_outdated_preference_page_does_not_undo_an_opt_out
    an_opt_out_also_cancels_the_pending_confirmation
    a_channel_does_not_ask_about_a_suppressed_channel
    two_addresses_in_one_form_are_not_one_person
    a_link_that_was_tampered_with_is_invalid
    old_links_do_not_reveal_whether_a_contact_was_erased
}

/// Creates a shop with a webhook for all events, so that messages can be sent.
pub fn shop(backend: &mut dyn Backend) -> Shop {
    let shop = Shop::create_with(backend, &with(shop_body(), "/channels", json!(["email", "sms", "whatsapp"])));
    listen(backend, &shop);
    shop
}

/// Creates a webhook for all events of a shop.
pub fn listen(backend: &mut dyn Backend, shop: &Shop) {
    let hook = json!({ "url": "https://hooks.shop.example/placet" });
    ask(backend, Method::POST, "/v1/webhooks", &shop.secret, &hook).ok();
}

/// Returns the messages of one kind that the shop has to send, complete, the newest first.
pub fn messages(backend: &dyn Backend, shop: &Shop, kind: &str) -> Vec<Value> {
    let listed = ask(backend, Method::GET, "/v1/messages", &shop.secret, &Value::Null).ok();
    let of_kind = listed["messages"].as_array().unwrap().iter().filter(|message| message["kind"] == kind);
    of_kind
        .map(|message| {
            let path = format!("/v1/messages/{}", message["message"].as_str().unwrap());
            ask(backend, Method::GET, &path, &shop.secret, &Value::Null).ok()
        })
        .collect()
}

/// Returns the path of a link.
pub fn path(link: &Value) -> String {
    let link = link.as_str().unwrap_or_else(|| panic!("no link: {link}"));
    format!("/{}", link.splitn(4, '/').nth(3).unwrap())
}

pub fn look(backend: &dyn Backend, method: Method, path: &str) -> Answer {
    send(backend, method, path, &[("accept-language", "en-GB,en;q=0.8")], "")
}

pub fn press(backend: &dyn Backend, path: &str, form: &str) -> Answer {
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    send(backend, Method::POST, path, &headers, form.to_owned())
}

/// Checks the status of a page and its security headers.
#[track_caller]
pub fn page(answer: &Answer, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.header("content-security-policy").contains("default-src 'none'"));
    assert!(answer.header("x-robots-tag").contains("noindex"));
    assert!(answer.headers.get("set-cookie").is_none() && answer.headers.get("location").is_none());
    assert!(!answer.text.contains("jane@example.com") && !answer.text.contains("7700900"), "{}", answer.text);
}

/// Requests a link as software does that opens links by itself: browser prefetch and mail scanners. Nothing may change.
pub fn everybody_looks(backend: &mut dyn Backend, path: &str) {
    let before = backend.state();
    let prefetch = [("purpose", "prefetch"), ("sec-purpose", "prefetch")];
    page(&look(backend, Method::GET, path), 200);
    page(&send(backend, Method::GET, path, &prefetch, ""), 200);
    page(
        &send(backend, Method::GET, &format!("{path}?utm_source=scanner&lang=fr"), &[("user-agent", "Scanner")], ""),
        200,
    );
    let head = look(backend, Method::HEAD, path);
    assert_eq!((head.status.as_u16(), head.text.as_str()), (200, ""), "HEAD {path}");
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        assert_eq!(send(backend, method, path, &[], "").status.as_u16(), 405);
    }
    assert_eq!(backend.state(), before, "a GET changed something");
}

pub fn decision(backend: &dyn Backend, shop: &Shop, channel: &str, contact: Value) -> Value {
    let asked = json!({ "channel": channel, "purpose": "newsletter", "contact": contact });
    ask(backend, Method::POST, "/v1/decisions", &shop.secret, &asked).ok()["decision"].clone()
}

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

pub fn links(backend: &dyn Backend, shop: &Shop, who: Value, query: &str) -> Vec<Value> {
    let id = shop.lookup(backend, &who).ok()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/contacts/{id}/links{query}");
    ask(backend, Method::GET, &path, &shop.secret, &Value::Null).ok()["links"].as_array().unwrap().clone()
}

fn an_opt_in_counts_once_the_address_has_confirmed_it(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &submission()).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "awaiting_confirmation");
    let asked = messages(backend, &shop, "confirm");
    assert_eq!(asked.len(), 1, "the number has no opt-in, so it is not asked");
    assert_eq!((&asked[0]["to"], &asked[0]["medium"]), (&json!("jane@example.com"), &json!("email")));
    assert!(asked[0]["text"].as_str().unwrap().contains(asked[0]["link"].as_str().unwrap()));
    // The open question takes a further opt-in in, so the address gets no second message.
    for purpose in ["newsletter", "offers"] {
        shop.submit(backend, &with(submission(), "/choices/0/purpose", json!(purpose))).ok();
    }
    assert_eq!(messages(backend, &shop, "confirm").len(), 1);

    let link = path(&asked[0]["link"]);
    everybody_looks(backend, &link);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], false);
    page(&press(backend, &link, ""), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    let after = backend.rows();
    page(&press(backend, &link, ""), 200);
    page(&look(backend, Method::GET, &link), 200);
    assert_eq!(backend.rows(), after, "a confirmation is used once");

    // Both the claim and the confirmation are on record, each with the notice that was shown.
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!(standing(&report, "email", "offers")["status"], "opted_in", "the page has listed both");
    let of_email = report["records"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|record| record["purpose"] == "newsletter" && record["channel"] == "email");
    let steps: Vec<&Value> = of_email.collect();
    let last = steps.last().unwrap();
    assert_eq!((&steps[0]["assurance"], &last["assurance"]), (&json!("claimed"), &json!("confirmed")));
    assert_eq!((&last["evidence"]["confirmed_by"], &last["source"]["kind"]), (&json!("email"), &json!("confirmation")));
    assert_eq!(last["evidence"]["confirms"], steps[0]["id"], "the confirmation refers to the record of the form");
    assert!(last["notice"]["text"].as_str().is_some_and(|text| text.contains("Kestrel Coffee")), "{last}");
    assert_eq!(report["addresses"][0]["assurance"], "confirmed");
}

fn a_click_unsubscribes_and_a_get_does_not(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let yes = with(submission(), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &yes).ok();
    let all = links(backend, &shop, jane(), "?channel=email&purpose=newsletter");
    assert_eq!(all.len(), 1, "only addresses that the channel uses");
    let headers = &all[0]["headers"];
    assert_eq!(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    assert_eq!(headers["List-Unsubscribe"], format!("<{}>", all[0]["unsubscribe"].as_str().unwrap()));
    let link = path(&all[0]["unsubscribe"]);
    everybody_looks(backend, &link);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);

    // The request as Gmail sends it.
    page(&press(backend, &link, "List-Unsubscribe=One-Click"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "opted_out");
    let after = backend.rows();
    // The form that RFC 8058 prefers.
    let form = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let multipart = [("content-type", "multipart/form-data; boundary=b")];
    page(&send(backend, Method::POST, &link, &multipart, form), 200);
    page(&press(backend, &link, ""), 200);
    assert_eq!(backend.rows(), after, "a repeated unsubscription changes nothing");
    // The person's later opt-in counts. After that the link works again.
    let again = with(with(yes, "/id", submission()["id"].clone()), "/occurred_at", json!(crate::client::from_now(0)));
    shop.submit_from_server(backend, &again).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    page(&press(backend, &link, "List-Unsubscribe=One-Click"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "opted_out");
    // The rate limit does not apply: a mail provider sends the requests of many people from one IP address.
    let from = [("content-type", "application/x-www-form-urlencoded"), ("x-real-ip", "192.0.2.1")];
    let click =
        |backend: &dyn Backend, link: &str| send(backend, Method::POST, link, &from, "List-Unsubscribe=One-Click");
    for number in 0..60 {
        let person = with(submission(), "/contact", json!({ "email": format!("person{number}@example.com") }));
        shop.submit_from_server(backend, &with(person, "/assurance", json!("authenticated"))).ok();
        let who = json!({ "email": format!("person{number}@example.com") });
        page(&click(backend, &path(&links(backend, &shop, who, "?channel=email")[0]["unsubscribe"])), 200);
    }
    // But one link is for one person.
    let lines = |backend: &mut dyn Backend| backend.dump().iter().filter(|(table, _)| table == "audit").count();
    let before = lines(backend);
    let statuses: Vec<u16> = (0..120).map(|_| click(backend, &link).status.as_u16()).collect();
    assert!(statuses.contains(&429) && statuses.starts_with(&[200]), "{statuses:?}");
    assert!(lines(backend) <= before + 1, "repetitions are counted in the audit log");
}

/// Returns the values of the boxes on a preference page, and whether each is ticked.
fn boxes(page: &str) -> Vec<(String, bool)> {
    let inputs = page.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap());
    let boxes = inputs.filter(|input| input.contains("type=\"checkbox\""));
    let name = |input: &str| input.split("name=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    boxes.map(|input| (name(input), input.contains(" checked"))).collect()
}

/// Returns the form body as a browser sends it with these boxes ticked.
fn saved(boxes: &[(String, bool)], ticked: &dyn Fn(&str) -> bool) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    let shown: Vec<String> = boxes.iter().map(|(name, was)| format!("{name}:{}", u8::from(*was))).collect();
    form.append_pair("action", "save").append_pair("shown", &shown.join(" "));
    for (name, _) in boxes.iter().filter(|(name, _)| ticked(name)) {
        form.append_pair(name, "on");
    }
    form.finish()
}

fn the_preference_page_changes_choices(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &with(submission(), "/assurance", json!("authenticated"))).ok();
    let all = links(backend, &shop, jane(), "");
    let link = path(&all[0]["preferences"]);
    everybody_looks(backend, &link);
    let shown = boxes(&look(backend, Method::GET, &link).text);
    // Two purposes by email, SMS and WhatsApp: the shop vouches that both addresses are hers.
    assert_eq!(shown.len(), 6, "{shown:?}");
    let ticked: Vec<&String> = shown.iter().filter(|(_, ticked)| *ticked).map(|(name, _)| name).collect();
    assert!(ticked.len() == 1 && ticked[0].ends_with(".email.newsletter"), "{ticked:?}");

    // Saving without a change stores nothing.
    let before = backend.rows();
    page(&press(backend, &link, &saved(&shown, &|name| name.ends_with(".email.newsletter"))), 200);
    assert_eq!(backend.rows(), before);
    // One opt-in and one opt-out in one form. The phone number must confirm its opt-in itself.
    let wanted = |name: &str| name.ends_with(".email.offers") || name.ends_with(".sms.newsletter");
    page(&press(backend, &link, &saved(&shown, &wanted)), 200);
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!(standing(&report, "email", "offers")["allow"], true);
    assert_eq!(standing(&report, "email", "newsletter")["reason"], "opted_out");
    assert_eq!(standing(&report, "sms", "newsletter")["reason"], "awaiting_confirmation");
    assert_eq!(messages(backend, &shop, "confirm")[0]["to"], "+447700900123");
    let after = backend.rows();
    page(&press(backend, &link, &saved(&shown, &wanted)), 200);
    let again = backend.rows();
    assert_eq!(
        (again["record"] - after["record"], again["message"] - after["message"]),
        (1, 0),
        "only the unconfirmed opt-in is recorded again"
    );

    page(&press(backend, &link, "action=stop"), 200);
    let report = shop.lookup(backend, &jane()).ok();
    for (channel, purpose) in
        [("email", "offers"), ("email", "newsletter"), ("sms", "newsletter"), ("whatsapp", "offers")]
    {
        assert_eq!(standing(&report, channel, purpose)["reason"], "objected", "{channel} {purpose}");
    }
    // The link verifies its own address only.
    let records = report["records"].as_array().unwrap();
    let of = |channel: &str| records.iter().rfind(|record| record["channel"] == channel).unwrap()["assurance"].clone();
    assert_eq!((of("email"), of("sms")), (json!("confirmed"), json!("authenticated")));
    assert_eq!(report["addresses"][1]["assurance"], "authenticated");
    let after = backend.rows();
    page(&press(backend, &link, "action=stop"), 200);
    // Boxes of an outdated page or of another person, invalid bodies and oversized bodies change nothing.
    for form in ["action=save", "action=save&shown=x&x=on", "action=fly", "", "%ff=%00", "action=save&shown="] {
        page(&press(backend, &link, form), 200);
    }
    assert_eq!(press(backend, &link, &"a".repeat(20_000)).status.as_u16(), 413);
    assert_eq!(backend.rows(), after);
}

fn an_outdated_preference_page_does_not_undo_an_opt_out(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let yes = with(submission(), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &yes).ok();
    let link = path(&links(backend, &shop, jane(), "?channel=email")[0]["preferences"]);
    let shown = boxes(&look(backend, Method::GET, &link).text);
    let leave = path(&links(backend, &shop, jane(), "?channel=email&purpose=newsletter")[0]["unsubscribe"]);
    page(&press(backend, &leave, "List-Unsubscribe=One-Click"), 200);
    // The open page still shows the opt-in. The person ticks another box.
    let as_shown = |name: &str| name.ends_with(".email.newsletter") || name.ends_with(".email.offers");
    page(&press(backend, &link, &saved(&shown, &as_shown)), 200);
    assert_eq!(
        decision(backend, &shop, "email", jane())["reason"],
        "opted_out",
        "the opt-in is from before the opt-out"
    );
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!(standing(&report, "email", "offers")["allow"], true);
}

fn an_opt_out_also_cancels_the_pending_confirmation(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let both = json!([
        { "channel": "email", "purpose": "newsletter", "choice": "opt_in" },
        { "channel": "email", "purpose": "offers", "choice": "opt_in" },
    ]);
    shop.submit(backend, &with(submission(), "/choices", both)).ok();
    let confirm = path(&messages(backend, &shop, "confirm")[0]["link"]);
    let leave = path(&links(backend, &shop, jane(), "?channel=email&purpose=newsletter")[0]["unsubscribe"]);
    page(&press(backend, &leave, ""), 200);
    everybody_looks(backend, &confirm);
    page(&press(backend, &confirm, ""), 200);
    assert_eq!(
        decision(backend, &shop, "email", jane())["reason"],
        "opted_out",
        "the confirmation is from before the opt-out"
    );
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!(standing(&report, "email", "offers")["allow"], true, "nobody has opted out of this");

    let other = json!({ "email": "john@example.com" });
    shop.submit(backend, &with(submission(), "/contact/email", other["email"].clone())).ok();
    let confirm = path(&messages(backend, &shop, "confirm")[0]["link"]);
    let all = links(backend, &shop, other.clone(), "?channel=email");
    page(&press(backend, &path(&all[0]["preferences"]), "action=stop"), 200);
    let before = backend.rows();
    page(&press(backend, &confirm, ""), 200);
    assert_eq!(backend.rows(), before, "nothing is left to confirm");
    assert_eq!(decision(backend, &shop, "email", other)["reason"], "objected");

    // The same holds for a complaint, however it reached the shop.
    let third = json!({ "email": "jim@example.com" });
    shop.submit(backend, &with(submission(), "/contact/email", third["email"].clone())).ok();
    let confirm = path(&messages(backend, &shop, "confirm")[0]["link"]);
    let complaint = with(third.clone(), "/reason", json!("complained"));
    ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &complaint).ok();
    page(&press(backend, &confirm, ""), 200);
    assert_eq!(decision(backend, &shop, "email", third)["reason"], "suppressed");
}

fn a_channel_does_not_ask_about_a_suppressed_channel(backend: &mut dyn Backend) {
    let shop = shop(backend);
    // SMS and WhatsApp share one number. The number has opted out of WhatsApp, and a form claims an opt-in for it.
    let number = json!({ "phone": "+447700900123" });
    let stop = with(with(number.clone(), "/channel", json!("whatsapp")), "/reason", json!("asked"));
    ask(backend, Method::POST, "/v1/suppressions", &shop.secret, &stop).ok();
    let yes = |channel: &str| json!({ "channel": channel, "purpose": "newsletter", "choice": "opt_in" });
    let form = with(with(submission(), "/contact", number.clone()), "/choices", json!([yes("whatsapp")]));
    shop.submit(backend, &form).ok();
    assert!(messages(backend, &shop, "confirm").is_empty(), "nothing is left to ask for");
    let both = json!([yes("whatsapp"), yes("sms")]);
    shop.submit(backend, &with(with(form, "/choices", both), "/id", submission()["id"].clone())).ok();
    let asked = messages(backend, &shop, "confirm");
    assert_eq!((asked.len(), &asked[0]["medium"]), (1, &json!("sms")));
    page(&press(backend, &path(&asked[0]["link"]), ""), 200);
    assert_eq!(decision(backend, &shop, "sms", number.clone())["allow"], true);
    assert_eq!(decision(backend, &shop, "whatsapp", number)["reason"], "suppressed");
}

fn two_addresses_in_one_form_are_not_one_person(backend: &mut dyn Backend) {
    let shop = shop(backend);
    // A person types their own address beside somebody else's number. The owner of the number later opts in.
    let form = with(submission(), "/choices/1/choice", json!("opt_in"));
    shop.submit(backend, &form).ok();
    let of_number = json!({ "phone": "+447700900123" });
    let theirs = json!({
        "id": submission()["id"], "contact": of_number, "assurance": "authenticated", "source": { "kind": "shop" },
        "choices": [{ "channel": "sms", "purpose": "newsletter", "choice": "opt_in" }], "notice": form["notice"],
    });
    shop.submit_from_server(backend, &theirs).ok();
    let confirm = messages(backend, &shop, "confirm").into_iter().find(|message| message["medium"] == "email").unwrap();
    page(&press(backend, &path(&confirm["link"]), ""), 200);
    let all = links(backend, &shop, jane(), "?channel=email");
    let link = path(&all[0]["preferences"]);
    let shown = look(backend, Method::GET, &link);
    assert!(boxes(&shown.text).iter().all(|(name, _)| name.contains(".email.")), "{}", shown.text);
    page(&press(backend, &link, "action=stop"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "objected");
    assert_eq!(decision(backend, &shop, "sms", of_number.clone())["allow"], true, "the opt-out was another person's");
    // A request by one address neither discloses nor erases what is stored about the other.
    for kind in ["access", "erasure"] {
        press(backend, &link, &format!("action={kind}"));
        let sent = messages(backend, &shop, "request").remove(0);
        page(&press(backend, &path(&sent["link"]), ""), 200);
    }
    assert_eq!(shop.lookup(backend, &jane()).status.as_u16(), 404);
    assert_eq!(decision(backend, &shop, "sms", of_number)["allow"], true);
}

fn a_link_that_was_tampered_with_is_invalid(backend: &mut dyn Backend) {
    let (shop, other) = (shop(backend), Shop::create(backend));
    listen(backend, &other);
    for shop in [&shop, &other] {
        shop.submit(backend, &submission()).ok();
    }
    let confirm = |shop: &Shop, backend: &dyn Backend| path(&messages(backend, shop, "confirm")[0]["link"]);
    let all = links(backend, &shop, jane(), "?channel=email&purpose=newsletter");
    let own = [path(&all[0]["unsubscribe"]), path(&all[0]["preferences"]), confirm(&shop, backend)];
    let (objects, before) = (backend.objects(), backend.state());
    let nowhere = look(backend, Method::GET, "/u/AAAA");
    for link in &own {
        let start = 3;
        for place in start..link.len() {
            let mut bytes = link.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(bytes).unwrap();
            let answer = look(backend, Method::GET, &forged);
            page(&answer, 404);
            assert_eq!(answer.text, nowhere.text, "all invalid links have the same page");
            if place % 7 == 0 {
                page(&press(backend, &forged, "action=stop"), 404);
            }
        }
        // The token does not work for another kind of link.
        for kind in ["u", "p", "c", "r", "q", "d"].iter().filter(|kind| !link.starts_with(&format!("/{kind}/"))) {
            let answer = look(backend, Method::GET, &format!("/{kind}/{}", &link[3..]));
            page(&answer, 404);
        }
        let cut = link[..link.len() - 1].to_owned();
        // A mail program may have cut a dash off; then the link still works.
        let is_mended = cut.ends_with(['-', '_']) && link.ends_with('x');
        let mut wrong = vec![format!("{link}A"), format!("{link}%00"), format!("{link}=")];
        wrong.extend((!is_mended).then_some(cut));
        for bad in wrong {
            page(&look(backend, Method::GET, &bad), 404);
        }
    }
    assert_eq!(backend.objects(), objects, "a forged link starts no Durable Object");
    assert_eq!(backend.state(), before);
    // A link of one shop changes nothing in another shop.
    press(backend, &own[2], "");
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    assert_eq!(decision(backend, &other, "email", jane())["allow"], false);
}

fn old_links_do_not_reveal_whether_a_contact_was_erased(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let mut pages = Vec::new();
    for email in ["jane@example.com", "jane.doe@example.com"] {
        let body = with(submission(), "/contact", json!({ "email": email, "country": "GB" }));
        let body =
            with(with(body, "/choices", json!([submission()["choices"][0]])), "/assurance", json!("authenticated"));
        shop.submit_from_server(backend, &body).ok();
        let who = json!({ "email": email });
        let all = links(backend, &shop, who.clone(), "?channel=email&purpose=newsletter");
        pages.push((path(&all[0]["unsubscribe"]), path(&all[0]["preferences"]), who));
    }
    // One person is erased, the other is not. The unsubscribe pages do not reveal the difference.
    let id = shop.lookup(backend, &pages[0].2).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
    let before = backend.rows();
    let blank = |answer: Answer, path: &str| answer.text.replace(&path[3..], "");
    let without = |text: String, token: &str| text.replace(token, "");
    let mut seen: Vec<(String, String)> = Vec::new();
    for (leave, choices, _) in &pages {
        let (asked, done) = (look(backend, Method::GET, leave), press(backend, leave, "List-Unsubscribe=One-Click"));
        page(&asked, 200);
        page(&done, 200);
        let token = &choices[3..];
        seen.push((without(blank(asked, leave), token), without(blank(done, leave), token)));
    }
    assert_eq!(seen[0], seen[1]);
    page(&look(backend, Method::GET, &pages[0].1), 200);
    page(&press(backend, &pages[0].1, "action=stop"), 200);
    page(&press(backend, &pages[0].1, "action=access"), 200);
    let after = backend.rows();
    assert_eq!(after["record"], before["record"] + 1, "only the existing contact is opted out");
    assert_eq!(after["subject_request"], before["subject_request"]);
    // An erased person who opts in again can unsubscribe with links in old messages.
    let body = with(submission(), "/contact", json!({ "email": "jane@example.com", "country": "GB" }));
    let body = with(with(body, "/choices", json!([submission()["choices"][0]])), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &with(body, "/occurred_at", json!(crate::client::from_now(0)))).ok();
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    press(backend, &pages[0].0, "List-Unsubscribe=One-Click");
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "opted_out");
}

fn a_yes_by_an_endless_link_ends_no_no_until_the_address_confirms_it(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let yes = with(with(submission(), "/contact", jane()), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &yes).ok();
    let link = path(&links(backend, &shop, jane(), "?channel=email")[0]["preferences"]);
    page(&press(backend, &link, "action=stop"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "objected");
    // Somebody to whom the newsletter was forwarded opens the link and ticks the box.
    let shown = boxes(&look(backend, Method::GET, &link).text);
    let answer = press(backend, &link, &saved(&shown, &|name| name.ends_with(".email.newsletter")));
    page(&answer, 200);
    assert!(answer.text.contains("only when you confirm it"), "{}", answer.text);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "objected", "the no stands");
    // The question goes to the address itself, and its answer ends the no.
    let asked = messages(backend, &shop, "confirm");
    assert_eq!((asked.len(), &asked[0]["to"]), (1, &json!("jane@example.com")));
    page(&press(backend, &path(&asked[0]["link"]), "action=confirm"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
}

fn a_person_calls_back_their_links(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let yes = with(with(submission(), "/contact", jane()), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &yes).ok();
    let stolen = links(backend, &shop, jane(), "?channel=email&purpose=newsletter");
    let [choices, leave] = ["preferences", "unsubscribe"].map(|kind| path(&stolen[0][kind]));
    backend.pass(20);
    let seen = press(backend, &choices, "action=recall");
    page(&seen, 200);
    assert!(seen.text.contains("All earlier links are called back"), "{}", seen.text);
    let before = backend.rows();
    page(&look(backend, Method::GET, &choices), 410);
    page(&press(backend, &choices, "action=save&shown="), 410);
    assert_eq!(backend.rows(), before, "a link that was called back does nothing");
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    // A no that is lost does more harm than one by a stolen link.
    page(&press(backend, &leave, "List-Unsubscribe=One-Click"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "opted_out");
    // A new link is on its way to the address, however many links strangers have asked for, and it works.
    let fresh = path(&messages(backend, &shop, "preferences")[0]["link"]);
    for _ in 0..4 {
        post(backend, "/v1/preferences/link", &shop.publishable, ORIGIN, &json!({ "contact": jane() }));
    }
    backend.pass(20);
    page(&press(backend, &fresh, "action=recall"), 200);
    page(&look(backend, Method::GET, &fresh), 410);
    let fresh = path(&messages(backend, &shop, "preferences")[0]["link"]);
    page(&look(backend, Method::GET, &fresh), 200);
    page(&press(backend, &fresh, "action=stop"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], false);
}

fn the_shop_calls_links_back(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let of = |email: &str| {
        with(with(submission(), "/contact", json!({ "email": email })), "/assurance", json!("authenticated"))
    };
    let [jane, john] = ["jane@example.com", "john@example.com"].map(|email| {
        shop.submit_from_server(backend, &of(email)).ok();
        json!({ "email": email })
    });
    let link = |backend: &dyn Backend, who: &Value| {
        path(&links(backend, &shop, who.clone(), "?channel=email")[0]["preferences"])
    };
    let (hers, his) = (link(backend, &jane), link(backend, &john));
    backend.pass(20);
    let id = shop.lookup(backend, &jane).ok()["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/contacts/{id}/links");
    ask(backend, Method::DELETE, &path, &shop.secret, &Value::Null).ok();
    page(&look(backend, Method::GET, &hers), 410);
    page(&look(backend, Method::GET, &his), 200);
    page(&look(backend, Method::GET, &link(backend, &jane)), 200);
    let unknown = format!("/v1/contacts/{}/links", uuid::Uuid::nil());
    ask(backend, Method::DELETE, &unknown, &shop.secret, &Value::Null).problem(404, "contact_not_found", None);
    // After an incident all links end at once, and new ones work.
    let again = link(backend, &jane);
    backend.pass(20);
    ask(backend, Method::DELETE, "/v1/links", &shop.secret, &Value::Null).ok();
    for old in [&his, &again] {
        page(&look(backend, Method::GET, old), 410);
    }
    for who in [&jane, &john] {
        page(&look(backend, Method::GET, &link(backend, who)), 200);
    }
    // A key that may change contacts gets no links that act for them.
    let desk = json!({ "kind": "sk", "name": "desk", "scopes": ["read", "write"] });
    let desk = ask(backend, Method::POST, "/v1/keys", &shop.secret, &desk).ok()["key"].as_str().unwrap().to_owned();
    ask(backend, Method::GET, &path, &desk, &Value::Null).problem(403, "wrong_scope", None);
}

fn a_link_from_before_an_erasure_shows_nothing_and_still_says_no(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let yes = |backend: &dyn Backend| {
        let yes = with(with(submission(), "/contact", jane()), "/assurance", json!("authenticated"));
        shop.submit_from_server(backend, &with(yes, "/occurred_at", Value::Null)).ok();
    };
    yes(backend);
    let old = links(backend, &shop, jane(), "?channel=email&purpose=newsletter");
    let [choices, leave] = ["preferences", "unsubscribe"].map(|kind| path(&old[0][kind]));
    let id = shop.lookup(backend, &jane()).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
    let erased = look(backend, Method::GET, &choices);
    backend.pass(20);
    // The person comes back. The old link is not theirs any more, and it does not tell that they came back.
    yes(backend);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    let after = look(backend, Method::GET, &choices);
    assert_eq!((after.status, &after.text), (erased.status, &erased.text));
    page(&press(backend, &choices, "action=save&shown="), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["allow"], true);
    page(&press(backend, &leave, "List-Unsubscribe=One-Click"), 200);
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "opted_out", "no refusal is lost");
}
