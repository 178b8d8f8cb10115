//! Inbound messages: the replies STOP, START, HELP and YES, as providers deliver them.

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::Sha256;

use crate::backend::{Backend, PUBLIC_URL};
use crate::client::{Answer, Shop, ask, ask_with, from_now, send, submission, with};
use crate::links::{decision, messages, path, shop};

crate::scenarios! {
    the_replies_yes_stop_and_start_change_the_choices_of_a_number
    start_restores_only_the_opt_ins_that_stop_ended
    the_reply_yes_confirms_only_on_the_channel_that_asked
    a_stop_outlives_an_erasure_until_the_person_sends_start
    stop_also_suppresses_an_unknown_number
    an_inbound_message_without_a_valid_signature_is_refused
    messages_of_twilio_and_meta_are_processed
    a_yes_to_another_number_of_the_account_confirms_nothing
    a_yes_by_message_ends_no_objection
    an_old_opt_in_by_message_does_not_count_again
    the_reply_yes_confirms_even_if_twilio_reports_it_as_start
}

const NUMBER: &str = "+447700900123";
pub const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";

pub fn number() -> Value {
    json!({ "phone": NUMBER })
}

/// Configures a provider. Returns its path and secret.
pub fn provider(backend: &dyn Backend, shop: &Shop, name: &str, body: &Value) -> (String, String) {
    let set = ask(backend, Method::PUT, &format!("/v1/providers/{name}"), &shop.secret, body).ok();
    (path(&set["url"]), set["secret"].as_str().unwrap_or_default().to_owned())
}

/// Sends an inbound message in the generic format.
pub fn say(backend: &dyn Backend, hook: &(String, String), id: &str, channel: &str, text: &str) -> Answer {
    handed_in(backend, hook, id, &json!({ "channel": channel, "from": NUMBER, "text": text }))
}

/// Sends an inbound text message with the time at which it was sent.
pub fn say_at(backend: &dyn Backend, hook: &(String, String), id: &str, text: &str, at: &str) -> Answer {
    handed_in(backend, hook, id, &json!({ "channel": "sms", "from": NUMBER, "text": text, "sent_at": at }))
}

/// Sends messages or preferences as Meta does.
pub fn by_meta(backend: &dyn Backend, hook: &str, value: &Value) -> Answer {
    let body = json!({ "entry": [{ "changes": [{ "field": "messages", "value": value }] }] }).to_string();
    let mac = Hmac::<Sha256>::new_from_slice(AUTH_TOKEN.as_bytes()).unwrap().chain_update(&body).finalize();
    let digits: String = mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let headers = [("content-type", "application/json"), ("x-hub-signature-256", &*format!("sha256={digits}"))];
    send(backend, Method::POST, hook, &headers, body)
}

fn handed_in(backend: &dyn Backend, (path, secret): &(String, String), id: &str, body: &Value) -> Answer {
    let body = body.to_string();
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().to_string();
    let secret = Base64::decode_vec(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap().chain_update(format!("{id}.{time}.{body}"));
    let signature = format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()));
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", &time),
        ("webhook-signature", &signature),
    ];
    send(backend, Method::POST, path, &headers, body)
}

/// Returns a form with an anonymous opt-in to text messages for the number.
pub fn claimed() -> Value {
    with(
        with(submission(), "/choices/1/choice", json!("opt_in")),
        "/contact",
        json!({ "phone": NUMBER, "country": "GB" }),
    )
}

pub fn by_sms(body: Value) -> Value {
    with(body, "/choices", json!([{ "channel": "sms", "purpose": "newsletter", "choice": "opt_in" }]))
}

