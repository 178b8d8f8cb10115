//! The secret of a shop, and what is derived from it. Each use has a name of its own, so that no value of one use is ever a value of
//! another.

use base64ct::{Base64UrlUnpadded as Base64Url, Encoding};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::consent::jws::SigningKey;
use crate::model::fingerprint::Fingerprint;

vocabulary! {
    /// What a derived value is for. Stored hashes and sent links depend on these names, so a name never changes.
    KeyUse, "unknown use" {
        /// The hash of an address, which links contain in its place.
        Address = "address",
        /// The id of a part of a submission.
        Beside = "beside",
        /// The hash of the content of a request.
        Body = "body",
        /// The code of a subject request.
        Code = "code",
        /// The hash of an address whose messages are counted.
        Counted = "counted",
        /// The hash of an `Idempotency-Key`.
        Idempotency = "idempotency",
        /// The hash of the id of an inbound message.
        Inbound = "inbound",
        /// A challenge to a page, and the hash of a challenge that was solved.
        Presence = "presence",
        /// The secret of a provider.
        Provider = "provider",
        /// The key that seals the other secrets of the shop.
        Seal = "seal",
        /// The key that signs certificates.
        Certificate = "signing key",
        /// The id of a submission that a connection reports.
        Report = "report",
        /// The secret of a connection's hook.
        ConnectionHook = "connection hook",
        /// The hash of the id of an erased submission.
        Submission = "submission",
        /// The hash of a suppressed address.
        Suppression = "suppression",
        /// The hash of a suppressed address of which only a hash is known.
        SuppressionByHash = "suppression by hash",
        /// The secret of a webhook.
        Webhook = "webhook",
        /// The key that signs events.
        Events = "webhook signing key",
        /// The mark of the hashes of this shop.
        Hashes = "whose hashes these are",
    }
}

/// The shop's own secret. It never changes: hashes of addresses depend on it.
#[derive(Clone)]
pub struct ShopSecret(pub(super) [u8; 32]);

impl std::fmt::Debug for ShopSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShopSecret(…)")
    }
}

impl ShopSecret {
    /// Returns 32 bytes derived from the shop's secret, for one use and the parts of a content. No part but the last may
    /// contain a NUL.
    pub fn keyed(&self, use_for: KeyUse, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes a key of any length, so the result is never empty.
        Hmac::<Sha256>::new_from_slice(&self.0)
            .map(|mac| {
                let named = mac.chain_update(use_for.as_str());
                let all = parts.iter().fold(named, |mac, part| mac.chain_update([0]).chain_update(part));
                all.finalize().into_bytes().into()
            })
            .unwrap_or_default()
    }

    /// Returns a keyed hash of a content, so that the same content can be recognised again. Without the shop's secret
    /// the hash reveals nothing, so it may be stored where the content must not be.
    pub fn fingerprint(&self, use_for: KeyUse, parts: &[&[u8]]) -> String {
        Base64Url::encode_string(&self.keyed(use_for, parts))
    }

    /// Returns the keyed hash of the content of a request, by which a repetition is recognised.
    pub fn body_hash(&self, parts: &[&[u8]]) -> Fingerprint {
        // Earlier versions hashed a content without a name for its use.
        let former = Hmac::<Sha256>::new_from_slice(&self.0).map(|mac| {
            let joined = parts.join([0].as_slice());
            Base64Url::encode_string(&mac.chain_update(joined).finalize().into_bytes())
        });
        Fingerprint { current: self.fingerprint(KeyUse::Body, parts), former: former.unwrap_or_default() }
    }

    /// Returns the key with which the shop signs its certificates.
    pub fn signing_key(&self) -> SigningKey {
        SigningKey::from_seed(self.keyed(KeyUse::Certificate, &[]))
    }

    /// Returns the keyed hash under which the id of an erased submission is stored.
    pub(crate) fn submission_hash(&self, id: &str) -> String {
        self.fingerprint(KeyUse::Submission, &[id.as_bytes()])
    }
}
