//! From which age on a person's own act counts: GDPR Art. 8(1) and its relatives.

use super::Confidence;
use crate::consent::CountryCode;

/// The age of a country.
#[derive(Clone, Copy, Debug)]
pub struct Age {
    /// The country.
    pub country: CountryCode,
    /// In years; 0 where the law names none.
    pub years: u16,
    /// How sure we are.
    pub confidence: Confidence,
    /// What else there is to know.
    pub note: &'static str,
}

/// The age where the country is not known, or nothing is known of it: the highest that GDPR Art. 8(1) allows.
pub const STRICTEST_AGE: u16 = 16;

const fn age(country: &[u8; 2], years: u16) -> Age {
    Age { country: CountryCode::of(*country), years, confidence: Confidence::SecondHand, note: "" }
}

const fn unsure(country: &[u8; 2], years: u16, note: &'static str) -> Age {
    Age { confidence: Confidence::GeneralKnowledge, note, ..age(country, years) }
}

/// Every country of which something is known.
pub const AGES: &[Age] = &[
    age(b"AT", 14),
    unsure(b"AU", 0, "no age in the Spam Act"),
    age(b"BE", 13),
    age(b"BG", 14),
    unsure(b"BR", 12, "LGPD Art. 14: parental consent under 12; from 12 to 18 in the person's best interest"),
    unsure(b"CA", 0, "no age in CASL"),
    unsure(b"CH", 0, "no fixed age: capacity of judgement"),
    age(b"CY", 14),
    age(b"CZ", 15),
    age(b"DE", 16),
    Age { note: "a rise to 15 or 16 is discussed", ..age(b"DK", 13) },
    age(b"EE", 13),
    Age { note: "a rise to 15 or 16 is discussed", ..age(b"ES", 14) },
    age(b"FI", 13),
    age(b"FR", 15),
    age(b"GB", 13),
    age(b"GR", 15),
    age(b"HR", 16),
    age(b"HU", 16),
    age(b"IE", 16),
    unsure(b"IS", 13, ""),
    age(b"IT", 14),
    unsure(b"LI", 16, ""),
    age(b"LT", 14),
    age(b"LU", 16),
    age(b"LV", 13),
    age(b"MT", 13),
    age(b"NL", 16),
    unsure(b"NO", 15, "13 by law until now, 15 proposed; placet takes the stricter"),
    age(b"PL", 16),
    age(b"PT", 13),
    age(b"RO", 16),
    age(b"SE", 13),
    unsure(b"SI", 15, "by its act of 2022"),
    age(b"SK", 16),
    Age {
        note: "COPPA, 15 USC 6501; in California the sale of data of persons under 16 needs their opt-in",
        ..age(b"US", 13)
    },
];

/// The age for a country, in years; 0 where there is none.
pub fn minimum_age(country: Option<CountryCode>) -> u16 {
    AGES.iter().find(|age| Some(age.country) == country).map_or(STRICTEST_AGE, |age| age.years)
}
