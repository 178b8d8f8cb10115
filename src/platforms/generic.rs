//! Any provider, or the shop's own server: Standard Webhooks with a small JSON body.

use serde::Deserialize;

use super::signature::verified;
use super::{Hook, HookError, Inbound, act_of};
use crate::consent::{Channel, PhoneNumber, Timestamp};

/// The body: who wrote what by which channel.
#[derive(Deserialize)]
struct Body {
    channel: String,
    from: String,
    text: String,
}

pub(super) fn read(secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError> {
    let id = verified(secret, hook, now).ok_or(HookError::Signature)?;
    let needs = "a JSON body {channel: sms or whatsapp, from: +44…, text}";
    let body: Body = crate::json::read(hook.body).ok_or(HookError::Malformed { needs })?;
    let channel = Channel::parse(&body.channel).filter(|own| matches!(own, Channel::Sms | Channel::Whatsapp));
    let (Some(channel), Some(from)) = (channel, PhoneNumber::parse(&body.from)) else {
        return Err(HookError::Malformed { needs });
    };
    Ok(vec![Inbound { id: id.to_owned(), channel, from, act: act_of(&body.text) }])
}
