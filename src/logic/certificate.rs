//! Verifies a certificate of erasure.

use super::error::Code;
use serde::Deserialize;
use serde_json::value::RawValue;
use wasm_bindgen::prelude::*;

use crate::consent::certificate::Certificate;
use crate::consent::jws::{CertificateError, Jwk, key_id};
use crate::logic::error::Error;
use crate::logic::object::{Given, Object, Text, from_json};
use crate::logic::value::{plain, thrown};

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields, bound(deserialize = "'de: 'a"))]
struct CertificateCall<'a> {
    certificate: Given<Text<'a>>,
    key: Given<&'a RawValue>,
}

/// A JWK Set. Its keys are parsed only once it is known to be a set.
#[derive(Deserialize)]
struct KeySet<'a> {
    #[serde(borrow)]
    keys: Vec<&'a RawValue>,
}

/// Verifies a certificate with a key and returns its content. The call is JSON, because the certificate is long; the
/// answer is a plain object.
///
/// # Errors
/// Throws `{code, pointer, message}` if the call, the key, the certificate or its signature is invalid.
#[wasm_bindgen]
pub fn verify_certificate(call: &[u8]) -> Result<JsValue, JsValue> {
    plain(&verified(call).map_err(thrown)?)
}

fn verified(call: &[u8]) -> Result<Certificate, Error> {
    let call: CertificateCall<'_> = from_json(call)?;
    let Text(certificate) = call.certificate.required("/certificate")?;
    let kid = key_id(&certificate).map_err(refused)?;
    let key = key_of(call.key.required("/key")?, &kid)?;
    Certificate::verified(&certificate, &key).map_err(refused)
}

/// Returns the given key, or the key of the set that the certificate names.
fn key_of(given: &RawValue, kid: &str) -> Result<Jwk, Error> {
    let Ok(Object(KeySet { keys })) = serde_json::from_slice(given.get().as_bytes()) else {
        return jwk(given).ok_or_else(|| Error::at(Code::BadKey, "/key"));
    };
    // A set may contain keys for other uses, which are ignored (RFC 7517, section 5).
    let named = keys.into_iter().filter_map(jwk).find(|key| key.thumbprint() == kid);
    named.ok_or_else(|| Error::at(Code::WrongKey, "/key"))
}

fn jwk(given: &RawValue) -> Option<Jwk> {
    serde_json::from_slice(given.get().as_bytes()).ok().map(|Object(key)| key)
}

fn refused(error: CertificateError) -> Error {
    match error {
        CertificateError::Malformed { .. } | CertificateError::Header { .. } => {
            Error::at(Code::BadCertificate, "/certificate")
        }
        CertificateError::WrongKey { .. } => Error::at(Code::WrongKey, "/key"),
        CertificateError::BadSignature => Error::at(Code::BadSignature, "/certificate"),
        CertificateError::BadKey { .. } => Error::at(Code::BadKey, "/key"),
    }
}
