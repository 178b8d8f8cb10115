//! Telephone numbers in E.164 form, from every writing of the same number.

use std::borrow::Cow;

use crate::consent::clean::cleaned;
#[cfg(feature = "service")]
use crate::consent::country::CountryCode;

/// A telephone number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneNumber {
    given: String,
    key: String,
}

/// The reason why a text is not a telephone number.
#[cfg(feature = "service")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneFault {
    /// The number begins with `+` or `00` and is not a valid international number.
    International,
    /// The number has no country code, and the country is not known.
    NoCountry,
    /// The number is not valid in this country.
    National(CountryCode),
}

impl PhoneNumber {
    /// Reads an international number that begins with `+`. Drops spaces, dots, dashes, slashes and brackets between the
    /// digits, a trunk zero in brackets, as in `+44 (0)20 7946 0000`, and the `.0` that spreadsheets add. Returns
    /// `None` for a national number, because it is ambiguous without a country.
    ///
    /// The service normalises the number by the numbering plan of its country: it drops a trunk prefix that does not
    /// belong behind a country code, as in `+44 07700 900123`. The key is the same for the two forms that a mobile
    /// number has in Argentina, Brazil and Mexico, because WhatsApp writes the other one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = cleaned(text);
        let rest = without_decimals(text.strip_prefix('+')?)?;
        // A trunk zero in brackets stands behind the country code, which has one to three digits.
        let digits = match rest.split_once("(0)") {
            Some((code, rest)) if digits_of(code).is_some_and(|code| code.len() <= 3) => {
                digits_of(&format!("{code}{rest}"))?
            }
            _ => digits_of(rest)?,
        };
        // In few writings the zero in brackets is a digit like the others.
        #[cfg(feature = "service")]
        let digits = match digits_of(rest).filter(|all| *all != digits && !is_valid(&digits) && is_valid(all)) {
            Some(all) => all,
            None => digits,
        };
        #[cfg(feature = "service")]
        let digits = match is_plain(&digits) {
            true => digits,
            false => by_numbering_plan(&digits).map_or(digits, |digits| without_trunk_zero(&digits).unwrap_or(digits)),
        };
        // ITU-T E.164: at most 15 digits, and no country code begins with 0. No subscriber has fewer than 7 digits.
        if !(7..=15).contains(&digits.len()) || digits.starts_with('0') {
            return None;
        }
        let given = as_dialled(&digits);
        let key = match given.strip_prefix("549") {
            Some(rest) if rest.len() == 10 => format!("+54{rest}"),
            _ => format!("+{given}"),
        };
        Some(Self { given: format!("+{given}"), key })
    }

    /// Reads a number with its country code after `+` or `00`, otherwise as a number of this country.
    ///
    /// # Errors
    /// The reason why the number is not valid.
    #[cfg(feature = "service")]
    pub fn of_country(text: &str, country: Option<CountryCode>) -> Result<Self, PhoneFault> {
        let text = cleaned(text);
        if text.starts_with('+') {
            return Self::parse(&text).ok_or(PhoneFault::International);
        }
        if let Some(rest) = text.strip_prefix("00") {
            return Self::parse(&format!("+{rest}")).ok_or(PhoneFault::International);
        }
        let country = country.ok_or(PhoneFault::NoCountry)?;
        let national = without_decimals(&text).filter(|text| digits_of(text).is_some());
        let national = national.and_then(|text| self::national(text, country));
        national.ok_or(PhoneFault::National(country))
    }

    /// Reads a number as an earlier version stored it. That version read the `.0` of a spreadsheet as a digit.
    #[cfg(feature = "service")]
    pub fn stored_earlier(text: &str) -> Option<Self> {
        let number = Self::parse(text)?;
        let digits = number.given.strip_prefix('+').filter(|digits| !is_possible(digits));
        match digits.and_then(|digits| digits.strip_suffix('0')).filter(|digits| is_possible(digits)) {
            Some(digits) => Self::parse(&format!("+{digits}")),
            None => Some(number),
        }
    }

    /// Returns the keys that an earlier version gave to other writings of this number: with a trunk zero behind the
    /// country code, with the `.0` of a spreadsheet as a digit, and in the other form of WhatsApp.
    #[cfg(feature = "service")]
    pub fn earlier_keys(&self) -> Vec<String> {
        let digits = self.given.trim_start_matches('+');
        let mut keys = vec![self.given.clone(), format!("{}0", self.given)];
        if let Ok(number) = rlibphonenumber::PHONE_NUMBER_UTIL.parse(&self.given, None) {
            let code = number.country_code.to_string();
            keys.extend(digits.strip_prefix(&code).map(|national| format!("+{code}0{national}")));
        }
        let other = match (digits.get(..2), digits.get(2..), digits.len()) {
            (Some("52"), Some(national), 12) => Some(format!("+521{national}")),
            (Some("54"), Some(national), 13) => national.strip_prefix('9').map(|rest| format!("+54{rest}")),
            (Some("55"), Some(national), 13) => {
                national.get(..2).zip(national.get(3..)).map(|(area, rest)| format!("+55{area}{rest}"))
            }
            _ => None,
        };
        keys.extend(other);
        keys.retain(|key| *key != self.key);
        keys
    }

    /// Returns the country code of the number.
    #[cfg(feature = "service")]
    pub fn country_code(&self) -> Option<i32> {
        country_code(self.given.trim_start_matches('+'))
    }

    /// Returns whether a message to the number costs more than its country says: a premium or shared-cost number.
    #[cfg(feature = "service")]
    pub fn is_premium(&self) -> bool {
        use rlibphonenumber::PhoneNumberType;
        let number = rlibphonenumber::PHONE_NUMBER_UTIL.parse(&self.given, None);
        let kind = number.map(|number| rlibphonenumber::PHONE_NUMBER_UTIL.get_number_type(&number));
        matches!(kind, Ok(PhoneNumberType::PremiumRate | PhoneNumberType::SharedCost))
    }

    /// Returns the number to show and to dial.
    pub fn given(&self) -> &str {
        &self.given
    }

    /// Returns the key for matching.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns whether the service may accept the text: it is always true for a number that the service accepts, with
    /// or without a country code. The storefront module calls it because `parse` would cost a tenth of its size budget.
    pub fn is_plausible(text: &str) -> bool {
        let mut digits = 0;
        let readable = text.bytes().all(|b| match b {
            b'0'..=b'9' => {
                digits += 1;
                true
            }
            b'+' | b' ' | b'.' | b'-' | b'/' | b'(' | b')' => true,
            // Typographic and invisible characters, which the service cleans. Full-width digits have three bytes.
            byte => {
                digits += usize::from(byte == 0xef);
                byte >= 0x80
            }
        });
        // A number that begins with an invisible character may have a `+` after it.
        readable && !text.starts_with("+0") && (4..=20).contains(&digits)
    }
}

