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

use std::borrow::Cow;

use crate::consent::{Channel, CountryCode, EmailAddress, PhoneNumber, Timestamp};
use crate::json::{self, Json};
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteCustomer, RemoteField, RemoteState, Told, Wanted};
use crate::platforms::connector::{Access, Connector, Refused, RemotePage, success};
use crate::platforms::platform::{Hook, HookError};
use crate::platforms::signature::{secret_text, verified};

/// A shop platform that speaks placet's own protocol.
pub(crate) struct Custom;

/// Reads a customer as the plugin writes them; `None` without an id. What cannot be read of an address is left out.
fn customer_in(written: &Json<'_>) -> Option<RemoteCustomer> {
    let time = |json: &Json<'_>| json.text().and_then(Timestamp::parse);
    let country = written.get("country").text().and_then(CountryCode::parse);
    let phone = written.get("phone").text();
    let field = |(name, field): &(Cow<'_, str>, Json<'_>)| {
        let state = RemoteState::parse(field.get("state").text()?).unwrap_or(RemoteState::Unknown);
        Some(RemoteField { name: name.to_string(), state, at: time(field.get("at")) })
    };
    Some(RemoteCustomer {
        id: written.get("id").id()?,
        email: written.get("email").text().and_then(EmailAddress::parse),
        phone: phone.and_then(|text| PhoneNumber::of_country(text, country).ok()),
        country,
        version: time(written.get("modified_at")),
        is_partial: false,
        fields: written.get("fields").fields().iter().filter_map(field).collect(),
    })
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

/// Returns a text as JSON.
pub(super) fn text(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Returns a text as one segment of a path or as a value of a query.
pub(super) fn segment(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).map(|part| part.replace('+', "%20")).collect()
}

fn customer(answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
    success(answer)?;
    json::tree(&answer.body).as_ref().and_then(customer_in).ok_or(Refused::Unreadable)
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
        let needs = HookError::Malformed { needs: "an object with customers, deleted or erase" };
        let body = json::tree(hook.body).filter(|body| !body.fields().is_empty()).ok_or(needs)?;
        let customers = body.get("customers").list().iter().filter_map(customer_in).map(Told::Customer);
        let deleted = body.get("deleted").list().iter().filter_map(Json::id).map(Told::Deleted);
        let erase = body.get("erase").list().iter().filter_map(customer_in).map(Told::Erase);
        Ok(customers.chain(deleted).chain(erase).collect())
    }

    fn ask_page(&self, access: &Access<'_>, place: &str) -> HttpRequest {
        let after = if place.is_empty() { String::new() } else { format!("?after={}", segment(place)) };
        request(access, "GET", &after, String::new())
    }

    fn read_page(&self, _: &Access<'_>, _: &str, answer: &HttpAnswer) -> Result<RemotePage, Refused> {
        success(answer)?;
        let page = json::tree(&answer.body).filter(|page| matches!(page.get("customers"), Json::List(_)));
        let page = page.ok_or(Refused::Unreadable)?;
        Ok(RemotePage {
            customers: page.get("customers").list().iter().filter_map(customer_in).collect(),
            next: page.get("next").id(),
        })
    }

    fn ask_customer(&self, access: &Access<'_>, id: &str) -> HttpRequest {
        request(access, "GET", &format!("/{}", segment(id)), String::new())
    }

    fn read_customer(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        customer(answer)
    }

    fn write(&self, access: &Access<'_>, id: &str, wanted: &[Wanted]) -> HttpRequest {
        // The names of fields are visible ASCII characters, but may contain quotes.
        let field = |one: &Wanted| {
            let state = if one.on { RemoteState::On } else { RemoteState::Out };
            format!(r#"{}:{{"state":"{state}","at":"{}"}}"#, text(&one.field), one.at)
        };
        let fields: Vec<String> = wanted.iter().map(field).collect();
        request(access, "PATCH", &format!("/{}", segment(id)), format!(r#"{{"fields":{{{}}}}}"#, fields.join(",")))
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
