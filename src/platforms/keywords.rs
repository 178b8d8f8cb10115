//! The keywords that persons send as replies.
//!
//! A keyword must be the whole message, as carriers require. Case, accents, white space and punctuation do not matter.
//! Only a stop word may have polite words beside it, or the word for what it stops. The law also accepts the same
//! statement in a sentence (47 CFR 64.1200(a)(10): any reasonable means). The shop gets such messages as events;
//! employees read them and enter the opt-out.

use icu_normalizer::DecomposingNormalizerBorrowed;

use crate::consent::cleaned;

vocabulary! {
    /// A keyword that a person can send.
    Keyword, "unknown word" {
        /// The person opts out of this channel.
        Stop = "stop",
        /// The person opts in to this channel again.
        Start = "start",
        /// The person asks who sends the messages and how to stop them.
        Help = "help",
        /// The person answers yes to the question that was asked.
        Yes = "yes",
    }
}

/// The words of each keyword, in the form that `fold` returns. The English words are Twilio's defaults, those that 47
/// CFR 64.1200(a)(10) names, and those that AWS adds. `OK` is not a yes: it acknowledges the message but agrees to
/// nothing.
const WORDS: &[(Keyword, &[&str])] = &[
    (
        Keyword::Stop,
        &[
            "STOP",
            "STOPALL",
            "STOP ALL",
            "UNSUBSCRIBE",
            "CANCEL",
            "END",
            "QUIT",
            "REVOKE",
            "OPTOUT",
            "OPT OUT",
            "REMOVE",
            "TD",
            // French, German, Spanish, Italian, Dutch and Portuguese words.
            "ARRET",
            "ARRETER",
            "DESABONNER",
            "DESABONNEMENT",
            "DESINSCRIRE",
            "STOPP",
            "ENDE",
            "ABMELDEN",
            "ABBESTELLEN",
            "BAJA",
            "PARAR",
            "PARE",
            "DETENER",
            "INTERROMPER",
            "ARRETEZ",
            "STOPPE",
            "STOPPEZ",
            "INTERROMPI",
            "ALTO",
            "CANCELAR",
            "FERMA",
            "BASTA",
            "CANCELLA",
            "DISISCRIVI",
            "ANNULLA",
            "STOPPEN",
            "AFMELDEN",
            "UITSCHRIJVEN",
            "SAIR",
        ],
    ),
    (
        Keyword::Start,
        &[
            "START",
            "UNSTOP",
            "RESUME",
            "SUBSCRIBE",
            "REPRENDRE",
            "ABONNER",
            "ANMELDEN",
            "ALTA",
            "INICIAR",
            "INIZIA",
            "ISCRIVIMI",
            "AANMELDEN",
            "BEGINNEN",
        ],
    ),
    (Keyword::Help, &["HELP", "INFO", "AIDE", "HILFE", "AYUDA", "AIUTO", "HULP", "AJUDA"]),
    (Keyword::Yes, &["YES", "JA", "OUI", "SI", "SIM"]),
];

/// The words that may stand beside a stop word and change nothing of its meaning: polite words in the languages of the
/// keywords, and what the ready-made button of WhatsApp says that it stops, in its translations.
const BESIDE_STOP: &[&str] = &[
    "PLEASE",
    "PLS",
    "PLZ",
    "KINDLY",
    "THANK",
    "THANKS",
    "THX",
    "TY",
    "YOU",
    "U",
    "BITTE",
    "DANKE",
    "VIELEN",
    "DANK",
    "MERCI",
    "SVP",
    "STP",
    "POR",
    "FAVOR",
    "GRACIAS",
    "PER",
    "FAVORE",
    "GRAZIE",
    "ALSTUBLIEFT",
    "AUB",
    "BEDANKT",
    "OBRIGADO",
    "OBRIGADA",
    "HI",
    "HELLO",
    "HALLO",
    "BONJOUR",
    "HOLA",
    "CIAO",
    "PROMOTIONS",
    "PROMOTION",
    "PROMOS",
    "MARKETING",
    "PROMOCIONES",
    "PROMOCOES",
    "PROMOZIONI",
    "PROMOTIES",
    "WERBUNG",
    "WERBEAKTIONEN",
    "LES",
    "LE",
    "AS",
    "MESSAGES",
    "ALL",
    "NOW",
    "ME",
    "SMS",
];

/// The greatest length of a text, in bytes. It is longer than every word with its accents and separators, and some
/// polite words.
const LONGEST: usize = 96;

/// Returns the keyword that a message consists of, or `None`.
pub fn keyword(text: &str) -> Option<Keyword> {
    let text = &*cleaned(text);
    // Any amount of punctuation is allowed around the word, because an annoyed person may send several stop signs.
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    if text.len() > LONGEST {
        return None;
    }
    let folded = fold(text);
    let whole = WORDS.iter().find(|(_, words)| words.contains(&folded.as_str())).map(|(word, _)| *word);
    whole.or_else(|| is_polite_stop(&folded).then_some(Keyword::Stop))
}

/// Returns whether a text has a stop word and otherwise only words that may stand beside it.
fn is_polite_stop(folded: &str) -> bool {
    let stops = WORDS.iter().find(|(word, _)| *word == Keyword::Stop).map_or(&[][..], |(_, words)| words);
    // In France a short number follows the word: `STOP 36111`.
    let is_beside = |word: &str| BESIDE_STOP.contains(&word) || word.bytes().all(|byte| byte.is_ascii_digit());
    let rest: Vec<&str> = folded.split(' ').filter(|word| !is_beside(word)).collect();
    let is_repeated = rest.iter().all(|word| stops.contains(word));
    !rest.is_empty() && (is_repeated || stops.contains(&rest.join(" ").as_str()))
}

