//! What the recordings of real shops say, and that a signature holds for its bytes and its secret alone.

use http::{HeaderMap, HeaderName};
use serde_json::Value;

use super::*;
use crate::consent::Timestamp;
use crate::model::remote::{RemoteState, Told};
use crate::platforms::platform::{Hook, HookError};

struct Recording {
    headers: HeaderMap,
    secret: String,
    body: String,
}

impl Recording {
    fn of(text: &str) -> Self {
        let read: Value = serde_json::from_str(text).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in read["headers"].as_object().unwrap() {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, value.as_str().unwrap().parse().unwrap());
        }
        let text = |name: &str| read[name].as_str().unwrap().to_owned();
        Self { headers, secret: text("secret"), body: text("body") }
    }

    fn told(&self, platform: ShopPlatform, secrets: &[&str], body: &[u8]) -> Result<Vec<Told>, HookError> {
        let secrets: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
        let hook = Hook { url: "", headers: &self.headers, query: None, body };
        platform.connector().hook(&secrets, &hook, Timestamp::BEGINNING)
    }
}

macro_rules! recording {
    ($name:literal) => {
        Recording::of(include_str!(concat!("../../tests/fixtures/platforms/", $name, ".json")))
    };
}

fn woocommerce(recording: &Recording) -> Vec<Told> {
    recording.told(ShopPlatform::Woocommerce, &[&recording.secret], recording.body.as_bytes()).unwrap()
}

#[test]
fn a_customer_of_woocommerce_has_the_meta_of_plugins() {
    let [Told::Customer(customer)] = &woocommerce(&recording!("woocommerce-customer-updated"))[..] else { panic!() };
    assert_eq!(customer.id, "2");
    assert_eq!(customer.address(crate::consent::AddressKind::Email).unwrap().key(), "ada@example.com");
    assert_eq!(customer.address(crate::consent::AddressKind::Phone).unwrap().key(), "+447700900123");
    assert_eq!(customer.version, Timestamp::parse("2026-11-28T22:50:27Z"));
    let [field] = &customer.fields[..] else { panic!("{:?}", customer.fields) };
    // Mailchimp's plugin writes 1 also for somebody who has still to confirm.
    assert_eq!((field.name.as_str(), field.state), ("mailchimp_woocommerce_is_subscribed", RemoteState::Unproven));
}

#[test]
fn a_box_at_the_checkout_of_woocommerce_is_an_act_with_its_time() {
    let told = woocommerce(&recording!("woocommerce-order-created-checkout"));
    let acts: Vec<_> = told
        .iter()
        .map(|told| {
            let Told::Act(act) = told else { panic!("{told:?}") };
            (act.id.as_str(), act.channel.as_str(), act.purpose.to_string(), act.state, act.at)
        })
        .collect();
    let at = Timestamp::parse("2026-11-28T23:01:12Z");
    assert_eq!(
        acts,
        [
            ("order-14", "email", "newsletter".to_owned(), RemoteState::On, at),
            ("order-14", "sms", "offers".to_owned(), RemoteState::Declined, at),
        ]
    );
    assert!(
        woocommerce(&recording!("woocommerce-order-created-guest")).is_empty(),
        "an order without boxes says nothing"
    );
}

#[test]
fn the_other_messages_of_woocommerce() {
    let [Told::Act(act)] = &woocommerce(&recording!("woocommerce-action-consent"))[..] else { panic!() };
    assert_eq!((act.state, act.at), (RemoteState::Out, Timestamp::parse("2026-11-28T22:55:00Z")));
    assert!(
        woocommerce(&recording!("woocommerce-customer-updated-no-rights")).is_empty(),
        "a signed error is no customer"
    );
    let [Told::Deleted(id)] = &woocommerce(&recording!("woocommerce-customer-deleted"))[..] else { panic!() };
    assert_eq!(id, "2");
    let [Told::Customer(erased)] = &woocommerce(&recording!("woocommerce-customer-updated-after-erasure"))[..] else {
        panic!()
    };
    assert!(!erased.fields.iter().any(|field| field.state == RemoteState::Out), "an erasure there is no opt-out");
    let ping = recording!("woocommerce-ping");
    let hook = Hook { url: "", headers: &ping.headers, query: None, body: ping.body.as_bytes() };
    assert!(ShopPlatform::Woocommerce.connector().is_ping(&hook));
}

#[test]
fn a_consent_of_shopify_has_its_own_time_and_an_id_of_any_size() {
    let recording = recording!("shopify-email-consent");
    let told = recording.told(ShopPlatform::Shopify, &[&recording.secret], recording.body.as_bytes()).unwrap();
    let [Told::Customer(customer)] = &told[..] else { panic!() };
    assert_eq!(customer.id, "706405506930370000", "above 2^53");
    assert!(customer.is_partial);
    let [field] = &customer.fields[..] else { panic!() };
    assert_eq!((field.state, field.at), (RemoteState::Out, Timestamp::parse("2026-11-28T23:00:00Z")));
}

#[test]
fn a_signature_holds_for_its_secret_and_its_bytes_alone() {
    for (platform, recording) in [
        (ShopPlatform::Woocommerce, recording!("woocommerce-customer-updated")),
        (ShopPlatform::Shopify, recording!("shopify-email-consent")),
    ] {
        let body = recording.body.as_bytes();
        let is_good = |secrets: &[&str], body: &[u8]| recording.told(platform, secrets, body).is_ok();
        assert!(is_good(&[&recording.secret], body));
        assert!(is_good(&["another secret", &recording.secret], body), "the old one counts after a rotation");
        assert!(!is_good(&["another secret"], body) && !is_good(&[], body) && !is_good(&[""], body));
        for place in 0..body.len() {
            let mut flipped = body.to_vec();
            flipped[place] ^= 1;
            assert!(!is_good(&[&recording.secret], &flipped), "{platform}: byte {place}");
        }
    }
}

