//! Old lists, imported at any time and interrupted at any page: the outcome is always the same, and no list opts in a
//! person who opted out.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use http::Method;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::backend::{Backend, Native};
use crate::client::{Shop, ask, from_now, submission, with};
use crate::imports::{
    act, bare, counts, ended, erase, get, gzip, id_of, imported, listed, lists, look, open_shop, send_file, statement,
    status, undone,
};

/// Submits what is on record before the import.
fn known(backend: &Native, shop: &Shop) {
    for (number, assurance, choice) in [
        (3, "confirmed", "opt_in"),
        (700, "authenticated", "opt_out"),
        (1_300, "confirmed", "opt_in"),
        (1_900, "authenticated", "opt_in"),
    ] {
        statement(backend, shop, &format!("person{number}@example.com"), assurance, choice);
    }
    erase(backend, shop, "person1300@example.com");
    imported(backend, shop, "list=suppressed", "email\nperson1400@example.com\n");
}

/// Returns a list of 2,600 rows. Most rows are about one person each; some persons occur twice, far apart.
fn long_list() -> String {
    let row = |row: u32| match row % 100 {
        50 => format!("person{row},yes,\n"),
        51 => format!("person{row}@example.com,,\n"),
        52 => format!("person{row}@example.com,yes,2024-01-01\n"),
        53 => format!("person{}@example.com,no,\n", row % 1_000),
        54 => format!("person{}@example.com,yes,\n", row % 1_000),
        // A person who opted out three rows earlier in this file.
        56 => format!("person{}@example.com,yes,\n", row % 1_000 - 3),
        // A clear no counts, whatever stands beside it.
        57 => format!("person{row}@example.com,no,soon\n"),
        other if other % 9 == 0 => format!("person{row}@example.com,no,2024-01-01\n"),
        _ => format!("person{row}@example.com,yes,\n"),
    };
    std::iter::once("email,choice,occurred_at\n".to_owned()).chain((0..2_600).map(row)).collect()
}

const QUERY: &str = "channel=email&purpose=newsletter";

/// Returns the outcome of an import, without what depends on the shop or the time.
fn outcome(backend: &Native, shop: &Shop, import: &Value) -> Value {
    let mut people = Vec::new();
    for list in ["opted_in", "opted_out"] {
        people.push(bare(&listed(backend, shop, list), &["contact", "since"]));
    }
    let errors = get(backend, shop, &format!("/v1/imports/{}/errors", id_of(import))).text;
    let suppressed = listed(backend, shop, "suppressed").lines().count();
    json!([import["state"], import["counts"], import["progress"]["rows"], people, errors, suppressed])
}

#[test]
fn an_import_interrupted_at_any_page_has_the_same_outcome() {
    let mut backend = Native::start();
    let file = long_list();
    let whole = open_shop(&backend);
    known(&backend, &whole);
    let trial = imported(&backend, &whole, &format!("{QUERY}&dry_run=true"), file.clone());
    let import = imported(&backend, &whole, QUERY, file.clone());
    assert_eq!(trial["counts"], import["counts"]);
    let expected = outcome(&backend, &whole, &import);
    let all = import["counts"].as_object().unwrap();
    assert!(all.iter().all(|(_, count)| count.as_u64() > Some(0)), "{all:?}");
    for packed in [false, true] {
        let bytes = if packed { gzip(file.as_bytes()) } else { file.clone().into_bytes() };
        // The process ends at one page, or at every page.
        for cut in [vec![0], vec![1], vec![2], vec![3], vec![5], vec![6], (0..8).collect()] {
            for query in [QUERY.to_owned(), format!("{QUERY}&dry_run=true")] {
                let shop = open_shop(&backend);
                known(&backend, &shop);
                let sent = send_file(&backend, &shop, &query, bytes.clone());
                let id = id_of(&sent.body).to_owned();
                for page in 0..8 {
                    if cut.contains(&page) {
                        backend.crash();
                    }
                    look(&backend, &shop, &id);
                    backend.work_a_page();
                }
                let import = ended(&backend, &shop, &id);
                if query == QUERY {
                    assert_eq!(outcome(&backend, &shop, &import), expected, "cut at {cut:?}");
                } else {
                    assert_eq!(import["counts"], trial["counts"], "cut at {cut:?}");
                }
            }
        }
    }
}

