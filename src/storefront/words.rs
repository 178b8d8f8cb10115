//! The SHA-256 of the words that were shown. `storefront.d.ts` defines their exact form, so that anyone can compute the
//! hash again and compare.
//!
//! The hash is not computed by WebCrypto, because WebCrypto is asynchronous and works on https only. Here a submission
//! is complete and stored before the form's own submission goes on.

use sha2::{Digest, Sha256};

use crate::storefront::text::hex;

/// Returns the SHA-256 of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits.
pub fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}
