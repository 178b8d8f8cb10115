//! The two backends that every scenario runs on: the service in this process over SQLite files, and real workerd.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response};
use placet::api::{
    Deployment, Door, EVIDENCE_HEADER, NEW_SHOP_HEADER, Outgoing, Secrets, ShopService, VISITOR_HEADER, body_too_large,
    evidence, front, refuse_shop,
};
use placet::ledger::{OsHost, SendOutcome, Sqlite};
use rusqlite::types::ValueRef;

pub const MASTER_KEY: &str = "a master key for the tests, nowhere else used";
/// What links begin with.
pub const ROOT_SECRET: &str = "root_secret_for_the_tests_nowhere_else_used";
/// Where a proxy in front would write the client's address.
pub const CLIENT_ADDRESS_HEADER: &str = "x-real-ip";

/// What links begin with.
pub const PUBLIC_URL: &str = "https://consent.example";

/// Where requests go.
pub trait Backend {
    /// Sends a request whose URI is a path.
    fn send(&self, request: Request<Bytes>) -> Response<Bytes>;
    /// Ends the service without a word (workerd by `kill -9`), and starts it again on the same data.
    fn crash(&mut self);
    /// Where the shops' databases are.
    fn data(&self) -> &Path;
    /// Sends what is due to webhooks, and notes what came of it. workerd does that by itself.
    fn deliver(&self);

    /// Works on what waits to be worked on. workerd does that by itself.
    fn work(&self);

    /// The number of shops' objects that have ever been woken.
    fn objects(&self) -> usize {
        databases(self.data()).len()
    }

    /// The number of rows in each table, over all shops. Without the audit log, which grows by what is refused too.
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

    /// Every row of every table, over all shops: the table and all that stands in the row.
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

    /// As [`Backend::dump`], without how far events have come: the shop tells of them by itself, whoever looks.
    fn state(&mut self) -> Vec<(String, String)> {
        let mut rows = self.dump();
        rows.retain(|(table, _)| !["delivery", "webhook", "job"].contains(&table.as_str()));
        rows
    }

    /// Changes what is on disk, of every shop, while nobody runs.
    fn change(&mut self, sql: &str);

