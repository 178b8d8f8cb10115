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
    /// The body; empty for none.
    pub body: String,
    /// The largest body of an answer that is read, in bytes; 0 if only the status and the headers matter.
    pub longest_answer: usize,
}

impl HttpRequest {
    /// The time limit for a response, in milliseconds.
    pub const TIMEOUT: u32 = 15_000;
    /// The largest page of customers that is read from a platform, in bytes.
    pub const LONGEST_PAGE: usize = 4 << 20;
}

/// The answer of another server.
#[derive(Clone, Debug, Default)]
pub struct HttpAnswer {
    /// The status.
    pub status: u16,
    /// Those of [`HttpAnswer::HEADERS`] that the answer has.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl HttpAnswer {
    /// The headers that are read.
    pub const HEADERS: &'static [&'static str] = &["retry-after", "x-wp-totalpages"];

    /// Returns one of the headers that are read.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }
}

/// The result of a request.
#[derive(Clone, Debug)]
pub enum Exchange {
    /// The server answered.
    Answered(HttpAnswer),
    /// There was no answer within [`HttpRequest::TIMEOUT`].
    TimedOut,
    /// The server could not be reached, or its answer was too long.
    Unreachable,
}

impl Exchange {
    /// Returns the answer, if there is one.
    pub const fn answer(&self) -> Option<&HttpAnswer> {
        if let Self::Answered(answer) = self { Some(answer) } else { None }
    }
}
