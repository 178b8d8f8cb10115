//! Makes the examples. It plays the first days of a shop against the service, with a fixed clock and fixed random
//! numbers. Every request in the document is therefore one that the service accepts, and every answer is the answer of
//! the service.

use std::cell::Cell;
use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use serde_json::{Value, json};

use crate::api::contract::lists::SHOWN;
use crate::api::contract::operations::operation as operation_of;
use crate::api::deployment::Deployment;
use crate::api::front::{Routing, front};
use crate::api::key::{Scope, identity_key};
use crate::api::route::Endpoint;
use crate::api::routed::Handover;
use crate::api::routes::endpoints;
use crate::api::secrets::Secrets;
use crate::api::service::shop_service::ShopService;
use crate::consent::Timestamp;
use crate::ledger::{Runtime, Sqlite};

/// One request and its answer.
#[derive(Clone, Debug, Default)]
pub(in crate::api) struct Example {
    /// The values in the path, in their order.
    pub(in crate::api) values: Vec<String>,
    pub(in crate::api) query: Vec<(&'static str, &'static str)>,
    /// The body: a JSON object, or the text of a file.
    pub(in crate::api) body: Option<Value>,
    pub(in crate::api) status: u16,
    /// The media type of the answer, without its parameters.
    pub(in crate::api) media_type: String,
    /// The answer. It is a text if it is not JSON.
    pub(in crate::api) answer: Value,
}

/// The parts of a request other than the route and the values in the path.
#[derive(Default)]
struct Question<'a> {
    query: &'a [(&'static str, &'static str)],
    headers: &'a [(&'a str, &'a str)],
    body: Option<Value>,
}

/// The size in bytes above which an example is stored in the document only once.
pub(in crate::api) const LARGE: usize = 1_200;

const ROOT: &str = "a root secret that only the examples know";
/// A shortened file from Mailchimp.
const SUBSCRIBED: &str = "\
Email Address,First Name,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LEID,EUID,NOTES
ada@example.com,Ada,2024-05-01 09:30:00,192.0.2.7,2024-05-01 09:31:12,192.0.2.7,100001,8a1f00c2d4,
grace.example.com,Grace,2023-11-23 18:02:45,192.0.2.8,2023-11-23 18:04:00,192.0.2.8,100002,8a1f00c2d5,
john@example.com,John,2019-03-02 08:00:00,192.0.2.9,2019-03-02 08:01:30,192.0.2.9,100003,8a1f00c2d6,
nobody@example.com,,2018-01-15 12:30:00,192.0.2.10,,,100004,8a1f00c2d7,
";
const NOTICE: &str = "Yes, write to me about new coffees. I can stop that at any time.";

struct FixedRuntime {
    dice: Cell<u32>,
}

impl Runtime for FixedRuntime {
    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-11-23T10:00:00Z").unwrap_or(Timestamp::BEGINNING)
    }

    fn fill(&self, buffer: &mut [u8]) {
        for byte in buffer {
            self.dice.set(self.dice.get().wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
            [*byte, ..] = self.dice.get().to_be_bytes();
        }
    }

    fn day(&self, at: Timestamp, _: &str) -> Option<String> {
        at.to_string().get(..10).map(str::to_owned)
    }

    fn report(&self, _: &str) {}
}

struct Stage {
    secrets: Secrets,
    runtime: FixedRuntime,
    service: ShopService,
    examples: BTreeMap<&'static str, Vec<Example>>,
}

/// Returns the examples of each operation, by its id.
///
/// # Errors
/// Returns a text if the service refuses a request.
pub(in crate::api) fn rehearse() -> Result<BTreeMap<&'static str, Vec<Example>>, String> {
    let secrets =
        || Secrets::new("a master key that only the examples know", "", ROOT).map_err(|weak| weak.to_string());
    let runtime = |dice| FixedRuntime { dice: Cell::new(dice) };
    let database = Sqlite::in_memory().map_err(|error| error.to_string())?;
    let deployment = Deployment::new(secrets()?, "https://consent.example", "");
    let service = ShopService::new(database, runtime(1), deployment);
    let mut stage = Stage { secrets: secrets()?, runtime: runtime(2), service, examples: BTreeMap::new() };
    stage.play()?;
    Ok(stage.examples)
}

