//! What a person can ask for under their rights.

vocabulary! {
    /// What is asked for.
    RequestKind, "unknown kind of request" {
        /// A copy of what is held, GDPR Art. 15.
        Access = "access",
        /// The same in a form that machines read, Art. 20.
        Portability = "portability",
        /// That it goes, Art. 17.
        Erasure = "erasure",
        /// That something is put right, Art. 16.
        Rectification = "rectification",
        /// No more direct marketing, Art. 21(2).
        Objection = "objection",
    }
}

impl RequestKind {
    /// Whether the answer is something to download.
    pub const fn is_for_data(self) -> bool {
        matches!(self, Self::Access | Self::Portability)
    }
}
