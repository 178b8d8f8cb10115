//! Shopify, by its Admin API (GraphQL) and its webhooks: consent to e-mail, SMS and WhatsApp.
//!
//! Shopify keeps the time of each consent. It ignores a write that is older than what it holds.
//!
//! Sources: the Admin API's schema and the webhook reference of shopify.dev, versions 2025-10 to 2026-10.

use serde::Deserialize;
use serde_json::json;

use crate::consent::{Channel, EmailAddress, PhoneNumber, Timestamp};
use crate::json;
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteCustomer, RemoteField, RemoteState, Told, Wanted};
use crate::platforms::connector::{Access, AccessToken, Connector, Refused, RemotePage, is_signed, named, success};
use crate::platforms::custom::id;
use crate::platforms::platform::{Hook, HookError};

/// Shopify.
pub(crate) struct ShopifyAdmin;

/// The version of the Admin API. WhatsApp exists from 2026-07 on.
const VERSION: &str = "2026-07";
const EMAIL: &str = "email";
const SMS: &str = "sms";
const WHATSAPP: &str = "whatsapp";

/// What is read of a customer.
const CUSTOMER: &str = "id updatedAt defaultEmailAddress{emailAddress marketingState marketingUpdatedAt} \
    defaultPhoneNumber{phoneNumber marketingState marketingUpdatedAt}";

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(default)]
    extensions: Option<Extensions>,
}

#[derive(Deserialize)]
struct Extensions {
    #[serde(default)]
    code: Option<String>,
}

