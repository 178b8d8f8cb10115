//! Addresses that exist only if they are valid. Each keeps the text as it was given and a key for matching.

use crate::consent::words::AddressKind;

/// An email address: RFC 5321 with the international forms of RFC 6531.
#[cfg(feature = "formats")]
#[derive(Clone, Debug)]
pub struct EmailAddress {
    given: String,
    key: String,
}

#[cfg(feature = "formats")]
impl EmailAddress {
    /// The most octets before the `@`, RFC 5321 §4.5.3.1.1.
    const MAX_LOCAL: usize = 64;
    /// The most octets in total, RFC 5321 §4.5.3.1.3 without the angle brackets.
    const MAX_LEN: usize = 254;

    /// Reads an email address and ignores surrounding space. Returns `None` if no mail could be sent to it.
    ///
    /// The key for matching has the domain in its ASCII form (UTS 46), and the local part in lower case and NFC. Dots
    /// and `+tag` stay, because at most providers they belong to another mailbox.
    pub fn parse(text: &str) -> Option<Self> {
        let given = text.trim();
        let (local, domain) = given.rsplit_once('@')?;
        let domain = match plain_domain(domain) {
            Some(plain) => plain,
            None => idna::domain_to_ascii_strict(domain).ok()?,
        };
        let local_key = if local.is_ascii() {
            local.to_ascii_lowercase()
        } else {
            icu_normalizer::ComposingNormalizer::new_nfc().normalize(&local.to_lowercase()).into_owned()
        };
        let fits = local.len() <= Self::MAX_LOCAL
            && local_key.len() <= Self::MAX_LOCAL
            && given.len() <= Self::MAX_LEN
            && local_key.len() + 1 + domain.len() <= Self::MAX_LEN;
        // A domain with only one label is a host in a local network. No shop writes to it.
        let routable = domain.contains('.') && !domain.ends_with('.');
        (fits && routable && is_dot_atom(local))
            .then(|| Self { given: given.into(), key: format!("{local_key}@{domain}") })
    }
}

/// Returns the domain in lower case if it has only letters, digits and dashes, as nearly all domains do. UTS 46 gives
/// the same result, but needs its tables. `None` means that the library must read the domain.
#[cfg(feature = "formats")]
fn plain_domain(domain: &str) -> Option<String> {
    let is_plain = |label: &str| {
        let bytes = label.as_bytes();
        (1..=63).contains(&bytes.len())
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
            && bytes.first() != Some(&b'-')
            && bytes.last() != Some(&b'-')
            // A prefix such as `xn--` has a special meaning.
            && bytes.get(2..4) != Some(b"--")
    };
    (domain.len() <= 253 && domain.split('.').all(is_plain)).then(|| domain.to_ascii_lowercase())
}

/// Returns whether the local part is a `dot-atom` of RFC 5322 §3.2.3. Characters beyond ASCII are accepted as in RFC
/// 6532, except invisible ones. Quoted local parts are legal, but almost always a mistake or an attack, and no large
/// provider issues them.
#[cfg(feature = "formats")]
fn is_dot_atom(local: &str) -> bool {
    let invisible = |c: char| {
        c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let fits =
        |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || (!c.is_ascii() && !invisible(c));
    local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(fits))
}

/// A telephone number in E.164 form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    key: String,
}

impl PhoneNumber {
    /// Reads an international number that begins with `+`. Drops spaces, dots, dashes, slashes and brackets between the
    /// digits, and a trunk zero in brackets, as in `+44 (0)20 7946 0000`. Returns `None` for a national number, because
    /// it is ambiguous without a country.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().strip_prefix('+')?.replace("(0)", "");
        let mut key = String::from("+");
        for c in text.chars() {
            match c {
                '0'..='9' => key.push(c),
                ' ' | '\u{a0}' | '\u{202f}' | '.' | '-' | '/' | '(' | ')' => {}
                _ => return None,
            }
        }
        // ITU-T E.164: at most 15 digits, and no country code begins with 0. No subscriber has fewer than 7 digits.
        ((8..=16).contains(&key.len()) && !key.starts_with("+0")).then_some(Self { key })
    }

    /// Returns whether [`PhoneNumber::parse`] may accept the text. It is always true for a number that `parse` accepts,
    /// and rarely true for another text. The storefront module calls it because `parse` would cost a tenth of its size
    /// budget.
    pub fn is_plausible(text: &str) -> bool {
        let mut digits = 0;
        let readable = text.bytes().all(|b| match b {
            b'0'..=b'9' => {
                digits += 1;
                true
            }
            // The last five values are the bytes of the two no-break spaces, U+00A0 and U+202F.
            b'+' | b' ' | b'.' | b'-' | b'/' | b'(' | b')' | 0xc2 | 0xa0 | 0xe2 | 0x80 | 0xaf => true,
            _ => false,
        });
        // One digit more than E.164 allows, for a trunk zero in brackets.
        readable && text.starts_with('+') && !text.starts_with("+0") && (7..=16).contains(&digits)
    }
}

