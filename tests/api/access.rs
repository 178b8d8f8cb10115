//! Access control: sends every operation of the contract with every kind of key. The expected answer comes from the
//! contract alone, so the test finds every route whose required scope differs from the contract.

use std::time::{SystemTime, UNIX_EPOCH};

use http::Method;
use placet::api::{KeyKind, Scope, Secrets, ShopId, contract};
use placet::consent::Timestamp;
use serde_json::{Value, json};

use crate::backend::{Backend, MASTER_KEY, ROOT_SECRET, random};
use crate::client::{Answer, ORIGIN, Shop, bearer, post, send, shop_body, submission, with};

crate::scenarios! {
    every_route_accepts_exactly_the_keys_of_the_contract
    an_unsupported_method_is_refused_on_every_route
}

const EMAIL: &str = "access.matrix@placet.example";
const PHONE: &str = "+447700900321";

/// The credential that an operation requires.
#[derive(Clone, PartialEq, Eq)]
enum Asks {
    Nothing,
    Root,
    Scope(String),
}

/// One operation of the contract.
struct Operation {
    method: Method,
    path: String,
    asks: Asks,
    body: Value,
}

/// What a key gives access to.
enum Good {
    /// The request has no key.
    Missing,
    /// The key was never issued, or is no longer valid.
    Nothing,
    Root,
    /// The key has these scopes. For a publishable key, also the origin of the page that sends it.
    Scopes(&'static [Scope], Page),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    Server,
    Own,
    Strange,
    Unnamed,
}

/// A caller of the API with its `authorization` header.
struct Caller {
    name: String,
    authorization: String,
    good: Good,
}

#[derive(Debug, PartialEq, Eq)]
enum Expected {
    /// The answer is 200.
    Open,
    /// The answer may be an error, but not one about the key.
    Allowed,
    Refused(u16, &'static str),
}

/// Returns the operations of the contract.
fn operations() -> Vec<Operation> {
    let contract: Value = serde_json::from_str(contract::OPENAPI).unwrap();
    let paths = contract["paths"].as_object().expect("the contract has paths");
    let mut operations = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().unwrap() {
            let Ok(method) = method.to_uppercase().parse() else { continue };
            // A path item also has members that are not operations, such as `parameters`.
            if ![Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH].contains(&method) {
                continue;
            }
            let asks = match operation["x-placet-scope"].as_str().expect("each operation names its scope") {
                "none" => Asks::Nothing,
                "root" => Asks::Root,
                // The token in the path proves the caller; the scenarios in `links` test these operations.
                "link" => continue,
                scope => Asks::Scope(scope.to_owned()),
            };
            // `security`, which API tools read, must agree with `x-placet-scope`, which this test reads.
            let ways = operation["security"].as_array().unwrap().iter();
            let ways: Vec<&str> = ways.flat_map(|way| way.as_object().unwrap().keys().map(String::as_str)).collect();
            let told: &[&str] = match &asks {
                Asks::Nothing => &[],
                Asks::Root => &["rootSecret"],
                Asks::Scope(scope) => {
                    let scope = Scope::parse(scope).expect("the scope of each operation exists");
                    let in_pages = KeyKind::Publishable.scopes().contains(&scope);
                    if in_pages { &["publishableKey", "secretKey"] } else { &["secretKey"] }
                }
            };
            assert_eq!(ways, told, "{method} {path}");
            operations.push(Operation { method, path: path.clone(), asks, body: example(operation) });
        }
    }
    assert!(operations.len() > 20, "the contract has {} operations", operations.len());
    operations
}

/// Returns the first example of an operation's body, or `null` if the operation takes none.
fn example(operation: &Value) -> Value {
    let media = &operation["requestBody"]["content"]["application/json"];
    let named = || media["examples"].as_object()?.values().next().map(|example| example["value"].clone());
    let of_schema = || Some(media["schema"]["examples"][0].clone()).filter(|example| !example.is_null());
    let example = media.get("example").cloned().or_else(named).or_else(of_schema);
    assert!(media.is_null() || example.is_some(), "a body without an example: {operation}");
    example.unwrap_or_default()
}

impl Operation {
    /// Returns the path with its parameters filled in: this contact and this key.
    fn at(&self, shop: &str, contact: &str, key: &str) -> String {
        let id = match self.path.as_str() {
            path if path.starts_with("/v1/keys") => key,
            path if path.starts_with("/v1/notices") => "footer",
            _ => contact,
        };
        let path = self
            .path
            .replace("{shop}", shop)
            .replace("{id}", id)
            .replace("{channel}", "email")
            .replace("{purpose}", "newsletter")
            .replace("{version}", "1")
            .replace("{locale}", "en")
            .replace("{provider}", "generic")
            .replace("{list}", "opted_in");
        assert!(!path.contains('{'), "a parameter in {path} that this test does not know");
        path
    }

