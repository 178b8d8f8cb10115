//! Tests of every page, in every language and state.

use super::language::Language;
use super::words::Words;

use super::confirm::*;
use super::files::*;
use super::form::*;
use super::frame::*;
use super::preferences::*;
use super::request::*;
use super::unsubscribe::*;
use crate::consent::{AddressKind, Channel};
use crate::model::request::RequestKind;

/// A shop name that would do harm as markup and that contains a placeholder.
const SHOP: &str = "<script>alert(1)</script> & \"{link}\" 'Tea'";
const HARM: &str = "<img src=x onerror=alert(1)>";
const PATH: &str = "/p/abc";

fn frame(language: Language) -> Frame<'static> {
    let (policy_url, contact) = (Some("https://shop.example/privacy?a=1&b=\"2\""), Some("privacy@shop.example"));
    Frame { shop: SHOP, language, path: PATH, policy_url, contact }
}

fn items() -> Vec<(Channel, String)> {
    Channel::ALL.iter().map(|channel| (*channel, format!("{HARM} {channel}"))).collect()
}

fn groups() -> Vec<Group> {
    let notes = [
        None,
        Some(RowNote::AwaitingConfirmation),
        Some(RowNote::Objected),
        Some(RowNote::Suppressed),
        Some(RowNote::Expired),
        Some(RowNote::Restricted),
    ];
    let kinds = [AddressKind::Email, AddressKind::Phone, AddressKind::Push, AddressKind::Postal];
    let row = |kind: AddressKind, channel: Channel, note: Option<RowNote>| PreferenceRow {
        name: format!("{kind}-{channel}-\"{}", note.is_some()),
        channel,
        purpose: HARM.to_owned(),
        checked: note.is_none(),
        note,
    };
    let rows = |kind| notes.iter().zip(Channel::ALL).map(|(note, channel)| row(kind, *channel, *note)).collect();
    kinds.map(|kind| Group { id: format!("g-{kind}"), address: format!("{HARM} •••"), kind, rows: rows(kind) }).into()
}

const REQUEST_STATES: [RequestState; 12] = [
    RequestState::Ask,
    RequestState::AskCode { tries_left: 3, wrong: false },
    RequestState::AskCode { tries_left: 1, wrong: true },
    RequestState::AskCode { tries_left: 0, wrong: true },
    RequestState::Waiting { due: "2027-04-05" },
    RequestState::Done { downloads: None, until: None },
    RequestState::NothingHeld,
    RequestState::Refused { reason: HARM, authority: Some(HARM) },
    RequestState::Refused { reason: HARM, authority: None },
    RequestState::Expired,
    RequestState::Resent,
    RequestState::Completed,
];

/// Returns every page that has a shop.
fn pages(language: Language) -> Vec<(String, String)> {
    let frame = frame(language);
    let mut pages = Vec::new();
    let items = items();
    use ConfirmState::{Again, Ask, Done, Expired, Gone, Never};
    for state in [Ask, Done, Again, Expired, Gone, Never] {
        let view = ConfirmView { items: &items, address: HARM, state };
        pages.push((format!("confirm {state:?}"), confirm(&frame, &view)));
    }
    for state in [UnsubscribeState::Ask, UnsubscribeState::Done, UnsubscribeState::LinkSent] {
        for channel in Channel::ALL.iter().map(|channel| Some(*channel)).chain([None]) {
            for purpose in [Some(HARM), None] {
                let view = UnsubscribeView { channel, purpose, state };
                pages.push((format!("unsubscribe {state:?} {channel:?} {purpose:?}"), unsubscribe(&frame, &view)));
            }
        }
    }
    for state in [
        PreferencesState::Form,
        PreferencesState::Saved { pending_confirmation: false },
        PreferencesState::Saved { pending_confirmation: true },
        PreferencesState::StoppedAll,
        PreferencesState::RequestSent,
        PreferencesState::Nothing,
    ] {
        for groups in [groups(), Vec::new()] {
            let view = PreferencesView { groups: &groups, state, requests: true, shown: "v\"1" };
            pages.push((format!("preferences {state:?} {}", groups.len()), preferences(&frame, &view)));
        }
    }
    let files = [("JSON".to_owned(), "/d/abc?f=\"json".to_owned()), (HARM.to_owned(), "/d/x".to_owned())];
    for kind in RequestKind::ALL.iter().copied() {
        let done = RequestState::Done { downloads: Some(&files), until: Some("2027-04-05T09:30:00Z") };
        for state in REQUEST_STATES.into_iter().chain([done]) {
            let view = RequestView { kind, address: HARM, details: Some(HARM), state };
            pages.push((format!("request {kind:?} {state:?}"), request(&frame, &view)));
        }
    }
    for state in [DownloadState::Ready, DownloadState::Expired, DownloadState::Gone] {
        let view = DownloadView { items: &files, until: Some("2027-04-05"), state };
        pages.push((format!("downloads {state:?}"), downloads(&frame, &view)));
    }
    pages
}

