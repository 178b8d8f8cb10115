//! Shopify, by its Admin API (GraphQL) and its webhooks: consent to e-mail, SMS and WhatsApp.
//!
//! Shopify keeps the time of each consent. It ignores a write that is older than what it holds.
//!
//! Sources: the Admin API's schema and the webhook reference of shopify.dev, versions 2025-10 to 2026-10.

use crate::consent::{Channel, EmailAddress, PhoneNumber, Timestamp};
use crate::json::{self, Json};
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteCustomer, RemoteField, RemoteState, Told, Wanted};
use crate::platforms::connector::{
    Access, AccessToken, Connector, HookTarget, Refused, RemotePage, is_signed, named, success,
};
use crate::platforms::custom::text;
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
    defaultPhoneNumber{phoneNumber marketingState marketingUpdatedAt whatsAppMarketingConsent{state updatedAt}}";

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

fn time(json: &Json<'_>) -> Option<Timestamp> {
    json.text().and_then(Timestamp::parse)
}

fn field(name: &str, word: &Json<'_>, at: &Json<'_>) -> Option<RemoteField> {
    Some(RemoteField { name: name.to_owned(), state: state_of(word.text()?), at: time(at) })
}

/// Returns the number in a global id, such as `gid://shopify/Customer/7`.
fn number(gid: &Json<'_>) -> Option<String> {
    gid.text().and_then(|gid| gid.rsplit('/').next()).map(str::to_owned)
}

/// Reads a customer of the Admin API.
fn customer_in(own: &Json<'_>) -> Option<RemoteCustomer> {
    let (email, phone) = (own.get("defaultEmailAddress"), own.get("defaultPhoneNumber"));
    let read = |name, of: &Json<'_>| field(name, of.get("marketingState"), of.get("marketingUpdatedAt"));
    let whatsapp = phone.get("whatsAppMarketingConsent");
    let on_whatsapp = field(WHATSAPP, whatsapp.get("state"), whatsapp.get("updatedAt"));
    Some(RemoteCustomer {
        id: number(own.get("id"))?,
        email: email.get("emailAddress").text().and_then(EmailAddress::parse),
        phone: phone.get("phoneNumber").text().and_then(PhoneNumber::parse),
        version: time(own.get("updatedAt")),
        fields: [read(EMAIL, email), read(SMS, phone), on_whatsapp].into_iter().flatten().collect(),
        ..RemoteCustomer::default()
    })
}

/// Reads the body of a webhook about consent. Each channel has a shape of its own.
fn consent_in(event: &Json<'_>) -> Option<RemoteCustomer> {
    let consent = |(name, key): (&str, &str)| {
        let own = event.get(key);
        let at = own.get("consent_updated_at");
        field(name, own.get("state"), if at.text().is_some() { at } else { own.get("updated_at") })
    };
    let consents =
        [(EMAIL, "email_marketing_consent"), (SMS, "sms_marketing_consent"), (WHATSAPP, "whats_app_marketing_consent")];
    let phone = event.get("phone").text().or_else(|| event.get("phone_number").text());
    Some(RemoteCustomer {
        id: event.get("customer_id").id().or_else(|| event.get("id").id())?,
        email: event.get("email_address").text().and_then(EmailAddress::parse),
        phone: phone.and_then(PhoneNumber::parse),
        is_partial: true,
        fields: consents.into_iter().filter_map(consent).collect(),
        ..RemoteCustomer::default()
    })
}

/// Reads a person whom the shop has to erase.
fn redacted_in(own: &Json<'_>) -> RemoteCustomer {
    RemoteCustomer {
        id: own.get("id").id().unwrap_or_default(),
        email: own.get("email").text().and_then(EmailAddress::parse),
        phone: own.get("phone").text().and_then(PhoneNumber::parse),
        ..RemoteCustomer::default()
    }
}

