//! WooCommerce, by its REST API (version 3) and its webhooks.
//!
//! WooCommerce has no field for consent. placet uses a meta key of the customer of its own, `placet_<channel>_<purpose>`; boxes
//! at the checkout, which are additional checkout fields of WooCommerce (`placet/<channel>-<purpose>`); and the topic
//! `action.wc_placet_consent`. Other plugins have meta keys of their own, which a mapping can name.
//!
//! Sources: the WooCommerce REST API documentation (v3), `class-wc-webhook.php`, and recordings of WooCommerce 10.5.0.

use base64ct::{Base64, Encoding};
use serde::Deserialize;
use serde_json::json;

use crate::consent::{AddressKind, Channel, CountryCode, EmailAddress, PhoneNumber, PurposeSlug, Timestamp};
use crate::json;
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteAct, RemoteCustomer, RemoteField, RemoteState, Told, Wanted};
use crate::platforms::connector::{Access, Connector, Refused, RemotePage, is_signed, success};
use crate::platforms::custom::{id, segment};
use crate::platforms::platform::{Hook, HookError};

/// WooCommerce.
pub(crate) struct WoocommerceRest;

/// The customers of one page: the most that WooCommerce gives.
const PAGE: u32 = 100;
/// The fields of a customer that are read. A customer has many more, and placet needs none of them.
const FIELDS: &str = "_fields=id,email,date_modified_gmt,billing,meta_data";
/// The key under which an additional checkout field is stored with an order.
const CHECKOUT: &str = "_wc_other/placet/";
/// The key with which Mailchimp's plugin marks a customer.
const MAILCHIMP: &str = "mailchimp_woocommerce_is_subscribed";

#[derive(Deserialize)]
struct Customer {
    #[serde(deserialize_with = "id")]
    id: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    date_modified_gmt: Option<String>,
    #[serde(default)]
    billing: Option<Billing>,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

#[derive(Default, Deserialize)]
struct Billing {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    country: Option<String>,
}

#[derive(Deserialize)]
struct Meta {
    key: String,
    value: Value,
}

/// The value of a meta key. Plugins store anything there.
#[derive(Deserialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Flag(bool),
    Number(i64),
    Other(serde::de::IgnoredAny),
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.trim().to_lowercase(),
            Self::Flag(flag) => i64::from(*flag).to_string(),
            Self::Number(number) => number.to_string(),
            Self::Other(_) => "?".to_owned(),
        }
    }
}

#[derive(Deserialize)]
struct Order {
    #[serde(deserialize_with = "id")]
    id: String,
    #[serde(default)]
    date_created_gmt: Option<String>,
    #[serde(default)]
    billing: Option<Billing>,
    #[serde(default)]
    meta_data: Vec<Meta>,
}

#[derive(Deserialize)]
struct OnlyId {
    #[serde(deserialize_with = "id")]
    id: String,
}

#[derive(Deserialize)]
struct Action {
    arg: Consent,
}

/// What the shop's own code tells: `do_action('wc_placet_consent', […])`.
#[derive(Deserialize)]
struct Consent {
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    channel: Option<String>,
    #[serde(default)]
    purpose: Option<String>,
    choice: String,
    #[serde(default)]
    occurred_at: Option<String>,
}

/// Reads a time of WooCommerce. It is in UTC and does not say so.
fn time(text: Option<&str>) -> Option<Timestamp> {
    Timestamp::parse(&format!("{}Z", text?))
}

fn person(id: String, email: Option<&str>, billing: Option<&Billing>) -> RemoteCustomer {
    let filled = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let country = billing.and_then(|own| filled(own.country.as_deref())).and_then(|code| CountryCode::parse(&code));
    let phone = billing.and_then(|own| filled(own.phone.as_deref()));
    RemoteCustomer {
        id,
        email: filled(email).and_then(|text| EmailAddress::parse(&text)),
        phone: phone.and_then(|text| PhoneNumber::of_country(&text, country).ok()),
        country,
        ..RemoteCustomer::default()
    }
}

/// Returns what a value of a meta key says. Mailchimp's plugin writes `1` also for somebody who has still to confirm, so `1`
/// proves nothing there.
fn state_of(key: &str, value: &Value) -> Option<RemoteState> {
    Some(match value.text().as_str() {
        "" => return None,
        "1" | "yes" | "on" | "true" | "subscribed" if key == MAILCHIMP => RemoteState::Unproven,
        "1" | "yes" | "on" | "true" | "subscribed" | "opt_in" => RemoteState::On,
        "0" | "no" | "off" | "false" => RemoteState::Declined,
        "opt_out" | "unsubscribed" => RemoteState::Out,
        "pending" | "transactional" => RemoteState::Pending,
        "cleaned" => RemoteState::Invalid,
        _ => RemoteState::Unknown,
    })
}

impl From<Customer> for RemoteCustomer {
    fn from(own: Customer) -> Self {
        let field = |meta: &Meta| {
            Some(RemoteField { name: meta.key.clone(), state: state_of(&meta.key, &meta.value)?, at: None })
        };
        Self {
            version: time(own.date_modified_gmt.as_deref()),
            fields: own.meta_data.iter().filter_map(field).collect(),
            ..person(own.id, own.email.as_deref(), own.billing.as_ref())
        }
    }
}

