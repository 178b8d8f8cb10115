//! The law of standings: the result of all records of one address.
//!
//! A standing keeps the latest record of each history. A history is a combination of scope, act and assurance,
//! and for a report of the connection; the
//! latest record is the one with the greatest (effective time, record id). Two standings are merged history by history,
//! by maximum. This makes a standing a join semilattice: the result is the same in whatever order records arrive,
//! however often they arrive, and however they were divided on the way. A weaker record never hides a stronger one.
//!
//! `ledger/records/standing.rs` implements the same law in SQL. A property test checks that both give the same result.

use core::cmp::Ordering;

use crate::consent::channel::Channel;
use crate::consent::ground::Ground;
use crate::consent::judge::Entry;
use crate::consent::purpose::PurposeSlug;
use crate::consent::record::{Act, ConnectionId, RecordId, Scope};
use crate::consent::time::Timestamp;
use crate::consent::words::{Assurance, Refusal};

/// The latest record of one history of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// The scope of the act.
    pub scope: Scope,
    /// The act.
    pub act: Act,
    /// How the shop knows that the person acted.
    pub assurance: Assurance,
    /// The connection that reported the act. `None` for any other assurance than [`Assurance::Reported`].
    pub connection: Option<ConnectionId>,
    /// The effective time, see [`ActTime`](super::ActTime).
    pub at: Timestamp,
    /// The id of the record.
    pub record: RecordId,
}

impl Track {
    /// Compares the histories of two tracks. Two records of the same history are equal.
    fn place(&self, other: &Self) -> Ordering {
        let of = |track: &Self| (track.act, track.assurance, track.connection);
        self.scope.cmp(&other.scope).then_with(|| of(self).cmp(&of(other)))
    }

    /// Returns whether this is an opt-out that counts. One from an anonymous form does not.
    pub const fn is_opt_out(&self) -> bool {
        matches!(self.act, Act::OptOut { .. }) && self.assurance.may_opt_out()
    }

    /// Returns whether this is an opt-out that counts for the scope. An objection or a suppression does not count for a
    /// transactional purpose.
    pub fn refuses(&self, scope: &Scope, is_marketing: bool) -> bool {
        let counts = is_marketing || matches!(self.act, Act::OptOut { refusal: Refusal::Plain });
        self.is_opt_out() && counts && self.scope.includes(scope)
    }

    /// Returns whether this opt-in ends an opt-out: the person gave it later and has proven it.
    pub fn ends(&self, no: &Self) -> bool {
        let Act::OptOut { refusal } = no.act else { return false };
        let is_consent = self.act == Act::OptIn { ground: Ground::Consent };
        is_consent && self.assurance.may_end(refusal) && self.at > no.at && no.scope.includes(&self.scope)
    }

    const fn is_opt_in(&self) -> bool {
        matches!(self.act, Act::OptIn { .. })
    }

    /// Returns whether the owner of the address acted, by a link or a message to it or signed in.
    const fn is_proven(&self) -> bool {
        matches!(self.assurance, Assurance::Confirmed | Assurance::Authenticated)
    }

    /// Returns the track without its scope.
    pub const fn entry(&self) -> Entry {
        Entry { act: self.act, assurance: self.assurance, connection: self.connection, at: self.at }
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

    /// Returns the opt-outs that count.
    pub fn opt_outs(&self) -> impl Iterator<Item = &Track> {
        self.tracks.iter().filter(|track| track.is_opt_out())
    }

    /// Returns whether an opt-out of the whole channel exists with no later opt-in that could end it.
    pub fn has_stopped(&self, channel: Channel) -> bool {
        let on_channel = |track: &&Track| track.scope.channel.is_none_or(|own| own == channel);
        let whole = self.opt_outs().filter(on_channel).filter(|no| no.scope.purpose.is_none());
        let yes = self.tracks.iter().filter(on_channel).filter(|yes| yes.is_opt_in());
        let latest_no = whole.map(|no| no.at).max();
        latest_no.is_some()
            && latest_no >= yes.filter(|yes| yes.assurance.may_end(Refusal::Plain)).map(|yes| yes.at).max()
    }

    /// Returns whether an opt-out of the same purpose, not only of the whole channel, followed this opt-in.
    pub fn is_ended(&self, yes: &Track) -> bool {
        self.tracks.iter().any(|no| {
            matches!(no.act, Act::OptOut { .. })
                && no.scope.purpose == yes.scope.purpose
                && no.scope.channel.is_none_or(|channel| yes.scope.channel == Some(channel))
                && no.at >= yes.at
        })
    }

    /// Returns the purposes to which the owner of the address has consented on a channel and that no opt-out of the
    /// purpose has ended: those that a stop of the whole channel ends, and that the owner can start again. An opt-in that
    /// somebody entered in a form does not count.
    pub fn stopped_purposes(&self, channel: Channel) -> Vec<PurposeSlug> {
        let own = |yes: &&Track| {
            yes.act == Act::OptIn { ground: Ground::Consent }
                && yes.is_proven()
                && yes.scope.channel == Some(channel)
                && !self.is_ended(yes)
        };
        let mut purposes: Vec<PurposeSlug> =
            self.tracks.iter().filter(own).filter_map(|yes| yes.scope.purpose.clone()).collect();
        purposes.dedup();
        purposes
    }

    /// Returns whether the owner of the address has opted out of exactly this scope in this way, as an objection or not,
    /// and no opt-in within the scope came later.
    pub fn has_opted_out(&self, scope: &Scope, is_objection: bool) -> bool {
        let same = self.tracks.iter().filter(|no| {
            no.scope == *scope
                && matches!(no.act, Act::OptOut { .. })
                && no.act.is_objection() == is_objection
                && no.is_proven()
        });
        let Some(latest) = same.map(|no| no.at).max() else { return false };
        !self.tracks.iter().any(|yes| yes.is_opt_in() && scope.includes(&yes.scope) && yes.at >= latest)
    }
}
