//! The mirror of one customer, and its law. Pure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::consent::Timestamp;
use crate::model::remote::{RemoteField, RemoteState};

/// The content of each mapped field of a customer at the platform, as far as the ledger knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Mirror(BTreeMap<String, Mirrored>);

/// One field of a mirror.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mirrored {
    /// The state at the platform.
    #[serde(rename = "s")]
    pub(crate) state: RemoteState,
    /// The platform's own time of the choice.
    #[serde(rename = "t", skip_serializing_if = "Option::is_none", default)]
    pub(crate) at: Option<Timestamp>,
    /// The state when the ledger last took the field over.
    #[serde(rename = "b", skip_serializing_if = "Option::is_none", default)]
    before: Option<RemoteState>,
    /// How often the field has changed. It tells two equal changes apart.
    #[serde(rename = "n")]
    pub(crate) changes: u32,
    /// Whether the ledger has still to take the change over.
    #[serde(rename = "u", skip_serializing_if = "std::ops::Not::not", default)]
    pub(crate) is_untaken: bool,
}

/// The meaning of a change at the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The person opted in.
    OptIn,
    /// The person opted out.
    OptOut,
    /// The person was asked and did not opt in.
    Declined,
    /// Nothing.
    Nothing,
}

/// The state that the ledger wants at the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Desired {
    /// Messages may be sent, since this time.
    On(Timestamp),
    /// No messages.
    Out,
    /// The ledger knows of no choice, so the platform keeps its own.
    Leave,
}

impl Mirrored {
    /// Returns what the change means that the ledger has still to take over. A field that was first seen off says nothing:
    /// nobody knows whether the person was asked. Off after on is an opt-out.
    pub(crate) fn meaning(&self) -> Meaning {
        let was_on = self.before.is_some_and(RemoteState::is_on);
        match self.state {
            _ if !self.is_untaken || self.before == Some(self.state) => Meaning::Nothing,
            RemoteState::On => Meaning::OptIn,
            RemoteState::Out => Meaning::OptOut,
            RemoteState::Off | RemoteState::Declined if was_on => Meaning::OptOut,
            RemoteState::Declined => Meaning::Declined,
            RemoteState::Off
            | RemoteState::Unproven
            | RemoteState::Pending
            | RemoteState::Redacted
            | RemoteState::Invalid
            | RemoteState::Absent
            | RemoteState::Unknown => Meaning::Nothing,
        }
    }

    /// Marks the change as taken over.
    pub(crate) fn take(&mut self) {
        self.is_untaken = false;
        self.before = Some(self.state);
    }
}

impl Mirror {
    /// Notes what the platform holds in a field. Returns whether it has changed. What is older than what the mirror holds is
    /// ignored.
    pub(crate) fn note(&mut self, seen: &RemoteField) -> bool {
        let Some(own) = self.0.get_mut(&seen.name) else {
            let new = Mirrored { state: seen.state, at: seen.at, before: None, changes: 1, is_untaken: true };
            self.0.insert(seen.name.clone(), new);
            return true;
        };
        // A word that is not known says nothing, so it does not hide what was known.
        if seen.state == RemoteState::Unknown || seen.at.zip(own.at).is_some_and(|(seen, own)| seen < own) {
            return false;
        }
        let has_changed = own.state != seen.state;
        own.at = seen.at.or(own.at.filter(|_| !has_changed));
        if has_changed {
            *own =
                Mirrored { state: seen.state, changes: own.changes.wrapping_add(1), is_untaken: true, ..own.clone() };
        }
        has_changed
    }

    /// Notes that a customer has no other fields than these. Where the platform held a yes, it now holds nothing: that is no
    /// opt-out, and a yes of the ledger is written again. Returns whether anything has changed.
    pub(crate) fn note_absent(&mut self, seen: &[RemoteField]) -> bool {
        let mut has_changed = false;
        for (name, own) in &mut self.0 {
            if own.state.is_on() && !seen.iter().any(|field| field.name == *name) {
                (own.state, own.at, own.is_untaken, has_changed) = (RemoteState::Absent, None, false, true);
                own.changes = own.changes.wrapping_add(1);
            }
        }
        has_changed
    }

    /// Notes that the platform holds what the ledger wrote: there is nothing to take over.
    pub(crate) fn wrote(&mut self, field: &str, is_on: bool) {
        let state = if is_on { RemoteState::On } else { RemoteState::Out };
        let changes = self.0.get(field).map_or(1, |own| own.changes.wrapping_add(1));
        let own = Mirrored { state, at: None, before: Some(state), changes, is_untaken: false };
        self.0.insert(field.to_owned(), own);
    }

    pub(crate) fn get(&self, field: &str) -> Option<&Mirrored> {
        self.0.get(field)
    }

    pub(crate) fn fields(&mut self) -> impl Iterator<Item = (&String, &mut Mirrored)> {
        self.0.iter_mut()
    }