impl Stage {
    fn play(&mut self) -> Result<(), String> {
        let shop = self.ask(ROOT, "createShop", &[], &[], Some(shop()))?;
        let secret = &text(&shop, "/keys/secret");
        for action in ["getHealth", "getStorefront", "getShop"] {
            self.ask(secret, action, &[], &[], None)?;
        }
        let publishable = text(&shop, "/keys/publishable");
        self.ask("", "getStorefrontOfKey", &[&publishable], &[], None)?;
        self.ask("", "getChallenge", &[&publishable], &[], None)?;
        self.ask(secret, "putShop", &[], &[], Some(shop_now()))?;
        self.ask(secret, "patchShop", &[], &[], Some(json!({ "limits": { "visitor": 5 }, "country": "GB" })))?;
        let offer = json!({ "channel": "email", "purpose": "newsletter" });
        let notice = json!({ "text": "We write about new coffees.\nBy e-mail", "choices": [offer] });
        self.ask(secret, "putNotice", &["footer", "1", "en-GB"], &[], Some(notice))?;
        let receipt = self.ask(secret, "submitConsents", &[], &[], Some(submission()))?;
        let jane = &text(&receipt, "/contact");
        let other = self.ask(secret, "submitConsents", &[], &[], Some(bought()))?;
        let other = &text(&other, "/contact");
        self.ask(secret, "lookUpContact", &[], &[], Some(json!({ "email": "jane@example.com" })))?;
        self.ask(secret, "decide", &[], &[], Some(decision()))?;
        self.ask(secret, "decide", &[], &[], Some(decisions()))?;
        let used = json!({ "activity": "contacted", "channel": "email", "occurred_at": "2026-11-22T18:30:00Z" });
        let used = json!({ "contact": { "id": jane }, "activities": [used] });
        self.ask(secret, "noteActivities", &[], &[], Some(used))?;
        let disclosure = json!({ "contact": { "id": jane }, "recipient": "mailer", "data": ["email"] });
        self.ask(secret, "noteDisclosure", &[], &[], Some(disclosure))?;
        let no = json!({ "choice": "opt_out", "reason": "asked on the phone" });
        self.ask(secret, "changeChoice", &[jane, "email", "newsletter"], &[], Some(no))?;
        let correction = json!({ "from": { "email": "jane@example.com" }, "to": { "email": "jane.doe@example.com" } });
        let correction = json!({ "address": correction, "profile": { "born": null }, "reason": "a slip at the till" });
        self.ask(secret, "rectifyContact", &[jane], &[], Some(correction))?;
        let merge = json!({ "contact": { "external": "shopify:123" }, "reason": "showed both orders" });
        self.ask(secret, "mergeContacts", &[jane], &[], Some(merge))?;
        let apart = json!({ "contact": other, "reason": "two persons at one till" });
        self.ask(secret, "unmergeContact", &[jane], &[], Some(apart))?;
        let restriction = json!({ "restricted": true, "reason": "contests that the data is right" });
        self.ask(secret, "restrictContact", &[jane], &[], Some(restriction))?;
        self.ask(secret, "getContact", &[jane], &[], None)?;
        let leave = [("channel", "email"), ("purpose", "newsletter")];
        self.ask(secret, "getLinks", &[jane], &leave, None)?;
        self.ask(secret, "callBackLinksOfContact", &[jane], &[], None)?;
        self.ask(secret, "callBackLinks", &[], &[], None)?;
        let customer = json!({ "identity": identity(secret), "locale": "en-GB" });
        self.ask(secret, "getPreferences", &[], &[], Some(customer))?;
        let way = json!({ "contact": { "email": "jane.doe@example.com" }, "locale": "en-GB" });
        self.ask(secret, "sendPreferencesLink", &[], &[], Some(way))?;
        let wish = json!({ "kind": "rectification", "contact": { "email": "jane.doe@example.com" }, "locale": "en-GB", "details": "My name is spelled Jayne", "verified": true });
        let request = self.ask(secret, "openRequest", &[], &[], Some(wish))?;
        let request = &text(&request, "/id");
        self.ask(secret, "getRequest", &[request], &[], None)?;
        let open = [("state", "verified"), ("due_by", "2026-12-31")];
        self.ask(secret, "listRequests", &[], &open, None)?;
        let more = json!({ "action": "extend", "reason": "the archive has to be searched" });
        self.ask(secret, "decideRequest", &[request], &[], Some(more))?;
        self.ask(secret, "previewRetention", &[], &[], None)?;
        let flood = [("since", "2026-11-23T00:00:00Z"), ("notice", "checkout")];
        self.ask(secret, "previewUnproven", &[], &flood, None)?;
        self.ask(secret, "dropUnproven", &[], &flood, None)?;
        let part = [("sections", "standings,records"), ("channel", "email"), ("format", "json")];
        self.ask(secret, "exportContact", &[jane], &part, None)?;
        self.ask(secret, "eraseContact", &[jane], &[("requested_by", "person")], None)?;
        self.ask(secret, "getCertificate", &[jane], &[], None)?;
        let bounced = json!({ "email": "nobody@example.com", "reason": "bounced" });
        self.ask(secret, "suppressAddress", &[], &[], Some(bounced))?;
        self.ask(secret, "getStatistics", &[], &[], None)?;
        let new = json!({ "kind": "sk", "name": "Newsletter tool", "scopes": ["read", "lists"] });
        let key = self.ask(secret, "createKey", &[], &[], Some(new))?;
        let key = &text(&key, "/id");
        let overlap = json!({ "overlap_seconds": 3_600 });
        self.ask(secret, "rotateKey", &[key], &[], Some(overlap))?;
        self.ask(secret, "revokeKey", &[key], &[], None)?;
        self.ask(secret, "listKeys", &[], &[], None)?;
        let own = text(&shop, "/shop/id");
        let rescue = json!({ "kind": "sk", "name": "After the leak", "scopes": Scope::ALL });
        self.ask(ROOT, "createKeyOfShop", &[&own], &[], Some(rescue))?;
        let all = self.ask(ROOT, "listKeysOfShop", &[&own], &[], None)?;
        let all = all.get("keys").and_then(Value::as_array).cloned().unwrap_or_default();
        let ids: Vec<&str> = all.iter().filter_map(|key| key.get("id")?.as_str()).collect();
        self.ask(secret, "revokeKeys", &[], &[], Some(json!({ "except": ids })))?;
        self.ask(ROOT, "revokeKeysOfShop", &[&own], &[], Some(json!({ "except": ids })))?;
        let twilio = json!({ "secret": "0123456789abcdef0123456789abcdef" });
        self.ask(secret, "setProvider", &["twilio"], &[], Some(twilio))?;
        self.ask(secret, "listProviders", &[], &[], None)?;
        self.ask(secret, "removeProvider", &["twilio"], &[], None)?;
        self.ask(secret, "readAudit", &[], &[("limit", "2")], None)?;
        self.play_events(secret)?;
        self.play_lists(secret)?;
        Ok(())
    }

