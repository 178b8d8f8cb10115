//! Text messages: short, in the characters of GSM 03.38, and with the name of the sender.

use super::words::Words;

use crate::api::pages::dates::short_date;
use crate::api::pages::fill::{fill, one_line};
use crate::api::pages::language::Language;
use crate::api::pages::letter::Message;
use crate::api::pages::outcome::Outcome;
use crate::consent::Channel;
use crate::model::request::RequestKind;

/// Returns the one message that may follow a STOP (47 CFR 64.1200(a)(12)). It confirms the opt-out and asks for
/// nothing.
pub(in crate::api) fn stopped_reply(language: Language, shop: &str) -> Message {
    message(fill(language.words().sms_stopped, &[("shop", shop)]))
}

/// Returns the reply to START, when messages are on again.
pub(in crate::api) fn started_reply(language: Language, shop: &str) -> Message {
    message(fill(language.words().sms_started, &[("shop", shop)]))
}

/// Returns the reply to HELP.
pub(in crate::api) fn help_reply(language: Language, shop: &str, contact: Option<&str>) -> Message {
    let words = language.words();
    message(match contact {
        Some(contact) => fill(words.sms_help_contact, &[("shop", shop), ("contact", contact)]),
        None => fill(words.sms_help, &[("shop", shop)]),
    })
}

pub(in crate::api) fn confirm(language: Language, shop: &str, items: &[(Channel, String)], link: &str) -> Message {
    let words = language.words();
    let values = [("shop", shop), ("yes", words.sms_yes), ("items", &items_by_channel(words, items)), ("link", link)];
    message(fill(words.sms_confirm, &values))
}

pub(in crate::api) fn request(
    language: Language,
    shop: &str,
    kind: RequestKind,
    link: Option<&str>,
    code: Option<&str>,
    minutes: u32,
) -> Message {
    let words = language.words();
    let text = match (link, code) {
        (Some(_), Some(_)) => words.sms_request_both,
        (None, Some(_)) => words.sms_request_code,
        (_, None) => words.sms_request_link,
    };
    let values = [
        ("shop", shop),
        ("title", title(words, kind)),
        ("link", link.unwrap_or_default()),
        ("code", code.unwrap_or_default()),
        ("number", &minutes.to_string()),
    ];
    message(fill(text, &values))
}

pub(in crate::api) fn preferences(language: Language, shop: &str, link: &str) -> Message {
    message(fill(language.words().sms_choices, &[("shop", shop), ("link", link)]))
}

pub(in crate::api) fn result(language: Language, shop: &str, kind: RequestKind, outcome: &Outcome) -> Message {
    let words = language.words();
    let title = title(words, kind);
    message(match *outcome {
        Outcome::Ready { link, until } => {
            fill(words.sms_ready, &[("shop", shop), ("until", &short_date(language, until)), ("link", link)])
        }
        Outcome::Completed => fill(words.sms_completed, &[("shop", shop), ("title", title)]),
        Outcome::Refused { reason, authority } => {
            let refused = fill(words.sms_refused, &[("shop", shop), ("title", title), ("reason", reason)]);
            let complaint = match authority {
                Some(authority) => fill(words.sms_complain_named, &[("authority", authority)]),
                None => words.sms_complain.to_owned(),
            };
            format!("{refused} {complaint}")
        }
        Outcome::Extended { until, reason } => {
            let until = short_date(language, until);
            fill(words.sms_extended, &[("shop", shop), ("title", title), ("until", &until), ("reason", reason)])
        }
    })
}

fn message(text: String) -> Message {
    Message { subject: None, text: one_line(&text), html: None }
}

const fn title(words: &Words, kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Access => words.sms_access,
        RequestKind::Portability => words.sms_portability,
        RequestKind::Erasure => words.sms_erasure,
        RequestKind::Rectification => words.sms_rectification,
        RequestKind::Objection => words.sms_objection,
    }
}

/// Returns the purposes, with each channel named once: `newsletter, offers by SMS; news by WhatsApp`.
fn items_by_channel(words: &Words, items: &[(Channel, String)]) -> String {
    let group = |channel: &Channel| {
        let purposes: Vec<&str> =
            items.iter().filter(|(by, _)| by == channel).map(|(_, purpose)| purpose.as_str()).collect();
        (!purposes.is_empty()).then(|| format!("{} {}", purposes.join(", "), words.sms_by(*channel)))
    };
    Channel::ALL.iter().filter_map(group).collect::<Vec<_>>().join("; ")
}
