//! Whether an anonymous sender can learn who is known. Two shops differ in one person, whom only one of them knows. A
//! stranger does the same to both: forms with their own addresses and those of the person, requests, links, reports.
//! Everything that the stranger ever gets must be the same, but for ids and the time of day. `PLACET_PAIRS=1000` compares
//! more pairs.

use http::Method;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::backend::{Backend, Native, Workerd};
use crate::client::{Answer, ORIGIN, Shop, ask, post, shop_body, submission, with};
use crate::links::{look, messages, path, press};

/// Whose address a form names.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Whose {
    Mine,
    Theirs,
    Nobodys,
}

/// An act of the stranger.
#[derive(Clone, Debug)]
enum Act {
    /// A form with addresses, a choice for each channel (0 to 3: none, opt_in, opt_out, declined), and a country.
    Form { email: Whose, phone: Whose, choices: [u8; 2], country: Option<&'static str> },
    /// A request about an address.
    Request { kind: &'static str, of: Whose, by_phone: bool },
    /// A wish for a link to the choices of an address.
    Link { of: Whose, by_phone: bool },
    /// The stranger opens the latest message of a kind to their own mailbox, and presses the button of its page.
    Open { kind: &'static str, form: &'static str },
    /// Some minutes pass.
    Wait { minutes: u64 },
}

fn whose() -> impl Strategy<Value = Whose> {
    prop_oneof![2 => Just(Whose::Mine), 2 => Just(Whose::Theirs), 1 => Just(Whose::Nobodys)]
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    const KINDS: &[&str] = &["access", "portability", "erasure", "objection"];
    const OPENED: &[&str] = &["confirm", "request", "result", "preferences"];
    let act = prop_oneof![
        4 => (whose(), whose(), [0..4_u8, 0..4_u8], prop_oneof![Just(None), Just(Some("FR"))])
            .prop_map(|(email, phone, choices, country)| Act::Form { email, phone, choices, country }),
        2 => (prop::sample::select(KINDS), whose(), any::<bool>())
            .prop_map(|(kind, of, by_phone)| Act::Request { kind, of, by_phone }),
        1 => (whose(), any::<bool>()).prop_map(|(of, by_phone)| Act::Link { of, by_phone }),
        4 => (prop::sample::select(OPENED), prop::sample::select(&["", "action=stop", "action=save"][..]))
            .prop_map(|(kind, form)| Act::Open { kind, form }),
        1 => (20..60_u64).prop_map(|minutes| Act::Wait { minutes }),
    ];
    prop::collection::vec(act, 1..10)
}

const MINE: &str = "mallory@evil.example";

fn email(whose: Whose) -> &'static str {
    match whose {
        Whose::Mine => MINE,
        Whose::Theirs => "victim@example.com",
        Whose::Nobodys => "nobody@example.org",
    }
}

fn phone(whose: Whose) -> &'static str {
    match whose {
        Whose::Mine => "+447700900111",
        Whose::Theirs => "+447700900222",
        Whose::Nobodys => "+447700900333",
    }
}

fn contact(of: Whose, by_phone: bool) -> Value {
    if by_phone { json!({ "phone": phone(of) }) } else { json!({ "email": email(of) }) }
}

/// A shop that may know a person, and the stranger in front of it.
struct Stranger<'a> {
    backend: &'a dyn Backend,
    shop: Shop,
    /// Everything that the stranger has got.
    got: Vec<String>,
    began: i64,
}

impl<'a> Stranger<'a> {
    fn before(backend: &'a dyn Backend, is_known: bool) -> Self {
        let body = with(shop_body(), "/limits", json!({ "publishable": 10_000, "secret": 10_000, "visitor": 10_000 }));
        let shop = Shop::create_with(backend, &body);
        if is_known {
            let choices = ["email", "sms"]
                .map(|channel| json!({ "channel": channel, "purpose": "newsletter", "choice": "opt_in" }));
            let person = json!({ "email": email(Whose::Theirs), "phone": phone(Whose::Theirs), "country": "GB" });
            let sent = with(with(submission(), "/contact", person), "/choices", json!(choices));
            let sent = with(with(sent, "/assurance", json!("authenticated")), "/occurred_at", Value::Null);
            shop.submit_from_server(backend, &sent).ok();
        }
        let made = ask(backend, Method::GET, "/v1/shop", &shop.secret, &Value::Null).ok()["created_at"].clone();
        let began = placet::consent::Timestamp::parse(made.as_str().unwrap()).unwrap().millis();
        Self { backend, shop, got: Vec::new(), began }
    }

