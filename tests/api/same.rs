//! Decides the same cases natively and by workerd from its ledger, and compares them byte for byte. Writes the cases
//! and results to `target/same/`, where `tests/same.mjs` checks the two JavaScript modules against them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use placet::consent::*;
use placet::ledger::{Context, Database, KeyUse, OsRuntime, Param, Sqlite, keep_track};
use serde_json::{Value, json};

use crate::backend::Workerd;
use crate::client::{Shop, post, shop_body, with};

const CASES: u64 = 10_000;
/// The latest record time: in the past, because the ledger does not keep future times.
const LATEST: i64 = 1_793_500_000_000;
/// The times of the questions: around a change of law, long ago and in the future.
const QUESTIONS: [&str; 6] = [
    "2024-07-01T00:00:00.000Z",
    "2026-03-01T12:00:00.000Z",
    "2026-08-10T21:59:59.999Z",
    "2026-08-10T22:00:00.000Z",
    "2027-01-31T12:00:00.000Z",
    "2029-09-01T00:00:00.000Z",
];
const PLACES: [(&str, &str); 20] = [
    ("", ""),
    ("JP", ""),
    ("DE", ""),
    ("FR", ""),
    ("FR", "75"),
    ("IT", ""),
    ("ES", ""),
    ("PL", ""),
    ("NL", ""),
    ("BE", ""),
    ("NO", ""),
    ("GB", ""),
    ("CH", ""),
    ("US", ""),
    ("US", "FL"),
    ("US", "CA"),
    ("US", "NY"),
    ("CA", ""),
    ("BR", ""),
    ("AU", ""),
];
const PURPOSES: [&str; 2] = ["newsletter", "order_updates"];

/// Policies as the body of `POST /v1/shops` has them.
fn policies() -> [Value; 4] {
    [
        json!({}),
        json!({ "confirmation": [], "transactional": ["order_updates"] }),
        json!({ "confirmation": ["sms"], "bases": ["consent", "implied", "legitimate_interest"], "minimum_age": 18,
            "age_required": true, "expires_after_months": 12, "transactional": ["order_updates"] }),
        json!({ "confirmation": [], "overrides": [
            { "rule": "us-phone", "accept": ["implied", "legitimate_interest"], "reason": "we dial by \"hand\", only – §" },
            { "rule": "de-email", "waive": ["confirmation", "age"], "reason": "read from the ID card" },
            { "rule": "fr-mail", "waive": ["expiry"], "reason": "a club of long-standing members" },
            { "rule": "gb-phone", "waive": ["screening"], "reason": "only numbers of our own staff" },
        ] }),
    ]
}

/// A pseudo-random number generator with the same numbers in every run.
struct Dice(u64);

impl Dice {
    /// Returns the next number (splitmix64).
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len() as u64) as usize].clone()
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

struct Case {
    number: u64,
    policy: usize,
    channel: Channel,
    purpose: &'static str,
    at: &'static str,
    place: (&'static str, &'static str),
    business: bool,
    born: Option<&'static str>,
    restricted: bool,
    reachable: bool,
    tracks: Vec<Track>,
}

impl Case {
    fn roll(number: u64, dice: &mut Dice) -> Self {
        let (channel, purpose) = (dice.one(Channel::ALL), dice.one(&PURPOSES));
        let reachable = !dice.one_in(40);
        let mut tracks: Vec<Track> = Vec::new();
        let records = if reachable { dice.one(&[0, 1, 1, 1, 2, 2, 3, 4, 6]) } else { 0 };
        for nth in 0..records {
            let track = roll_track(number << 8 | nth, channel, purpose, dice);
            // A standing keeps only the latest record of each history.
            let same = |own: &Track| (&own.scope, own.act, own.assurance) == (&track.scope, track.act, track.assurance);
            if !tracks.iter().any(same) {
                tracks.push(track);
            }
        }
        Self {
            number,
            policy: dice.below(4) as usize,
            channel,
            purpose,
            at: dice.one(&QUESTIONS),
            place: dice.one(&PLACES),
            business: dice.one_in(4),
            born: dice.one(&[None, None, None, Some("1980-05-01"), Some("2009-05-01"), Some("2008-02-29")]),
            restricted: dice.one_in(60),
            reachable,
            tracks,
        }
    }

    fn person(&self) -> Person {
        Person {
            place: Place { country: CountryCode::parse(self.place.0), region: RegionCode::parse(self.place.1) },
            relation: self.business.then_some(Relation::Business),
            circumstances: Circumstances {
                reachable: self.reachable,
                restricted: self.restricted,
                born: self.born.and_then(Timestamp::parse_birth),
            },
        }
    }

