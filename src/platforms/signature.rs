//! Message authentication codes of providers, and the signature scheme of Standard Webhooks 1.0.0.

use base64ct::{Base64, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::consent::Timestamp;
use crate::platforms::platform::Hook;

/// The number of seconds by which the time of a signature may differ from the current time.
const TOLERANCE: u64 = 5 * 60;

/// The allowed length of a secret in bytes, as in the specification. Anybody could sign with a shorter or an empty
/// secret.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Returns the HMAC-SHA-256 of the content.
pub(super) fn sha256(key: &[u8], content: &[&[u8]]) -> Vec<u8> {
    // HMAC accepts a key of any length, so the default is never used.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| content.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Returns the HMAC-SHA-1 of the content. One provider still signs with it. As a MAC it is not broken.
pub(super) fn sha1(key: &[u8], content: &[&[u8]]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(key)
        .map(|mac| content.iter().fold(mac, |mac, part| mac.chain_update(part)).finalize().into_bytes().to_vec())
        .unwrap_or_default()
}

/// Compares two codes in constant time.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    bool::from(one.ct_eq(other))
}

/// Returns the written form of a secret.
pub fn secret_text(secret: &[u8]) -> String {
    format!("whsec_{}", Base64::encode_string(secret))
}

/// Checks the headers `webhook-id`, `webhook-timestamp` and `webhook-signature`, and returns the id.
pub(super) fn verified<'a>(secret: &str, hook: &'a Hook<'_>, now: Timestamp) -> Option<&'a str> {
    let secret =
        Base64::decode_vec(secret.strip_prefix("whsec_")?).ok().filter(|key| SECRET_BYTES.contains(&key.len()))?;
    let id = hook.header("webhook-id")?;
    let time = hook.header("webhook-timestamp")?;
    let off = now.millis().div_euclid(1_000).saturating_sub(time.parse::<i64>().ok()?);
    let own = sha256(&secret, &[id.as_bytes(), b".", time.as_bytes(), b".", hook.body]);
    let own = Base64::encode_string(&own);
    let signed = hook
        .header("webhook-signature")?
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        // All signatures are compared, so that the time taken does not reveal which of them is valid.
        .fold(false, |found, given| same(given.as_bytes(), own.as_bytes()) | found);
    (signed && off.unsigned_abs() <= TOLERANCE).then_some(id)
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = b"{\"test\": 2432232314}";

    fn check(secret: &str, id: &str, time: &str, signature: &str, body: &[u8], at: i64) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in [("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", signature)] {
            headers.insert(name, value.parse().unwrap());
        }
        let hook = Hook { url: "", headers: &headers, query: None, body };
        verified(secret, &hook, Timestamp::from_millis(at * 1_000).unwrap()).is_some()
    }

    #[test]
    fn only_the_exact_test_vector_of_the_specification_verifies() {
        let (id, time, at) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", 1_614_265_330);
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert!(check(SECRET, id, time, signature, BODY, at));
        assert!(check(SECRET, id, time, &format!("v1a,x v1,AAAA {signature}"), BODY, at + 299), "any of several");
        for (what, good) in [
            ("another secret", check("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", id, time, signature, BODY, at)),
            ("no secret", check("secret", id, time, signature, BODY, at)),
            ("another id", check(SECRET, "msg_other", time, signature, BODY, at)),
            ("another time", check(SECRET, id, "1614265331", signature, BODY, at)),
            ("the end of time", check(SECRET, id, "9223372036854775807", signature, BODY, at)),
            ("its beginning", check(SECRET, id, "-9223372036854775808", signature, BODY, at)),
            ("no signature", check(SECRET, id, time, "", BODY, at)),
            ("no time", check(SECRET, id, "yesterday", signature, BODY, at)),
            ("too late", check(SECRET, id, time, signature, BODY, at + 301)),
            ("too early", check(SECRET, id, time, signature, BODY, at - 301)),
            ("another scheme", check(SECRET, id, time, &signature.replace("v1,", "v2,"), BODY, at)),
        ] {
            assert!(!good, "{what}");
        }
        // A signature is refused if the secret has a length outside the allowed range.
        for (length, good) in [(0, false), (1, false), (23, false), (24, true), (64, true), (65, false)] {
            let key = vec![7; length];
            let own = sha256(&key, &[id.as_bytes(), b".", time.as_bytes(), b".", BODY]);
            let own = format!("v1,{}", Base64::encode_string(&own));
            assert_eq!(check(&secret_text(&key), id, time, &own, BODY, at), good, "{length} bytes");
        }
        for place in 0..signature.len() {
            let mut forged = signature.to_owned().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            assert!(!check(SECRET, id, time, std::str::from_utf8(&forged).unwrap(), BODY, at), "changed at {place}");
        }
        for place in 0..BODY.len() {
            let mut forged = BODY.to_vec();
            forged[place] ^= 1;
            assert!(!check(SECRET, id, time, signature, &forged, at), "body changed at {place}");
        }
    }
}