/// Removes the decimal places that a spreadsheet adds to a number: `447700900123.0`. Returns `None` if it is not certain
/// whether zeros at the end are decimal places or digits.
fn without_decimals(text: &str) -> Option<&str> {
    let whole = text.trim_end_matches('0');
    let zeros = text.len() - whole.len();
    let Some(before) = whole.strip_suffix(['.', ',']).filter(|_| zeros > 0) else { return Some(text) };
    let is_plain = before.bytes().all(|b| b.is_ascii_digit());
    match (before.contains(['.', ',']), zeros) {
        _ if is_plain && before.len() > 7 => Some(before),
        // A number in groups has groups of two digits or more.
        (false, 1) => Some(before),
        (true, 2..) => Some(text),
        _ => None,
    }
}

/// Returns the digits. `None` if the text has other characters than a number has, or more than one number.
fn digits_of(text: &str) -> Option<String> {
    let mut digits = String::new();
    let mut slash = None;
    for c in text.chars() {
        match c {
            '0'..='9' => digits.push(c),
            '/' if slash.is_none() => slash = Some(digits.len()),
            ' ' | '.' | '-' | '(' | ')' => {}
            _ => return None,
        }
    }
    // A slash divides the area code from the number. Behind a number it names a second one: `7946 0018/9`.
    let is_one = slash.is_none_or(|before| before <= 8 && digits.len() - before >= 4);
    is_one.then_some(digits)
}

/// Writes the mobile numbers of countries in which two forms are in use in the form that is dialled from abroad.
/// WhatsApp still writes some of them in the older form.
fn as_dialled(digits: &str) -> Cow<'_, str> {
    match digits.get(..2) {
        // Mexico: the 1 for mobile numbers was abolished in 2019.
        Some("52") if digits.len() == 13 && digits.get(2..3) == Some("1") => {
            format!("52{}", digits.get(3..).unwrap_or_default()).into()
        }
        // Brazil: mobile numbers got a 9 before them by 2016. Fixed lines begin with 2 to 5.
        Some("55") if digits.len() == 12 && !digits.get(4..5).is_some_and(|first| ("2"..="5").contains(&first)) => {
            format!("{}9{}", digits.get(..4).unwrap_or_default(), digits.get(4..).unwrap_or_default()).into()
        }
        // Benin: every number got a 01 before it in 2024.
        Some("22") if digits.len() == 11 && digits.get(2..3) == Some("9") => {
            format!("22901{}", digits.get(3..).unwrap_or_default()).into()
        }
        _ => digits.into(),
    }
}

