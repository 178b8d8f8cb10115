//! Makes again what an answer shows once: keys and secrets.

use crate::api::key::{KeyKind, ShopId};
use crate::api::service::shop_service::ShopService;
use crate::consent::Timestamp;
use crate::ledger::{Context, Shop, Webhook, made_for_provider};
use crate::platforms::signature;

/// Returns the secret that a stored response is about: of the webhook, in the generation named there, or of the
/// provider, as it was set up.
pub(in crate::api) fn made_secret(shop: &Shop, body: &str) -> String {
    #[derive(serde::Deserialize)]
    struct OfWebhook<'a> {
        id: &'a str,
        generation: i64,
    }
    #[derive(serde::Deserialize)]
    struct OfProvider<'a> {
        provider: &'a str,
        created_at: &'a str,
    }
    if let Some(OfWebhook { id, generation }) = crate::json::read(body) {
        return Webhook::secret(shop, id, generation);
    }
    let provider: Option<OfProvider<'_>> = crate::json::read(body);
    let set_up = provider.and_then(|own| Some((own.provider, Timestamp::parse(own.created_at)?)));
    set_up.map(|(name, at)| signature::secret_text(&made_for_provider(shop, name, at))).unwrap_or_default()
}

impl ShopService {
    /// Returns the key that was made for an idempotency key; a repeated request gets the same key.
    pub(in crate::api) fn minted(&self, kind: KeyKind, shop: &str, hash: &str, context: &Context<'_>) -> String {
        let id = ShopId::parse(shop).unwrap_or(ShopId(context.random()));
        self.deployment.secrets.mint(
            kind,
            id,
            self.deployment.secrets.derive("repeated key", &format!("{} {hash}", kind.as_str())),
        )
    }
}
