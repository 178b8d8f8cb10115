//! What a person can ask for under their rights.

vocabulary! {
    /// The kind of a subject request.
    RequestKind, "unknown kind of request" {
        /// A copy of the person's data, GDPR Art. 15.
        Access = "access",
        /// A copy of the data in a machine-readable format, Art. 20.
        Portability = "portability",
        /// Erasure of the data, Art. 17.
        Erasure = "erasure",
        /// Correction of wrong data, Art. 16.
        Rectification = "rectification",
        /// An objection to direct marketing, Art. 21(2).
        Objection = "objection",
    }
}

impl RequestKind {
    /// Returns whether the answer is a download.
    pub const fn is_for_data(self) -> bool {
        matches!(self, Self::Access | Self::Portability)
    }
}