    /// Returns the example body, changed so that it is about this contact.
    fn about(&self, contact: &str) -> String {
        if self.body.is_null() { String::new() } else { about(self.body.clone(), contact).to_string() }
    }

    /// Returns whether the operation needs an existing contact.
    fn is_about_a_contact(&self) -> bool {
        let named = self.body["contact"].is_object();
        self.path.starts_with("/v1/contacts/")
            || named
                && !["/v1/consents", "/v1/decisions", "/v1/preferences/link", "/v1/requests"]
                    .contains(&self.path.as_str())
    }

    fn expected(&self, caller: &Caller) -> Expected {
        let scope = match (&self.asks, &caller.good) {
            (Asks::Nothing, _) => return Expected::Open,
            (_, Good::Missing) => return Expected::Refused(401, "missing_key"),
            (Asks::Root, Good::Root) => return Expected::Allowed,
            (Asks::Scope(scope), Good::Scopes(..)) => scope,
            _ => return Expected::Refused(401, "invalid_key"),
        };
        let Good::Scopes(scopes, page) = caller.good else { return Expected::Allowed };
        match page {
            _ if !scopes.iter().any(|own| own.as_str() == scope) => Expected::Refused(403, "wrong_scope"),
            // A browser sends `Origin` with every request except a GET to the page's own site.
            Page::Unnamed if self.method != Method::GET => Expected::Refused(403, "wrong_origin"),
            Page::Strange => Expected::Refused(403, "wrong_origin"),
            _ => Expected::Allowed,
        }
    }
}

/// Returns the body with every address and every contact id replaced.
fn about(body: Value, contact: &str) -> Value {
    match body {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let value = match (&*name, &value) {
                    ("email", Value::String(_)) => EMAIL.into(),
                    ("phone", Value::String(_)) => PHONE.into(),
                    // In other bodies `contact` is the text with the shop's contact details.
                    ("contact", Value::String(id)) if uuid::Uuid::parse_str(id).is_ok() => contact.into(),
                    ("contact", Value::Object(who)) if who.contains_key("id") => json!({ "id": contact }),
                    _ => about(value, contact),
                };
                (name, value)
            })
            .collect(),
        Value::Array(values) => values.into_iter().map(|value| about(value, contact)).collect(),
        other => other,
    }
}

/// Returns settings with limits so high that no request in the test is refused with 429.
fn spacious() -> Value {
    with(shop_body(), "/limits", json!({ "publishable": 10_000, "secret": 10_000, "visitor": 10_000 }))
}

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

impl Shop {
    /// Creates a secret key. Returns the key and its id.
    fn add_key(&self, backend: &dyn Backend, scopes: &[Scope], expires_at: Option<i64>) -> (String, String) {
        let scopes: Vec<&str> = scopes.iter().map(|scope| scope.as_str()).collect();
        let mut body = json!({ "kind": "sk", "name": "matrix", "scopes": scopes });
        if let Some(at) = expires_at {
            body["expires_at"] = Timestamp::from_millis(at).unwrap().to_string().into();
        }
        let made = post(backend, "/v1/keys", &self.secret, "", &body).ok();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        (text("key"), text("id"))
    }

    fn delete_key(&self, backend: &dyn Backend, id: &str) {
        let headers = [("authorization", &*bearer(&self.secret))];
        send(backend, Method::DELETE, &format!("/v1/keys/{id}"), &headers, "").ok();
    }
}

/// Returns the text with the character at `place` changed.
fn flipped(key: &str, place: usize) -> String {
    let other = if &key[place..=place] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &key[..place], &key[place + 1..])
}

