//! The law of standings: the result of all records of one address.
//!
//! A standing keeps the latest record of each history. A history is a combination of scope, act and assurance; the
//! latest record is the one with the greatest (effective time, record id). Two standings are merged history by history,
//! by maximum. This makes a standing a join semilattice: the result is the same in whatever order records arrive,
//! however often they arrive, and however they were divided on the way. A weaker record never hides a stronger one.
//!
//! `ledger/track.rs` implements the same law in SQL. A property test checks that both give the same result.

use core::cmp::Ordering;

use crate::consent::judge::Entry;
use crate::consent::record::{Act, RecordId, Scope};
use crate::consent::time::Timestamp;
use crate::consent::words::Assurance;

/// The latest record of one history of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The scope of the act.
    pub scope: Scope,
    /// The act.
    pub act: Act,
    /// How the shop knows that the person acted.
    pub assurance: Assurance,
    /// The effective time, see [`super::effective_time`].
    pub at: Timestamp,
    /// The id of the record.
    pub record: RecordId,
}

impl Track {
    /// Compares the histories of two tracks. Two records of the same history are equal.
    fn place(&self, other: &Self) -> Ordering {
        (&self.scope, self.act, self.assurance).cmp(&(&other.scope, other.act, other.assurance))
    }

    /// Returns the track without its scope.
    pub const fn entry(&self) -> Entry {
        Entry { act: self.act, assurance: self.assurance, at: self.at }
    }
}

/// The latest record of each history of one address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    // INVARIANT: sorted by `Track::place`, one track for each place.
    tracks: Vec<Track>,
}

impl Standing {
    /// Makes the standing of the given records.
    pub fn of(tracks: impl IntoIterator<Item = Track>) -> Self {
        let mut standing = Self::default();
        for track in tracks {
            standing.add(track);
        }
        standing
    }

    /// Adds one record.
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

    /// Adds another standing of the same address. The result is the least upper bound of the two.
    pub fn merge(&mut self, other: &Self) {
        for track in &other.tracks {
            self.add(track.clone());
        }
    }

    /// Returns the tracks, in a fixed order.
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }
}
