//! Every jurisdiction, channel, relation, ground and assurance, with other records and with ages of the person, at
//! every instant where the answer may change and one millisecond before and after it. `decide` must give the
//! reference's answer.
//!
//! The full product would be billions of cases, so independent things are not combined: choices are not combined with
//! ages, nor ages with activities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use placet::consent::*;

use super::cases::*;
use super::law::{CHARITIES, FRENCH_CALLS};
use super::reference::{DAY, Question, Record, plus_months};

/// The time of the opt-in in every case: a day that most months lack.
const GIVEN: &str = "2024-08-31T10:00:00Z";
/// The time of a later activity: a day that February lacks.
const ACTED: &str = "2024-10-30T09:00:00Z";
/// All time limits in months, of the laws and of the shops below.
const MONTHS: [i64; 7] = [3, 6, 12, 18, 24, 36, 60];
/// The number of days for which a look-up in a register counts.
const DAYS: [i64; 4] = [15, 28, 30, 31];

/// The cases asked and their results.
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

/// Asks about every place, channel and relation, on all cores. Fails if an answer differs.
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

/// Returns the instants at which an opt-in may begin or end, or a law may change.
fn turning_points() -> Vec<i64> {
    let given = millis(GIVEN);
    around(MONTHS.map(|months| plus_months(given, months)).into_iter().chain([given, CHARITIES, FRENCH_CALLS]))
}

/// Returns the same, and the instants that a later activity adds.
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

/// Asks about an opt-in and a later activity at every turning point. Time limits do not depend on the assurance, except
/// that an anonymous opt-in may need confirmation.
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

/// Asks about an opt-in with every kind of opt-out, earlier, later and at the same instant, and about an opt-out alone.
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

/// Asks about an opt-in of a person who is above, below or exactly at the age limit.
fn ask_of_ages(question: Question<'_>, tally: &mut Tally) {
    let given = millis(GIVEN);
    let midnight = given - given.rem_euclid(DAY);
    // Birthdays of persons who turn 12 to 18 on that day, the day before or the day after; also a newborn and a person
    // of 100 years.
    let births = (12..=18).flat_map(|years| [-1, 0, 1].map(|day| plus_months(midnight + day * DAY, -12 * years)));
    let births: Vec<i64> = births.chain([midnight, plus_months(midnight, -1200)]).collect();
    // A birthday counts from noon on.
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
                // Reaching the age later does not help.
                tally.ask(Question { born, records: &records, ..question }, &[at, plus_months(at, 30)]);
            }
        }
    }
}

/// Returns a policy that deviates from the law wherever it can.
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
            // These rules cannot be overridden.
            own("transactional", Basis::ALL, Waiver::ALL),
            own("none", Basis::ALL, Waiver::ALL),
        ],
        ..Policy::default()
    }
}

/// Returns a policy that is stricter than every law.
fn tight() -> Policy {
    Policy {
        bases: vec![Basis::Consent, Basis::SoftOptIn, Basis::Contract],
        minimum_age: 18,
        age_required: true,
        expires_after_months: 12,
        ..Policy::default()
    }
}

/// Returns a policy that adds no confirmation to the law.
fn unconfirmed() -> Policy {
    Policy { confirmation: Vec::new(), ..Policy::default() }
}

/// Returns a mixed policy: the shop's own limits together with overrides.
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
fn decide_agrees_with_the_law_at_every_instant() {
    let all = sweep("the law through time", &every_place(), &[Policy::default(), unconfirmed()], ask_through_time);
    assert!(all.cases > 6_000_000, "{}", all.cases);
    // Every rule except `transactional`.
    assert_eq!(all.rules.len() + 1, placet::consent::rules::rules().count());
}

#[test]
fn decide_applies_the_shops_policy_at_every_instant() {
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
fn only_a_later_consent_of_enough_assurance_ends_an_opt_out() {
    let all = sweep("choices", &every_place(), &[Policy::default()], ask_of_choices);
    let telling = sweep("choices elsewhere", &TELLING_PLACES, &[unconfirmed(), transactional()], ask_of_choices);
    for finding in [Finding::NeverAsked, Finding::Declined, Finding::OptedOut, Finding::Objected, Finding::Suppressed] {
        assert!(all.findings[&finding] > 1000 && telling.findings[&finding] > 1000, "{finding:?}");
    }
}

#[test]
fn a_person_too_young_at_the_opt_in_stays_denied() {
    let shops = [Policy::default(), tight(), loose(), mixed(), transactional()];
    let all = sweep("ages", &every_place(), &shops, ask_of_ages);
    assert!(all.findings[&Finding::UnderAge] > 100_000 && all.findings[&Finding::Stands] > 100_000);
}

#[test]
fn a_person_without_an_address_or_under_restriction_is_denied() {
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