/// Returns one caller for each kind of key.
fn callers(backend: &dyn Backend, shop: &Shop) -> Vec<Caller> {
    let mut callers = Vec::new();
    let mut add = |name: &str, authorization: &str, good: Good| {
        callers.push(Caller { name: name.to_owned(), authorization: authorization.to_owned(), good });
    };
    let pages = KeyKind::Publishable.scopes();
    add("no key", "", Good::Missing);
    add("another scheme", "Basic cGxhY2V0OnBsYWNldA==", Good::Missing);
    add("nothing after the scheme", "Bearer ", Good::Nothing);
    add("no scheme", "placet", Good::Nothing);
    add("garbage", "Bearer garbage", Good::Nothing);
    for (name, page) in [("own page", Page::Own), ("strange page", Page::Strange), ("page unnamed", Page::Unnamed)] {
        add(&format!("publishable, {name}"), &bearer(&shop.publishable), Good::Scopes(pages, page));
    }
    // Characters 3 to 24 encode the shop, characters up to 45 are random, and the rest is the MAC over both.
    for (name, place) in [("of a shop that is not", 9), ("of other chance", 30), ("of another proof", 66)] {
        add(&format!("secret, {name}"), &bearer(&flipped(&shop.secret, place)), Good::Nothing);
    }
    add("secret, made publishable", &bearer(&shop.secret.replace("sk_", "pk_")), Good::Nothing);
    let secrets = Secrets::new(MASTER_KEY, "", ROOT_SECRET).unwrap();
    let unknown = secrets.mint(KeyKind::Secret, ShopId::parse(&shop.id).unwrap(), random());
    add("secret, never issued", &bearer(&unknown), Good::Nothing);

    let soon = now() + 1_500;
    let (expired, _) = shop.add_key(backend, Scope::ALL, Some(soon));
    let (revoked, id) = shop.add_key(backend, Scope::ALL, None);
    shop.delete_key(backend, &id);
    let (rotated, id) = shop.add_key(backend, Scope::ALL, None);
    let rotate = json!({ "overlap_seconds": 0 });
    let successor = post(backend, &format!("/v1/keys/{id}/rotate"), &shop.secret, "", &rotate).ok();
    for (name, key) in [("expired", &expired), ("revoked", &revoked), ("rotated", &rotated)] {
        add(&format!("secret, {name}"), &bearer(key), Good::Nothing);
    }
    for scope in Scope::ALL {
        let one = std::slice::from_ref(scope);
        let (key, _) = shop.add_key(backend, one, None);
        add(&format!("secret, {scope} alone"), &bearer(&key), Good::Scopes(one, Page::Server));
    }
    let successor = successor["key"].as_str().unwrap();
    add("secret, in the place of another", &bearer(successor), Good::Scopes(Scope::ALL, Page::Server));
    add("secret", &bearer(&shop.secret), Good::Scopes(Scope::ALL, Page::Server));
    add("the root secret", &bearer(ROOT_SECRET), Good::Root);
    backend.pass(u64::try_from(soon - now()).unwrap_or(0) + 10);
    callers
}

impl Caller {
    fn ask(&self, backend: &dyn Backend, method: &Method, path: &str, body: String) -> Answer {
        let origin = match self.good {
            Good::Scopes(_, Page::Own) => ORIGIN,
            Good::Scopes(_, Page::Strange) => "https://strange.example",
            _ => "",
        };
        let json = if body.is_empty() { "" } else { "application/json" };
        let headers = [("authorization", &*self.authorization), ("origin", origin), ("content-type", json)];
        send(backend, method.clone(), path, &headers, body)
    }
}

/// Returns the ETags of the contact and of the shop, and the number of keys.
fn state(backend: &dyn Backend, shop: &Shop, contact: &str) -> (String, String, usize) {
    let ask = |path: &str| send(backend, Method::GET, path, &[("authorization", &bearer(&shop.secret))], "");
    let tag = |path: &str| ask(path).header("etag").to_owned();
    let keys = ask("/v1/keys").ok()["keys"].as_array().unwrap().len();
    (tag(&format!("/v1/contacts/{contact}")), tag("/v1/shop"), keys)
}

fn person() -> Value {
    let person = with(submission(), "/contact/email", EMAIL.into());
    with(person, "/contact/phone", PHONE.into())
}

