//! The two backends that every scenario runs on: the service in this process over SQLite files, and real workerd.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use placet::api::{
    Deployment, Exchange, Handover, HttpAnswer, HttpRequest, Routed, Routing, Secrets, ShopService, Step, asset,
    body_too_large, evidence, front, refuse_shop,
};
use placet::consent::Timestamp;
use placet::ledger::{OsRuntime, Runtime, Sqlite};
use rusqlite::types::ValueRef;

pub const MASTER_KEY: &str = "a-master-key-for-the-tests-nowhere-else-used";
/// The secret that creates shops.
pub const ROOT_SECRET: &str = "root_secret_for_the_tests_nowhere_else_used";
/// The header in which a reverse proxy writes the client's IP address.
/// The secret of Turnstile of both backends.
pub const TURNSTILE_SECRET: &str = "0x4AAAAAAA-a-secret-of-turnstile";
pub const CLIENT_ADDRESS_HEADER: &str = "x-real-ip";

/// The base URL of all links.
pub const PUBLIC_URL: &str = "https://consent.example";

/// A running service that a scenario sends requests to.
pub trait Backend {
    /// Sends a request whose URI is a path.
    fn send(&self, request: Request<Bytes>) -> Response<Bytes>;
    /// Stops the service without warning (workerd by `kill -9`) and starts it again on the same data.
    fn crash(&mut self);
    /// Returns the directory with the shops' databases.
    fn data(&self) -> &Path;
    /// Sends the due deliveries to webhooks and stores the outcomes. workerd does this by itself.
    fn deliver(&self);

    /// Does the pending background work. workerd does this by itself.
    fn work(&self);

    /// Lets time pass. The native backend moves its clock; workerd has the clock of the machine.
    fn pass(&self, millis: u64);

    /// Starts the service again with other keys.
    fn turn_keys(&mut self, keys: Keys);

    /// Returns the database files of this scenario's shops.
    fn databases(&self) -> Vec<PathBuf> {
        databases(self.data())
    }

    /// Returns how many Durable Objects of shops have ever been started.
    fn objects(&self) -> usize {
        self.databases().len()
    }

    /// Counts the rows of each table, over all shops. Leaves out the audit log, because refused requests add rows to
    /// it.
    fn rows(&mut self) -> BTreeMap<String, i64> {
        let mut counts = BTreeMap::new();
        self.each_table(&mut |database, table| {
            let count = format!("SELECT count(*) FROM {table}");
            let count: i64 = database.query_row(&count, [], |row| row.get(0)).unwrap();
            *counts.entry(table.to_owned()).or_default() += count;
        });
        counts.remove("audit");
        counts
    }

    /// Returns every row of every table, over all shops: the name of the table and all values of the row.
    fn dump(&mut self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        self.each_table(&mut |database, table| {
            let mut rows = database.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let width = rows.column_count();
            let cell = |value: ValueRef<'_>| match value {
                ValueRef::Null => "NULL".to_owned(),
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            };
            let row = |row: &rusqlite::Row<'_>| {
                Ok((0..width).map(|column| cell(row.get_ref(column).unwrap())).collect::<Vec<_>>().join(" | "))
            };
            found.extend(rows.query_map([], row).unwrap().map(|row| (table.to_owned(), row.unwrap())));
        });
        found
    }

    /// Returns the same as [`Backend::dump`] without the tables of event delivery, which change by themselves.
    fn state(&mut self) -> Vec<(String, String)> {
        let mut rows = self.dump();
        rows.retain(|(table, _)| !["delivery", "webhook", "job"].contains(&table.as_str()));
        rows
    }

    /// Runs SQL on the stored data of every shop while the service is stopped.
    fn change(&mut self, sql: &str);

    /// Calls `look` with every table on disk. It reads the files, not the memory of a running process.
    fn each_table(&mut self, look: &mut dyn FnMut(&rusqlite::Connection, &str)) {
        self.crash();
        let copies = TempDir::new();
        for file in self.databases() {
            let copy = copies.0.join("copy.sqlite");
            for suffix in ["", "-wal"] {
                let from = PathBuf::from(format!("{}{suffix}", file.display()));
                let to = PathBuf::from(format!("{}{suffix}", copy.display()));
                let _ = fs::remove_file(&to);
                if from.exists() {
                    fs::copy(from, to).unwrap();
                }
            }
            let database = rusqlite::Connection::open(&copy).unwrap();
            let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*'";
            let mut tables = database.prepare(tables).unwrap();
            for table in tables.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap) {
                look(&database, &table);
            }
        }
    }
}

