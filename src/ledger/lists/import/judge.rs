//! Judges one line of a list against what is on record. Pure.
//!
//! An old list never ends an opt-out: an opt-in from a list is accepted only if no opt-out is on record, of whatever
//! time. An opt-out from a list does not end an opt-in that the person has proven since: the ledger compares
//! times and assurances.

use crate::consent::{Act, ActTime, Assurance, Ground, Refusal, Timestamp, Track};
use crate::ledger::store::id::time_of_id;
use crate::model::listed::{ListedAct, ListedChoice};

/// The result for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// The line must be recorded.
    Accepted {
        /// The act to record.
        act: Act,
        /// The effective time of the act.
        at: Timestamp,
    },
    /// A record on file says as much or more.
    Unchanged,
    /// An earlier row of the same file says as much or more.
    Duplicate,
    /// An opt-in that does not count because of an opt-out.
    Outranked,
    /// The line is neither an opt-in nor an opt-out.
    NoChoice,
}

/// The times needed to judge a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// The time when processing of this file started.
    pub(crate) began: Timestamp,
    /// The current time.
    pub(crate) now: Timestamp,
}

/// Judges a line. `known` contains the histories of the address and those that apply to all addresses of the contact;
/// `ground` is the ground of an opt-in. Objections and suppressions do not apply to a transactional purpose.
pub(crate) fn judge(
    known: &[Track],
    choice: &ListedChoice,
    ground: Option<Ground>,
    is_marketing: bool,
    times: Times,
) -> Judged {
    let refusals = || known.iter().filter(|track| track.refuses(&choice.scope, is_marketing));
    match (choice.act, ground) {
        (ListedAct::Yes { .. }, Some(ground)) => {
            if refusals().next().is_some() {
                return Judged::Outranked;
            }
            let act = Act::OptIn { ground };
            let at = ActTime::History { occurred_at: choice.occurred_at }.effective(act, times.now);
            let as_much = |track: &&Track| {
                track.scope == choice.scope
                    && track.act == act
                    && track.at >= at
                    && track.assurance != Assurance::Claimed
            };
            known.iter().find(as_much).map_or(Judged::Accepted { act, at }, |track| repeated(track, times))
        }
        (ListedAct::Yes { .. }, None) => Judged::NoChoice,
        (ListedAct::No { objection }, _) => {
            let act = Act::opt_out(&choice.scope, objection);
            let at = ActTime::History { occurred_at: choice.occurred_at }.effective(act, times.now);
            // An opt-out without a time adds nothing to an existing one, unless the person has opted in since.
            let latest_yes = || {
                let yes = known
                    .iter()
                    .filter(|track| matches!(track.act, Act::OptIn { .. }) && choice.scope.includes(&track.scope));
                yes.map(|track| track.at).max()
            };
            let needed = if choice.occurred_at.is_some_and(|given| given >= at) {
                at
            } else {
                latest_yes().unwrap_or(Timestamp::BEGINNING)
            };
            let as_much = |track: &&Track| {
                let as_strong = !act.is_objection() || !matches!(track.act, Act::OptOut { refusal: Refusal::Plain });
                as_strong && track.at >= needed && track.scope.includes(&choice.scope)
            };
            let mut standing = known.iter().filter(|track| track.is_opt_out());
            standing.find(as_much).map_or(Judged::Accepted { act, at }, |track| repeated(track, times))
        }
        (ListedAct::NotOptedIn, _) => {
            // A later file of the same kind can withdraw what a file stated. It cannot withdraw what a person has
            // proven.
            let yes =
                || known.iter().filter(|track| matches!(track.act, Act::OptIn { .. }) && track.scope == choice.scope);
            let from_files = |track: &Track| matches!(track.assurance, Assurance::Listed | Assurance::Reported);
            let is_theirs = |track: &Track| !from_files(track) && track.assurance != Assurance::Claimed;
            if refusals().next().is_some() || !yes().any(from_files) || yes().any(is_theirs) {
                return Judged::NoChoice;
            }
            Judged::Accepted { act: Act::OptOut { refusal: Refusal::Plain }, at: times.now }
        }
    }
}

