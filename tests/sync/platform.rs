//! A fake shop platform that speaks placet's own protocol, in memory.

use std::collections::BTreeMap;

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use placet::api::{Exchange, HttpAnswer, HttpRequest};
use placet::consent::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    pub email: String,
    /// `None`: the field is absent.
    pub state: Option<String>,
    /// When the platform says that the customer chose.
    pub at: i64,
    pub modified: i64,
}

/// A message that the platform sends.
#[derive(Clone, Debug)]
pub struct Hook {
    pub id: String,
    pub body: String,
}

impl Hook {
    pub fn signature(&self, secret: &str, at: &str) -> String {
        let key = Base64::decode_vec(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("{}.{at}.{}", self.id, self.body);
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(signed).finalize().into_bytes();
        format!("v1,{}", Base64::encode_string(&mac))
    }
}

#[derive(Clone, Debug, Default)]
pub struct Platform {
    pub customers: BTreeMap<String, Customer>,
    /// Whether the platform keeps the time at which a customer chose.
    pub is_dated: bool,
    /// Whether the platform says when it changed a customer.
    pub is_versioned: bool,
    /// The messages that are not delivered yet.
    pub hooks: Vec<Hook>,
    /// How many writes came, and how many of them changed nothing.
    pub writes: u32,
    pub idle_writes: u32,
    pub erased: Vec<String>,
    /// The bodies of the writes.
    pub bodies: Vec<Value>,
    /// Whether the platform takes writes and keeps what it holds.
    pub refuses: bool,
    /// Whether the platform refuses the token.
    pub locked: bool,
    /// The country of all customers.
    pub country: String,
    pub page_size: usize,
    count: u32,
}

impl Platform {
    pub fn new(is_dated: bool, is_versioned: bool) -> Self {
        Self { is_dated, is_versioned, page_size: 3, country: "GB".into(), ..Self::default() }
    }

    fn time(millis: i64) -> String {
        Timestamp::from_millis(millis).unwrap().to_string()
    }

    pub fn written(&self, id: &str) -> Value {
        let own = &self.customers[id];
        let mut customer = json!({ "id": id, "email": own.email, "country": self.country, "fields": {} });
        if let Some(state) = &own.state {
            customer["fields"]["newsletter"] = json!({ "state": state });
            if self.is_dated {
                customer["fields"]["newsletter"]["at"] = json!(Self::time(own.at));
            }
        }
        if self.is_versioned {
            customer["modified_at"] = json!(Self::time(own.modified));
        }
        customer
    }

    /// A customer, or an app, changes the field.
    pub fn set(&mut self, id: &str, state: &str, at: i64, now: i64) {
        let own = self.customers.get_mut(id).unwrap();
        // As Shopify does: what is older than what it holds has no effect.
        if self.is_dated && at < own.at {
            return;
        }
        *own = Customer { state: Some(state.to_owned()), at, modified: now.max(own.modified + 1), ..own.clone() };
        self.tell(id);
    }

    pub fn add(&mut self, id: &str, email: &str, state: Option<&str>, now: i64) {
        let customer = Customer { email: email.to_owned(), state: state.map(str::to_owned), at: now, modified: now };
        self.customers.insert(id.to_owned(), customer);
        self.tell(id);
    }

    pub fn remove(&mut self, id: &str) {
        self.customers.remove(id);
        self.push(json!({ "deleted": [id] }));
    }

    fn tell(&mut self, id: &str) {
        let customer = self.written(id);
        self.push(json!({ "customers": [customer] }));
    }

    pub fn push(&mut self, body: Value) {
        self.count += 1;
        self.hooks.push(Hook { id: format!("msg_{}", self.count), body: body.to_string() });
    }

    pub fn take_hooks(&mut self) -> Vec<Hook> {
        std::mem::take(&mut self.hooks)
    }

    pub fn failed(status: u16, retry_after: Option<&str>) -> Exchange {
        let headers = retry_after.map(|value| ("retry-after", value.to_owned())).into_iter().collect();
        Exchange::Answered(HttpAnswer { status, headers, body: Vec::new() })
    }

    fn found(value: &Value) -> Exchange {
        Exchange::Answered(HttpAnswer { status: 200, headers: Vec::new(), body: value.to_string().into_bytes() })
    }

    /// Answers a request of the service.
    pub fn answer(&mut self, request: &HttpRequest, now: i64) -> Exchange {
        let path = request.url.strip_prefix("https://platform.example/placet/customers").unwrap();
        assert_eq!(request.headers[0], ("authorization", "Bearer the-token-of-the-platform".to_owned()));
        if self.locked {
            return Self::failed(401, None);
        }
        let id = path.strip_prefix('/');
        match (request.method, id) {
            ("GET", None) => {
                let after = path.strip_prefix("?after=").unwrap_or_default();
                let mut ids = self.customers.keys().filter(|id| id.as_str() > after);
                let page: Vec<&String> = ids.by_ref().take(self.page_size).collect();
                let next = ids.next().and(page.last());
                Self::found(
                    &json!({ "customers": page.iter().map(|id| self.written(id)).collect::<Vec<_>>(), "next": next }),
                )
            }
            (_, Some(id)) if !self.customers.contains_key(id) => Self::failed(404, None),
            ("GET", Some(id)) => Self::found(&self.written(id)),
            ("PATCH", Some(id)) => {
                let body: Value = serde_json::from_str(&request.body).unwrap();
                let wanted = &body["fields"]["newsletter"];
                let at = Timestamp::parse(wanted["at"].as_str().unwrap()).unwrap().millis();
                let before = self.customers[id].state.clone();
                self.writes += 1;
                self.bodies.push(body.clone());
                if self.refuses {
                    return Self::found(&self.written(id));
                }
                self.set(id, wanted["state"].as_str().unwrap(), at, now);
                if self.customers[id].state == before {
                    self.idle_writes += 1;
                }
                Self::found(&self.written(id))
            }
            ("DELETE", Some(id)) => {
                self.erased.push(id.to_owned());
                self.customers.remove(id);
                Self::failed(204, None)
            }
            _ => panic!("{} {path}", request.method),
        }
    }
}
