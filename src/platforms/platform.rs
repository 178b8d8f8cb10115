//! What a platform or provider is to placet: one trait, which each of them implements in a file of its own.

use std::fmt;

use http::HeaderMap;

use crate::consent::{Channel, PhoneNumber, Timestamp};
use crate::platforms::keywords::{Keyword, keyword};

/// A platform or provider of messages.
///
/// The signature is checked over the received bytes, in constant time, before anything in them is read.
pub trait Platform: Sync {
    /// Returns the names of the request headers that contain the signature, in lower case.
    fn headers(&self) -> &'static [&'static str];

    /// Checks a request, and reads the messages in it.
    ///
    /// # Errors
    /// Returns a [`HookError`] if the request is refused.
    fn read(&self, secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError>;

    /// Returns the answer to a provider that verifies the webhook URL. `None` if the request is no such verification,
    /// or does not contain the shop's verify token.
    fn greet(&self, _query: Option<&str>, _verify_token: Option<&str>) -> Option<String> {
        None
    }

    /// Returns the answer to an accepted request: its body and its media type.
    fn thanks(&self) -> (&'static str, &'static str) {
        ("{\"status\":\"ok\"}", "application/json")
    }

    /// Returns whether the provider answers keywords such as STOP by itself, unless the shop has switched that off at the
    /// provider.
    fn answers_itself(&self) -> bool {
        false
    }

    /// Returns whether the provider gives the shop the secret that it signs with. Otherwise placet makes the secret.
    fn gives_secret(&self) -> bool {
        true
    }
}

/// A request from a provider, as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Hook<'a> {
    /// The full URL that was given to the provider, with its query.
    pub url: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The query of the URL.
    pub query: Option<&'a str>,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

impl Hook<'_> {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A message from a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// The provider's id of the message. It is the same if the message is delivered again.
    pub id: String,
    /// The channel of the message.
    pub channel: Channel,
    /// The telephone number of the sender. `None` if the message names none: a person can hide their number behind a
    /// user name, and a short code or a sender's name is not a number for which consent can be stored.
    pub from: Option<PhoneNumber>,
    /// The number or account that the message was sent to, as the provider names it. `None` if it names none.
    pub to: Option<String>,
    /// The meaning of the message.
    pub act: InboundAct,
    /// The time at which the person sent the message, by the provider's clock.
    pub sent_at: Option<Timestamp>,
    /// The text of the message.
    pub text: String,
}

/// The meaning of a message, as far as placet acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboundAct {
    /// One of the known keywords.
    Keyword {
        /// The keyword.
        word: Keyword,
        /// Whether the provider has already answered the message.
        is_answered: bool,
    },
    /// Any other text. It is for the shop's staff, and placet does not use it.
    Other,
}

/// The reason why a request is refused. It repeats nothing of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookError {
    /// The request is not signed, or was signed without the secret.
    Signature,
    /// The request is signed but cannot be read.
    Malformed {
        /// The requirement that the request does not meet.
        needs: &'static str,
    },
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signature => f.write_str("it is not signed by who knows the secret"),
            Self::Malformed { needs } => write!(f, "it needs {needs}"),
        }
    }
}

impl std::error::Error for HookError {}

/// Returns the meaning of the id or payload of a button or list entry, which the shop chose. A single letter is a name
/// and no answer.
pub(super) fn act_of_choice(text: &str) -> InboundAct {
    if text.trim().chars().nth(1).is_none() { InboundAct::Other } else { act_of(text) }
}

/// Returns the meaning of a message whose parts mean the given, the most telling first. A stop counts in whichever part
/// it stands.
pub(super) fn meaning(parts: &[InboundAct]) -> InboundAct {
    let is_stop = |act: &&InboundAct| matches!(act, InboundAct::Keyword { word: Keyword::Stop, .. });
    let stop = parts.iter().find(is_stop).or_else(|| parts.iter().find(|act| **act != InboundAct::Other));
    stop.copied().unwrap_or(InboundAct::Other)
}

/// Returns the meaning of a text.
pub(super) fn act_of(text: &str) -> InboundAct {
    keyword(text).map_or(InboundAct::Other, |word| InboundAct::Keyword { word, is_answered: false })
}
