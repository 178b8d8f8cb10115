//! Tests the law of standings with random records: its algebraic laws as a semilattice, and that the Rust and the SQL
//! implementation agree.
//!
//! One case is a few records of one address, at few distinct times so that ties occur, in random order, with
//! repetitions and randomly partitioned, including undated and future times. Each case is judged in four ways, see
//! `one_case`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::collections::BTreeMap;

use placet::consent::*;
use placet::ledger::{Database, DatabaseError, Param, Sqlite, keep_track, migrate, standing_of};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// The number of random cases in a run.
const CASES: u32 = 100_000;
/// The time at which every record of a case is received.
const RECEIVED: i64 = 1_764_000_000_000;

/// A record as it arrives, before its effective time is determined.
#[derive(Clone, Debug)]
struct Raw {
    channel: Option<Channel>,
    purpose: Option<&'static str>,
    act: Act,
    assurance: Assurance,
    /// The connection of a report, if it is known.
    connection: Option<u8>,
    /// Milliseconds before (or, if negative, after) receipt. `None` for an undated record.
    age: Option<i64>,
    is_history: bool,
    id: u8,
}

impl Raw {
    fn track(&self) -> Track {
        let received = Timestamp::from_millis(RECEIVED).unwrap();
        let occurred = self.age.map(|age| Timestamp::from_millis(RECEIVED - age).unwrap());
        Track {
            scope: Scope { channel: self.channel, purpose: self.purpose.and_then(PurposeSlug::parse) },
            act: self.act,
            assurance: self.assurance,
            connection: self.connection.map(|number| ConnectionId(uuid::Uuid::from_u128(number.into()))),
            at: ActTime::of(self.assurance, self.is_history, None, occurred).effective(self.act, received),
            record: RecordId(uuid::Uuid::from_u128(self.id.into())),
        }
    }
}

fn raw() -> impl Strategy<Value = Raw> {
    let channel = prop::sample::select(vec![Channel::Email, Channel::Sms]);
    let purpose = prop::sample::select(vec!["newsletter", "offers"]);
    let specific = (channel.clone(), purpose.clone()).prop_map(|(channel, purpose)| (Some(channel), Some(purpose)));
    let scope_of_no = (prop::option::of(channel), prop::option::of(purpose));
    let grounds = prop::sample::select(vec![Ground::Consent, Ground::SoftPurchase]);
    let refusals = prop::sample::select(vec![Refusal::Plain, Refusal::Objection]);
    let act_in_scope = prop_oneof![
        4 => (specific.clone(), grounds).prop_map(|(scope, ground)| (scope, Act::OptIn { ground })),
        3 => (scope_of_no.clone(), refusals).prop_map(|(scope, refusal)| (scope, Act::OptOut { refusal })),
        1 => specific.prop_map(|scope| (scope, Act::Declined)),
        1 => scope_of_no.prop_map(|scope| (scope, Act::Noted { activity: Activity::Used })),
    ];
    let connection = prop::option::of(0..2_u8);
    let assurance = (prop::sample::select(Assurance::ALL.to_vec()), connection)
        .prop_map(|(assurance, connection)| (assurance, connection.filter(|_| assurance == Assurance::Reported)));
    // Few distinct times, so that ties are common; within the clock skew, beyond it, and long ago.
    let age = prop::option::of(prop::sample::select(vec![
        0,
        1,
        2,
        3,
        86_400_000,
        -1,
        -CLOCK_SKEW,
        -CLOCK_SKEW - 1,
        RECEIVED,
    ]));
    let parts = (act_in_scope, assurance, age, any::<bool>(), 0..6_u8);
    parts.prop_map(|(((channel, purpose), act), (assurance, connection), age, is_history, id)| Raw {
        channel,
        purpose,
        act,
        assurance,
        connection,
        age,
        is_history,
        id,
    })
}

#[derive(Clone, Debug)]
struct Case {
    records: Vec<Raw>,
    /// The records in random order, some of them twice.
    arrivals: Vec<Raw>,
    /// The part of the partition for each record in `arrivals`.
    parts: Vec<u8>,
}