/// Returns the acts at the checkout of an order: each box with its channel and purpose. An unticked box was shown too.
fn acts_of(order: &Order) -> Vec<Told> {
    let act = |meta: &Meta| {
        let (channel, purpose) = meta.key.strip_prefix(CHECKOUT)?.split_once('-')?;
        let state = match meta.value.text().as_str() {
            "1" | "true" => RemoteState::On,
            "0" | "false" => RemoteState::Declined,
            _ => return None,
        };
        let billing = order.billing.as_ref();
        Some(Told::Act(RemoteAct {
            id: format!("order-{}", order.id),
            person: person(String::new(), billing.and_then(|own| own.email.as_deref()), billing),
            channel: Channel::parse(channel)?,
            purpose: PurposeSlug::parse(purpose)?,
            state,
            at: time(order.date_created_gmt.as_deref()),
        }))
    };
    order.meta_data.iter().filter_map(act).collect()
}

/// Returns what the shop's own code tells. `erase` erases the person.
fn told_by_action(own: &Consent) -> Option<Told> {
    let billing = Billing { email: None, phone: own.phone.clone(), country: own.country.clone() };
    let person = person(String::new(), own.email.as_deref(), Some(&billing));
    let state = match own.choice.as_str() {
        "opt_in" => RemoteState::On,
        "opt_out" => RemoteState::Out,
        "declined" => RemoteState::Declined,
        "erase" => return Some(Told::Erase(person)),
        _ => return None,
    };
    let at = own.occurred_at.as_deref().and_then(Timestamp::parse);
    // Without an id, the act is known by the person, the choice and the time.
    let address = person.address(AddressKind::Email).or_else(|| person.address(AddressKind::Phone))?;
    Some(Told::Act(RemoteAct {
        id: address.key().to_owned(),
        person,
        channel: Channel::parse(own.channel.as_deref()?)?,
        purpose: PurposeSlug::parse(own.purpose.as_deref()?)?,
        state,
        at,
    }))
}

fn request(access: &Access<'_>, method: &'static str, path: &str, body: String) -> HttpRequest {
    let key = format!("{}:{}", access.credential("consumer_key"), access.credential("consumer_secret"));
    let mut headers = vec![("authorization", format!("Basic {}", Base64::encode_string(key.as_bytes())))];
    if !body.is_empty() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    let url = format!("{}/wp-json/wc/v3/customers{path}", access.base);
    HttpRequest { method, url, headers, body, longest_answer: HttpRequest::LONGEST_PAGE }
}

fn customer(answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
    success(answer)?;
    json::read::<Customer>(&answer.body).map(Into::into).ok_or(Refused::Unreadable)
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
        Ok(match topic {
            // If the user who made the webhook may no longer see customers, a signed error comes instead, without an id.
            "customer.created" | "customer.updated" => {
                json::read::<Customer>(hook.body).map(|own| Told::Customer(own.into())).into_iter().collect()
            }
            "customer.deleted" => {
                json::read::<OnlyId>(hook.body).map(|own| Told::Deleted(own.id)).into_iter().collect()
            }
            "order.created" | "order.updated" => {
                json::read::<Order>(hook.body).map(|order| acts_of(&order)).unwrap_or_default()
            }
            "action.wc_placet_consent" => {
                let action: Action = json::read(hook.body).ok_or(HookError::Malformed {
                    needs: "an array with email, channel, purpose, choice and occurred_at",
                })?;
                told_by_action(&action.arg).into_iter().collect()
            }
            _ => Vec::new(),
        })
    }

    fn ask_page(&self, access: &Access<'_>, place: &str) -> HttpRequest {
        let page = if place.is_empty() { "1" } else { place };
        let query = format!("?role=all&orderby=id&order=asc&per_page={PAGE}&page={}&{FIELDS}", segment(page));
        request(access, "GET", &query, String::new())
    }

    fn read_page(&self, _: &Access<'_>, place: &str, answer: &HttpAnswer) -> Result<RemotePage, Refused> {
        success(answer)?;
        let customers: Vec<Customer> = json::read(&answer.body).ok_or(Refused::Unreadable)?;
        let page: u32 = place.parse().unwrap_or(1);
        let all: u32 = answer.header("x-wp-totalpages").and_then(|text| text.parse().ok()).unwrap_or(page);
        let next = (page < all && !customers.is_empty()).then(|| page.saturating_add(1).to_string());
        Ok(RemotePage { customers: customers.into_iter().map(Into::into).collect(), next })
    }

    fn ask_customer(&self, access: &Access<'_>, id: &str) -> HttpRequest {
        request(access, "GET", &format!("/{}?{FIELDS}", segment(id)), String::new())
    }

    fn read_customer(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        customer(answer)
    }

    fn write(&self, access: &Access<'_>, id: &str, wanted: &[Wanted]) -> HttpRequest {
        let value = |one: &Wanted| match (one.field == MAILCHIMP, one.on) {
            (true, on) => {
                if on {
                    "1"
                } else {
                    "0"
                }
            }
            (false, true) => "opt_in",
            (false, false) => "opt_out",
        };
        let meta: Vec<_> = wanted.iter().map(|one| json!({ "key": one.field, "value": value(one) })).collect();
        request(access, "PUT", &format!("/{}?{FIELDS}", segment(id)), json!({ "meta_data": meta }).to_string())
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
