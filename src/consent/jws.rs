//! Signatures: the payload of a certificate in a JWS in compact serialisation (RFC 7515) with Ed25519 (RFC 8037), so that any JOSE
//! library reads it. [`verify`] is strict: whatever byte of a certificate is changed, left out or added, it is none any more.

use std::fmt;

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use ed25519_dalek::{Signature, Signer, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::json;

/// What kind of JWS this is, so that none that the key signed for another end passes for a certificate (RFC 8725, section 3.11).
const TYP: &str = "placet-certificate+jws";

/// Why a certificate, or a key, is not to be relied on. Nothing of what was given is in it but a key's thumbprint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// It is not written as certificates are.
    Malformed {
        /// Which part is not.
        part: &'static str,
    },
    /// Its header is none of a certificate.
    Header {
        /// What a header needs.
        needs: &'static str,
    },
    /// It names another key than the one it was to be checked with.
    WrongKey {
        /// The RFC 7638 thumbprint of the key that it names.
        kid: String,
    },
    /// The key that it names did not sign this.
    BadSignature,
    /// What was given as a key is none that signatures could be checked with.
    BadKey {
        /// What a key needs.
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

/// A shop's key. Its seed is wiped from memory when it is dropped.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of a seed, which is the private key of RFC 8032: 32 bytes that nobody could guess.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The public half.
    pub fn jwk(&self) -> Jwk {
        Jwk(self.0.verifying_key())
    }

    /// The payload in a JWS that [`verify`] accepts.
    pub fn sign(&self, payload: &[u8]) -> String {
        let kid = self.jwk().thumbprint();
        self.sign_under(&format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"{TYP}"}}"#), payload)
    }

    /// The payload in a JWS under any header.
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

/// The public half of a key, written as a JSON Web Key (RFC 8037). It exists only if signatures can be checked with it: a point
/// of small order, for which one signature fits almost anything, is no key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenJwk", into = "WrittenJwk")]
pub struct Jwk(VerifyingKey);

/// Members that are not named here are passed over, as RFC 7517 wants it; `kid` too, since it can be any text.
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
    /// What names the key: its RFC 7638 thumbprint, 43 characters of base64url.
    pub fn thumbprint(&self) -> String {
        // The members that count, in the order of the alphabet (RFC 8037, section 2).
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

/// Whether y is below 2^255 - 19 (RFC 8032, section 5.1.3): else one key would have two spellings, and two names.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = bytes;
    *lowest < 0xed || middle.iter().any(|byte| *byte != 0xff) || highest & 0x7f != 0x7f
}

/// Either name: RFC 8037 has the first, RFC 9864 the second.
fn is_ed25519(alg: &str) -> bool {
    matches!(alg, "EdDSA" | "Ed25519")
}

/// Base64url without padding and without bits that stand for nothing.
fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    Base64Url::decode_vec(text).ok()?.try_into().ok()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

/// A JWS taken apart, and nothing of it believed yet.
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
    // A `crit`, which would ask for more than is understood here, is refused as is any other member.
    let Header { alg, kid, typ } = object(header).ok_or(needs("alg, kid and typ, and nothing else"))?;
    if !is_ed25519(&alg) {
        return Err(needs("the alg EdDSA or Ed25519"));
    }
    if typ != TYP {
        return Err(needs("the typ placet-certificate+jws"));
    }
    decoded::<32>(&kid).ok_or(needs("a kid that is an RFC 7638 thumbprint"))?;
    Ok(kid)
}

/// A JSON object, with nothing before it.
pub(super) fn object<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Option<T> {
    if json.starts_with(b"{") { json::read(json) } else { None }
}

/// The thumbprint of the key that a certificate says it was signed with: what to look a key up by, and nothing to rely on.
///
/// # Errors
/// [`CertificateError::Malformed`] and [`CertificateError::Header`].
pub fn key_id(jws: &str) -> Result<String, CertificateError> {
    Ok(Parts::of(jws)?.kid)
}

/// The payload of a JWS that this key signed as a certificate.
///
/// # Errors
/// What is wrong with it first: [`CertificateError::Malformed`], `Header`, `WrongKey` or `BadSignature`.
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