fn the_replies_yes_stop_and_start_change_the_choices_of_a_number(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    shop.submit(backend, &by_sms(claimed())).ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "awaiting_confirmation");
    let asked = messages(backend, &shop, "confirm").remove(0);
    assert_eq!((&asked["medium"], &asked["subject"], &asked["html"]), (&json!("sms"), &Value::Null, &Value::Null));
    assert!(asked["text"].as_str().unwrap().contains("YES"), "{asked}");

    say(backend, &hook, "m1", "sms", "Yes!").ok();
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
    let rows = backend.rows();
    say(backend, &hook, "m1", "sms", "Yes!").ok();
    say(backend, &hook, "m1", "sms", "STOP").ok();
    assert_eq!(backend.rows(), rows, "a repeated message changes nothing");

    say(backend, &hook, "m2", "sms", " stop. ").ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "objected");
    assert_eq!(messages(backend, &shop, "stopped").len(), 1);
    for (id, text) in [("m3", "STOP"), ("m4", "arrêt")] {
        say(backend, &hook, id, "sms", text).ok();
    }
    assert_eq!(messages(backend, &shop, "stopped").len(), 1, "only one message may follow STOP");
    // A text that is not a keyword changes nothing.
    let records = backend.rows()["record"];
    for (id, text) in [("m5", "please stop it"), ("m6", "OK"), ("m7", ""), ("m8", "yes")] {
        say(backend, &hook, id, "sms", text).ok();
    }
    assert_eq!(backend.rows()["record"], records, "YES without a pending confirmation changes nothing");
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "objected");

    say(backend, &hook, "m9", "sms", "Start").ok();
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
    assert_eq!(messages(backend, &shop, "started").len(), 1);
    say(backend, &hook, "m10", "sms", "HELP").ok();
    let help = messages(backend, &shop, "help").remove(0);
    assert!(
        help["text"].as_str().unwrap().contains("Kestrel Coffee") && help["text"].as_str().unwrap().contains("STOP")
    );
    let report = shop.lookup(backend, &number()).ok();
    let last = report["records"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["assurance"], &last["source"]["kind"]), (&json!("confirmed"), &json!("start_word")));
    assert_eq!(last["evidence"]["confirmed_by"], "sms");
}

fn start_restores_only_the_opt_ins_that_stop_ended(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    // Three acts: an authenticated opt-in for the newsletter, and for offers an authenticated opt-in that the person
    // has ended again. STOP follows.
    let of = |purpose: &str, choice: &str, assurance: &str| {
        let choices = json!([{ "channel": "sms", "purpose": purpose, "choice": choice }]);
        let body = with(with(claimed(), "/choices", choices), "/occurred_at", json!(from_now(0)));
        if assurance == "claimed" { body } else { with(body, "/assurance", json!(assurance)) }
    };
    shop.submit_from_server(backend, &of("newsletter", "opt_in", "authenticated")).ok();
    shop.submit_from_server(backend, &of("offers", "opt_in", "authenticated")).ok();
    shop.submit_from_server(backend, &of("offers", "opt_out", "authenticated")).ok();
    say(backend, &hook, "m1", "sms", "STOP").ok();
    // An opt-in typed into a form after STOP does not count, and no confirmation is sent to the number.
    shop.submit(backend, &of("newsletter", "opt_in", "claimed")).ok();
    assert!(messages(backend, &shop, "confirm").is_empty());
    say(backend, &hook, "m2", "sms", "START").ok();
    let report = shop.lookup(backend, &number()).ok();
    assert_eq!(crate::client::standing(&report, "sms", "newsletter")["allow"], true);
    assert_eq!(crate::client::standing(&report, "sms", "offers")["reason"], "objected");

    let other = Shop::create_with(backend, &with(crate::client::shop_body(), "/channels", json!(["email", "sms"])));
    crate::links::listen(backend, &other);
    let hook = provider(backend, &other, "generic", &json!({}));
    other.submit(backend, &by_sms(claimed())).ok();
    say(backend, &hook, "n1", "sms", "STOP").ok();
    say(backend, &hook, "n2", "sms", "YES").ok();
    say(backend, &hook, "n3", "sms", "START").ok();
    assert_eq!(decision(backend, &other, "sms", number())["reason"], "objected", "the number has never opted in");
}

fn the_reply_yes_confirms_only_on_the_channel_that_asked(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    let choices = json!([{ "channel": "whatsapp", "purpose": "newsletter", "choice": "opt_in" }]);
    shop.submit(backend, &with(claimed(), "/choices", choices)).ok();
    assert_eq!(messages(backend, &shop, "confirm")[0]["medium"], "whatsapp");
    say(backend, &hook, "m1", "sms", "YES").ok();
    assert_eq!(decision(backend, &shop, "whatsapp", number())["allow"], false, "the reply came on another channel");
    say(backend, &hook, "m2", "whatsapp", "YES").ok();
    assert_eq!(decision(backend, &shop, "whatsapp", number())["allow"], true);
}

