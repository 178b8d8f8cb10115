//! What a shop platform is to a connection: one trait, which each platform implements in a file of its own. Pure: it
//! makes requests and reads answers as values.

use base64ct::{Base64, Encoding};

use crate::consent::{Channel, Timestamp};
use crate::model::exchange::{HttpAnswer, HttpRequest};
use crate::model::remote::{RemoteCustomer, Told, Wanted};
use crate::platforms::platform::{Hook, HookError};
use crate::platforms::signature::{same, sha256};

/// How a connection reaches the platform.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    /// The address of the platform, without a trailing slash.
    pub base: &'a str,
    /// The credentials by name, as the shop gave them.
    pub credentials: &'a [(String, String)],
    /// The access token that the platform gave, or an empty text.
    pub token: &'a str,
    /// The names of the mapped fields.
    pub fields: &'a [&'a str],
}

impl Access<'_> {
    /// Returns one of the credentials; an empty text if the shop gave none.
    pub fn credential(&self, name: &str) -> &str {
        self.credentials.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value)
    }
}

/// An access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The token.
    pub token: String,
    /// For how long it is valid, in seconds.
    pub seconds: i64,
    /// The refresh token that takes the place of the one used.
    pub refresh: Option<String>,
}

/// Where the platform has to send its hooks.
#[derive(Clone, Copy)]
pub struct HookTarget<'a> {
    /// The URL of the connection.
    pub url: &'a str,
    /// The secret with which the platform signs, if placet makes it.
    pub secret: &'a str,
}

/// A page of customers.
#[derive(Clone, Debug, Default)]
pub struct RemotePage {
    /// The customers.
    pub customers: Vec<RemoteCustomer>,
    /// The place of the next page; `None` after the last one.
    pub next: Option<String>,
}

/// The reason why the platform did not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Not now: too many requests, or the platform has failed.
    Later {
        /// The seconds to wait, if the platform says so.
        seconds: Option<i64>,
    },
    /// The credentials are not or no longer valid.
    Credentials,
    /// The customer does not exist.
    Gone,
    /// Never: the platform does not accept this for this customer. The text says why, without personal data.
    Never(&'static str),
    /// The answer is not one of this platform.
    Unreadable,
}

