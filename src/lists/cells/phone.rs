//! Telephone numbers as people write them in their own country.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};

use crate::consent::{CountryCode, PhoneNumber};

/// The reason why a number is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PhoneFault {
    /// The number begins with `+` or `00` and is not a valid international number.
    International,
    /// The number has no country code, and the country is not known.
    NoCountry,
    /// The number is not valid in this country.
    National(CountryCode),
}

/// Reads a number: with its country code after `+` or `00`, otherwise as a number of this country.
///
/// # Errors
/// The reason why the number is not valid.
pub(crate) fn number(text: &str, country: Option<CountryCode>) -> Result<PhoneNumber, PhoneFault> {
    let text = text.trim();
    if text.starts_with('+') {
        return PhoneNumber::parse(text).ok_or(PhoneFault::International);
    }
    if let Some(rest) = text.strip_prefix("00") {
        return PhoneNumber::parse(&format!("+{rest}")).ok_or(PhoneFault::International);
    }
    let country = country.ok_or(PhoneFault::NoCountry)?;
    national(text, country).ok_or(PhoneFault::National(country))
}

fn national(text: &str, country: CountryCode) -> Option<PhoneNumber> {
    // Letters stand for keys of the telephone or for an extension. A subscriber's number has neither.
    if text.len() > 40 || text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let region: Region = country.as_str().parse().ok()?;
    let number = PHONE_NUMBER_UTIL.parse(text, Some(region)).ok()?;
    number.is_valid().then(|| PhoneNumber::parse(&number.format_as(PhoneNumberFormat::E164))).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::consent::Address;

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,20}|[0-9+() \u{660}\u{ff11}x;=#-]{0,30}", country in "[A-Z]{2}") {
            if let Ok(number) = number(&text, CountryCode::parse(&country)) {
                let key = Address::Phone(number).key().to_owned();
                prop_assert!(key.starts_with('+') && key[1..].bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }

    #[test]
    fn a_national_number_is_read_by_its_country() {
        let country = |code| CountryCode::parse(code);
        for (text, at, read) in [
            ("020 7946 0018", country("GB"), Ok("+442079460018")),
            ("(020) 7946 0018", country("GB"), Ok("+442079460018")),
            ("442079460018", country("GB"), Ok("+442079460018")),
            ("030 23125 001", country("DE"), Ok("+493023125001")),
            ("(202) 555-0143", country("US"), Ok("+12025550143")),
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
            let number = number(text, at).map(|number| Address::Phone(number).key().to_owned());
            assert_eq!(number, read.map(str::to_owned), "{text}");
        }
    }
}