/// Returns the text in upper case without accents. Everything that is not a letter or digit becomes a single space
/// between words.
fn fold(text: &str) -> String {
    let mut folded = String::new();
    let mut is_open = false;
    // NFD separates an accent from its letter. The accent is then a character of its own and not a letter.
    for c in DecomposingNormalizerBorrowed::new_nfd().normalize(text).chars() {
        if c.is_alphanumeric() {
            if is_open && !folded.is_empty() {
                folded.push(' ');
            }
            is_open = false;
            folded.extend(c.to_uppercase());
        } else if !('\u{300}'..='\u{36f}').contains(&c) {
            is_open = true;
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_keyword_must_be_the_whole_message() {
        for (text, word) in [
            ("STOP", Some(Keyword::Stop)),
            ("stop", Some(Keyword::Stop)),
            (" Stop. ", Some(Keyword::Stop)),
            ("„stop“", Some(Keyword::Stop)),
            ("STOP!!! 🛑", Some(Keyword::Stop)),
            ("opt-out", Some(Keyword::Stop)),
            ("Opt  out", Some(Keyword::Stop)),
            ("Arrêt", Some(Keyword::Stop)),
            ("arre\u{302}t", Some(Keyword::Stop)),
            ("DÉSABONNEMENT", Some(Keyword::Stop)),
            ("baja\n", Some(Keyword::Stop)),
            ("start", Some(Keyword::Start)),
            ("Hilfe?", Some(Keyword::Help)),
            ("Ja", Some(Keyword::Yes)),
            ("¡Sí!", Some(Keyword::Yes)),
            ("sì", Some(Keyword::Yes)),
            ("oui", Some(Keyword::Yes)),
            ("Stop. Thank you", Some(Keyword::Stop)),
            ("stop pls", Some(Keyword::Stop)),
            ("please stop", Some(Keyword::Stop)),
            ("Bitte abmelden, danke!", Some(Keyword::Stop)),
            ("STOP svp", Some(Keyword::Stop)),
            ("Por favor, pare", Some(Keyword::Stop)),
            ("opt out please", Some(Keyword::Stop)),
            ("Stop promotions", Some(Keyword::Stop)),
            ("Arrêter les promotions", Some(Keyword::Stop)),
            ("Interromper promoções", Some(Keyword::Stop)),
            ("STOP STOP STOP", Some(Keyword::Stop)),
            ("stop now", Some(Keyword::Stop)),
            ("STOP 36111", Some(Keyword::Stop)),
            ("ＳＴＯＰ", Some(Keyword::Stop)),
            ("s\u{200b}top", Some(Keyword::Stop)),
            ("st\u{ad}op", Some(Keyword::Stop)),
            // A sentence is not a keyword. Employees read it.
            ("stop it", None),
            ("please don't stop", None),
            ("please", None),
            ("thank you", None),
            ("help please", None),
            ("don't stop", None),
            ("yes please", None),
            ("OK", None),
            ("S T O P", None),
            ("", None),
            ("!", None),
            ("\0", None),
            ("сtop", None),
        ] {
            assert_eq!(keyword(text), word, "{text:?}");
        }
        assert_eq!(keyword(&"stop ".repeat(100_000)), None);
        assert_eq!(keyword(&"!".repeat(100_000)), None);
        assert_eq!(keyword(&format!("STOP {}", "🛑".repeat(30))), Some(Keyword::Stop));
        assert_eq!(keyword(&format!("{}stop", " ".repeat(1_000))), Some(Keyword::Stop));
    }

    #[test]
    fn every_keyword_is_found_and_is_unique() {
        let mut seen = std::collections::BTreeSet::new();
        for (word, words) in WORDS {
            for text in *words {
                assert!(seen.insert(text), "{text} stands twice");
                for around in ["", " ", ".", "!\n", "“"] {
                    assert_eq!(keyword(&format!("{around}{}{around}", text.to_lowercase())), Some(*word), "{text}");
                    assert_eq!(keyword(&format!("{text}{around} x")), None);
                }
            }
        }
    }

    fn any_word() -> impl Strategy<Value = (Keyword, String)> {
        let all: Vec<(Keyword, &str)> =
            WORDS.iter().flat_map(|(word, texts)| texts.iter().map(move |text| (*word, *text))).collect();
        let cases = proptest::collection::vec(any::<bool>(), LONGEST);
        (proptest::sample::select(all), cases).prop_map(|((word, text), lower)| {
            let cased = text.chars().zip(lower).map(|(c, lower)| if lower { c.to_ascii_lowercase() } else { c });
            (word, cased.collect())
        })
    }

    proptest! {
        #[test]
        fn a_keyword_ignores_case_and_punctuation_but_not_another_word(
            (word, text) in any_word(),
            before in "[ \\t\\n.,!?\"'„“”«»¡¿()*🛑👍\u{200b}\u{fe0f}-]{0,5}",
            after in "[ \\t\\n.,!?\"'„“”«»¡¿()*🛑👍\u{200b}\u{fe0f}-]{0,5}",
            more in "[a-z]{5,9}x",
        ) {
            prop_assert_eq!(keyword(&format!("{before}{text}{after}")), Some(word));
            prop_assert_eq!(keyword(&format!("{before}{text} {more}{after}")), None);
            prop_assert_eq!(keyword(&format!("{before}{more} {text}{after}")), None);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let found = keyword(&text);
            prop_assert_eq!(keyword(&format!(" {text}!")), found);
        }
    }
}
