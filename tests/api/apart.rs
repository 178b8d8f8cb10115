//! Addresses that somebody typed into one form, and may be of different persons: neither is told, erased or written to for the other.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{ORIGIN, Shop, ask, from_now, post, submission, with};
use crate::links::{decision, look, messages, page, path, press, shop};

crate::scenarios! {
    what_the_shop_knows_of_one_is_not_told_to_the_other
    what_was_noted_of_nobody_knows_whom_is_told_to_neither
    a_no_that_bore_on_both_goes_along
    what_was_corrected_goes_along
    a_merge_ends_what_can_be_downloaded
    a_correction_has_nobody_erased
    erasing_one_leaves_who_has_their_old_address
}

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

fn number() -> Value {
    json!({ "phone": "+447700900123" })
}

/// A form with both addresses, and a yes for each.
fn form() -> Value {
    with(submission(), "/choices/1/choice", json!("opt_in"))
}

/// What the shop's server knows of its customer.
fn vouched(contact: Value, channel: &str) -> Value {
    let choices = json!([{ "channel": channel, "purpose": "newsletter", "choice": "opt_in" }]);
    let body = with(with(submission(), "/contact", contact), "/choices", choices);
    with(with(body, "/assurance", json!("authenticated")), "/occurred_at", json!(from_now(0)))
}

/// Asks for something by an address, and proves it.
fn proven(backend: &dyn Backend, shop: &Shop, kind: &str, contact: &Value) {
    let asked = json!({ "kind": kind, "contact": contact });
    post(backend, "/v1/requests", &shop.publishable, ORIGIN, &asked).ok();
    page(&press(backend, &path(&messages(backend, shop, "request")[0]["link"]), ""), 200);
}

fn id(backend: &dyn Backend, shop: &Shop, contact: &Value) -> String {
    shop.lookup(backend, contact).ok()["id"].as_str().unwrap().to_owned()
}

fn download(backend: &dyn Backend, shop: &Shop) -> String {
    format!("{}?format=json", path(&messages(backend, shop, "result")[0]["link"]))
}

fn what_the_shop_knows_of_one_is_not_told_to_the_other(backend: &mut dyn Backend) {
    let shop = shop(backend);
    // A stranger types their own address beside a number; the shop comes to know whose the number is.
    shop.submit(backend, &form()).ok();
    let person = json!({ "phone": "+447700900123", "country": "FR", "born": "1980-02-29" });
    shop.submit_from_server(backend, &vouched(person, "sms")).ok();
    let both = id(backend, &shop, &number());
    assert_eq!(id(backend, &shop, &jane()), both);
    let told = json!({ "contact": { "id": both }, "recipient": "mailer", "data": ["phone"] });
    ask(backend, Method::POST, "/v1/disclosures", &shop.secret, &told).ok();
    let restrict = json!({ "restricted": true, "reason": "she was in prison" });
    ask(backend, Method::PUT, &format!("/v1/contacts/{both}/restriction"), &shop.secret, &restrict).ok();

    proven(backend, &shop, "access", &jane());
    let report = look(backend, Method::GET, &download(backend, &shop));
    assert_eq!(report.body["addresses"].as_array().unwrap().len(), 1, "{}", report.text);
    for theirs in ["7700900123", "1980-02-29", "\"FR\"", "prison", "mailer"] {
        assert!(!report.text.contains(theirs), "{theirs} in {}", report.text);
    }
    // What protected both still does, and who got it hears of an erasure of either.
    let mine = id(backend, &shop, &jane());
    assert_ne!(mine, both);
    let own = shop.lookup(backend, &jane()).ok();
    assert_eq!(
        (own["restriction"]["since"].is_string(), &own["restriction"]["reason"], &own["profile"]["born"]),
        (true, &Value::Null, &Value::Null)
    );
    let theirs = shop.lookup(backend, &number()).ok();
    assert_eq!((&theirs["id"], &theirs["profile"]["born"]), (&json!(both), &json!("1980-02-29")));
    assert!(theirs["requests"].as_array().unwrap().iter().any(|act| act["act"] == "unmerged"), "{theirs}");
    let erased = ask(backend, Method::DELETE, &format!("/v1/contacts/{mine}"), &shop.secret, &Value::Null).ok();
    assert_eq!(erased["recipients"], json!(["mailer"]));
    assert!(shop.lookup(backend, &number()).status.is_success());
}

fn what_was_noted_of_nobody_knows_whom_is_told_to_neither(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &with(form(), "/contact/country", json!("FR"))).ok();
    let both = id(backend, &shop, &number());
    let restrict = json!({ "restricted": true, "reason": "she was in prison" });
    ask(backend, Method::PUT, &format!("/v1/contacts/{both}/restriction"), &shop.secret, &restrict).ok();
    let told = json!({ "contact": { "id": both }, "recipient": "mailer", "data": ["phone"] });
    ask(backend, Method::POST, "/v1/disclosures", &shop.secret, &told).ok();

    proven(backend, &shop, "access", &jane());
    let report = look(backend, Method::GET, &download(backend, &shop));
    for of_somebody in ["prison", "mailer", "\"FR\""] {
        assert!(!report.text.contains(of_somebody), "{of_somebody} in {}", report.text);
    }
    // What limits processing bears on both. The shop sees who got the data of which it does not know whose they are.
    let (mine, theirs) = (shop.lookup(backend, &jane()).ok(), shop.lookup(backend, &number()).ok());
    assert_ne!(mine["id"], theirs["id"]);
    for one in [mine, theirs] {
        assert_eq!((one["restriction"]["since"].is_string(), &one["restriction"]["reason"]), (true, &Value::Null));
        assert_eq!((&one["profile"]["country"], &one["recipients"][0]["recipient"]), (&Value::Null, &json!("mailer")));
    }
}