/// Returns the page without its own style and script.
fn content(page: &str) -> String {
    page.replacen(STYLE, "", 1).replacen(SCRIPT, "", 1)
}

#[test]
fn every_page_is_complete_html() {
    for language in Language::ALL {
        for (name, page) in pages(language) {
            let content = content(&page);
            assert!(content.starts_with(&format!("<!DOCTYPE html><html lang=\"{}\">", language.tag())), "{name}");
            assert!(content.ends_with("</footer></body></html>"), "{name}");
            assert_eq!(content.matches("<h1>").count(), 1, "{name}");
            assert_eq!(content.matches("<title>").count(), 1, "{name}");
            assert!(content.contains("?lang=nl") && content.contains("name=\"robots\" content=\"noindex\""), "{name}");
            assert_eq!(content.matches("aria-current=\"true\"").count(), 1, "{name}");
            let ids: Vec<&str> = content.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            for id in &ids {
                assert_eq!(ids.iter().filter(|other| *other == id).count(), 1, "{name}: the id {id} is there twice");
            }
            for reference in [" for=\"", " aria-labelledby=\"", " aria-describedby=\""] {
                for named in content.split(reference).skip(1).filter_map(|rest| rest.split('"').next()) {
                    assert!(named.split(' ').all(|id| ids.contains(&id)), "{name}: nothing has the id {named}");
                }
            }
        }
    }
}

