//! The purpose for which a shop writes, messages or calls.

/// The shop's own name for a purpose, such as `newsletter` or `abandoned_cart`.
///
/// 1 to 48 characters: first a lower-case letter, then lower-case letters, digits and `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PurposeSlug(Box<str>);

impl PurposeSlug {
    /// The greatest length of a slug, in characters.
    pub const MAX_LEN: usize = 48;

    /// Reads a slug. Returns `None` if the text is not a valid slug.
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = text.bytes();
        let first = bytes.next()?;
        let rest_fits = bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        (first.is_ascii_lowercase() && rest_fits && text.len() <= Self::MAX_LEN).then(|| Self(text.into()))
    }

    /// Returns the slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl core::fmt::Display for PurposeSlug {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_a_short_lower_case_word() {
        for good in ["newsletter", "abandoned_cart", "a", "offers2"] {
            assert_eq!(PurposeSlug::parse(good).map(|slug| slug.to_string()).as_deref(), Some(good));
        }
        let long = "a".repeat(PurposeSlug::MAX_LEN + 1);
        for bad in ["", "Newsletter", "2offers", "_a", "a-b", "a b", "é", "*", long.as_str()] {
            assert_eq!(PurposeSlug::parse(bad), None, "{bad:?}");
        }
    }
}