    fn decision(&self, policy: &Policy) -> String {
        let at = Timestamp::parse(self.at).unwrap();
        let known = self.tracks.iter().filter(|track| track.at <= at).cloned();
        let purpose = PurposeSlug::parse(self.purpose).unwrap();
        let decision = decide(&Standing::of(known), policy, &self.person(), self.channel, &purpose, at).written(true);
        serde_json::to_string(&decision).unwrap()
    }

    /// Writes the case as a call of `placet/logic`, with the act numbers that the storefront uses.
    fn written(&self) -> Value {
        let mut person = json!({ "reachable": self.reachable, "restricted": self.restricted });
        for (name, value) in [("country", self.place.0), ("region", self.place.1), ("born", self.born.unwrap_or(""))] {
            if !value.is_empty() {
                person[name] = json!(value);
            }
        }
        if self.business {
            person["relation"] = json!("business");
        }
        json!({ "policy": self.policy, "channel": self.channel, "purpose": self.purpose, "at": self.at, "person": person,
            "records": self.tracks.iter().map(record).collect::<Vec<_>>(),
            "acts": self.tracks.iter().map(numbered).collect::<Vec<_>>() })
    }
}

fn roll_track(id: u64, channel: Channel, purpose: &str, dice: &mut Dice) -> Track {
    let act = match dice.below(20) {
        0..=11 => Act::OptIn { ground: dice.one(&[Ground::ALL, &[Ground::Consent; 8]].concat()) },
        12..=14 => Act::OptOut { refusal: dice.one(&[Refusal::Plain, Refusal::Plain, Refusal::Objection]) },
        15 => Act::OptOut { refusal: Refusal::Suppression },
        16 => Act::Declined,
        _ => Act::Noted { activity: dice.one(Activity::ALL) },
    };
    let wide = !matches!(act, Act::OptIn { .. } | Act::Declined);
    let suppression = act == Act::OptOut { refusal: Refusal::Suppression };
    let assurance = match act {
        // The ledger stores these with this assurance.
        Act::Noted { .. } => Assurance::Authenticated,
        _ if suppression => Assurance::Authenticated,
        _ => dice.one(Assurance::ALL),
    };
    let undated = matches!(act, Act::OptIn { .. }) && matches!(assurance, Assurance::Listed | Assurance::Reported);
    // Some times are close together, so that ties and time limits occur.
    let at = LATEST
        - dice.one(&[0, 0, 1, 86_400_000, 15_778_800_000])
        - dice.one(&[0, 1, 2, 3, 4]) * 31_556_952_000
        - dice.one(&[0, 1, 2]);
    let open = suppression || (wide && dice.one_in(3));
    let slug = (!open).then(|| PurposeSlug::parse(purpose).unwrap());
    let scope = Scope { channel: (!(wide && dice.one_in(3))).then_some(channel), purpose: slug };
    let act = if act == (Act::OptOut { refusal: Refusal::Plain }) { Act::opt_out(&scope, false) } else { act };
    Track {
        scope,
        act,
        assurance,
        connection: None,
        at: if undated && dice.one_in(3) { Timestamp::BEGINNING } else { Timestamp::from_millis(at).unwrap() },
        record: RecordId(uuid::Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0000 + u128::from(id))),
    }
}

/// Writes a history entry as a record of `placet/logic`.
fn record(track: &Track) -> Value {
    let undated = track.at == Timestamp::BEGINNING;
    let received = if undated { Timestamp::from_millis(LATEST).unwrap() } else { track.at };
    let mut record = json!({ "id": track.record.0.to_string(), "assurance": track.assurance, "received_at": received });
    let mut set = |name: &str, value: Value| record[name] = value;
    match track.act {
        Act::OptIn { ground } => {
            set("choice", json!("opt_in"));
            set("basis", json!(ground.basis()));
            if let Some(dealing) = ground.dealing() {
                set("dealing", json!(dealing));
            }
        }
        Act::OptOut { refusal } => {
            set("choice", json!("opt_out"));
            if refusal != Refusal::Plain {
                set(refusal.as_str(), json!(true));
            }
        }
        Act::Declined => set("choice", json!("declined")),
        Act::Noted { activity } => set("activity", json!(activity)),
    }
    if !undated {
        set("occurred_at", json!(track.at));
    }
    if let Some(channel) = track.scope.channel {
        set("channel", json!(channel));
    }
    if let Some(purpose) = &track.scope.purpose {
        set("purpose", json!(purpose.as_str()));
    }
    record
}

