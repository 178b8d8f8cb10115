//! Laws that hold for all rules, tested with random records, persons and policies.
//!
//! Few distinct times are used, so that ties and limits occur often. A test fails if its law applies to too few cases.

use std::cell::Cell;

use placet::consent::rules::rules;
use placet::consent::*;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};

use super::cases::*;
use super::law::{CHARITIES, FRENCH_CALLS};
use super::reference::{DAY, Question, Record, plus_months};

/// Some records of one address, and one question about it.
#[derive(Clone, Debug)]
struct Case {
    place: (&'static str, &'static str),
    business: bool,
    channel: Channel,
    records: Vec<Record>,
    reachable: bool,
    restricted: bool,
    born: Option<i64>,
    now: i64,
}

impl Case {
    fn question<'a>(&'a self, shop: &'a Policy) -> Question<'a> {
        Question {
            country: self.place.0,
            region: self.place.1,
            business: self.business,
            channel: self.channel,
            purpose: "offers",
            shop,
            reachable: self.reachable,
            restricted: self.restricted,
            born: self.born,
            records: &self.records,
        }
    }

    fn decide<'a>(&'a self, shop: &'a Policy) -> Decision<'a> {
        Asked::new(self.question(shop)).decide(self.now)
    }

    fn allows_at(&self, shop: &Policy, now: i64) -> bool {
        Asked::new(self.question(shop)).decide(now).allows()
    }
}

fn given() -> i64 {
    millis("2024-08-31T10:00:00Z")
}

fn times() -> Vec<i64> {
    let given = given();
    let near = [-400 * DAY, -1, 0, 0, 1, DAY, 10 * DAY, 20 * DAY].map(|more| given + more);
    let months = [3, 6, 12, 18, 24].map(|months| plus_months(given, months));
    near.into_iter().chain(months).chain([Timestamp::BEGINNING.millis(), CHARITIES, FRENCH_CALLS]).collect()
}

fn instants() -> Vec<i64> {
    let given = given();
    let days = [15, 28, 30, 31, 35, 40].map(|days| given + days * DAY);
    let months = [3, 6, 12, 18, 24, 36, 37, 60].map(|months| plus_months(given, months));
    let turns = days.into_iter().chain(months).chain([CHARITIES, FRENCH_CALLS]);
    turns.flat_map(|instant| [instant - 1, instant]).chain([given, given + 1]).collect()
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => Just(Act::OptIn { ground: Ground::Consent }),
        4 => select(Ground::ALL).prop_map(|ground| Act::OptIn { ground }),
        2 => select(Activity::ALL).prop_map(|activity| Act::Noted { activity }),
        1 => select(Refusal::ALL).prop_map(|refusal| Act::OptOut { refusal }),
        1 => Just(Act::Declined),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    (act(), select(Assurance::ALL), select(times()), any::<u8>()).prop_map(|(act, assurance, at, id)| Record {
        act,
        assurance,
        at,
        id: id.into(),
    })
}

fn case() -> impl Strategy<Value = Case> {
    let born = prop::option::of((select(vec![-1, 0, 1, 15]), 8..40_i64).prop_map(|(days, years)| {
        let midnight = given() - given().rem_euclid(DAY);
        plus_months(midnight + days * DAY, -12 * years)
    }));
    let person = (prop::bool::weighted(0.98), prop::bool::weighted(0.02), born);
    let question = (select(every_place()), any::<bool>(), select(Channel::ALL), select(instants()));
    let records = prop::collection::vec(record(), 0..6);
    (question, person, records).prop_map(|(question, (reachable, restricted, born), mut records)| {
        let (place, business, channel, now) = question;
        for (nth, record) in records.iter_mut().enumerate() {
            // Every record has an id of its own. Only opt-outs may lie in the future.
            record.id = record.id * 16 + nth as u128;
            if !matches!(record.act, Act::OptOut { .. }) {
                record.at = record.at.min(now);
            }
        }
        Case { place, business, channel, records, reachable, restricted, born, now }
    })
}

fn own_way() -> impl Strategy<Value = Override> {
    let ids: Vec<&str> = rules().map(|rule| rule.id).collect();
    let accept = subsequence(Basis::ALL, 0..=Basis::ALL.len());
    let waive = subsequence(Waiver::ALL, 0..=Waiver::ALL.len());
    (select(ids), accept, waive).prop_map(|(rule, accept, waive)| Override {
        rule: rule.into(),
        accept,
        waive,
        reason: "ours".into(),
    })
}

