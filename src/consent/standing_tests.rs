//! The assurance table of the law, row by row. The laws over random records, and their twin in SQL, are in `tests/law.rs`.

use super::*;
use crate::consent::{Basis, Decision, Policy, Reason, decide};

const EMAIL: Channel = Channel::Email;
const YES: Act = Act::OptIn { basis: Basis::Consent };
const NO: Act = Act::OptOut { objection: false };
const OBJECTION: Act = Act::OptOut { objection: true };

fn newsletter() -> PurposeSlug {
    PurposeSlug::parse("newsletter").unwrap()
}

fn track(act: Act, assurance: Assurance, at: i64) -> Track {
    let scope = Scope::specific(EMAIL, newsletter());
    let record = RecordId(uuid::Uuid::from_u128(at.unsigned_abs().into()));
    Track { scope, act, assurance, at: Timestamp::from_millis(at).unwrap(), record }
}

fn is_live(tracks: &[Track]) -> bool {
    Standing::of(tracks.iter().cloned()).live_opt_ins(EMAIL, &newsletter()).next().is_some()
}

#[test]
fn each_assurance_may_do_what_the_table_says() {
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
fn an_old_list_imported_today_never_wakes_a_person_who_left() {
    let undated = Timestamp::BEGINNING.millis();
    for assurance in [Assurance::Listed, Assurance::Reported] {
        assert!(!is_live(&[track(NO, Assurance::Confirmed, 1), track(YES, assurance, undated)]));
        assert!(is_live(&[track(YES, assurance, undated)]));
    }
}

#[test]
fn ticking_a_box_again_does_not_unconfirm() {
    let standing = Standing::of([track(YES, Assurance::Confirmed, 1), track(YES, Assurance::Claimed, 2)]);
    let decision = decide(&standing, &Policy::default(), EMAIL, &newsletter());
    assert!(matches!(decision, Decision::Allow { record } if record == track(YES, Assurance::Confirmed, 1).record));
}

#[test]
fn declined_changes_nothing() {
    let asked_again = [track(YES, Assurance::Confirmed, 1), track(Act::Declined, Assurance::Authenticated, 2)];
    assert!(is_live(&asked_again));
    let only_asked = Standing::of([track(Act::Declined, Assurance::Claimed, 2)]);
    let decision = decide(&only_asked, &Policy::default(), EMAIL, &newsletter());
    assert_eq!(decision.reason(), Some(Reason::Declined));
}

#[test]
fn a_wide_no_covers_everything_and_a_later_specific_yes_outlives_it() {
    let wide = Track { scope: Scope { channel: None, purpose: None }, ..track(NO, Assurance::Confirmed, 2) };
    assert!(!is_live(&[track(YES, Assurance::Confirmed, 1), wide.clone()]));
    assert!(is_live(&[wide.clone(), track(YES, Assurance::Confirmed, 3)]));
    let offers = PurposeSlug::parse("offers_of_tomorrow").unwrap();
    assert_eq!(Standing::of([wide]).opt_outs(Channel::Post, &offers).count(), 1);
}

#[test]
fn an_objection_is_named_as_long_as_nothing_proven_lifts_it() {
    let reason = |tracks: &[Track]| {
        decide(&Standing::of(tracks.iter().cloned()), &Policy::default(), EMAIL, &newsletter()).reason()
    };
    let objection = track(OBJECTION, Assurance::Authenticated, 1);
    let later_no = track(NO, Assurance::Confirmed, 3);
    assert_eq!(reason(&[objection.clone(), later_no.clone()]), Some(Reason::Objected));
    assert_eq!(reason(&[objection.clone(), track(YES, Assurance::Staff, 2)]), Some(Reason::Objected));
    let lifted = track(YES, Assurance::Confirmed, 2);
    assert_eq!(reason(&[objection, lifted, later_no]), Some(Reason::OptedOut));
}

#[test]
fn an_anonymous_yes_after_a_no_stays_a_no() {
    let standing = Standing::of([track(NO, Assurance::Confirmed, 1), track(YES, Assurance::Claimed, 2)]);
    let decision = decide(&standing, &Policy { confirmation: vec![] }, EMAIL, &newsletter());
    assert_eq!(decision.reason(), Some(Reason::OptedOut));
}