/// Returns the database files of the shops below a directory.
pub fn databases(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(databases(&path));
        } else if path.extension().is_some_and(|kind| kind == "sqlite")
            && path.file_stem().is_some_and(|stem| stem != "metadata")
        {
            found.push(path);
        }
    }
    found
}

fn change_all(files: &[PathBuf], sql: &str) {
    for file in files {
        rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
    }
}

/// A temporary directory that is deleted when this value is dropped.
pub struct TempDir(PathBuf);

impl TempDir {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("placet-test-{}", uuid::Uuid::from_bytes(random())));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).unwrap();
    bytes
}

pub fn secrets() -> Secrets {
    Keys::default().secrets()
}

/// The keys of the deployment: the ring of master keys, and the naming key.
#[derive(Clone, PartialEq, Eq)]
pub struct Keys {
    pub master: String,
    pub naming: String,
}

impl Default for Keys {
    fn default() -> Self {
        Self { master: MASTER_KEY.to_owned(), naming: String::new() }
    }
}

impl Keys {
    fn secrets(&self) -> Secrets {
        Secrets::new(&self.master, &self.naming, ROOT_SECRET).unwrap()
    }
}

/// The clock of the machine, moved on by the scenario.
#[derive(Clone, Default)]
pub struct Clock(Rc<Cell<i64>>);

impl Runtime for Clock {
    fn now(&self) -> Timestamp {
        OsRuntime.now().plus_millis(self.0.get())
    }

    fn day(&self, at: Timestamp, zone: &str) -> Option<String> {
        OsRuntime.day(at, zone)
    }

    fn fill(&self, buffer: &mut [u8]) {
        OsRuntime.fill(buffer);
    }

    fn report(&self, failure: &str) {
        OsRuntime.report(failure);
    }
}

/// The service in this process.
pub struct Native {
    data: TempDir,
    /// Whether shops are kept in memory only and end with this value.
    in_memory: bool,
    /// Whether events may be sent to this machine.
    local: bool,
    /// The URL that checks the tokens of Turnstile.
    turnstile: String,
    shops: RefCell<HashMap<String, ShopService>>,
    clock: Clock,
    keys: Keys,
}

impl Native {
    pub fn start() -> Self {
        Self {
            data: TempDir::new(),
            in_memory: false,
            local: true,
            turnstile: String::new(),
            shops: RefCell::default(),
            clock: Clock::default(),
            keys: Keys::default(),
        }
    }

    /// Does one step of the work of each shop that is awake, deliveries aside. Returns whether there was anything to do.
    pub fn work_a_page(&self) -> bool {
        let step = |service: &ShopService| service.step(self.clock.now()).unwrap();
        self.shops.borrow().values().map(step).fold(false, |any, step| any | !matches!(step, Step::Until(_)))
    }

    /// Starts the service as in production: events go to public internet addresses only.
    pub fn public() -> Self {
        Self { local: false, ..Self::start() }
    }

    /// Starts the service with another URL that checks the tokens of Turnstile.
    pub fn with_turnstile(url: &str) -> Self {
        Self { turnstile: url.to_owned(), ..Self::start() }
    }

    /// Starts the service in memory: fast enough for many thousand requests, but nothing survives a crash.
    pub fn in_memory() -> Self {
        Self { in_memory: true, ..Self::start() }
    }

    /// Sends one request as the edge does.
    pub fn exchange(outgoing: &HttpRequest) -> Exchange {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let timeout = Duration::from_millis(HttpRequest::TIMEOUT.into());
        let agent: ureq::Agent = config.timeout_global(Some(timeout)).build().into();
        let mut request = Request::builder().method(outgoing.method).uri(&outgoing.url);
        for (name, value) in &outgoing.headers {
            request = request.header(*name, value);
        }
        let answer = if outgoing.body.is_empty() {
            agent.run(request.body(()).unwrap())
        } else {
            agent.run(request.body(outgoing.body.clone()).unwrap())
        };
        let Ok(mut answer) = answer else { return Exchange::Unreachable };
        let value = |name: &&'static str| Some((*name, answer.headers().get(*name)?.to_str().ok()?.to_owned()));
        let headers = HttpAnswer::HEADERS.iter().filter_map(value).collect();
        let body = match outgoing.longest_answer {
            0 => Some(Vec::new()),
            longest => answer.body_mut().with_config().limit(longest as u64).read_to_vec().ok(),
        };
        body.map_or(Exchange::Unreachable, |body| {
            Exchange::Answered(HttpAnswer { status: answer.status().as_u16(), headers, body })
        })
    }

