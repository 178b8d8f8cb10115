//! The keyed hash of a content, by which a repetition is recognised.

/// The keyed hash of the content of a request. It distinguishes a repetition from another request with the same id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    /// The hash as it is stored.
    pub current: String,
    /// The hash as an earlier version stored it.
    pub former: String,
}

impl Fingerprint {
    /// Returns whether a stored hash is that of the same content.
    pub fn is(&self, stored: &str) -> bool {
        stored == self.current || stored == self.former
    }
}
