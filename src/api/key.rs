//! Keys: their format, their verification and their scopes.
//!
//! A key is `pk_` or `sk_` followed by 64 or 66 characters of base64url: the id of the master key (missing if it is 0),
//! 16 bytes that identify the shop, 16 random bytes, and 16 bytes of HMAC-SHA-256 over all of them under that master
//! key. The front worker can thus verify without a database that the key was issued for a shop that exists. The database
//! of the shop knows whether the key is still valid.

use base16ct::lower as hex;
use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::api::secrets::Secrets;
use crate::api::shop_id::ShopId;

vocabulary! {
    /// A permission of a key.
    Scope, "unknown scope" {
        /// Read the storefront configuration.
        Storefront = "storefront",
        /// Send submissions.
        Capture = "capture",
        /// Read contacts and make decisions.
        Read = "read",
        /// Change contacts in ways other than submissions.
        Write = "write",
        /// Export the data of a contact.
        Export = "export",
        /// Erase contacts.
        Erase = "erase",
        /// Import and export lists.
        Lists = "lists",
        /// Read the messages that the shop has to send. Their links and codes can act for the person.
        Messages = "messages",
        /// Manage the shop: keys, settings and the audit log.
        Admin = "admin",
    }
}

/// The kind of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub enum KeyKind {
    /// A publishable key. It is public in the shop's pages and works only on the shop's origins. What is sent with it
    /// is only claimed.
    #[cfg_attr(feature = "contract", schemars(rename = "pk"))]
    Publishable,
    /// A secret key. It stays on the shop's servers.
    #[cfg_attr(feature = "contract", schemars(rename = "sk"))]
    Secret,
}

impl KeyKind {
    /// Returns `pk` or `sk`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publishable => "pk",
            Self::Secret => "sk",
        }
    }

    /// Returns the scopes that a key of this kind can have. The shop's first key of the kind has them all.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Publishable => &[Scope::Storefront, Scope::Capture],
            Self::Secret => Scope::ALL,
        }
    }

    /// Parses `pk` or `sk`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Publishable, Self::Secret].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// A key that this deployment has issued.
#[derive(Clone, Debug)]
pub struct Key {
    /// The kind of the key.
    pub kind: KeyKind,
    /// The shop that the key was issued for.
    pub shop: ShopId,
    /// The SHA-256 of the key. The ledger stores only this hash.
    pub hash: String,
}

impl Secrets {
    /// Creates a key.
    pub fn mint(&self, kind: KeyKind, shop: ShopId, random: [u8; 16]) -> String {
        let body = self.signed(kind.as_str(), &[shop.0, random].concat());
        format!("{}_{}", kind.as_str(), Base64Url::encode_string(&body))
    }

    /// Verifies a key. Returns `None` if this deployment did not issue it. The MAC is compared in constant time.
    pub fn verify(&self, text: &str) -> Option<Key> {
        let (kind, body) = match text.split_once('_')? {
            ("pk", body) => (KeyKind::Publishable, body),
            ("sk", body) => (KeyKind::Secret, body),
            _ => return None,
        };
        if body.len() > LONGEST_BODY {
            return None;
        }
        let bytes = Base64Url::decode_vec(body).ok()?;
        let content: &[u8; 32] = self.content_of(kind.as_str(), &bytes)?.try_into().ok()?;
        let (shop, _) = content.split_first_chunk::<16>()?;
        Some(Key { kind, shop: ShopId(*shop), hash: hash_of(text) })
    }
}

/// Returns scopes as the ledger stores them: separated by spaces.
pub(in crate::api) fn written(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

/// The maximum length of a key after `pk_` or `sk_`, in characters.
const LONGEST_BODY: usize = 66;

/// Returns the SHA-256 under which the ledger stores a key.
pub(in crate::api) fn hash_of(key: &str) -> String {
    hex::encode_string(&Sha256::digest(key))
}

/// Returns the key with which the shop's server signs identity tokens: HMAC-SHA-256 of the text `placet identity` under
/// the secret key. The ledger keeps it sealed. The hash of the secret key, which the ledger keeps open, does not lead
/// to it.
pub(in crate::api) fn identity_key(key: &str) -> [u8; 32] {
    // HMAC accepts a key of any length, so the result is never empty.
    Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map(|mac| mac.chain_update("placet identity").finalize().into_bytes().into())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new(&"m".repeat(32), "", &"r".repeat(32)).unwrap()
    }

    #[test]
    fn a_key_proves_its_shop_and_every_other_text_is_refused() {
        let shop = ShopId([7; 16]);
        let key = secrets().mint(KeyKind::Secret, shop, [9; 16]);
        assert_eq!(key.len(), 3 + 64);
        assert_eq!(secrets().verify(&key).map(|key| (key.kind, key.shop)), Some((KeyKind::Secret, shop)));
        for place in 0..key.len() {
            let mut forged = key.clone().into_bytes();
            forged[place] = if forged[place] == b'A' { b'B' } else { b'A' };
            assert!(secrets().verify(&String::from_utf8(forged).unwrap()).is_none(), "changed at {place}");
        }
        assert!(secrets().verify(&key.replace("sk_", "pk_")).is_none(), "the kind is signed too");
        let other = Secrets::new(&"n".repeat(32), "", &"r".repeat(32)).unwrap();
        assert!(other.verify(&key).is_none(), "another deployment");
        for bad in ["", "sk_", "sk", "xx_AAAA", &key[..66], &format!("{key}A")] {
            assert!(secrets().verify(bad).is_none(), "{bad:?}");
        }
    }
}
