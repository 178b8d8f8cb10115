//! Requests from message providers, read by each provider's own rules.
//!
//! A provider signs its requests. The signature is checked over the received bytes, in constant time, before anything
//! else is done with the content.
//!
//! | file | purpose |
//! |---|---|
//! | `mod` | a provider's request, and the inbound messages that are read from it |
//! | `twilio`, `meta`, `generic` | one message provider each |
//! | `signature` | MACs, and the scheme of Standard Webhooks |
//! | `keywords` | the words that persons send as replies |

mod generic;
mod keywords;
mod meta;
pub mod signature;
mod twilio;

use std::fmt;

use http::HeaderMap;

use crate::consent::{Channel, PhoneNumber, Timestamp};

pub use keywords::{Keyword, keyword};
pub use meta::handshake;
pub use twilio::SILENCE as TWILIO_SILENCE;

vocabulary! {
    /// The provider that delivers the replies of persons.
    Provider, "unknown provider" {
        /// Twilio: text messages and WhatsApp.
        Twilio = "twilio",
        /// Meta's Cloud API: WhatsApp.
        Meta = "meta",
        /// Any other provider, or the shop's own server. Requests are signed as in Standard Webhooks.
        Generic = "generic",
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
    fn header(&self, name: &str) -> Option<&str> {
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
    /// The telephone number of the sender.
    pub from: PhoneNumber,
    /// The meaning of the message.
    pub act: InboundAct,
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

/// Reads the inbound messages in a provider's request. Messages whose sender has no known telephone number are left
/// out.
///
/// # Errors
/// [`HookError::Signature`] if the signature is missing or wrong, [`HookError::Malformed`] if the request cannot be
/// read.
pub fn read(provider: Provider, secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError> {
    match provider {
        Provider::Twilio => twilio::read(secret, hook),
        Provider::Meta => meta::read(secret, hook),
        Provider::Generic => generic::read(secret, hook, now),
    }
}

/// Returns the meaning of a text.
fn act_of(text: &str) -> InboundAct {
    keyword(text).map_or(InboundAct::Other, |word| InboundAct::Keyword { word, is_answered: false })
}