#[test]
fn an_import_cancelled_half_way_can_be_undone() {
    let mut backend = Native::start();
    let shop = open_shop(&backend);
    known(&backend, &shop);
    let before = lists(&backend, &shop);
    let sent = send_file(&backend, &shop, QUERY, long_list());
    let id = id_of(&sent.body).to_owned();
    backend.work_a_page();
    backend.work_a_page();
    let running = look(&backend, &shop, &id);
    assert_eq!((&running["state"], &running["progress"]["rows"]), (&json!("running"), &json!(1_000)), "{running}");
    act(&backend, &shop, &id, "undo").problem(409, "import_conflict", None);
    // A person who is erased during the import is not stored again by a later page.
    erase(&backend, &shop, "person1900@example.com");
    backend.work_a_page();
    backend.work_a_page();
    assert_eq!(status(&backend, &shop, "person1900@example.com"), None);
    let stopped = act(&backend, &shop, &id, "cancel");
    assert_eq!((stopped.status.as_u16(), &stopped.body["state"]), (202, &json!("cancelled")));
    assert!(!backend.work_a_page(), "the work on it has ended");
    assert_eq!(look(&backend, &shop, &id)["progress"]["rows"], 2_000);
    assert_ne!(lists(&backend, &shop), before);
    assert_eq!(act(&backend, &shop, &id, "undo").status.as_u16(), 202);
    backend.work_a_page();
    assert_eq!(look(&backend, &shop, &id)["state"], "undoing");
    act(&backend, &shop, &id, "cancel").problem(409, "import_conflict", None);
    backend.crash();
    assert_eq!(ended(&backend, &shop, &id)["state"], "undone");
    let erased = "person1900@example.com";
    let after = lists(&backend, &shop);
    let others = |list: &str| list.lines().filter(|row| !row.contains(erased)).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!([others(&after[0]), others(&after[1])], [others(&before[0]), others(&before[1])]);
    // The imports run one after the other, and each event is sent once.
    let sent: Vec<String> = ["offers", "newsletter"]
        .map(|purpose| send_file(&backend, &shop, &format!("channel=email&purpose={purpose}"), long_list()))
        .iter()
        .map(|sent| id_of(&sent.body).to_owned())
        .collect();
    // The try is counted first, in a step of its own.
    backend.work_a_page();
    backend.work_a_page();
    let states = [&sent[0], &sent[1]].map(|id| look(&backend, &shop, id)["state"].clone());
    assert_eq!(states, ["running", "waiting"]);
    for id in &sent {
        assert_eq!(ended(&backend, &shop, id)["progress"]["rows"], 2_600);
    }
    backend.crash();
    let kept = backend.dump();
    let left = kept.iter().filter(|(table, _)| ["import_chunk", "import_trial"].contains(&table.as_str()));
    assert_eq!(left.count(), 0, "no data of a finished or cancelled file is stored");
}

#[test]
fn a_dry_run_counts_suppressions_as_the_import_does() {
    let backend = Native::in_memory();
    let shop = open_shop(&backend);
    let row = |row: u32| format!("person{}@example.com\n", row % 600);
    let file: String = std::iter::once("email\n".to_owned()).chain((0..700).map(row)).collect();
    let trial = imported(&backend, &shop, "list=suppressed&dry_run=true", file.clone());
    let import = imported(&backend, &shop, "list=suppressed", file);
    assert_eq!(counts(&import), json!({ "accepted": 600, "duplicate": 100 }));
    assert_eq!(trial["counts"], import["counts"]);
}

