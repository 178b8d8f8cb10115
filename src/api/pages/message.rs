//! The messages that ask for a confirmation, and the messages with the result of a subject request.
//!
//! None of them contains advertising: a message that asks for permission to advertise must not advertise itself (UWG §
//! 7).

use crate::api::pages::dates::date;
use crate::api::pages::fill::{counted, fill};
use crate::api::pages::language::Language;
use crate::api::pages::letter::{Message, Part, letter};
use crate::api::pages::outcome::Outcome;
use crate::api::pages::request::{complaint, texts};
use crate::api::pages::sms;
use crate::consent::Channel;
use crate::model::request::RequestKind;

/// Returns the message that asks a person to confirm an opt-in. In SMS and WhatsApp the person can reply with a word,
/// `sms_yes`.
pub(in crate::api) fn confirm_message(
    language: Language,
    medium: Channel,
    shop: &str,
    items: &[(Channel, String)],
    link: &str,
    expires_days: u32,
) -> Message {
    let words = language.words();
    if medium == Channel::Sms {
        return sms::confirm(language, shop, items, link);
    }
    let purposes = items.iter().map(|(_, purpose)| purpose.as_str()).fold(Vec::new(), |mut seen, purpose| {
        if !seen.contains(&purpose) {
            seen.push(purpose);
        }
        seen
    });
    let subject = fill(words.mail_confirm_subject, &[("items", &purposes.join(", "))]);
    let each = |(channel, purpose): &(Channel, String)| format!("{purpose} {}", words.by(*channel));
    let mut parts = vec![
        Part::Say(fill(words.mail_confirm_lead, &[("shop", shop)])),
        Part::List(items.iter().map(each).collect()),
        Part::Say(words.mail_confirm_link.to_owned()),
        Part::Link { href: link, button: words.confirm_button },
    ];
    if medium.can_reply() {
        parts.push(Part::Say(fill(words.chat_confirm, &[("yes", words.sms_yes)])));
    }
    parts.extend([
        Part::Say(counted(expires_days, words.mail_day, words.mail_days)),
        Part::Say(words.mail_confirm_unasked.to_owned()),
        Part::Say(words.withdraw.to_owned()),
    ]);
    letter(language, medium, shop, &subject, &parts)
}

/// Returns the message that asks whether a subject request comes from the person. It contains a link, a code, or both.
pub(in crate::api) fn request_message(
    language: Language,
    medium: Channel,
    shop: &str,
    kind: RequestKind,
    link: Option<&str>,
    code: Option<&str>,
    minutes: u32,
) -> Message {
    let words = language.words();
    if medium == Channel::Sms {
        return sms::request(language, shop, kind, link, code, minutes);
    }
    let title = texts(kind, words).title;
    let mut parts = vec![Part::Say(fill(words.mail_request_lead, &[("shop", shop), ("title", title)]))];
    if let Some(href) = link {
        parts.extend([Part::Say(words.mail_request_link.to_owned()), Part::Link { href, button: words.code_button }]);
    }
    if let Some(code) = code {
        parts.extend([Part::Say(words.mail_code.to_owned()), Part::Code(code)]);
    }
    parts.extend([
        Part::Say(fill(words.mail_minutes, &[("number", &minutes.to_string())])),
        Part::Say(words.mail_request_unasked.to_owned()),
    ]);
    letter(language, medium, shop, &fill(words.mail_request_subject, &[("title", title)]), &parts)
}

/// Returns the message with the link to the preference page.
pub(in crate::api) fn preferences_message(language: Language, medium: Channel, shop: &str, link: &str) -> Message {
    let words = language.words();
    if medium == Channel::Sms {
        return sms::preferences(language, shop, link);
    }
    let say = |text: &str| fill(text, &[("shop", shop)]);
    let parts = [Part::Say(say(words.mail_choices_lead)), Part::Link { href: link, button: words.choices_title }];
    letter(language, medium, shop, &say(words.mail_choices_subject), &parts)
}

/// Returns the message that tells the person the result of a subject request, or the new last day for the answer.
pub(in crate::api) fn result_message(
    language: Language,
    medium: Channel,
    shop: &str,
    kind: RequestKind,
    outcome: &Outcome,
) -> Message {
    let words = language.words();
    if medium == Channel::Sms {
        return sms::result(language, shop, kind, outcome);
    }
    let own = texts(kind, words);
    let mut parts = vec![Part::Say(fill(words.mail_result_lead, &[("shop", shop), ("title", own.title)]))];
    match *outcome {
        Outcome::Ready { link, until } => parts.extend([
            Part::Say(fill(words.mail_ready, &[("shop", shop)])),
            Part::Say(fill(words.mail_ready_link, &[("until", &date(language, until))])),
            Part::Link { href: link, button: words.files_title },
            Part::Say(words.files_care.to_owned()),
        ]),
        Outcome::Completed => {
            parts.push(Part::Say(own.done.to_owned()));
            if kind == RequestKind::Erasure {
                parts.push(Part::Say(words.erasure_hash.to_owned()));
            }
        }
        Outcome::Refused { reason, authority } => parts.extend([
            Part::Say(fill(words.refused_text, &[("shop", shop)])),
            Part::Say(fill(words.refused_reason, &[("reason", reason)])),
            Part::Say(complaint(words, authority)),
        ]),
        Outcome::Extended { until, reason } => parts.extend([
            Part::Say(fill(words.mail_extended, &[("shop", shop), ("until", &date(language, until))])),
            Part::Say(fill(words.mail_extended_reason, &[("reason", reason)])),
        ]),
    }
    letter(language, medium, shop, &fill(words.mail_result_subject, &[("title", own.title)]), &parts)
}
