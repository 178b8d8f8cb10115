//! A request to another server, and its answer, as values. The adapter sends it.

/// A request to another server. Redirects are not followed.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The method.
    pub method: &'static str,
    /// The URL.
    pub url: String,
    /// The headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl HttpRequest {
    /// The time limit for a response, in milliseconds.
    pub const TIMEOUT: u32 = 15_000;
    /// The largest body of an answer that is read, in bytes.
    pub const LONGEST_ANSWER: usize = 1 << 20;
}

/// The answer of another server.
#[derive(Clone, Debug)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}
