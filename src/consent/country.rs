//! Countries (ISO 3166-1 alpha-2) and their regions (ISO 3166-2).

/// A country code: two upper-case letters, such as `DE`. placet may have no rule for the country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 2]);

impl CountryCode {
    /// Reads a code. Returns `None` if the text is not two upper-case ASCII letters.
    pub fn parse(text: &str) -> Option<Self> {
        let code: [u8; 2] = text.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_uppercase).then_some(Self(code))
    }

    /// Returns the code as text.
    pub fn as_str(&self) -> &str {
        // The bytes are always two ASCII letters.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns whether this code comes before another one in the alphabet.
    #[cfg(feature = "rules")]
    pub(super) const fn is_before(self, other: Self) -> bool {
        u16::from_be_bytes(self.0) < u16::from_be_bytes(other.0)
    }

    /// Makes a code for our own tables.
    #[cfg(feature = "rules")]
    pub(super) const fn of(code: [u8; 2]) -> Self {
        Self(code)
    }
}

/// A region code: the part after the country in ISO 3166-2, such as `FL` in `US-FL`. One to three upper-case letters or
/// digits.
#[cfg(feature = "rules")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionCode {
    // INVARIANT: padded with zeros at the end.
    code: [u8; 3],
}

#[cfg(feature = "rules")]
impl RegionCode {
    /// Reads a code. Returns `None` if the text is not one to three upper-case letters or digits.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = [0; 3];
        code.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        fits.then_some(Self { code })
    }

    /// Returns the code as text.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.code).unwrap_or_default().trim_end_matches('\0')
    }

    /// Makes a code for our own tables.
    pub(super) const fn of([first, second]: [u8; 2]) -> Self {
        Self { code: [first, second, 0] }
    }
}

/// The place where a person is, as far as it is known.
#[cfg(feature = "rules")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// The country. `None` if it is not known.
    pub country: Option<CountryCode>,
    /// The region of the country. It has no meaning without a country.
    pub region: Option<RegionCode>,
}

#[cfg(feature = "rules")]
impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (&self.country, &self.region) {
            (Some(country), Some(region)) => write!(f, "{}-{}", country.as_str(), region.as_str()),
            (Some(country), None) => f.write_str(country.as_str()),
            (None, _) => f.write_str("unknown"),
        }
    }
}
