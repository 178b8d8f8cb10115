//! The signatures of Standard Webhooks 1.0.0, with which a receiver checks that an event comes from placet.
//!
//! Each event has one signature for every valid secret of the webhook (`v1`, HMAC-SHA-256) and one with the shop's key
//! (`v1a`, Ed25519). The second can be checked with the public key, which cannot sign.

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::consent::Timestamp;
use crate::ledger::shop::Shop;
use crate::ledger::shop::secret::KeyUse;
use crate::ledger::shop::webhook::Webhook;

/// Returns the value of the header `webhook-signature`.
pub fn signatures(shop: &Shop, webhook: &Webhook, id: &str, now: Timestamp, body: &str) -> String {
    let signed = format!("{id}.{}.{body}", now.millis().div_euclid(1_000));
    let mut all: Vec<String> = Vec::with_capacity(3);
    for generation in webhook.live_generations(now) {
        let mac = Hmac::<Sha256>::new_from_slice(&secret_of(shop, &webhook.id, generation))
            .map(|mac| mac.chain_update(&signed).finalize().into_bytes());
        // HMAC takes a key of any length, so this is never an error.
        all.extend(mac.map(|mac| format!("v1,{}", Base64::encode_string(&mac))));
    }
    let by_key = signing_key(shop).sign(signed.as_bytes()).to_bytes();
    all.push(format!("v1a,{}", Base64::encode_string(&by_key)));
    all.join(" ")
}

/// Returns the secret of a webhook in the form that the receiver needs. It is derived from the shop's secret, so it is
/// stored nowhere and can be shown again.
pub(crate) fn secret_text(shop: &Shop, webhook: &str, generation: i64) -> String {
    format!("whsec_{}", Base64::encode_string(&secret_of(shop, webhook, generation)))
}

/// Returns the public key for the signatures with which the shop signs all its events.
pub fn public_key(shop: &Shop) -> String {
    format!("whpk_{}", Base64::encode_string(signing_key(shop).verifying_key().as_bytes()))
}

fn secret_of(shop: &Shop, webhook: &str, generation: i64) -> [u8; 32] {
    shop.secret.keyed(KeyUse::Webhook, &[webhook.as_bytes(), generation.to_string().as_bytes()])
}

fn signing_key(shop: &Shop) -> SigningKey {
    SigningKey::from_bytes(&shop.secret.keyed(KeyUse::Events, &[]))
}
