//! Tests `tests/certificate.json`, the certificate that the tests of the JavaScript module check as well.

use serde_json::{Value, json};

use crate::consent::certificate::*;

fn key() -> SigningKey {
    SigningKey::from_seed(std::array::from_fn(|n| n as u8))
}

fn certificate() -> Certificate {
    Certificate {
        version: Certificate::VERSION,
        id: "019a0000-0000-7000-8000-0000000000e1".into(),
        shop: Issuer { id: "kestrel".into(), name: "Kestrel Coffee".into() },
        contact: "019a0000-0000-7000-8000-0000000000c1".into(),
        erased_at: "2026-11-23T10:00:00.000Z".into(),
        requested_by: Requester::Person,
        key: "sk_1".into(),
        deleted: [("address".into(), 2), ("record".into(), 5)].into(),
        kept: Kept { suppressions: 2, counters: true },
    }
}

#[test]
fn a_signed_certificate_is_read_unchanged() {
    let signed = certificate().signed(&key()).unwrap();
    assert_eq!(Certificate::verified(&signed, &key().jwk()), Ok(certificate()));
    let shared = json!({ "certificate": signed, "key": key().jwk(), "says": certificate() });
    let file: Value = serde_json::from_str(include_str!("../../tests/certificate.json")).unwrap();
    assert_eq!(file, shared, "{shared:#}");
}

#[test]
fn a_signature_of_another_payload_is_no_certificate() {
    let good = serde_json::to_string(&certificate()).unwrap();
    let verified = |payload: &str| Certificate::verified(&key().sign(payload.as_bytes()), &key().jwk());
    assert_eq!(verified(&good), Ok(certificate()));
    for other in [
        String::new(),
        "{}".into(),
        format!("[{good}]"),
        format!("{good}{good}"),
        good.replace("\"version\":1", "\"version\":2"),
        good.replace("\"version\":1,", ""),
        good.replace("\"person\"", "\"nobody\""),
        good.replace("\"kept\":{", "\"kept\":{\"records\":1,"),
        good.replace("\"version\"", "\"email\":\"\",\"version\""),
        good.replace("\"record\":5", "\"record\":-5"),
        good.replace("\"record\":5", "\"record\":5.5"),
    ] {
        assert_ne!(other, good);
        assert_eq!(verified(&other), Err(CertificateError::Malformed { part: "payload" }), "{other}");
    }
}
