//! The words that were shown, in one exact form, so that anyone can hash them again and compare; see `storefront.d.ts`.
//!
//! The hash is computed here and not by WebCrypto because WebCrypto answers later, and on https only: here a submission is
//! whole, and kept, before the form's own goes on.

use sha2::{Digest, Sha256};

use crate::storefront::text::hex;

/// SHA-256 of a text's UTF-8 bytes, in lower-case hex.
pub fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}
