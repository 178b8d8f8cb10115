//! The languages of pages and messages, and the choice of one for a person.

use url::form_urlencoded;

/// A supported language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Language {
    /// English.
    En,
    /// French.
    Fr,
    /// German.
    De,
    /// Spanish.
    Es,
    /// Italian.
    It,
    /// Dutch.
    Nl,
}

impl Language {
    /// All languages, in the order of the language links on the pages.
    pub(in crate::api) const ALL: [Self; 6] = [Self::En, Self::Fr, Self::De, Self::Es, Self::It, Self::Nl];

    /// Returns the language tag (BCP 47).
    pub(in crate::api) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Es => "es",
            Self::It => "it",
            Self::Nl => "nl",
        }
    }

    /// Returns the name of the language in the language itself.
    pub(in crate::api) const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
            Self::De => "Deutsch",
            Self::Es => "Español",
            Self::It => "Italiano",
            Self::Nl => "Nederlands",
        }
    }

    /// Returns the language of a tag, whatever its region or script: `de-AT` is German.
    pub(in crate::api) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

/// Returns the language for a person: the one they chose (`lang=` in the query), otherwise the stored one, otherwise
/// the browser's preference (`Accept-Language`, RFC 9110 §12.5.4), otherwise English.
pub(in crate::api) fn negotiate(query: Option<&str>, accept_language: Option<&str>, stored: Option<&str>) -> Language {
    clicked(query)
        .or_else(|| stored.and_then(Language::of_tag))
        .or_else(|| accept_language.and_then(preferred))
        .unwrap_or(Language::En)
}

fn clicked(query: Option<&str>) -> Option<Language> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.find_map(|(name, value)| if name == "lang" { Language::of_tag(&value) } else { None })
}

fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(u16, Language)> = None;
    for range in header.split(',') {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let weight = if parameters.trim().is_empty() { Some(1000) } else { weight(parameters) };
        let (Some(weight), Some(language)) = (weight, Language::of_tag(tag)) else { continue };
        // At equal weight the first language wins, because browsers list them by preference.
        if weight > 0 && best.is_none_or(|(other, _)| weight > other) {
            best = Some((weight, language));
        }
    }
    best.map(|(_, language)| language)
}

/// Returns a weight in thousandths; `None` if the text is not a weight.
fn weight(parameters: &str) -> Option<u16> {
    let (name, value) = parameters.split_once('=')?;
    if !name.trim().eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let thousandths = format!("{fraction:0<3}").parse::<u16>().ok()?;
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, negotiate};

    #[test]
    fn a_language_tag_is_read_by_its_language() {
        for (tag, language) in [
            ("de-AT", Some(Language::De)),
            ("DE", Some(Language::De)),
            ("fr_CA", Some(Language::Fr)),
            ("zh-Hant-TW", None),
            ("den", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.tag()), Some(language));
        }
    }

    #[test]
    fn the_language_is_the_most_specific_wish() {
        use Language::{De, En, Es, Fr, It, Nl};
        for (query, accept, stored, language) in [
            (None, None, None, En),
            (Some("lang=nl"), Some("de"), Some("fr-FR"), Nl),
            (Some("a=1&lang=it-CH&b"), Some("de"), None, It),
            (Some("lang=xx"), Some("de"), Some("fr-FR"), Fr),
            (Some("language=nl"), None, None, En),
            (None, Some("de"), Some("fr-FR"), Fr),
            (None, Some("de"), Some("ja-JP"), De),
            (None, Some("es-MX,es;q=0.9,en;q=0.8"), None, Es),
            (None, Some("en;q=0.1, fr;q=0.123 ,de;q=0.5"), None, De),
            (None, Some("ja,pt;q=0.9,it;q=0.2"), None, It),
            (None, Some("de;q=0, nl;q=0.001"), None, Nl),
            (None, Some("de;q=2, nl;q=0.3"), None, Nl),
            (None, Some("de;q=1.000, nl"), None, De),
            (None, Some("de;q=0.1234, de;q=-1, de;level=1"), None, En),
            (None, Some("*"), None, En),
            (None, Some(";;,,=;q"), None, En),
        ] {
            assert_eq!(negotiate(query, accept, stored), language, "{query:?} {accept:?} {stored:?}");
        }
    }
}
