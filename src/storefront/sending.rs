//! What an answer of the edge means for what was sent.

use wasm_bindgen::prelude::*;

/// The first pause after a failure, in seconds, doubled by each further one.
const FIRST_PAUSE: u32 = 5;
/// The longest pause: an hour.
const LONGEST_PAUSE: u32 = 3600;

/// Seconds until it is sent again; 0 when it is settled: acknowledged, or refused for good.
///
/// `status` is the HTTP status, 0 where the network failed; `attempts` is how often it was put off before; `asked` is what
/// the edge asks for (`Retry-After`), 0 where it does not.
#[wasm_bindgen]
pub fn pause(status: u16, attempts: u32, asked: u32) -> u32 {
    match status {
        // Too slow, too early, too many: the client's turn to wait, not its mistake.
        408 | 425 | 429 | 0..=199 | 300..=399 | 500.. => {
            (FIRST_PAUSE << attempts.min(10)).max(asked).min(LONGEST_PAUSE)
        }
        // A key, an origin or an address of the edge that is wrong is the shop's mistake: it will be mended, and what people
        // chose meanwhile must not be lost by it.
        401 | 403 | 404 | 405 => LONGEST_PAUSE,
        _ => 0,
    }
}
