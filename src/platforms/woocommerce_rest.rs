//! WooCommerce, by its REST API (version 3) and its webhooks.
//!
//! WooCommerce has no field for consent. placet uses a meta key of the customer of its own, `placet_<channel>_<purpose>`; boxes
//! at the checkout, which are additional checkout fields of WooCommerce (`placet/<channel>-<purpose>`); and the topic
//! `action.wc_placet_consent`. Other plugins have meta keys of their own, which a mapping can name.
//!
//! Sources: the WooCommerce REST API documentation (v3), `class-wc-webhook.php`, and recordings of WooCommerce 10.5.0.

use std::borrow::Cow;

use base64ct::{Base64, Encoding};

use crate::consent::{AddressKind, Channel, CountryCode, EmailAddress, PhoneNumber, PurposeSlug, Timestamp};
use crate::json::{self, Json};
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteAct, RemoteCustomer, RemoteField, RemoteState, Told, Wanted};
use crate::platforms::connector::{Access, Connector, HookTarget, Refused, RemotePage, is_signed, success};
use crate::platforms::custom::{segment, text};
use crate::platforms::platform::{Hook, HookError};

/// WooCommerce.
pub(crate) struct WoocommerceRest;

/// The customers of one page: the most that WooCommerce gives.
const PAGE: u32 = 100;
/// The fields of a customer that are read. A customer has many more, and placet needs none of them.
const FIELDS: &str = "_fields=id,email,date_modified_gmt,billing,meta_data";
/// The key under which an additional checkout field is stored with an order.
const CHECKOUT: &str = "_wc_other/placet/";
/// The topics of the hooks that placet reads.
const TOPICS: [&str; 5] =
    ["customer.created", "customer.updated", "customer.deleted", "order.created", "action.wc_placet_consent"];
/// The key with which Mailchimp's plugin marks a customer.
const MAILCHIMP: &str = "mailchimp_woocommerce_is_subscribed";

/// Reads a time of WooCommerce. It is in UTC and does not say so.
fn time(text: &Json<'_>) -> Option<Timestamp> {
    Timestamp::parse(&format!("{}Z", text.text()?))
}

fn filled<'a>(text: &'a Json<'_>) -> Option<&'a str> {
    text.text().map(str::trim).filter(|text| !text.is_empty())
}

/// Reads a person from an object that has the address, and one that has telephone number and country.
fn person(id: String, email: &Json<'_>, billing: &Json<'_>) -> RemoteCustomer {
    let country = filled(billing.get("country")).and_then(CountryCode::parse);
    RemoteCustomer {
        id,
        email: filled(email).and_then(EmailAddress::parse),
        phone: filled(billing.get("phone")).and_then(|text| PhoneNumber::of_country(text, country).ok()),
        country,
        ..RemoteCustomer::default()
    }
}

/// Returns the value of a meta key as a word. Plugins store anything there.
fn word(value: &Json<'_>) -> Cow<'static, str> {
    match value {
        Json::Text(text) => text.trim().to_lowercase().into(),
        Json::Bool(true) | Json::Unsigned(1) => "1".into(),
        Json::Bool(false) | Json::Unsigned(0) => "0".into(),
        _ => "?".into(),
    }
}

/// Returns what a value of a meta key says. Mailchimp's plugin writes `1` also for somebody who has still to confirm, so `1`
/// proves nothing there.
fn state_of(key: &str, value: &Json<'_>) -> RemoteState {
    match word(value).as_ref() {
        // Plugins store an unticked box so.
        "" => RemoteState::Off,
        "1" | "yes" | "on" | "true" | "subscribed" if key == MAILCHIMP => RemoteState::Unproven,
        "1" | "yes" | "on" | "true" | "subscribed" | "opt_in" => RemoteState::On,
        "0" | "no" | "off" | "false" => RemoteState::Declined,
        "opt_out" | "unsubscribed" => RemoteState::Out,
        "pending" | "transactional" => RemoteState::Pending,
        "cleaned" => RemoteState::Invalid,
        _ => RemoteState::Unknown,
    }
}

fn customer_in(own: &Json<'_>) -> Option<RemoteCustomer> {
    let field = |meta: &Json<'_>| {
        let key = meta.get("key").text()?;
        Some(RemoteField { name: key.to_owned(), state: state_of(key, meta.get("value")), at: None })
    };
    Some(RemoteCustomer {
        version: time(own.get("date_modified_gmt")),
        fields: own.get("meta_data").list().iter().filter_map(field).collect(),
        ..person(own.get("id").id()?, own.get("email"), own.get("billing"))
    })
}

