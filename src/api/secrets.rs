//! The secrets of a deployment: the ring of master keys, the naming key and the root secret.
//!
//! The first master key of the ring signs API keys and links and seals the secrets of the shops. The others still verify
//! and open, until the operator takes them out. So a master key can be replaced while all shops work.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::api::evidence::visitor_of;
use crate::api::shop_id::ShopId;
use crate::ledger::Sealer;

/// The secrets of a deployment.
pub struct Secrets {
    /// The master keys by id. The first one signs.
    ring: Vec<(u8, Vec<u8>)>,
    naming: Vec<u8>,
    root: String,
}

/// The reasons why the secrets of a deployment cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretsError {
    /// The variable of this name is missing or too short.
    Weak {
        /// The name of the environment variable.
        name: &'static str,
    },
    /// The ring of master keys cannot be read.
    Ring,
    /// The ring has a key with an id, but no naming key is set.
    NoNamingKey,
}

impl std::fmt::Display for SecretsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Weak { name } => {
                write!(f, "{name} must be set to at least {} random characters", Secrets::MIN_LEN)
            }
            Self::Ring => write!(
                f,
                "{} must be one key, or keys with different ids from 0 to 255, such as `1:… 0:…`, each of at least {} characters and without spaces",
                Secrets::MASTER_KEY,
                Secrets::MIN_LEN
            ),
            Self::NoNamingKey => write!(
                f,
                "{} must be set before {} has ids: to the first master key that the deployment had",
                Secrets::NAMING_KEY,
                Secrets::MASTER_KEY
            ),
        }
    }
}

impl std::error::Error for SecretsError {}

impl Secrets {
    /// The environment variable with the master keys, which sign keys and links and seal the shops' secrets. Either one
    /// key, which has the id 0, or several as `id:key`, separated by spaces. If all of them are lost, all shops are
    /// lost.
    pub const MASTER_KEY: &'static str = "PLACET_MASTER_KEY";
    /// The environment variable with the key that names the shops' objects. It signs nothing and never changes. Default:
    /// the master key, as long as there is only one.
    pub const NAMING_KEY: &'static str = "PLACET_NAMING_KEY";
    /// The environment variable with the root secret, which creates shops and replaces their keys. It can be changed at
    /// any time.
    pub const ROOT_SECRET: &'static str = "PLACET_ROOT_SECRET";
    const MIN_LEN: usize = 32;

    /// Creates the secrets from the values of the variables. An empty naming key means "not set".
    ///
    /// # Errors
    /// Returns [`SecretsError`] if a secret is shorter than 32 characters, if the ring cannot be read, or if it has ids
    /// and there is no naming key.
    pub fn new(master: &str, naming: &str, root: &str) -> Result<Self, SecretsError> {
        for (name, value) in [(Self::MASTER_KEY, master), (Self::ROOT_SECRET, root)] {
            if value.len() < Self::MIN_LEN {
                return Err(SecretsError::Weak { name });
            }
        }
        let ring = ring_of(master).ok_or(SecretsError::Ring)?;
        let naming = match (naming, ring.as_slice()) {
            ("", [(0, only)]) => only.clone(),
            ("", _) => return Err(SecretsError::NoNamingKey),
            (short, _) if short.len() < Self::MIN_LEN => return Err(SecretsError::Weak { name: Self::NAMING_KEY }),
            (text, _) => text.as_bytes().to_vec(),
        };
        Ok(Self { ring, naming, root: root.to_owned() })
    }

    /// Returns whether the text is the root secret, in constant time.
    pub fn is_root(&self, given: &str) -> bool {
        // The hashes have the same length, so the duration does not reveal the length of the secret.
        bool::from(Sha256::digest(given).ct_eq(&Sha256::digest(&self.root)))
    }

    /// Returns the name of a shop's object. It is a keyed hash, because the platform may log the names of objects.
    pub fn object_name(&self, shop: ShopId) -> String {
        base16ct::lower::encode_string(&keyed(&self.naming, "placet object", &shop.0))
    }

