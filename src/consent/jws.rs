//! Signs and verifies certificates. A certificate is a JWS in compact serialisation (RFC 7515) with Ed25519 (RFC 8037),
//! so that any JOSE library can read it. [`verify`] is strict: it refuses a certificate in which any byte was changed,
//! removed or added.

use std::fmt;

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::json;

/// The `typ` of a certificate. A JWS that the key signed for another purpose is refused as a certificate (RFC 8725,
/// section 3.11).
const TYP: &str = "placet-certificate+jws";

/// The reason why a certificate or a key is refused. Of the input it holds only the thumbprint of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// The text does not have the form of a certificate.
    Malformed {
        /// The name of the malformed part.
        part: &'static str,
    },
    /// The header is not the header of a certificate.
    Header {
        /// The requirement that the header does not meet.
        needs: &'static str,
    },
    /// The certificate names another key than the one that was given.
    WrongKey {
        /// The RFC 7638 thumbprint of the key that the certificate names.
        kid: String,
    },
    /// The signature was not made by the key that the certificate names.
    BadSignature,
    /// The given key cannot be used to check signatures.
    BadKey {
        /// The requirement that the key does not meet.
        needs: &'static str,
    },
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { part } => write!(f, "the {part} of the certificate is not written as it should be"),
            Self::Header { needs } => write!(f, "the header of a certificate needs {needs}"),
            Self::WrongKey { kid } => write!(f, "the certificate names the key {kid}; check it with that one"),
            Self::BadSignature => f.write_str("the certificate was changed, or never signed by the key that it names"),
            Self::BadKey { needs } => write!(f, "a key needs {needs}"),
        }
    }
}

impl std::error::Error for CertificateError {}

/// A shop's key for signing. Its seed is wiped from memory when the key is dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Makes the key from a seed. The seed is the private key of RFC 8032: 32 bytes that nobody can guess.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// Returns the public key.
    pub fn jwk(&self) -> Jwk {
        Jwk(self.0.verifying_key())
    }

    /// Signs the payload. Returns a JWS that [`verify`] accepts.
    pub fn sign(&self, payload: &[u8]) -> String {
        let kid = self.jwk().thumbprint();
        self.sign_under(&format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"{TYP}"}}"#), payload)
    }

    /// Signs the payload under any header.
    fn sign_under(&self, header: &str, payload: &[u8]) -> String {
        let signed = format!("{}.{}", Base64Url::encode_string(header.as_bytes()), Base64Url::encode_string(payload));
        let signature = self.0.sign(signed.as_bytes()).to_bytes();
        format!("{signed}.{}", Base64Url::encode_string(&signature))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.jwk().thumbprint()).finish_non_exhaustive()
    }
}

/// A public key, written as a JSON Web Key (RFC 8037). It exists only if signatures can be checked with it. A point of
/// small order is refused, because one signature would fit almost any text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenJwk", into = "WrittenJwk")]
pub struct Jwk(VerifyingKey);

/// The members of a JSON Web Key that are read. Other members are ignored, as RFC 7517 requires. `kid` is ignored too,
/// because it can be any text.
#[derive(Serialize, Deserialize)]
struct WrittenJwk {
    kty: String,
    crv: String,
    x: String,
    #[serde(default, skip_serializing)]
    alg: Option<String>,
    #[serde(default, rename = "use", skip_serializing)]
    used_for: Option<String>,
}

impl Jwk {
    /// Returns the RFC 7638 thumbprint that names the key: 43 characters of base64url.
    pub fn thumbprint(&self) -> String {
        // The required members in alphabetical order (RFC 8037, section 2).
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.x());
        Base64Url::encode_string(&Sha256::digest(members))
    }

    fn x(&self) -> String {
        Base64Url::encode_string(self.0.as_bytes())
    }
}

impl From<Jwk> for WrittenJwk {
    fn from(key: Jwk) -> Self {
        Self { kty: "OKP".into(), crv: "Ed25519".into(), x: key.x(), alg: None, used_for: None }
    }
}

impl TryFrom<WrittenJwk> for Jwk {
    type Error = CertificateError;

