//! When an act counts. The ledger orders acts by its own clock, so that a wrong clock never makes an opt-out lose.

use crate::consent::record::Act;
use crate::consent::time::{DAY, Timestamp};
use crate::consent::words::Assurance;

/// The time by which a sender's clock may be ahead of ours, in milliseconds: 5 minutes.
pub const CLOCK_SKEW: i64 = 5 * 60 * 1000;

/// The greatest age of an act that comes in live, in milliseconds: 30 days. A submission may have waited in a browser for
/// as long.
pub const MAX_AGE: i64 = 30 * DAY;

/// The time of an act, as its sender tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActTime {
    /// The person acts now, or did so a measured time ago.
    Live {
        /// The time between the act and the sending of it, in milliseconds, as the sender's clock measured it. `None`:
        /// not measured.
        age: Option<i64>,
        /// The time of the act by the sender's clock, which may be wrong.
        stated: Option<Timestamp>,
    },
    /// The sender tells what happened before: a list, a platform, or a server that sends earlier acts.
    History {
        /// The time of the act; `None` if it is not known.
        occurred_at: Option<Timestamp>,
    },
}

impl ActTime {
    /// An act of this moment.
    pub const NOW: Self = Self::Live { age: None, stated: None };

    /// Returns the effective time of an act when it is received.
    ///
    /// - A live act with an age counts from its receipt less the age. The age is a duration, so it is right even if the
    ///   sender's clock is not.
    /// - A live opt-out without an age counts from its receipt, whatever time the sender states.
    /// - Any other live act without an age counts from the time that the sender states, and never later than its
    ///   receipt: an opt-in that a server sends late does not end an opt-out that came in between.
    /// - History counts from its own time. Without a time, or with one in the future, an opt-in counts from the
    ///   beginning of time and ends no opt-out, and anything else counts from its receipt.
    pub fn effective(self, act: Act, received: Timestamp) -> Timestamp {
        let is_opt_out = matches!(act, Act::OptOut { .. });
        let past = |stated: Option<Timestamp>| {
            stated.filter(|at| *at <= received.plus_millis(CLOCK_SKEW)).map(|at| at.min(received))
        };
        match self {
            Self::Live { age: Some(age), .. } => received.plus_millis(-age.clamp(0, MAX_AGE)),
            Self::Live { stated, .. } if !is_opt_out => past(stated).unwrap_or(received),
            Self::Live { .. } => received,
            Self::History { occurred_at } => past(occurred_at).unwrap_or(match act {
                Act::OptIn { .. } => Timestamp::BEGINNING,
                _ => received,
            }),
        }
    }

    /// Returns the time that the sender states.
    pub const fn stated(self) -> Option<Timestamp> {
        match self {
            Self::Live { stated, .. } => stated,
            Self::History { occurred_at } => occurred_at,
        }
    }

    /// Returns the time of an act from what its sender states. A list or a platform always tells of the past.
    pub const fn of(assurance: Assurance, is_history: bool, age: Option<i64>, stated: Option<Timestamp>) -> Self {
        match (assurance, is_history) {
            (Assurance::Listed | Assurance::Reported, _) | (_, true) => Self::History { occurred_at: stated },
            _ => Self::Live { age, stated },
        }
    }
}

/// The error of a clock against which an opt-in in a late message is guarded, in milliseconds: 2 days.
const CLOCK_ERROR: i64 = 2 * DAY;

/// A message that a person sent through a provider, with what is known of the messages around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentMessage {
    /// The time of the message by the provider's clock.
    pub sent: Timestamp,
    /// The effective time of the latest opposite message that the person sent before to the same provider, among those
    /// that arrived promptly: an opt-out that was late counts from its receipt, which is too late to compare with.
    pub before: Option<Timestamp>,
    /// The effective time of the earliest opposite message that the person sent later, or, for an opt-in, at the same
    /// time.
    pub after: Option<Timestamp>,
}

impl SentMessage {
    /// Returns the effective time of an opt-in or opt-out in the message.
    ///
    /// Messages of one provider may arrive in another order than they were sent. Its clock orders them, even if that
    /// clock is wrong; at the same time the opt-out wins. Against acts that came in another way an opt-out counts from
    /// its receipt. An opt-in counts from its sending. If it arrives late, or if the provider's clock is wrong, its time
    /// is in doubt, and it ends no other opt-out of the days before.
    pub fn effective(self, is_opt_out: bool, received: Timestamp) -> Timestamp {
        let Self { sent, before, after } = self;
        if is_opt_out {
            return after.map_or(received, |after| received.min(after.plus_millis(-1)));
        }
        let is_prompt = (received.millis() - sent.millis()).abs() <= CLOCK_SKEW;
        let doubt = if is_prompt { 0 } else { CLOCK_ERROR };
        let at = sent.min(received).plus_millis(-doubt);
        let at = before.map_or(at, |before| at.max(before.plus_millis(1)));
        after.map_or(at, |after| at.min(after))
    }
}

#[cfg(all(test, feature = "rules"))]
mod tests {
    use super::*;
    use crate::consent::ground::Ground;
    use crate::consent::words::Refusal;

    const YES: Act = Act::OptIn { ground: Ground::Consent };
    const NO: Act = Act::OptOut { refusal: Refusal::Plain };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis).unwrap()
    }

    #[test]
    fn a_live_act_counts_by_our_clock() {
        let received = at(100 * DAY);
        for (age, stated, yes, no) in [
            (None, None, 0, 0),
            (Some(0), None, 0, 0),
            (Some(7_000), None, -7_000, -7_000),
            // The age counts, and not the clock.
            (Some(7_000), Some(-DAY), -7_000, -7_000),
            (Some(7_000), Some(DAY), -7_000, -7_000),
            (Some(-5), None, 0, 0),
            (Some(i64::MAX), None, -MAX_AGE, -MAX_AGE),
            // A stated time weakens an opt-in, and never an opt-out.
            (None, Some(-DAY), -DAY, 0),
            (None, Some(CLOCK_SKEW), 0, 0),
            (None, Some(CLOCK_SKEW + 1), 0, 0),
        ] {
            let time = ActTime::Live { age, stated: stated.map(|millis| received.plus_millis(millis)) };
            let counted = [YES, NO].map(|act| time.effective(act, received).millis() - received.millis());
            assert_eq!(counted, [yes, no], "{time:?}");
        }
    }

    #[test]
    fn history_counts_by_its_own_time() {
        let received = at(100 * DAY);
        for (occurred_at, yes, no) in [
            (Some(received.plus_millis(-5)), received.plus_millis(-5), received.plus_millis(-5)),
            (Some(received.plus_millis(CLOCK_SKEW)), received, received),
            (Some(received.plus_millis(CLOCK_SKEW + 1)), Timestamp::BEGINNING, received),
            (None, Timestamp::BEGINNING, received),
        ] {
            let time = ActTime::History { occurred_at };
            assert_eq!([YES, NO].map(|act| time.effective(act, received)), [yes, no], "{time:?}");
        }
        let history = ActTime::History { occurred_at: None };
        for assurance in [Assurance::Listed, Assurance::Reported] {
            assert_eq!(ActTime::of(assurance, false, Some(1), None), history);
        }
        assert_eq!(ActTime::of(Assurance::Staff, true, Some(1), None), history);
        assert_eq!(ActTime::of(Assurance::Claimed, false, None, None), ActTime::NOW);
    }
}