/// Returns the acts at the checkout of an order: each box with its channel and purpose. An unticked box was shown too.
fn acts_of(order: &Json<'_>) -> Option<Vec<Told>> {
    let id = order.get("id").id()?;
    let billing = order.get("billing");
    let act = |meta: &Json<'_>| {
        let (channel, purpose) = meta.get("key").text()?.strip_prefix(CHECKOUT)?.split_once('-')?;
        let state = match word(meta.get("value")).as_ref() {
            "1" | "true" => RemoteState::On,
            "0" | "false" => RemoteState::Declined,
            _ => return None,
        };
        Some(Told::Act(RemoteAct {
            id: format!("order-{id}"),
            person: person(String::new(), billing.get("email"), billing),
            channel: Channel::parse(channel)?,
            purpose: PurposeSlug::parse(purpose)?,
            state,
            at: time(order.get("date_created_gmt")),
        }))
    };
    Some(order.get("meta_data").list().iter().filter_map(act).collect())
}

/// Returns what the shop's own code tells by `do_action('wc_placet_consent', […])`. `erase` erases the person.
fn told_by_action(own: &Json<'_>) -> Option<Told> {
    let person = person(String::new(), own.get("email"), own);
    let state = match own.get("choice").text()? {
        "opt_in" => RemoteState::On,
        "opt_out" => RemoteState::Out,
        "declined" => RemoteState::Declined,
        "erase" => return Some(Told::Erase(person)),
        _ => return None,
    };
    // Without an id, the act is known by the person, the choice and the time.
    let address = person.address(AddressKind::Email).or_else(|| person.address(AddressKind::Phone))?;
    Some(Told::Act(RemoteAct {
        id: address.key().to_owned(),
        person,
        channel: Channel::parse(own.get("channel").text()?)?,
        purpose: PurposeSlug::parse(own.get("purpose").text()?)?,
        state,
        at: own.get("occurred_at").text().and_then(Timestamp::parse),
    }))
}

fn request(access: &Access<'_>, method: &'static str, path: &str, body: String) -> HttpRequest {
    let key = format!("{}:{}", access.credential("consumer_key"), access.credential("consumer_secret"));
    let mut headers = vec![("authorization", format!("Basic {}", Base64::encode_string(key.as_bytes())))];
    if !body.is_empty() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    let url = format!("{}/wp-json/wc/v3/{path}", access.base);
    HttpRequest { method, url, headers, body, longest_answer: HttpRequest::LONGEST_PAGE }
}

fn customer(answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
    success(answer)?;
    json::tree(&answer.body).as_ref().and_then(customer_in).ok_or(Refused::Unreadable)
}

