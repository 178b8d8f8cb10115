//! A shop with a connection, over a clock that the test moves, and a platform that answers its requests.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use bytes::Bytes;
use http::{Request, Response};
use placet::api::{Deployment, Exchange, Handover, OutgoingKey, Secrets, ShopId, ShopService, Step};
use placet::consent::Timestamp;
use placet::ledger::{Database, DatabaseError, OsRuntime, Param, Row, Runtime, Sqlite};
use serde_json::{Value, json};

use crate::platform::{Hook, Platform};

const MASTER_KEY: &str = "a master key for the tests, nowhere else used";
const ROOT_SECRET: &str = "root_secret_for_the_tests_nowhere_else_used";
pub const DAY: i64 = 86_400_000;
const SHOP: ShopId = ShopId([7; 16]);

#[derive(Clone)]
struct Shared(Rc<Sqlite>);

impl Database for Shared {
    fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<(), DatabaseError> {
        self.0.execute(sql, params)
    }

    fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, DatabaseError> {
        self.0.query(sql, params)
    }

    fn size(&self) -> Result<u64, DatabaseError> {
        self.0.size()
    }

    fn atomically(&self, work: &mut dyn FnMut() -> bool) -> Result<(), DatabaseError> {
        self.0.atomically(work)
    }
}

#[derive(Clone)]
pub struct Clock(Rc<Cell<i64>>);

impl Runtime for Clock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.get()).unwrap()
    }

    fn day(&self, at: Timestamp, zone: &str) -> Option<String> {
        OsRuntime.day(at, zone)
    }

    fn fill(&self, buffer: &mut [u8]) {
        OsRuntime.fill(buffer);
    }

    fn report(&self, failure: &str) {
        panic!("the service failed: {failure}");
    }
}

/// What goes wrong between the service and the platform.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trouble {
    #[default]
    None,
    /// The platform has done what it was asked, and the service stops before it knows.
    Crash,
    /// The platform answers 500 and has done nothing.
    Failure,
    /// The platform asks to wait.
    Throttled,
    /// The answer is lost, although the platform has done what it was asked.
    Silence,
}

pub struct Stage {
    database: Shared,
    pub clock: Clock,
    service: ShopService,
    pub secret: String,
    pub connection: String,
    hook_path: String,
    hook_secret: String,
    pub platform: RefCell<Platform>,
    pub crashes: u32,
}

fn service(database: &Shared, clock: &Clock) -> ShopService {
    let secrets = Secrets::new(MASTER_KEY, "", ROOT_SECRET).unwrap();
    let deployment = Deployment::new(secrets, "https://consent.example", "1");
    ShopService::new(database.clone(), clock.clone(), deployment)
}

fn read(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap_or(Value::Null)
}

impl Stage {
    /// Creates a shop, connects the platform in this mode, and approves what the connection does.
    pub fn new(platform: Platform, mode: &str) -> Self {
        let stage = Self::unapproved(platform, mode, &json!({}));
        let mut stage = stage;
        stage.settle();
        stage.approve();
        stage.settle();
        stage
    }

    /// Does the same as [`Stage::new`], but nobody has approved anything. `more`: further settings of the connection.
    pub fn unapproved(platform: Platform, mode: &str, more: &Value) -> Self {
        let database = Shared(Rc::new(Sqlite::in_memory().unwrap()));
        let clock = Clock(Rc::new(Cell::new(OsRuntime.now().millis())));
        let service = service(&database, &clock);
        let mut body: Value = serde_json::from_str(include_str!("../fixtures/shop.json")).unwrap();
        body["limits"] = json!({ "publishable": 10_000, "secret": 10_000 });
        let request = Request::post("/v1/shops")
            .header(Handover::HEADER, Handover { new_shop: Some(SHOP), ..Handover::default() }.written())
            .header("content-type", "application/json")
            .body(body.to_string().into())
            .unwrap();
        let made = read(&service.respond(&request));
        let secret = made["keys"]["secret"].as_str().unwrap().to_owned();
        let mut stage = Self {
            database,
            clock,
            service,
            secret,
            connection: String::new(),
            hook_path: String::new(),
            hook_secret: String::new(),
            platform: RefCell::new(platform),
            crashes: 0,
        };
        stage.connect(mode, more);
        stage
    }

