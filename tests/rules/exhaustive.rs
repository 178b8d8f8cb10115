//! Every jurisdiction, channel, relation, ground and assurance, with what else is on record and how old the person is, at
//! every instant where an answer may change and a millisecond before and after it: `decide` says what the reference says.
//!
//! The product of everything with everything would be billions. What cannot meet is not multiplied: choices with ages, ages
//! with activities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use placet::consent::*;

use super::cases::*;
use super::law::{CHARITIES, FRENCH_CALLS};
use super::reference::{DAY, Question, Record, plus_months};

/// The opt-in of every case, on a day that most months lack.
const GIVEN: &str = "2024-08-31T10:00:00Z";
/// Something happened in between, on a day that other months lack.
const ACTED: &str = "2024-10-30T09:00:00Z";
/// The limits in months of all laws, and of the shops below.
const MONTHS: [i64; 7] = [3, 6, 12, 18, 24, 36, 60];
/// The days for which a look-up in a register counts.
const DAYS: [i64; 4] = [15, 28, 30, 31];

/// What was asked, and what came of it.
#[derive(Default)]
struct Tally {
    cases: u64,
    findings: BTreeMap<Finding, u64>,
    rules: BTreeSet<&'static str>,
    differences: Vec<String>,
}

impl Tally {
    fn ask(&mut self, question: Question<'_>, instants: &[i64]) {
        let asked = Asked::new(question);
        let mut last = "";
        for now in instants {
            self.cases += 1;
            match asked.compare(*now) {
                Ok((finding, rule)) => {
                    *self.findings.entry(finding).or_default() += 1;
                    if rule != last {
                        self.rules.insert(rule);
                        last = rule;
                    }
                }
                Err(difference) if self.differences.len() < 3 => self.differences.push(difference),
                Err(_) => {}
            }
        }
    }
}

/// Asks about every place, channel and relation, on every core, and ends the test where anything differs.
fn sweep(
    name: &str,
    places: &[(&'static str, &'static str)],
    shops: &[Policy],
    ask: impl Fn(Question<'_>, &mut Tally) + Sync,
) -> Tally {
    let corners: Vec<_> = places
        .iter()
        .flat_map(|place| Channel::ALL.iter().map(move |channel| (*place, *channel)))
        .flat_map(|(place, channel)| [false, true].map(|business| (place, channel, business)))
        .flat_map(|corner| shops.iter().map(move |shop| (corner, shop)))
        .collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut tally = Tally::default();
        while let Some((((country, region), channel, business), shop)) =
            corners.get(next.fetch_add(1, Ordering::Relaxed))
        {
            let question = Question {
                country,
                region,
                business: *business,
                channel: *channel,
                purpose: "offers",
                shop,
                reachable: true,
                restricted: false,
                born: None,
                records: &[],
            };
            ask(question, &mut tally);
        }
        tally
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.cases += tally.cases;
        all.rules.extend(tally.rules);
        all.differences.extend(tally.differences);
        tally.findings.into_iter().for_each(|(finding, count)| *all.findings.entry(finding).or_default() += count);
    }
    println!("{name}: {} cases under {} rules, {:?}", all.cases, all.rules.len(), all.findings);
    assert!(all.differences.is_empty(), "{name}:\n{}", all.differences.join("\n"));
    all
}

fn around(instants: impl IntoIterator<Item = i64>) -> Vec<i64> {
    let mut around: Vec<i64> = instants.into_iter().flat_map(|instant| [instant - 1, instant, instant + 1]).collect();
    around.sort_unstable();
    around.dedup();
    around
}

/// The instants at which a yes may begin or end, or a law may.
fn turning_points() -> Vec<i64> {
    let given = millis(GIVEN);
    around(MONTHS.map(|months| plus_months(given, months)).into_iter().chain([given, CHARITIES, FRENCH_CALLS]))
}

/// Those, and the ones that something that happened later adds.
fn turning_points_of_activity() -> Vec<i64> {
    let acted = millis(ACTED);
    let months = MONTHS.map(|months| plus_months(acted, months)).into_iter();
    let mut instants = turning_points();
    instants.extend(around(months.chain(DAYS.map(|days| acted + days * DAY)).chain([acted])));
    instants
}

fn each_yes(mut each: impl FnMut(Ground, Assurance)) {
    for ground in Ground::ALL {
        Assurance::ALL.iter().for_each(|assurance| each(*ground, *assurance));
    }
}

