//! The kinds of lists.

vocabulary! {
    /// The kind of a list.
    ListKind, "unknown list" {
        /// Contacts who may be written to.
        OptedIn = "opted_in",
        /// Contacts who opted out.
        OptedOut = "opted_out",
        /// Addresses that must not be written to, for any reason.
        Suppressed = "suppressed",
    }
}
