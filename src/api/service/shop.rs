//! The shop itself: its creation, settings, keys, audit log and statistics.

use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha2::{Digest, Sha256};

use crate::api::answer::{
    AuditAnswer, KeyAnswer, KeyListAnswer, KeysAnswer, NewShopAnswer, ShopSettingsAnswer, StatisticsAnswer,
    StorefrontAnswer,
};
use crate::api::key::{KeyKind, Scope, ShopId, hash_of};
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::route::ENDPOINTS;
use crate::api::service::call::{Call, Fresh, Reply, idempotency_key};
use crate::api::service::refusal::key_refused;
use crate::api::service::{REPEATABLE, ShopService};
use crate::api::wire::keys::{NewKeyBody, RotationBody};
use crate::api::wire::shop::ShopBody;
use crate::api::wire::{TIME, UUID};
use crate::api::{answer, body};
use crate::consent::Timestamp;
use crate::ledger::{
    AuditEntry, AuditQuery, Moment, NewKey, Shop, StoredKey, add_key, audit_page, find_key, keep_answer, kept_answer,
    key_in_use, list_keys, revoke_key, rotate_key, statistics,
};

/// For how long a key that rotates itself stays valid at least, in milliseconds.
const OWN_OVERLAP: i64 = 60_000;
/// The default number of audit log entries in one response; below, the maximum.
const AUDIT_PAGE: u16 = 100;
const MAX_AUDIT_PAGE: u16 = 1_000;

impl ShopService {
    pub(super) fn create(
        &self,
        id: ShopId,
        headers: &HeaderMap,
        given: &[u8],
        moment: &Moment<'_>,
    ) -> Result<Response<Bytes>, Problem> {
        let settings = body::read::<ShopBody>(headers, given)?.parse()?;
        if moment.day(settings.links.zone()).is_none() {
            let fault = Fault::new("unknown_time_zone", "use an IANA name, such as Europe/Berlin");
            return Err(Problem::field("/links/time_zone", fault));
        }
        let repeated = idempotency_key(headers)?.map(|key| format!("new shop {id} {key}"));
        if let Some(shop) = self.shop()? {
            // A request gets the id of an existing shop only if it repeats an idempotency key.
            let context = repeated.ok_or(Problem::AlreadyDone)?;
            let hash = shop.fingerprint(context.as_bytes());
            let kept = kept_answer(self.database(), &hash, moment.now.plus_millis(-REPEATABLE))?;
            let kept = kept.ok_or(Problem::AlreadyDone)?;
            if kept.fingerprint != shop.fingerprint(given) {
                return Err(Problem::IdempotencyMismatch);
            }
            let again = Reply::again(&kept, |fresh, _| match fresh {
                Fresh::Key(kind) => self.minted(kind, &shop.id, &context, moment),
                Fresh::Secret => String::new(),
            });
            return again.map(|reply| reply.response);
        }
        let first = |kind: KeyKind| match &repeated {
            None => self.deployment.secrets.mint(kind, id, moment.random()),
            Some(context) => self.minted(kind, &id.to_string(), context, moment),
        };
        let new = |kind: KeyKind, text: &str| NewKey {
            hash: hash_of(text),
            kind: kind.as_str(),
            scopes: written(kind.scopes()),
            name: None,
            origins: None,
            expires_at: None,
        };
        let (publishable, secret) = (first(KeyKind::Publishable), first(KeyKind::Secret));
        let keys = [new(KeyKind::Publishable, &publishable), new(KeyKind::Secret, &secret)];
        let response = self.database().transaction(|tx| {
            let shop = Shop::create(tx, &id.to_string(), settings, &keys, moment)?;
            let keys = KeysAnswer { publishable: &publishable, secret: &secret };
            let storefront = StorefrontAnswer::of(&shop);
            let reply = Reply::json(StatusCode::CREATED, &NewShopAnswer { storefront, keys })?;
            if let Some(context) = &repeated {
                let hash = shop.fingerprint(context.as_bytes());
                keep_answer(tx, &hash, &reply.to_keep(shop.fingerprint(given)), moment.now)?;
            }
            Ok::<_, Problem>(reply.response)
        });
        // The next request loads the shop again.
        self.shop.replace(None);
        response
    }

    /// Returns the key that was made for an idempotency key; a repeated request gets the same key.
    pub(super) fn minted(&self, kind: KeyKind, shop: &str, hash: &str, moment: &Moment<'_>) -> String {
        let id = ShopId::parse(shop).unwrap_or(ShopId(moment.random()));
        self.deployment.secrets.mint(
            kind,
            id,
            self.deployment.secrets.derive("repeated key", &format!("{} {hash}", kind.as_str())),
        )
    }

    pub(super) fn read_shop(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let reply = Reply::json(StatusCode::OK, &ShopSettingsAnswer::of(&call.shop))?;
        let tag = tag_of(&reply);
        Ok(reply.tagged(&tag))
    }

    pub(super) fn write_shop(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let settings = call.body::<ShopBody>()?.parse()?;
        if call.moment.day(settings.links.zone()).is_none() {
            let fault = Fault::new("unknown_time_zone", "use an IANA name, such as Europe/Berlin");
            return Err(Problem::field("/links/time_zone", fault));
        }
        call.check_unchanged(&tag_of(&Reply::json(StatusCode::OK, &ShopSettingsAnswer::of(&call.shop))?))?;
        let shop = Rc::new(call.shop.with(self.database(), settings)?);
        self.shop.replace(Some(Rc::clone(&shop)));
        self.storefront.replace(None);
        let reply = Reply::json(StatusCode::OK, &ShopSettingsAnswer::of(&shop))?;
        let tag = tag_of(&reply);
        Ok(reply.tagged(&tag))
    }