#[test]
fn texts_of_others_are_escaped() {
    for language in Language::ALL {
        for (name, page) in pages(language) {
            let content = content(&page);
            assert!(!content.contains("<img") && !content.contains("<script>alert"), "{name}");
            assert!(content.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;{link}&quot; 'Tea'"), "{name}");
            // Every placeholder is filled, and the braces in the shop's name are not placeholders.
            let ours = content.replace("{link}", "").replace("{number}", "");
            assert!(!ours.contains(['{', '}']), "{name}: {ours}");
        }
    }
}

#[test]
fn every_form_on_a_page_posts_to_the_same_page_in_its_language() {
    for (name, page) in pages(Language::Fr) {
        let forms = page.matches("<form").count();
        assert_eq!(page.matches("<form method=\"post\" action=\"/p/abc?lang=fr\"").count(), forms, "{name}");
        let buttons = page.matches("<button").count();
        assert!(buttons >= forms, "{name}");
        let expected = match name.split(' ').take(2).collect::<Vec<_>>()[..] {
            // To confirm, or to get no further question.
            ["confirm", "Ask"] => 2,
            ["confirm", _] => 0,
            // To unsubscribe, or to get a link to all choices.
            ["unsubscribe", "Ask"] => 2,
            ["unsubscribe", _] => 1,
            ["downloads", _] => 0,
            ["preferences", "Nothing"] => 0,
            _ => continue,
        };
        assert_eq!(buttons, expected, "{name}");
    }
}

#[test]
fn a_script_url_as_contact_or_policy_is_never_a_link() {
    for (contact, href) in [
        ("privacy@shop.example", Some("mailto:privacy@shop.example")),
        ("https://shop.example/help", Some("https://shop.example/help")),
        ("javascript:alert(1)", None),
        ("a@b.example?bcc=c@d.example", None),
        ("12 Mill Lane, Oxford", None),
    ] {
        let frame = Frame { policy_url: Some("javascript:alert(2)"), contact: Some(contact), ..frame(Language::En) };
        let page = confirm(&frame, &ConfirmView { items: &[], address: "", state: ConfirmState::Gone });
        assert!(!page.contains("href=\"javascript"), "{page}");
        let links = page.matches("<a href=").count() - Language::ALL.len();
        assert_eq!(links, usize::from(href.is_some()), "{contact}");
        assert!(href.is_none_or(|href| page.contains(&format!("href=\"{href}\""))), "{contact}");
        assert!(page.contains(contact), "{contact}");
    }
}

#[test]
fn unsubscribe_pages_and_error_pages_contain_no_address() {
    for language in Language::ALL {
        for (name, page) in pages(language) {
            if name.starts_with("unsubscribe") {
                assert!(!content(&page).contains("•"), "{name}");
            }
        }
        for page in [broken(language), too_many(language), failed(language)] {
            assert!(!page.contains("alert(1)") && !page.contains("<a ") && page.contains("</h1><p>"));
        }
    }
}

#[test]
fn the_answer_to_a_form_says_what_to_do_and_repeats_no_input() {
    use FormRefusal::{Again, Email, Faulty, Nothing, Phone};
    for language in Language::ALL {
        let (frame, words) = (Frame { path: "", ..frame(language) }, language.words());
        let back = Some("https://shop.example/?a=1&b=\"><script>alert(2)</script>");
        for (back, links) in [(back, 3), (None, 2)] {
            let page = content(&form(&frame, FormState::Done { back }));
            assert!(page.contains(words.form_done) && page.contains(words.withdraw), "{page}");
            assert!(!page.contains("<script>alert") && !page.contains("<form") && !page.contains("?lang="), "{page}");
            assert_eq!(page.matches("<a ").count(), links, "{page}");
            assert!(back.is_none() || page.contains("?a=1&amp;b=&quot;&gt;&lt;script&gt;"), "{page}");
        }
        let mut stated = Vec::new();
        for why in [Email, Phone, Nothing, Again, Faulty] {
            let page = content(&form(&frame, FormState::Refused { why, code: "invalid_email /email" }));
            assert!(page.starts_with(&format!("<!DOCTYPE html><html lang=\"{}\">", language.tag())));
            assert!(page.contains(words.form_refused_title) && page.contains("invalid_email /email"));
            assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script>alert"));
            assert_eq!((page.matches("<h1>").count(), page.matches("<form").count()), (1, 0));
            stated.push(page);
        }
        stated.sort();
        stated.dedup();
        assert_eq!(stated.len(), 5, "each says something else");
        assert!(misplaced(language).contains(words.form_faulty));
    }
}

#[test]
fn a_confirmation_page_contains_no_marketing() {
    let items = [(Channel::Email, "Newsletter".to_owned())];
    let view = ConfirmView { items: &items, address: "j•••@e•••.com", state: ConfirmState::Ask };
    let frame = Frame { shop: "Kestrel", language: Language::En, path: PATH, policy_url: None, contact: None };
    let page = content(&confirm(&frame, &view));
    let mut text = String::new();
    for part in page.split('<').skip(1) {
        let words = part.split_once('>').map_or("", |(_, words)| words).trim();
        if !words.is_empty() {
            text.push_str(words);
            text.push('|');
        }
    }
    assert_eq!(
        text,
        "Please confirm – Kestrel|Kestrel|Please confirm|This was requested from|Kestrel|for|j•••@e•••.com|:|Newsletter|\
         by e-mail|You will receive it only if you confirm.|Confirm|If you did not ask for this, do nothing. Nothing will then be \
         sent to you.|It was not me: never ask this address again|You can withdraw your consent at any time, as easily as you give it. What was done before remains lawful.|\
         English|Français|Deutsch|Español|Italiano|Nederlands|"
    );
}

#[test]
fn only_the_page_before_an_erasure_warns_of_its_effect() {
    for language in Language::ALL {
        let words = language.words();
        for kind in RequestKind::ALL.iter().copied() {
            for state in [RequestState::Ask, RequestState::AskCode { tries_left: 2, wrong: false }] {
                let page = request(&frame(language), &RequestView { kind, address: "x", details: None, state });
                let warned = page.contains(words.erasure_final) && page.contains(words.erasure_hash);
                assert_eq!(warned, kind == RequestKind::Erasure, "{kind:?}");
            }
            assert_eq!(RequestKind::parse(kind.as_str()), Some(kind));
        }
    }
    assert_eq!(RequestKind::parse("Access"), None);
}

#[test]
fn a_date_is_written_in_the_language_of_the_page() {
    for (language, written) in
        [(Language::En, "5 April 2027"), (Language::Es, "5 de abril de 2027"), (Language::De, "5. April 2027")]
    {
        let state = RequestState::Waiting { due: "2027-04-05" };
        let page =
            request(&frame(language), &RequestView { kind: RequestKind::Access, address: "x", details: None, state });
        assert!(page.contains(written), "{written}");
    }
}

#[test]
fn boxes_show_the_standing_and_what_is_missing() {
    let page = preferences(
        &frame(Language::En),
        &PreferencesView { groups: &groups(), state: PreferencesState::Form, requests: false, shown: "v1" },
    );
    assert_eq!(page.matches(" checked").count() - SCRIPT.matches(" checked").count(), 4);
    assert_eq!(page.matches("class=\"note\"").count(), 20);
    assert!(page.contains("name=\"shown\" value=\"v1\""));
    assert!(!page.contains("value=\"erasure\"") && page.contains("value=\"stop\""));
    assert!(page.contains(&format!("<script>{SCRIPT}</script>")) && !SCRIPT.contains("</"));
}

/// The texts that are rightly the same as in English.
const SHARED: &[(Language, &str)] = &[
    (Language::Fr, "date"),
    (Language::It, "date"),
    (Language::Nl, "date"),
    (Language::De, "first_day"),
    (Language::Es, "first_day"),
    (Language::Nl, "first_day"),
    (Language::Es, "date_time"),
    (Language::Nl, "contact"),
    (Language::De, "scope_one"),
    (Language::Es, "scope_one"),
    (Language::Fr, "scope_one"),
    (Language::It, "scope_one"),
    (Language::Nl, "scope_one"),
];

#[test]
fn every_text_is_translated_and_has_the_same_placeholders() {
    let places = |text: &str| {
        let mut places: Vec<String> =
            text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect();
        places.sort();
        places.dedup();
        places
    };
    let english: &Words = Language::En.words();
    for language in Language::ALL {
        let texts = language.words().texts();
        for ((name, text), (_, original)) in texts.into_iter().zip(english.texts()) {
            assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{language:?} {name}");
            assert_eq!(text.matches('{').count(), text.matches('}').count(), "{language:?} {name}");
            if !name.contains("date") {
                assert_eq!(places(text), places(original), "{language:?} {name}");
            }
            if language != Language::En {
                let same = text == original;
                assert_eq!(same, SHARED.contains(&(language, name)), "{language:?} {name}: {text}");
            }
        }
        if language != Language::En {
            assert_ne!(language.words().months, english.months);
        }
    }
}

#[test]
fn each_language_keeps_its_typography() {
    for language in Language::ALL {
        for (name, text) in language.words().texts() {
            if name.starts_with("sms_") {
                continue;
            }
            assert!(!text.contains(['\'', '"']), "{language:?} {name}: typewriter marks");
            if language == Language::Fr {
                for mark in [" :", " ;", " !", " ?", "« ", " »"] {
                    assert!(!text.contains(mark), "{name}: a space that may break");
                }
                let marks = text.char_indices().filter(|(_, c)| matches!(c, ':' | ';' | '!' | '?' | '»'));
                for (at, mark) in marks {
                    assert!(text[..at].ends_with('\u{a0}'), "{name}: no space before {mark}");
                }
            }
        }
    }
}
