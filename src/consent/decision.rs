//! The answer to "may we send this now?".

use super::{Assurance, Channel, PurposeSlug, RecordId, Standing, Status, Track};

/// What a shop asks for beyond the law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The channels on which an opt-in from an anonymous form waits until the address confirms it (double opt-in).
    pub confirmation: Vec<Channel>,
}

impl Default for Policy {
    /// The strictest: every channel.
    fn default() -> Self {
        Self { confirmation: Channel::ALL.to_vec() }
    }
}

impl Policy {
    /// Whether an opt-in known in this way may be used on this channel.
    fn accepts(&self, channel: Channel, assurance: Assurance) -> bool {
        assurance != Assurance::Claimed || !self.confirmation.contains(&channel)
    }
}

/// Why a message may not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing is known of the person's will.
    NeverAsked,
    /// The person was asked and did not say yes.
    Declined,
    /// The person said no.
    OptedOut,
    /// The person objected to direct marketing, and nothing of their own has lifted that.
    Objected,
    /// The person's address has not confirmed the opt-in yet.
    AwaitingConfirmation,
}

impl Reason {
    /// The written form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverAsked => "never_asked",
            Self::Declined => "declined",
            Self::OptedOut => "opted_out",
            Self::Objected => "objected",
            Self::AwaitingConfirmation => "awaiting_confirmation",
        }
    }
}

/// Allow or deny, and the record that decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be sent.
    Allow {
        /// The opt-in that allows it.
        record: RecordId,
    },
    /// It may not be sent.
    Deny {
        /// Why.
        reason: Reason,
        /// The record that says so; none where nothing is known.
        record: Option<RecordId>,
    },
}

impl Decision {
    /// The record that decided.
    pub const fn record(self) -> Option<RecordId> {
        match self {
            Self::Allow { record } => Some(record),
            Self::Deny { record, .. } => record,
        }
    }

    /// Why not, or `None` for an allow.
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Allow { .. } => None,
            Self::Deny { reason, .. } => Some(reason),
        }
    }

    /// What people see.
    pub const fn status(self) -> Status {
        match self {
            Self::Allow { .. } => Status::OptedIn,
            Self::Deny { reason, .. } => match reason {
                Reason::NeverAsked => Status::NeverAsked,
                Reason::Declined => Status::Declined,
                Reason::OptedOut | Reason::Objected => Status::OptedOut,
                Reason::AwaitingConfirmation => Status::AwaitingConfirmation,
            },
        }
    }
}

/// Decides for one address, channel and purpose. Pure and total: no clock, no storage, an answer to every question.
///
/// ```
/// use placet::consent::*;
///
/// let newsletter = PurposeSlug::parse("newsletter").ok_or("not a slug")?;
/// let yes = Track {
///     scope: Scope::specific(Channel::Email, newsletter.clone()),
///     act: Act::OptIn { basis: Basis::Consent },
///     assurance: Assurance::Claimed,
///     at: Timestamp::from_millis(1_764_000_000_000).ok_or("out of range")?,
///     record: RecordId(uuid::Uuid::from_u128(1)),
/// };
///
/// // An anonymous form said yes. By default that waits for the address to confirm it.
/// let standing = Standing::of([yes.clone()]);
/// let decision = decide(&standing, &Policy::default(), Channel::Email, &newsletter);
/// assert_eq!(decision.reason(), Some(Reason::AwaitingConfirmation));
///
/// let confirmed = Track { assurance: Assurance::Confirmed, ..yes };
/// let standing = Standing::of([confirmed.clone()]);
/// let decision = decide(&standing, &Policy::default(), Channel::Email, &newsletter);
/// assert_eq!(decision, Decision::Allow { record: confirmed.record });
/// # Ok::<(), &str>(())
/// ```
pub fn decide(standing: &Standing, policy: &Policy, channel: Channel, purpose: &PurposeSlug) -> Decision {
    let (usable, waiting) = standing.live_opt_ins(channel, purpose).fold((None, None), |(usable, waiting), track| {
        if policy.accepts(channel, track.assurance) {
            (later(usable, track), waiting)
        } else {
            (usable, later(waiting, track))
        }
    });
    if let Some(track) = usable {
        return Decision::Allow { record: track.record };
    }
    if let Some(track) = waiting {
        return deny(Reason::AwaitingConfirmation, track);
    }
    if let Some(track) = standing_objection(standing, channel, purpose) {
        return deny(Reason::Objected, track);
    }
    if let Some(track) = standing.opt_outs(channel, purpose).fold(None, |latest, (no, _)| later(latest, no)) {
        return deny(Reason::OptedOut, track);
    }
    match standing.declined(channel, purpose) {
        Some(track) => deny(Reason::Declined, track),
        None => Decision::Deny { reason: Reason::NeverAsked, record: None },
    }
}

fn deny(reason: Reason, track: &Track) -> Decision {
    Decision::Deny { reason, record: Some(track.record) }
}

fn later<'a>(one: Option<&'a Track>, other: &'a Track) -> Option<&'a Track> {
    match one {
        Some(one) if (one.at, one.record) >= (other.at, other.record) => Some(one),
        _ => Some(other),
    }
}

/// The latest objection that no later act of the person's own, proven, has lifted.
fn standing_objection<'a>(standing: &'a Standing, channel: Channel, purpose: &'a PurposeSlug) -> Option<&'a Track> {
    let lifted_until = standing
        .tracks()
        .iter()
        .filter(|track| matches!(track.act, super::Act::OptIn { .. }) && track.assurance.may_end(true))
        .filter(|track| track.scope.covers(channel, purpose))
        .map(|track| track.at)
        .max();
    standing
        .opt_outs(channel, purpose)
        .filter(|(no, objection)| *objection && lifted_until.is_none_or(|at| at <= no.at))
        .fold(None, |latest, (no, _)| later(latest, no))
}