/// A shop platform that a connection keeps in step.
///
/// The signature of a hook is checked over the received bytes, in constant time, before anything in them is read.
pub trait Connector: Sync {
    /// Returns the names of the credentials that the shop has to give.
    fn credentials(&self) -> &'static [&'static str];

    /// Returns whether an address can be one of this platform. Credentials are sent nowhere else.
    fn is_base(&self, _base: &str) -> bool {
        true
    }

    /// Returns the usual mapping: each field with its channel and purpose.
    fn mapping(&self) -> &'static [(&'static str, Channel, &'static str)];

    /// Returns the names of the request headers of a hook that are read, in lower case.
    fn hook_headers(&self) -> &'static [&'static str];

    /// Returns the secrets with which the platform may have signed a hook. `made`: the secret that placet has made for this
    /// connection. `given`: the credentials.
    fn secrets(&self, made: &[u8; 32], given: &[(String, String)]) -> Vec<String>;

    /// Returns whether a request is the platform's test of the URL, which is not signed and says nothing.
    fn is_ping(&self, _hook: &Hook<'_>) -> bool {
        false
    }

    /// Returns the address of the platform that a hook is about, where an app has one URL for all of its shops.
    fn base_of(&self, _hook: &Hook<'_>) -> Option<String> {
        None
    }

    /// Checks a hook against each secret, and reads what it tells.
    ///
    /// # Errors
    /// Returns a [`HookError`] if the hook is refused.
    fn hook(&self, secrets: &[String], hook: &Hook<'_>, now: Timestamp) -> Result<Vec<Told>, HookError>;

    /// Returns the request for an access token; `None` if the platform needs none.
    fn ask_token(&self, _access: &Access<'_>) -> Option<HttpRequest> {
        None
    }

    /// Reads the access token.
    ///
    /// # Errors
    /// Returns [`Refused`] if there is none.
    fn read_token(&self, _answer: &HttpAnswer) -> Result<AccessToken, Refused> {
        Err(Refused::Unreadable)
    }

    /// Returns the request for the hooks that the platform has; `None` if placet does not make them there.
    fn ask_hooks(&self, _access: &Access<'_>, _target: &HookTarget<'_>) -> Option<HttpRequest> {
        None
    }

    /// Returns the requests that make the hooks which the answer lacks, and enable those that the platform has disabled.
    fn mend_hooks(&self, _access: &Access<'_>, _target: &HookTarget<'_>, _answer: &HttpAnswer) -> Vec<HttpRequest> {
        Vec::new()
    }

    /// Returns the request for a page of customers. `place` is empty for the first page.
    fn ask_page(&self, access: &Access<'_>, place: &str) -> HttpRequest;

    /// Reads a page of customers.
    ///
    /// # Errors
    /// Returns [`Refused`] if there is none.
    fn read_page(&self, access: &Access<'_>, place: &str, answer: &HttpAnswer) -> Result<RemotePage, Refused>;

    /// Returns the request for one customer.
    fn ask_customer(&self, access: &Access<'_>, id: &str) -> HttpRequest;

    /// Reads one customer.
    ///
    /// # Errors
    /// Returns [`Refused`] if there is none.
    fn read_customer(&self, access: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused>;

    /// Returns the request that writes fields of a customer. It writes states and not changes, so that repeating it does no
    /// harm.
    fn write(&self, access: &Access<'_>, id: &str, wanted: &[Wanted]) -> HttpRequest;

    /// Reads what the platform holds after a write.
    ///
    /// # Errors
    /// Returns [`Refused`] if the platform did not write.
    fn read_written(&self, access: &Access<'_>, answer: &HttpAnswer) -> Result<RemoteCustomer, Refused>;

    /// Returns the request that asks the platform to erase a customer; `None` if the platform has none.
    fn erase(&self, _access: &Access<'_>, _id: &str) -> Option<HttpRequest> {
        None
    }

    /// Reads whether the platform erases the customer.
    ///
    /// # Errors
    /// Returns [`Refused`] if it does not.
    fn read_erased(&self, answer: &HttpAnswer) -> Result<(), Refused> {
        success(answer)
    }

    /// Returns the pause between two requests, in milliseconds.
    fn pause(&self) -> i64 {
        500
    }
}

/// Returns the credentials of these names.
pub(super) fn named(given: &[(String, String)], names: &[&str]) -> Vec<String> {
    let find = |name: &&str| given.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone());
    names.iter().filter_map(find).collect()
}

/// Returns whether the base64 text is the HMAC-SHA-256 of the body under one of the secrets. All secrets are compared.
pub(super) fn is_signed(secrets: &[String], hook: &Hook<'_>, header: &str) -> bool {
    let Some(given) = hook.header(header) else { return false };
    let signed = |secret: &String| {
        same(given.as_bytes(), Base64::encode_string(&sha256(secret.as_bytes(), &[hook.body])).as_bytes())
    };
    secrets.iter().fold(false, |found, secret| signed(secret) | found)
}

/// Returns why an answer is no success; nothing if it is one.
///
/// # Errors
/// Returns [`Refused`] for any status but 2xx.
pub(super) fn success(answer: &HttpAnswer) -> Result<(), Refused> {
    match answer.status {
        200..=299 => Ok(()),
        401 | 403 => Err(Refused::Credentials),
        404 | 410 => Err(Refused::Gone),
        408 | 425 | 429 | 500..=599 => {
            Err(Refused::Later { seconds: answer.header("retry-after").and_then(|text| text.trim().parse().ok()) })
        }
        300..=399 => Err(Refused::Unreadable),
        _ => Err(Refused::Never("the platform refused the request")),
    }
}
