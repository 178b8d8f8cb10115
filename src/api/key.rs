//! Keys: their format, their verification and their scopes.
//!
//! A key is `pk_` or `sk_` followed by 64 characters of base64url: 16 bytes that identify the shop, 16 random bytes,
//! and 16 bytes of HMAC-SHA-256 over both under the deployment's master key. The front worker can thus verify without a
//! database that the key was issued for a shop that exists. The database of the shop knows whether the key is still
//! valid.

use base16ct::lower as hex;
use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::api::evidence::visitor_of;

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

/// The id of a shop in keys and object names. It is never a plain name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShopId(pub [u8; 16]);

impl ShopId {
    /// Parses the id of a shop: 32 hexadecimal digits. Returns `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        hex::decode_vec(text).ok()?.try_into().ok().map(Self)
    }
}

impl std::fmt::Display for ShopId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode_string(&self.0))
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

/// The two secrets of a deployment.
pub struct Secrets {
    master: Vec<u8>,
    root: String,
}

/// The error of a secret that is missing or too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakSecret {
    /// The name of the environment variable.
    pub name: &'static str,
}

impl std::fmt::Display for WeakSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} must be set to at least {} random characters", self.name, Secrets::MIN_LEN)
    }
}

impl std::error::Error for WeakSecret {}

impl Secrets {
    /// The environment variable with the master key, which signs keys and names objects. If it is lost, all shops are
    /// lost.
    pub const MASTER_KEY: &'static str = "PLACET_MASTER_KEY";
    /// The environment variable with the root secret, which creates shops. It can be changed at any time.
    pub const ROOT_SECRET: &'static str = "PLACET_ROOT_SECRET";
    const MIN_LEN: usize = 32;

    /// Creates the secrets from their texts.
    ///
    /// # Errors
    /// Returns [`WeakSecret`] if one is shorter than 32 characters.
    pub fn new(master: &str, root: &str) -> Result<Self, WeakSecret> {
        for (name, value) in [(Self::MASTER_KEY, master), (Self::ROOT_SECRET, root)] {
            if value.len() < Self::MIN_LEN {
                return Err(WeakSecret { name });
            }
        }
        Ok(Self { master: master.as_bytes().to_vec(), root: root.to_owned() })
    }

    /// Returns whether the text is the root secret, in constant time.
    pub fn is_root(&self, given: &str) -> bool {
        // The hashes have the same length, so the duration does not reveal the length of the secret.
        bool::from(Sha256::digest(given).ct_eq(&Sha256::digest(&self.root)))
    }

    /// Creates a key.
    pub fn mint(&self, kind: KeyKind, shop: ShopId, random: [u8; 16]) -> String {
        let mut body = [shop.0, random].concat();
        let mac = self.mac(kind, &body);
        body.extend(mac);
        format!("{}_{}", kind.as_str(), Base64Url::encode_string(&body))
    }

    /// Derives 16 pseudo-random bytes, the same for the same content. A repeated request thus creates the same keys
    /// again.
    pub(in crate::api) fn derive(&self, use_for: &str, content: &str) -> [u8; 16] {
        self.tagged(use_for, content.as_bytes())
    }

    /// Returns a pseudonym of a visitor within a shop, derived from the visitor's IP address. It changes every day and
    /// cannot be traced back.
    pub fn visitor(&self, day: i64, from: &str) -> String {
        let mut name = hex::encode_string(&self.keyed("visitor", format!("{day} {}", visitor_of(from)).as_bytes()));
        name.truncate(32);
        name
    }

    /// Verifies a key. Returns `None` if this deployment did not issue it. The MAC is compared in constant time.
    pub fn verify(&self, text: &str) -> Option<Key> {
        let (kind, body) = match text.split_once('_')? {
            ("pk", body) => (KeyKind::Publishable, body),
            ("sk", body) => (KeyKind::Secret, body),
            _ => return None,
        };
        let bytes: [u8; 48] = Base64Url::decode_vec(body).ok()?.try_into().ok()?;
        let (signed, mac) = bytes.split_at_checked(32)?;
        let (shop, _) = signed.split_first_chunk::<16>()?;
        bool::from(self.mac(kind, signed).as_slice().ct_eq(mac)).then(|| Key {
            kind,
            shop: ShopId(*shop),
            hash: hash_of(text),
        })
    }

    /// Returns the name of a shop's object. It is a keyed hash, because the platform may log the names of objects.
    pub fn object_name(&self, shop: ShopId) -> String {
        hex::encode_string(&self.keyed("placet object", &shop.0))
    }

    /// Returns 16 bytes that authenticate a content for one use.
    pub(in crate::api) fn tagged(&self, use_for: &str, content: &[u8]) -> [u8; 16] {
        self.keyed(use_for, content).first_chunk().copied().unwrap_or_default()
    }

    fn mac(&self, kind: KeyKind, signed: &[u8]) -> Vec<u8> {
        let mut mac = self.keyed(kind.as_str(), signed);
        mac.truncate(16);
        mac
    }

    fn keyed(&self, use_for: &str, content: &[u8]) -> Vec<u8> {
        // HMAC accepts a key of any length, so the result is never empty.
        Hmac::<Sha256>::new_from_slice(&self.master)
            .map(|mac| {
                mac.chain_update(use_for).chain_update([0]).chain_update(content).finalize().into_bytes().to_vec()
            })
            .unwrap_or_default()
    }
}

/// Returns the SHA-256 under which the ledger stores a key.
pub(in crate::api) fn hash_of(key: &str) -> String {
    hex::encode_string(&Sha256::digest(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new(&"m".repeat(32), &"r".repeat(32)).unwrap()
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
        let other = Secrets::new(&"n".repeat(32), &"r".repeat(32)).unwrap();
        assert!(other.verify(&key).is_none(), "another deployment");
        for bad in ["", "sk_", "sk", "xx_AAAA", &key[..66], &format!("{key}A")] {
            assert!(secrets().verify(bad).is_none(), "{bad:?}");
        }
    }

    #[test]
    fn short_secrets_are_refused() {
        assert_eq!(Secrets::new("short", &"r".repeat(32)).err(), Some(WeakSecret { name: "PLACET_MASTER_KEY" }));
        assert_eq!(Secrets::new(&"m".repeat(32), "").err(), Some(WeakSecret { name: "PLACET_ROOT_SECRET" }));
        assert!(secrets().is_root(&"r".repeat(32)) && !secrets().is_root("r"));
    }
}