    /// Imports a list from Mailchimp that contains a person who has opted out since and an address that cannot be read.
    /// Then imports the list again, in parts.
    fn play_lists(&mut self, secret: &str) -> Result<(), String> {
        self.silently(secret, "submitConsents", &left())?;
        let query = [("name", "subscribed_members.csv"), ("channel", "email"), ("purpose", "newsletter")];
        let file = Question { query: &query, headers: &[], body: Some(SUBSCRIBED.into()) };
        let import = self.put(secret, "createImport", &[], file)?;
        let import = &text(&import, "/id");
        self.work()?;
        self.ask(secret, "getImport", &[import], &[], None)?;
        self.ask(secret, "getImportErrors", &[import], &[], None)?;
        self.ask(secret, "getImportErrors", &[import], &[("format", "json")], None)?;
        let news = [("channel", "email"), ("purpose", "newsletter")];
        self.ask(secret, "getList", &["opted_in"], &news, None)?;
        self.ask(secret, "getList", &["opted_in"], &[("format", "json"), ("decide", "true")], None)?;
        let again = Question { query: &query, headers: &[], body: Some(SUBSCRIBED.into()) };
        self.put(secret, "createImport", &[], again)?;
        self.ask(secret, "undoImport", &[import], &[], None)?;
        self.work()?;
        let (first, rest) = SUBSCRIBED.split_at(SUBSCRIBED.len() / 2);
        let part = Question { query: &query, headers: &[("upload-complete", "?0")], body: Some(first.into()) };
        let import = self.put(secret, "createImport", &[], part)?;
        let (import, received) = (&text(&import, "/id"), first.len().to_string());
        let part = Question { query: &[], headers: &[("upload-offset", &received)], body: Some(rest.into()) };
        self.put(secret, "continueImport", &[import], part)?;
        self.ask(secret, "cancelImport", &[import], &[], None)?;
        self.ask(secret, "listImports", &[], &[("limit", "2")], None)?;
        Ok(())
    }