    pub(super) fn list_keys(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let keys = list_keys(self.database())?;
        let keys = keys.iter().map(|key| KeyAnswer::of(key, None, call.moment.now)).collect();
        Reply::json(StatusCode::OK, &KeyListAnswer { keys })
    }

    pub(super) fn create_key(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let asked = call.body::<NewKeyBody>()?.parse(call.moment.now)?;
        let text = self.fresh(call, asked.kind)?;
        let new = NewKey {
            hash: hash_of(&text),
            kind: asked.kind.as_str(),
            scopes: written(&asked.scopes),
            name: Some(asked.name),
            origins: asked.origins,
            expires_at: asked.expires_at,
        };
        let stored = add_key(self.database(), &new, call.moment)?;
        Reply::json(StatusCode::CREATED, &KeyAnswer::of(&stored, Some(&text), call.moment.now))
    }

    pub(super) fn rotate_key(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let overlap = call.body::<RotationBody>()?.parse()?;
        let old = key_in_use(self.database(), named_key(call)?, call.moment.now).map_err(key_refused)?;
        // If the response is lost, the caller must still be able to repeat the request.
        if old.id == call.caller.key.id && overlap < OWN_OVERLAP {
            let fault = Fault::new("out_of_range", "the key that asks stays good for 60 seconds at least");
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
        let stored = rotate_key(self.database(), &old, &new, overlap, call.moment).map_err(key_refused)?;
        Reply::json(StatusCode::CREATED, &KeyAnswer::of(&stored, Some(&text), call.moment.now))
    }

    pub(super) fn revoke_key(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let admin = Scope::Admin.as_str();
        let revoked: StoredKey =
            revoke_key(self.database(), named_key(call)?, admin, call.moment.now).map_err(key_refused)?;
        Reply::json(StatusCode::OK, &KeyAnswer::of(&revoked, None, call.moment.now))
    }

    /// Makes a new key. With an `Idempotency-Key` it can be made again for a repetition of the same request, and for no
    /// other.
    fn fresh(&self, call: &Call<'_>, kind: KeyKind) -> Result<String, Problem> {
        let Some(repeatable) = call.repeatable()? else {
            let id = ShopId::parse(&call.shop.id).ok_or(Problem::Internal { cause: "the shop's id".into() })?;
            return Ok(self.deployment.secrets.mint(kind, id, call.moment.random()));
        };
        let key = self.minted(kind, &call.shop.id, &repeatable.hash, call.moment);
        match find_key(self.database(), &hash_of(&key))? {
            None => Ok(key),
            Some(_) => Err(Problem::AlreadyDone),
        }
    }

    pub(super) fn statistics(&self) -> Result<Reply, Problem> {
        Reply::json(StatusCode::OK, &StatisticsAnswer { counts: statistics(self.database())? })
    }

    pub(super) fn audit_log(&self, _: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let id = |name| query.parsed(name, |text| text.parse().ok(), UUID);
        let limit = |text: &str| text.parse::<u16>().ok().filter(|limit| (1..=MAX_AUDIT_PAGE).contains(limit));
        let limits = Fault::new("out_of_range", "use 1 to 1000");
        let route = |text: &str| ENDPOINTS.iter().any(|own| own.path == text).then(|| text.to_owned());
        let routes = Fault::new("unknown_route", "use a route as the contract writes it, such as /v1/contacts/{id}");
        let formats = Fault::new("unknown_format", "use json or ndjson");
        let ndjson = query.parsed("format", |text| ["json", "ndjson"].iter().position(|own| *own == text), formats)?;
        let asked = AuditQuery {
            contact: id("contact")?,
            key: id("key")?,
            before: id("before")?,
            route: query.parsed("route", route, routes)?,
            since: query.parsed("since", Timestamp::parse, TIME)?,
            until: query.parsed("until", Timestamp::parse, TIME)?,
            limit: query.parsed("limit", limit, limits)?.unwrap_or(AUDIT_PAGE),
        };
        let entries = audit_page(self.database(), &asked)?;
        let full = entries.len() == usize::from(asked.limit);
        let next = entries.last().filter(|_| full).map(|last| last.id.clone());
        if ndjson != Some(1) {
            return Reply::json(StatusCode::OK, &AuditAnswer { entries, next });
        }
        lines(&entries, next)
    }
}

/// Returns the audit log as NDJSON. The `link` header points to the next page (RFC 8288).
fn lines(entries: &[AuditEntry], next: Option<String>) -> Result<Reply, Problem> {
    let mut text = Vec::new();
    for entry in entries {
        serde_json::to_writer(&mut text, entry)?;
        text.push(b'\n');
    }
    let mut response = answer::json_text(text.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<?before={next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        headers.insert(header::LINK, link);
    }
    Ok(response.into())
}

fn written(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

fn named_key(call: &Call<'_>) -> Result<uuid::Uuid, Problem> {
    call.route.value(0).parse().map_err(|_| Problem::KeyNotFound)
}

fn tag_of(reply: &Reply) -> String {
    let mut tag = base16ct::lower::encode_string(&Sha256::digest(reply.response.body()));
    tag.truncate(32);
    tag
}
