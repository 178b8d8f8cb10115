//! Tests the assurance table of the law of standings, row by row. Tests over random records, and the comparison with
//! the SQL version, are in `tests/law.rs`.

use crate::consent::channel::Channel;
use crate::consent::conditions::{Conditions, GroundSet};
use crate::consent::ground::Ground;
use crate::consent::judge::{Circumstances, Finding, Verdict, judge};
use crate::consent::purpose::PurposeSlug;
use crate::consent::standing::*;
use crate::consent::words::Refusal;

const EMAIL: Channel = Channel::Email;
const YES: Act = Act::OptIn { ground: Ground::Consent };
const NO: Act = Act::OptOut { refusal: Refusal::Plain };
const OBJECTION: Act = Act::OptOut { refusal: Refusal::Objection };

/// Conditions that accept every ground for ever, so that only the law of standings decides.
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

fn newsletter() -> PurposeSlug {
    PurposeSlug::parse("newsletter").unwrap()
}

fn track(act: Act, assurance: Assurance, at: i64) -> Track {
    let scope = Scope::specific(EMAIL, newsletter());
    let record = RecordId(uuid::Uuid::from_u128(at.unsigned_abs().into()));
    Track { scope, act, assurance, at: Timestamp::from_millis(at).unwrap(), record }
}

fn judged(tracks: &[Track], conditions: Conditions) -> Verdict {
    let standing = Standing::of(tracks.iter().cloned());
    judge(
        standing.entries(EMAIL, &newsletter()).entries(),
        &Circumstances::default(),
        &[conditions],
        Timestamp::from_millis(9).unwrap(),
    )
}

fn is_live(tracks: &[Track]) -> bool {
    judged(tracks, LENIENT).allows()
}

#[test]
fn each_assurance_has_the_effects_of_the_table() {
    use Assurance::*;
    // assurance, adds an opt-in, ends an earlier opt-out, ends an objection, opts out
    let table = [
        (Listed, true, false, false, true),
        (Reported, true, true, false, true),
        (Claimed, true, false, false, false),
        (Confirmed, true, true, true, true),
        (Authenticated, true, true, true, true),
        (Staff, true, true, false, true),
    ];
    for (assurance, adds, ends_opt_out, ends_objection, opts_out) in table {
        assert_eq!(is_live(&[track(YES, assurance, 2)]), adds, "{assurance} adds");
        assert_eq!(
            is_live(&[track(NO, Confirmed, 1), track(YES, assurance, 2)]),
            ends_opt_out,
            "{assurance} ends a no"
        );
        assert_eq!(
            is_live(&[track(OBJECTION, Confirmed, 1), track(YES, assurance, 2)]),
            ends_objection,
            "{assurance} lifts"
        );
        assert_eq!(is_live(&[track(YES, Confirmed, 1), track(NO, assurance, 2)]), !opts_out, "{assurance} opts out");
        assert!(!is_live(&[track(YES, assurance, 2), track(NO, Confirmed, 2)]), "{assurance}: a tie goes to the no");
        assert!(!is_live(&[track(YES, assurance, 1), track(NO, Confirmed, 2)]), "{assurance}: a later no wins");
    }
}

#[test]
fn an_old_list_imported_today_never_ends_an_opt_out() {
    let undated = Timestamp::BEGINNING.millis();
    for assurance in [Assurance::Listed, Assurance::Reported] {
        assert!(!is_live(&[track(NO, Assurance::Confirmed, 1), track(YES, assurance, undated)]));
        assert!(is_live(&[track(YES, assurance, undated)]));
    }
}

#[test]
fn ticking_a_box_again_does_not_remove_the_confirmation() {
    let tracks = [track(YES, Assurance::Confirmed, 1), track(YES, Assurance::Claimed, 2)];
    let standing = Standing::of(tracks.iter().cloned());
    let verdict = judged(&tracks, Conditions { confirmation: true, ..LENIENT });
    assert!(verdict.allows());
    let entries = standing.entries(EMAIL, &newsletter());
    assert_eq!(entries.entries()[verdict.entry.unwrap()].assurance, Assurance::Confirmed);
}

#[test]
fn a_declined_choice_changes_nothing() {
    let asked_again = [track(YES, Assurance::Confirmed, 1), track(Act::Declined, Assurance::Authenticated, 2)];
    assert!(is_live(&asked_again));
    assert_eq!(judged(&[track(Act::Declined, Assurance::Claimed, 2)], LENIENT).finding, Finding::Declined);
}

#[test]
fn a_wide_opt_out_covers_everything_until_a_later_specific_opt_in() {
    let wide = Track { scope: Scope { channel: None, purpose: None }, ..track(NO, Assurance::Confirmed, 2) };
    assert!(!is_live(&[track(YES, Assurance::Confirmed, 1), wide.clone()]));
    assert!(is_live(&[wide.clone(), track(YES, Assurance::Confirmed, 3)]));
    let offers = PurposeSlug::parse("offers_of_tomorrow").unwrap();
    assert_eq!(Standing::of([wide]).entries(Channel::Post, &offers).entries().len(), 1);
}

#[test]
fn an_objection_is_reported_until_a_proven_opt_in_ends_it() {
    let finding = |tracks: &[Track]| judged(tracks, LENIENT).finding;
    let objection = track(OBJECTION, Assurance::Authenticated, 1);
    let later_no = track(NO, Assurance::Confirmed, 3);
    assert_eq!(finding(&[objection.clone(), later_no.clone()]), Finding::Objected);
    assert_eq!(finding(&[objection.clone(), track(YES, Assurance::Staff, 2)]), Finding::Objected);
    let lifted = track(YES, Assurance::Confirmed, 2);
    assert_eq!(finding(&[objection, lifted, later_no]), Finding::OptedOut);
}

#[test]
fn an_anonymous_opt_in_does_not_end_an_opt_out() {
    assert_eq!(
        judged(&[track(NO, Assurance::Confirmed, 1), track(YES, Assurance::Claimed, 2)], LENIENT).finding,
        Finding::OptedOut
    );
}

#[test]
fn a_purchase_does_not_end_an_opt_out() {
    for ground in Ground::ALL.iter().filter(|ground| **ground != Ground::Consent) {
        let bought = Act::OptIn { ground: *ground };
        assert!(is_live(&[track(bought, Assurance::Authenticated, 2)]), "{ground}");
        for no in [NO, OBJECTION] {
            assert!(
                !is_live(&[track(no, Assurance::Confirmed, 1), track(bought, Assurance::Authenticated, 2)]),
                "{ground}"
            );
        }
    }
}

#[test]
fn an_objection_covers_marketing_only() {
    let contract = track(Act::OptIn { ground: Ground::Contract }, Assurance::Authenticated, 1);
    let transactional = Conditions { transactional: true, ..LENIENT };
    assert!(judged(&[contract.clone(), track(OBJECTION, Assurance::Confirmed, 2)], transactional).allows());
    assert!(!judged(&[contract, track(NO, Assurance::Confirmed, 2)], transactional).allows());
}