fn shop() -> impl Strategy<Value = Policy> {
    let channels =
        prop_oneof![4 => Just(Channel::ALL.to_vec()), 1 => subsequence(Channel::ALL, 0..=Channel::ALL.len())];
    let bases = prop_oneof![2 => Just(Basis::ALL.to_vec()), 1 => subsequence(Basis::ALL, 0..=Basis::ALL.len())];
    let confirmation = subsequence(Channel::ALL, 0..=Channel::ALL.len());
    let ages = (select(vec![0, 0, 10, 14, 18]), prop::bool::weighted(0.2));
    let expires_after_months = select(vec![0, 0, 3, 12, 36, 60]);
    let overrides = prop::collection::vec(own_way(), 0..30).prop_map(|mut overrides| {
        // The service allows one override for each rule.
        overrides.sort_by(|a, b| a.rule.cmp(&b.rule));
        overrides.dedup_by(|a, b| a.rule == b.rule);
        overrides
    });
    let transactional = prop::bool::weighted(0.1).prop_map(|is| if is { vec![slug("offers")] } else { Vec::new() });
    (channels, confirmation, bases, ages, expires_after_months, overrides, transactional).prop_map(
        |(
            channels,
            confirmation,
            bases,
            (minimum_age, age_required),
            expires_after_months,
            overrides,
            transactional,
        )| Policy {
            channels,
            confirmation,
            transactional,
            bases,
            minimum_age,
            age_required,
            expires_after_months,
            overrides,
        },
    )
}

/// Returns a policy that is as strict as both together.
fn tightened(shop: &Policy, more: &Policy) -> Policy {
    let both = [shop.expires_after_months, more.expires_after_months];
    let kept = |own: &&Override| !more.overrides.iter().any(|other| other.rule == own.rule);
    Policy {
        channels: shop.channels.iter().filter(|channel| more.channels.contains(channel)).copied().collect(),
        confirmation: [&shop.confirmation[..], &more.confirmation[..]].concat(),
        bases: shop.bases.iter().filter(|basis| more.bases.contains(basis)).copied().collect(),
        minimum_age: shop.minimum_age.max(more.minimum_age),
        age_required: shop.age_required || more.age_required,
        expires_after_months: both.into_iter().filter(|months| *months > 0).min().unwrap_or(0),
        overrides: shop.overrides.iter().filter(kept).cloned().collect(),
        transactional: shop.transactional.clone(),
    }
}