fn case() -> impl Strategy<Value = Case> {
    prop::collection::vec(raw(), 0..8).prop_flat_map(|records| {
        let doubled: Vec<Raw> = records.iter().chain(records.iter().step_by(2)).cloned().collect();
        let parts = prop::collection::vec(0..3_u8, doubled.len());
        (Just(records), Just(doubled).prop_shuffle(), parts).prop_map(|(records, arrivals, parts)| Case {
            records,
            arrivals,
            parts,
        })
    })
}

/// Computes the finding directly from the table of the law: no histories and no order, every record is checked. Leaves
/// out everything but the law of standings: every ground is accepted and none expires.
fn naive(records: &[Track], channel: Channel, purpose: &PurposeSlug) -> Finding {
    let matching: Vec<&Track> = records.iter().filter(|record| record.scope.covers(channel, purpose)).collect();
    let refusals =
        || matching.iter().filter(|no| matches!(no.act, Act::OptOut { .. }) && no.assurance != Assurance::Claimed);
    let live = matching.iter().any(|yes| {
        let Act::OptIn { ground } = yes.act else { return false };
        refusals().all(|no| {
            let ends = match yes.assurance {
                Assurance::Listed | Assurance::Claimed => false,
                Assurance::Reported => {
                    !no.act.is_objection() && yes.connection.is_some() && yes.connection == no.connection
                }
                Assurance::Staff => !no.act.is_objection(),
                Assurance::Confirmed | Assurance::Authenticated => true,
            };
            ends && ground == Ground::Consent && yes.at > no.at
        })
    });
    let lifts = |yes: &&Track| {
        yes.act == Act::OptIn { ground: Ground::Consent }
            && matches!(yes.assurance, Assurance::Confirmed | Assurance::Authenticated)
    };
    let objected =
        refusals().any(|no| no.act.is_objection() && !matching.iter().any(|yes| lifts(yes) && yes.at > no.at));
    if live {
        Finding::Stands
    } else if objected {
        Finding::Objected
    } else if refusals().next().is_some() {
        Finding::OptedOut
    } else if matching.iter().any(|record| record.act == Act::Declined) {
        Finding::Declined
    } else {
        Finding::NeverAsked
    }
}

/// Conditions that accept every ground without a time limit.
const LENIENT: Conditions = Conditions {
    from: Timestamp::BEGINNING,
    to: Timestamp::NEVER,
    off: false,
    transactional: false,
    grounds: GroundSet(u16::MAX),
    confirmation: false,
    minimum_age: 0,
    age_required: false,
    purchase_months: 0,
    inquiry_months: 0,
    inactivity_months: 0,
    disuse_months: 0,
    screening_days: 0,
};

fn one_case(database: &Sqlite, case: &Case) -> Result<(), TestCaseError> {
    let tracks: Vec<Track> = case.records.iter().map(Raw::track).collect();
    let standing = Standing::of(tracks.iter().cloned());

    // Any order and any repetition.
    let arrivals: Vec<Track> = case.arrivals.iter().map(Raw::track).collect();
    prop_assert_eq!(&standing, &Standing::of(arrivals.iter().cloned()), "order and repetition");

    // Any partition, merged in any order. Merging twice changes nothing.
    let mut parts: BTreeMap<u8, Standing> = BTreeMap::new();
    for (part, track) in case.parts.iter().zip(&arrivals) {
        parts.entry(*part).or_default().add(track.clone());
    }
    let mut merged = Standing::default();
    for part in parts.values().rev() {
        merged.merge(part);
        merged.merge(part);
    }
    prop_assert_eq!(&standing, &merged, "partition");

    // The same law in SQL.
    for track in &arrivals {
        keep_track(database, 1, track).map_err(failed)?;
    }
    let stored = standing_of(database, 1).map_err(failed)?;
    database.execute("DELETE FROM track", &[]).map_err(failed)?;
    prop_assert_eq!(&standing, &stored, "SQL");

    // The finding, compared with the naive reading of the table.
    for channel in [Channel::Email, Channel::Sms] {
        for purpose in ["newsletter", "offers"].map(|slug| PurposeSlug::parse(slug).unwrap()) {
            let entries = standing.entries(channel, &purpose);
            let now = Timestamp::from_millis(RECEIVED).unwrap();
            let verdict = judge(entries.entries(), &Circumstances::default(), &[LENIENT], now);
            prop_assert_eq!(verdict.finding, naive(&tracks, channel, &purpose), "{} {}", channel, purpose);
            prop_assert_eq!(verdict.until, None);
        }
    }
    Ok(())
}

