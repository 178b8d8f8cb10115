//! What an answer of the edge means for a submission.

use wasm_bindgen::prelude::*;

/// The first pause after a failure, in seconds. Each further failure doubles it.
const FIRST_PAUSE: u32 = 5;
/// The longest pause, in seconds: one hour.
const LONGEST_PAUSE: u32 = 3600;

/// Returns the seconds until the submission is sent again, or 0 if the edge has acknowledged it or refused it finally.
///
/// `status` is the HTTP status, or 0 if the network failed. `attempts` is how often the submission was postponed
/// before. `asked` is the `Retry-After` of the edge in seconds, or 0 if absent.
#[wasm_bindgen]
pub fn pause(status: u16, attempts: u32, asked: u32) -> u32 {
    match status {
        // A timeout, a limit or a failure of the server: the request is correct and may succeed later.
        408 | 425 | 429 | 0..=199 | 300..=399 | 500.. => {
            (FIRST_PAUSE << attempts.min(10)).max(asked).min(LONGEST_PAUSE)
        }
        // A wrong key, origin or address of the edge is the shop's mistake. The shop will correct it, and the choices
        // made until then must not be lost.
        401 | 403 | 404 | 405 => LONGEST_PAUSE,
        _ => 0,
    }
}
