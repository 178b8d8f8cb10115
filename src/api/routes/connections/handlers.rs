//! Connections to shop platforms, as the shop manages them.

use http::StatusCode;

use crate::api::link::{LinkKind, Subject};
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::routes::connections::answers::{
    ConflictAnswer, ConflictsAnswer, ConnectionAnswer, ConnectionsAnswer, PreviewAnswer,
};
use crate::api::routes::connections::bodies::{ConnectionPatchBody, NewConnectionBody, credentials};
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{
    AdministrationChange, Connection, add_connection, approve, begin_sweep, change_connection, conflicts, connection,
    hook_secret, list_connections, preview, remove_connection, set_credentials,
};
use crate::platforms::ShopPlatform;

/// The most connections of a shop.
const MOST: usize = 16;
const AFTER: Fault = Fault::new("invalid_text", "send the next of the previous page");
/// How many conflicts are on a page.
const PAGE: usize = 100;

impl ShopService {
    pub(in crate::api) fn list_connections(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let all = list_connections(self.database())?;
        let connections = all.iter().map(|own| self.connection_answer(call, own)).collect::<Result<_, _>>()?;
        Reply::json(StatusCode::OK, &ConnectionsAnswer { connections })
    }

    pub(in crate::api) fn create_connection(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let new = call.body::<NewConnectionBody>()?.parse(self.deployment.local_webhooks)?;
        if list_connections(self.database())?.len() >= MOST {
            return Err(Problem::TooManyConnections);
        }
        let own = add_connection(self.database(), &call.shop, &new, call.context)?;
        self.connection_changed(call)?;
        let platform = ShopPlatform::parse(&own.platform).ok_or(Problem::ConnectionNotFound)?;
        // A platform that signs with a secret of its own needs none of placet's.
        let made = platform.connector().secrets(&hook_secret(&call.shop, own.id), &[]).into_iter().next();
        let answer = self.connection_answer(call, &own)?.with_secret(made);
        Ok(Reply::json(StatusCode::CREATED, &answer)?.with_secret())
    }

    pub(in crate::api) fn get_connection(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let own = self.named_connection(call)?;
        Reply::json(StatusCode::OK, &self.connection_answer(call, &own)?)
    }

    pub(in crate::api) fn patch_connection(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let own = self.named_connection(call)?;
        let body: ConnectionPatchBody = call.body()?;
        let change = body.parse(&own.settings)?;
        if let Some(given) = body.credentials() {
            let platform = ShopPlatform::parse(&own.platform).ok_or(Problem::ConnectionNotFound)?;
            let given = credentials(platform, given)?;
            set_credentials(self.database(), &call.shop, own.id, &given, call.context)?;
        }
        change_connection(self.database(), &own, &change, call.context.now)?;
        self.connection_changed(call)?;
        let own = self.named_connection(call)?;
        Reply::json(StatusCode::OK, &self.connection_answer(call, &own)?)
    }

    pub(in crate::api) fn remove_connection(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let own = self.named_connection(call)?;
        remove_connection(self.database(), own.id)?;
        self.connection_changed(call)?;
        Reply::json(StatusCode::OK, &self.connection_answer(call, &own)?)
    }

    pub(in crate::api) fn preview_connection(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let own = self.named_connection(call)?;
        Reply::json(StatusCode::OK, &PreviewAnswer::from(preview(self.database(), &own)?))
    }

    pub(in crate::api) fn approve_connection(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let own = self.named_connection(call)?;
        approve(self.database(), &own, call.context.now)?;
        self.connection_changed(call)?;
        let own = self.named_connection(call)?;
        Reply::json(StatusCode::OK, &self.connection_answer(call, &own)?)
    }

    pub(in crate::api) fn sync_connection(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let own = self.named_connection(call)?;
        let own = begin_sweep(self.database(), &own)?;
        self.has_new_jobs.set(true);
        Reply::json(StatusCode::ACCEPTED, &self.connection_answer(call, &own)?)
    }

    pub(in crate::api) fn list_conflicts(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let own = self.named_connection(call)?;
        let after = query.parsed("after", |text| (text.len() <= 200).then(|| text.to_owned()), AFTER)?;
        let found = conflicts(self.database(), &own, after.as_deref().unwrap_or_default())?;
        let next = found.last().filter(|_| found.len() == PAGE).map(|last| last.id.clone());
        let conflicts = found.into_iter().map(ConflictAnswer::from).collect();
        Reply::json(StatusCode::OK, &ConflictsAnswer { conflicts, next })
    }

    fn named_connection(&self, call: &Call<'_>) -> Result<Connection, Problem> {
        let id = call.route.value(0).parse().map_err(|_| Problem::ConnectionNotFound)?;
        connection(self.database(), id)?.ok_or(Problem::ConnectionNotFound)
    }

    fn connection_answer(&self, call: &Call<'_>, own: &Connection) -> Result<ConnectionAnswer, Problem> {
        let url = self.url(&call.shop, LinkKind::Connection, &Subject::Connection(own.id))?;
        Ok(ConnectionAnswer::of(own, url))
    }

    /// Tells the shop that somebody has changed a connection, and that its work may be due at another time.
    fn connection_changed(&self, call: &Call<'_>) -> Result<(), Problem> {
        self.has_new_jobs.set(true);
        self.tell_change(call, AdministrationChange::SettingsChanged)
    }
}