/// Returns `Duplicate` if the record was created since processing of this file started: then an earlier row created it,
/// because files are processed one at a time. Otherwise returns `Unchanged`.
fn repeated(track: &Track, times: Times) -> Judged {
    let is_own = track.assurance == Assurance::Listed && time_of_id(track.record.0) >= times.began;
    if is_own { Judged::Duplicate } else { Judged::Unchanged }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{Basis, Channel, PurposeSlug, RecordId, Scope};
    use crate::model::evidence::KeptEvidence;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    fn scope(purpose: Option<&str>) -> Scope {
        Scope { channel: Some(Channel::Email), purpose: purpose.map(|slug| PurposeSlug::parse(slug).unwrap()) }
    }

    fn track(act: Act, assurance: Assurance, millis: i64) -> Track {
        Track {
            scope: scope(Some("news")),
            act,
            assurance,
            connection: None,
            at: at(millis),
            record: RecordId(uuid::Uuid::nil()),
        }
    }

    fn line(act: ListedAct, occurred_at: Option<i64>) -> ListedChoice {
        let evidence = KeptEvidence::default();
        ListedChoice { scope: scope(Some("news")), act, occurred_at: occurred_at.map(at), evidence }
    }

    const NOW: i64 = 1_000_000;
    const YES: ListedAct = ListedAct::Yes { basis: Basis::Consent };
    const NO: ListedAct = ListedAct::No { objection: false };
    const OPT_IN: Act = Act::OptIn { ground: Ground::Consent };
    const OPT_OUT: Act = Act::OptOut { refusal: Refusal::Plain };

    #[test]
    fn a_row_of_a_list_is_judged_by_the_records_of_its_address() {
        let times = Times { began: at(NOW - 10), now: at(NOW) };
        let accepted = |act, millis| Judged::Accepted { act, at: at(millis) };
        let ever = Timestamp::BEGINNING.millis();
        for (known, act, occurred_at, weighed) in [
            (vec![], YES, None, accepted(OPT_IN, ever)),
            (vec![], YES, Some(500), accepted(OPT_IN, 500)),
            (vec![], NO, None, accepted(OPT_OUT, NOW)),
            (vec![], NO, Some(500), accepted(OPT_OUT, 500)),
            (vec![], ListedAct::NotOptedIn, None, Judged::NoChoice),
            // No list ends an opt-out, whatever its time.
            (vec![track(OPT_OUT, Assurance::Confirmed, 100)], YES, Some(500), Judged::Outranked),
            (vec![track(OPT_OUT, Assurance::Listed, 100)], YES, None, Judged::Outranked),
            // An opt-out claimed by an anonymous form does not count as one.
            (vec![track(OPT_OUT, Assurance::Claimed, 100)], YES, Some(500), accepted(OPT_IN, 500)),
            (vec![track(OPT_IN, Assurance::Confirmed, 600)], YES, Some(500), Judged::Unchanged),
            (vec![track(OPT_IN, Assurance::Confirmed, 400)], YES, Some(500), accepted(OPT_IN, 500)),
            (vec![track(OPT_IN, Assurance::Claimed, 600)], YES, Some(500), accepted(OPT_IN, 500)),
            (vec![track(OPT_IN, Assurance::Listed, ever)], YES, None, Judged::Unchanged),
            (vec![track(OPT_OUT, Assurance::Listed, 500)], NO, Some(500), Judged::Unchanged),
            (vec![track(OPT_OUT, Assurance::Listed, 400)], NO, Some(500), accepted(OPT_OUT, 500)),
            // Importing the same list again changes nothing, unless the person has opted in since.
            (vec![track(OPT_OUT, Assurance::Listed, 400)], NO, None, Judged::Unchanged),
            (
                vec![track(OPT_OUT, Assurance::Listed, 400), track(OPT_IN, Assurance::Confirmed, 450)],
                NO,
                None,
                accepted(OPT_OUT, NOW),
            ),
            (vec![track(OPT_IN, Assurance::Listed, 400)], ListedAct::NotOptedIn, None, accepted(OPT_OUT, NOW)),
            (vec![track(OPT_IN, Assurance::Confirmed, 400)], ListedAct::NotOptedIn, None, Judged::NoChoice),
        ] {
            let ground = (act == YES).then_some(Ground::Consent);
            assert_eq!(judge(&known, &line(act, occurred_at), ground, true, times), weighed, "{known:?} {act:?}");
        }
    }

    #[test]
    fn an_opt_out_covers_its_scope_and_an_objection_covers_marketing_only() {
        let times = Times { began: at(NOW - 10), now: at(NOW) };
        let objection = Act::OptOut { refusal: Refusal::Objection };
        let wide = Track { scope: Scope { channel: None, purpose: None }, ..track(objection, Assurance::Confirmed, 1) };
        let weighed = |is_marketing| {
            judge(std::slice::from_ref(&wide), &line(YES, None), Some(Ground::Consent), is_marketing, times)
        };
        assert_eq!(weighed(true), Judged::Outranked);
        assert!(matches!(weighed(false), Judged::Accepted { .. }));
        // A plain opt-out from one purpose is less than an objection to all.
        let plain = track(OPT_OUT, Assurance::Confirmed, NOW);
        let objects = ListedChoice { scope: scope(None), ..line(ListedAct::No { objection: true }, None) };
        assert!(matches!(judge(&[plain], &objects, None, true, times), Judged::Accepted { .. }));
        assert_eq!(judge(&[wide], &objects, None, true, times), Judged::Unchanged);
    }

    #[test]
    fn a_row_that_repeats_an_earlier_row_of_the_file_is_a_duplicate() {
        let times = Times { began: at(NOW - 10), now: at(NOW) };
        let own = uuid::Builder::from_unix_timestamp_millis(NOW.unsigned_abs() - 5, &[0; 10]).into_uuid();
        let earlier = |act| Track { record: RecordId(own), ..track(act, Assurance::Listed, NOW - 5) };
        assert_eq!(judge(&[earlier(OPT_OUT)], &line(NO, None), None, true, times), Judged::Duplicate);
        let yes = judge(&[earlier(OPT_IN)], &line(YES, Some(5)), Some(Ground::Consent), true, times);
        assert_eq!(yes, Judged::Duplicate);
    }
}
