//! A shop platform of one's own: a plugin of a few dozen lines offers the customers by this protocol. JSON over HTTPS; the
//! access token in `Authorization: Bearer`.
//!
//! | request | answer |
//! |---|---|
//! | `GET /customers?after={place}` | `{"customers": [customer…], "next": "place"}` |
//! | `GET /customers/{id}` | customer |
//! | `PATCH /customers/{id}` with `{"fields": {"newsletter": {"state": "on", "at": "…"}}}` | customer |
//! | `DELETE /customers/{id}` | 2xx |
//!
//! A customer is `{"id", "email", "phone", "country", "modified_at", "fields": {"newsletter": {"state", "at"}}}`. The
//! plugin signs its hooks by Standard Webhooks 1.0.0; the body is `{"customers": [customer…], "deleted": ["id"], "erase":
//! [customer…]}`.

use serde::{Deserialize, Deserializer, Serialize};

use crate::consent::{Channel, CountryCode, EmailAddress, PhoneNumber, Timestamp};
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteCustomer, RemoteField, RemoteState, Told, Wanted};
use crate::platforms::connector::{Access, Connector, Refused, RemotePage, success};
use crate::platforms::platform::{Hook, HookError};
use crate::platforms::signature::{secret_text, verified};

/// A shop platform that speaks placet's own protocol.
pub(crate) struct Custom;

/// A customer as the plugin writes them. What cannot be read of an address is left out.
#[derive(Deserialize)]
struct Written {
    #[serde(deserialize_with = "id")]
    id: String,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    country: Option<String>,
    #[serde(default)]
    modified_at: Option<String>,
    #[serde(default)]
    fields: std::collections::BTreeMap<String, WrittenField>,
}

#[derive(Deserialize)]
struct WrittenField {
    state: String,
    #[serde(default)]
    at: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    customers: Vec<Written>,
    #[serde(default)]
    next: Option<String>,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    customers: Vec<Written>,
    #[serde(default)]
    deleted: Vec<Id>,
    #[serde(default)]
    erase: Vec<Written>,
}

#[derive(Deserialize)]
struct Id(#[serde(deserialize_with = "id")] String);

/// Reads an id, which platforms write as a text or as a number of any size.
pub(super) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    struct Reader;
    impl serde::de::Visitor<'_> for Reader {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an id")
        }

        fn visit_u64<E>(self, id: u64) -> Result<String, E> {
            Ok(id.to_string())
        }

        fn visit_str<E>(self, id: &str) -> Result<String, E> {
            Ok(id.to_owned())
        }
    }
    deserializer.deserialize_any(Reader)
}

impl From<Written> for RemoteCustomer {
    fn from(written: Written) -> Self {
        let time = |text: Option<&str>| text.and_then(Timestamp::parse);
        let country = written.country.as_deref().and_then(CountryCode::parse);
        let field = |(name, field): (String, WrittenField)| RemoteField {
            name,
            state: RemoteState::parse(&field.state).unwrap_or(RemoteState::Unknown),
            at: time(field.at.as_deref()),
        };
        Self {
            id: written.id,
            email: written.email.as_deref().and_then(EmailAddress::parse),
            phone: written.phone.as_deref().and_then(|text| PhoneNumber::of_country(text, country).ok()),
            country,
            is_partial: false,
            version: time(written.modified_at.as_deref()),
            fields: written.fields.into_iter().map(field).collect(),
        }
    }
}

#[derive(Serialize)]
struct Change<'a> {
    fields: std::collections::BTreeMap<&'a str, State<'a>>,
}

#[derive(Serialize)]
struct State<'a> {
    state: &'a str,
    at: Timestamp,
}

fn request(access: &Access<'_>, method: &'static str, path: &str, body: String) -> HttpRequest {
    let mut headers = vec![("authorization", format!("Bearer {}", access.credential("token")))];
    if !body.is_empty() {
        headers.push(("content-type", "application/json".to_owned()));
    }
    HttpRequest {
        method,
        url: format!("{}/customers{path}", access.base),
        headers,
        body,
        longest_answer: HttpRequest::LONGEST_PAGE,
    }
}

/// Returns a text as one segment of a path or as a value of a query.
pub(super) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).map(|part| part.replace('+', "%20")).collect()
}

fn customer(answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
    success(answer)?;
    crate::json::read::<Written>(&answer.body).map(Into::into).ok_or(Refused::Unreadable)
}

impl Connector for Custom {
    fn credentials(&self) -> &'static [&'static str] {
        &["token"]
    }

    fn mapping(&self) -> &'static [(&'static str, Channel, &'static str)] {
        &[("newsletter", Channel::Email, "newsletter")]
    }

    fn hook_headers(&self) -> &'static [&'static str] {
        &["webhook-id", "webhook-timestamp", "webhook-signature"]
    }

    fn secrets(&self, made: &[u8; 32], _: &[(String, String)]) -> Vec<String> {
        vec![secret_text(made)]
    }

    fn hook(&self, secrets: &[String], hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Told>, HookError> {
        if !secrets.iter().any(|secret| verified(secret, hook, now).is_some()) {
            return Err(HookError::Signature);
        }
        let body: Body = crate::json::read(hook.body)
            .ok_or(HookError::Malformed { needs: "an object with customers, deleted or erase" })?;
        let customers = body.customers.into_iter().map(|one| Told::Customer(one.into()));
        let deleted = body.deleted.into_iter().map(|Id(id)| Told::Deleted(id));
        let erase = body.erase.into_iter().map(|one| Told::Erase(one.into()));
        Ok(customers.chain(deleted).chain(erase).collect())
    }

    fn ask_page(&self, access: &Access<'_>, place: &str) -> HttpRequest {
        let after = if place.is_empty() { String::new() } else { format!("?after={}", segment(place)) };
        request(access, "GET", &after, String::new())
    }

    fn read_page(&self, _: &Access<'_>, _: &str, answer: &HttpAnswer) -> Result<RemotePage, Refused> {
        success(answer)?;
        let page: Page = crate::json::read(&answer.body).ok_or(Refused::Unreadable)?;
        Ok(RemotePage { customers: page.customers.into_iter().map(Into::into).collect(), next: page.next })
    }

    fn ask_customer(&self, access: &Access<'_>, id: &str) -> HttpRequest {
        request(access, "GET", &format!("/{}", segment(id)), String::new())
    }

    fn read_customer(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        customer(answer)
    }

    fn write(&self, access: &Access<'_>, id: &str, wanted: &[Wanted]) -> HttpRequest {
        let state = |one: &Wanted| if one.on { RemoteState::On } else { RemoteState::Out }.as_str();
        let fields = wanted.iter().map(|one| (one.field.as_str(), State { state: state(one), at: one.at })).collect();
        let body = serde_json::to_string(&Change { fields }).unwrap_or_default();
        request(access, "PATCH", &format!("/{}", segment(id)), body)
    }

    fn read_written(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        customer(answer)
    }

    fn pause(&self) -> i64 {
        50
    }

    fn erase(&self, access: &Access<'_>, id: &str) -> Option<HttpRequest> {
        Some(request(access, "DELETE", &format!("/{}", segment(id)), String::new()))
    }
}
