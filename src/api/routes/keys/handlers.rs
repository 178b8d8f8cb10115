//! Creates, rotates and revokes API keys.

use http::StatusCode;

use crate::api::key::{KeyKind, Scope, written};
use crate::api::problem::{Fault, Problem};
use crate::api::route::Access;
use crate::api::routes::keys::answers::{KeyAnswer, KeyListAnswer};
use crate::api::routes::keys::bodies::{NewKeyBody, RevocationBody, RotationBody};
use crate::api::service::call::Call;
use crate::api::service::refusal::key_refused;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::{ShopService, shop_id};
use crate::ledger::{
    AdministrationChange, NewKey, StoredKey, add_key, key_in_use, list_keys, revoke_all_keys, revoke_key, rotate_key,
};
use crate::model::text::Line;

/// For how long a key that rotates itself stays valid at least, in milliseconds.
const OWN_OVERLAP: i64 = 60_000;

fn named_key(call: &Call<'_>) -> Result<uuid::Uuid, Problem> {
    call.route.value(0).parse().map_err(|_| Problem::KeyNotFound)
}

impl ShopService {
    pub(in crate::api) fn list_keys(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let keys = list_keys(self.database())?;
        let keys = keys.iter().map(|key| KeyAnswer::of(key, None, call.context.now)).collect();
        Reply::json(StatusCode::OK, &KeyListAnswer { keys })
    }

    pub(in crate::api) fn create_key(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let asked = call.body::<NewKeyBody>()?.parse(call.context.now)?;
        let (text, fresh) = self.fresh_key(shop_id(&call.shop.id), asked.kind, call.context);
        let new = NewKey {
            scopes: written(&asked.scopes),
            name: Some(asked.name),
            origins: asked.origins,
            expires_at: asked.expires_at,
            ..fresh
        };
        let stored = add_key(self.database(), &call.shop.secret, &new, call.context)?;
        self.tell_change(call, AdministrationChange::KeyCreated(stored.id))?;
        let answer = KeyAnswer::of(&stored, Some(&text), call.context.now);
        Ok(Reply::json(StatusCode::CREATED, &answer)?.with_secret())
    }

    pub(in crate::api) fn rotate_key(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let overlap = call.body::<RotationBody>()?.parse()?;
        let old = key_in_use(self.database(), named_key(call)?, call.context.now).map_err(key_refused)?;
        // If the response is lost, the caller must still be able to repeat the request.
        if old.id == call.caller.key.id && overlap < OWN_OVERLAP {
            let fault = Fault::new("out_of_range", "the key of this request must stay valid for at least 60 seconds");
            return Err(Problem::field("/overlap_seconds", fault));
        }
        let kind = KeyKind::parse(&old.kind).ok_or(Problem::KeyNotFound)?;
        let (text, fresh) = self.fresh_key(shop_id(&call.shop.id), kind, call.context);
        let new = NewKey {
            scopes: old.scopes.clone(),
            name: old.name.as_deref().and_then(Line::parse),
            origins: old.origins.clone(),
            expires_at: old.expires_at,
            ..fresh
        };
        let stored =
            rotate_key(self.database(), &call.shop.secret, &old, &new, overlap, call.context).map_err(key_refused)?;
        self.tell_change(call, AdministrationChange::KeyCreated(stored.id))?;
        let answer = KeyAnswer::of(&stored, Some(&text), call.context.now);
        Ok(Reply::json(StatusCode::CREATED, &answer)?.with_secret())
    }

    /// Revokes all keys but those that the body names. The operator may revoke all of them.
    pub(in crate::api) fn revoke_keys(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let except = call.body::<RevocationBody>()?.parse()?;
        let is_operator = call.route.endpoint.access == Access::Operator;
        let needed_admin = (!is_operator).then_some(Scope::Admin.as_str());
        let revoked = revoke_all_keys(self.database(), &except, needed_admin, call.context.now).map_err(key_refused)?;
        for key in &revoked {
            self.tell_change(call, AdministrationChange::KeyRevoked(key.id))?;
        }
        let keys = revoked.iter().map(|key| KeyAnswer::of(key, None, call.context.now)).collect();
        Reply::json(StatusCode::OK, &KeyListAnswer { keys })
    }

    pub(in crate::api) fn revoke_key(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let admin = Scope::Admin.as_str();
        let revoked: StoredKey =
            revoke_key(self.database(), named_key(call)?, admin, call.context.now).map_err(key_refused)?;
        self.tell_change(call, AdministrationChange::KeyRevoked(revoked.id))?;
        Reply::json(StatusCode::OK, &KeyAnswer::of(&revoked, None, call.context.now))
    }
}
