//! stub
use crate::consent::{Channel, PhoneNumber, Timestamp};
vocabulary! {
    /// Who hands in messages.
    Provider, "unknown provider" {
        /// Twilio.
        Twilio = "twilio",
        /// Meta.
        Meta = "meta",
        /// Any.
        Generic = "generic",
    }
}
/// k
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyword {
    /// s
    Stop,
    /// s
    Start,
    /// s
    Help,
    /// s
    Yes,
}
/// a
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InboundAct {
    /// k
    Keyword(Keyword),
    /// k
    StopMarketing,
    /// k
    ResumeMarketing,
    /// k
    Other,
}
/// i
pub struct Inbound {
    /// i
    pub id: String,
    /// i
    pub channel: Channel,
    /// i
    pub from: PhoneNumber,
    /// i
    pub act: InboundAct,
    /// i
    pub at: Option<Timestamp>,
}
/// h
pub struct Hook<'a> {
    /// u
    pub url: &'a str,
    /// u
    pub headers: &'a http::HeaderMap,
    /// u
    pub query: Option<&'a str>,
    /// u
    pub body: &'a [u8],
}
/// r
pub fn read(_p: Provider, _s: &str, _h: &Hook<'_>, _n: Timestamp) -> Result<Vec<Inbound>, ()> {
    Err(())
}
/// h
pub fn handshake(_q: &str, _v: &str) -> Option<String> {
    None
}
/// t
pub fn twilio_reply() -> String {
    String::new()
}
/// s
pub mod signature {
    /// s
    pub fn secret_text(_b: &[u8]) -> String {
        String::new()
    }
}