    fn try_from(written: WrittenJwk) -> Result<Self, CertificateError> {
        let needs = |needs| CertificateError::BadKey { needs };
        if written.kty != "OKP" || written.crv != "Ed25519" {
            return Err(needs("kty OKP and crv Ed25519"));
        }
        if written.alg.is_some_and(|alg| !is_ed25519(&alg)) || written.used_for.is_some_and(|used| used != "sig") {
            return Err(needs("alg EdDSA or Ed25519 and use sig, or neither"));
        }
        let bytes: [u8; 32] = decoded(&written.x).ok_or(needs("an x of 32 bytes in base64url"))?;
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| is_canonical(&bytes) && !key.is_weak());
        key.map(Self).ok_or(needs("an x that is a point of the curve, written as RFC 8032 has it, and of large order"))
    }
}

/// Returns whether y is below 2^255 - 19 (RFC 8032, section 5.1.3). Otherwise one key would have two spellings and two
/// thumbprints.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = bytes;
    *lowest < 0xed || middle.iter().any(|byte| *byte != 0xff) || highest & 0x7f != 0x7f
}

/// Returns whether a text is a name of the algorithm. RFC 8037 defines the first name, RFC 9864 the second.
fn is_ed25519(alg: &str) -> bool {
    matches!(alg, "EdDSA" | "Ed25519")
}

/// Decodes base64url without padding. Refuses a text in which unused bits are set.
fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    Base64Url::decode_vec(text).ok()?.try_into().ok()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JwsHeader {
    alg: String,
    kid: String,
    typ: String,
}

/// The parts of a JWS. None of them is verified yet.
struct Parts<'a> {
    signed: &'a str,
    kid: String,
    payload: Vec<u8>,
    signature: Signature,
}

impl<'a> Parts<'a> {
    fn of(jws: &'a str) -> Result<Self, CertificateError> {
        let malformed = |part| CertificateError::Malformed { part };
        let (signed, signature) = jws.rsplit_once('.').ok_or(malformed("whole"))?;
        let (header, payload) = signed.split_once('.').ok_or(malformed("whole"))?;
        let signature = decoded(signature).ok_or(malformed("signature"))?;
        let payload = Base64Url::decode_vec(payload).map_err(|_| malformed("payload"))?;
        let header = Base64Url::decode_vec(header).map_err(|_| malformed("header"))?;
        Ok(Self { signed, kid: kid_of(&header)?, payload, signature: Signature::from_bytes(&signature) })
    }
}

fn kid_of(header: &[u8]) -> Result<String, CertificateError> {
    let needs = |needs| CertificateError::Header { needs };
    // A `crit` member would require features that are not supported here. It is refused like every other extra member.
    let JwsHeader { alg, kid, typ } = object(header).ok_or(needs("alg, kid and typ, and nothing else"))?;
    if !is_ed25519(&alg) {
        return Err(needs("the alg EdDSA or Ed25519"));
    }
    if typ != TYP {
        return Err(needs("the typ placet-certificate+jws"));
    }
    decoded::<32>(&kid).ok_or(needs("a kid that is an RFC 7638 thumbprint"))?;
    Ok(kid)
}

/// Reads a JSON object. Refuses a text that does not begin with `{`.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    if json.starts_with(b"{") { json::read(json) } else { None }
}

/// Returns the thumbprint of the key that a certificate names. The caller can look up a key by it, but must not trust
/// it: nothing is verified yet.
///
/// # Errors
/// [`CertificateError::Malformed`] or [`CertificateError::Header`] if the text is not a certificate.
pub fn key_id(jws: &str) -> Result<String, CertificateError> {
    Ok(Parts::of(jws)?.kid)
}

/// Verifies a certificate with this key and returns its payload.
///
/// # Errors
/// The first mistake that is found: [`CertificateError::Malformed`], `Header`, `WrongKey` or `BadSignature`.
pub fn verify(jws: &str, key: &Jwk) -> Result<Vec<u8>, CertificateError> {
    let Parts { signed, kid, payload, signature } = Parts::of(jws)?;
    if kid != key.thumbprint() {
        return Err(CertificateError::WrongKey { kid });
    }
    key.0.verify_strict(signed.as_bytes(), &signature).map_err(|_| CertificateError::BadSignature)?;
    Ok(payload)
}

#[cfg(test)]
#[path = "jws_tests.rs"]
mod tests;
