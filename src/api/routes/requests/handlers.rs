//! The routes with which the shop opens, reads and decides subject requests.

use http::StatusCode;

use crate::api::fields::{KIND, UUID};
use crate::api::key::{KeyKind, Scope};
use crate::api::link::{LinkKind, Subject};
use crate::api::problem::{Fault, Problem};
use crate::api::query::{DAY, Query, day};
use crate::api::routes::requests::answers::{OpenedAnswer, RequestsAnswer};
use crate::api::routes::requests::bodies::{DecisionBody, RequestBody};
use crate::api::service::call::Call;
use crate::api::service::refusal::{decision_refused, request_refused};
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::consent::AddressKind;
use crate::ledger::{
    RequestQuery, RequestState, StaffDecision, decide_request, list_requests, open_request, subject_request,
    verify_request,
};
use crate::model::request::RequestKind;

/// The default number of requests in one answer.
const PAGE: u16 = 100;
const MAX_PAGE: u16 = 1_000;

impl ShopService {
    pub(in crate::api) fn open_request(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let trusted = call.caller.kind == KeyKind::Secret;
        let mut asked = call.body::<RequestBody>()?.parse(trusted, call.home())?;
        asked.visitor = call.visitor.filter(|_| !trusted).map(str::to_owned);
        if asked.vouched {
            may_carry_out(call, asked.kind)?;
        }
        let by_code = asked.address.kind() == AddressKind::Phone && !asked.vouched;
        // Without a public URL no link can be sent, so nobody could verify the request.
        self.public_url(&call.shop)?;
        let request = open_request(self.database(), &call.shop, &asked, call.context).map_err(request_refused)?;
        let page = by_code.then(|| {
            // This link differs from the one in the message: a person who opens a request for an address need not own
            // it.
            let subject = Subject::Request { id: request.uuid(), sent: 0 };
            let path = self.path(&call.shop, LinkKind::Code, &subject);
            self.public_url(&call.shop).map(|url| format!("{url}{path}"))
        });
        let check = match (asked.vouched, by_code) {
            (true, _) => "nothing",
            (false, true) => "code",
            (false, false) => "link",
        };
        let id = trusted.then(|| request.id.clone());
        let subject = if asked.vouched {
            let key = call.caller.key.id;
            verify_request(self.database(), &call.shop, request, key, call.context)?.request.subject()
        } else {
            None
        };
        let answer = OpenedAnswer { id, check, page: page.transpose()? };
        // Strangers may open requests again and again.
        Ok(Reply::json(StatusCode::ACCEPTED, &answer)?.about(subject).repeated(!trusted))
    }

    pub(in crate::api) fn list_requests(&self, _: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let states = Fault::new("unknown_state", RequestState::USE_ONE);
        let size = query.page(MAX_PAGE, PAGE)?;
        let asked = RequestQuery {
            state: query.parsed("state", RequestState::parse, states)?,
            kind: query.parsed("kind", RequestKind::parse, KIND)?,
            due_by: query.parsed("due_by", day, DAY)?,
            before: query.parsed("before", |text| text.parse().ok(), UUID)?,
            limit: size.0,
        };
        let requests = list_requests(self.database(), &asked)?;
        let next = size.next(&requests, |last| last.id.clone());
        Reply::json(StatusCode::OK, &RequestsAnswer { requests, next })
    }

    pub(in crate::api) fn read_request(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let id = call.route.value(0).parse().map_err(|_| Problem::RequestNotFound)?;
        let request = subject_request(self.database(), id)?.ok_or(Problem::RequestNotFound)?;
        Ok(Reply::json(StatusCode::OK, &request)?.about(request.subject()))
    }

    pub(in crate::api) fn decide_request(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let decision = call.body::<DecisionBody>()?.parse()?;
        let id = call.route.value(0).parse().map_err(|_| Problem::RequestNotFound)?;
        let request = subject_request(self.database(), id)?.ok_or(Problem::RequestNotFound)?;
        if matches!(decision, StaffDecision::Approve) {
            may_carry_out(call, request.kind)?;
        }
        let key = call.caller.key.id;
        let request =
            decide_request(self.database(), &call.shop, id, &decision, key, call.context).map_err(decision_refused)?;
        let subject = request.subject();
        Ok(Reply::json(StatusCode::OK, &request)?.about(subject))
    }
}

/// Checks that the key has the scope that direct execution would need. A key that may not erase or export must not get
/// the same result through a subject request.
fn may_carry_out(call: &Call<'_>, kind: RequestKind) -> Result<(), Problem> {
    let needed = match kind {
        RequestKind::Erasure => Scope::Erase,
        RequestKind::Access | RequestKind::Portability => Scope::Export,
        RequestKind::Rectification | RequestKind::Objection => Scope::Write,
    };
    if call.caller.key.may(needed.as_str()) { Ok(()) } else { Err(Problem::WrongScope { needed: needed.as_str() }) }
}