/// Countries in which nothing but a zero, or in North America a one, can stand before the number when it is dialled at home.
#[cfg(feature = "service")]
const PLAIN: [(&str, i32); 17] = [
    ("1", 1),
    ("31", 31),
    ("32", 32),
    ("33", 33),
    ("34", 34),
    ("351", 351),
    ("353", 353),
    ("39", 39),
    ("41", 41),
    ("420", 420),
    ("43", 43),
    ("44", 44),
    ("45", 45),
    ("46", 46),
    ("47", 47),
    ("48", 48),
    ("49", 49),
];

/// Returns whether a number exists as it is written, in a country where the numbering plan would change nothing of it. The
/// rules below take six times as long, which is a fifth of the time of an import. False if this is not known.
#[cfg(feature = "service")]
fn is_plain(digits: &str) -> bool {
    let of_country = |(code, number): &(&str, i32)| digits.strip_prefix(code).map(|national| (*number, national));
    let Some((country_code, national)) = PLAIN.iter().find_map(of_country) else { return false };
    if national.starts_with('0') {
        return false;
    }
    let national_number = national.parse().unwrap_or(0);
    rlibphonenumber::PhoneNumber { country_code, national_number, ..Default::default() }.is_valid()
}

/// Returns the digits after the rules of the numbering plan of their country, or `None` if no plan is known for them.
#[cfg(feature = "service")]
fn by_numbering_plan(digits: &str) -> Option<String> {
    use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};

    let mut digits = digits.to_owned();
    // Each round may drop one trunk prefix, so the digits are normal when a round changes nothing.
    loop {
        let number = PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None).ok()?;
        let written = number.format_as(PhoneNumberFormat::E164);
        let normal = written.strip_prefix('+').filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
        if normal == digits || normal.len() > digits.len() {
            return Some(digits);
        }
        normal.clone_into(&mut digits);
    }
}

/// Returns a number that does not exist without the zero behind its country code, if it exists then. In some countries
/// people write a zero that has not been a trunk prefix for long, or that belongs to fixed lines alone.
#[cfg(feature = "service")]
fn without_trunk_zero(digits: &str) -> Option<String> {
    // Asking the numbering plan takes long, and few numbers have a zero there.
    if !(1..=3).any(|length| digits.get(length..).is_some_and(|national| national.starts_with('0'))) || is_valid(digits)
    {
        return None;
    }
    let code = country_code(digits)?;
    // A zero inside the country code divides the digits into those of another country.
    let national = digits.strip_prefix(&code.to_string())?.strip_prefix('0')?;
    let shorter = format!("{code}{national}");
    let is_right = country_code(&shorter) == Some(code) && is_valid(&shorter);
    is_right.then(|| by_numbering_plan(&shorter)).flatten()
}

#[cfg(feature = "service")]
fn country_code(digits: &str) -> Option<i32> {
    let number = rlibphonenumber::PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None);
    number.ok().map(|number| number.country_code)
}

/// Returns whether the numbering plan of its country has such a number.
#[cfg(feature = "service")]
fn is_valid(digits: &str) -> bool {
    rlibphonenumber::PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None).is_ok_and(|number| number.is_valid())
}

/// Returns whether numbers of its country have this length.
#[cfg(feature = "service")]
fn is_possible(digits: &str) -> bool {
    use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL};

    let length = PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None).map(|number| number.is_possible_with_reason());
    matches!(length, Ok(Ok(NumberLengthType::IsPossible)))
}

#[cfg(feature = "service")]
fn national(text: &str, country: CountryCode) -> Option<PhoneNumber> {
    use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

    if text.len() > 40 {
        return None;
    }
    let region: Region = country.as_str().parse().ok()?;
    let number = PHONE_NUMBER_UTIL.parse(text, Some(region)).ok()?;
    number.is_valid().then(|| PhoneNumber::parse(&number.format_as(PhoneNumberFormat::E164))).flatten()
}