/// One yes and what happened since, at every turning point. Time does not look at who acted, but for an anonymous form.
fn ask_through_time(question: Question<'_>, tally: &mut Tally) {
    let (given, acted) = (millis(GIVEN), millis(ACTED));
    let (alone, after) = (turning_points(), turning_points_of_activity());
    each_yes(|ground, assurance| {
        let yes = opt_in(ground, assurance, given);
        tally.ask(Question { records: &[yes], ..question }, &alone);
        if matches!(assurance, Assurance::Claimed | Assurance::Confirmed) {
            for activity in Activity::ALL {
                tally.ask(Question { records: &[yes, noted(*activity, acted)], ..question }, &after);
            }
        }
    });
}

/// One yes and every kind of no, earlier, later and at the same instant; or nothing but a no.
fn ask_of_choices(question: Question<'_>, tally: &mut Tally) {
    let given = millis(GIVEN);
    let instants = [given, given + 1, given + DAY];
    let declined = Record { act: Act::Declined, assurance: Assurance::Reported, at: given - DAY, id: 600 };
    tally.ask(question, &instants);
    tally.ask(Question { records: &[declined], ..question }, &instants);
    for refusal in Refusal::ALL {
        for by in Assurance::ALL {
            tally.ask(Question { records: &[opt_out(*refusal, *by, given), declined], ..question }, &instants);
        }
    }
    each_yes(|ground, assurance| {
        let yes = opt_in(ground, assurance, given);
        tally.ask(Question { records: &[yes, declined], ..question }, &instants);
        for refusal in Refusal::ALL {
            for at in [given - 1, given, given + 1] {
                for by in [Assurance::Claimed, Assurance::Listed] {
                    tally.ask(Question { records: &[opt_out(*refusal, by, at), yes], ..question }, &instants);
                }
            }
        }
    });
}

/// One yes of a person who is grown up, is not, or is from that instant on.
fn ask_of_ages(question: Question<'_>, tally: &mut Tally) {
    let given = millis(GIVEN);
    let midnight = given - given.rem_euclid(DAY);
    // The birthdays of those who turn 12 to 18 on that day, the day before and the day after; and of the newborn and the old.
    let births = (12..=18).flat_map(|years| [-1, 0, 1].map(|day| plus_months(midnight + day * DAY, -12 * years)));
    let births: Vec<i64> = births.chain([midnight, plus_months(midnight, -1200)]).collect();
    // The day counts from noon on.
    for at in [midnight + DAY / 2 - 1, midnight + DAY / 2] {
        for (ground, assurance) in [
            (Ground::Consent, Assurance::Confirmed),
            (Ground::Consent, Assurance::Claimed),
            (Ground::SoftPurchase, Assurance::Listed),
            (Ground::ImpliedContract, Assurance::Staff),
            (Ground::LegitimateInterest, Assurance::Staff),
            (Ground::Contract, Assurance::Authenticated),
        ] {
            let records = [opt_in(ground, assurance, at), noted(Activity::Screened, at)];
            for born in births.iter().map(|born| Some(*born)).chain([None]) {
                // Growing up later changes nothing.
                tally.ask(Question { born, records: &records, ..question }, &[at, plus_months(at, 30)]);
            }
        }
    }
}

/// Goes its own way wherever it can.
fn loose() -> Policy {
    let own = |rule: &str, accept: &[Basis], waive: &[Waiver]| Override {
        rule: rule.into(),
        accept: accept.to_vec(),
        waive: waive.to_vec(),
        reason: "our lawyer says so".into(),
    };
    let dealings = [Basis::Implied, Basis::LegitimateInterest];
    Policy {
        confirmation: vec![Channel::Push],
        overrides: vec![
            own("us-phone", &dealings, &[]),
            own("us-fl-calls", &dealings, &[Waiver::Screening]),
            own("us-messaging", &dealings, &[]),
            own("de-email", &[], &[Waiver::Confirmation]),
            own("de-phone", Basis::ALL, &[Waiver::Expiry]),
            own("fr-mail", &[], &[Waiver::Expiry]),
            own("fr-phone", &dealings, &[Waiver::Screening]),
            own("fr-phone-until-2026", &[Basis::Implied], &[Waiver::Age]),
            own("gb-phone", &[], &[Waiver::Screening]),
            own("gb-mail", &[Basis::SoftOptIn], &[]),
            own("ca-mail", &[Basis::SoftOptIn], &[Waiver::Expiry]),
            own("it-post", &[Basis::Contract], &[Waiver::Screening, Waiver::Age]),
            own("any", &[], &[Waiver::Age, Waiver::Confirmation]),
            own("any-phone", &[Basis::LegitimateInterest], &[Waiver::Expiry]),
            // There are no such rows to override.
            own("transactional", Basis::ALL, Waiver::ALL),
            own("none", Basis::ALL, Waiver::ALL),
        ],
        ..Policy::default()
    }
}

