//! What Rust calls in JavaScript.

use wasm_bindgen::prelude::*;

use crate::storefront::error::Error;

#[wasm_bindgen]
extern "C" {
    /// The part of an open storefront that is written in JavaScript (`entry.js`). None of its methods throws.
    pub type Page;

    /// Reports an error that no caller waits for.
    #[wasm_bindgen(method, structural)]
    fn report(this: &Page, error: &JsValue);

    /// Stores a submission and begins to send it. Returns a promise of the outcome. The text contains email, phone,
    /// country, notice, version, locale, SHA-256 of the words, kind, form and words, each ended by U+0000; then the
    /// choices as `channel:purpose:choice`, each ended by a space.
    #[wasm_bindgen(method, structural)]
    pub(super) fn keep(this: &Page, submission: &str) -> JsValue;
}

#[wasm_bindgen(module = "/src/storefront/page.js")]
extern "C" {
    fn failure(code: &str, message: &str, about: &str) -> JsValue;
}

/// Converts an error into a JavaScript `PlacetError`.
pub(super) fn thrown(error: Error) -> JsValue {
    let (message, about) = error.message();
    failure(error.code(), message, about)
}

impl Page {
    /// Reports an error that no caller waits for.
    pub(super) fn report_error(&self, error: Error) {
        self.report(&thrown(error));
    }
}