    /// Returns whether the platform is owed a write of this field.
    pub(crate) fn owes(&self, field: &str, desired: Desired) -> bool {
        let own = self.0.get(field);
        let held = own.map(|own| own.state);
        match desired {
            Desired::Leave => false,
            // What the platform has heard since is newer than this opt-in, and the platform would not accept it.
            Desired::On(since) if own.and_then(|own| own.at).is_some_and(|at| at >= since) => false,
            Desired::On(_) => {
                !held.is_some_and(RemoteState::is_on)
                    && !matches!(held, Some(RemoteState::Redacted | RemoteState::Invalid))
            }
            Desired::Out => held.is_some_and(RemoteState::is_on),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(state: RemoteState, at: Option<i64>) -> RemoteField {
        RemoteField { name: "n".into(), state, at: at.and_then(Timestamp::from_millis) }
    }

    /// Returns what each of some states means, one after the other, each taken over before the next comes.
    fn meanings(states: &[RemoteState]) -> Vec<Meaning> {
        let mut mirror = Mirror::default();
        let mut seen = Vec::new();
        for state in states {
            mirror.note(&field(*state, None));
            let (_, own) = mirror.fields().next().unwrap();
            seen.push(own.meaning());
            own.take();
        }
        seen
    }

    #[test]
    fn what_is_absent_after_a_yes_is_no_opt_out_and_does_not_hide_one() {
        let mut mirror = Mirror::default();
        mirror.note(&field(RemoteState::On, None));
        mirror.fields().for_each(|(_, own)| own.take());
        assert!(!mirror.note_absent(&[field(RemoteState::On, None)]));
        assert!(mirror.note_absent(&[]) && !mirror.note_absent(&[]));
        assert_eq!(mirror.get("n").unwrap().meaning(), Meaning::Nothing);
        assert!(mirror.owes("n", Desired::On(Timestamp::clamped(1.0))) && !mirror.owes("n", Desired::Out));
        mirror.note(&field(RemoteState::Off, None));
        assert_eq!(mirror.get("n").unwrap().meaning(), Meaning::OptOut);
    }

    #[test]
    fn a_change_means_what_the_platform_can_know() {
        use Meaning::{Declined, Nothing, OptIn, OptOut};
        use RemoteState as S;
        for (states, expected) in [
            (vec![S::On], vec![OptIn]),
            (vec![S::On, S::On], vec![OptIn, Nothing]),
            (vec![S::Off], vec![Nothing]),
            (vec![S::On, S::Off, S::On], vec![OptIn, OptOut, OptIn]),
            (vec![S::Out], vec![OptOut]),
            (vec![S::Off, S::Out], vec![Nothing, OptOut]),
            (vec![S::Declined], vec![Declined]),
            (vec![S::On, S::Declined], vec![OptIn, OptOut]),
            (vec![S::Unproven, S::Off, S::Unproven], vec![Nothing, OptOut, Nothing]),
            (vec![S::Pending, S::On], vec![Nothing, OptIn]),
            (vec![S::On, S::Redacted, S::Invalid], vec![OptIn, Nothing, Nothing]),
            (vec![S::On, S::Unknown, S::Off], vec![OptIn, Nothing, OptOut]),
        ] {
            assert_eq!(meanings(&states), expected, "{states:?}");
        }
    }

    #[test]
    fn changes_that_cancel_each_other_before_they_are_taken_mean_nothing() {
        let mut mirror = Mirror::default();
        mirror.note(&field(RemoteState::On, None));
        mirror.fields().next().unwrap().1.take();
        for state in [RemoteState::Off, RemoteState::On] {
            mirror.note(&field(state, None));
        }
        assert_eq!(mirror.get("n").unwrap().meaning(), Meaning::Nothing);
    }

    #[test]
    fn an_older_time_changes_nothing() {
        let mut mirror = Mirror::default();
        assert!(mirror.note(&field(RemoteState::Out, Some(9))));
        assert!(!mirror.note(&field(RemoteState::On, Some(8))));
        assert_eq!(mirror.get("n").unwrap().state, RemoteState::Out);
        assert!(mirror.note(&field(RemoteState::On, Some(10))));
    }

    #[test]
    fn only_a_real_difference_is_owed() {
        let on = Desired::On(Timestamp::BEGINNING);
        let mut mirror = Mirror::default();
        assert!(!mirror.owes("n", Desired::Out), "what was never asked is never written");
        assert!(mirror.owes("n", on));
        mirror.wrote("n", true);
        assert!(!mirror.owes("n", on) && mirror.owes("n", Desired::Out));
        assert_eq!(mirror.get("n").unwrap().meaning(), Meaning::Nothing, "an echo is no change");
        mirror.note(&field(RemoteState::Pending, None));
        assert!(!mirror.owes("n", Desired::Out) && !mirror.owes("n", Desired::Leave));
    }
}
