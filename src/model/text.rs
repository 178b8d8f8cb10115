//! Short texts that come from outside and go into records. Each kind is bounded, so that nothing unexpected is stored.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

use crate::consent::{CountryCode, PurposeSlug, RegionCode, Timestamp};

/// Defines a text type whose values exist only if `$rule` holds.
macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, |$text:ident| $rule:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Parses the text; `None` if it breaks the rule.
            pub fn parse($text: &str) -> Option<Self> {
                $rule.then(|| Self($text.to_owned()))
            }

            /// Returns the text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        text_as_serde!($name, $what);
    };
}

/// Serializes a type as the text it is parsed from.
macro_rules! text_as_serde {
    ($name:ident, $what:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| de::Error::custom(concat!("not ", $what)))
            }
        }
    };
}

text_as_serde!(PurposeSlug, "a purpose");
text_as_serde!(CountryCode, "a country code");
text_as_serde!(RegionCode, "a region code");

fn is_token(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
}

bounded_text! {
    /// A shop's own name for something (a notice, a version, a source): 1 to 64 letters, digits, `.`, `_`, `:`, `-`.
    Token, "a token", |text| is_token(text, 64)
}

bounded_text! {
    /// A language tag, BCP 47, such as `en-GB`: 2 to 35 letters, digits and `-`.
    Locale, "a language tag", |text| (2..=35).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

bounded_text! {
    /// The external id of a contact on a platform, `platform:id`, such as `shopify:123`.
    ExternalId, "an external id", |text| text.split_once(':').is_some_and(|(platform, id)| {
        is_token(platform, 32) && (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
    })
}

bounded_text! {
    /// A line of plain text without control characters, 1 to 200 characters.
    Line, "a line of text", |text| (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

bounded_text! {
    /// A date of birth, such as `2009-05-01`, from 1850 on.
    BirthDate, "a date", |text| text >= "1850" && Timestamp::parse_birth(text).is_some()
}

bounded_text! {
    /// The SHA-256 of a text: 64 hexadecimal digits in lower case.
    Sha256Hex, "a SHA-256", |text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

bounded_text! {
    /// A keyed hash, with which a shop's ledger can recognise a value without storing it: 8 characters that identify
    /// the shop, a `.`, and 43 characters (base64url of 32 bytes).
    KeyedHash, "a keyed hash", |text| text.split_once('.').is_some_and(|(of, hash)| of.len() == 8 && hash.len() == 43
        && [of, hash].iter().all(|part| part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')))
}

impl Sha256Hex {
    /// Returns the hash of a text's UTF-8 bytes.
    pub fn of(text: &str) -> Self {
        Self(base16ct::lower::encode_string(&Sha256::digest(text)))
    }
}

/// The URL of the page where something was captured, without the parts that may hold secrets or personal data: user
/// info, query and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageUrl(String);

impl PageUrl {
    /// The maximum length of a URL, in octets.
    pub const MAX_LEN: usize = 2048;

    /// Parses an `http` or `https` URL and removes these parts; `None` if it is invalid or too long.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > Self::MAX_LEN {
            return None;
        }
        let mut url = web_address(text)?;
        url.set_query(None);
        url.set_fragment(None);
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
        Some(Self(url.into()))
    }

    /// Returns the URL with at most 512 characters: a page that anybody can send names its place no more exactly.
    pub fn cut(self) -> Self {
        const LONGEST: usize = 512;
        // A URL is ASCII, so each octet is a character.
        Self(self.0.chars().take(LONGEST).collect())
    }

    /// Returns the URL without these parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A web origin, RFC 6454, such as `https://shop.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Parses an origin in its ASCII serialisation: scheme, host and a port that is not the scheme's default, nothing
    /// else.
    pub fn parse(text: &str) -> Option<Self> {
        (web_address(text)?.origin().ascii_serialization() == text).then(|| Self(text.to_owned()))
    }

    /// Returns the origin as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

text_as_serde!(Origin, "an origin");
text_as_serde!(PageUrl, "a web address");

fn web_address(text: &str) -> Option<url::Url> {
    url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_url_is_stored_without_user_info_query_and_fragment() {
        let stripped = |text| PageUrl::parse(text).map(|page| page.as_str().to_owned());
        assert_eq!(
            stripped("https://jane:pw@shop.example/checkout?email=jane@example.com#token").as_deref(),
            Some("https://shop.example/checkout")
        );
        for bad in ["", "/checkout", "javascript:alert(1)", "data:text/html,x", "ftp://shop.example/"] {
            assert_eq!(stripped(bad), None, "{bad:?}");
        }
        assert_eq!(stripped(&format!("https://shop.example/{}", "a".repeat(PageUrl::MAX_LEN))), None);
    }

    #[test]
    fn an_origin_must_be_written_exactly() {
        for (text, good) in [
            ("https://shop.example", true),
            ("http://127.0.0.1:8788", true),
            ("https://shop.example/", false),
            ("https://shop.example:443", false),
            ("https://SHOP.example", false),
            ("https://shop.example/path", false),
            ("null", false),
            ("*", false),
        ] {
            assert_eq!(Origin::parse(text).is_some(), good, "{text:?}");
        }
    }

    #[test]
    fn texts_are_bounded() {
        assert!(
            Token::parse("checkout-optin").is_some() && Token::parse("a b").is_none() && Token::parse("").is_none()
        );
        assert!(Locale::parse("en-GB").is_some() && Locale::parse("e").is_none() && Locale::parse("en_GB").is_none());
        assert!(ExternalId::parse("shopify:123").is_some() && ExternalId::parse("123").is_none());
        assert!(Line::parse("Kestrel Coffee").is_some() && Line::parse("a\nb").is_none());
        assert!(Sha256Hex::parse(&"a0".repeat(32)).is_some());
        assert!(Sha256Hex::parse(&"A0".repeat(32)).is_none() && Sha256Hex::parse(&"g0".repeat(32)).is_none());
    }
}
