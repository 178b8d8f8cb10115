//! The runtime's clock, randomness and log.

use js_sys::{Date, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::consent::Timestamp;
use crate::ledger::Host;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(buffer: &Uint8Array);
}

/// The Workers runtime as a host. Its clock stands still while no I/O happens, which is as good as a moment held.
#[derive(Clone, Copy, Debug)]
pub(super) struct EdgeHost;

impl Host for EdgeHost {
    #[allow(clippy::cast_possible_truncation, reason = "whole milliseconds within the range of a Date")]
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(Date::now() as i64).unwrap_or(Timestamp::BEGINNING)
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
