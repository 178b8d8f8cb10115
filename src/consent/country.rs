//! Countries, by ISO 3166-1 alpha-2.

/// Two upper-case letters, such as `DE`. Whether a law is known for it is another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Reads a code; `None` when it is not two upper-case ASCII letters.
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 2] = text.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        // Two ASCII letters, by construction.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}