/// Writes a history entry as the storefront stores it: its number and its id.
fn numbered(track: &Track) -> Value {
    let act = match track.act {
        Act::OptIn { ground } => ground as usize,
        Act::OptOut { refusal } => 10 + refusal as usize,
        Act::Declined => 13,
        Act::Noted { activity } => 14 + activity as usize,
    };
    let channel = track.scope.channel.map_or("*", Channel::as_str);
    let purpose = track.scope.purpose.as_ref().map_or("*", PurposeSlug::as_str);
    let name = format!("{channel}:{purpose}:{act}:{}:{}", track.assurance as usize, track.at.millis());
    json!([name, track.record.0.to_string()])
}

/// Returns the id of the contact of a case, the contact in the question, and the expected address in the answer.
fn contact(case: &Case) -> (String, Value, Option<String>) {
    let id = uuid::Uuid::from_u128(u128::from(case.number) + 1).to_string();
    match case.channel.address_kind() {
        AddressKind::Email if case.reachable => (id, json!({ "email": address(case) }), None),
        AddressKind::Phone if case.reachable => (id, json!({ "phone": address(case) }), None),
        // The question is by id, so the answer contains the address.
        _ => (id.clone(), json!({ "id": id }), case.reachable.then(|| address(case))),
    }
}

fn address(case: &Case) -> String {
    match case.channel.address_kind() {
        AddressKind::Email => format!("person{}@example.com", case.number),
        AddressKind::Phone => format!("+4477{:08}", case.number),
        AddressKind::Push | AddressKind::Postal => format!("somewhere {}", case.number),
    }
}

