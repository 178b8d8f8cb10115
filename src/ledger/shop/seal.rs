//! Seals secrets before they are stored (XChaCha20-Poly1305), so that a copy of the database alone opens none of them.
//!
//! The shop's own secret is sealed under the deployment's master key, see [`Sealer`]. The other secrets of the shop are
//! sealed under a key that is derived from its own secret. To replace the master key, only the first has to be sealed
//! again.

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::ledger::shop::secret::{KeyUse, ShopSecret};
use crate::ledger::store::context::Context;
use crate::ledger::store::database::DatabaseError;

/// The keys that seal the secret of a shop, each derived from one master key of the deployment.
pub struct Sealer {
    /// By the id of the master key. The first one seals.
    keys: Vec<(u8, [u8; 32])>,
}

/// The start of a sealed secret. A secret that an earlier version stored does not begin so.
const SEALED: &str = "sealed:";
const SHOP: &str = "shop";

impl Sealer {
    /// Creates a sealer from its keys. The first one seals, the others only open.
    pub const fn new(keys: Vec<(u8, [u8; 32])>) -> Self {
        Self { keys }
    }

    /// Seals the secret of a shop.
    pub(super) fn seal(&self, secret: &ShopSecret, context: &Context<'_>) -> Result<String, DatabaseError> {
        let (id, key) = self.keys.first().ok_or(DatabaseError::Sealed { key: 0 })?;
        Ok(format!("{SEALED}{id}:{}", sealed(key, SHOP, &secret.0, context)?))
    }

    /// Opens the secret of a shop. Returns also whether it should be sealed again, because another key seals now or an
    /// earlier version did not seal it.
    pub(super) fn open(&self, stored: &str) -> Result<(ShopSecret, bool), DatabaseError> {
        let shape = || DatabaseError::Shape { column: 2 };
        let Some((id, text)) = stored.strip_prefix(SEALED).and_then(|rest| rest.split_once(':')) else {
            let secret = Base64Url::decode_vec(stored).ok().and_then(|bytes| bytes.try_into().ok());
            return secret.map(|secret| (ShopSecret(secret), true)).ok_or_else(shape);
        };
        let id: u8 = id.parse().map_err(|_| shape())?;
        let missing = DatabaseError::Sealed { key: id };
        let (_, key) = self.keys.iter().find(|(own, _)| *own == id).ok_or(missing.clone())?;
        let secret = opened(key, SHOP, text).and_then(|bytes| bytes.try_into().ok()).ok_or(missing)?;
        Ok((ShopSecret(secret), self.keys.first().is_none_or(|(first, _)| *first != id)))
    }
}

impl ShopSecret {
    /// Creates the secret of a new shop.
    pub(super) fn new(context: &Context<'_>) -> Self {
        Self(context.random())
    }

    /// Seals a secret of the shop. `place` says where it is stored, so that it opens nowhere else.
    pub(crate) fn seal(&self, place: &str, secret: &[u8], context: &Context<'_>) -> Result<String, DatabaseError> {
        Ok(format!("{SEALED}{}", sealed(&self.sealing_key(), place, secret, context)?))
    }

    fn sealing_key(&self) -> [u8; 32] {
        self.keyed(KeyUse::Seal, &[])
    }

    /// Opens a secret that was sealed for this place. `None` if the text is not one.
    pub(crate) fn open(&self, place: &str, stored: &str) -> Option<Vec<u8>> {
        opened(&self.sealing_key(), place, stored.strip_prefix(SEALED)?)
    }
}

/// Returns whether a stored secret is sealed. Earlier versions stored secrets open.
pub(super) fn is_sealed(stored: &str) -> bool {
    stored.starts_with(SEALED)
}

fn sealed(key: &[u8; 32], place: &str, secret: &[u8], context: &Context<'_>) -> Result<String, DatabaseError> {
    // 192 random bits: no two secrets ever get the same nonce.
    let nonce: [u8; 24] = context.random();
    let payload = Payload { msg: secret, aad: place.as_bytes() };
    let closed = XChaCha20Poly1305::new(&Key::from(*key)).encrypt(&XNonce::from(nonce), payload);
    let closed = closed.map_err(|_| DatabaseError::Statement("a secret is too long to be sealed".into()))?;
    Ok(Base64Url::encode_string(&[nonce.as_slice(), &closed].concat()))
}

fn opened(key: &[u8; 32], place: &str, text: &str) -> Option<Vec<u8>> {
    let bytes = Base64Url::decode_vec(text).ok()?;
    let (nonce, closed) = bytes.split_first_chunk::<24>()?;
    let payload = Payload { msg: closed, aad: place.as_bytes() };
    XChaCha20Poly1305::new(&Key::from(*key)).decrypt(&XNonce::from(*nonce), payload).ok()
}
