//! The storefront in a real browser with a real document.
//!
//! `CHROMEDRIVER=/usr/bin/chromedriver wasm-pack test --headless --chrome --mode no-install -- --no-default-features
//! --features storefront --test storefront`
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

#[path = "storefront/queue.rs"]
mod queue;

use placet::storefront::{
    Error, Page, Submission, Words, capture, check, composed, decide, pause, read, sha256, submit,
};
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::HtmlFormElement;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen(module = "/src/storefront/page.js")]
extern "C" {
    fn describe(form: &HtmlFormElement, locale: &str) -> String;
    #[wasm_bindgen(js_name = describe)]
    fn describe_part(form: &HtmlFormElement, locale: &str, scope: &web_sys::Element) -> String;
}

#[wasm_bindgen(inline_js = r#"
// A stage of our own: the test harness reads its results from the rest of the page.
const stage = document.body.appendChild(document.createElement("div"));
export const mount = (html) => {
  stage.innerHTML = html;
  return stage.querySelector("form");
};
export const tick = (name, on) => { document.querySelector(`[name=${name}]`).checked = on; };
export const fill = (name, value) => { document.querySelector(`[name=${name}]`).value = value; };
export const page = () => ({
  kept: [],
  errors: [],
  keep(submission) { this.kept.push(submission.trim().replaceAll("\0", "|")); return 10; },
  report(error) { this.errors.push(error.code); },
});
export const kept = (page) => page.kept.join("\n");
export const errors = (page) => page.errors.join(" ");
export const code = (error) => `${error.name} ${error.code} ${error instanceof Error}`;
export const text = (json) => JSON.parse(json);
// The least number stands for the one that is none.
export const asking = (numbers) => {
  const rest = numbers.split(" ").map((number) => (number === "-9223372036854775808" ? NaN : +number)).values();
  return { next: () => rest.next().value, judged: (...all) => all.join(" ") };
};
export const block = (how) => {
  const real = Storage.prototype.setItem;
  const open = Object.getOwnPropertyDescriptor(window, "localStorage");
  if (how === "full") Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };
  else Object.defineProperty(window, "localStorage", { configurable: true, get() { throw new DOMException("no", "SecurityError"); } });
  return () => {
    Storage.prototype.setItem = real;
    Object.defineProperty(window, "localStorage", open);
  };
};
"#)]
extern "C" {
    fn block(how: &str) -> js_sys::Function;
    fn mount(html: &str) -> HtmlFormElement;
    fn tick(name: &str, on: bool);
    fn fill(name: &str, value: &str);
    fn page() -> JsValue;
    fn kept(page: &JsValue) -> String;
    fn errors(page: &JsValue) -> String;
    fn code(error: &JsValue) -> String;
    fn text(json: &str) -> JsValue;
    fn asking(numbers: &str) -> JsValue;
}

const NOTICE: &str = r#"<p lang="en-GB" data-placet-notice="checkout" data-placet-version="3">
    We   write <a href="/x">twice</a> a
    month.</p>"#;
const FIELDS: &str = r#"<input name="email" data-placet-address="email"><input name="phone" data-placet-address="phone">
    <select data-placet-address="country"><option value="gb">UK</option></select>"#;
const BOXES: &str = r#"<label><input type="checkbox" name="news" data-placet-channel="email" data-placet-purpose="newsletter">
    <span>By&nbsp;e-mail </span></label>
    <label for="sms"> By   SMS</label>
    <input type="checkbox" name="sms" id="sms" data-placet-channel="sms" data-placet-purpose="newsletter">"#;