    /// Looks at what is on disk, not at what a running process believes.
    fn each_table(&mut self, look: &mut dyn FnMut(&rusqlite::Connection, &str)) {
        self.crash();
        let copies = TempDir::new();
        for file in databases(self.data()) {
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

/// The databases of the shops below a directory.
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

fn change_all(directory: &Path, sql: &str) {
    for file in databases(directory) {
        rusqlite::Connection::open(file).unwrap().execute_batch(sql).unwrap();
    }
}

/// A directory that goes when its owner goes.
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

fn secrets() -> Secrets {
    Secrets::new(MASTER_KEY, ROOT_SECRET).unwrap()
}

/// The service in this process.
pub struct Native {
    data: TempDir,
    /// Whether the shops live as long as this value, and nowhere but in memory.
    in_memory: bool,
    /// Whether events may go to this machine.
    local: bool,
    shops: RefCell<HashMap<String, ShopService>>,
}

impl Native {
    pub fn start() -> Self {
        Self { data: TempDir::new(), in_memory: false, local: true, shops: RefCell::default() }
    }

    /// Works on one page of an import in each shop that is awake. Tells whether there was one.
    pub fn work_a_page(&self) -> bool {
        self.shops
            .borrow()
            .values()
            .map(|service| service.work_on_imports().unwrap())
            .fold(false, |one, other| one | other)
    }

    /// As it is deployed: events go to the public internet alone.
    pub fn public() -> Self {
        Self { local: false, ..Self::start() }
    }

    /// For many thousand requests, none of which has to outlive a crash.
    pub fn in_memory() -> Self {
        Self { in_memory: true, ..Self::start() }
    }

    /// As the edge sends it, one at a time: the status and `retry-after`.
    fn post(&self, outgoing: &Outgoing) -> (Option<u16>, Option<String>) {
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let timeout = Duration::from_millis(Outgoing::TIMEOUT.into());
        let agent: ureq::Agent = config.timeout_global(Some(timeout)).build().into();
        let mut request = agent.post(&outgoing.url);
        for (name, value) in &outgoing.headers {
            request = request.header(*name, value);
        }
        match request.send(&outgoing.body) {
            Ok(answer) => {
                let retry_after = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
                (Some(answer.status().as_u16()), retry_after)
            }
            Err(_) => (None, None),
        }
    }

    fn ask(&self, object: &str, request: &Request<Bytes>) -> Response<Bytes> {
        let mut shops = self.shops.borrow_mut();
        let service = shops.entry(object.to_owned()).or_insert_with(|| {
            let file = self.data.0.join(format!("{object}.sqlite"));
            let database = if self.in_memory { Sqlite::in_memory() } else { Sqlite::open(&file) }.unwrap();
            ShopService::new(
                database,
                OsHost,
                Deployment::new(secrets(), PUBLIC_URL, if self.local { "1" } else { "" }),
            )
        });
        service.handle(request)
    }
}

impl Backend for Native {
    fn send(&self, mut request: Request<Bytes>) -> Response<Bytes> {
        let path = request.uri().path().to_owned();
        match front(request.method(), &path, request.headers(), &secrets(), &OsHost) {
            Door::Answer(response) => response,
            Door::Shop { object, by_visitor, with_evidence } => {
                // As the edge does.
                request.headers_mut().remove(VISITOR_HEADER);
                request.headers_mut().remove(EVIDENCE_HEADER);
                if let Some(from) = request.headers().get(CLIENT_ADDRESS_HEADER).filter(|_| by_visitor) {
                    let visitor = secrets().visitor(0, from.to_str().unwrap());
                    let visitor = HeaderValue::from_str(&visitor).unwrap();
                    request.headers_mut().insert(HeaderName::from_static(VISITOR_HEADER), visitor);
                }
                if with_evidence {
                    let headers = request.headers_mut();
                    let [from, browser] = [CLIENT_ADDRESS_HEADER, "user-agent"].map(|name| headers.remove(name));
                    let [from, browser] =
                        [&from, &browser].map(|value| value.as_ref().and_then(|value| value.to_str().ok()));
                    let told = HeaderValue::from_str(&evidence(from, browser)).unwrap();
                    headers.insert(HeaderName::from_static(EVIDENCE_HEADER), told);
                }
                self.ask(&object, &request)
            }
            Door::NewShop { body_limit, .. } if request.body().len() > body_limit => {
                body_too_large(body_limit, &path, request.headers())
            }
            Door::NewShop { object, shop, .. } => {
                if let Some(refusal) = refuse_shop(request.headers(), request.body()) {
                    return refusal;
                }
                let id = HeaderValue::from_str(&shop.to_string()).unwrap();
                request.headers_mut().insert(HeaderName::from_static(NEW_SHOP_HEADER), id);
                self.ask(&object, &request)
            }
        }
    }

    fn crash(&mut self) {
        self.shops.borrow_mut().clear();
    }

    fn deliver(&self) {
        for service in self.shops.borrow().values() {
            loop {
                let due = service.due_deliveries().unwrap();
                if due.is_empty() {
                    break;
                }
                for outgoing in due {
                    let (status, retry_after) = self.post(&outgoing);
                    let outcome = match status {
                        Some(status) => SendOutcome::Answered { status, retry_after: retry_after.as_deref() },
                        None => SendOutcome::Unreachable,
                    };
                    service.delivered(&outgoing.key, outcome).unwrap();
                }
            }
        }
    }

    fn work(&self) {
        for service in self.shops.borrow().values() {
            while service.work_on_imports().unwrap() {}
        }
    }

    fn data(&self) -> &Path {
        &self.data.0
    }

    fn change(&mut self, sql: &str) {
        self.crash();
        change_all(&self.data.0, sql);
    }
}

/// Real workerd with the worker as built by `make dist`.
pub struct Workerd {
    data: TempDir,
    port: u16,
    process: Child,
    client: ureq::Agent,
}

impl Workerd {
    pub fn start() -> Self {
        let data = TempDir::new();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Self::spawn(&data.0, port);
        let config =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(20)));
        Self { data, port, process, client: config.build().into() }
    }

    fn spawn(data: &Path, port: u16) -> Child {
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
            .env("PLACET_MASTER_KEY", MASTER_KEY)
            .env("PLACET_ROOT_SECRET", ROOT_SECRET)
            .env("PLACET_CLIENT_ADDRESS_HEADER", CLIENT_ADDRESS_HEADER)
            .env("PLACET_PUBLIC_URL", PUBLIC_URL)
            .env("PLACET_LOCAL_WEBHOOKS", "1")
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

    /// Ends workerd, does some work on its data, and starts it again.
    pub fn stopped(&mut self, work: impl FnOnce(&Path)) {
        self.kill();
        work(&self.data.0);
        self.process = Self::spawn(&self.data.0, self.port);
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Backend for Workerd {
    fn send(&self, request: Request<Bytes>) -> Response<Bytes> {
        let (mut parts, body) = request.into_parts();
        parts.uri = format!("http://127.0.0.1:{}{}", self.port, parts.uri).parse().unwrap();
        // A client may not send a body with GET, nor must it.
        let answer = if body.is_empty() && parts.method != http::Method::POST {
            self.client.run(Request::from_parts(parts, ()))
        } else {
            self.client.run(Request::from_parts(parts, body.to_vec()))
        };
        let (parts, mut body) = answer.unwrap().into_parts();
        Response::from_parts(parts, body.read_to_vec().unwrap().into())
    }

    fn crash(&mut self) {
        self.kill();
        self.process = Self::spawn(&self.data.0, self.port);
    }

    fn deliver(&self) {}

    fn work(&self) {}

    fn data(&self) -> &Path {
        &self.data.0
    }

    fn change(&mut self, sql: &str) {
        self.stopped(|data| change_all(data, sql));
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        self.kill();
    }
}
