//! Countries as files write them.

use crate::consent::{CountryCode, RegionCode};

/// The English names of the countries to which shops sell most, and common codes that are not in ISO 3166-1.
const NAMES: &[(&str, &str)] = &[
    ("united kingdom", "GB"),
    ("great britain", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northern ireland", "GB"),
    ("uk", "GB"),
    ("united states", "US"),
    ("united states of america", "US"),
    ("usa", "US"),
    ("canada", "CA"),
    ("australia", "AU"),
    ("new zealand", "NZ"),
    ("ireland", "IE"),
    ("germany", "DE"),
    ("austria", "AT"),
    ("switzerland", "CH"),
    ("liechtenstein", "LI"),
    ("france", "FR"),
    ("belgium", "BE"),
    ("netherlands", "NL"),
    ("the netherlands", "NL"),
    ("luxembourg", "LU"),
    ("spain", "ES"),
    ("portugal", "PT"),
    ("italy", "IT"),
    ("malta", "MT"),
    ("greece", "GR"),
    ("el", "GR"),
    ("cyprus", "CY"),
    ("denmark", "DK"),
    ("sweden", "SE"),
    ("norway", "NO"),
    ("finland", "FI"),
    ("iceland", "IS"),
    ("poland", "PL"),
    ("czech republic", "CZ"),
    ("czechia", "CZ"),
    ("slovakia", "SK"),
    ("hungary", "HU"),
    ("romania", "RO"),
    ("bulgaria", "BG"),
    ("slovenia", "SI"),
    ("croatia", "HR"),
    ("estonia", "EE"),
    ("latvia", "LV"),
    ("lithuania", "LT"),
    ("serbia", "RS"),
    ("ukraine", "UA"),
    ("turkey", "TR"),
    ("türkiye", "TR"),
    ("israel", "IL"),
    ("united arab emirates", "AE"),
    ("south africa", "ZA"),
    ("india", "IN"),
    ("singapore", "SG"),
    ("malaysia", "MY"),
    ("hong kong", "HK"),
    ("japan", "JP"),
    ("south korea", "KR"),
    ("korea republic of", "KR"),
    ("china", "CN"),
    ("taiwan", "TW"),
    ("thailand", "TH"),
    ("indonesia", "ID"),
    ("philippines", "PH"),
    ("vietnam", "VN"),
    ("mexico", "MX"),
    ("brazil", "BR"),
    ("argentina", "AR"),
    ("chile", "CL"),
    ("colombia", "CO"),
    ("peru", "PE"),
];

/// Reads a code in any case, an English name, or a name in any language with the code in brackets. Returns `None` for
/// any other text; the caller does not treat that as a fault.
pub(crate) fn country(text: &str) -> Option<CountryCode> {
    let bracketed = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')).map(|(_, code)| code);
    let text = bracketed.unwrap_or(text);
    let name = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, code)| *code);
    CountryCode::parse(name.unwrap_or(&text.to_ascii_uppercase()))
}

/// Reads a region, with or without the country before it: `FL` or `US-FL`.
pub(crate) fn region(text: &str, country: CountryCode) -> Option<RegionCode> {
    let text = text.to_ascii_uppercase();
    let own = text.strip_prefix(country.as_str()).and_then(|rest| rest.strip_prefix('-'));
    RegionCode::parse(own.unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_a_code_or_a_name() {
        let code = |text| country(text).map(|code| code.as_str().to_owned());
        assert_eq!(code("de").as_deref(), Some("DE"));
        assert_eq!(code("GB").as_deref(), Some("GB"));
        assert_eq!(code("UK").as_deref(), Some("GB"));
        assert_eq!(code("United Kingdom").as_deref(), Some("GB"));
        assert_eq!(code("United States (US)").as_deref(), Some("US"));
        assert_eq!(code("Atlantis"), None);
        let us = country("US").unwrap();
        assert_eq!(region("us-fl", us).unwrap().as_str(), "FL");
        assert_eq!(region("CA", us).unwrap().as_str(), "CA");
        assert!(region("Florida", us).is_none());
        assert!(NAMES.iter().all(|(_, code)| CountryCode::parse(code).is_some()));
    }
}
