//! Creates, rotates and revokes API keys.

use http::StatusCode;

use crate::api::key::{KeyKind, Scope, ShopId, hash_of};
use crate::api::problem::{Fault, Problem};
use crate::api::routes::keys::answers::{KeyAnswer, KeyListAnswer};
use crate::api::routes::keys::bodies::{NewKeyBody, RotationBody};
use crate::api::routes::shop::handlers::written;
use crate::api::service::call::Call;
use crate::api::service::refusal::key_refused;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::ledger::{
    AdministrationChange, NewKey, StoredKey, add_key, find_key, key_in_use, list_keys, revoke_key, rotate_key,
};

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
        let text = self.fresh(call, asked.kind)?;
        let new = NewKey {
            hash: hash_of(&text),
            kind: asked.kind.as_str(),
            scopes: written(&asked.scopes),
            name: Some(asked.name),
            origins: asked.origins,
            expires_at: asked.expires_at,
        };
        let stored = add_key(self.database(), &new, call.context)?;
        self.tell_change(call, AdministrationChange::KeyCreated(stored.id))?;
        Reply::json(StatusCode::CREATED, &KeyAnswer::of(&stored, Some(&text), call.context.now))
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
        let text = self.fresh(call, kind)?;
        let new = NewKey {
            hash: hash_of(&text),
            kind: kind.as_str(),
            scopes: old.scopes.clone(),
            name: old.name.as_deref().and_then(crate::model::text::Line::parse),
            origins: old.origins.clone(),
            expires_at: old.expires_at,
        };
        let stored = rotate_key(self.database(), &old, &new, overlap, call.context).map_err(key_refused)?;
        self.tell_change(call, AdministrationChange::KeyCreated(stored.id))?;
        Reply::json(StatusCode::CREATED, &KeyAnswer::of(&stored, Some(&text), call.context.now))
    }

    pub(in crate::api) fn revoke_key(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let admin = Scope::Admin.as_str();
        let revoked: StoredKey =
            revoke_key(self.database(), named_key(call)?, admin, call.context.now).map_err(key_refused)?;
        self.tell_change(call, AdministrationChange::KeyRevoked(revoked.id))?;
        Reply::json(StatusCode::OK, &KeyAnswer::of(&revoked, None, call.context.now))
    }

    /// Makes a new key. With an `Idempotency-Key` it can be made again for a repetition of the same request, and for no
    /// other.
    fn fresh(&self, call: &Call<'_>, kind: KeyKind) -> Result<String, Problem> {
        let Some(repeatable) = call.repeatable()? else {
            let id = ShopId::parse(&call.shop.id).ok_or(Problem::Internal { cause: "the shop's id".into() })?;
            return Ok(self.deployment.secrets.mint(kind, id, call.context.random()));
        };
        let key = self.minted(kind, &call.shop.id, &repeatable.hash, call.context);
        match find_key(self.database(), &hash_of(&key))? {
            None => Ok(key),
            Some(_) => Err(Problem::AlreadyDone),
        }
    }
}