#[cfg(all(test, feature = "service"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> Option<String> {
        PhoneNumber::parse(text).map(|number| number.key)
    }

    #[test]
    fn plain_numbers_are_known_as_such() {
        for digits in ["447911123456", "4915112345678", "33612345678", "12025550123", "393331234567", "420601123456"] {
            assert!(is_plain(digits), "{digits}");
        }
        for digits in ["440791112345", "447", "4407911123456", "5491123456789", "", "1", "44791112345678901234567890"] {
            assert!(!is_plain(digits), "{digits}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        /// What is taken for plain is what the numbering plan makes of it.
        #[test]
        fn a_plain_number_is_not_changed_by_its_plan(country in 0..PLAIN.len(), national in "[1-9][0-9]{5,11}") {
            let digits = format!("{}{national}", PLAIN[country].0);
            if is_plain(&digits) {
                prop_assert_eq!(by_numbering_plan(&digits), Some(digits.clone()));
                prop_assert_eq!(without_trunk_zero(&digits), None);
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,20}|[0-9+() \u{660}\u{ff11}x;=#-]{0,30}", country in "[A-Z]{2}") {
            if let Ok(number) = PhoneNumber::of_country(&text, CountryCode::parse(&country)) {
                prop_assert!(number.key.starts_with('+') && number.key[1..].bytes().all(|byte| byte.is_ascii_digit()));
                // What is stored reads as itself.
                let again = PhoneNumber::parse(&number.given).unwrap();
                prop_assert_eq!(&again, &number);
                prop_assert!(PhoneNumber::is_plausible(&text), "{}", text);
            }
        }

        #[test]
        fn a_normal_number_is_its_own_normal_form(text in "\\+[1-9][0-9]{5,16}") {
            if let Some(number) = PhoneNumber::parse(&text) {
                prop_assert_eq!(PhoneNumber::parse(&number.given), Some(number.clone()));
                prop_assert_eq!(PhoneNumber::parse(&number.key).map(|own| own.key), Some(number.key));
            }
        }
    }

    /// Numbers as country code and national number, and the trunk prefix that people write behind the country code.
    const NUMBERS: [(&str, &str, &str); 6] = [
        ("44", "7700900123", "0"),
        ("49", "15112345678", "0"),
        ("33", "612345678", "0"),
        ("39", "0669881234", ""),
        ("1", "2025550143", "1"),
        ("55", "11961234567", "0"),
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]
        #[test]
        fn a_mutated_writing_is_the_same_number_or_none(
            number in 0..NUMBERS.len(),
            trunk in any::<bool>(),
            decimals in prop_oneof![Just(""), Just(".0"), Just(",00")],
            full_width in any::<u32>(),
            between in prop::collection::vec("[ .()\u{a0}\u{2009}\u{202a}\u{200b}\u{200e}\u{2011}\u{2013}\u{2212}\u{feff}/-]{0,2}", 16),
        ) {
            let (code, national, prefix) = NUMBERS[number];
            let whole = format!("+{code}{}{national}", if trunk { prefix } else { "" });
            let mut text = String::new();
            for (place, c) in whole.chars().enumerate() {
                let wide = full_width >> place & 1 == 1;
                text.push(if wide { char::from_u32(u32::from(c) + 0xfee0).unwrap() } else { c });
                // A `+` is followed by its digit.
                if place > 0 {
                    text.push_str(&between[place % between.len()]);
                }
            }
            text.push_str(decimals);
            let read = key(&text);
            prop_assert!(read.is_none() || read.as_deref() == Some(&*format!("+{code}{national}")), "{text:?} {read:?}");
        }
    }

    #[test]
    fn all_writings_of_a_number_are_one_number() {
        for (given, read) in [
            ("+44 7700 900123", Some("+447700900123")),
            ("+44 07700 900123", Some("+447700900123")),
            // The zero of this number, which does not exist, divides its country code into that of another country.
            ("+50503120000000", Some("+50503120000000")),
            ("+44 (0)20 7946 0018", Some("+442079460018")),
            (" +49-170/123.4567 ", Some("+491701234567")),
            ("+49 0170 1234567", Some("+491701234567")),
            ("+1 (202) 555-0143", Some("+12025550143")),
            ("+33\u{a0}6\u{202f}12 34 56 78", Some("+33612345678")),
            // In Italy the zero belongs to the number.
            ("+39 06 6988 1234", Some("+390669881234")),
            ("+447700900123.0", Some("+447700900123")),
            ("+44 7700 900123.0", Some("+447700900123")),
            ("+33.6.12.34.56.00", Some("+33612345600")),
            ("+33 6 12 34 56.00", None),
            ("+44 7700 900\u{2011}123\u{200b}", Some("+447700900123")),
            ("\u{202a}+44\u{2009}7700\u{2013}900123\u{202c}", Some("+447700900123")),
            ("\u{ff0b}44 7700 900123", Some("+447700900123")),
            ("＋４４７７００９００１２３", Some("+447700900123")),
            // WhatsApp and the numbering plan write these numbers differently.
            ("+55 11 0000-0000", Some("+5511900000000")),
            ("+551161234567", Some("+5511961234567")),
            ("+5511961234567", Some("+5511961234567")),
            ("+5215512345678", Some("+525512345678")),
            ("+5491123456789", Some("+541123456789")),
            ("+22990011234", Some("+2290190011234")),
            // Countries without a trunk prefix for these numbers.
            ("+39 0347 1234567", Some("+393471234567")),
            ("+48 0 512 345 678", Some("+48512345678")),
            ("+420 0602 123 456", Some("+420602123456")),
            ("+44 20 7946 0018/9", None),
            ("+44 20 7946 0018 / 020 7946 0019", None),
            ("+44 7700 900123 ext 5", None),
            ("+4.47701E+11", None),
            ("07700 900123", None),
            ("+0 7700 900123", None),
            ("+44", None),
            ("+12345678901234567", None),
            ("+٤٤٧٧٠٠٩٠٠١٢٣", None),
            ("n/a", None),
            ("-", None),
            ("", None),
        ] {
            assert_eq!(key(given).as_deref(), read, "{given:?}");
        }
        assert_eq!(PhoneNumber::parse("+54 9 11 2345-6789").unwrap().given(), "+5491123456789", "it is dialled so");
    }

    #[test]
    fn earlier_writings_of_a_number_are_known() {
        for (stored, read) in [
            ("+4407700900123", "+447700900123"),
            ("+4477009001230", "+447700900123"),
            ("+447700900120", "+447700900120"),
            ("+551161234567", "+5511961234567"),
            ("+5215512345678", "+525512345678"),
        ] {
            let number = PhoneNumber::stored_earlier(stored).unwrap();
            assert_eq!(number.key(), read, "{stored}");
            assert!(stored == read || number.earlier_keys().iter().any(|key| key == stored), "{stored}");
            assert!(!number.earlier_keys().iter().any(|key| key == read), "{stored}");
        }
    }

    #[test]
    fn a_national_number_is_read_by_its_country() {
        let country = |code| CountryCode::parse(code);
        for (text, at, read) in [
            ("020 7946 0018", country("GB"), Ok("+442079460018")),
            ("(020) 7946 0018", country("GB"), Ok("+442079460018")),
            ("442079460018", country("GB"), Ok("+442079460018")),
            ("442079460018.0", country("GB"), Ok("+442079460018")),
            ("030 23125 001", country("DE"), Ok("+493023125001")),
            ("030/23125001", country("DE"), Ok("+493023125001")),
            ("0171 2345678", country("DE"), Ok("+491712345678")),
            ("(202) 555-0143", country("US"), Ok("+12025550143")),
            ("020 7946 0018/9", country("GB"), Err(PhoneFault::National(country("GB").unwrap()))),
            // This number is reserved for films and belongs to nobody.
            ("06 39 98 12 34", country("FR"), Err(PhoneFault::National(country("FR").unwrap()))),
            ("+44 7700 900123", None, Ok("+447700900123")),
            ("+44 (0)20 7946 0018", country("DE"), Ok("+442079460018")),
            ("0044 7700 900123", country("DE"), Ok("+447700900123")),
            ("020 7946 0018", None, Err(PhoneFault::NoCountry)),
            ("020 7946 0018", country("ZZ"), Err(PhoneFault::National(country("ZZ").unwrap()))),
            ("12", country("GB"), Err(PhoneFault::National(country("GB").unwrap()))),
            ("4.47946E+11", country("GB"), Err(PhoneFault::National(country("GB").unwrap()))),
            ("none", country("GB"), Err(PhoneFault::National(country("GB").unwrap()))),
            ("+44 none", country("GB"), Err(PhoneFault::International)),
        ] {
            let number = PhoneNumber::of_country(text, at);
            assert_eq!(number.as_ref().map(PhoneNumber::key), read.as_ref().map(|key| *key), "{text}");
        }
    }
}