/// An act of a person, or of the shop for that person.
#[derive(Clone, Debug)]
enum Act {
    Yes { assurance: &'static str, purpose: &'static str },
    No { assurance: &'static str, purpose: Option<&'static str>, is_objection: bool },
    Suppressed { email: bool, reason: &'static str },
    Erased,
}

/// A file that is imported afterwards.
#[derive(Clone, Debug)]
enum File {
    /// Rows with opt-ins, for both channels or for email only.
    Yes { days: Option<i16>, purpose: &'static str, phone: &'static str },
    /// A provider's file made from our own list before the opt-out.
    Earlier { profile: &'static str },
    /// A Shopify file in which the person has opted in or not.
    Shopify { email: &'static str, sms: &'static str, is_no_opt_out: bool },
    /// Rows with opt-outs, of one scope or of everything.
    No { word: &'static str, scope: &'static str },
    /// A file with an opt-out and then an opt-in of the same person.
    Torn,
    /// A suppressed address, in plain text or as a hash.
    Suppressed { is_hash: bool, days: Option<i16> },
}

const PURPOSES: [&str; 2] = ["newsletter", "offers"];
const PROFILES: [&str; 6] = ["placet", "shopify", "klaviyo", "mailchimp", "brevo", "prestashop"];

/// Channel and purpose of a row.
const SCOPES: [&str; 4] = ["email,newsletter", "email,*", "*,offers", "*,*"];

fn purposes() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(PURPOSES.as_slice())
}

fn opt_outs() -> impl Strategy<Value = Act> {
    let assurances = proptest::sample::select(["authenticated", "confirmed", "staff", "reported"].as_slice());
    let reasons = proptest::sample::select(["asked", "complained", "deceased", "ordered"].as_slice());
    prop_oneof![
        4 => (assurances, proptest::option::of(purposes()), any::<bool>())
            .prop_map(|(assurance, purpose, is_objection)| Act::No { assurance, purpose, is_objection }),
        1 => (any::<bool>(), reasons).prop_map(|(email, reason)| Act::Suppressed { email, reason }),
        1 => Just(Act::Erased),
    ]
}

fn acts() -> impl Strategy<Value = Act> {
    let known = ["confirmed", "authenticated", "claimed", "staff", "listed", "reported"];
    let yes = (proptest::sample::select(known.to_vec()), purposes());
    prop_oneof![3 => yes.prop_map(|(assurance, purpose)| Act::Yes { assurance, purpose }), 1 => opt_outs()]
}

fn files() -> impl Strategy<Value = File> {
    let days = || proptest::option::of(-30_i16..2_000);
    let words = || proptest::sample::select(["yes", "no", ""].as_slice());
    prop_oneof![
        3 => (days(), purposes(), proptest::sample::select(["", PHONE, NEW_PHONE].as_slice()))
            .prop_map(|(days, purpose, phone)| File::Yes { days, purpose, phone }),
        3 => proptest::sample::select(PROFILES.as_slice()).prop_map(|profile| File::Earlier { profile }),
        2 => (words(), words(), any::<bool>())
            .prop_map(|(email, sms, is_no_opt_out)| File::Shopify { email, sms, is_no_opt_out }),
        2 => (proptest::sample::select(["no", "objection"].as_slice()), proptest::sample::select(SCOPES.as_slice()))
            .prop_map(|(word, scope)| File::No { word, scope }),
        1 => Just(File::Torn),
        1 => (any::<bool>(), days()).prop_map(|(is_hash, days)| File::Suppressed { is_hash, days }),
    ]
}

const EMAIL: &str = "test@example.com";
const PHONE: &str = "+447700900901";
/// A number that only lists contain.
const NEW_PHONE: &str = "+447700900902";
/// The SHA-256 of the email address.
const HASH: &str = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b";

/// A shop, and one person on record.
struct Case {
    backend: Native,
    shop: Shop,
}

impl Case {
    fn begin() -> Self {
        let backend = Native::in_memory();
        let shop = open_shop(&backend);
        Self { backend, shop }
    }

    fn act(&self, act: &Act) {
        // A confirmation is about one address, so it has no wide scope.
        let evidence = |assurance: &str, channel: &str| match assurance {
            "confirmed" => json!({ "confirmed_by": channel }),
            "staff" => json!({ "reason": "on the phone", "reference": "call 7" }),
            _ => json!({}),
        };
        let choices = |assurance: &str, purpose: &str, more: Value| {
            let act = |channel: &str| {
                let mut act =
                    json!({ "channel": channel, "purpose": purpose, "evidence": evidence(assurance, channel) });
                act.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
                act
            };
            ["email", "sms"].map(act).to_vec()
        };
        match act {
            Act::Yes { assurance, purpose } => {
                self.tell(assurance, &choices(assurance, purpose, json!({ "choice": "opt_in" })));
            }
            Act::No { assurance, purpose, is_objection } => {
                let no = json!({ "choice": "opt_out", "objection": is_objection });
                match purpose {
                    Some(purpose) => self.tell(assurance, &choices(assurance, purpose, no)),
                    None => {
                        let assurance = if *assurance == "confirmed" { "authenticated" } else { assurance };
                        self.tell(assurance, &[with(no, "/evidence", evidence(assurance, ""))]);
                    }
                }
            }
            Act::Suppressed { email, reason } => {
                let whom = if *email { json!({ "email": EMAIL }) } else { json!({ "phone": PHONE }) };
                let body = with(whom, "/reason", json!(reason));
                ask(&self.backend, Method::POST, "/v1/suppressions", &self.shop.secret, &body).ok();
            }
            Act::Erased => {
                for contact in [json!({ "email": EMAIL }), json!({ "phone": PHONE })] {
                    let found = self.shop.lookup(&self.backend, &contact);
                    if let Some(id) = found.body["id"].as_str() {
                        let path = format!("/v1/contacts/{id}");
                        ask(&self.backend, Method::DELETE, &path, &self.shop.secret, &Value::Null).ok();
                    }
                }
            }
        }
    }

