//! Only the person can opt in again after an opt-out, an objection or an erasure.
//!
//! Runs random sequences of everything that a shop, its employees, its lists, its platforms and anonymous forms can do
//! afterwards, with a decision after each step. `PLACET_HISTORIES=10000` runs more of them.

use std::cell::Cell;

use http::Method;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::backend::{Backend, Native, Workerd, random};
use crate::client::{Shop, ask, from_now, shop_body, submission, with};

/// How the person left.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// The person was erased.
    Erased,
    /// The person objected to direct marketing.
    Objected,
    /// The person opted out.
    OptedOut,
}

/// What happens afterwards.
#[derive(Clone, Debug)]
enum Step {
    /// A list with an old or no date opts in or out.
    Listed { days: Option<u16>, yes: bool },
    /// A platform reports an opt-in, with a time of its own or without.
    Reported { days: Option<u16>, ahead: bool },
    /// An employee enters an opt-in as a submission.
    Staff,
    /// An employee changes the choice of the contact, if there is one.
    Changed { purpose: &'static str },
    /// Somebody ticks a box on a page.
    Claimed { other_phone: bool },
    /// The person buys again: a soft opt-in.
    Bought,
    /// Somebody else's confirmed address is corrected to this one.
    Corrected,
    /// The contact's own address is corrected to another one.
    CorrectedAway,
    /// The contact is merged with one that has a confirmed opt-in.
    Merged,
    /// The contact is restricted and released.
    Restricted,
    /// The person contacts the shop.
    Contacted,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let days = || proptest::option::of(0_u16..2_000);
    let step = prop_oneof![
        (days(), any::<bool>()).prop_map(|(days, yes)| Step::Listed { days, yes }),
        (days(), any::<bool>()).prop_map(|(days, ahead)| Step::Reported { days, ahead }),
        Just(Step::Staff),
        prop_oneof![Just("newsletter"), Just("offers")].prop_map(|purpose| Step::Changed { purpose }),
        any::<bool>().prop_map(|other_phone| Step::Claimed { other_phone }),
        Just(Step::Bought),
        Just(Step::Corrected),
        Just(Step::CorrectedAway),
        Just(Step::Merged),
        Just(Step::Restricted),
        Just(Step::Contacted),
    ];
    proptest::collection::vec(step, 1..7)
}

fn ends() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Erased), Just(End::Objected), Just(End::OptedOut)]
}

const ALL: [&str; 2] = ["newsletter", "offers"];

/// The addresses of one case, and the shop.
struct Person<'a> {
    backend: &'a dyn Backend,
    shop: &'a Shop,
    number: u32,
}

