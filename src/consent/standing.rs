//! The law of standings: what the records of one address amount to.
//!
//! A standing keeps, for each track (scope, act, assurance), the latest record by (effective time, record id), and merges
//! track by track by maximum. That makes it a join semilattice: whatever the order in which records arrive, however often,
//! and however they were split up on the way, the standing is the same; and nothing weaker ever hides something stronger.
//!
//! `ledger/track.rs` says the same once more, as SQL. A property test holds the two equal.

use core::cmp::Ordering;

use crate::consent::judge::Entry;
use crate::consent::record::{Act, RecordId, Scope};
use crate::consent::time::Timestamp;
use crate::consent::words::Assurance;

/// The latest record of one kind: one entry of a standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// What the act was about.
    pub scope: Scope,
    /// What was done.
    pub act: Act,
    /// How we know.
    pub assurance: Assurance,
    /// Since when it counts, see [`crate::consent::record::effective_time`].
    pub at: Timestamp,
    /// The record behind it.
    pub record: RecordId,
}

impl Track {
    /// The order of tracks inside a standing; equal for two records of one track.
    fn place(&self, other: &Self) -> Ordering {
        (&self.scope, self.act, self.assurance).cmp(&(&other.scope, other.act, other.assurance))
    }

    /// The track without its scope.
    pub const fn entry(&self) -> Entry {
        Entry { act: self.act, assurance: self.assurance, at: self.at }
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
}

#[cfg(all(test, feature = "rules"))]
#[path = "standing_tests.rs"]
mod tests;