    fn tell(&self, assurance: &str, choices: &[Value]) {
        let body = with(submission(), "/contact", json!({ "email": EMAIL, "phone": PHONE, "country": "GB" }));
        let mut body = with(with(body, "/choices", json!(choices)), "/assurance", json!(assurance));
        body.as_object_mut().unwrap().remove("occurred_at");
        self.shop.submit_from_server(&self.backend, &body).ok();
    }

    /// Returns the scopes denied because of an opt-out, an objection or a suppression.
    fn refused(&self) -> Vec<(&'static str, &'static str)> {
        let refusals = ["opted_out", "objected", "suppressed"];
        self.told(|decision| decision["reason"].as_str().is_some_and(|reason| refusals.contains(&reason)))
    }

    fn allowed(&self) -> Vec<(&'static str, &'static str)> {
        self.told(|decision| decision["allow"] == true)
    }

    fn is_allowed(&self, channel: &str, purpose: &str, contact: &Value) -> bool {
        self.decision(channel, purpose, contact)["allow"] == true
    }

    fn decision(&self, channel: &str, purpose: &str, contact: &Value) -> Value {
        let body = json!({ "channel": channel, "purpose": purpose, "contact": contact });
        ask(&self.backend, Method::POST, "/v1/decisions", &self.shop.secret, &body).ok()["decision"].clone()
    }

    fn told(&self, is_wanted: impl Fn(&Value) -> bool) -> Vec<(&'static str, &'static str)> {
        let mut told = Vec::new();
        for (channel, purpose) in ["email", "sms"].into_iter().flat_map(|channel| PURPOSES.map(|own| (channel, own))) {
            let contact = if channel == "email" { json!({ "email": EMAIL }) } else { json!({ "phone": PHONE }) };
            if is_wanted(&self.decision(channel, purpose, &contact)) {
                told.push((channel, purpose));
            }
        }
        told
    }

    /// Returns the shop's own lists in the columns of each provider.
    fn exported(&self) -> Vec<(&'static str, String)> {
        PROFILES
            .iter()
            .map(|profile| {
                (*profile, listed(&self.backend, &self.shop, &format!("opted_in?purpose=newsletter&profile={profile}")))
            })
            .collect()
    }

