//! The page.

/// The page of a document.
pub fn page(_: &serde_json::Value) -> String {
    String::new()
}
