//! Bound forms, and what a script hands in: from either, a checked submission goes to the page to be kept and sent.

use std::cell::RefCell;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::prelude::*;
use web_sys::HtmlFormElement;

use super::{
    Error, form,
    page::{Page, describe, thrown},
    submission::composed,
};

thread_local! {
    static BINDINGS: RefCell<Vec<Option<EventListener>>> = const { RefCell::new(Vec::new()) };
}

/// Captures every submission of a form from now on. The number undoes it.
///
/// # Errors
/// A `PlacetError` where the markup lacks something.
#[wasm_bindgen]
pub fn bind(page: Page, form: &JsValue, locale: String) -> Result<usize, JsValue> {
    let form: &HtmlFormElement = form.dyn_ref().ok_or_else(|| thrown(Error::NotAForm))?;
    form::read(&describe(form, &locale), &mut |problem| {
        // An address may well be unfinished as yet; a box ticked by the page is the page's mistake already.
        if matches!(problem, Error::Preticked(_)) {
            page.tell(problem);
        }
    })
    .map_err(thrown)?;
    let captured = form.clone();
    // Passive by default, so this listener could not hold the form's submission up if it wanted to.
    let options = EventListenerOptions::default();
    let listener = EventListener::new_with_options(form, "submit", options, move |_| {
        match form::read(&describe(&captured, &locale), &mut |problem| page.tell(problem)) {
            // No address, so nothing to record a choice on.
            Ok(submission) if submission.choices.is_empty() => {}
            Ok(submission) => {
                submission.keep(&page);
            }
            Err(error) => page.tell(error),
        }
    });
    BINDINGS.with_borrow_mut(|bindings| {
        bindings.push(Some(listener));
        Ok(bindings.len() - 1)
    })
}

/// Lets a form go.
#[wasm_bindgen]
pub fn unbind(number: usize) {
    BINDINGS.with_borrow_mut(|bindings| {
        if let Some(binding) = bindings.get_mut(number) {
            *binding = None;
        }
    });
}

/// Hands in what a script composed, see [`composed`].
///
/// # Errors
/// A `PlacetError` that says what is missing or unknown in it; nothing is sent then.
#[wasm_bindgen]
pub fn submit(page: &Page, given: &str) -> Result<JsValue, JsValue> {
    Ok(composed(given).map_err(thrown)?.keep(page))
}