/// Asks for more than any law.
fn tight() -> Policy {
    Policy {
        bases: vec![Basis::Consent, Basis::SoftOptIn, Basis::Contract],
        minimum_age: 18,
        age_required: true,
        expires_after_months: 12,
        ..Policy::default()
    }
}

/// The law, without a confirmation of the shop's own.
fn unconfirmed() -> Policy {
    Policy { confirmation: Vec::new(), ..Policy::default() }
}

/// A bit of everything: what it asks for itself, it does not waive.
fn mixed() -> Policy {
    Policy {
        confirmation: vec![Channel::Email, Channel::Phone],
        bases: vec![Basis::Consent, Basis::Implied, Basis::LegitimateInterest],
        minimum_age: 14,
        expires_after_months: 60,
        ..loose()
    }
}

fn transactional() -> Policy {
    Policy { transactional: vec![slug("orders"), slug("offers")], channels: Channel::ALL[..4].to_vec(), ..tight() }
}

#[test]
fn decide_says_what_the_law_says_at_every_instant() {
    let all = sweep("the law through time", &every_place(), &[Policy::default(), unconfirmed()], ask_through_time);
    assert!(all.cases > 6_000_000, "{}", all.cases);
    // All but `transactional`.
    assert_eq!(all.rules.len() + 1, placet::consent::rules::rules().count());
}

#[test]
fn shops_of_their_own_ways_get_what_they_ask_for_at_every_instant() {
    let shops = [loose(), tight(), mixed(), transactional()];
    let all = sweep("other policies through time", &TELLING_PLACES, &shops, ask_through_time);
    assert!(all.cases > 3_000_000, "{}", all.cases);
    for finding in [
        Finding::ChannelOff,
        Finding::BasisNotAccepted,
        Finding::NotScreened,
        Finding::AgeUnknown,
        Finding::Expired,
        Finding::AwaitingConfirmation,
        Finding::Stands,
    ] {
        assert!(all.findings[&finding] > 1000, "{finding:?}");
    }
}

#[test]
fn a_no_is_ended_by_a_later_consent_of_enough_assurance_only() {
    let all = sweep("choices", &every_place(), &[Policy::default()], ask_of_choices);
    let telling = sweep("choices elsewhere", &TELLING_PLACES, &[unconfirmed(), transactional()], ask_of_choices);
    for finding in [Finding::NeverAsked, Finding::Declined, Finding::OptedOut, Finding::Objected, Finding::Suppressed] {
        assert!(all.findings[&finding] > 1000 && telling.findings[&finding] > 1000, "{finding:?}");
    }
}

#[test]
fn who_was_too_young_stays_so() {
    let shops = [Policy::default(), tight(), loose(), mixed(), transactional()];
    let all = sweep("ages", &every_place(), &shops, ask_of_ages);
    assert!(all.findings[&Finding::UnderAge] > 100_000 && all.findings[&Finding::Stands] > 100_000);
}

#[test]
fn a_person_out_of_reach_gets_nothing() {
    let shops = [Policy::default(), transactional(), Policy { channels: Vec::new(), ..Policy::default() }];
    let all = sweep("out of reach", &every_place(), &shops, |question, tally| {
        for (reachable, restricted) in [(false, false), (false, true), (true, true)] {
            let given = millis(GIVEN);
            each_yes(|ground, assurance| {
                let records = [opt_in(ground, assurance, given)];
                tally.ask(Question { reachable, restricted, records: &records, ..question }, &[given, CHARITIES - 1]);
            });
        }
    });
    assert_eq!(all.findings.get(&Finding::Stands), None);
    assert_eq!(all.findings.len(), 3, "{:?}", all.findings);
}