impl Person<'_> {
    fn email(&self) -> String {
        format!("person{}@example.com", self.number)
    }

    fn phone(&self) -> String {
        format!("+4477{:08}", self.number)
    }

    fn submit(&self, contact: Value, assurance: &str, extra: impl Fn(Value) -> Value) -> Value {
        let choice =
            |channel: &str, purpose: &str| extra(json!({ "channel": channel, "purpose": purpose, "choice": "opt_in" }));
        let mut choices = Vec::new();
        for purpose in ["newsletter", "offers"] {
            choices.extend(contact.get("email").map(|_| choice("email", purpose)));
            choices.extend(contact.get("phone").map(|_| choice("sms", purpose)));
        }
        let body = with(with(submission(), "/contact", contact), "/choices", json!(choices));
        let mut body = with(body, "/assurance", json!(assurance));
        body.as_object_mut().unwrap().remove("occurred_at");
        body
    }

    fn send(&self, body: &Value) {
        self.shop.submit_from_server(self.backend, body).ok();
    }

    fn both(&self) -> Value {
        json!({ "email": self.email(), "phone": self.phone(), "country": "GB" })
    }

    fn contact(&self) -> Option<String> {
        let found = self.shop.lookup(self.backend, &json!({ "email": self.email() }));
        found.body["id"].as_str().map(str::to_owned)
    }

    fn ask(&self, method: Method, path: &str, body: &Value) -> u16 {
        ask(self.backend, method, path, &self.shop.secret, body).status.as_u16()
    }

    fn confirmed(&self, contact: Value) -> Value {
        self.submit(contact, "confirmed", |choice| {
            let by = choice["channel"].clone();
            with(choice, "/evidence", json!({ "confirmed_by": by }))
        })
    }

    /// Returns what may be sent to the person, for the given purposes.
    fn allowed(&self, purposes: &[&str]) -> Vec<String> {
        let mut allowed = Vec::new();
        for (channel, who) in [("email", json!({ "email": self.email() })), ("sms", json!({ "phone": self.phone() }))] {
            for purpose in purposes {
                let body = json!({ "channel": channel, "purpose": purpose, "contact": who });
                let answer = ask(self.backend, Method::POST, "/v1/decisions", &self.shop.secret, &body).ok();
                if answer["decision"]["allow"] == true {
                    allowed.push(format!("{channel} for {purpose}"));
                }
            }
        }
        allowed
    }

    fn end(&self, end: End) {
        self.send(&self.confirmed(self.both()));
        assert_eq!(self.allowed(&ALL).len(), 4, "the person had opted in before");
        match end {
            End::Erased => {
                let path = format!("/v1/contacts/{}", self.contact().unwrap());
                assert_eq!(self.ask(Method::DELETE, &path, &Value::Null), 200);
            }
            End::Objected | End::OptedOut => {
                let no = json!({ "choice": "opt_out", "objection": end == End::Objected });
                let body = with(self.submit(self.both(), "authenticated", |choice| choice), "/choices", json!([no]));
                self.send(&body);
            }
        }
    }

    fn step(&self, step: &Step) {
        let day = |days: i64| json!(from_now(days * 24 * 60 * 60 * 1_000));
        match step {
            Step::Listed { days, yes } => {
                let word = if *yes { "opt_in" } else { "opt_out" };
                let body = self.submit(self.both(), "listed", |choice| with(choice, "/choice", json!(word)));
                self.send(&days.map_or(body.clone(), |days| with(body, "/occurred_at", day(-i64::from(days)))));
            }
            Step::Reported { days, ahead } => {
                let body = self.submit(self.both(), "reported", |choice| choice);
                // A clock that runs ahead is accepted up to a limit. A time beyond that counts as no time.
                let at = days.map(|days| if *ahead { day(i64::from(days)) } else { day(-i64::from(days)) });
                self.send(&at.map_or(body.clone(), |at| with(body, "/occurred_at", at)));
            }
            Step::Staff => {
                let evidence = json!({ "reason": "said so on the phone", "reference": "call 7" });
                self.send(&self.submit(self.both(), "staff", |choice| with(choice, "/evidence", evidence.clone())));
            }
            Step::Changed { purpose } => {
                let yes = json!({ "choice": "opt_in", "reason": "said so", "evidence": { "reference": "form 7" }, "address": { "email": self.email() } });
                if let Some(contact) = self.contact() {
                    let path = format!("/v1/contacts/{contact}/choices/email/{purpose}");
                    assert_eq!(self.ask(Method::PUT, &path, &yes), 200);
                }
            }
            Step::Claimed { other_phone } => {
                let phone = if *other_phone { format!("+4478{:08}", self.number) } else { self.phone() };
                let contact = json!({ "email": self.email(), "phone": phone });
                let mut body = self.submit(contact, "claimed", |choice| choice);
                body.as_object_mut().unwrap().remove("assurance");
                self.shop.submit(self.backend, &body).ok();
            }
            Step::Bought => {
                let evidence = json!({ "dealing": "purchase", "reference": "order 7", "refusal_offered": true, "own_similar_products": true });
                let sale = |choice| with(with(choice, "/basis", json!("soft_opt_in")), "/evidence", evidence.clone());
                self.send(&self.submit(self.both(), "authenticated", sale));
            }
            Step::Corrected => {
                let other = format!("other{}@example.net", uuid::Uuid::from_bytes(random()).simple());
                self.send(&self.confirmed(json!({ "email": other })));
                let id =
                    self.shop.lookup(self.backend, &json!({ "email": other })).ok()["id"].as_str().unwrap().to_owned();
                let body = json!({ "address": { "from": { "email": other }, "to": { "email": self.email() } }, "reason": "a slip" });
                let status = self.ask(Method::POST, &format!("/v1/contacts/{id}/rectify"), &body);
                assert!([200, 409].contains(&status), "{status}");
            }
            Step::CorrectedAway => {
                let other = format!("moved{}@example.net", uuid::Uuid::from_bytes(random()).simple());
                if let Some(contact) = self.contact() {
                    let body = json!({ "address": { "from": { "email": self.email() }, "to": { "email": other } }, "reason": "moved" });
                    assert_eq!(self.ask(Method::POST, &format!("/v1/contacts/{contact}/rectify"), &body), 200);
                    for purpose in ALL {
                        let body = json!({ "channel": "email", "purpose": purpose, "contact": { "email": other } });
                        let answer = ask(self.backend, Method::POST, "/v1/decisions", &self.shop.secret, &body).ok();
                        assert_eq!(answer["decision"]["allow"], false, "the opt-out is copied: {answer}");
                    }
                }
            }
            Step::Merged => {
                let other = format!("twin{}@example.net", uuid::Uuid::from_bytes(random()).simple());
                self.send(&self.confirmed(json!({ "email": other })));
                if let Some(contact) = self.contact() {
                    let body = json!({ "contact": { "email": other }, "reason": "one person" });
                    assert_eq!(self.ask(Method::POST, &format!("/v1/contacts/{contact}/merge"), &body), 200);
                }
            }
            Step::Restricted => {
                for restricted in [true, false] {
                    if let Some(contact) = self.contact() {
                        let body = json!({ "restricted": restricted, "reason": "disputed" });
                        let path = format!("/v1/contacts/{contact}/restriction");
                        assert_eq!(self.ask(Method::PUT, &path, &body), 200);
                    }
                }
            }
            Step::Contacted => {
                let body = json!({ "contact": { "email": self.email() }, "activities": [{ "activity": "contacted" }] });
                self.ask(Method::POST, "/v1/activities", &body);
            }
        }
    }
}