/// Tests a law on random cases. The law returns whether it applied to the case; at least one case in `share` must
/// apply.
fn holds<S: Strategy>(cases: u32, share: u32, cases_of: S, law: impl Fn(S::Value) -> Result<bool, TestCaseError>) {
    let bore = Cell::new(0);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&cases_of, |case| {
        bore.set(bore.get() + u32::from(law(case)?));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    println!("{cases} random cases, {} of them bear", bore.get());
    assert!(bore.get() > cases / share, "{} of {cases}", bore.get());
}

#[test]
fn many_records_are_judged_as_the_reference_judges_them() {
    holds(200_000, 10, (case(), shop()), |(case, shop)| {
        let finding = Asked::new(case.question(&shop)).compare(case.now);
        finding.map(|(finding, _)| finding == Finding::Stands).map_err(TestCaseError::fail)
    });
}

#[test]
fn an_additional_opt_out_never_allows_what_was_denied() {
    let more = (select(Refusal::ALL), select(Assurance::ALL), select(times()));
    holds(50_000, 10, (case(), shop(), more), |(case, shop, (refusal, assurance, at))| {
        let mut fuller = case.clone();
        fuller.records.push(opt_out(refusal, assurance, at));
        let (before, after) = (case.decide(&shop).allows(), fuller.decide(&shop).allows());
        prop_assert!(before || !after);
        Ok(before && !after)
    });
}

#[test]
fn a_stricter_policy_never_allows_what_was_denied() {
    holds(50_000, 20, (case(), shop(), shop()), |(case, shop, more)| {
        let tighter = tightened(&shop, &more);
        let (before, after) = (case.decide(&shop).allows(), case.decide(&tighter).allows());
        prop_assert!(before || !after);
        Ok(before && !after)
    });
}

#[test]
fn only_a_later_proven_consent_ends_an_objection_or_a_suppression() {
    let no = (select(&[Refusal::Objection, Refusal::Suppression][..]), select(Assurance::ALL), select(times()));
    let yes = (select(Assurance::ALL), select(times()));
    holds(50_000, 20, (case(), shop(), no, yes), |(mut case, mut shop, (refusal, by, at), (assurance, after))| {
        case.records.push(opt_out(refusal, by, at));
        case.records.push(opt_in(Ground::Consent, assurance, after.min(case.now)));
        shop.transactional.clear();
        let allowing = case.decide(&shop);
        if !allowing.allows() || by == Assurance::Claimed {
            return Ok(false);
        }
        let yes = allowing.decided_by.unwrap();
        prop_assert_eq!(yes.act, Act::OptIn { ground: Ground::Consent });
        prop_assert!(matches!(yes.assurance, Assurance::Confirmed | Assurance::Authenticated));
        prop_assert!(yes.at.millis() > at && yes.at.millis() <= case.now);
        Ok(true)
    });
}

#[test]
fn an_answer_holds_exactly_until_its_stated_end() {
    let between = (select(instants()), 0.0..1.0_f64);
    holds(50_000, 20, (case(), shop(), between), |(case, shop, (probe, share))| {
        let decision = case.decide(&shop);
        let same = |now| case.allows_at(&shop, now) == decision.allows();
        let last = match decision.until().map(Timestamp::millis) {
            Some(until) => {
                prop_assert!(until > case.now && until < Timestamp::NEVER.millis());
                prop_assert!(!same(until) && same(until - 1));
                until - 1
            }
            None => plus_months(case.now, 1200),
        };
        prop_assert!(same(probe.clamp(case.now, last)));
        prop_assert!(same(case.now + ((last - case.now) as f64 * share) as i64));
        Ok(decision.until().is_some())
    });
}

#[test]
fn what_the_strictest_rule_allows_is_allowed_everywhere() {
    holds(50_000, 10, (case(), shop()), |(case, mut shop)| {
        shop.overrides.clear();
        let nowhere = Case { place: ("", ""), ..case };
        let decision = nowhere.decide(&shop);
        if !decision.allows() {
            return Ok(false);
        }
        for place in every_place() {
            for business in [false, true] {
                let somewhere = Case { place, business, ..nowhere.clone() };
                let there = somewhere.decide(&shop);
                prop_assert!(there.allows(), "{:?} by {}", place, there.rule.id);
                // The answer also holds for at least as long.
                let at_least = decision.until().is_some_and(|until| there.until().is_none_or(|there| there >= until));
                prop_assert!(decision.until().is_none() && there.until().is_none() || at_least, "{:?}", place);
            }
        }
        Ok(true)
    });
}

#[test]
fn every_question_has_one_answer() {
    let extreme = || {
        prop_oneof![
            select(vec![Timestamp::BEGINNING.millis(), Timestamp::NEVER.millis(), 0, -1]),
            Timestamp::BEGINNING.millis()..=Timestamp::NEVER.millis(),
        ]
    };
    let wild = (prop::collection::vec((act(), select(Assurance::ALL), extreme()), 0..6), extreme(), extreme());
    let numbers = (any::<u16>(), any::<u16>());
    holds(50_000, 3, (case(), shop(), wild, numbers), |(mut case, mut shop, wild, (age, months))| {
        let (acts, born, now) = wild;
        for (nth, (act, assurance, at)) in acts.into_iter().enumerate() {
            case.records.push(Record { act, assurance, at, id: nth as u128 * 16 + 15 });
        }
        (case.now, case.born) = (now, case.born.map(|_| born));
        (shop.minimum_age, shop.expires_after_months) = (age, months);
        let decision = case.decide(&shop);
        prop_assert_eq!(decision.allows(), decision.reason().is_none());
        // If an opt-in decides, `against` is the opt-out that it ended; if an opt-out decides, `against` is the opt-in
        // that could not end it.
        if let (Some(own), Some(other)) = (decision.decided_by, decision.against) {
            let (yes, no) = if own.act.ground().is_some() { (own, other) } else { (other, own) };
            prop_assert_eq!((yes.act.choice(), no.act.choice()), (Some(Choice::OptIn), Some(Choice::OptOut)));
            prop_assert!(own != yes || yes.at > no.at);
        }
        let steps = decision.explain();
        prop_assert!(steps.len() > 1 && !steps.iter().any(|step| step.contains(['{', '}'])), "{:?}", steps);
        // The same records in another order.
        let backwards = Case { records: case.records.iter().rev().copied().collect(), ..case.clone() };
        prop_assert_eq!(format!("{:?}", backwards.decide(&shop)), format!("{decision:?}"));
        Ok(decision.record().is_some())
    });
}

#[test]
fn only_records_that_cover_the_question_affect_the_answer() {
    let elsewhere = prop::collection::vec((record(), select(Channel::ALL), any::<bool>()), 0..6);
    let wide = prop::collection::vec((any::<bool>(), any::<bool>()), 6);
    holds(20_000, 3, (case(), shop(), elsewhere, wide), |(case, shop, elsewhere, wide)| {
        let decision = case.decide(&shop);
        let asked = Asked::new(case.question(&shop));
        let mut tracks = asked.standing.tracks().to_vec();
        // A wide opt-out also covers this channel and purpose.
        for (track, (channels, purposes)) in tracks.iter_mut().zip(wide) {
            let is_no = matches!(track.act, Act::OptOut { .. });
            track.scope.channel.take_if(|_| is_no && channels);
            track.scope.purpose.take_if(|_| is_no && purposes);
        }
        tracks.extend(elsewhere.into_iter().map(|(record, channel, same_purpose)| {
            let other = same_purpose && channel != case.channel;
            track(&record, channel, if other { "offers" } else { "surveys" })
        }));
        let (standing, now) = (Standing::of(tracks), Timestamp::from_millis(case.now).unwrap());
        let wider = decide(&standing, &shop, &asked.person, case.channel, &slug("offers"), now);
        prop_assert_eq!((wider.verdict.finding, wider.until()), (decision.verdict.finding, decision.until()));
        prop_assert_eq!((wider.record(), wider.rule.id), (decision.record(), decision.rule.id));
        Ok(decision.record().is_some())
    });
}