    /// Connects the platform.
    pub fn connect(&mut self, mode: &str, more: &Value) {
        let mut new = json!({
            "platform": "custom",
            "base": "https://platform.example/placet",
            "mode": mode,
            "credentials": { "token": "the-token-of-the-platform" },
        });
        for (name, value) in more.as_object().unwrap() {
            new[name] = value.clone();
        }
        let (status, made) = self.ask("POST", "/v1/connections", &new);
        assert_eq!(status, 201, "{made}");
        self.connection = made["id"].as_str().unwrap().to_owned();
        self.hook_path = made["hook_url"].as_str().unwrap().replace("https://consent.example", "");
        self.hook_secret = made["hook_secret"].as_str().unwrap().to_owned();
    }

    pub fn approve(&self) {
        let (status, answer) = self.ask("POST", &format!("/v1/connections/{}/approve", self.connection), &Value::Null);
        assert_eq!(status, 200, "{answer}");
    }

    /// Sends a request with the secret key.
    pub fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.secret));
        let body: Bytes = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        if !body.is_empty() {
            request = request.header("content-type", "application/json");
        }
        let response = self.service.respond(&request.body(body).unwrap());
        (response.status().as_u16(), read(&response))
    }

    /// Returns the connection with one of its subordinate answers, such as `/preview`.
    pub fn about(&self, part: &str) -> Value {
        let (status, answer) = self.ask("GET", &format!("/v1/connections/{}{part}", self.connection), &Value::Null);
        assert_eq!(status, 200, "{answer}");
        answer
    }

    /// Lets an act of a person reach the ledger on another way than by the platform.
    pub fn act(&self, email: &str, choice: &str, assurance: &str) {
        let mut choice_body = json!({ "channel": "email", "purpose": "newsletter", "choice": choice });
        let mut body = json!({
            "id": uuid::Builder::from_custom_bytes(random()).into_uuid().to_string(),
            "contact": { "email": email, "country": "GB" },
            "source": { "kind": "server" },
            "assurance": assurance,
        });
        if choice == "opt_in" {
            choice_body["basis"] = json!("consent");
            body["notice"] = json!({ "id": "n", "version": "1", "locale": "en", "text_sha256": "0".repeat(64) });
        }
        if assurance == "confirmed" {
            choice_body["evidence"] = json!({ "confirmed_by": "email" });
        }
        if assurance == "staff" {
            choice_body["evidence"] = json!({ "reason": "on the phone" });
        }
        body["choices"] = json!([choice_body]);
        let (status, answer) = self.ask("POST", "/v1/consents", &body);
        assert_eq!(status, 201, "{answer}");
    }

    /// Returns the decision of the ledger about the newsletter: nothing if it may be sent, else the reason why not.
    pub fn reason(&self, email: &str) -> Option<String> {
        let asked = json!({ "channel": "email", "purpose": "newsletter", "contact": { "email": email } });
        let (status, answer) = self.ask("POST", "/v1/decisions", &asked);
        assert_eq!(status, 200, "{answer}");
        answer["decision"]["reason"].as_str().map(str::to_owned)
    }

    /// Delivers a message of the platform.
    pub fn deliver(&self, hook: &Hook) {
        let (status, answer) = self.post_hook(hook, &self.hook_secret);
        assert_eq!(status, 200, "{answer}");
    }

    pub fn post_hook(&self, hook: &Hook, secret: &str) -> (u16, Value) {
        let now = (self.clock.0.get() / 1_000).to_string();
        let request = Request::post(&self.hook_path)
            .header("content-type", "application/json")
            .header("webhook-id", &hook.id)
            .header("webhook-timestamp", &now)
            .header("webhook-signature", hook.signature(secret, &now))
            .body(Bytes::from(hook.body.clone()))
            .unwrap();
        let response = self.service.respond(&request);
        (response.status().as_u16(), read(&response))
    }

    /// Begins a reading of all customers.
    pub fn sync(&self) {
        let (status, answer) = self.ask("POST", &format!("/v1/connections/{}/sync", self.connection), &json!(null));
        assert_eq!(status, 202, "{answer}");
    }

    /// Takes the next request that is sent to the platform, lets the platform do it, and returns how to report the answer.
    pub fn next_request(&mut self) -> (OutgoingKey, Exchange) {
        for _ in 0..100 {
            if let Step::Send(due) = self.service.step(self.clock.now()).unwrap() {
                let outgoing = due.into_iter().next().unwrap();
                let now = self.clock.0.get();
                return (outgoing.key, self.platform.borrow_mut().answer(&outgoing.request, now));
            }
            self.pass(100);
        }
        panic!("nothing is sent");
    }

    /// Reports the answer of a request.
    pub fn report(&self, (key, exchange): &(OutgoingKey, Exchange)) {
        self.service.finished(key, exchange).unwrap();
    }

    /// Does the work that is due now. Returns how many requests were sent. `trouble` tells for each what goes wrong.
    pub fn work(&mut self, mut trouble: impl FnMut() -> Trouble) -> u32 {
        let mut sent = 0;
        // Enough for all customers of a test, so that work without an end is found.
        for _ in 0..20_000 {
            match self.service.step(self.clock.now()).unwrap() {
                Step::Send(due) => {
                    for outgoing in due {
                        sent += 1;
                        let what = trouble();
                        let now = self.clock.0.get();
                        let exchange = match what {
                            Trouble::Failure => Platform::failed(500, None),
                            Trouble::Throttled => Platform::failed(429, Some("3")),
                            _ => self.platform.borrow_mut().answer(&outgoing.request, now),
                        };
                        match what {
                            Trouble::Crash => {
                                self.crash();
                                return sent;
                            }
                            Trouble::Silence => self.service.finished(&outgoing.key, &Exchange::TimedOut).unwrap(),
                            _ => self.service.finished(&outgoing.key, &exchange).unwrap(),
                        }
                    }
                }
                Step::Busy => {}
                Step::Until(next) => {
                    // The pause between two requests.
                    let wait = next.millis() - self.clock.0.get();
                    if wait > 1_000 {
                        return sent;
                    }
                    self.pass(wait.max(1));
                }
            }
        }
        panic!("the work has no end");
    }

    /// Ends the process and starts it again. What was not committed is lost.
    pub fn crash(&mut self) {
        self.crashes += 1;
        self.service = service(&self.database, &self.clock);
        self.service.nothing_is_under_way();
    }

    pub fn pass(&self, millis: i64) {
        self.clock.0.set(self.clock.0.get() + millis);
    }

    /// Does all work until nothing is due, for some days and without any trouble.
    pub fn settle(&mut self) {
        for _ in 0..3 {
            self.work(|| Trouble::None);
            let hooks = self.platform.borrow_mut().take_hooks();
            for hook in &hooks {
                self.deliver(hook);
            }
            self.work(|| Trouble::None);
            self.pass(DAY + 1);
        }
        self.work(|| Trouble::None);
    }

    /// Returns what the ledger's mirror holds of a customer's newsletter.
    pub fn mirrored(&self, id: &str) -> Option<String> {
        let row = self.database.query("SELECT mirror FROM remote WHERE remote = ?", &[Param::Text(id)]).unwrap();
        let mirror: Value = serde_json::from_str(row.first()?.text(0).unwrap()).unwrap();
        mirror["newsletter"]["s"].as_str().map(str::to_owned)
    }

    pub fn clock_now(&self) -> i64 {
        self.clock.0.get()
    }

    /// Returns the number of records.
    pub fn records(&self) -> i64 {
        self.count("SELECT count(*) FROM record")
    }

    /// Returns the time of the latest opt-in of an address that somebody but the platform states.
    pub fn yes_since(&self, email: &str) -> Option<i64> {
        let sql = "SELECT max(t.effective_at) FROM track t JOIN address a ON a.id = t.address
                   WHERE a.value = ? AND t.choice = 'opt_in' AND t.assurance IN ('confirmed', 'authenticated', 'staff')";
        let rows = self.database.query(sql, &[Param::Text(email)]).unwrap();
        if rows[0].is_null(0) { None } else { rows[0].integer(0).ok() }
    }

    /// Returns the number of rows that a statement counts.
    pub fn count(&self, sql: &str) -> i64 {
        self.database.query(sql, &[]).unwrap()[0].integer(0).unwrap()
    }
}

pub fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    OsRuntime.fill(&mut bytes);
    bytes
}
