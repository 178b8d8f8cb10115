//! Tests of every message, in every language and medium.

use super::language::Language;

use super::letter::Message;
use super::message::*;
use super::outcome::Outcome;
use crate::api::pages::sms::{help_reply, started_reply, stopped_reply};
use crate::consent::Channel;
use crate::model::request::RequestKind;

const LINK: &str = "https://consent.example/c/Zx81kQ0aPfTn2LrWbY7uVg";
const MEDIA: [Channel; 4] = [Channel::Email, Channel::Sms, Channel::Whatsapp, Channel::Push];

/// Returns the length of a text message in GSM 03.38, where some characters count twice; `None` if it must be sent as
/// UCS-2.
fn septets(text: &str) -> Option<usize> {
    const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿\
                         abcdefghijklmnopqrstuvwxyzäöñüà";
    text.chars()
        .map(|c| {
            if BASIC.contains(c) {
                Some(1)
            } else if "^{}\\[~]|€".contains(c) {
                Some(2)
            } else {
                None
            }
        })
        .sum()
}

fn purposes() -> Vec<(Channel, String)> {
    vec![(Channel::Sms, "Newsletter".to_owned())]
}

/// Returns every message of a medium.
fn messages(language: Language, medium: Channel, shop: &str) -> Vec<(String, Message)> {
    let items: Vec<_> = Channel::ALL.iter().map(|channel| (*channel, "Tea & <b>talk</b>".to_owned())).collect();
    let mut messages = vec![("confirm".to_owned(), confirm_message(language, medium, shop, &items, LINK, 7))];
    messages.push(("preferences".to_owned(), preferences_message(language, medium, shop, LINK)));
    for kind in RequestKind::ALL.iter().copied() {
        for (link, code) in [(Some(LINK), None), (None, Some("482913")), (Some(LINK), Some("482913"))] {
            let message = request_message(language, medium, shop, kind, link, code, 30);
            assert_eq!(message.text.contains(LINK), link.is_some());
            assert_eq!(message.text.contains("482913"), code.is_some());
            assert!(message.text.contains("30"));
            messages.push((format!("request {kind:?} {link:?} {code:?}"), message));
        }
        for outcome in [
            Outcome::Ready { link: LINK, until: "2027-04-05" },
            Outcome::Completed,
            Outcome::Refused { reason: "R <1>", authority: Some("CNIL & co") },
            Outcome::Refused { reason: "R <1>", authority: None },
            Outcome::Extended { until: "2027-04-05", reason: "R <1>" },
        ] {
            messages.push((format!("{kind:?} {outcome:?}"), result_message(language, medium, shop, kind, &outcome)));
        }
    }
    messages
}

#[test]
fn every_message_has_the_parts_of_its_medium() {
    for language in Language::ALL {
        for medium in MEDIA {
            for (name, message) in messages(language, medium, "Kestrel") {
                let (subject, html) = match medium {
                    Channel::Email => (true, true),
                    Channel::Push => (true, false),
                    _ => (false, false),
                };
                assert_eq!((message.subject.is_some(), message.html.is_some()), (subject, html), "{name}");
                assert!(
                    message.text.contains("Kestrel") && !message.text.contains(['{', '}']),
                    "{name}: {}",
                    message.text
                );
            }
        }
    }
}

#[test]
fn a_mail_has_the_same_content_as_text_and_as_html() {
    for language in Language::ALL {
        for (name, message) in messages(language, Channel::Email, "<i>Kestrel</i>") {
            let html = message.html.unwrap();
            assert!(
                html.contains(&format!("lang=\"{}\"", language.tag()))
                    && !html.contains("<i>")
                    && !html.contains("<b>")
            );
            for line in message.text.lines().filter(|line| !line.is_empty()) {
                let line =
                    line.trim_start_matches("- ").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                assert!(html.contains(&line), "{name}: the page lacks {line}");
            }
            assert_eq!(html.matches("<a ").count(), usize::from(message.text.contains(LINK)), "{name}");
            for outside in ["<img", "src=", "<script", "<link"] {
                assert!(!html.contains(outside), "{name}: {outside}");
            }
        }
    }
}