/// Stores the cases of one shop in its database, as if they had arrived over the years.
fn seed(database: &Sqlite, cases: &[&Case]) {
    let run = |sql: &str, params: &[Param<'_>]| database.execute(sql, params).unwrap();
    let sealer = |id: &str| crate::backend::secrets().sealer(placet::api::ShopId::parse(id).unwrap());
    let shop = placet::ledger::Shop::load(database, sealer, &Context::of(&OsRuntime)).unwrap().unwrap();
    run("BEGIN", &[]);
    for case in cases {
        let (id, _, _) = contact(case);
        let row = case.number as i64 + 1;
        let born = Param::text_or_null(case.born);
        let given = |text: &'static str| if text.is_empty() { Param::Null } else { Param::Text(text) };
        let restricted = if case.restricted { Param::Integer(LATEST) } else { Param::Null };
        let relation = if case.business { Param::Text("business") } else { Param::Null };
        run(
            "INSERT INTO contact (id, uuid, country, region, relation, born, restricted_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
            &[
                Param::Integer(row),
                Param::Text(&id),
                given(case.place.0),
                given(case.place.1),
                relation,
                born,
                restricted,
            ],
        );
        if !case.reachable {
            continue;
        }
        let text = address(case);
        run(
            "INSERT INTO address (id, contact, kind, match_key, value, assurance, created_at) VALUES (?, ?, ?, ?, ?, 'claimed', 0)",
            &[
                Param::Integer(row),
                Param::Integer(row),
                Param::Text(case.channel.address_kind().as_str()),
                Param::Text(&text),
                Param::Text(&text),
            ],
        );
        run(
            "INSERT INTO submission (id, fingerprint, contact, received_at, notice_id, notice_version, notice_locale, notice_sha256, source_kind)
             VALUES (?, 'f', ?, 0, '', '', '', '', 'test')",
            &[Param::Text(&id), Param::Integer(row)],
        );
        for track in &case.tracks {
            if track.act == (Act::OptOut { refusal: Refusal::Suppression }) {
                let parts = [case.channel.address_kind().as_str(), text.as_str()].map(str::as_bytes);
                run(
                    "INSERT INTO suppression (hash, channel, id, reason, created_at) VALUES (?, ?, ?, 'x', ?)",
                    &[
                        Param::Text(&shop.secret.fingerprint(KeyUse::Suppression, &parts)),
                        Param::Text(track.scope.channel.map_or("*", Channel::as_str)),
                        Param::Text(&track.record.0.to_string()),
                        Param::Integer(track.at.millis()),
                    ],
                );
                continue;
            }
            keep_track(database, row, track).unwrap();
            if matches!(track.act, Act::Noted { .. }) {
                continue;
            }
            let record = track.record.0.to_string();
            run(
                "INSERT INTO record (id, address, channel, purpose, choice, ground, objection, assurance, effective_at, submission)
                 SELECT record, address, channel, purpose, choice, ground, objection, assurance, effective_at, ?
                 FROM track WHERE record = ?",
                &[Param::Text(&id), Param::Text(&record)],
            );
        }
    }
    run("COMMIT", &[]);
}

/// Reads a policy as the API takes it into a policy of the logic.
fn policy_of(given: &Value) -> Policy {
    let words = |name: &str| given[name].as_array().map(|all| all.iter().map(|word| word.as_str().unwrap().to_owned()));
    let default = Policy::default();
    Policy {
        confirmation: words("confirmation")
            .map_or(default.confirmation, |all| all.filter_map(|word| Channel::parse(&word)).collect()),
        bases: words("bases").map_or(default.bases, |all| all.filter_map(|word| Basis::parse(&word)).collect()),
        transactional: words("transactional")
            .map_or(vec![], |all| all.filter_map(|word| PurposeSlug::parse(&word)).collect()),
        minimum_age: given["minimum_age"].as_u64().unwrap_or(0) as u16,
        age_required: given["age_required"].as_bool().unwrap_or(false),
        expires_after_months: given["expires_after_months"].as_u64().unwrap_or(0) as u16,
        overrides: serde_json::from_value(defaulted(&given["overrides"])).unwrap(),
        ..default
    }
}

/// Adds the missing lists to overrides.
fn defaulted(overrides: &Value) -> Value {
    let of = |own: &Value| {
        let list = |name: &str| own.get(name).cloned().unwrap_or(json!([]));
        json!({ "rule": own["rule"], "accept": list("accept"), "waive": list("waive"), "reason": own["reason"] })
    };
    Value::Array(overrides.as_array().map(|all| all.iter().map(of).collect()).unwrap_or_default())
}

#[test]
fn the_ledger_in_workerd_decides_as_native_code_does() {
    let mut dice = Dice(7);
    let cases: Vec<Case> = (0..CASES).map(|number| Case::roll(number, &mut dice)).collect();
    let policies = policies();
    let parsed: Vec<Policy> = policies.iter().map(policy_of).collect();
    let decisions: Vec<String> = cases.iter().map(|case| case.decision(&parsed[case.policy])).collect();
    let allowed = decisions.iter().filter(|decision| decision.starts_with("{\"allow\":true")).count();
    assert!((1_000..9_000).contains(&allowed), "only {allowed} of {CASES} cases are allowed");

    let mut workerd = Workerd::start();
    let channels = json!(Channel::ALL);
    let body = with(with(shop_body(), "/channels", channels), "/purposes", json!(PURPOSES));
    let shops: Vec<Shop> = policies
        .iter()
        .map(|policy| Shop::create_with(&workerd, &with(body.clone(), "/policy", policy.clone())))
        .collect();
    let configs: Vec<String> = shops.iter().map(|shop| shop.storefront(&workerd, &[]).text).collect();
    workerd.stopped(|files| {
        for file in files {
            let database = Sqlite::open(file).unwrap();
            let id = database.first("SELECT id FROM shop", &[]).unwrap().unwrap().text(0).unwrap().to_owned();
            let number = shops.iter().position(|shop| shop.id == id).unwrap();
            let own: Vec<&Case> = cases.iter().filter(|case| case.policy == number).collect();
            seed(&database, &own);
        }
    });

    // One request for each policy, channel, purpose and time.
    let mut questions: BTreeMap<(usize, Channel, &str, &str), Vec<&Case>> = BTreeMap::new();
    for case in &cases {
        questions.entry((case.policy, case.channel, case.purpose, case.at)).or_default().push(case);
    }
    for ((policy, channel, purpose, at), cases) in questions {
        let contacts: Vec<Value> = cases.iter().map(|case| contact(case).1).collect();
        let question =
            json!({ "channel": channel, "purpose": purpose, "at": at, "contacts": contacts, "explain": true });
        let answer = post(&workerd, "/v1/decisions", &shops[policy].secret, "", &question);
        let expected = cases.iter().map(|case| {
            let (id, _, address) = contact(case);
            let address = address.map_or(String::new(), |address| format!(",\"address\":\"{address}\""));
            format!("{{\"contact\":\"{id}\"{address},\"decision\":{}}}", decisions[case.number as usize])
        });
        let expected = format!("{{\"decisions\":[{}]}}", expected.collect::<Vec<_>>().join(","));
        if answer.text != expected {
            let at = answer.text.bytes().zip(expected.bytes()).take_while(|(one, other)| one == other).count();
            let near = |text: &str| text.chars().skip(at.saturating_sub(200)).take(600).collect::<String>();
            panic!("the answers differ:\n{}\n{}", near(&answer.text), near(&expected));
        }
    }
    println!("{CASES} cases over HTTP, {allowed} of them allowed");

    let to = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/same");
    fs::create_dir_all(&to).unwrap();
    let lines = |all: Vec<String>| all.join("\n");
    fs::write(to.join("cases.jsonl"), lines(cases.iter().map(|case| case.written().to_string()).collect())).unwrap();
    fs::write(to.join("decisions.jsonl"), lines(decisions)).unwrap();
    fs::write(to.join("policies.json"), json!(policies).to_string()).unwrap();
    fs::write(to.join("configs.json"), format!("[{}]", configs.join(","))).unwrap();
}
