//! What connected shop platforms send.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::json;

use crate::api::answer;
use crate::api::link::{LinkKind, Subject};
use crate::api::problem::{Fault, Problem};
use crate::api::service::shop_service::ShopService;
use crate::api::service::visit::Visit;
use crate::consent::Address;
use crate::consent::certificate::Requester;
use crate::ledger::{
    Connection, ConnectionState, ErasureAsked, Lookup, Seen, connection, credentials_of, erase_contact, find_contact,
    halt, hook_secret, list_connections, must_read, note_act, note_customer, note_deleted,
};
use crate::model::remote::{RemoteCustomer, Told};
use crate::model::text::ExternalId;
use crate::platforms::{Hook, HookError, ShopPlatform};

impl ShopService {
    /// Takes a request of a platform, in one transaction. A repetition changes nothing, because the mirror holds it already.
    pub(in crate::api) fn take_platform_event(&self, visit: &Visit<'_>) -> Result<Response<Bytes>, Problem> {
        let Subject::Connection(id) = visit.subject else { return Err(Problem::RouteNotFound) };
        let own = connection(self.database(), id)?.ok_or(Problem::RouteNotFound)?;
        let limit = visit.route.endpoint.body_limit;
        if visit.request.body().len() > limit {
            return Err(Problem::BodyTooLarge { limit });
        }
        let (own, told) = self.read_platform(visit, own)?;
        // While it is paused, nothing is taken. All customers are read when it goes on.
        if own.state != ConnectionState::Paused {
            for one in &told {
                self.take_told(visit, &own, one)?;
                self.overtakes(own.id, one);
            }
        }
        self.has_new_jobs.set(true);
        answer::json(StatusCode::OK, &json!({ "status": "ok" }))
    }

    /// Returns what the platform tells, and the connection that it is about.
    fn read_platform(&self, visit: &Visit<'_>, own: Connection) -> Result<(Connection, Vec<Told>), Problem> {
        let platform = ShopPlatform::parse(&own.platform).ok_or(Problem::RouteNotFound)?;
        let path = self.path(&visit.shop, LinkKind::Connection, &visit.subject);
        let hook = Hook {
            url: &format!("{}{path}", self.public_url(&visit.shop)?),
            headers: visit.request.headers(),
            query: visit.request.uri().query(),
            body: visit.request.body(),
        };
        if platform.connector().is_ping(&hook) {
            return Ok((own, Vec::new()));
        }
        let told_to = |one: &Connection| {
            let given = credentials_of(self.database(), &visit.shop, one.id)?.given;
            let secrets = platform.connector().secrets(&hook_secret(&visit.shop, one.id), &given);
            platform.connector().hook(&secrets, &hook, visit.context.now).map_err(|error| match error {
                HookError::Signature => Problem::BadSignature,
                HookError::Malformed { needs } => Problem::field("", Fault::new("unreadable", needs)),
            })
        };
        let told = told_to(&own)?;
        // One app can serve several shops of the platform. The secret of the other connection must have signed this too. A shop
        // that is not connected is not touched.
        match platform.connector().base_of(&hook) {
            Some(base) if base != own.base => {
                let all = list_connections(self.database())?;
                let other = all.into_iter().find(|one| one.platform == own.platform && one.base == base);
                let Some(other) = other else { return Ok((own, Vec::new())) };
                let told = told_to(&other)?;
                Ok((other, told))
            }
            _ => Ok((own, told)),
        }
    }

    fn take_told(&self, visit: &Visit<'_>, own: &Connection, told: &Told) -> Result<(), Problem> {
        let (database, shop, context) = (self.database(), &visit.shop, visit.context);
        match told {
            Told::Customer(customer) => note_customer(database, shop, own, customer, Seen::Sent, context)?,
            Told::Act(act) => note_act(database, shop, own, act, context)?,
            Told::Read(id) => must_read(database, own, id)?,
            Told::Deleted(id) => note_deleted(database, own, id)?,
            Told::Erase(customer) => self.erase_customer(visit, own, customer)?,
            Told::Disconnected => {
                let fault = "the shop has disconnected placet at the platform";
                halt(database, shop, own, ConnectionState::NeedsCredentials, Some(fault), context)?;
            }
        }
        Ok(())
    }

    /// Erases a customer whom the platform has to erase. The certificate is kept as for any other erasure.
    fn erase_customer(&self, visit: &Visit<'_>, own: &Connection, customer: &RemoteCustomer) -> Result<(), Problem> {
        note_deleted(self.database(), own, &customer.id)?;
        let external = ExternalId::parse(&format!("{}:{}", own.prefix, customer.id)).map(Lookup::External);
        let email = customer.email.clone().map(|email| Lookup::Address(Address::Email(email)));
        let phone = customer.phone.clone().map(|phone| Lookup::Address(Address::Phone(phone)));
        for lookup in [external, email, phone].into_iter().flatten() {
            let Some(contact) = find_contact(self.database(), &lookup)? else { continue };
            let asked = ErasureAsked { requested_by: Requester::Person, key: uuid::Uuid::nil() };
            erase_contact(self.database(), &visit.shop, contact, &asked, visit.context)?;
        }
        Ok(())
    }
}
