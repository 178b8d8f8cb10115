//! Two addresses from one anonymous form may belong to different persons. These scenarios check that a request by the
//! owner of one address neither discloses, erases nor changes anything about the other.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{ORIGIN, Shop, ask, from_now, post, submission, with};
use crate::links::{decision, look, messages, page, path, press, shop};

crate::scenarios! {
    facts_about_one_address_are_not_disclosed_to_the_other
    facts_about_an_uncertain_person_are_disclosed_to_neither
    an_opt_out_that_covered_both_addresses_still_covers_both
    a_corrected_address_keeps_its_records_when_separated
    a_merge_ends_the_download_of_an_earlier_request
    a_correction_of_an_address_does_not_redirect_an_erasure
    an_erasure_does_not_touch_the_owner_of_the_old_address
}

fn jane() -> Value {
    json!({ "email": "jane@example.com" })
}

fn number() -> Value {
    json!({ "phone": "+447700900123" })
}

/// Returns a form with both addresses and an opt-in for each.
fn form() -> Value {
    with(submission(), "/choices/1/choice", json!("opt_in"))
}

/// Returns a submission in which the shop's server vouches for its customer.
fn vouched(contact: Value, channel: &str) -> Value {
    let choices = json!([{ "channel": channel, "purpose": "newsletter", "choice": "opt_in" }]);
    let body = with(with(submission(), "/contact", contact), "/choices", choices);
    with(with(body, "/assurance", json!("authenticated")), "/occurred_at", json!(from_now(0)))
}

/// Opens a subject request by an address, and verifies it with the link sent to that address.
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

fn facts_about_one_address_are_not_disclosed_to_the_other(backend: &mut dyn Backend) {
    let shop = shop(backend);
    // A stranger types their own address beside a phone number. Then the shop learns whose number it is.
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
    // The restriction still protects both contacts, and the recipient is told when either is erased.
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

fn facts_about_an_uncertain_person_are_disclosed_to_neither(backend: &mut dyn Backend) {
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
    // The restriction applies to both contacts. Both reports list the recipient, because the shop does not know whose
    // data it disclosed.
    let (mine, theirs) = (shop.lookup(backend, &jane()).ok(), shop.lookup(backend, &number()).ok());
    assert_ne!(mine["id"], theirs["id"]);
    for one in [mine, theirs] {
        assert_eq!((one["restriction"]["since"].is_string(), &one["restriction"]["reason"]), (true, &Value::Null));
        assert_eq!((&one["profile"]["country"], &one["recipients"][0]["recipient"]), (&Value::Null, &json!("mailer")));
    }
}

fn an_opt_out_that_covered_both_addresses_still_covers_both(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &form()).ok();
    // The owner of the number opts in. Then the shop's customer, known by the email address, opts out of every channel.
    let asked = messages(backend, &shop, "confirm").into_iter().find(|message| message["medium"] == "sms").unwrap();
    page(&press(backend, &path(&asked["link"]), ""), 200);
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
    let no = with(vouched(jane(), "email"), "/choices", json!([{ "choice": "opt_out" }]));
    shop.submit_from_server(backend, &no).ok();
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], false);

    proven(backend, &shop, "access", &jane());
    assert_ne!(id(backend, &shop, &jane()), id(backend, &shop, &number()));
    assert_eq!(
        decision(backend, &shop, "sms", number())["reason"],
        "objected",
        "a subject request must not opt anybody in"
    );
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "objected");
}

fn a_corrected_address_keeps_its_records_when_separated(backend: &mut dyn Backend) {
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

fn a_merge_ends_the_download_of_an_earlier_request(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &vouched(jane(), "email")).ok();
    proven(backend, &shop, "access", &jane());
    let download = download(backend, &shop);
    assert_eq!(look(backend, Method::GET, &download).body["addresses"].as_array().unwrap().len(), 1);
    // The shop merges her contact with one that has two addresses from one form. They need not belong to one person.
    let pair = with(form(), "/contact", json!({ "email": "john@example.com", "phone": "+447700900124" }));
    shop.submit(backend, &pair).ok();
    let john = id(backend, &shop, &json!({ "email": "john@example.com" }));
    let merge = json!({ "contact": { "id": john }, "reason": "the shop says so" });
    let path = format!("/v1/contacts/{}/merge", id(backend, &shop, &jane()));
    ask(backend, Method::POST, &path, &shop.secret, &merge).ok();
    let over = look(backend, Method::GET, &download);
    page(&over, 200);
    assert!(!over.text.contains("example.com"), "{}", over.text);
    // A person who asks again gets only their own data.
    proven(backend, &shop, "portability", &jane());
    let again = look(backend, Method::GET, &self::download(backend, &shop));
    assert_eq!(again.body["addresses"].as_array().unwrap().len(), 1, "{}", again.text);
    assert!(shop.lookup(backend, &json!({ "email": "john@example.com" })).status.is_success());
}

fn a_correction_of_an_address_does_not_redirect_an_erasure(backend: &mut dyn Backend) {
    let body = with(crate::client::shop_body(), "/requests", json!({ "approval": ["erasure"] }));
    let shop = Shop::create_with(backend, &body);
    crate::links::listen(backend, &shop);
    // Her email address is misspelt. The owner of the misspelt address asks for erasure, and the shop corrects the
    // address before it decides.
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

fn an_erasure_does_not_touch_the_owner_of_the_old_address(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let wrong = json!({ "email": "j@example.com" });
    shop.submit_from_server(backend, &vouched(wrong.clone(), "email")).ok();
    let hers = id(backend, &shop, &wrong);
    let correct = json!({ "address": { "from": wrong, "to": jane() }, "reason": "typed wrong" });
    ask(backend, Method::POST, &format!("/v1/contacts/{hers}/rectify"), &shop.secret, &correct).ok();
    // The owner of the misspelt address opts in.
    backend.pass(20);
    shop.submit(backend, &with(vouched(wrong.clone(), "email"), "/assurance", json!("claimed"))).ok();
    page(&press(backend, &path(&messages(backend, &shop, "confirm")[0]["link"]), ""), 200);
    assert_eq!(decision(backend, &shop, "email", wrong.clone())["allow"], true);
    ask(backend, Method::DELETE, &format!("/v1/contacts/{hers}"), &shop.secret, &Value::Null).ok();
    assert_eq!(decision(backend, &shop, "email", wrong)["allow"], true, "the erasure was of somebody else");
    assert_eq!(decision(backend, &shop, "email", jane())["reason"], "suppressed");
}