fn a_no_that_bore_on_both_goes_along(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &form()).ok();
    // The number says yes by itself; then the shop's customer, known by the mail, wants nothing by any channel.
    let asked = messages(backend, &shop, "confirm").into_iter().find(|message| message["medium"] == "sms").unwrap();
    page(&press(backend, &path(&asked["link"]), ""), 200);
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
    let no = with(vouched(jane(), "email"), "/choices", json!([{ "choice": "opt_out" }]));
    shop.submit_from_server(backend, &no).ok();
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], false);

    proven(backend, &shop, "access", &jane());
    assert_ne!(id(backend, &shop, &jane()), id(backend, &shop, &number()));
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "opted_out", "a question must not make a yes");
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "opted_out");
}

fn what_was_corrected_goes_along(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &form()).ok();
    let both = id(backend, &shop, &jane());
    let right = json!({ "phone": "+447700900456" });
    let correct = json!({ "address": { "from": number(), "to": right }, "reason": "typed wrong" });
    ask(backend, Method::POST, &format!("/v1/contacts/{both}/rectify"), &shop.secret, &correct).ok();
    proven(backend, &shop, "access", &jane());
    let report = look(backend, Method::GET, &download(backend, &shop)).body;
    let channels: Vec<&Value> = report["records"].as_array().unwrap().iter().map(|record| &record["channel"]).collect();
    assert_eq!(channels, [&json!("email")], "{report}");
    let theirs = shop.lookup(backend, &right).ok();
    let records = theirs["records"].as_array().unwrap();
    assert_eq!(records.iter().filter(|record| record["channel"] == "sms").count(), 2, "{theirs}");
}

fn a_merge_ends_what_can_be_downloaded(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &vouched(jane(), "email")).ok();
    proven(backend, &shop, "access", &jane());
    let download = download(backend, &shop);
    assert_eq!(look(backend, Method::GET, &download).body["addresses"].as_array().unwrap().len(), 1);
    // Two that somebody typed into one form are put to her: they need not be one person.
    let pair = with(form(), "/contact", json!({ "email": "john@example.com", "phone": "+447700900124" }));
    shop.submit(backend, &pair).ok();
    let john = id(backend, &shop, &json!({ "email": "john@example.com" }));
    let merge = json!({ "contact": { "id": john }, "reason": "the shop says so" });
    let path = format!("/v1/contacts/{}/merge", id(backend, &shop, &jane()));
    ask(backend, Method::POST, &path, &shop.secret, &merge).ok();
    let over = look(backend, Method::GET, &download);
    page(&over, 200);
    assert!(!over.text.contains("example.com"), "{}", over.text);
    // Who asks once more is answered for their own.
    proven(backend, &shop, "portability", &jane());
    let again = look(backend, Method::GET, &self::download(backend, &shop));
    assert_eq!(again.body["addresses"].as_array().unwrap().len(), 1, "{}", again.text);
    assert!(shop.lookup(backend, &json!({ "email": "john@example.com" })).status.is_success());
}

fn a_correction_has_nobody_erased(backend: &mut dyn Backend) {
    let body = with(crate::client::shop_body(), "/requests", json!({ "approval": ["erasure"] }));
    let shop = Shop::create_with(backend, &body);
    crate::links::listen(backend, &shop);
    // Her mail is misspelt; whoever has that address asks for an erasure, and the shop corrects it before it decides.
    let wrong = json!({ "email": "j@example.com" });
    shop.submit_from_server(backend, &vouched(wrong.clone(), "email")).ok();
    proven(backend, &shop, "erasure", &wrong);
    let correct = json!({ "address": { "from": wrong, "to": jane() }, "reason": "typed wrong" });
    let hers = id(backend, &shop, &wrong);
    ask(backend, Method::POST, &format!("/v1/contacts/{hers}/rectify"), &shop.secret, &correct).ok();
    let listed = ask(backend, Method::GET, "/v1/requests?state=verified", &shop.secret, &Value::Null).ok();
    let decide = format!("/v1/requests/{}/decision", listed["requests"][0]["id"].as_str().unwrap());
    let approve = json!({ "action": "approve" });
    ask(backend, Method::POST, &decide, &shop.secret, &approve).problem(409, "request_conflict", None);
    assert_eq!(id(backend, &shop, &jane()), hers);
    ask(backend, Method::POST, &decide, &shop.secret, &json!({ "action": "refuse", "reason": "not yours" })).ok();
}

fn erasing_one_leaves_who_has_their_old_address(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let wrong = json!({ "email": "j@example.com" });
    shop.submit_from_server(backend, &vouched(wrong.clone(), "email")).ok();
    let hers = id(backend, &shop, &wrong);
    let correct = json!({ "address": { "from": wrong, "to": jane() }, "reason": "typed wrong" });
    ask(backend, Method::POST, &format!("/v1/contacts/{hers}/rectify"), &shop.secret, &correct).ok();
    // Its owner comes along.
    std::thread::sleep(std::time::Duration::from_millis(20));
    shop.submit(backend, &with(vouched(wrong.clone(), "email"), "/assurance", json!("claimed"))).ok();
    page(&press(backend, &path(&messages(backend, &shop, "confirm")[0]["link"]), ""), 200);
    assert_eq!(decision(backend, &shop, "email", wrong.clone())["allow"], true);
    ask(backend, Method::DELETE, &format!("/v1/contacts/{hers}"), &shop.secret, &Value::Null).ok();
    assert_eq!(decision(backend, &shop, "email", wrong)["allow"], true, "somebody else's erasure");
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "suppressed");
}