fn every_route_accepts_exactly_the_keys_of_the_contract(backend: &mut dyn Backend) {
    let operations = operations();
    let (shop, other) = (Shop::create_with(backend, &spacious()), Shop::create_with(backend, &spacious()));
    let contact = shop.submit_from_server(backend, &person()).ok()["contact"].as_str().unwrap().to_owned();
    let callers = callers(backend, &shop);
    let (_, spare) = shop.add_key(backend, &[Scope::Read], None);

    // Refused requests come first, because they must change nothing.
    let before = (state(backend, &shop, &contact), backend.objects(), backend.rows());
    let mut refused = 0;
    for caller in &callers {
        for operation in &operations {
            let Expected::Refused(status, code) = operation.expected(caller) else { continue };
            let path = operation.at(&shop.id, &contact, &spare);
            let answer = caller.ask(backend, &operation.method, &path, operation.about(&contact));
            let is = (answer.status.as_u16(), &answer.body["type"]);
            let is_to_be = (status, &format!("urn:placet:problem:{code}").into());
            assert_eq!(is, is_to_be, "{}: {} {}", caller.name, operation.method, operation.path);
            answer.problem(status, code, None);
            assert!(!answer.text.contains(EMAIL) && !answer.text.contains(&contact), "{}", answer.text);
            assert_eq!(answer.headers.contains_key("www-authenticate"), status == 401, "{}", caller.name);
            refused += 1;
        }
    }
    let after = (state(backend, &shop, &contact), backend.objects(), backend.rows());
    assert_eq!(after, before, "a refused request changes nothing");

    // The key of another shop has every scope, but no access to this shop.
    let stranger = Caller {
        name: "another shop".to_owned(),
        authorization: bearer(&other.secret),
        good: Good::Scopes(Scope::ALL, Page::Server),
    };
    // Operations about a contact run first: until the other shop submits its own data, it has no contact with these
    // addresses.
    let (contacts, others): (Vec<_>, Vec<_>) = operations.iter().partition(|operation| operation.is_about_a_contact());
    for operation in contacts.into_iter().chain(others) {
        let path = operation.at(&shop.id, &contact, &spare);
        let answer = stranger.ask(backend, &operation.method, &path, operation.about(&contact));
        let what = format!("another shop: {} {}: {}", operation.method, operation.path, answer.text);
        match operation.expected(&stranger) {
            Expected::Open => assert_eq!(answer.status.as_u16(), 200, "{what}"),
            Expected::Refused(status, code) => answer.problem(status, code, None),
            Expected::Allowed if operation.is_about_a_contact() => answer.problem(404, "contact_not_found", None),
            Expected::Allowed if operation.path.starts_with("/v1/keys/") => {
                answer.problem(404, "key_not_found", None);
            }
            Expected::Allowed => assert!(![401, 403].contains(&answer.status.as_u16()), "{what}"),
        }
        assert!(answer.status.as_u16() < 500, "{what}");
        let told = [&*contact, &shop.id, &spare].into_iter().find(|own| answer.text.contains(*own));
        // The audit log contains what this caller itself asked for.
        assert!(told.is_none() || operation.path == "/v1/audit" && told == Some(&contact), "{what}");
    }
    assert_eq!(state(backend, &shop, &contact), before.0, "another shop changes nothing");

    // The open and allowed requests. They change settings, keys and contacts, so this only checks that no request is
    // refused because of its key.
    let mut served = 0;
    for caller in &callers {
        for operation in &operations {
            let expected = operation.expected(caller);
            if matches!(expected, Expected::Refused(..)) {
                continue;
            }
            let path = operation.at(&shop.id, &contact, &spare);
            let answer = caller.ask(backend, &operation.method, &path, operation.about(&contact));
            let what = format!("{}: {} {}: {}", caller.name, operation.method, operation.path, answer.text);
            let status = answer.status.as_u16();
            if expected == Expected::Open {
                assert_eq!(status, 200, "{what}");
            }
            assert!(![401, 403, 429].contains(&status) && status < 500, "{status} {what}");
            served += 1;
        }
    }
    assert_eq!(refused + served, callers.len() * operations.len(), "every route with every key");
}

fn an_unsupported_method_is_refused_on_every_route(backend: &mut dyn Backend) {
    let operations = operations();
    let shop = Shop::create_with(backend, &spacious());
    let contact = shop.submit_from_server(backend, &person()).ok()["contact"].as_str().unwrap().to_owned();
    let (_, spare) = shop.add_key(backend, &[Scope::Read], None);
    let before = (state(backend, &shop, &contact), backend.rows());
    let key = bearer(&shop.secret);
    for operation in &operations {
        let path = operation.at(&shop.id, &contact, &spare);
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"] {
            let method: Method = method.parse().unwrap();
            if operations.iter().any(|own| own.method == method && own.at(&shop.id, &contact, &spare) == path) {
                continue;
            }
            for authorization in ["", &*key] {
                let answer = send(backend, method.clone(), &path, &[("authorization", authorization)], "");
                let expected = if method == Method::OPTIONS { 204 } else { 405 };
                assert_eq!(answer.status.as_u16(), expected, "{method} {path}: {}", answer.text);
                assert_eq!(answer.headers.contains_key("allow"), expected == 405, "{method} {path}");
            }
        }
    }
    assert_eq!((state(backend, &shop, &contact), backend.rows()), before, "an unsupported method changes nothing");
}