#[test]
fn every_word_of_a_platform_has_a_meaning() {
    let recording = recording!("woocommerce-customer-updated");
    let read = |key: &str, value: &str| {
        let body = recording.body.replace("mailchimp_woocommerce_is_subscribed", key).replace("\"value\":\"1\"", value);
        let told: Value = serde_json::from_str(&body).unwrap();
        assert!(told["meta_data"][0]["key"] == key);
        let mac = crate::platforms::signature::sha256(recording.secret.as_bytes(), &[body.as_bytes()]);
        let mut headers = recording.headers.clone();
        headers.insert(
            "x-wc-webhook-signature",
            <base64ct::Base64 as base64ct::Encoding>::encode_string(&mac).parse().unwrap(),
        );
        let hook = Hook { url: "", headers: &headers, query: None, body: body.as_bytes() };
        let secrets = [recording.secret.clone()];
        let told = ShopPlatform::Woocommerce.connector().hook(&secrets, &hook, Timestamp::BEGINNING).unwrap();
        let [Told::Customer(customer)] = &told[..] else { panic!() };
        customer.fields.first().map(|field| field.state)
    };
    for (value, state) in [
        ("\"value\":\"opt_in\"", Some(RemoteState::On)),
        ("\"value\":true", Some(RemoteState::On)),
        ("\"value\":1", Some(RemoteState::On)),
        ("\"value\":\"opt_out\"", Some(RemoteState::Out)),
        ("\"value\":\"0\"", Some(RemoteState::Declined)),
        ("\"value\":\"\"", Some(RemoteState::Off)),
        ("\"value\":\"archived\"", Some(RemoteState::Unknown)),
        ("\"value\":[1]", Some(RemoteState::Unknown)),
        ("\"value\":null", Some(RemoteState::Unknown)),
    ] {
        assert_eq!(read("placet_email_newsletter", value), state, "{value}");
    }
}

/// Every request that a connection sends, byte for byte, because klaviyo/klaviyo-api-node#88 dropped a field without a word.
/// `PLACET_WRITE_REQUESTS=1` writes the file anew.
#[test]
fn case_24_the_requests_to_platforms_are_these() {
    use crate::model::exchange::HttpAnswer;
    use crate::model::remote::Wanted;

    let at = Timestamp::parse("2026-11-28T23:00:00Z").unwrap();
    let mut all = serde_json::Map::new();
    for (platform, base, fields) in [
        (ShopPlatform::Custom, "https://shop.example/placet", vec!["newsletter", "a\"b"]),
        (
            ShopPlatform::Woocommerce,
            "https://shop.example",
            vec!["placet_email_newsletter", "mailchimp_woocommerce_is_subscribed"],
        ),
        (ShopPlatform::Shopify, "https://kestrel.myshopify.com", vec!["email", "sms", "whatsapp"]),
    ] {
        let names = ["token", "consumer_key", "consumer_secret", "client_id", "client_secret"];
        let credentials: Vec<(String, String)> =
            names.iter().map(|name| ((*name).to_owned(), format!("the-{name}"))).collect();
        let access = Access { base, credentials: &credentials, token: "the-access-token", fields: &fields };
        let wanted = |on| fields.iter().map(|field| Wanted { field: (*field).to_owned(), on, at }).collect::<Vec<_>>();
        let own = platform.connector();
        let target = HookTarget { url: "https://placet.example/h/token", secret: "the-secret" };
        let body: &[u8] = match platform {
            ShopPlatform::Shopify => br#"{"data":{"webhookSubscriptions":{"nodes":[]}}}"#,
            _ => b"[]",
        };
        let none = HttpAnswer { status: 200, headers: Vec::new(), body: body.to_vec() };
        for (name, request) in [
            ("token", own.ask_token(&access)),
            ("hooks", own.ask_hooks(&access, &target)),
            ("a hook that is missing", own.mend_hooks(&access, &target, &none).into_iter().next()),
            ("first page", Some(own.ask_page(&access, ""))),
            ("next page", Some(own.ask_page(&access, "2"))),
            ("customer", Some(own.ask_customer(&access, "7"))),
            ("on", Some(own.write(&access, "7", &wanted(true)))),
            ("off", Some(own.write(&access, "7", &wanted(false)[..1]))),
            ("erase", own.erase(&access, "7")),
            ("an id with signs", Some(own.ask_customer(&access, "a/b?c"))),
        ] {
            let Some(request) = request else { continue };
            let headers: serde_json::Map<_, _> =
                request.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone().into())).collect();
            let written = serde_json::json!({
                "method": request.method, "url": request.url, "headers": headers, "body": request.body,
            });
            all.insert(format!("{platform}: {name}"), written);
        }
    }
    let written = format!("{}\n", serde_json::to_string_pretty(&all).unwrap());
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/platforms/requests.json");
    if std::env::var("PLACET_WRITE_REQUESTS").is_ok() {
        std::fs::write(file, &written).unwrap();
    }
    assert_eq!(written, std::fs::read_to_string(file).unwrap());
}