    fn note(&mut self, answer: &Answer) {
        let text = format!("{} {}", answer.status, answer.text);
        self.got.push(comparable(&text, self.began));
    }

    fn public(&mut self, route: &str, body: &Value) {
        let answer = post(self.backend, route, &self.shop.publishable, ORIGIN, body);
        self.note(&answer);
    }

    fn act(&mut self, act: &Act) {
        match act {
            Act::Form { email: of_email, phone: of_phone, choices, country } => {
                let word = ["", "opt_in", "opt_out", "declined"];
                let stated = ["email", "sms"].into_iter().zip(choices).filter(|(_, choice)| **choice > 0);
                let stated: Vec<Value> = stated
                    .map(|(channel, choice)| json!({ "channel": channel, "purpose": "newsletter", "choice": word[usize::from(*choice)] }))
                    .collect();
                let mut who = json!({ "email": email(*of_email), "phone": phone(*of_phone) });
                if let Some(country) = country {
                    who["country"] = json!(country);
                }
                let sent = with(with(submission(), "/contact", who), "/choices", json!(stated));
                self.public("/v1/consents", &with(sent, "/occurred_at", Value::Null));
            }
            Act::Request { kind, of, by_phone } => {
                self.public(
                    "/v1/requests",
                    &json!({ "kind": kind, "contact": contact(*of, *by_phone), "locale": "en-GB" }),
                );
            }
            Act::Link { of, by_phone } => {
                self.public("/v1/preferences/link", &json!({ "contact": contact(*of, *by_phone) }));
            }
            Act::Open { kind, form } => {
                let sent = messages(self.backend, &self.shop, kind);
                let Some(message) = sent.iter().find(|message| message["to"] == MINE) else {
                    self.got.push(format!("no {kind}"));
                    return;
                };
                self.got.push(comparable(&message["text"].to_string(), self.began));
                // The link of a question that has run out is gone.
                if message["link"].is_null() {
                    return;
                }
                let link = path(&message["link"]);
                for format in ["", "?format=json"] {
                    let answer = look(self.backend, Method::GET, &format!("{link}{format}"));
                    self.note(&answer);
                }
                let answer = press(self.backend, &link, form);
                self.note(&answer);
            }
            Act::Wait { minutes } => self.backend.pass(minutes * 60_000),
        }
    }
}

/// Returns a text without what is random: ids and tokens. The time in an id and a written time become the number of the
/// ten minutes since the beginning, so that a difference shows.
fn comparable(text: &str, began: i64) -> String {
    let bin = |millis: i64| format!("<{}>", (millis - began + 300_000).div_euclid(600_000));
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && !"-_:.+".contains(c)) {
        let (word, end) =
            word.split_at(word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && !"-_:.+".contains(c)).len());
        let compact: String = word.chars().filter(|c| *c != '-').collect();
        if compact.len() == 32 && compact.chars().all(|c| c.is_ascii_hexdigit()) {
            let millis = i64::from_str_radix(&compact[..12], 16).unwrap();
            // The id of a form is chosen by the stranger.
            out += &if compact.as_bytes()[12] == b'7' && (millis - began).abs() < 100 * 3_600_000 {
                bin(millis)
            } else {
                "<id>".to_owned()
            };
        } else if let Some(at) = placet::consent::Timestamp::parse(word) {
            out += &bin(at.millis());
        } else if word.len() > 30 {
            out += "<token>";
        } else {
            out += word;
        }
        out += end;
    }
    out
}

/// Runs random acts before two shops. They may be in one backend, or each in its own so that their clocks agree.
fn nothing_can_be_learnt(backends: [&dyn Backend; 2], cases: u32, can_wait: bool) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let outcome = TestRunner::new(config).run(&acts(), |acts| {
        let [known, unknown] = [(backends[0], true), (backends[1], false)].map(|(backend, is_known)| {
            let mut stranger = Stranger::before(backend, is_known);
            for act in acts.iter().filter(|act| can_wait || !matches!(act, Act::Wait { .. })) {
                stranger.act(act);
            }
            stranger.got
        });
        for (one, other) in known.iter().zip(&unknown) {
            prop_assert_eq!(one, other);
        }
        prop_assert_eq!(known.len(), unknown.len());
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn a_stranger_learns_nothing_in_random_pairs_of_shops() {
    let pairs = std::env::var("PLACET_PAIRS").map_or(200, |text| text.parse().unwrap());
    nothing_can_be_learnt([&Native::in_memory(), &Native::in_memory()], pairs, true);
}

#[test]
fn a_stranger_learns_nothing_in_workerd() {
    let backend = Workerd::start();
    nothing_can_be_learnt([&backend, &backend], 10, false);
}