    fn ask(&self, object: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let mut shops = self.shops.borrow_mut();
        let service = shops.entry(object.to_owned()).or_insert_with(|| {
            let file = self.data.0.join(format!("{object}.sqlite"));
            let database = if self.in_memory { Sqlite::in_memory() } else { Sqlite::open(&file) }.unwrap();
            ShopService::new(
                database,
                self.clock.clone(),
                Deployment::new(self.keys.secrets(), PUBLIC_URL, if self.local { "1" } else { "" })
                    .with_turnstile(TURNSTILE_SECRET.to_owned(), self.turnstile.clone()),
            )
        });
        if let Ok(mut routed) = Routed::of(request.method(), request.uri().path(), request.headers())
            && let Some(question) = service.presence_question(&routed, request)
        {
            let exchange = Self::exchange(&question);
            routed.handover.is_present = exchange.answer().and_then(|answer| service.is_present(request, answer));
            return service.handle(&routed, request);
        }
        service.respond(request)
    }
}

impl Backend for Native {
    fn send(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path().to_owned();
        let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (object, handover) =
            match front(request.method(), &path, request.headers(), &self.keys.secrets(), &OsRuntime) {
                Routing::Answer(response) => return response,
                Routing::Asset(file) => {
                    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/api/contract");
                    return asset(file, fs::read(assets.join(file)).ok());
                }
                Routing::Shop { object, by_visitor, with_evidence } => {
                    let from = text(CLIENT_ADDRESS_HEADER);
                    let visitor =
                        from.as_deref().filter(|_| by_visitor).map(|from| self.keys.secrets().visitor(0, from));
                    let evidence = with_evidence.then(|| evidence(from.as_deref(), text("user-agent").as_deref()));
                    (object, Handover { visitor, evidence, ..Handover::default() })
                }
                Routing::NewShop { body_limit, .. } if request.body().len() > body_limit => {
                    return body_too_large(body_limit);
                }
                Routing::NewShop { object, shop, .. } => {
                    if let Some(refusal) = refuse_shop(request.headers(), request.body()) {
                        return refusal;
                    }
                    (object, Handover { new_shop: Some(shop), ..Handover::default() })
                }
            };
        // As the edge does: whatever a client sends under this name is replaced.
        request.headers_mut().insert(Handover::HEADER, HeaderValue::from_str(&handover.written()).unwrap());
        self.ask(&object, &request)
    }

    fn pass(&self, millis: u64) {
        self.clock.0.set(self.clock.0.get() + i64::try_from(millis).unwrap());
    }

    fn crash(&mut self) {
        self.shops.borrow_mut().clear();
    }

    fn turn_keys(&mut self, keys: Keys) {
        self.crash();
        self.keys = keys;
    }

    fn deliver(&self) {
        self.work();
    }

    fn work(&self) {
        for service in self.shops.borrow().values() {
            loop {
                match service.step(self.clock.now()).unwrap() {
                    Step::Send(due) => {
                        for outgoing in due {
                            service.finished(&outgoing.key, &Self::exchange(&outgoing.request)).unwrap();
                        }
                    }
                    Step::Busy => {}
                    Step::Until(_) => break,
                }
            }
        }
    }

    fn data(&self) -> &Path {
        &self.data.0
    }

    fn change(&mut self, sql: &str) {
        self.crash();
        change_all(&self.databases(), sql);
    }
}

/// Real workerd with the worker that `make dist` builds. A scenario has a process to itself while it runs, and gives it back
/// when it ends: the next scenario has shops of its own, so it needs no new process.
pub struct Workerd {
    running: Option<Running>,
    /// The databases of earlier scenarios.
    earlier: Vec<PathBuf>,
    client: ureq::Agent,
}

struct Running {
    data: TempDir,
    port: u16,
    process: Child,
    keys: Keys,
    /// The URL that checks the tokens of Turnstile.
    turnstile: String,
}

