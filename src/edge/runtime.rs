//! The runtime's clock, randomness and log.

use js_sys::{Date, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::consent::Timestamp;
use crate::ledger::Runtime;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(buffer: &Uint8Array);

    /// The runtime's own date formatter, which knows the time zones.
    #[wasm_bindgen(js_namespace = Intl)]
    type DateTimeFormat;

    #[wasm_bindgen(constructor, catch, js_namespace = Intl)]
    fn new(locale: &str, options: &Object) -> Result<DateTimeFormat, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn format(this: &DateTimeFormat, millis: f64) -> Result<String, JsValue>;
}

/// The Workers runtime as a host. Its clock does not advance without I/O, so one synchronous stretch sees one time.
#[derive(Clone, Copy, Debug)]
pub(super) struct EdgeRuntime;

impl Runtime for EdgeRuntime {
    #[allow(clippy::cast_possible_truncation, reason = "whole milliseconds within the range of a Date")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(Date::now() as i64).unwrap_or(Timestamp::BEGINNING)
    }

    fn day(&self, at: Timestamp, zone: &str) -> Option<String> {
        let options = Object::new();
        Reflect::set(&options, &"timeZone".into(), &zone.into()).ok()?;
        // The Swedish locale writes dates in the format of ISO 8601.
        let form = DateTimeFormat::new("sv-SE", &options).ok()?;
        #[allow(clippy::cast_precision_loss, reason = "within the range of a Date")]
        form.format(at.millis() as f64).ok()
    }

    fn fill(&self, buffer: &mut [u8]) {
        let random = Uint8Array::new_with_length(u32::try_from(buffer.len()).unwrap_or(0));
        get_random_values(&random);
        random.copy_to(buffer);
    }

    fn report(&self, failure: &str) {
        worker::console_error!("placet: {failure}");
    }
}