/// Makes a request. `variables` is JSON.
fn request(access: &Access<'_>, query: &str, variables: &str) -> HttpRequest {
    let token = if access.token.is_empty() { access.credential("access_token") } else { access.token };
    HttpRequest {
        method: "POST",
        url: format!("{}/admin/api/{VERSION}/graphql.json", access.base),
        headers: vec![("content-type", "application/json".to_owned()), ("x-shopify-access-token", token.to_owned())],
        body: format!(r#"{{"query":{},"variables":{variables}}}"#, text(query)),
        longest_answer: HttpRequest::LONGEST_PAGE,
    }
}

/// Returns the variables of a request about one customer.
fn about(id: &str) -> String {
    format!(r#"{{"id":{}}}"#, text(&gid(id)))
}

fn gid(id: &str) -> String {
    format!("gid://shopify/Customer/{id}")
}

/// Reads the data of an answer. Shopify answers 200 also to what it refuses.
fn data<T>(answer: &HttpAnswer, read: impl FnOnce(&Json<'_>) -> Result<T, Refused>) -> Result<T, Refused> {
    success(answer)?;
    let body = json::tree(&answer.body).ok_or(Refused::Unreadable)?;
    let errors = body.get("errors").list();
    let has = |code: &str| errors.iter().any(|error| error.get("extensions").get("code").text() == Some(code));
    if has("THROTTLED") {
        return Err(Refused::Later { seconds: Some(2) });
    }
    if has("INTERNAL_SERVER_ERROR") {
        return Err(Refused::Later { seconds: None });
    }
    if has("ACCESS_DENIED") {
        return Err(Refused::Credentials);
    }
    if !errors.is_empty() {
        return Err(Refused::Never("Shopify refused the request"));
    }
    read(body.get("data"))
}

/// Reads what mutations have done; the last of them knows it all.
fn written(data: &Json<'_>) -> Result<RemoteCustomer, Refused> {
    let all = data.fields();
    if all.is_empty() {
        return Err(Refused::Unreadable);
    }
    if all.iter().any(|(_, one)| !one.get("userErrors").list().is_empty()) {
        return Err(Refused::Never("Shopify does not accept this for the customer"));
    }
    Ok(all.iter().filter_map(|(_, one)| customer_in(one.get("customer"))).next_back().unwrap_or_default())
}

const PAGE_QUERY: &str =
    "query($after:String){customers(first:100,after:$after,sortKey:ID){pageInfo{hasNextPage endCursor} nodes{";
const ONE_QUERY: &str = "query($id:ID!){customer(id:$id){";
/// The hooks that placet reads, by their names in the Admin API. `customers/redact` is set for the whole app.
const TOPICS: [&str; 6] = [
    "CUSTOMERS_EMAIL_MARKETING_CONSENT_UPDATE",
    "CUSTOMERS_MARKETING_CONSENT_UPDATE",
    "CUSTOMERS_WHATS_APP_MARKETING_CONSENT_UPDATE",
    "CUSTOMERS_DELETE",
    "CUSTOMERS_MERGE",
    "APP_UNINSTALLED",
];
const HOOKS_QUERY: &str = "query($uri:String){webhookSubscriptions(first:100,uri:$uri){nodes{topic}}}";
const ERASE_QUERY: &str = "mutation($id:ID!){erased:customerRequestDataErasure(customerId:$id){userErrors{code}}}";

impl Connector for ShopifyAdmin {
    fn credentials(&self) -> &'static [&'static str] {
        &["client_secret"]
    }

    fn is_base(&self, base: &str) -> bool {
        base.strip_prefix("https://")
            .and_then(|host| host.strip_suffix(".myshopify.com"))
            .is_some_and(|shop| !shop.is_empty() && shop.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'))
    }

    fn mapping(&self) -> &'static [(&'static str, Channel, &'static str)] {
        &[
            (EMAIL, Channel::Email, "newsletter"),
            (SMS, Channel::Sms, "newsletter"),
            (WHATSAPP, Channel::Whatsapp, "newsletter"),
        ]
    }

    fn hook_headers(&self) -> &'static [&'static str] {
        &["x-shopify-hmac-sha256", "x-shopify-topic", "x-shopify-shop-domain"]
    }

    /// Shopify signs with the client secret of the app, after a rotation for an hour with the one before.
    fn secrets(&self, _: &[u8; 32], given: &[(String, String)]) -> Vec<String> {
        named(given, &["client_secret", "previous_client_secret"])
    }

    fn base_of(&self, hook: &Hook<'_>) -> Option<String> {
        hook.header("x-shopify-shop-domain").map(|domain| format!("https://{}", domain.to_ascii_lowercase()))
    }

    fn hook(&self, secrets: &[String], hook: &Hook<'_>, _: Timestamp) -> Result<Vec<Told>, HookError> {
        if !is_signed(secrets, hook, "x-shopify-hmac-sha256") {
            return Err(HookError::Signature);
        }
        let needs = HookError::Malformed { needs: "a body of JSON" };
        let event = json::tree(hook.body).ok_or(needs)?;
        let id = || event.get("id").id();
        let told = match hook.header("x-shopify-topic").unwrap_or_default() {
            "customers_email_marketing_consent/update"
            | "customers_marketing_consent/update"
            | "customers_whats_app_marketing_consent/update" => [consent_in(&event).map(Told::Customer), None],
            // They say nothing about consent.
            "customers/create" | "customers/update" => [id().map(Told::Read), None],
            "customers/delete" => [id().map(Told::Deleted), None],
            "customers/merge" => [
                number(event.get("admin_graphql_api_customer_deleted_id")).map(Told::Deleted),
                number(event.get("admin_graphql_api_customer_kept_id")).map(Told::Read),
            ],
            "customers/redact" => [Some(Told::Erase(redacted_in(event.get("customer")))), None],
            "app/uninstalled" | "shop/redact" => [Some(Told::Disconnected), None],
            _ => [None, None],
        };
        Ok(told.into_iter().flatten().collect())
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
        let body = json::tree(&answer.body).ok_or(Refused::Unreadable)?;
        // A token without an end is renewed once a day.
        let seconds = if let Json::Unsigned(seconds) = body.get("expires_in") { *seconds } else { 86_400 };
        Ok(AccessToken {
            token: body.get("access_token").id().ok_or(Refused::Unreadable)?,
            seconds: i64::try_from(seconds).unwrap_or(86_400),
            refresh: body.get("refresh_token").id(),
        })
    }

    fn ask_hooks(&self, access: &Access<'_>, target: &HookTarget<'_>) -> Option<HttpRequest> {
        Some(request(access, HOOKS_QUERY, &format!(r#"{{"uri":{}}}"#, text(target.url))))
    }

    fn mend_hooks(&self, access: &Access<'_>, target: &HookTarget<'_>, answer: &HttpAnswer) -> Vec<HttpRequest> {
        let missing = |data: &Json<'_>| match data.get("webhookSubscriptions").get("nodes") {
            Json::List(nodes) => {
                let has = |topic: &str| nodes.iter().any(|node| node.get("topic").text() == Some(topic));
                Ok(TOPICS.into_iter().filter(|topic| !has(topic)).collect::<Vec<_>>())
            }
            _ => Err(Refused::Unreadable),
        };
        let make = |topic: &str| {
            let query = format!(
                "mutation($uri:String!){{made:webhookSubscriptionCreate(topic:{topic},webhookSubscription:{{uri:$uri}})\
                 {{userErrors{{message}}}}}}"
            );
            request(access, &query, &format!(r#"{{"uri":{}}}"#, text(target.url)))
        };
        data(answer, missing).unwrap_or_default().into_iter().map(make).collect()
    }

    fn ask_page(&self, access: &Access<'_>, place: &str) -> HttpRequest {
        let after = if place.is_empty() { "null".to_owned() } else { text(place) };
        request(access, &format!("{PAGE_QUERY}{CUSTOMER}}}}}}}"), &format!(r#"{{"after":{after}}}"#))
    }

    fn read_page(&self, _: &Access<'_>, _: &str, answer: &HttpAnswer) -> Result<RemotePage, Refused> {
        data(answer, |data| {
            let customers = data.get("customers");
            let (Json::List(nodes), info) = (customers.get("nodes"), customers.get("pageInfo")) else {
                return Err(Refused::Unreadable);
            };
            let has_next = matches!(info.get("hasNextPage"), Json::Bool(true));
            let next = info.get("endCursor").id().filter(|_| has_next);
            Ok(RemotePage { customers: nodes.iter().filter_map(customer_in).collect(), next })
        })
    }

    fn ask_customer(&self, access: &Access<'_>, id: &str) -> HttpRequest {
        request(access, &format!("{ONE_QUERY}{CUSTOMER}}}}}"), &about(id))
    }

    fn read_customer(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        data(answer, |data| customer_in(data.get("customer")).ok_or(Refused::Gone))
    }

    fn write(&self, access: &Access<'_>, id: &str, wanted: &[Wanted]) -> HttpRequest {
        let (mut parameters, mut mutations, mut variables) = (String::new(), String::new(), Vec::new());
        // What each mutation returns has the effects of those before it, and WhatsApp's returns no customer.
        let (first, rest): (Vec<_>, Vec<_>) = wanted.iter().partition(|one| one.field == WHATSAPP);
        for Wanted { field, on, at } in first.into_iter().chain(rest) {
            let state = if *on { "SUBSCRIBED" } else { "UNSUBSCRIBED" };
            // WhatsApp's mutation has other names, and returns no customer.
            let (name, input, read) = match field.as_str() {
                EMAIL => ("Email", "email", true),
                SMS => ("Sms", "sms", true),
                WHATSAPP => ("WhatsApp", "whatsApp", false),
                _ => continue,
            };
            let consent = if read {
                format!(r#""marketingState":"{state}","consentUpdatedAt":"{at}""#)
            } else {
                format!(r#""state":"{state}","updatedAt":"{at}""#)
            };
            let read = if read { format!("customer{{{CUSTOMER}}}") } else { String::new() };
            parameters.push_str(&format!("${field}:Customer{name}MarketingConsentUpdateInput!"));
            mutations.push_str(&format!(
                "{field}:customer{name}MarketingConsentUpdate(input:${field}){{{read} userErrors{{field}}}} "
            ));
            let id = text(&gid(id));
            variables.push(format!(r#""{field}":{{"customerId":{id},"{input}MarketingConsent":{{{consent}}}}}"#));
        }
        let variables = format!("{{{}}}", variables.join(","));
        request(access, &format!("mutation({parameters}){{{mutations}}}"), &variables)
    }

    fn read_written(&self, _: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused> {
        data(answer, written)
    }

    fn erase(&self, access: &Access<'_>, id: &str) -> Option<HttpRequest> {
        Some(request(access, ERASE_QUERY, &about(id)))
    }

    fn read_erased(&self, answer: &HttpAnswer) -> Result<(), Refused> {
        match data(answer, written) {
            // The rest of the connection works without this right.
            Err(Refused::Credentials) if answer.status == 200 => Err(Refused::Never("the app may not erase customers")),
            done => done.map(drop),
        }
    }
}
