//! Checks a token that the shop has signed for its customer.

use crate::api::identity;
use crate::api::identity::Identity;
use crate::api::key::Scope;
use crate::api::problem::Problem;
use crate::api::service::shop_service::ShopService;
use crate::consent::{CountryCode, Timestamp};
use crate::ledger::vouching_keys;

impl ShopService {
    /// Returns the identity in a token that is signed with a secret key of the shop with this scope; `None` if the
    /// token expired 30 days ago or earlier. `home` is the country of a telephone number without a country code.
    pub(in crate::api) fn identity(
        &self,
        token: &str,
        needed: Scope,
        home: Option<CountryCode>,
        now: Timestamp,
    ) -> Result<Option<Identity>, Problem> {
        let mut keys = vouching_keys(self.database(), now)?;
        keys.retain(|key| key.scopes.split(' ').any(|scope| scope == needed.as_str()));
        identity::read(token, &keys, home, now).map_err(|fault| Problem::field("/identity", fault))
    }
}