    /// Returns the id of the shop that a request with this idempotency key creates. A repeated request reaches the same
    /// shop.
    pub(in crate::api) fn repeated_shop(&self, idempotency_key: &str) -> ShopId {
        ShopId(first_half(keyed(&self.naming, "repeated shop", idempotency_key.as_bytes())))
    }

    /// Returns a pseudonym of a visitor within a shop, derived from the visitor's IP address. It changes every day and
    /// cannot be traced back. Of an IPv6 address it has a second word for the network.
    pub fn visitor(&self, day: i64, from: &str) -> String {
        let word = |of: &str| {
            let mut name =
                base16ct::lower::encode_string(&keyed(&self.naming, "visitor", format!("{day} {of}").as_bytes()));
            name.truncate(32);
            name
        };
        match visitor_of(from) {
            (own, Some(network)) => format!("{} {}", word(&own), word(&network)),
            (own, None) => word(&own),
        }
    }

    /// Returns the id of the master key that signs.
    pub(in crate::api) fn signer(&self) -> u8 {
        self.ring.first().map_or(0, |(id, _)| *id)
    }

    /// Returns the keys that seal the secret of a shop.
    pub fn sealer(&self, shop: ShopId) -> Sealer {
        Sealer::new(self.ring.iter().map(|(id, key)| (*id, keyed(key, "seal", &shop.0))).collect())
    }

    /// Returns the content with its proof for one use. Under a master key with an id, the content begins with the id.
    pub(in crate::api) fn signed(&self, use_for: &str, content: &[u8]) -> Vec<u8> {
        let Some((id, key)) = self.ring.first() else { return Vec::new() };
        let content = if *id == 0 { content.to_vec() } else { [&[*id], content].concat() };
        let proof: [u8; 16] = first_half(keyed(key, use_for, &content));
        [content.as_slice(), &proof].concat()
    }

    /// Returns the content that [`Secrets::signed`] was given for this use, under whichever key of the ring. The proof is
    /// compared in constant time.
    pub(in crate::api) fn content_of<'a>(&self, use_for: &str, signed: &'a [u8]) -> Option<&'a [u8]> {
        let (content, proof) = signed.split_last_chunk::<16>()?;
        let is_signed_by = |id: u8| {
            let key = self.ring.iter().find(|(own, _)| *own == id);
            key.is_some_and(|(_, key)| {
                bool::from(first_half(keyed(key, use_for, content)).as_slice().ct_eq(proof.as_slice()))
            })
        };
        match content.split_first() {
            Some((id, rest)) if *id != 0 && is_signed_by(*id) => Some(rest),
            // The first master key of a deployment has no id, and what it signed begins with any byte.
            _ => is_signed_by(0).then_some(content),
        }
    }
}

/// Reads the ring of master keys. A value that does not begin with an id is one key.
fn ring_of(text: &str) -> Option<Vec<(u8, Vec<u8>)>> {
    let is_ring = text.trim_start().split_once(':').is_some_and(|(id, _)| id.parse::<u8>().is_ok());
    if !is_ring {
        return Some(vec![(0, text.as_bytes().to_vec())]);
    }
    let mut ring: Vec<(u8, Vec<u8>)> = Vec::new();
    for entry in text.split_whitespace() {
        let (id, key) = entry.split_once(':')?;
        let id = id.parse().ok()?;
        if key.len() < Secrets::MIN_LEN || ring.iter().any(|(own, _)| *own == id) {
            return None;
        }
        ring.push((id, key.as_bytes().to_vec()));
    }
    Some(ring)
}

fn keyed(key: &[u8], use_for: &str, content: &[u8]) -> [u8; 32] {
    // HMAC accepts a key of any length, so the result is never empty.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mac| mac.chain_update(use_for).chain_update([0]).chain_update(content).finalize().into_bytes().into())
        .unwrap_or_default()
}