/// The processes that no scenario uses.
static IDLE: Mutex<Vec<Running>> = Mutex::new(Vec::new());

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Workerd {
    pub fn start() -> Self {
        Self::with(IDLE.lock().unwrap().pop().unwrap_or_else(|| Self::run("")))
    }

    /// Starts a process of its own, with another URL that checks the tokens of Turnstile.
    pub fn with_turnstile(url: &str) -> Self {
        Self::with(Self::run(url))
    }

    fn run(turnstile: &str) -> Running {
        let data = TempDir::new();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let keys = Keys::default();
        let process = Self::spawn(&data.0, port, &keys, turnstile);
        Running { data, port, process, keys, turnstile: turnstile.to_owned() }
    }

    fn with(running: Running) -> Self {
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20)));
        let earlier = databases(&running.data.0);
        Self { running: Some(running), earlier, client: config.build().into() }
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    fn spawn(data: &Path, port: u16, keys: &Keys, turnstile: &str) -> Child {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(root.join("build/index_bg.wasm").exists(), "the worker is not built: run `make dist` first");
        let packages =
            fs::read_dir(root.join("www/node_modules/@cloudflare")).expect("no workerd: run `make setup` first");
        let binary = packages
            .map(|entry| entry.unwrap().path().join("bin/workerd"))
            .find(|path| path.exists())
            .expect("no workerd: run `make setup` first");
        let process = Command::new(binary)
            .arg("serve")
            .arg(root.join("src/edge/local.capnp"))
            .arg("--socket-addr")
            .arg(format!("http=127.0.0.1:{port}"))
            .arg("--directory-path")
            .arg(format!("disk={}", data.display()))
            .env("PLACET_MASTER_KEY", &keys.master)
            .env("PLACET_NAMING_KEY", &keys.naming)
            .env("PLACET_ROOT_SECRET", ROOT_SECRET)
            .env("PLACET_CLIENT_ADDRESS_HEADER", CLIENT_ADDRESS_HEADER)
            .env("PLACET_PUBLIC_URL", PUBLIC_URL)
            .env("PLACET_LOCAL_WEBHOOKS", "1")
            .env("PLACET_TURNSTILE_SECRET", TURNSTILE_SECRET)
            .env("PLACET_TURNSTILE_URL", turnstile)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let limit = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < limit, "workerd did not start within 20 s");
            std::thread::sleep(Duration::from_millis(20));
        }
        process
    }

    /// Ends workerd, does some work on the databases of this scenario, and starts it again.
    pub fn stopped(&mut self, work: impl FnOnce(&[PathBuf])) {
        let files = self.databases();
        let running = self.running.as_mut().unwrap();
        running.process.kill().unwrap();
        running.process.wait().unwrap();
        work(&files);
        running.process = Self::spawn(&running.data.0, running.port, &running.keys, &running.turnstile);
    }
}

impl Backend for Workerd {
    fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (mut parts, body) = request.into_parts();
        parts.uri = format!("http://127.0.0.1:{}{}", self.running().port, parts.uri).parse().unwrap();
        // The HTTP client allows no body with GET and requires one with POST.
        let answer = if body.is_empty() && parts.method != http::Method::POST {
            self.client.run(Request::from_parts(parts, ()))
        } else {
            self.client.run(Request::from_parts(parts, body.to_vec()))
        };
        let (parts, mut body) = answer.unwrap().into_parts();
        Response::from_parts(parts, body.read_to_vec().unwrap().into())
    }

    fn crash(&mut self) {
        self.stopped(|_| {});
    }

    fn turn_keys(&mut self, keys: Keys) {
        self.running.as_mut().unwrap().keys = keys;
        self.crash();
    }

    fn databases(&self) -> Vec<PathBuf> {
        let mut own = databases(self.data());
        own.retain(|file| !self.earlier.contains(file));
        own
    }

    fn pass(&self, millis: u64) {
        std::thread::sleep(Duration::from_millis(millis));
    }

    fn deliver(&self) {}

    fn work(&self) {}

    fn data(&self) -> &Path {
        &self.running().data.0
    }

    fn change(&mut self, sql: &str) {
        self.stopped(|files| change_all(files, sql));
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        // What a failed scenario leaves behind might fail the next one.
        if !std::thread::panicking() && self.running().keys == Keys::default() {
            IDLE.lock().unwrap().extend(self.running.take());
        }
    }
}
