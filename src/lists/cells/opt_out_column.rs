//! Columns that are not read and whose headers speak of an opt-out. Every program has its own, such as `Unsubscribed
//! from all email` or `HasOptedOutOfEmail`.

use crate::lists::cells::{instant, word};

/// The parts of headers that speak of an opt-out, without spaces and punctuation.
const PARTS: &[&str] = &[
    "unsubscri",
    "optout",
    "optedout",
    "optsout",
    "donotcontact",
    "donotemail",
    "donotmail",
    "donotcall",
    "donotsms",
    "donottext",
    "donotphone",
    "donotmarket",
    "donotsend",
    "nomarketing",
    "noemail",
    "nosms",
    "nocall",
    "objected",
    "objection",
    "withdrawn",
    "revoked",
    "blocklist",
    "blacklist",
    "abgemeldet",
    "abmelde",
    "abbestell",
    "widerspr",
    "widerruf",
    "desabonn",
    "désabonn",
    "desinscri",
    "désinscri",
    "disiscri",
    "uitgeschreven",
    "afgemeld",
    "wypisan",
    "dadodebaja",
    "baja",
];

/// Returns whether a header speaks of an opt-out.
pub(crate) fn speaks_of_opt_out(header: &str) -> bool {
    let letters: String = header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    PARTS.iter().any(|part| match *part {
        // Also a part of other words.
        "baja" => letters == *part || letters.starts_with("fechabaja") || letters.starts_with("fechadebaja"),
        part => letters.contains(part),
    })
}

/// Words for "no" and for "no value", besides those of choices.
const NOTHING: &[&str] = &[
    "-", "n/a", "na", "nan", "null", "none", "nil", "never", "nein", "non", "nee", "nie", "falsch", "faux", "falso",
    "[]", "{}",
];

/// Returns whether a cell of such a column can mean an opt-out. A link to unsubscribe, a flag that is off and an empty
/// time do not.
pub(crate) fn says_opt_out(cell: &str) -> bool {
    let text = cell.trim().trim_start_matches('\'').to_lowercase();
    let is_link = ["http://", "https://", "mailto:", "<http", "<mailto:"].iter().any(|scheme| text.starts_with(scheme));
    let is_nothing = text.is_empty()
        || NOTHING.contains(&&*text)
        || instant::is_none(&text)
        || text.bytes().all(|byte| matches!(byte, b'0' | b'.' | b',' | b'-'))
        || instant::instant(&text, false).is_some_and(instant::is_placeholder)
        || matches!(word::word(&text), Some(word::Word::BareNo | word::Word::Neither));
    !is_link && !is_nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_that_speak_of_an_opt_out_are_known() {
        for header in [
            "Unsubscribed from all email",
            "HasOptedOutOfEmail",
            "Email Opt Out",
            "opt-out date",
            "Do Not Call",
            "do_not_contact",
            "DoNotEmail",
            "Abgemeldet am",
            "Désabonné",
            "Fecha de baja",
            "Newsletter: widerrufen",
        ] {
            assert!(speaks_of_opt_out(header), "{header}");
        }
        for header in ["Email", "Opt-in date", "subscribed", "Bajada", "Notes", "Do not forget", "Option"] {
            assert!(!speaks_of_opt_out(header), "{header}");
        }
    }

    #[test]
    fn a_link_and_a_flag_that_is_off_are_no_opt_out() {
        for cell in ["true", "1", "x", "2024-05-01", "yes", "too many emails", "3", "Unsubscribed"] {
            assert!(says_opt_out(cell), "{cell}");
        }
        for cell in ["", " ", "false", "0", "No", "n/a", "-", "0000-00-00", "https://shop.example/u/1", "Nein", "0.0"] {
            assert!(!says_opt_out(cell), "{cell}");
        }
    }
}