/// A push address: an endpoint of a browser or a token of an app. placet does not interpret it.
#[cfg(feature = "formats")]
#[derive(Clone, Debug)]
pub struct PushAddress {
    key: String,
}

#[cfg(feature = "formats")]
impl PushAddress {
    /// Reads 8 to 2048 visible ASCII characters: the endpoint of a push service (RFC 8030) or the registration token of
    /// an app.
    pub fn parse(text: &str) -> Option<Self> {
        let key = text.trim();
        let fits = (8..=2_048).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
        fits.then(|| Self { key: key.to_owned() })
    }
}

/// A postal address.
#[cfg(feature = "formats")]
#[derive(Clone, Debug)]
pub struct PostalAddress {
    given: String,
    key: String,
}

#[cfg(feature = "formats")]
impl PostalAddress {
    /// Reads 10 to 400 characters, in one or more lines. Case, punctuation and white space make no difference for
    /// matching.
    pub fn parse(text: &str) -> Option<Self> {
        let given = text.trim();
        let fits = (10..=400).contains(&given.chars().count()) && !given.chars().any(|c| c.is_control() && c != '\n');
        let words = given.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let key = words.map(str::to_lowercase).collect::<Vec<_>>().join(" ");
        (fits && !key.is_empty()).then(|| Self { given: given.to_owned(), key })
    }
}

/// An address of any kind.
#[derive(Clone, Debug)]
pub enum Address {
    /// An email address.
    #[cfg(feature = "formats")]
    Email(EmailAddress),
    /// A telephone number.
    Phone(PhoneNumber),
    /// A push address.
    #[cfg(feature = "formats")]
    Push(PushAddress),
    /// A postal address.
    #[cfg(feature = "formats")]
    Postal(PostalAddress),
}

impl Address {
    /// Reads an address of a kind as it was given; `None` when it is not valid.
    #[cfg(feature = "formats")]
    pub fn parse(kind: AddressKind, value: &str) -> Option<Self> {
        match kind {
            AddressKind::Email => EmailAddress::parse(value).map(Self::Email),
            AddressKind::Phone => PhoneNumber::parse(value).map(Self::Phone),
            AddressKind::Push => PushAddress::parse(value).map(Self::Push),
            AddressKind::Postal => PostalAddress::parse(value).map(Self::Postal),
        }
    }

    /// Returns the kind of the address.
    pub const fn kind(&self) -> AddressKind {
        match self {
            #[cfg(feature = "formats")]
            Self::Email(_) => AddressKind::Email,
            Self::Phone(_) => AddressKind::Phone,
            #[cfg(feature = "formats")]
            Self::Push(_) => AddressKind::Push,
            #[cfg(feature = "formats")]
            Self::Postal(_) => AddressKind::Postal,
        }
    }

    /// Returns the key for matching. Two spellings of one address have the same key.
    pub fn key(&self) -> &str {
        match self {
            #[cfg(feature = "formats")]
            Self::Email(email) => &email.key,
            Self::Phone(phone) => &phone.key,
            #[cfg(feature = "formats")]
            Self::Push(push) => &push.key,
            #[cfg(feature = "formats")]
            Self::Postal(postal) => &postal.key,
        }
    }

    /// Returns the form to show and to send to.
    pub fn given(&self) -> &str {
        match self {
            #[cfg(feature = "formats")]
            Self::Email(email) => &email.given,
            Self::Phone(phone) => &phone.key,
            #[cfg(feature = "formats")]
            Self::Push(push) => &push.key,
            #[cfg(feature = "formats")]
            Self::Postal(postal) => &postal.given,
        }
    }
}

#[cfg(all(test, feature = "formats"))]
mod tests {
    use super::*;

    fn email_key(text: &str) -> Option<String> {
        EmailAddress::parse(text).map(|email| email.key)
    }

