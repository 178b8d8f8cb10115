//! Tells the shop of changes of keys, webhooks and settings.

use crate::api::problem::Problem;
use crate::api::service::call::Call;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{AdministrationChange, tell_change};

impl ShopService {
    /// Tells the webhooks that the shop had before the request of a change that the request has made.
    pub(in crate::api) fn tell_change(&self, call: &Call<'_>, change: AdministrationChange<'_>) -> Result<(), Problem> {
        tell_change(self.database(), &call.shop, change, call.caller.key.id, call.context)?;
        self.has_new_jobs.set(true);
        Ok(())
    }
}