    /// Processes the imports.
    fn work(&self) -> Result<(), String> {
        while self.service.work_on_imports().map_err(|error| error.to_string())? {}
        Ok(())
    }

    fn play_events(&mut self, secret: &str) -> Result<(), String> {
        let url = "https://hooks.shop.example/placet";
        let new = json!({ "url": url, "events": ["consent.changed", "message.requested"] });
        let webhook = self.ask(secret, "createWebhook", &[], &[], Some(new))?;
        let webhook = &text(&webhook, "/id");
        let full = json!({ "url": url, "events": ["consent.changed", "message.requested"], "payload": "full", "enabled": true });
        self.ask(secret, "putWebhook", &[webhook], &[], Some(full))?;
        let access = json!({ "kind": "access", "contact": { "email": "john@example.com" }, "locale": "en-GB" });
        self.ask(secret, "openRequest", &[], &[], Some(access))?;
        let listed = self.ask(secret, "listMessages", &[], &[("limit", "1")], None)?;
        let message = &text(&listed, "/messages/0/message");
        self.ask(secret, "getMessage", &[message], &[], None)?;
        self.ask(secret, "rotateWebhook", &[webhook], &[], Some(json!({ "overlap_seconds": 3_600 })))?;
        self.silently(secret, "submitConsents", &bought_again())?;
        self.ask(secret, "listDeliveries", &[webhook], &[("state", "pending"), ("limit", "2")], None)?;
        let replay = json!({ "state": "dead", "since": "2026-11-23T00:00:00Z" });
        self.ask(secret, "replayDeliveries", &[webhook], &[], Some(replay))?;
        self.ask(secret, "listWebhooks", &[], &[], None)?;
        self.ask(secret, "removeWebhook", &[webhook], &[], None)?;
        self.connect(secret)
    }

    fn connect(&mut self, secret: &str) -> Result<(), String> {
        let new = json!({
            "platform": "custom",
            "base": "https://shop.example/placet",
            "mode": "both",
            "credentials": { "token": "the-token-that-the-plugin-knows" },
        });
        let connection = self.ask(secret, "createConnection", &[], &[], Some(new))?;
        let connection = &text(&connection, "/id");
        for action in ["getConnection", "previewConnection", "listConflicts"] {
            self.ask(secret, action, &[connection], &[], None)?;
        }
        self.ask(secret, "listConnections", &[], &[], None)?;
        self.ask(secret, "patchConnection", &[connection], &[], Some(json!({ "cap": 1_000 })))?;
        for action in ["approveConnection", "syncConnection", "removeConnection"] {
            self.ask(secret, action, &[connection], &[], None)?;
        }
        Ok(())
    }

    /// Sends a request that does not become an example.
    fn silently(&self, key: &str, action: &str, body: &Value) -> Result<(), String> {
        let endpoint = endpoints().find(|own| own.id == action).ok_or("an action without a route")?;
        let question = Question { body: Some(body.clone()), ..Question::default() };
        let response = self.send(request(endpoint, key, &[], &question)?)?;
        if response.status().is_success() { Ok(()) } else { Err(format!("refused: {}", response.status())) }
    }

    /// Sends a request and stores it with its answer as an example.
    fn ask(
        &mut self,
        key: &str,
        action: &str,
        values: &[&str],
        query: &[(&'static str, &'static str)],
        body: Option<Value>,
    ) -> Result<Value, String> {
        self.put(key, action, values, Question { query, headers: &[], body })
    }