fn a_stop_outlives_an_erasure_until_the_person_sends_start(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    shop.submit_from_server(backend, &with(by_sms(claimed()), "/assurance", json!("authenticated"))).ok();
    say(backend, &hook, "m1", "sms", "STOP").ok();
    let id = shop.lookup(backend, &number()).ok()["id"].as_str().unwrap().to_owned();
    ask(backend, Method::DELETE, &format!("/v1/contacts/{id}"), &shop.secret, &Value::Null).ok();
    shop.submit(backend, &by_sms(claimed())).ok();
    assert!(messages(backend, &shop, "confirm").is_empty(), "a form made placet message a suppressed number");
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "suppressed");
    // START makes placet ask for confirmation. Anybody can forge the sender of a text message, so only the link ends the
    // suppression.
    say(backend, &hook, "m2", "sms", "START").ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "suppressed");
    let asked = messages(backend, &shop, "confirm");
    assert_eq!(asked.len(), 1);
    say(backend, &hook, "m3", "sms", "YES").ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "suppressed");
    crate::links::page(&crate::links::press(backend, &path(&asked[0]["link"]), "action=confirm"), 200);
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
}

fn stop_also_suppresses_an_unknown_number(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    say(backend, &hook, "m1", "whatsapp", "STOP").ok();
    assert_eq!(messages(backend, &shop, "stopped")[0]["medium"], "whatsapp");
    let listed = with(by_sms(claimed()), "/assurance", json!("reported"));
    let listed = with(listed, "/choices/0/channel", json!("whatsapp"));
    shop.submit_from_server(backend, &with(listed, "/occurred_at", json!(from_now(0)))).ok();
    assert_eq!(decision(backend, &shop, "whatsapp", number())["reason"], "suppressed");
    say(backend, &hook, "m2", "sms", "START").ok();
    say(backend, &hook, "m3", "sms", "YES").ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "never_asked", "there is nothing to confirm");
}

