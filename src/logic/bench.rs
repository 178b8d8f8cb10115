//! Measures the time of a decision inside the module, without crossing the boundary and without parsing the call.

use std::hint::black_box;

use wasm_bindgen::prelude::*;

use crate::logic::call::Asked;
use crate::logic::error::{Code, Error};
use crate::logic::value::thrown;

#[wasm_bindgen]
extern "C" {
    /// Returns the milliseconds since the runtime started, with fractions.
    #[wasm_bindgen(js_namespace = performance)]
    fn now() -> f64;
}

/// Parses a call of `decide` once, carries it out `times` times, and returns the milliseconds that one decision took,
/// without the explanation. Returns 0 in a runtime whose clock does not advance during a call, such as workerd.
///
/// # Errors
/// Throws `{code, pointer, message}` as `decide` does.
#[wasm_bindgen]
pub fn repeat_decide(call: JsValue, times: u32) -> Result<f64, JsValue> {
    let json = js_sys::JSON::stringify(&call).map_err(|_| thrown(Error::at(Code::BadInput, "")))?;
    let (asked, channel, purpose) = Asked::to_decide(String::from(json).as_bytes()).map_err(thrown)?;
    let begin = now();
    for _ in 0..times {
        let asked = black_box(&asked);
        black_box(crate::consent::decide(&asked.standing, &asked.policy, &asked.person, channel, &purpose, asked.at));
    }
    Ok((now() - begin) / f64::from(times.max(1)))
}