/// Returns whether a step may end a plain opt-out by the law of standings: only an employee's entry.
fn may_end_a_plain_no(step: &Step) -> bool {
    matches!(step, Step::Staff | Step::Changed { .. })
}

fn nobody_comes_back(backend: &dyn Backend, cases: u32) {
    let body = with(shop_body(), "/limits", json!({ "publishable": 10_000, "secret": 10_000 }));
    let shop = Shop::create_with(backend, &body);
    let number = Cell::new(0);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let outcome = TestRunner::new(config).run(&(ends(), steps()), |(end, steps)| {
        number.set(number.get() + 1);
        let person = Person { backend, shop: &shop, number: number.get() };
        person.end(end);
        prop_assert_eq!(person.allowed(&ALL), Vec::<String>::new(), "at the end");
        // An opt-in in the same millisecond as the opt-out would not be later.
        backend.pass(2);
        for step in steps.iter().filter(|step| end != End::OptedOut || !may_end_a_plain_no(step)) {
            person.step(step);
            prop_assert_eq!(person.allowed(&["newsletter"]), Vec::<String>::new(), "after {:?} and {:?}", end, step);
        }
        prop_assert_eq!(person.allowed(&ALL), Vec::<String>::new(), "after {:?} and all of it", end);
        backend.pass(2);
        person.send(&person.confirmed(person.both()));
        prop_assert_eq!(person.allowed(&ALL).len(), 4, "the person's own opt-in after {:?}", end);
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn only_the_person_opts_in_again_in_random_histories() {
    let cases = std::env::var("PLACET_HISTORIES").map_or(2_500, |text| text.parse().unwrap());
    nobody_comes_back(&Native::in_memory(), cases);
}

#[test]
fn only_the_person_opts_in_again_in_workerd() {
    nobody_comes_back(&Workerd::start(), 100);
}