    /// Imports a file. Returns the id of the import.
    fn hand_in(&self, file: &File, exported: &[(&str, String)]) -> String {
        let at =
            |days: Option<i16>| days.map(|days| from_now(-i64::from(days) * 24 * 60 * 60 * 1_000)).unwrap_or_default();
        let (query, text) = match file {
            File::Yes { days, purpose, phone } => {
                let mut text = "email,phone,channel,choice,occurred_at,external\n".to_owned();
                for channel in ["email", "sms"].iter().take(1 + usize::from(!phone.is_empty())) {
                    text += &format!("{EMAIL},{phone},{channel},yes,{},shop:7\n", at(*days));
                }
                (format!("purpose={purpose}"), text)
            }
            File::Earlier { profile } => {
                let (_, text) = exported.iter().find(|(own, _)| own == profile).unwrap();
                let list = if ["mailchimp", "brevo"].contains(profile) { "&list=opted_in&channel=email" } else { "" };
                (format!("purpose=newsletter&profile={profile}{list}"), text.clone())
            }
            File::Shopify { email, sms, is_no_opt_out } => {
                let header = "Customer ID,Email,Accepts Email Marketing,Phone,Accepts SMS Marketing";
                let no = if *is_no_opt_out { "&no=opt_out" } else { "" };
                (format!("purpose=newsletter{no}"), format!("{header}\n'7,{EMAIL},{email},'{PHONE},{sms}\n"))
            }
            File::No { word, scope } => {
                (String::new(), format!("email,phone,channel,purpose,choice\n{EMAIL},{PHONE},{scope},{word}\n"))
            }
            File::Torn => {
                ("channel=email&purpose=newsletter".to_owned(), format!("email,choice\n{EMAIL},no\n{EMAIL},yes\n"))
            }
            File::Suppressed { is_hash: true, days } => {
                (String::new(), format!("sha256,kind,since\n{HASH},email,{}\n", at(*days)))
            }
            File::Suppressed { is_hash: false, days } => {
                ("list=suppressed".to_owned(), format!("email,since\n{EMAIL},{}\n", at(*days)))
            }
        };
        let query = format!("{query}&again=true");
        let import = imported(&self.backend, &self.shop, query.trim_start_matches('&'), text);
        assert_eq!(import["state"], "done", "{file:?} {import}");
        id_of(&import).to_owned()
    }
}

#[test]
fn no_list_ends_an_opt_out_in_a_thousand_random_histories() {
    let config = Config { cases: 1_000, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let histories = (proptest::collection::vec(acts(), 0..5), opt_outs());
    let handed_in = proptest::collection::vec((files(), any::<bool>()), 1..5);
    let (refused_in_all, woken) = (Cell::new(0), RefCell::new(0));
    let outcome = TestRunner::new(config).run(&(histories, handed_in), |((history, end), files)| {
        let case = Case::begin();
        case.act(&Act::Yes { assurance: "authenticated", purpose: "newsletter" });
        history.iter().for_each(|act| case.act(act));
        let is_exported = files.iter().any(|(file, _)| matches!(file, File::Earlier { .. }));
        let exported = if is_exported { case.exported() } else { Vec::new() };
        // Makes sure that the opt-out is later than every opt-in.
        std::thread::sleep(Duration::from_millis(1));
        case.act(&end);
        let refused = case.refused();
        refused_in_all.set(refused_in_all.get() + refused.len());
        let is_held = |after: &str| {
            let woken: Vec<_> = case.allowed().into_iter().filter(|own| refused.contains(own)).collect();
            prop_assert!(woken.is_empty(), "{:?} after {}", woken, after);
            if matches!(end, Act::No { purpose: None, .. }) {
                let number = case.is_allowed("sms", "newsletter", &json!({ "phone": NEW_PHONE }));
                prop_assert!(!number, "an opt-out of everything must cover a new number too, after {}", after);
            }
            if matches!(end, Act::Erased) {
                for contact in [json!({ "email": EMAIL }), json!({ "phone": PHONE })] {
                    let found = case.shop.lookup(&case.backend, &contact);
                    prop_assert_eq!(found.status.as_u16(), 404, "an erased person is stored again after {}", after);
                }
            }
            Ok(())
        };
        is_held("the end")?;
        let mut imports = Vec::new();
        for (file, is_taken_back) in &files {
            let id = case.hand_in(file, &exported);
            is_held(&format!("{file:?}"))?;
            if *is_taken_back {
                imports.push((id, file));
            }
        }
        for (id, file) in imports {
            undone(&case.backend, &case.shop, &id);
            is_held(&format!("{file:?} was taken back"))?;
        }
        *woken.borrow_mut() += case.allowed().len();
        Ok(())
    });
    outcome.unwrap();
    // Guards against an empty test: many persons have opted out, and in other scopes the lists did add opt-ins.
    assert!(refused_in_all.get() > 1_000 && woken.take() > 100);
}

/// Deleting the leftover pieces of a file takes several pages of work; no row of the file is imported in them.
#[test]
fn a_large_file_with_broken_gzip_data_fails() {
    let backend = Native::in_memory();
    let shop = open_shop(&backend);
    let mut file = String::from("email\n");
    let mut seed = 1_u64;
    for _ in 0..200_000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        file.push_str(&format!("p{:016x}{:08x}@example.com\n", seed, seed.rotate_left(17) >> 32));
    }
    let mut packed = gzip(file.as_bytes());
    assert!(packed.len() > 10 * 256 * 1024, "{}", packed.len());
    let amid = packed.len() / 2;
    packed[amid..amid + 64].fill(0xff);
    let import = imported(&backend, &shop, "list=opted_in&channel=email&purpose=newsletter", packed);
    assert_eq!((&import["state"], &import["failure"]["code"]), (&json!("failed"), &json!("broken_gzip")), "{import}");
    let rows = import["progress"]["rows"].as_u64().unwrap();
    assert!(rows > 1_000 && rows < 200_000, "{rows}");
}
