//! Shows contacts that nobody has proven, and lets them go.

use http::StatusCode;
use serde::Serialize;

use crate::api::fields::{LINE, TIME, TOKEN};
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::consent::Timestamp;
use crate::ledger::{UnprovenQuery, drop_unproven, unproven_overview};
use crate::model::text::{Line, Token};

/// Answer of `DELETE /v1/unproven`.
#[derive(Serialize)]
#[cfg_attr(feature = "contract", derive(schemars::JsonSchema))]
pub(in crate::api) struct UnprovenDroppedAnswer {
    /// The number of contacts that this request let go.
    dropped: usize,
    /// The time from which this request has not looked. Repeat it with this time as `since` until this is `null`.
    next: Option<Timestamp>,
}

fn asked(query: &Query) -> Result<UnprovenQuery, Problem> {
    let notice = query.parsed("notice", Token::parse, TOKEN)?;
    let network = query.parsed("network", Line::parse, LINE)?;
    Ok(UnprovenQuery {
        since: query.parsed("since", Timestamp::parse, TIME)?,
        until: query.parsed("until", Timestamp::parse, TIME)?,
        notice: notice.map(|notice| notice.as_str().to_owned()),
        network: network.map(|network| network.as_str().to_owned()),
    })
}

impl ShopService {
    pub(in crate::api) fn preview_unproven(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        Reply::json(StatusCode::OK, &unproven_overview(self.database(), &asked(query)?, call.context.now)?)
    }

    pub(in crate::api) fn drop_unproven(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let asked = asked(query)?;
        if asked.since.is_none() {
            let fault = Fault::new("missing_field", "name the time from which the contacts were entered");
            return Err(Problem::Parameter { name: "since", fault });
        }
        let (dropped, next) = drop_unproven(self.database(), &call.shop, &asked, call.context)?;
        Reply::json(StatusCode::OK, &UnprovenDroppedAnswer { dropped, next })
    }
}
