//! A bound form: what its markup offers and what the person did with it. `storefront.d.ts` describes the markup.

use std::mem::take;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement, HtmlInputElement};

use super::{
    Error, page,
    submission::{Chosen, Submission, scope},
};
use crate::consent::{AddressKind, Choice};

fn attribute(element: &Element, name: &str) -> String {
    element.get_attribute(name).unwrap_or_default()
}

/// Reads a form. `locale` is the language where no `lang` attribute says one; `problem` hears what could not be taken
/// and does not stop the rest. The submission has no choices where there is no address to record one on.
///
/// # Errors
/// Says what the markup lacks: a notice, a box, a label, a field for the address that a channel needs, a language.
pub fn read(form: &HtmlFormElement, locale: &str, problem: &mut dyn FnMut(Error)) -> Result<Submission, Error> {
    let notice = form.query_selector("[data-placet-notice]").ok().flatten().ok_or(Error::NoNotice)?;
    let mut submission = Submission {
        email: String::new(),
        phone: String::new(),
        country: String::new(),
        choices: Vec::new(),
        notice: attribute(&notice, "data-placet-notice"),
        version: attribute(&notice, "data-placet-version"),
        locale: page::language(&notice, locale),
        words: page::line(&notice),
        kind: "form",
        form: attribute(form, "data-placet-form"),
    };
    // `elements` and not a query below the form: a control may stand elsewhere and belong to it by its `form` attribute.
    let controls = form.elements();
    let offered = || {
        // The selector, unlike the attribute, knows of a disabled fieldset around it.
        (0..).map_while(|index| controls.item(index)).filter(|control| !control.matches(":disabled").unwrap_or(false))
    };
    let (mut has_email, mut has_phone) = (false, false);
    for control in offered() {
        let slot = match attribute(&control, "data-placet-address").as_str() {
            "email" => {
                has_email = true;
                &mut submission.email
            }
            "phone" => {
                has_phone = true;
                &mut submission.phone
            }
            "country" => &mut submission.country,
            _ => continue,
        };
        // Of several fields of one kind, the first that is filled in.
        if slot.is_empty() {
            *slot = page::text(&control, "value");
        }
    }
    for control in offered() {
        let Some(channel) = control.get_attribute("data-placet-channel") else { continue };
        let input: HtmlInputElement = control.unchecked_into();
        let (channel, purpose) = scope(&channel, &attribute(&input, "data-placet-purpose"))?;
        let has_field = match channel.address_kind() {
            AddressKind::Email => has_email,
            AddressKind::Phone => has_phone,
            AddressKind::Push | AddressKind::Postal => false,
        };
        if !has_field {
            return Err(Error::NoAddress(channel));
        }
        let label = page::label(&input);
        if label.is_empty() {
            return Err(Error::NoLabel(channel));
        }
        submission.words.push('\n');
        submission.words.push_str(&label);
        // A box that the page ticked says nothing of the person's will: CJEU C-673/17 (Planet49), GDPR recital 32.
        let preticked = input.default_checked();
        if preticked {
            problem(Error::Preticked(channel));
        }
        let choice = if input.checked() && !preticked { Choice::OptIn } else { Choice::Declined };
        submission.choose(Chosen { channel, purpose, choice })?;
    }
    submission.check_words()?;
    if submission.choices.is_empty() {
        return Err(Error::NoChoices);
    }
    for chosen in take(&mut submission.choices) {
        match submission.check_address(chosen.channel) {
            Ok(()) => submission.choices.push(chosen),
            // Nothing to record it on, and nothing wrong with that.
            Err(Error::NoAddress(_)) => {}
            Err(error) => problem(error),
        }
    }
    Ok(submission)
}
