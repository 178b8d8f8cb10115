//! Three groups of routes: links for the shop's emails, the messages that the shop has to send, and the providers that
//! deliver inbound messages.

use crate::api::link::{LinkKind, Subject};
use crate::api::problem::Problem;
use crate::api::service::shop_service::{ShopService, shop_id};
use crate::ledger::Shop;

impl ShopService {
    /// Returns the path of a link, with its token.
    pub(in crate::api) fn path(&self, shop: &Shop, kind: LinkKind, subject: &Subject) -> String {
        let id = shop_id(&shop.id);
        let token = self.deployment.secrets.link(kind, id, subject);
        match kind {
            LinkKind::Hook => format!("/v1/hooks/{token}"),
            LinkKind::Connection => format!("/h/{token}"),
            _ => format!("/{kind}/{token}"),
        }
    }

    /// Returns the absolute URL of a link.
    pub(in crate::api) fn url(&self, shop: &Shop, kind: LinkKind, subject: &Subject) -> Result<String, Problem> {
        Ok(format!("{}{}", self.public_url(shop)?, self.path(shop, kind, subject)))
    }

    /// Returns the origin at which links begin: the shop's setting, or else the deployment's.
    pub(in crate::api) fn public_url<'a>(&'a self, shop: &'a Shop) -> Result<&'a str, Problem> {
        let own = shop.settings.links.public_url.as_ref().map(|url| url.as_str());
        own.or(self.deployment.public_url.as_deref()).ok_or_else(|| Problem::Misconfigured {
            what: "links need an address to begin with: set PLACET_PUBLIC_URL, or links.public_url of the shop".into(),
        })
    }
}
