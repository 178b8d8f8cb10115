//! Certificates of erasure: what a person holds once a shop has nothing left of them, and what the shop can show an authority
//! (GDPR Art. 5(2), 17). Signed with the shop's own key; whoever has its public half can check one, without asking the shop.
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
    /// Who asked for an erasure.
    Requester, "unknown requester" {
        /// The person.
        Person = "person",
        /// Somebody who acts for the person.
        Representative = "representative",
        /// A court or a supervisory authority, GDPR Art. 58(2)(g).
        Authority = "authority",
        /// The shop of its own accord: a purpose has ended, or a period has run out.
        Shop = "shop",
    }
}

/// What a certificate says. Its texts are as the ledger wrote them; nobody is named in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Certificate {
    /// The version of this format.
    #[serde(deserialize_with = "known_version")]
    #[cfg_attr(feature = "contract", schemars(extend("const" = Certificate::VERSION)))]
    pub version: u8,
    /// Of the certificate, a UUID.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub id: String,
    /// Who erased.
    pub shop: Issuer,
    /// Whom the shop knew by this number, a UUID.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub contact: String,
    /// When, RFC 3339.
    #[cfg_attr(feature = "contract", schemars(extend("format" = "date-time")))]
    pub erased_at: String,
    /// Who asked for it.
    pub requested_by: Requester,
    /// The id of the API key by which it was done.
    #[cfg_attr(feature = "contract", schemars(with = "uuid::Uuid"))]
    pub key: String,
    /// How many rows are gone, by table.
    pub deleted: BTreeMap<String, u64>,
    /// What is left.
    pub kept: Kept,
}

/// The shop that a certificate comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Issuer {
    /// Its id.
    pub id: String,
    /// Its name, as people know it.
    pub name: String,
}

/// What an erasure leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub struct Kept {
    /// How many fingerprints of addresses, so that nobody writes to them again (GDPR Art. 17(3)(b), 21(3)).
    pub suppressions: u64,
    /// Whether the person is still counted in sums that tell of nobody.
    pub counters: bool,
}

impl Certificate {
    /// The one version that there is so far.
    pub const VERSION: u8 = 1;

    /// The certificate, signed.
    ///
    /// # Errors
    /// None that its content could cause.
    pub fn signed(&self, key: &SigningKey) -> Result<String, serde_json::Error> {
        Ok(key.sign(&serde_json::to_vec(self)?))
    }

    /// What a certificate says, once it is certain that this key signed it.
    ///
    /// # Errors
    /// Those of [`verify`]; [`CertificateError::Malformed`] also where the payload is none of this version.
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