    fn put(&mut self, key: &str, action: &str, values: &[&str], question: Question<'_>) -> Result<Value, String> {
        let operation = operation_of(action);
        let endpoint = endpoints().find(|own| own.id == action).ok_or("an action without a route")?;
        let request = request(endpoint, key, values, &question)?;
        let response = self.send(request)?;
        let said = String::from_utf8_lossy(response.body());
        let status = response.status().as_u16();
        if status != operation.status && operation.statuses.iter().all(|(own, _)| *own != status) {
            return Err(format!("the example of {} was refused: {} {said}", operation.id, response.status()));
        }
        let form = response.headers().get(http::header::CONTENT_TYPE).and_then(|form| form.to_str().ok());
        let media_type = form.and_then(|form| form.split(';').next()).unwrap_or_default().to_owned();
        let answer: Value = if media_type == "application/json" {
            serde_json::from_str(&said).map_err(|error| format!("{}: {error}", operation.id))?
        } else {
            said.into()
        };
        let values = values.iter().map(ToString::to_string).collect();
        let Question { query, body, .. } = question;
        let example = Example { values, query: query.to_vec(), body, status, media_type, answer: answer.clone() };
        self.examples.entry(operation.id).or_default().push(example);
        Ok(answer)
    }

    fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, String> {
        let path = request.uri().path().to_owned();
        let handover = match front(request.method(), &path, request.headers(), &self.secrets, &self.runtime) {
            Routing::Answer(response) => return Ok(response),
            Routing::Asset(file) => return Err(format!("{file} is no example")),
            Routing::Shop { .. } => Handover::default(),
            Routing::NewShop { shop, .. } => Handover { new_shop: Some(shop), ..Handover::default() },
        };
        let written = HeaderValue::from_str(&handover.written()).map_err(|error| error.to_string())?;
        request.headers_mut().insert(Handover::HEADER, written);
        Ok(self.service.respond(&request))
    }
}

fn request(
    endpoint: &Endpoint,
    key: &str,
    values: &[&str],
    Question { query, headers, body }: &Question<'_>,
) -> Result<Request<Bytes>, String> {
    let mut values = values.iter();
    let fill = |part: &str| match part.starts_with('{') {
        true => values.next().copied().unwrap_or_default().to_owned(),
        false => part.to_owned(),
    };
    let mut uri = endpoint.path.split('/').map(fill).collect::<Vec<_>>().join("/");
    for (place, (name, value)) in query.iter().enumerate() {
        uri.push_str(&format!("{}{name}={value}", if place == 0 { '?' } else { '&' }));
    }
    let method = Method::from_bytes(endpoint.method.as_bytes()).map_err(|error| error.to_string())?;
    let mut request = Request::builder().method(method).uri(uri).header("authorization", format!("Bearer {key}"));
    for (name, value) in *headers {
        request = request.header(*name, *value);
    }
    let (form, body) = match body {
        Some(Value::String(file)) => (Some(SHOWN), file.clone()),
        Some(body) => (Some("application/json"), body.to_string()),
        None => (None, String::new()),
    };
    let request = if let Some(form) = form { request.header("content-type", form) } else { request };
    request.body(body.into()).map_err(|error| error.to_string())
}

/// Shortens an example so that it is easy to read: of long lists and maps only the beginning remains.
pub(in crate::api) fn shortened(value: &Value) -> Value {
    let two = cut(value, 2);
    if two.to_string().len() > LARGE { cut(value, 1) } else { two }
}

/// Cuts lists of objects to `most` elements, other lists to two, and large maps to `most` fields. Lists of numbers stay
/// whole.
fn cut(value: &Value, most: usize) -> Value {
    match value {
        Value::Array(all) if all.iter().all(Value::is_number) => value.clone(),
        Value::Array(all) => {
            let most = if all.iter().all(Value::is_object) { most } else { 2 };
            all.iter().take(most).map(|one| cut(one, most)).collect()
        }
        Value::Object(all) => {
            let most_fields = if all.len() > 24 { most } else { all.len() };
            let fields = all.iter().take(most_fields);
            Value::Object(fields.map(|(name, value)| (name.clone(), cut(value, most))).collect())
        }
        value => value.clone(),
    }
}

