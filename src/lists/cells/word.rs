//! The words for choices in lists.

use crate::model::suppression::SuppressionReason;

/// The meaning of a cell with a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    Yes,
    /// An explicit opt-out: the word says that the person left.
    No,
    /// A flag with the value `no`.
    BareNo,
    /// An objection, GDPR Art. 21(2).
    Objection,
    /// The person was asked and did not answer, has not confirmed yet, or was never asked.
    Neither,
}

const WORDS: &[(&str, Word)] = &[
    ("yes", Word::Yes),
    ("true", Word::Yes),
    ("1", Word::Yes),
    ("y", Word::Yes),
    ("on", Word::Yes),
    ("subscribed", Word::Yes),
    ("opt_in", Word::Yes),
    ("opted_in", Word::Yes),
    ("no", Word::BareNo),
    ("false", Word::BareNo),
    ("0", Word::BareNo),
    ("n", Word::BareNo),
    ("off", Word::BareNo),
    ("unsubscribed", Word::No),
    ("opt_out", Word::No),
    ("opted_out", Word::No),
    ("objection", Word::Objection),
    ("declined", Word::Neither),
    ("awaiting_confirmation", Word::Neither),
    ("never_asked", Word::Neither),
    // A word of Klaviyo.
    ("never_subscribed", Word::Neither),
    // Words of Magento. The customer has not confirmed the subscription or the whole account.
    ("not_activated", Word::Neither),
    ("unconfirmed", Word::Neither),
];

/// Reads a word in any case. A space counts as `_`.
pub(crate) fn word(text: &str) -> Option<Word> {
    WORDS.iter().find(|(word, _)| is_same(word, text)).map(|(_, word)| *word)
}

/// Reads a flag. Returns `None` if the word is not a plain yes or no.
pub(crate) fn flag(text: &str) -> Option<bool> {
    match word(text)? {
        Word::Yes => Some(true),
        Word::BareNo => Some(false),
        Word::No | Word::Objection | Word::Neither => None,
    }
}

/// The words of other systems for the reason of a suppression.
const REASONS: &[(&str, SuppressionReason)] = &[
    // Words of Klaviyo.
    ("unsubscribe", SuppressionReason::Asked),
    ("spam_complaint", SuppressionReason::Complained),
    ("hard_bounce", SuppressionReason::Bounced),
    ("invalid_email", SuppressionReason::Bounced),
    ("user_suppressed", SuppressionReason::Other),
    // Words of Brevo.
    ("unsubscribedviama", SuppressionReason::Asked),
    ("unsubscribedviaemail", SuppressionReason::Asked),
    ("unsubscribedviaapi", SuppressionReason::Asked),
    ("contactflaggedasspam", SuppressionReason::Complained),
    ("hardbounce", SuppressionReason::Bounced),
    ("adminblocked", SuppressionReason::Other),
    // A word that many systems use.
    ("unsubscribed", SuppressionReason::Asked),
];

/// Reads the reason of a suppression: placet's own words, and those of providers.
pub(crate) fn reason(text: &str) -> Option<SuppressionReason> {
    let own = SuppressionReason::ALL.iter().find(|reason| is_same(reason.as_str(), text)).copied();
    own.or_else(|| REASONS.iter().find(|(word, _)| is_same(word, text)).map(|(_, reason)| *reason))
}

/// The acts of the person among the suppressions of a profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Suppressions {
    /// Whether the person unsubscribed.
    pub(crate) has_left: bool,
    /// Whether the person complained.
    pub(crate) has_complained: bool,
}

/// Reads the suppressions of a profile: one reason, several reasons, or a JSON list. Returns `None` if the text has
/// words but none of them is a known reason.
pub(crate) fn suppressions(text: &str) -> Option<Suppressions> {
    let mut found = Suppressions::default();
    let (mut knows_one, mut is_empty) = (false, true);
    for part in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|part| !part.is_empty()) {
        is_empty = false;
        let Some(reason) = reason(part) else { continue };
        knows_one = true;
        found.has_left |= reason == SuppressionReason::Asked;
        found.has_complained |= reason == SuppressionReason::Complained;
    }
    (knows_one || is_empty).then_some(found)
}

fn is_same(word: &str, text: &str) -> bool {
    let fold = |byte: u8| if byte == b' ' { b'_' } else { byte.to_ascii_lowercase() };
    word.len() == text.len() && word.bytes().zip(text.bytes()).all(|(own, given)| own == fold(given))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_word_is_never_an_opt_in() {
        for (text, read) in [
            ("Yes", Some(Word::Yes)),
            ("TRUE", Some(Word::Yes)),
            ("Subscribed", Some(Word::Yes)),
            ("no", Some(Word::BareNo)),
            ("0", Some(Word::BareNo)),
            ("UNSUBSCRIBED", Some(Word::No)),
            ("Not Activated", Some(Word::Neither)),
            ("NEVER_SUBSCRIBED", Some(Word::Neither)),
            ("objection", Some(Word::Objection)),
            ("yes please", None),
            ("oui", None),
            ("2", None),
            ("", None),
        ] {
            assert_eq!(word(text), read, "{text}");
        }
        assert_eq!([flag("1"), flag("no"), flag("unsubscribed")], [Some(true), Some(false), None]);
    }

    #[test]
    fn a_bounce_is_not_an_act_of_the_person() {
        let of = |has_left, has_complained| Some(Suppressions { has_left, has_complained });
        for (text, read) in [
            ("UNSUBSCRIBE", of(true, false)),
            ("['SPAM_COMPLAINT']", of(false, true)),
            (r#"[{"reason":"HARD_BOUNCE","timestamp":"2025-01-01"}]"#, of(false, false)),
            ("HARD_BOUNCE, UNSUBSCRIBE", of(true, false)),
            ("USER_SUPPRESSED", of(false, false)),
            ("[]", of(false, false)),
            ("something", None),
        ] {
            assert_eq!(suppressions(text), read, "{text}");
        }
        assert_eq!(reason("contactFlaggedAsSpam"), Some(SuppressionReason::Complained));
        assert_eq!(reason("Deceased"), Some(SuppressionReason::Deceased));
        assert_eq!(reason("because"), None);
    }
}