    #[test]
    fn an_email_address_matches_in_every_spelling() {
        for (given, key) in [
            ("jane@example.com", "jane@example.com"),
            ("  Jane.Doe@EXAMPLE.com ", "jane.doe@example.com"),
            ("jane+shop@example.com", "jane+shop@example.com"),
            ("o'hara@example.ie", "o'hara@example.ie"),
            ("jane@bücher.example", "jane@xn--bcher-kva.example"),
            ("jane@xn--bcher-kva.example", "jane@xn--bcher-kva.example"),
            ("jose\u{301}@example.com", "jos\u{e9}@example.com"),
            ("用户@例子.example", "用户@xn--fsqu00a.example"),
        ] {
            assert_eq!(email_key(given).as_deref(), Some(key), "{given:?}");
        }
    }

    #[test]
    fn an_ascii_domain_is_normalised_as_by_the_library() {
        let long = format!("{}.{}.{}.{}", "a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(63));
        let mut texts = vec![long.clone(), long[..253].to_owned(), format!("{}.example", "a".repeat(64))];
        // Every text of up to five of these characters, because the rules are about them.
        for letters in 1..=5_u32 {
            for mut number in 0..6_u32.pow(letters) {
                let letter = |_| {
                    let letter = "aX0-.x".as_bytes()[(number % 6) as usize];
                    number /= 6;
                    char::from(letter)
                };
                texts.push((0..letters).map(letter).collect());
            }
        }
        let mut plain = 0;
        for text in texts {
            if let Some(read) = plain_domain(&text) {
                plain += 1;
                assert_eq!(idna::domain_to_ascii_strict(&text).ok(), Some(read), "{text}");
            }
        }
        assert!(plain > 1_000, "{plain}");
    }

    #[test]
    fn an_undeliverable_text_is_no_email_address() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long_domain = format!("a@{}.com", "b.".repeat(130));
        for bad in [
            "",
            "@",
            "jane",
            "jane@",
            "@example.com",
            "jane@localhost",
            "jane@example.com.",
            "jane@exa mple.com",
            "ja ne@example.com",
            ".jane@example.com",
            "jane.@example.com",
            "ja..ne@example.com",
            "jane@-example.com",
            "jane@exam_ple.com",
            "\"jane\"@example.com",
            "jane@[192.0.2.1]",
            "a@b@example.com",
            "jane\u{0}@example.com",
            "jane\n@example.com",
            "ja\u{200b}ne@example.com",
            "<jane@example.com>",
            "jane@example..com",
            &long_local,
            &long_domain,
        ] {
            assert_eq!(email_key(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_postal_address_matches_in_every_spelling() {
        let key = |text: &str| PostalAddress::parse(text).map(|postal| postal.key);
        let one = key("Jane Doe\n12, Mill Lane\nOX1 2JD Oxford");
        assert_eq!(one.as_deref(), Some("jane doe 12 mill lane ox1 2jd oxford"));
        assert_eq!(key("  JANE DOE, 12 Mill Lane; OX1 2JD  Oxford "), one);
        assert_ne!(key("Jane Doe\n13, Mill Lane\nOX1 2JD Oxford"), one);
        for bad in ["", "Oxford", "Jane\tDoe, 12 Mill Lane", "-- ,,, -- ... --", &"x".repeat(401)] {
            assert_eq!(key(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_push_address_is_not_normalised() {
        let key = |text: &str| PushAddress::parse(text).map(|push| push.key);
        let endpoint = "https://push.example/send/fX9:a-B_c";
        assert_eq!(key(&format!(" {endpoint} ")).as_deref(), Some(endpoint));
        for bad in ["", "short", "has space in", "übertragung", &"x".repeat(2_049)] {
            assert_eq!(key(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_phone_number_must_be_international() {
        for (given, key) in [
            ("+44 7700 900123", Some("+447700900123")),
            ("+44 (0)20 7946 0000", Some("+442079460000")),
            (" +49-170/123.4567 ", Some("+491701234567")),
            ("+1 (202) 555-0143", Some("+12025550143")),
            ("+33\u{a0}6\u{202f}12 34 56 78", Some("+33612345678")),
            ("07700 900123", None),
            ("0044 7700 900123", None),
            ("+0 7700 900123", None),
            ("+44", None),
            ("+12345678901234567", None),
            ("+44 7700 900123 ext 5", None),
            ("+٤٤٧٧٠٠٩٠٠١٢٣", None),
            ("", None),
        ] {
            assert_eq!(PhoneNumber::parse(given).map(|phone| phone.key).as_deref(), key, "{given:?}");
            // The storefront reads the value of an input field, which the browser has trimmed.
            assert_eq!(PhoneNumber::is_plausible(given.trim()), key.is_some(), "{given:?}");
        }
    }
}
