//! Random histories on both sides, with everything that can go wrong between them, and then quiet. However it went, the
//! mirror, the platform and the ledger agree afterwards.

use proptest::prelude::*;

use crate::platform::Platform;
use crate::stage::{Stage, Trouble};

const CUSTOMERS: u8 = 5;

#[derive(Clone, Debug)]
enum Step {
    /// The customer, or an employee, changes the field at the platform.
    Platform(u8, &'static str),
    /// The person acts in another way: by a link, signed in, by an employee, on a list, on a form.
    Ledger(u8, &'static str, &'static str),
    /// Another app writes stale opt-ins into the platform, with the time of now.
    Resync,
    /// The platform deletes a customer, or gets a new one.
    Deleted(u8),
    Added(u8, Option<&'static str>),
    /// A message of the platform is lost, comes twice, or comes before the ones before it.
    Lost,
    Doubled,
    Reordered,
    /// The messages are delivered, as far as they are not lost.
    Delivered,
    /// Work is done, with this trouble on the way.
    Worked(Trouble),
    Passed(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let customer = 0..CUSTOMERS;
    let state = prop::sample::select(vec!["on", "off", "out", "declined", "pending", "invalid", "nonsense"]);
    let act = prop::sample::select(vec![
        ("opt_in", "confirmed"),
        ("opt_in", "authenticated"),
        ("opt_in", "staff"),
        ("opt_in", "listed"),
        ("opt_in", "claimed"),
        ("opt_out", "confirmed"),
        ("opt_out", "authenticated"),
        ("opt_out", "staff"),
        ("opt_out", "listed"),
    ]);
    let trouble = prop::sample::select(vec![
        Trouble::None,
        Trouble::None,
        Trouble::Crash,
        Trouble::Failure,
        Trouble::Throttled,
        Trouble::Silence,
    ]);
    prop_oneof![
        4 => (customer.clone(), state).prop_map(|(who, state)| Step::Platform(who, state)),
        3 => (customer.clone(), act).prop_map(|(who, (choice, by))| Step::Ledger(who, choice, by)),
        1 => Just(Step::Resync),
        1 => customer.clone().prop_map(Step::Deleted),
        1 => (customer, prop::sample::select(vec![None, Some("on"), Some("off"), Some("declined")]))
            .prop_map(|(who, state)| Step::Added(who, state)),
        1 => Just(Step::Lost),
        1 => Just(Step::Doubled),
        1 => Just(Step::Reordered),
        3 => Just(Step::Delivered),
        4 => trouble.prop_map(Step::Worked),
        2 => prop::sample::select(vec![1, 1_000, 60_000, 3_600_000, 90_000_000]).prop_map(Step::Passed),
    ]
}

fn email(who: u8) -> String {
    format!("person{who}@example.com")
}

fn begin(is_dated: bool, is_versioned: bool) -> Stage {
    let mut platform = Platform::new(is_dated, is_versioned);
    for who in 0..CUSTOMERS {
        let state = [Some("on"), Some("off"), None][usize::from(who) % 3];
        platform.add(&who.to_string(), &email(who), state, 1_700_000_000_000);
    }
    platform.take_hooks();
    Stage::new(platform, "both")
}

fn play(stage: &mut Stage, step: &Step) {
    stage.pass(10);
    let now = stage.clock_now();
    match step {
        Step::Platform(who, state) => {
            let id = who.to_string();
            let mut platform = stage.platform.borrow_mut();
            if platform.customers.contains_key(&id) {
                platform.set(&id, state, now, now);
            }
        }
        Step::Ledger(who, choice, by) => stage.act(&email(*who), choice, by),
        Step::Resync => {
            let mut platform = stage.platform.borrow_mut();
            let ids: Vec<String> = platform.customers.keys().cloned().collect();
            for id in ids {
                platform.set(&id, "on", now, now);
            }
        }
        Step::Deleted(who) => {
            let mut platform = stage.platform.borrow_mut();
            if platform.customers.contains_key(&who.to_string()) {
                platform.remove(&who.to_string());
            }
        }
        Step::Added(who, state) => {
            let mut platform = stage.platform.borrow_mut();
            if !platform.customers.contains_key(&who.to_string()) {
                platform.add(&who.to_string(), &email(*who), *state, now);
            }
        }
        Step::Lost => {
            stage.platform.borrow_mut().hooks.pop();
        }
        Step::Doubled => {
            let mut platform = stage.platform.borrow_mut();
            let last = platform.hooks.last().cloned();
            platform.hooks.extend(last);
        }
        Step::Reordered => stage.platform.borrow_mut().hooks.reverse(),
        Step::Delivered => {
            let hooks = stage.platform.borrow_mut().take_hooks();
            hooks.iter().for_each(|hook| stage.deliver(hook));
        }
        Step::Worked(trouble) => {
            let mut left = Some(*trouble);
            stage.work(|| left.take().unwrap_or_default());
        }
        Step::Passed(millis) => stage.pass(*millis),
    }
}

/// Checks that the three agree, and that nothing more is done.
fn agrees(stage: &mut Stage) -> Result<(), TestCaseError> {
    for who in 0..CUSTOMERS {
        let id = who.to_string();
        let held = stage.platform.borrow().customers.get(&id).map(|own| own.state.clone());
        let Some(held) = held else {
            prop_assert_eq!(stage.mirrored(&id), None, "customer {} is gone", who);
            continue;
        };
        // An absent field and a word that placet does not know say nothing, so the mirror keeps what it knew.
        if !matches!(held.as_deref(), None | Some("nonsense")) {
            prop_assert_eq!(stage.mirrored(&id), held.clone(), "customer {}", who);
        }
        let reason = stage.reason(&email(who));
        if matches!(reason.as_deref(), Some("opted_out" | "objected" | "suppressed")) {
            prop_assert_ne!(held.as_deref(), Some("on"), "customer {} has opted out", who);
        }
        // What only the platform or a list says is not written. Nor is what is older than what a dated platform has heard.
        let since = stage.yes_since(&email(who));
        let known = stage.platform.borrow().customers[&id].at;
        let is_newer = since.is_some_and(|since| !stage.platform.borrow().is_dated || since > known);
        if reason.is_none() && is_newer && !matches!(held.as_deref(), Some("invalid" | "nonsense")) {
            prop_assert_eq!(held.as_deref(), Some("on"), "customer {} has opted in", who);
        }
    }
    let before = (stage.platform.borrow().writes, stage.records());
    stage.settle();
    prop_assert_eq!((stage.platform.borrow().writes, stage.records()), before, "in quiet nothing is written");
    Ok(())
}

fn cases() -> u32 {
    std::env::var("PLACET_HISTORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn however_it_went_all_agree_afterwards(
        is_dated in any::<bool>(),
        is_versioned in any::<bool>(),
        steps in prop::collection::vec(step(), 1..25),
    ) {
        let mut stage = begin(is_dated, is_versioned);
        stage.platform.borrow_mut().writes = 0;
        stage.platform.borrow_mut().idle_writes = 0;
        let mut repeats = 0;
        for step in &steps {
            repeats += u32::from(matches!(step, Step::Worked(Trouble::Crash | Trouble::Silence)));
            play(&mut stage, step);
        }
        stage.settle();
        // A write whose answer was lost is repeated. A platform that changes while a write is under way may have done the
        // same by itself.
        let idle = stage.platform.borrow().idle_writes;
        let own = |step: &Step| match step {
            Step::Platform(..) => 1,
            Step::Resync => u32::from(CUSTOMERS),
            _ => 0,
        };
        prop_assert!(idle <= repeats + steps.iter().map(own).sum::<u32>(), "{} idle writes", idle);
        agrees(&mut stage)?;
    }
}
