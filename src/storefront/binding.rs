//! The functions that forms and scripts call. They pass a checked submission to the page, which stores and sends it.

use super::page::Page;
use wasm_bindgen::prelude::*;

use crate::storefront::error::Error;
use crate::storefront::form;
use crate::storefront::page::thrown;
use crate::storefront::submission::composed;

/// Checks what the markup of a form offers. `described` comes from `describe` in `page.js`.
///
/// # Errors
/// Throws a `PlacetError` if something is missing in the markup.
#[wasm_bindgen]
pub fn check(page: &Page, described: &str) -> Result<(), JsValue> {
    form::read(described, &mut |problem| {
        // The person may not have finished the address yet. A box ticked by the page is a mistake already.
        if matches!(problem, Error::Preticked(_)) {
            page.report_error(problem);
        }
    })
    .map(|_| ())
    .map_err(thrown)
}

/// Captures the current state of a form. Returns a promise of the outcome, or `undefined` if there is no address to
/// record a choice for.
///
/// # Errors
/// Throws a `PlacetError` if something is missing in the markup now.
#[wasm_bindgen]
pub fn capture(page: &Page, described: &str) -> Result<JsValue, JsValue> {
    let submission = form::read(described, &mut |problem| page.report_error(problem)).map_err(thrown)?;
    Ok(if submission.choices.is_empty() { JsValue::UNDEFINED } else { submission.keep(page) })
}

/// Stores and sends a submission that a script composed, see [`composed`]. Returns a promise of the outcome.
///
/// # Errors
/// Throws a `PlacetError` that says what is missing or unknown in it. Nothing is sent then.
#[wasm_bindgen]
pub fn submit(page: &Page, given: &str) -> Result<JsValue, JsValue> {
    Ok(composed(given).map_err(thrown)?.keep(page))
}
