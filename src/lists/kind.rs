//! The kinds of lists.

vocabulary! {
    /// What a list is about.
    ListKind, "unknown list" {
        /// People who may be written to.
        OptedIn = "opted_in",
        /// People who said no.
        OptedOut = "opted_out",
        /// Addresses that are not to be written to, for whatever reason.
        Suppressed = "suppressed",
    }
}
