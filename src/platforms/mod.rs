//! THE OUTSIDE WORLD: platforms and providers, each by its own rules, as values of ours.
//!
//! To add a provider, write its file, implement [`Platform`] in it, and add it to [`Provider`] and to [`Provider::platform`].
//!
//! | file | what it holds |
//! |---|---|
//! | `platform` | the trait, a request as it comes, and the messages in it |
//! | `twilio`, `meta`, `generic` | one provider of messages each |
//! | `signature` | MACs, and the scheme of Standard Webhooks |
//! | `keywords` | the words that people send back |

mod generic;
mod keywords;
mod meta;
mod platform;
pub mod signature;
mod twilio;

pub use self::keywords::{Keyword, keyword};
pub use self::platform::{Hook, HookError, Inbound, InboundAct, Platform};

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

impl Provider {
    /// What knows how this provider signs and writes.
    pub fn platform(self) -> &'static dyn Platform {
        match self {
            Self::Twilio => &twilio::Twilio,
            Self::Meta => &meta::Meta,
            Self::Generic => &generic::Generic,
        }
    }
}

/// The request headers that the providers sign with.
pub fn headers() -> Vec<&'static str> {
    Provider::ALL.iter().flat_map(|provider| provider.platform().headers()).copied().collect()
}