fn text(answer: &Value, pointer: &str) -> String {
    answer.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn shop() -> Value {
    json!({
        "name": "Kestrel Coffee",
        "country": "GB",
        "origins": ["https://shop.example"],
        "channels": ["email", "sms"],
        "purposes": ["newsletter", "order_updates"],
        "notices": [{ "id": "checkout", "version": "3", "locale": "en-GB", "text": NOTICE }],
        "policy": { "confirmation": ["email", "sms"], "transactional": ["order_updates"] },
    })
}

fn shop_now() -> Value {
    let mut shop = shop();
    let mailer = json!({ "id": "mailer", "name": "Example Mail Ltd", "role": "processor", "country": "GB" });
    if let Some(fields) = shop.as_object_mut() {
        fields.insert("privacy".into(), json!({ "contact": "privacy@shop.example", "recipients": [mailer] }));
        fields.insert("limits".into(), json!({ "visitor": 3 }));
    }
    shop
}

fn submission() -> Value {
    use sha2::Digest;
    let hash = base16ct::lower::encode_string(&sha2::Sha256::digest(NOTICE));
    json!({
        "id": "019ab0a4-4c80-7000-8000-000000000001",
        "contact": { "email": "jane@example.com", "phone": "+44 7700 900123", "country": "GB", "born": "1990-05-01" },
        "choices": [
            { "channel": "email", "purpose": "newsletter", "choice": "opt_in" },
            { "channel": "sms", "purpose": "newsletter", "choice": "declined" },
        ],
        "notice": { "id": "checkout", "version": "3", "locale": "en-GB", "text_sha256": hash },
        "source": { "kind": "form", "url": "https://shop.example/checkout", "form": "checkout" },
        "occurred_at": "2026-11-23T09:59:00Z",
    })
}

/// Returns the identity token of a logged-in customer.
fn identity(key: &str) -> String {
    use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;
    let email = "jane.doe@example.com";
    let claims = json!({ "aud": "placet", "scope": "read", "email": email, "exp": 1_795_428_600 });
    let part = |text: &str| Base64Url::encode_string(text.as_bytes());
    let signed = format!("{}.{}", part(r#"{"alg":"HS256","typ":"JWT"}"#), part(&claims.to_string()));
    let mac = Hmac::<Sha256>::new_from_slice(&identity_key(key)).map(|mac| mac.chain_update(&signed).finalize());
    format!("{signed}.{}", mac.map(|mac| Base64Url::encode_string(&mac.into_bytes())).unwrap_or_default())
}

/// A submission by the shop's server: a soft opt-in of a customer who could refuse.
fn bought() -> Value {
    json!({
        "id": "019ab0a4-4c80-7000-8000-000000000002",
        "contact": { "email": "john@example.com", "country": "GB", "external": "shopify:123" },
        "choices": [{
            "channel": "email", "purpose": "newsletter", "choice": "opt_in", "basis": "soft_opt_in",
            "evidence": { "dealing": "purchase", "reference": "order 1001", "refusal_offered": true, "own_similar_products": true },
        }],
        "source": { "kind": "shop" },
        "occurred_at": "2026-11-20T12:00:00Z",
        "assurance": "authenticated",
    })
}

fn bought_again() -> Value {
    let mut again = bought();
    if let Some(fields) = again.as_object_mut() {
        fields.insert("id".into(), "019ab0a4-4c80-7000-8000-000000000003".into());
    }
    again
}

/// A submission in which the same customer opts out.
fn left() -> Value {
    json!({
        "id": "019ab0a4-4c80-7000-8000-000000000004",
        "contact": { "email": "john@example.com" },
        "choices": [{ "channel": "email", "purpose": "newsletter", "choice": "opt_out" }],
        "source": { "kind": "shop" },
        "assurance": "authenticated",
    })
}

fn decision() -> Value {
    json!({ "channel": "email", "purpose": "newsletter", "contact": { "email": "jane@example.com" } })
}

fn decisions() -> Value {
    let contacts = json!([{ "external": "shopify:123" }, { "email": "stranger@example.com" }]);
    json!({ "channel": "email", "purpose": "newsletter", "contacts": contacts })
}
