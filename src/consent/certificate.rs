//! Certificates of erasure: the proof that a person receives when a shop has erased their data, and that the shop can
//! show to an authority (GDPR Art. 5(2), 17). A certificate is signed with the shop's own key. Anybody who has the
//! public key can check it without asking the shop.
//!
//! ```
//! use placet::consent::certificate::{SigningKey, verify};
//!
//! let key = SigningKey::from_seed([7; 32]);
//! let signed = key.sign(b"erased");
//! assert_eq!(verify(&signed, &key.jwk())?, b"erased");
//! # Ok::<(), placet::consent::certificate::CertificateError>(())
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::consent::jws::object;

pub use crate::consent::jws::{CertificateError, Jwk, SigningKey, key_id, verify};

vocabulary! {
    /// The party that asked for an erasure.
    Requester, "unknown requester" {
        /// The person.
        Person = "person",
        /// A representative who acts for the person.
        Representative = "representative",
        /// A court or a supervisory authority, GDPR Art. 58(2)(g).
        Authority = "authority",
        /// The shop itself, because a purpose has ended or a period has expired.
        Shop = "shop",
    }
}

/// The content of a certificate. The texts are as the ledger wrote them. It names no person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Certificate {
    /// The version of this format.
    #[serde(deserialize_with = "known_version")]
    #[cfg_attr(feature = "contract", schemars(extend("const" = Certificate::VERSION)))]
    pub version: u8,
    /// The id of the certificate, a UUID.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// The shop that erased the contact.
    pub shop: Issuer,
    /// The id that the contact had, a UUID.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub contact: String,
    /// The time of the erasure, RFC 3339.
    #[cfg_attr(feature = "contract", schemars(extend("format" = "date-time")))]
    pub erased_at: String,
    /// The party that asked for the erasure.
    pub requested_by: Requester,
    /// The id of the API key that made the erasure.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub key: String,
    /// The number of deleted rows, by table.
    pub deleted: BTreeMap<String, u64>,
    /// The data that is still stored.
    pub kept: Kept,
}

/// The shop that issued a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Issuer {
    /// The id of the shop.
    pub id: String,
    /// The name of the shop, as people know it.
    pub name: String,
}

/// The data that an erasure does not delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Kept {
    /// The number of keyed hashes of addresses. They are stored so that nobody writes to these addresses again (GDPR
    /// Art. 17(3)(b), 21(3)).
    pub suppressions: u64,
    /// Whether the person is still counted in totals that identify nobody.
    pub counters: bool,
}

impl Certificate {
    /// The only version that exists so far.
    pub const VERSION: u8 = 1;

    /// Signs the certificate.
    ///
    /// # Errors
    /// An error of the JSON writer. The content of a certificate cannot cause one.
    pub fn signed(&self, key: &SigningKey) -> Result<String, serde_json::Error> {
        Ok(key.sign(&serde_json::to_vec(self)?))
    }

    /// Verifies a certificate with this key and returns its content.
    ///
    /// # Errors
    /// Those of [`verify`], and [`CertificateError::Malformed`] if the payload is not a certificate of this version.
    pub fn verified(jws: &str, key: &Jwk) -> Result<Self, CertificateError> {
        object(&verify(jws, key)?).ok_or(CertificateError::Malformed { part: "payload" })
    }
}

fn known_version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    let version = u8::deserialize(deserializer)?;
    if version == Certificate::VERSION { Ok(version) } else { Err(de::Error::custom("unknown version")) }
}

#[cfg(test)]
#[path = "certificate_tests.rs"]
mod tests;