fn first_half(bytes: [u8; 32]) -> [u8; 16] {
    bytes.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::key::KeyKind;
    use crate::api::link::{LinkKind, Subject};
    use crate::ledger::LinkedAddress;

    const FIRST: &str = "the first master key of a deployment";
    const SECOND: &str = "the-second-master-key-of-a-deployment";
    const ROOT: &str = "the root secret of this deployment";

    fn secrets(master: &str, naming: &str) -> Secrets {
        Secrets::new(master, naming, ROOT).unwrap()
    }

    #[test]
    fn what_cannot_be_used_is_refused_with_what_to_do() {
        let weak = |name| Some(SecretsError::Weak { name });
        let ring = format!("1:{SECOND}");
        for (master, naming, root, error) in [
            ("short", "", ROOT, weak("PLACET_MASTER_KEY")),
            (FIRST, "", "", weak("PLACET_ROOT_SECRET")),
            (FIRST, "short", ROOT, weak("PLACET_NAMING_KEY")),
            (ring.as_str(), "", ROOT, Some(SecretsError::NoNamingKey)),
            (&format!("1:{SECOND} 1:{SECOND}"), FIRST, ROOT, Some(SecretsError::Ring)),
            (&format!("1:{SECOND} {SECOND}"), FIRST, ROOT, Some(SecretsError::Ring)),
            (&format!("1:{SECOND} 256:{SECOND}"), FIRST, ROOT, Some(SecretsError::Ring)),
            (&format!("1:{SECOND} 2:short"), FIRST, ROOT, Some(SecretsError::Ring)),
            (&ring, FIRST, ROOT, None),
        ] {
            assert_eq!(Secrets::new(master, naming, root).err(), error, "{master}");
        }
        assert!(secrets(FIRST, "").is_root(ROOT) && !secrets(FIRST, "").is_root("r"));
    }

    #[test]
    fn a_new_master_key_signs_an_old_one_verifies_until_it_is_taken_out() {
        let first = FIRST.replace(' ', "-");
        let (before, after) = (secrets(&first, ""), secrets(&format!("1:{SECOND}"), &first));
        let both = secrets(&format!("1:{SECOND} 0:{first}"), &first);
        let shop = ShopId([7; 16]);
        for (signer, opens) in
            [(&before, [true, true, false]), (&both, [false, true, true]), (&after, [false, true, true])]
        {
            let key = signer.mint(KeyKind::Secret, shop, [9; 16]);
            let subject = Subject::Choices { of: LinkedAddress { pseudonym: [5; 16], made_at: None } };
            let link = signer.link(LinkKind::Preferences, shop, &subject);
            for (reader, opens) in [&before, &both, &after].into_iter().zip(opens) {
                assert_eq!(reader.verify(&key).map(|key| key.shop), opens.then_some(shop));
                let read = reader.read_link(LinkKind::Preferences, &link);
                assert_eq!(read.map(|link| (link.shop, link.subject)), opens.then_some((shop, subject.clone())));
            }
        }
        for other in [&both, &after] {
            assert_eq!(other.object_name(shop), before.object_name(shop), "a shop keeps its object");
            assert_eq!(other.repeated_shop("k"), before.repeated_shop("k"));
        }
    }

    #[test]
    fn what_is_signed_under_an_id_is_no_content_under_another() {
        let both = secrets(&format!("1:{SECOND} 2:{SECOND}x 0:{}", FIRST.replace(' ', "-")), FIRST);
        let signed = both.signed("sk", &[7; 32]);
        assert_eq!(signed.len(), 1 + 32 + 16);
        for place in 0..signed.len() {
            for change in [1, 2, 3, 0x80] {
                let mut forged = signed.clone();
                forged[place] ^= change;
                assert_eq!(both.content_of("sk", &forged), None, "changed at {place}");
            }
        }
        assert_eq!(both.content_of("pk", &signed), None, "the use is signed too");
        for short in 0..signed.len() {
            assert_eq!(both.content_of("sk", &signed[..short]), None);
        }
    }
}