fn failed(error: DatabaseError) -> TestCaseError {
    TestCaseError::fail(error.to_string())
}

#[test]
fn the_law_of_standings_holds_and_sql_implements_the_same_law() {
    let database = Sqlite::in_memory().unwrap();
    migrate(&database).unwrap();
    database.execute("INSERT INTO contact (id, uuid, created_at) VALUES (1, 'c', 0)", &[]).unwrap();
    let address =
        "INSERT INTO address (id, contact, kind, match_key, value, assurance, created_at) VALUES (1, 1, ?, ?, ?, ?, 0)";
    database.execute(address, &["email", "k", "v", "claimed"].map(Param::Text)).unwrap();

    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&case(), |case| one_case(&database, &case));
    outcome.unwrap_or_else(|error| panic!("{error}"));
    println!("{CASES} random cases");
}

#[test]
fn adding_an_opt_out_never_allows_what_was_denied() {
    let config = Config { cases: 20_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new(config);
    let opt_out =
        raw().prop_map(|raw| Raw { act: Act::OptOut { refusal: Refusal::ALL[usize::from(raw.id) % 3] }, ..raw });
    let outcome = runner.run(&(case(), opt_out), |(case, more)| {
        let newsletter = PurposeSlug::parse("newsletter").unwrap();
        let before = Standing::of(case.records.iter().map(Raw::track));
        let mut after = before.clone();
        after.add(more.track());
        let now = Timestamp::from_millis(RECEIVED).unwrap();
        let (policy, person) = (Policy::default(), Person::default());
        let allows =
            |standing: &Standing| decide(standing, &policy, &person, Channel::Email, &newsletter, now).allows();
        prop_assert!(allows(&before) || !allows(&after));
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_stored_record_cannot_be_changed() {
    let database = Sqlite::in_memory().unwrap();
    migrate(&database).unwrap();
    let setup = [
        "INSERT INTO contact (id, uuid, created_at) VALUES (1, 'c', 0)",
        "INSERT INTO address (id, contact, kind, match_key, value, assurance, created_at) VALUES (1, 1, 'email', 'k', 'v', 'claimed', 0)",
        "INSERT INTO submission (id, fingerprint, contact, received_at, notice_id, notice_version, notice_locale, notice_sha256, source_kind)
         VALUES ('s', 'f', 1, 0, 'n', '1', 'en', 'h', 'form')",
        "INSERT INTO record (id, address, channel, purpose, choice, ground, objection, assurance, effective_at, submission)
         VALUES ('r', 1, 'email', 'newsletter', 'opt_in', 'consent', 0, 'claimed', 0, 's')",
    ];
    for sql in setup {
        database.execute(sql, &[]).unwrap();
    }
    let refused = database.execute("UPDATE record SET choice = 'opt_out'", &[]).unwrap_err();
    assert!(refused.to_string().contains("a record is never changed"), "{refused}");
}

#[test]
fn a_database_of_a_later_version_is_refused() {
    let database = Sqlite::in_memory().unwrap();
    migrate(&database).unwrap();
    migrate(&database).unwrap();
    database.execute("INSERT INTO schema_version (version) VALUES (99)", &[]).unwrap();
    assert_eq!(migrate(&database), Err(DatabaseError::Newer { found: 99 }));
}

/// How one act of a person reaches the ledger, with its true time and the time of its arrival.
#[derive(Clone, Copy, Debug)]
struct LiveAct {
    is_opt_out: bool,
    way: Way,
    happened: i64,
    delay: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A page, which measures the age of a submission that waited.
    Page,
    /// A link or the shop's server, which sends at once and states the time of its own clock.
    Server,
    /// A message through a provider, with the time of the provider's clock.
    Provider,
}

const HOUR: i64 = 3_600_000;
const TWO_DAYS: i64 = 48 * HOUR;

fn live_acts() -> impl Strategy<Value = (Vec<LiveAct>, i64, i64)> {
    let way = prop::sample::select(vec![Way::Page, Way::Server, Way::Provider]);
    let one = (any::<bool>(), way, 1..6 * HOUR, 0..3 * HOUR, any::<bool>());
    let clock = || prop_oneof![Just(0), -TWO_DAYS..TWO_DAYS];
    (prop::collection::vec(one, 1..7), clock(), clock()).prop_map(|(acts, server, provider)| {
        let mut now = RECEIVED;
        let acts = acts.into_iter().map(|(is_opt_out, way, pause, delay, is_late)| {
            now += pause;
            // A server and a link act at once. A message is at most some hours late.
            let delay = if way == Way::Server || !is_late { 0 } else { delay };
            LiveAct { is_opt_out, way, happened: now, delay }
        });
        (acts.collect(), server, provider)
    })
}

#[test]
fn with_wrong_clocks_the_latest_act_decides_or_the_no_does() {
    let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&live_acts(), |(acts, server, provider)| {
        let at = |millis| Timestamp::from_millis(millis).unwrap();
        let mut arrivals: Vec<&LiveAct> = acts.iter().collect();
        arrivals.sort_by_key(|act| act.happened + act.delay);
        let act_of = |is_opt_out| match is_opt_out {
            true => Act::OptOut { refusal: Refusal::Plain },
            false => Act::OptIn { ground: Ground::Consent },
        };
        // A clock that is wrong by just the delay of a message cannot be told from a right one.
        let hides =
            |act: &LiveAct| act.way == Way::Provider && act.delay > 0 && (act.delay - provider).abs() <= CLOCK_SKEW;
        prop_assume!(!acts.iter().any(hides));
        let mut sent: Vec<(i64, bool, Timestamp)> = Vec::new();
        let mut standing = Standing::default();
        for (number, one) in arrivals.iter().enumerate() {
            let (received, act) = (at(one.happened + one.delay), act_of(one.is_opt_out));
            let effective = match one.way {
                Way::Page => ActTime::Live { age: Some(one.delay), stated: None }.effective(act, received),
                Way::Server => {
                    ActTime::Live { age: None, stated: Some(at(one.happened + server)) }.effective(act, received)
                }
                Way::Provider => {
                    let stated = one.happened + provider;
                    let opposite = || sent.iter().filter(|(_, is_opt_out, _)| *is_opt_out != one.is_opt_out);
                    let is_after = |other: i64| if one.is_opt_out { other > stated } else { other >= stated };
                    let is_prompt = |other: &(i64, bool, Timestamp)| (other.2.millis() - other.0).abs() <= CLOCK_SKEW;
                    let before =
                        opposite().filter(|other| !is_after(other.0) && is_prompt(other)).map(|other| other.2).max();
                    let after = opposite().filter(|other| is_after(other.0)).map(|other| other.2).min();
                    let effective = SentMessage { sent: at(stated), before, after }.effective(one.is_opt_out, received);
                    sent.push((stated, one.is_opt_out, effective));
                    effective
                }
            };
            standing.add(Track {
                scope: Scope::specific(Channel::Sms, PurposeSlug::parse("newsletter").unwrap()),
                act,
                assurance: Assurance::Confirmed,
                connection: None,
                at: effective,
                record: RecordId(uuid::Uuid::from_u128(number as u128)),
            });
        }
        let mut entries: Vec<Entry> = standing.tracks().iter().map(Track::entry).collect();
        entries.sort_by_key(|entry| entry.at);
        let allows =
            placet::consent::judge(&entries, &Circumstances::default(), &[LENIENT], at(RECEIVED + 100 * TWO_DAYS))
                .allows();
        let latest = acts.last().unwrap();
        if latest.is_opt_out {
            prop_assert!(!allows, "the latest act is an opt-out");
        } else if !allows {
            let is_near = |no: &LiveAct| no.is_opt_out && latest.happened - no.happened <= 2 * TWO_DAYS;
            prop_assert!(acts.iter().any(is_near), "an opt-in is lost without an opt-out near it");
            // With right clocks and without delay nothing is in doubt.
            let is_plain = (server, provider) == (0, 0) && acts.iter().all(|act| act.delay == 0);
            prop_assert!(!is_plain, "nothing is in doubt");
        }
        Ok(())
    });
    result.unwrap();
}
