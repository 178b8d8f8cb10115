//! Checks a token that the shop has signed for its customer.

use crate::api::identity;
use crate::api::identity::{Expected, Identity};
use crate::api::key::Scope;
use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::consent::Timestamp;
use crate::ledger::{Shop, vouching_keys};

impl ShopService {
    /// Returns the identity in a token for this use, signed with a secret key of the shop that has this scope; `None` if
    /// the token expired a day ago or earlier.
    pub(in crate::api) fn identity(
        &self,
        shop: &Shop,
        token: &str,
        needed: Scope,
        now: Timestamp,
    ) -> Result<Option<Identity>, Problem> {
        let mut keys = vouching_keys(self.database(), &shop.secret, now)?;
        keys.retain(|key| key.scopes.split(' ').any(|scope| scope == needed.as_str()));
        let hours = shop.settings.limits.identity_hours;
        let expected = Expected { scope: needed, hours, home: shop.settings.country };
        identity::read(token, &keys, &expected, now).map_err(|fault| Problem::field("/identity", fault))
    }
}
