//! The law of standings: what the records of one address amount to.
//!
//! A standing keeps, for each track (scope, act, assurance), the latest record by (effective time, record id), and merges
//! track by track by maximum. That makes it a join semilattice: whatever the order in which records arrive, however often,
//! and however they were split up on the way, the standing is the same; and nothing weaker ever hides something stronger.
//!
//! `ledger/track.rs` says the same once more, as SQL. A property test holds the two equal.

use core::cmp::Ordering;

use super::{Act, Assurance, Channel, PurposeSlug, RecordId, Scope, Timestamp};

/// The latest record of one kind: one entry of a standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What the act was about.
    pub scope: Scope,
    /// What was done.
    pub act: Act,
    /// How we know.
    pub assurance: Assurance,
    /// Since when it counts, see [`super::effective_time`].
    pub at: Timestamp,
    /// The record behind it.
    pub record: RecordId,
}

impl Track {
    /// The order of tracks inside a standing; equal for two records of one track.
    fn place(&self, other: &Self) -> Ordering {
        (&self.scope, self.act, self.assurance).cmp(&(&other.scope, other.act, other.assurance))
    }
}

/// What is visible of a standing for one channel and purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// An opt-in stands.
    OptedIn,
    /// Only an anonymous form said yes, and the shop's rule asks the address to confirm.
    AwaitingConfirmation,
    /// A refusal stands.
    OptedOut,
    /// Was asked and did not say yes; nothing stands.
    Declined,
    /// Nothing is known.
    NeverAsked,
}

impl Status {
    /// The written form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OptedIn => "opted_in",
            Self::AwaitingConfirmation => "awaiting_confirmation",
            Self::OptedOut => "opted_out",
            Self::Declined => "declined",
            Self::NeverAsked => "never_asked",
        }
    }
}

/// Everything that stands for one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    // INVARIANT: sorted by `Track::place`, one entry a place.
    tracks: Vec<Track>,
}

impl Standing {
    /// The standing that some records amount to.
    pub fn of(tracks: impl IntoIterator<Item = Track>) -> Self {
        let mut standing = Self::default();
        for track in tracks {
            standing.add(track);
        }
        standing
    }

    /// Takes one record in.
    pub fn add(&mut self, track: Track) {
        match self.tracks.binary_search_by(|own| own.place(&track)) {
            Err(gap) => self.tracks.insert(gap, track),
            Ok(found) => {
                if let Some(own) = self.tracks.get_mut(found)
                    && (track.at, track.record) > (own.at, own.record)
                {
                    *own = track;
                }
            }
        }
    }

    /// Takes another standing of the same address in: the least upper bound of the two.
    pub fn merge(&mut self, other: &Self) {
        for track in &other.tracks {
            self.add(track.clone());
        }
    }

    /// Its tracks, in a fixed order.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    fn matching<'a>(&'a self, channel: Channel, purpose: &'a PurposeSlug) -> impl Iterator<Item = &'a Track> {
        self.tracks.iter().filter(move |track| track.scope.covers(channel, purpose))
    }

    /// The refusals that bear on a question: those of every scope that covers it and whose assurance may refuse.
    pub fn opt_outs<'a>(
        &'a self,
        channel: Channel,
        purpose: &'a PurposeSlug,
    ) -> impl Iterator<Item = (&'a Track, bool)> {
        self.matching(channel, purpose).filter_map(|track| match track.act {
            Act::OptOut { objection } if track.assurance.may_opt_out() => Some((track, objection)),
            _ => None,
        })
    }

    /// The opt-ins that stand: strictly later than every matching refusal, and of an assurance that may end each of them.
    pub fn live_opt_ins<'a>(&'a self, channel: Channel, purpose: &'a PurposeSlug) -> impl Iterator<Item = &'a Track> {
        self.matching(channel, purpose).filter(move |yes| {
            matches!(yes.act, Act::OptIn { .. })
                && self
                    .opt_outs(channel, purpose)
                    .all(|(no, objection)| yes.at > no.at && yes.assurance.may_end(objection))
        })
    }

    /// The latest record that the person was asked and did not say yes.
    pub fn declined<'a>(&'a self, channel: Channel, purpose: &'a PurposeSlug) -> Option<&'a Track> {
        self.matching(channel, purpose)
            .filter(|track| track.act == Act::Declined)
            .max_by_key(|track| (track.at, track.record))
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
mod tests;