fn an_inbound_message_without_a_valid_signature_is_refused(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let other = Shop::create(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    let theirs = provider(backend, &other, "generic", &json!({}));
    shop.submit_from_server(backend, &with(by_sms(claimed()), "/assurance", json!("authenticated"))).ok();
    let rows = backend.rows();
    say(backend, &(hook.0.clone(), theirs.1.clone()), "m1", "sms", "STOP").problem(401, "bad_signature", None);
    let unsigned = json!({ "channel": "sms", "from": NUMBER, "text": "STOP" }).to_string();
    let json_type = [("content-type", "application/json")];
    send(backend, Method::POST, &hook.0, &json_type, unsigned).problem(401, "bad_signature", None);
    say(backend, &hook, "m2", "fax", "STOP").problem(422, "unreadable", Some(""));
    say(backend, &hook, "m3", "sms", &"x".repeat(300_000)).problem(413, "body_too_large", None);
    // A request to an invalid provider path starts no Durable Object.
    let objects = backend.objects();
    let forged = format!("{}A", hook.0);
    say(backend, &(forged, hook.1.clone()), "m4", "sms", "STOP").problem(404, "route_not_found", None);
    assert_eq!((backend.rows(), backend.objects()), (rows, objects));
    // Configuring the provider again replaces the secret. Messages to a removed provider are refused.
    let anew = provider(backend, &shop, "generic", &json!({}));
    assert_eq!(anew.0, hook.0);
    say(backend, &hook, "m5", "sms", "STOP").problem(401, "bad_signature", None);
    say(backend, &anew, "m6", "sms", "HELP").ok();
    ask(backend, Method::DELETE, "/v1/providers/generic", &shop.secret, &Value::Null).ok();
    say(backend, &anew, "m7", "sms", "STOP").problem(404, "route_not_found", None);
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
    let set =
        |name: &str, body: Value| ask(backend, Method::PUT, &format!("/v1/providers/{name}"), &shop.secret, &body);
    // A repeated request with the same idempotency key returns the same secret, which is not stored.
    let key = [("idempotency-key", "provider-once")];
    let again = || {
        ask_with(backend, Method::PUT, "/v1/providers/generic", &shop.secret, &key, &json!({})).ok()["secret"].clone()
    };
    let secret = again();
    assert_eq!(again(), secret);
    set("generic", json!({ "secret": AUTH_TOKEN })).problem(422, "invalid_secret", Some("/secret"));
    set("twilio", json!({})).problem(422, "missing_field", Some("/secret"));
    set("twilio", json!({ "secret": "short" })).problem(422, "invalid_secret", Some("/secret"));
    set("pigeon", json!({ "secret": AUTH_TOKEN })).problem(404, "provider_not_found", None);
    let kept = secret.as_str().unwrap()[6..].to_owned();
    assert!(!backend.dump().iter().any(|(_, row)| row.contains(&kept)));
}

/// Sends an inbound message as Twilio does. The fields are in the order of their names.
pub fn text_by_twilio(backend: &dyn Backend, hook: &str, fields: &[(&str, &str)]) -> Answer {
    let written: String = fields.iter().map(|(name, value)| format!("{name}{value}")).collect();
    let mac = Hmac::<Sha1>::new_from_slice(AUTH_TOKEN.as_bytes()).unwrap();
    let mac = mac.chain_update(format!("{PUBLIC_URL}{hook}{written}")).finalize().into_bytes();
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let signature = Base64::encode_string(&mac);
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-twilio-signature", &signature)];
    send(backend, Method::POST, hook, &headers, form)
}

fn messages_of_twilio_and_meta_are_processed(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let all = with(by_sms(claimed()), "/assurance", json!("authenticated"));
    let whatsapp = json!({ "channel": "whatsapp", "purpose": "newsletter", "choice": "opt_in" });
    shop.submit_from_server(backend, &with(all.clone(), "/choices", json!([all["choices"][0], whatsapp]))).ok();

    let (hook, _) = provider(backend, &shop, "twilio", &json!({ "secret": AUTH_TOKEN }));
    let fields =
        [("Body", "STOP"), ("From", NUMBER), ("MessageSid", "SM1"), ("OptOutType", "STOP"), ("To", "+441234567890")];
    for _ in 0..2 {
        let answer = text_by_twilio(backend, &hook, &fields);
        assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "text/xml"));
        assert!(answer.text.ends_with("<Response></Response>"), "{}", answer.text);
    }
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "objected");
    assert!(messages(backend, &shop, "stopped").is_empty(), "Twilio has answered by itself");
    assert_eq!(decision(backend, &shop, "whatsapp", number())["allow"], true);

    let word = "a_word_to_check";
    let set = json!({ "secret": AUTH_TOKEN, "verify_token": word });
    let (hook, _) = provider(backend, &shop, "meta", &set);
    let greet = |word: &str| {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("hub.mode", "subscribe"), ("hub.challenge", "1158201444"), ("hub.verify_token", word)])
            .finish();
        send(backend, Method::GET, &format!("{hook}?{query}"), &[], "")
    };
    let greeted = greet(word);
    assert_eq!((greeted.status.as_u16(), greeted.text.as_str()), (200, "1158201444"));
    greet("another_word").problem(404, "route_not_found", None);
    let preference =
        json!({ "wa_id": &NUMBER[1..], "category": "marketing_messages", "value": "stop", "timestamp": 1_800_000_000 });
    let change = json!({ "field": "user_preferences", "value": { "user_preferences": [preference] } });
    let body = json!({ "entry": [{ "changes": [change] }] }).to_string();
    let mac =
        Hmac::<Sha256>::new_from_slice(AUTH_TOKEN.as_bytes()).unwrap().chain_update(&body).finalize().into_bytes();
    let signature = format!("sha256={}", base16ct::lower::encode_string(&mac));
    let headers = [("content-type", "application/json"), ("x-hub-signature-256", signature.as_str())];
    send(backend, Method::POST, &hook, &headers, body.clone()).ok();
    send(backend, Method::POST, &hook, &headers, body.replace("stop", "resume")).problem(401, "bad_signature", None);
    assert_eq!(decision(backend, &shop, "whatsapp", number())["reason"], "objected");
    // The list of providers contains no secret.
    let listed = ask(backend, Method::GET, "/v1/providers", &shop.secret, &Value::Null);
    assert!(!listed.text.contains(AUTH_TOKEN) && listed.body["providers"].as_array().unwrap().len() == 2);
}