#[derive(Deserialize)]
struct Data {
    #[serde(default)]
    customers: Option<Customers>,
    #[serde(default)]
    customer: Option<Customer>,
    #[serde(default)]
    email: Option<Written>,
    #[serde(default)]
    sms: Option<Written>,
    #[serde(default)]
    whatsapp: Option<Written>,
    #[serde(default)]
    erased: Option<Written>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customers {
    page_info: PageInfo,
    nodes: Vec<Customer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    #[serde(default)]
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customer {
    id: String,
    #[serde(default)]
    updated_at: Option<String>,
    #[serde(default)]
    default_email_address: Option<Address>,
    #[serde(default)]
    default_phone_number: Option<Address>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Address {
    #[serde(default)]
    email_address: Option<String>,
    #[serde(default)]
    phone_number: Option<String>,
    #[serde(default)]
    marketing_state: Option<String>,
    #[serde(default)]
    marketing_updated_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    #[serde(default)]
    customer: Option<Customer>,
    #[serde(default)]
    user_errors: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    #[serde(default)]
    expires_in: Option<i64>,
    #[serde(default)]
    refresh_token: Option<String>,
}

/// The bodies of the webhooks. Each channel has a shape of its own.
#[derive(Deserialize)]
struct Event {
    #[serde(default, deserialize_with = "optional_id")]
    customer_id: Option<String>,
    #[serde(default, deserialize_with = "optional_id")]
    id: Option<String>,
    #[serde(default)]
    email_address: Option<String>,
    #[serde(default)]
    phone: Option<String>,
    #[serde(default)]
    phone_number: Option<String>,
    #[serde(default)]
    email_marketing_consent: Option<Consent>,
    #[serde(default)]
    sms_marketing_consent: Option<Consent>,
    #[serde(default)]
    whats_app_marketing_consent: Option<Consent>,
    #[serde(default)]
    customer: Option<Redacted>,
    #[serde(default)]
    admin_graphql_api_customer_kept_id: Option<String>,
    #[serde(default)]
    admin_graphql_api_customer_deleted_id: Option<String>,
}

#[derive(Deserialize)]
struct Consent {
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    consent_updated_at: Option<String>,
    #[serde(default)]
    updated_at: Option<String>,
}

#[derive(Deserialize)]
struct Redacted {
    #[serde(default, deserialize_with = "optional_id")]
    id: Option<String>,
    #[serde(default)]
    email: Option<String>,
    #[serde(default)]
    phone: Option<String>,
}

fn optional_id<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    id(deserializer).map(Some)
}

/// Returns what a word of Shopify says. Webhooks write it small, the Admin API large.
fn state_of(word: &str) -> RemoteState {
    match word.to_ascii_lowercase().as_str() {
        "subscribed" => RemoteState::On,
        "unsubscribed" => RemoteState::Out,
        "not_subscribed" | "never_subscribed" => RemoteState::Off,
        "pending" => RemoteState::Pending,
        "redacted" => RemoteState::Redacted,
        "invalid" => RemoteState::Invalid,
        _ => RemoteState::Unknown,
    }
}

fn field(name: &str, word: Option<&str>, at: Option<&str>) -> Option<RemoteField> {
    Some(RemoteField { name: name.to_owned(), state: state_of(word?), at: at.and_then(Timestamp::parse) })
}

/// Returns the number in a global id, such as `gid://shopify/Customer/7`.
fn number(gid: &str) -> String {
    gid.rsplit('/').next().unwrap_or_default().to_owned()
}

impl From<Customer> for RemoteCustomer {
    fn from(own: Customer) -> Self {
        let (email, phone) = (own.default_email_address.as_ref(), own.default_phone_number.as_ref());
        let read = |name, address: Option<&Address>| {
            field(name, address?.marketing_state.as_deref(), address?.marketing_updated_at.as_deref())
        };
        Self {
            id: number(&own.id),
            email: email.and_then(|own| own.email_address.as_deref()).and_then(EmailAddress::parse),
            phone: phone.and_then(|own| own.phone_number.as_deref()).and_then(PhoneNumber::parse),
            version: own.updated_at.as_deref().and_then(Timestamp::parse),
            fields: [read(EMAIL, email), read(SMS, phone)].into_iter().flatten().collect(),
            ..Self::default()
        }
    }
}

impl Event {
    /// Returns the customer with the consent to one channel.
    fn told(self) -> Option<Told> {
        let consents = [
            (EMAIL, self.email_marketing_consent),
            (SMS, self.sms_marketing_consent),
            (WHATSAPP, self.whats_app_marketing_consent),
        ];
        let fields: Vec<RemoteField> = consents
            .iter()
            .filter_map(|(name, own)| {
                let own = own.as_ref()?;
                let at = own.consent_updated_at.as_deref().or(own.updated_at.as_deref());
                field(name, own.state.as_deref(), at)
            })
            .collect();
        let phone = self.phone.or(self.phone_number);
        Some(Told::Customer(RemoteCustomer {
            id: self.customer_id.or(self.id)?,
            email: self.email_address.as_deref().and_then(EmailAddress::parse),
            phone: phone.as_deref().and_then(PhoneNumber::parse),
            is_partial: true,
            fields,
            ..RemoteCustomer::default()
        }))
    }
}

fn request(access: &Access<'_>, query: &str, variables: &serde_json::Value) -> HttpRequest {
    let token = if access.token.is_empty() { access.credential("access_token") } else { access.token };
    HttpRequest {
        method: "POST",
        url: format!("{}/admin/api/{VERSION}/graphql.json", access.base),
        headers: vec![("content-type", "application/json".to_owned()), ("x-shopify-access-token", token.to_owned())],
        body: json!({ "query": query, "variables": variables }).to_string(),
        longest_answer: HttpRequest::LONGEST_PAGE,
    }
}

fn data(answer: &HttpAnswer) -> Result<Data, Refused> {
    success(answer)?;
    let read: Answer = json::read(&answer.body).ok_or(Refused::Unreadable)?;
    let has = |code: &str| {
        read.errors.iter().any(|error| error.extensions.as_ref().is_some_and(|own| own.code.as_deref() == Some(code)))
    };
    match read.data {
        _ if has("THROTTLED") => Err(Refused::Later { seconds: Some(2) }),
        _ if has("ACCESS_DENIED") => Err(Refused::Credentials),
        _ if !read.errors.is_empty() => Err(Refused::Never("Shopify refused the request")),
        Some(data) => Ok(data),
        None => Err(Refused::Unreadable),
    }
}

const PAGE_QUERY: &str =
    "query($after:String){customers(first:100,after:$after,sortKey:ID){pageInfo{hasNextPage endCursor} nodes{";
const ONE_QUERY: &str = "query($id:ID!){customer(id:$id){";
const ERASE_QUERY: &str = "mutation($id:ID!){erased:customerRequestDataErasure(customerId:$id){userErrors{code}}}";

impl Connector for ShopifyAdmin {
    fn credentials(&self) -> &'static [&'static str] {
        &["client_secret"]
    }

    fn mapping(&self) -> &'static [(&'static str, Channel, &'static str)] {
        &[
            (EMAIL, Channel::Email, "newsletter"),
            (SMS, Channel::Sms, "newsletter"),
            (WHATSAPP, Channel::Whatsapp, "newsletter"),
        ]
    }