#[test]
fn a_confirmation_message_is_complete_and_contains_no_marketing() {
    let items = [(Channel::Email, "Newsletter".to_owned()), (Channel::Email, "Offers".to_owned())];
    let message = confirm_message(Language::En, Channel::Email, "Kestrel", &items, LINK, 7);
    assert_eq!(message.subject.unwrap(), "Please confirm: Newsletter, Offers");
    assert_eq!(
        message.text,
        format!(
            "Hello,\n\nKestrel has been asked to send you the following:\n\n- Newsletter by e-mail\n- Offers by e-mail\n\n\
             If you want this, please confirm it on this page:\n\n{LINK}\n\nThe link is valid for 7 days.\n\n\
             If you did not ask for this, do nothing. Nothing will then be sent to you.\n\n\
             You can withdraw your consent at any time, as easily as you give it. What was done before remains lawful.\n\n\
             Kestrel\n"
        )
    );
    let german = confirm_message(Language::De, Channel::Email, "Kestrel", &items, LINK, 1).text;
    assert!(german.contains("Der Link gilt einen Tag.") && german.contains("widerrufen"), "{german}");
}

#[test]
fn a_line_break_in_a_shop_name_starts_no_mail_header() {
    let items = [(Channel::Email, "News\r\nBcc: all@example.com".to_owned())];
    let message = confirm_message(Language::Fr, Channel::Email, "Kestrel", &items, LINK, 7);
    assert_eq!(message.subject.unwrap(), "Veuillez confirmer\u{a0}: News Bcc: all@example.com");
    assert!(!stopped_reply(Language::En, "Kes\ntrel").text.contains('\n'));
}

#[test]
fn a_confirmation_message_offers_the_reply_yes_where_replies_arrive() {
    for language in Language::ALL {
        for medium in MEDIA {
            let text = confirm_message(language, medium, "Kestrel", &purposes(), LINK, 7).text;
            let stated = text.split(|c: char| !c.is_alphanumeric()).any(|word| word == language.words().sms_yes);
            assert_eq!(stated, matches!(medium, Channel::Sms | Channel::Whatsapp), "{language:?} {medium}: {text}");
        }
    }
}

#[test]
fn text_messages_use_only_gsm_7_bit_characters() {
    for language in Language::ALL {
        for (name, text) in language.words().texts().into_iter().filter(|(name, _)| name.starts_with("sms_")) {
            assert!(septets(text).is_some(), "{language:?} {name}: {text}");
        }
        for month in 1..=12 {
            let until = format!("2027-{month:02}-01");
            let outcome = Outcome::Ready { link: LINK, until: &until };
            let text = result_message(language, Channel::Sms, "Kestrel", RequestKind::Access, &outcome).text;
            assert!(septets(&text).is_some(), "{text}");
        }
    }
}

#[test]
fn text_messages_fit_in_one_part() {
    let shop = "Kestrel Coffee";
    for language in Language::ALL {
        let mut all = vec![
            confirm_message(language, Channel::Sms, shop, &purposes(), LINK, 7),
            preferences_message(language, Channel::Sms, shop, LINK),
            stopped_reply(language, shop),
            started_reply(language, shop),
            help_reply(language, shop, Some("help@kestrel.example")),
            help_reply(language, shop, None),
        ];
        for kind in RequestKind::ALL.iter().copied() {
            all.push(request_message(language, Channel::Sms, shop, kind, Some(LINK), None, 30));
            all.push(request_message(language, Channel::Sms, shop, kind, None, Some("482913"), 30));
            all.push(result_message(language, Channel::Sms, shop, kind, &Outcome::Completed));
            let ready = Outcome::Ready { link: LINK, until: "2027-04-05" };
            all.push(result_message(language, Channel::Sms, shop, kind, &ready));
        }
        for message in all {
            let length = septets(&message.text).unwrap();
            assert!(length <= 160, "{language:?}: {length} in {}", message.text);
            assert!(message.text.starts_with(shop), "{}", message.text);
        }
    }
}

#[test]
fn a_text_message_names_each_channel_once() {
    let items = [(Channel::Sms, "News"), (Channel::Whatsapp, "Tips"), (Channel::Sms, "Offers")];
    let items = items.map(|(channel, purpose)| (channel, purpose.to_owned()));
    let text = confirm_message(Language::En, Channel::Sms, "Kestrel", &items, "https://x.example", 7).text;
    assert_eq!(
        text,
        "Kestrel: reply YES to get News, Offers by SMS; Tips by WhatsApp, or open https://x.example Not you? Do nothing."
    );
}

#[test]
fn a_refusal_names_the_supervisory_authority() {
    for language in Language::ALL {
        for medium in MEDIA {
            let outcome = Outcome::Refused { reason: "Not you.", authority: Some("CNIL") };
            let text = result_message(language, medium, "Kestrel", RequestKind::Erasure, &outcome).text;
            assert!(text.contains("Not you.") && text.contains("CNIL"), "{text}");
        }
    }
}
