//! THE OUTSIDE WORLD: what others hand in, by their own rules, as values of ours.
//!
//! Whoever hands something in signs it. The signature is checked over the very bytes that came, in constant time, and before
//! anything in them is read.
//!
//! | file | idea |
//! |---|---|
//! | `mod` | a hook as it comes, and what it amounts to |
//! | `twilio`, `meta`, `generic` | one provider of messages each |
//! | `signature` | MACs, and the scheme of Standard Webhooks |
//! | `keywords` | the words that persons write back |

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
    /// Who hands in what persons write back.
    Provider, "unknown provider" {
        /// Twilio: text messages and WhatsApp.
        Twilio = "twilio",
        /// Meta's Cloud API: WhatsApp.
        Meta = "meta",
        /// Any other, or the shop's own server, signed as Standard Webhooks.
        Generic = "generic",
    }
}

/// A request of a provider, as it came.
#[derive(Clone, Copy, Debug)]
pub struct Hook<'a> {
    /// The whole address that the provider was given, with its query.
    pub url: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The query alone.
    pub query: Option<&'a str>,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

impl Hook<'_> {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A message that somebody wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// The provider's name for it, the same when it is handed in again.
    pub id: String,
    /// By which channel it came.
    pub channel: Channel,
    /// From whom.
    pub from: PhoneNumber,
    /// What it says.
    pub act: InboundAct,
}

/// What a message says, as far as it is acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboundAct {
    /// One of the words that everybody understands.
    Keyword {
        /// Which.
        word: Keyword,
        /// Whether the provider has answered it already.
        is_answered: bool,
    },
    /// Something else: it is for the shop's people, and none of our business.
    Other,
}

/// Why what came is not taken. Nothing of it is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookError {
    /// It is not signed, or not by who knows the secret.
    Signature,
    /// It is signed and cannot be read.
    Malformed {
        /// What is wrong.
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

/// Reads what a provider handed in. Messages from whom no telephone number is known are left out.
///
/// # Errors
/// [`HookError`].
pub fn read(provider: Provider, secret: &str, hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Inbound>, HookError> {
    match provider {
        Provider::Twilio => twilio::read(secret, hook),
        Provider::Meta => meta::read(secret, hook),
        Provider::Generic => generic::read(secret, hook, now),
    }
}

/// What a text amounts to.
fn act_of(text: &str) -> InboundAct {
    keyword(text).map_or(InboundAct::Other, |word| InboundAct::Keyword { word, is_answered: false })
}