    fn hook_headers(&self) -> &'static [&'static str] {
        &["x-shopify-hmac-sha256", "x-shopify-topic"]
    }

    /// Shopify signs with the client secret of the app, after a rotation for an hour with the one before.
    fn secrets(&self, _: &[u8; 32], given: &[(String, String)]) -> Vec<String> {
        named(given, &["client_secret", "previous_client_secret"])
    }

    fn hook(&self, secrets: &[String], hook: &Hook<'_>, _: Timestamp) -> Result<Vec<Told>, HookError> {
        if !is_signed(secrets, hook, "x-shopify-hmac-sha256") {
            return Err(HookError::Signature);
        }
        let topic = hook.header("x-shopify-topic").unwrap_or_default();
        let needs = HookError::Malformed { needs: "the body of the topic that X-Shopify-Topic names" };
        let event: Event = json::read(hook.body).ok_or(needs)?;
        Ok(match topic {
            "customers_email_marketing_consent/update"
            | "customers_marketing_consent/update"
            | "customers_whats_app_marketing_consent/update" => event.told().into_iter().collect(),
            // They say nothing about consent.
            "customers/create" | "customers/update" => event.id.map(Told::Read).into_iter().collect(),
            "customers/delete" => event.id.map(Told::Deleted).into_iter().collect(),
            "customers/merge" => {
                let gone = event.admin_graphql_api_customer_deleted_id.map(|gid| Told::Deleted(number(&gid)));
                let kept = event.admin_graphql_api_customer_kept_id.map(|gid| Told::Read(number(&gid)));
                gone.into_iter().chain(kept).collect()
            }
            "customers/redact" => {
                let erase = |own: Redacted| {
                    Told::Erase(RemoteCustomer {
                        id: own.id.unwrap_or_default(),
                        email: own.email.as_deref().and_then(EmailAddress::parse),
                        phone: own.phone.as_deref().and_then(PhoneNumber::parse),
                        ..RemoteCustomer::default()
                    })
                };
                event.customer.map(erase).into_iter().collect()
            }
            "app/uninstalled" | "shop/redact" => vec![Told::Disconnected],
            _ => Vec::new(),
        })
    }

    fn ask_token(&self, access: &Access<'_>) -> Option<HttpRequest> {
        if !access.credential("access_token").is_empty() {
            return None;
        }
        let refresh = access.credential("refresh_token");
        let grant = if refresh.is_empty() { "client_credentials" } else { "refresh_token" };
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("grant_type", grant)
            .append_pair("client_id", access.credential("client_id"))
            .append_pair("client_secret", access.credential("client_secret"));
        if !refresh.is_empty() {
            body.append_pair("refresh_token", refresh);
        }
        Some(HttpRequest {
            method: "POST",
            url: format!("{}/admin/oauth/access_token", access.base),
            headers: vec![("content-type", "application/x-www-form-urlencoded".to_owned())],
            body: body.finish(),
            longest_answer: HttpRequest::LONGEST_PAGE,
        })
    }

    fn read_token(&self, answer: &HttpAnswer) -> Result<AccessToken, Refused> {
        if answer.status == 400 {
            return Err(Refused::Credentials);
        }
        success(answer)?;
        let token: Token = json::read(&answer.body).ok_or(Refused::Unreadable)?;
        // A token without an end is renewed once a day.
        Ok(AccessToken {
            token: token.access_token,
            seconds: token.expires_in.unwrap_or(86_400),
            refresh: token.refresh_token,
        })
    }

    fn ask_page(&self, access: &Access<'_>, place: &str) -> HttpRequest {
        let after = if place.is_empty() { serde_json::Value::Null } else { place.into() };
        request(access, &format!("{PAGE_QUERY}{CUSTOMER}}}}}}}"), &json!({ "after": after }))
    }

    fn read_page(&self, _: &Access<'_>, _: &str, answer: &HttpAnswer) -> Result<RemotePage, Refused> {
        let customers = data(answer)?.customers.ok_or(Refused::Unreadable)?;
        let next = customers.page_info.end_cursor.filter(|_| customers.page_info.has_next_page);
        Ok(RemotePage { customers: customers.nodes.into_iter().map(Into::into).collect(), next })
    }

    fn ask_customer(&self, access: &Access<'_>, id: &str) -> HttpRequest {
        let gid = format!("gid://shopify/Customer/{id}");
        request(access, &format!("{ONE_QUERY}{CUSTOMER}}}}}"), &json!({ "id": gid }))
    }

    fn read_customer(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        data(answer)?.customer.map(Into::into).ok_or(Refused::Gone)
    }

    fn write(&self, access: &Access<'_>, id: &str, wanted: &[Wanted]) -> HttpRequest {
        let gid = format!("gid://shopify/Customer/{id}");
        let mut variables = serde_json::Map::new();
        let (mut parameters, mut mutations) = (String::new(), String::new());
        for one in wanted {
            let state = if one.on { "SUBSCRIBED" } else { "UNSUBSCRIBED" };
            let consent = json!({ "marketingState": state, "consentUpdatedAt": one.at.to_string() });
            let (kind, name, input) = match one.field.as_str() {
                EMAIL => (
                    "CustomerEmailMarketingConsentUpdateInput",
                    "customerEmailMarketingConsentUpdate",
                    json!({ "customerId": gid, "emailMarketingConsent": consent }),
                ),
                SMS => (
                    "CustomerSmsMarketingConsentUpdateInput",
                    "customerSmsMarketingConsentUpdate",
                    json!({ "customerId": gid, "smsMarketingConsent": consent }),
                ),
                WHATSAPP => (
                    "CustomerWhatsAppMarketingConsentUpdateInput",
                    "customerWhatsAppMarketingConsentUpdate",
                    json!({ "customerId": gid, "whatsAppMarketingConsent": { "state": state, "updatedAt": one.at.to_string() } }),
                ),
                _ => continue,
            };
            let field = &one.field;
            parameters.push_str(&format!("${field}:{kind}!"));
            // WhatsApp's mutation returns no customer.
            let read = if field == WHATSAPP { String::new() } else { format!("customer{{{CUSTOMER}}} ") };
            mutations.push_str(&format!("{field}:{name}(input:${field}){{{read}userErrors{{field}}}} "));
            variables.insert(field.clone(), input);
        }
        request(access, &format!("mutation({parameters}){{{mutations}}}"), &variables.into())
    }

    fn read_written(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        let data = data(answer)?;
        let written: Vec<Written> = [data.email, data.sms, data.whatsapp].into_iter().flatten().collect();
        if written.is_empty() {
            return Err(Refused::Unreadable);
        }
        if written.iter().any(|one| !one.user_errors.is_empty()) {
            return Err(Refused::Never("Shopify does not accept the consent of this customer"));
        }
        // The last of the mutations knows what all of them have done.
        Ok(written.into_iter().filter_map(|one| one.customer).next_back().map(Into::into).unwrap_or_default())
    }

    fn erase(&self, access: &Access<'_>, id: &str) -> Option<HttpRequest> {
        Some(request(access, ERASE_QUERY, &json!({ "id": format!("gid://shopify/Customer/{id}") })))
    }

    fn read_erased(&self, answer: &HttpAnswer) -> Result<(), Refused> {
        let data = data(answer)?;
        let refused = [data.email, data.sms, data.whatsapp, data.erased]
            .into_iter()
            .flatten()
            .any(|one| !one.user_errors.is_empty());
        if refused { Err(Refused::Never("Shopify does not accept the request")) } else { Ok(()) }
    }
}
