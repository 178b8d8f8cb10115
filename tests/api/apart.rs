//! Two addresses from one anonymous form may belong to different persons, so each is a contact of its own. These
//! scenarios check that a request by the owner of one address neither discloses, erases nor changes anything about the
//! other.

use http::Method;
use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::{ORIGIN, Shop, ask, from_now, post, submission, with};
use crate::links::{decision, look, messages, page, path, press, shop};

crate::scenarios! {
    each_address_of_a_form_is_a_contact_of_its_own
    an_address_about_which_a_form_says_nothing_is_not_stored
    who_vouches_puts_addresses_together
    what_the_shop_merges_is_one_person_and_no_more
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

fn each_address_of_a_form_is_a_contact_of_its_own(backend: &mut dyn Backend) {
    let shop = shop(backend);
    // A stranger types their own address beside a phone number. Then the shop learns whose number it is.
    let sent = form();
    let first = shop.submit(backend, &sent).ok();
    assert_eq!(shop.submit(backend, &sent).ok(), first, "a repetition adds nothing");
    let (mine, theirs) = (id(backend, &shop, &jane()), id(backend, &shop, &number()));
    assert_ne!(mine, theirs);
    let person = json!({ "phone": "+447700900123", "country": "FR", "born": "1980-02-29", "external": "shopify:7" });
    shop.submit_from_server(backend, &vouched(person, "sms")).ok();
    assert_eq!(id(backend, &shop, &number()), theirs);
    let told = json!({ "contact": { "id": theirs }, "recipient": "mailer", "data": ["phone"] });
    ask(backend, Method::POST, "/v1/disclosures", &shop.secret, &told).ok();
    let restrict = json!({ "restricted": true, "reason": "she was in prison" });
    ask(backend, Method::PUT, &format!("/v1/contacts/{theirs}/restriction"), &shop.secret, &restrict).ok();

    proven(backend, &shop, "access", &jane());
    let report = look(backend, Method::GET, &download(backend, &shop));
    assert_eq!(report.body["addresses"].as_array().unwrap().len(), 1, "{}", report.text);
    for of_others in ["7700900123", "1980-02-29", "\"FR\"", "prison", "mailer", "typed_beside", &theirs] {
        assert!(!report.text.contains(of_others), "{of_others} in {}", report.text);
    }
    // The shop's own staff see that a form named both.
    assert_eq!(shop.lookup(backend, &jane()).ok()["typed_beside"], json!([theirs]));
    let known = shop.lookup(backend, &number()).ok();
    assert_eq!((&known["typed_beside"], &known["profile"]["born"]), (&json!([mine]), &json!("1980-02-29")));
    // The mailbox is not the customer's, whoever has confirmed it.
    page(&press(backend, &path(&messages(backend, &shop, "confirm")[0]["link"]), ""), 200);
    let by_account = json!({ "channel": "email", "purpose": "newsletter", "contacts": [{ "external": "shopify:7" }] });
    let decided = ask(backend, Method::POST, "/v1/decisions", &shop.secret, &by_account).ok()["decisions"][0].clone();
    assert_eq!((&decided["decision"]["reason"], decided.get("address")), (&json!("no_address"), None), "{decided}");
    // An erasure of one says nothing about the other.
    ask(backend, Method::DELETE, &format!("/v1/contacts/{mine}"), &shop.secret, &Value::Null).ok();
    assert_eq!(shop.lookup(backend, &number()).ok()["typed_beside"], json!([]));
}

fn an_address_about_which_a_form_says_nothing_is_not_stored(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let choices = json!([{ "channel": "email", "purpose": "newsletter", "choice": "opt_in" }]);
    shop.submit(backend, &with(form(), "/choices", choices)).ok();
    assert!(shop.lookup(backend, &jane()).status.is_success());
    shop.lookup(backend, &number()).problem(404, "contact_not_found", None);
}

fn who_vouches_puts_addresses_together(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit(backend, &form()).ok();
    let both = json!({ "email": "jane@example.com", "phone": "+447700900123" });
    shop.submit_from_server(backend, &vouched(both, "email")).ok();
    assert_eq!(id(backend, &shop, &jane()), id(backend, &shop, &number()));
    let report = shop.lookup(backend, &jane()).ok();
    assert_eq!((report["records"].as_array().unwrap().len(), &report["typed_beside"]), (3, &json!([])));
}

fn what_the_shop_merges_is_one_person_and_no_more(backend: &mut dyn Backend) {
    let shop = shop(backend);
    shop.submit_from_server(backend, &vouched(jane(), "email")).ok();
    proven(backend, &shop, "access", &jane());
    let alone = look(backend, Method::GET, &download(backend, &shop));
    assert_eq!(alone.body["addresses"].as_array().unwrap().len(), 1);
    // The shop merges her contact with another one.
    let other = with(form(), "/contact", json!({ "email": "john@example.com", "phone": "+447700900124" }));
    shop.submit(backend, &other).ok();
    let john = id(backend, &shop, &json!({ "email": "john@example.com" }));
    let merge = json!({ "contact": { "id": john }, "reason": "the shop says so" });
    let path = format!("/v1/contacts/{}/merge", id(backend, &shop, &jane()));
    ask(backend, Method::POST, &path, &shop.secret, &merge).ok();
    // A person who asks again gets what the shop says is theirs, and nothing of a number that a form named beside it.
    proven(backend, &shop, "portability", &jane());
    let again = look(backend, Method::GET, &download(backend, &shop));
    assert_eq!(again.body["addresses"].as_array().unwrap().len(), 2, "{}", again.text);
    assert!(!again.text.contains("7700900124"), "{}", again.text);
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
