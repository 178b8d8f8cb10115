//! What a form or a script hands in: a checked submission goes to the page to be kept and sent.

use super::page::Page;
use wasm_bindgen::prelude::*;

use crate::storefront::error::Error;
use crate::storefront::form;
use crate::storefront::page::thrown;
use crate::storefront::submission::composed;

/// Checks what a form's markup offers, as `describe` in `page.js` tells it.
///
/// # Errors
/// A `PlacetError` where the markup lacks something.
#[wasm_bindgen]
pub fn check(page: &Page, described: &str) -> Result<(), JsValue> {
    form::read(described, &mut |problem| {
        // An address may well be unfinished as yet; a box ticked by the page is the page's mistake already.
        if matches!(problem, Error::Preticked(_)) {
            page.tell(problem);
        }
    })
    .map(|_| ())
    .map_err(thrown)
}

/// Takes what a person did with a form. A promise of what becomes of it; nothing where there is no address to record a choice on.
///
/// # Errors
/// A `PlacetError` where the markup lacks something by now.
#[wasm_bindgen]
pub fn capture(page: &Page, described: &str) -> Result<JsValue, JsValue> {
    let submission = form::read(described, &mut |problem| page.tell(problem)).map_err(thrown)?;
    Ok(if submission.choices.is_empty() { JsValue::UNDEFINED } else { submission.keep(page) })
}

/// Hands in what a script composed, see [`composed`].
///
/// # Errors
/// A `PlacetError` that says what is missing or unknown in it; nothing is sent then.
#[wasm_bindgen]
pub fn submit(page: &Page, given: &str) -> Result<JsValue, JsValue> {
    Ok(composed(given).map_err(thrown)?.keep(page))
}
