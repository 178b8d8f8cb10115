//! What Rust takes from JavaScript.

use wasm_bindgen::prelude::*;

use super::Error;

#[wasm_bindgen]
extern "C" {
    /// The half of an open storefront that is written in JavaScript (`entry.js`). None of its methods throws.
    pub type Page;

    /// Tells of an error that nobody waits for.
    #[wasm_bindgen(method, structural)]
    fn report(this: &Page, error: &JsValue);

    /// Keeps a submission and begins to send it. What comes back is a promise of what becomes of it.
    #[wasm_bindgen(method, structural)]
    #[allow(clippy::too_many_arguments, reason = "a setter for each field would be several times the bytes")]
    pub(super) fn keep(
        this: &Page,
        email: &str,
        phone: &str,
        country: &str,
        chosen: &str,
        notice: &str,
        version: &str,
        locale: &str,
        text_sha256: &str,
        kind: &str,
        form: &str,
    ) -> JsValue;
}

#[wasm_bindgen(module = "/src/storefront/page.js")]
extern "C" {
    fn failure(code: &str, message: &str, about: &str) -> JsValue;

    /// A text in an object of the page, trimmed; empty where there is none.
    pub(super) fn text(object: &JsValue, name: &str) -> String;
    /// One line of the words.
    pub(super) fn line(element: &JsValue) -> String;
    /// The line of a control's first label; empty where it has none.
    pub(super) fn label(control: &JsValue) -> String;
    /// The language of an element, or else the given one.
    pub(super) fn language(element: &JsValue, otherwise: &str) -> String;
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
