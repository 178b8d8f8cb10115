//! Addresses that exist only if they are valid. Each keeps the text as it was given and a key for matching.

#[cfg(feature = "formats")]
use crate::consent::clean::cleaned;
use crate::consent::phone::PhoneNumber;
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

    /// Reads an email address. Invisible characters are removed, and typographic ones become plain. Returns `None` if
    /// no mail could be sent to it.
    ///
    /// The key for matching has the domain in its ASCII form (UTS 46), and the local part in lower case and NFC. Dots
    /// and `+tag` stay, because at most providers they belong to another mailbox.
    pub fn parse(text: &str) -> Option<Self> {
        let given = cleaned(text);
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
        (fits && routable && is_local_part(local))
            .then(|| Self { given: given.to_string(), key: format!("{local_key}@{domain}") })
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

/// Returns whether the local part has the characters of a `dot-atom` of RFC 5322 §3.2.3. Dots may stand anywhere,
/// because some providers have issued such mailboxes, and their owners must be able to opt out. Characters beyond ASCII
/// are accepted as in RFC 6532, except those that stand for no letter. Quoted local parts are legal, but almost always
/// a mistake or an attack, and no large provider issues them.
#[cfg(feature = "formats")]
fn is_local_part(local: &str) -> bool {
    let is_no_letter = |c: char| {
        c.is_control()
            || c.is_whitespace()
            // Private use, and what a program writes for a character that it could not read.
            || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{fff9}'..='\u{ffff}' | '\u{f0000}'..='\u{10ffff}')
    };
    let fits = |c: char| {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c) || (!c.is_ascii() && !is_no_letter(c))
    };
    local.chars().all(fits) && local.chars().any(|c| c != '.')
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
            Self::Phone(phone) => phone.key(),
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
            Self::Phone(phone) => phone.given(),
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
            ("ja\u{200b}ne\u{ad}@example.com\u{200b}", "jane@example.com"),
            ("ｊａｎｅ@ｅｘａｍｐｌｅ.com", "jane@example.com"),
            ("\u{130}nfo@example.com", "info@example.com"),
            ("ada\u{2011}l@example.com", "ada-l@example.com"),
            // Mailboxes that a provider in Japan has issued.
            ("ada..l@docomo.example", "ada..l@docomo.example"),
            ("bob.@docomo.example", "bob.@docomo.example"),
        ] {
            assert_eq!(email_key(given).as_deref(), Some(key), "{given:?}");
            let stored = EmailAddress::parse(given).unwrap().given;
            assert_eq!(EmailAddress::parse(&stored).unwrap().given, stored, "{given:?}");
        }
    }

    #[cfg(not(target_family = "wasm"))]
    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(5_000))]
        #[test]
        fn a_mutated_writing_is_the_same_mailbox_or_none(
            between in proptest::collection::vec("[\u{200b}\u{ad}\u{200e}\u{202a}\u{2060}\u{feff} .,;<>\"]{0,1}", 16),
            full_width in proptest::prelude::any::<u32>(),
            upper in proptest::prelude::any::<u32>(),
        ) {
            let mut text = String::new();
            for (place, c) in "jane@example.com".chars().enumerate() {
                let c = if upper >> place & 1 == 1 { c.to_ascii_uppercase() } else { c };
                let wide = full_width >> place & 1 == 1;
                text.push(if wide { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c });
                text.push_str(&between[place]);
            }
            let read = email_key(&text);
            // A dot more is another mailbox, and may be one.
            let has_dot = between.iter().any(|own| own == ".");
            let is_same = read.as_deref() == Some("jane@example.com");
            proptest::prop_assert!(read.is_none() || is_same || has_dot, "{:?} {:?}", text, read);
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
            "..@example.com",
            "jane@-example.com",
            "jane@exam_ple.com",
            "\"jane\"@example.com",
            "jane@[192.0.2.1]",
            "a@b@example.com",
            "jane\u{0}@example.com",
            "jane\n@example.com",
            "ja\u{fffd}ne@example.com",
            "\u{3164}@example.com",
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
}
