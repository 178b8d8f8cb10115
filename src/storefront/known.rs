//! What this browser knows of the person's choices: its own submissions, without any address. All of it is `claimed`, as at
//! the edge.

use wasm_bindgen::prelude::*;

use super::{
    page::thrown,
    submission,
    text::{cut, each, read_hex},
};
use crate::consent::{Act, Assurance, Basis, Channel, Choice, Policy, RecordId, Scope, Standing, Timestamp, Track};

/// Reads `channel:purpose:choice id`. Anyone may write to `localStorage`; what is not of our making says nothing.
fn track(line: &str) -> Option<Track> {
    let (chosen, id) = cut(line, b' ')?;
    let chosen = submission::chosen(chosen).ok()?;
    let id = read_hex(id)?;
    Some(Track {
        scope: Scope::specific(chosen.channel, chosen.purpose),
        act: match chosen.choice {
            Choice::OptIn => Act::OptIn { basis: Basis::Consent },
            Choice::OptOut => Act::OptOut { objection: false },
            Choice::Declined => Act::Declined,
        },
        assurance: Assurance::Claimed,
        // RFC 9562 §5.7: the first 48 bits are the milliseconds of the act.
        at: Timestamp::from_millis((id >> 80) as i64)?,
        record: RecordId(uuid::Uuid::from_u128(id)),
    })
}

/// Why a message may not be sent, as far as this browser knows; nothing for an allow.
///
/// `tracks` has a line for each choice. `confirmation` names the channels whose opt-ins wait for a confirmation, with spaces
/// between; `*` for all of them, the strictest policy.
///
/// # Errors
/// A `PlacetError` for an unknown channel or what is no purpose.
#[wasm_bindgen]
pub fn decide(tracks: &str, confirmation: &str, channel: &str, purpose: &str) -> Result<JsValue, JsValue> {
    let (channel, purpose) = submission::scope(channel, purpose).map_err(thrown)?;
    let mut standing = Standing::default();
    each(tracks, b'\n', &mut |line| {
        if let Some(track) = track(line) {
            standing.add(track);
        }
    });
    let mut policy = Policy::default();
    if confirmation != "*" {
        policy.confirmation.clear();
        // A channel that only a newer edge knows is none that could be asked about here.
        each(confirmation, b' ', &mut |word| policy.confirmation.extend(Channel::parse(word)));
    }
    let decision = crate::consent::decide(&standing, &policy, channel, &purpose);
    Ok(decision.reason().map_or(JsValue::UNDEFINED, |reason| reason.as_str().into()))
}
