//! A message, and the layout of the same content as text and as HTML.

use maud::{DOCTYPE, Markup, html};

use crate::api::pages::fill::one_line;
use crate::api::pages::language::Language;
use crate::consent::Channel;

/// A message that is ready to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::api) struct Message {
    /// One line: the subject of an email, the title of a notification. `None` for SMS and WhatsApp.
    pub subject: Option<String>,
    /// The message as plain text.
    pub text: String,
    /// The message as HTML; only for email.
    pub html: Option<String>,
}

/// A part of a message.
pub(in crate::api) enum Part<'a> {
    /// A paragraph.
    Say(String),
    /// A list.
    List(Vec<String>),
    /// A link, and the text of its button in HTML.
    Link { href: &'a str, button: &'static str },
    /// A code to type in.
    Code(&'a str),
}

/// Builds a message in the form that its medium takes.
pub(in crate::api) fn letter(
    language: Language,
    medium: Channel,
    shop: &str,
    subject: &str,
    parts: &[Part],
) -> Message {
    let subject = one_line(subject);
    let chat = medium.can_reply();
    Message {
        text: text(language, shop, parts),
        html: (medium == Channel::Email).then(|| page(language, shop, &subject, parts)),
        subject: (!chat).then_some(subject),
    }
}

fn text(language: Language, shop: &str, parts: &[Part]) -> String {
    let mut text = language.words().hello.to_owned();
    for part in parts {
        text.push_str("\n\n");
        match part {
            Part::Say(words) => text.push_str(words),
            Part::List(items) => {
                text.push_str(&items.iter().map(|item| format!("- {item}")).collect::<Vec<_>>().join("\n"))
            }
            Part::Link { href, .. } => text.push_str(href),
            Part::Code(code) => text.push_str(code),
        }
    }
    text.push_str("\n\n");
    text.push_str(shop);
    text.push('\n');
    text
}

// Mail programs support few styles, and only inline ones.
const BODY: &str = "margin:0;padding:24px 16px;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";
const COLUMN: &str = "max-width:560px;margin:0 auto";
const BUTTON: &str = "display:inline-block;padding:12px 24px;border-radius:6px;background:#0b5c8a;color:#ffffff;\
                      font-weight:600;text-decoration:none";
const CODE: &str = "font:600 28px/1.2 ui-monospace,Menlo,Consolas,monospace;letter-spacing:0.15em";

fn page(language: Language, shop: &str, subject: &str, parts: &[Part]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (subject) }
            }
            body style=(BODY) {
                div style=(COLUMN) {
                    p { (language.words().hello) }
                    @for part in parts { (block(part)) }
                    p { (shop) }
                }
            }
        }
    };
    page.into_string()
}

fn block(part: &Part) -> Markup {
    html! {
        @match part {
            Part::Say(words) => { p { (words) } },
            Part::List(items) => { ul { @for item in items { li { (item) } } } },
            Part::Link { href, button } => { p { a href=(href) style=(BUTTON) { (button) } } },
            Part::Code(code) => { p style=(CODE) { (code) } },
        }
    }
}
