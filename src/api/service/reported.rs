//! Answers with the contact report.

use http::StatusCode;

use crate::api::problem::Problem;
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{Lookup, Selection, contact_report};

impl ShopService {
    pub(in crate::api) fn reported(&self, call: &Call<'_>, lookup: &Lookup) -> Result<Reply, Problem> {
        let report = contact_report(
            self.database(),
            &call.shop,
            lookup,
            &Selection { for_staff: true, ..Selection::default() },
            call.context.now,
        )?;
        let report = report.ok_or(Problem::ContactNotFound)?;
        Ok(Reply::json(StatusCode::OK, &report)?.about(report.id.parse().ok()).tagged(&report.revision).told_anew())
    }
}