fn the_reply_yes_confirms_even_if_twilio_reports_it_as_start(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let (hook, _) = provider(backend, &shop, "twilio", &json!({ "secret": AUTH_TOKEN }));
    let statement = |id: &str, text: &str, understood: &str| {
        let fields = [("Body", text), ("From", NUMBER), ("MessageSid", id), ("OptOutType", understood)];
        text_by_twilio(backend, &hook, &fields);
    };
    shop.submit(backend, &by_sms(claimed())).ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "awaiting_confirmation");
    statement("SM1", "Yes", "START");
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
    statement("SM2", "STOP", "STOP");
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "objected");
    statement("SM3", "YES", "START");
    assert_eq!(
        decision(backend, &shop, "sms", number())["reason"],
        "objected",
        "YES without a pending confirmation changes nothing"
    );
    statement("SM4", "START", "START");
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
}

fn a_yes_to_another_number_of_the_account_confirms_nothing(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let body = json!({ "secret": AUTH_TOKEN, "numbers": ["106540352242922"] });
    let (hook, _) = provider(backend, &shop, "meta", &body);
    let listed = ask(backend, Method::GET, "/v1/providers", &shop.secret, &Value::Null).ok();
    assert_eq!(listed["providers"][0]["numbers"], json!(["106540352242922"]));
    let whatsapp = json!([{ "channel": "whatsapp", "purpose": "newsletter", "choice": "opt_in" }]);
    shop.submit(backend, &with(claimed(), "/choices", whatsapp)).ok();
    let from = |to: &str, id: &str, text: &str| {
        let message = json!({ "from": &NUMBER[1..], "id": id, "type": "text", "text": { "body": text } });
        json!({ "metadata": { "phone_number_id": to }, "messages": [message] })
    };
    assert_eq!(by_meta(backend, &hook, &from("222222222222222", "wamid.1", "Yes")).status.as_u16(), 200);
    assert_eq!(decision(backend, &shop, "whatsapp", number())["reason"], "awaiting_confirmation");
    // An employee learns of it, because the number may be missing in the settings.
    let told = |backend: &mut dyn Backend| {
        backend.dump().iter().filter(|(table, row)| table == "event" && row.contains("inbound.unmatched")).count()
    };
    assert_eq!(told(backend), 1);
    by_meta(backend, &hook, &from("+10 6540-352242922", "wamid.2", "Yes"));
    assert_eq!(decision(backend, &shop, "whatsapp", number())["allow"], true);
    // A stop counts wherever it is sent to.
    by_meta(backend, &hook, &from("222222222222222", "wamid.3", "Stop"));
    assert_eq!(decision(backend, &shop, "whatsapp", number())["allow"], false);
}

fn a_yes_by_message_ends_no_objection(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    let objection = json!([{ "channel": "sms", "choice": "opt_out", "objection": true }]);
    let objection = with(with(claimed(), "/choices", objection), "/assurance", json!("authenticated"));
    shop.submit_from_server(backend, &with(objection, "/occurred_at", Value::Null)).ok();
    backend.pass(20);
    shop.submit(backend, &with(by_sms(claimed()), "/occurred_at", Value::Null)).ok();
    say(backend, &hook, "m0", "sms", "START").ok();
    let asked = messages(backend, &shop, "confirm");
    assert_eq!(asked.len(), 1);
    backend.pass(20);
    // Anybody can write her number as the sender of a text message.
    for (id, text) in [("m1", "YES"), ("m2", "Y"), ("m3", "ja")] {
        say(backend, &hook, id, "sms", text).ok();
    }
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "objected");
    // The link in the message is stronger.
    crate::links::page(&crate::links::press(backend, &path(&asked[0]["link"]), "action=confirm"), 200);
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
}

fn an_old_opt_in_by_message_does_not_count_again(backend: &mut dyn Backend) {
    let shop = shop(backend);
    let hook = provider(backend, &shop, "generic", &json!({}));
    shop.submit(backend, &with(by_sms(claimed()), "/occurred_at", Value::Null)).ok();
    backend.pass(20);
    say(backend, &hook, "m1", "sms", "YES").ok();
    backend.pass(20);
    say(backend, &hook, "m2", "sms", "STOP").ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "objected");
    // A copy of a message of two months ago, whose id nobody knows any more.
    say_at(backend, &hook, "m3", "START", &from_now(-60 * 86_400_000)).ok();
    assert_eq!(decision(backend, &shop, "sms", number())["reason"], "objected");
    say_at(backend, &hook, "m4", "START", &from_now(100)).ok();
    assert_eq!(decision(backend, &shop, "sms", number())["allow"], true);
}
