//! What Rust takes from JavaScript.

use wasm_bindgen::prelude::*;

use crate::storefront::error::Error;

#[wasm_bindgen]
extern "C" {
    /// The half of an open storefront that is written in JavaScript (`entry.js`). None of its methods throws.
    pub type Page;

    /// Tells of an error that nobody waits for.
    #[wasm_bindgen(method, structural)]
    fn report(this: &Page, error: &JsValue);

    /// Keeps a submission and begins to send it: email, phone, country, notice, version, locale, hash of the words, kind, form,
    /// words, each ended by U+0000, then the choices, `channel:purpose:choice`, each ended by a space. What comes back is a promise of
    /// what becomes of it.
    #[wasm_bindgen(method, structural)]
    pub(super) fn keep(this: &Page, submission: &str) -> JsValue;
}

#[wasm_bindgen(module = "/src/storefront/page.js")]
extern "C" {
    fn failure(code: &str, message: &str, about: &str) -> JsValue;
}

/// An error as JavaScript knows it.
pub(super) fn thrown(error: Error) -> JsValue {
    let (message, about) = error.message();
    failure(error.code(), message, about)
}

impl Page {
    /// Tells of an error that nobody waits for.
    pub(super) fn tell(&self, error: Error) {
        self.report(&thrown(error));
    }
}