fn shop_form(parts: &[&str]) -> HtmlFormElement {
    mount(&format!(r#"<form data-placet-form="checkout">{}</form>"#, parts.concat()))
}

fn checkout() -> HtmlFormElement {
    shop_form(&[FIELDS, NOTICE, BOXES])
}

/// Reads a form. The described text lives as long as the test.
fn read_in(form: &HtmlFormElement, locale: &str) -> (Result<Submission<'static>, Error>, Vec<Error>) {
    let mut problems = Vec::new();
    let described = Box::leak(describe(form, locale).into_boxed_str());
    (read(described, &mut |problem| problems.push(problem)), problems)
}

fn read_all(form: &HtmlFormElement) -> (Result<Submission<'static>, Error>, Vec<Error>) {
    read_in(form, "")
}

fn choices(submission: &Submission) -> String {
    let choices = submission.choices.iter();
    choices.map(|it| format!("{} {} {}", it.channel, it.purpose, it.choice)).collect::<Vec<_>>().join(", ")
}

#[wasm_bindgen_test]
fn the_shown_text_is_the_notice_and_then_each_label() {
    let (submission, _) = read_all(&checkout());
    let submission = submission.unwrap();
    assert_eq!(submission.words, "We write twice a month.\nBy e-mail\nBy SMS");
    assert_eq!(
        (submission.notice, submission.version, submission.form, submission.kind),
        ("checkout", "3", "checkout", "form")
    );
    // The example of FIPS 180-4, the empty text, and 56 bytes, which need a second block.
    for (text, hash) in [
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ] {
        assert_eq!(sha256(text), hash, "{text}");
    }
}

#[wasm_bindgen_test]
fn white_space_is_the_same_set_as_in_javascript() {
    let notice = NOTICE.replace("twice", "\u{feff}tw\u{85}ice\u{3000}\u{2028}");
    let (submission, _) = read_all(&shop_form(&[FIELDS, &notice, BOXES]));
    assert!(submission.unwrap().words.starts_with("We write tw\u{85}ice a month.\n"));
}

#[wasm_bindgen_test]
fn a_ticked_box_is_an_opt_in_and_an_unticked_box_is_declined() {
    let form = checkout();
    fill("email", " jane@example.com ");
    fill("phone", "+44 7700 900123");
    tick("news", true);
    let (submission, problems) = read_all(&form);
    let submission = submission.unwrap();
    assert_eq!(choices(&submission), "email newsletter opt_in, sms newsletter declined");
    assert_eq!((submission.email, submission.country), ("jane@example.com", "gb"));
    assert_eq!(problems, []);
}

#[wasm_bindgen_test]
fn a_box_that_the_page_ticked_is_never_an_opt_in() {
    let form = shop_form(&[FIELDS, NOTICE, &BOXES.replace(r#"name="news""#, r#"name="news" checked"#)]);
    fill("email", "jane@example.com");
    for (on, choice, codes) in [(false, "declined", &[][..]), (true, "pre_ticked", &["preticked"])] {
        tick("news", on);
        let (submission, problems) = read_all(&form);
        assert_eq!(choices(&submission.unwrap()), format!("email newsletter {choice}"));
        assert_eq!(problems.iter().map(|problem| problem.code()).collect::<Vec<_>>(), codes);
    }
    let page = page();
    check(page.unchecked_ref(), &describe(&form, "")).unwrap();
    assert_eq!(errors(&page), "preticked");
}

#[wasm_bindgen_test]
fn a_choice_without_an_address_is_left_out() {
    let form = checkout();
    assert_eq!(choices(&read_all(&form).0.unwrap()), "");
    for (email, phone, expected, problem) in [
        ("jane@example.com", "", "email newsletter declined", ""),
        ("", "+447700900123", "sms newsletter declined", ""),
        ("jane@example.com", "07700 900123", "email newsletter declined, sms newsletter declined", ""),
        ("jane@example.com", "n/a", "email newsletter declined", "bad_address"),
        ("jane", "+447700900123", "sms newsletter declined", "bad_address"),
        ("jane@example.com", "a@b.example", "email newsletter declined", "bad_address"),
        ("+447700900123", "", "", "bad_address"),
    ] {
        fill("email", email);
        fill("phone", phone);
        let (submission, problems) = read_all(&form);
        assert_eq!(choices(&submission.unwrap()), expected, "{email} {phone}");
        assert_eq!(problems.iter().map(|problem| problem.code()).collect::<String>(), problem, "{email} {phone}");
    }
}

#[wasm_bindgen_test]
fn a_disabled_box_is_left_out_and_an_associated_box_outside_the_form_counts() {
    let boxes = format!("<fieldset disabled>{BOXES}</fieldset>");
    assert_eq!(read_all(&shop_form(&[FIELDS, NOTICE, &boxes])).0.unwrap_err(), Error::NoChoices);
    let outside = r#"<form id="f">FIELDS NOTICE</form><label>Post-it<input form="f" type="checkbox"
        data-placet-channel="email" data-placet-purpose="newsletter"></label>"#;
    let form = mount(&outside.replace("FIELDS", FIELDS).replace("NOTICE", NOTICE));
    fill("email", "jane@example.com");
    let submission = read_all(&form).0.unwrap();
    assert_eq!(choices(&submission), "email newsletter declined");
    assert!(submission.words.ends_with("\nPost-it"));
}

#[wasm_bindgen_test]
fn the_language_comes_from_the_closest_lang_attribute() {
    let bare = NOTICE.replace(r#"lang="en-GB""#, "");
    let locale = |form: &HtmlFormElement, otherwise| read_in(form, otherwise).0.map(|it| it.locale);
    assert_eq!(locale(&checkout(), "fr").unwrap(), "en-GB");
    let around = shop_form(&[r#"<div lang="de"><section>"#, FIELDS, &bare, BOXES, "</section></div>"]);
    assert_eq!(locale(&around, "fr").unwrap(), "de");
    let none = shop_form(&[FIELDS, &bare, BOXES]);
    assert_eq!(locale(&none, "fr").unwrap(), "fr");
    assert_eq!(locale(&none, "").unwrap_err(), Error::NoLocale);
    assert_eq!(locale(&none, "en_GB").unwrap(), "en-GB", "as programs write it");
    assert_eq!(locale(&none, "English!").unwrap_err(), Error::NoLocale);
}

#[wasm_bindgen_test]
fn binding_an_incomplete_form_reports_what_is_missing() {
    let swap = |from: &str, to: &str| BOXES.replace(from, to);
    for (parts, expected) in [
        ([FIELDS, "", BOXES], "no_notice"),
        ([FIELDS, &NOTICE.replace("\"3\"", "\"\""), BOXES], "no_notice"),
        ([FIELDS, NOTICE, ""], "no_choices"),
        ([FIELDS, NOTICE, &swap("label", "b")], "no_label"),
        ([FIELDS, NOTICE, &swap("\"sms\" data-placet-purpose", "\"fax\" data-placet-purpose")], "unknown_channel"),
        ([FIELDS, NOTICE, &swap("newsletter", "News!")], "bad_purpose"),
        ([FIELDS, NOTICE, &swap("channel=\"sms\"", "channel=\"email\"")], "repeated_choice"),
        ([FIELDS, NOTICE, &swap("channel=\"sms\"", "channel=\"post\"")], "no_address"),
        (["", NOTICE, BOXES], "no_address"),
        ([FIELDS, &NOTICE.replace(r#"lang="en-GB""#, ""), BOXES], "no_locale"),
    ] {
        let page = page();
        let described = describe(&shop_form(&parts), "");
        for outcome in [check(page.unchecked_ref(), &described).err(), capture(page.unchecked_ref(), &described).err()]
        {
            assert_eq!(code(&outcome.unwrap()), format!("PlacetError {expected} true"));
        }
        assert_eq!(errors(&page), "", "the error is thrown and not also reported");
    }
}

#[wasm_bindgen_test]
fn only_the_addresses_of_the_choices_are_captured() {
    let form = checkout();
    let page = page();
    let captured = |page: &JsValue| capture(page.unchecked_ref(), &describe(&form, ""));
    assert!(captured(&page).unwrap().is_undefined(), "there is nothing to record");
    assert_eq!(kept(&page), "");
    fill("email", "jane@example.com");
    fill("phone", "077");
    tick("news", true);
    assert_eq!(captured(&page).unwrap(), JsValue::from_f64(10.0));
    let words = "We write twice a month.\nBy e-mail\nBy SMS";
    let hash = sha256(words);
    // The incomplete number belongs to no submitted choice, so it is not sent.
    assert_eq!(
        kept(&page),
        format!("jane@example.com||GB|checkout|3|en-GB|{hash}|form|checkout|{words}|email:newsletter:opt_in")
    );
    assert_eq!(errors(&page), "bad_address");
    form.query_selector("[data-placet-notice]").unwrap().unwrap().remove();
    assert_eq!(code(&captured(&page).unwrap_err()), "PlacetError no_notice true", "the page has changed since");
}

#[wasm_bindgen_test]
fn an_element_in_a_form_has_its_own_notice_and_boxes() {
    let other =
        BOXES.replace("By&nbsp;e-mail", "Ours").replace("newsletter", "offers").replace("=\"sms\"> By", "=\"own\"> By");
    let other = other.replace("id=\"sms\"", "id=\"own\"");
    let element = format!(r#"<placet-optin>{}{other}</placet-optin>"#, NOTICE.replace("checkout", "block"));
    let form = shop_form(&[FIELDS, NOTICE, BOXES, &element]);
    fill("email", "jane@example.com");
    let own = read_all(&form).0.unwrap();
    assert_eq!((own.notice, choices(&own).as_str()), ("checkout", "email newsletter declined"));
    let scope = form.query_selector("placet-optin").unwrap().unwrap();
    let described = describe_part(&form, "", &scope);
    let part = read(&described, &mut |_| {}).unwrap();
    assert_eq!((part.notice, choices(&part).as_str()), ("block", "email offers declined"));
    assert!(part.words.contains("\nOurs"), "{}", part.words);
}

const COMPOSED: &str = "script||n|1|en|We write.|jane@example.com|||email:newsletter:opt_in";

#[wasm_bindgen_test]
fn a_submission_by_script_is_checked() {
    let page = page();
    let submitted = submit(page.unchecked_ref::<Page>(), &COMPOSED.replace('|', "\0")).unwrap();
    assert_eq!(submitted, JsValue::from_f64(10.0));
    let hash = sha256("We write.");
    assert_eq!(kept(&page), format!("jane@example.com|||n|1|en|{hash}|script||We write.|email:newsletter:opt_in"));
    for (from, to, expected) in [
        ("email:newsletter:opt_in", "", "no_choices"),
        ("email:newsletter:opt_in", "sms:newsletter:opt_in", "no_address"),
        ("email:newsletter:opt_in", "post:newsletter:opt_in", "no_address"),
        ("email:newsletter:opt_in", "fax:newsletter:opt_in", "unknown_channel"),
        ("email:newsletter:opt_in", "::", "unknown_channel"),
        ("email:newsletter:opt_in", "email:News:opt_in", "bad_purpose"),
        ("email:newsletter:opt_in", "email:newsletter:maybe", "unknown_choice"),
        ("email:newsletter:opt_in", "email:a:opt_in email:a:opt_out", "repeated_choice"),
        ("email:newsletter:opt_in", "email:a:opt_in fax:a:opt_in", "unknown_channel"),
        ("email:newsletter:opt_in", "fax:a:opt_in email:a:opt_in", "unknown_channel"),
        ("jane@example.com", "jane", "bad_address"),
        ("We write.", "", "no_notice"),
        ("|en|", "||", "no_locale"),
        ("|n|", "||", "no_notice"),
    ] {
        let error = composed(&COMPOSED.replacen(from, to, 1).replace('|', "\0")).unwrap_err();
        assert_eq!(error.code(), expected, "{to}");
    }
    assert_eq!(composed("").unwrap_err(), Error::NoNotice);
    let maybe = COMPOSED.replace("opt_in", "maybe").replace('|', "\0");
    assert_eq!(code(&submit(page.unchecked_ref(), &maybe).unwrap_err()), "PlacetError unknown_choice true");
}

/// Decides with these acts and conditions that accept consent only. Returns the numbers of the verdict.
fn verdict(acts: &[[i64; 3]], confirmation: bool, asked: &str) -> String {
    let numbers: Vec<i64> = [1_800_000_000_000, i64::MIN, 0, 0, 16, acts.len() as i64]
        .into_iter()
        .chain(acts.iter().flatten().copied())
        .chain([
            1,
            -8_640_000_000_000_000,
            8_640_000_000_000_000,
            if confirmation { 4 } else { 0 },
            1,
            0,
            0,
            0,
            36,
            0,
            0,
        ])
        .collect();
    let words: Words = asking(&numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(" ")).unchecked_into();
    match decide(&words, asked) {
        Ok(numbers) => numbers.as_string().unwrap(),
        Err(error) => code(&error),
    }
}

#[wasm_bindgen_test]
fn a_decision_in_numbers_returns_a_verdict_in_numbers() {
    const EARLY: i64 = 1_760_000_000_000;
    let asked = "email:newsletter:opt_in";
    let lapses = "1854694400000";
    for (acts, confirmation, expected) in [
        (vec![], true, "0 -1 -1 8640000000000000 0 16 0".to_owned()),
        (vec![[0, 2, EARLY]], true, format!("13 0 -1 {lapses} 0 16 0")),
        (vec![[0, 2, EARLY]], false, format!("14 0 -1 {lapses} 0 16 {lapses}")),
        (vec![[0, 3, EARLY]], true, format!("14 0 -1 {lapses} 0 16 {lapses}")),
        // `declined` is evidence only, and an anonymous form opts nobody out.
        (vec![[0, 3, EARLY], [13, 2, EARLY + 1], [10, 2, EARLY + 2]], true, format!("14 0 -1 {lapses} 0 16 {lapses}")),
        // An objection, and a later sale.
        (vec![[11, 4, EARLY], [1, 4, EARLY + 1]], true, "3 0 1 8640000000000000 0 16 0".to_owned()),
        // The person contacted the shop again.
        (vec![[0, 3, EARLY - 100_000_000_000], [15, 4, EARLY]], true, format!("14 0 -1 {lapses} 0 16 {lapses}")),
        (
            vec![[99, 3, EARLY], [0, 9, EARLY], [i64::MIN, 3, EARLY], [0, i64::MIN, EARLY]],
            true,
            "0 -1 -1 8640000000000000 0 16 0".to_owned(),
        ),
    ] {
        assert_eq!(verdict(&acts, confirmation, asked), expected, "{acts:?}");
    }
    assert_eq!(verdict(&[], true, "fax:newsletter:opt_in"), "PlacetError unknown_channel true");
    assert_eq!(verdict(&[], true, "email:News:opt_in"), "PlacetError bad_purpose true");
}

#[wasm_bindgen_test]
fn a_submission_that_may_still_succeed_is_retried_with_longer_pauses() {
    for settled in [200, 201, 204, 400, 409, 410, 413, 415, 422] {
        assert_eq!(pause(settled, 3, 60), 0, "{settled}");
    }
    for again in [0, 302, 408, 425, 429, 500, 502, 503, 504, 599] {
        assert_eq!(pause(again, 0, 0), 5, "{again}");
    }
    assert_eq!(
        [401, 403, 404, 405].map(|mistake| pause(mistake, 0, 0)),
        [3600; 4],
        "a mistake of the shop must not lose a choice"
    );
    assert_eq!([1, 2, 9, 10, 40, u32::MAX].map(|attempts| pause(503, attempts, 0)), [10, 20, 2560, 3600, 3600, 3600]);
    assert_eq!([7, 1, 86_400].map(|asked| pause(429, 0, asked)), [7, 5, 3600]);
}