impl Connector for WoocommerceRest {
    fn credentials(&self) -> &'static [&'static str] {
        &["consumer_key", "consumer_secret"]
    }

    fn mapping(&self) -> &'static [(&'static str, Channel, &'static str)] {
        &[("placet_email_newsletter", Channel::Email, "newsletter")]
    }

    fn hook_headers(&self) -> &'static [&'static str] {
        &["x-wc-webhook-signature", "x-wc-webhook-topic"]
    }

    /// WooCommerce decodes HTML entities in a secret, so it has digits and letters alone.
    fn secrets(&self, made: &[u8; 32], _: &[(String, String)]) -> Vec<String> {
        vec![base16ct::lower::encode_string(made)]
    }

    fn is_ping(&self, hook: &Hook<'_>) -> bool {
        hook.body.starts_with(b"webhook_id=") && hook.body.len() < 64
    }

    fn hook(&self, secrets: &[String], hook: &Hook<'_>, _: Timestamp) -> Result<Vec<Told>, HookError> {
        if !is_signed(secrets, hook, "x-wc-webhook-signature") {
            return Err(HookError::Signature);
        }
        let topic = hook.header("x-wc-webhook-topic").unwrap_or_default();
        let body = json::tree(hook.body).ok_or(HookError::Malformed { needs: "a body of JSON" })?;
        Ok(match topic {
            // If the user who made the webhook may no longer see customers, a signed error comes instead, without an id.
            "customer.created" | "customer.updated" => customer_in(&body).map(Told::Customer).into_iter().collect(),
            "customer.deleted" => body.get("id").id().map(Told::Deleted).into_iter().collect(),
            "order.created" | "order.updated" => acts_of(&body).unwrap_or_default(),
            "action.wc_placet_consent" => told_by_action(body.get("arg")).into_iter().collect(),
            _ => Vec::new(),
        })
    }

    fn ask_hooks(&self, access: &Access<'_>, _: &HookTarget<'_>) -> Option<HttpRequest> {
        let path = "webhooks?per_page=100&_fields=id,topic,status,delivery_url";
        Some(request(access, "GET", path, String::new()))
    }

    fn mend_hooks(&self, access: &Access<'_>, target: &HookTarget<'_>, answer: &HttpAnswer) -> Vec<HttpRequest> {
        let Some(body) = json::tree(&answer.body).filter(|body| matches!(body, Json::List(_))) else {
            return Vec::new();
        };
        let mend = |topic: &&str| {
            let is_own = |hook: &&Json<'_>| {
                hook.get("topic").text() == Some(*topic) && hook.get("delivery_url").text() == Some(target.url)
            };
            match body.list().iter().find(is_own) {
                // WooCommerce disables a hook after seven failures. One that the shop has paused stays so.
                Some(hook) if hook.get("status").text() == Some("disabled") => {
                    let path = format!("webhooks/{}", hook.get("id").id()?);
                    Some(request(access, "PUT", &path, r#"{"status":"active"}"#.to_owned()))
                }
                Some(_) => None,
                None => {
                    let (url, secret) = (text(target.url), text(target.secret));
                    let body = format!(
                        r#"{{"name":"placet: {topic}","topic":"{topic}","delivery_url":{url},"secret":{secret}}}"#
                    );
                    Some(request(access, "POST", "webhooks", body))
                }
            }
        };
        TOPICS.iter().filter_map(mend).collect()
    }

    fn ask_page(&self, access: &Access<'_>, place: &str) -> HttpRequest {
        let page = if place.is_empty() { "1" } else { place };
        let query = format!("customers?role=all&orderby=id&order=asc&per_page={PAGE}&page={}&{FIELDS}", segment(page));
        request(access, "GET", &query, String::new())
    }

    fn read_page(&self, _: &Access<'_>, place: &str, answer: &HttpAnswer) -> Result<RemotePage, Refused> {
        success(answer)?;
        let body = json::tree(&answer.body).filter(|body| matches!(body, Json::List(_))).ok_or(Refused::Unreadable)?;
        let customers: Vec<RemoteCustomer> = body.list().iter().filter_map(customer_in).collect();
        let page: u32 = place.parse().unwrap_or(1);
        let all: u32 = answer.header("x-wp-totalpages").and_then(|text| text.parse().ok()).unwrap_or(page);
        let next = (page < all && !customers.is_empty()).then(|| page.saturating_add(1).to_string());
        Ok(RemotePage { customers, next })
    }

    fn ask_customer(&self, access: &Access<'_>, id: &str) -> HttpRequest {
        request(access, "GET", &format!("customers/{}?{FIELDS}", segment(id)), String::new())
    }

    fn read_customer(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        customer(answer)
    }

    fn write(&self, access: &Access<'_>, id: &str, wanted: &[Wanted]) -> HttpRequest {
        let meta = |one: &Wanted| {
            let value = match (one.field == MAILCHIMP, one.on) {
                (true, true) => "1",
                (true, false) => "0",
                (false, true) => "opt_in",
                (false, false) => "opt_out",
            };
            format!(r#"{{"key":{},"value":"{value}"}}"#, text(&one.field))
        };
        let meta: Vec<String> = wanted.iter().map(meta).collect();
        let body = format!(r#"{{"meta_data":[{}]}}"#, meta.join(","));
        request(access, "PUT", &format!("customers/{}?{FIELDS}", segment(id)), body)
    }

    fn read_written(&self, access: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        let own = customer(answer)?;
        // A key that begins with a line is not shown, and writing it has no effect.
        if access.fields.iter().any(|field| field.starts_with('_')) {
            return Err(Refused::Never("WooCommerce hides keys that begin with _"));
        }
        Ok(own)
    }
}
