//! The shop itself: its creation, settings, keys, audit log and statistics.

use std::rc::Rc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::api::fields::{TIME, UUID};
use crate::api::headers::idempotency_key;
use crate::api::key::KeyKind;
use crate::api::problem::{Fault, Problem};
use crate::api::query::Query;
use crate::api::routes::contacts::answers::CalledBackAnswer;
use crate::api::routes::shop::answers::{
    AuditAnswer, KeysAnswer, NewShopAnswer, RetentionAnswer, ShopSettingsAnswer, StatisticsAnswer,
};
use crate::api::routes::shop::shop_body::{NoticeText, ShopBody};
use crate::api::routes::storefront::answers::StorefrontAnswer;
use crate::api::service::call::Call;
use crate::api::service::reply::Reply;
use crate::api::service::shop_service::ShopService;
use crate::api::shop_id::ShopId;
use crate::api::{answer, body};
use crate::consent::Timestamp;
use crate::ledger::{
    AdministrationChange, AuditEntry, AuditPage, AuditQuery, Context, KEPT_FOR, KeyUse, Notice, Settings, Shop,
    audit_page, expired, keep_notices, kept_answer, missing_setup, statistics, store_answer,
};

/// The default number of audit log entries in one response; below, the maximum.
const AUDIT_PAGE: u16 = 100;
const MAX_AUDIT_PAGE: u16 = 1_000;

impl ShopService {
    pub(in crate::api) fn create(
        &self,
        id: ShopId,
        request: &Request<Bytes>,
        context: &Context<'_>,
    ) -> Result<Response<Bytes>, Problem> {
        let (headers, given) = (request.headers(), request.body());
        let settings = body::read::<ShopBody>(headers, given)?.parse()?;
        if context.day(settings.links.zone()).is_none() {
            let fault = Fault::new("unknown_time_zone", "use an IANA name, such as Europe/Berlin");
            return Err(Problem::field("/links/time_zone", fault));
        }
        let repeated = idempotency_key(headers)?;
        let hash_of = |shop: &Shop, key: &str| {
            let id = id.to_string();
            shop.secret.fingerprint(KeyUse::Idempotency, &["new shop", id.as_str(), key].map(str::as_bytes))
        };
        let fingerprint = |shop: &Shop| shop.secret.body_hash(&[given]);
        if let Some(shop) = self.shop()? {
            // A request gets the id of an existing shop only if it repeats an idempotency key.
            let hash = hash_of(&shop, repeated.ok_or(Problem::AlreadyDone)?);
            let kept = kept_answer(self.database(), &hash, context.now.plus_millis(-KEPT_FOR))?;
            let kept = kept.ok_or(Problem::AlreadyDone)?;
            if !fingerprint(&shop).is(&kept.fingerprint) {
                return Err(Problem::IdempotencyMismatch);
            }
            return Reply::again(&shop, &hash, &kept).map(|reply| reply.response);
        }
        let (publishable, first) = self.fresh_key(id, KeyKind::Publishable, context);
        let (secret, second) = self.fresh_key(id, KeyKind::Secret, context);
        let response = self.database().transaction(|tx| {
            let sealer = self.deployment.secrets.sealer(id);
            let shop = Shop::create(tx, &id.to_string(), settings, &[first, second], &sealer, context)?;
            if let Some(index) = keep_notices(tx, &shop.settings.notices)? {
                return Err(Problem::NoticeChanged { pointer: format!("/notices/{index}/text") });
            }
            let keys = KeysAnswer { publishable: &publishable, secret: &secret };
            let storefront = StorefrontAnswer::of(&shop);
            let reply = Reply::json(StatusCode::CREATED, &NewShopAnswer { storefront, keys })?.with_secret();
            if let Some(key) = repeated {
                let hash = hash_of(&shop, key);
                let kept = reply.to_keep(&shop, &hash, fingerprint(&shop).current, context)?;
                store_answer(tx, &hash, &kept, context.now)?;
            }
            Ok::<_, Problem>(reply.response)
        });
        // The next request loads the shop again.
        self.shop.replace(None);
        response
    }

    pub(in crate::api) fn read_shop(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        self.shop_answer(&call.shop)
    }

    pub(in crate::api) fn write_shop(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let settings = call.body::<ShopBody>()?.parse()?;
        self.replace_settings(call, settings)
    }

    /// Changes some settings by a merge patch (RFC 7396).
    pub(in crate::api) fn change_shop(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let patch: Map<String, Value> = call.body()?;
        let mut settings = serde_json::to_value(&call.shop.settings)?;
        merge(&mut settings, Value::Object(patch));
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let settings = body::read::<ShopBody>(&headers, &serde_json::to_vec(&settings)?)?.parse()?;
        self.replace_settings(call, settings)
    }

    /// Adds a notice, or changes the choices that it offers. Its text never changes.
    pub(in crate::api) fn write_notice(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let path = [0, 1, 2].map(|place| call.route.value(place));
        let notice = NoticeText::of_path(call.body()?, path, &call.shop.settings)?;
        let mut settings = call.shop.settings.clone();
        let is_same =
            |own: &Notice| (&own.id, &own.version, &own.locale) == (&notice.id, &notice.version, &notice.locale);
        match settings.notices.iter_mut().find(|own| is_same(own)) {
            Some(own) if own.text != notice.text => return Err(Problem::NoticeChanged { pointer: "/text".into() }),
            Some(own) => own.choices.clone_from(&notice.choices),
            None => settings.notices.push(notice.clone()),
        }
        if keep_notices(self.database(), std::slice::from_ref(&notice))?.is_some() {
            return Err(Problem::NoticeChanged { pointer: "/text".into() });
        }
        self.store_settings(call, settings)?;
        Reply::json(StatusCode::OK, &notice)
    }

    fn replace_settings(&self, call: &Call<'_>, settings: Settings) -> Result<Reply, Problem> {
        if call.context.day(settings.links.zone()).is_none() {
            let fault = Fault::new("unknown_time_zone", "use an IANA name, such as Europe/Berlin");
            return Err(Problem::field("/links/time_zone", fault));
        }
        call.check_unchanged(&tag_of(&call.shop)?)?;
        // A database of an earlier version has the texts only in its settings.
        keep_notices(self.database(), &call.shop.settings.notices)?;
        if let Some(index) = keep_notices(self.database(), &settings.notices)? {
            return Err(Problem::NoticeChanged { pointer: format!("/notices/{index}/text") });
        }
        let shop = self.store_settings(call, settings)?;
        self.shop_answer(&shop)
    }

    fn store_settings(&self, call: &Call<'_>, settings: Settings) -> Result<Rc<Shop>, Problem> {
        let shop = Rc::new(call.shop.with(self.database(), settings)?);
        self.tell_change(call, AdministrationChange::SettingsChanged)?;
        self.shop.replace(Some(Rc::clone(&shop)));
        self.storefront.replace(None);
        Ok(shop)
    }

    fn shop_answer(&self, shop: &Shop) -> Result<Reply, Problem> {
        let missing = missing_setup(self.database(), shop, self.public_url(shop).is_ok())?;
        let reply = Reply::json(StatusCode::OK, &ShopSettingsAnswer::of(shop).with_setup(&missing))?;
        Ok(reply.tagged(&tag_of(shop)?))
    }

    pub(in crate::api) fn statistics(&self, _: &Call<'_>) -> Result<Reply, Problem> {
        Reply::json(StatusCode::OK, &StatisticsAnswer { counts: statistics(self.database())? })
    }

    pub(in crate::api) fn audit_log(&self, call: &Call<'_>, query: &Query) -> Result<Reply, Problem> {
        let id = |name| query.parsed(name, |text| text.parse().ok(), UUID);
        let size = query.page(MAX_AUDIT_PAGE, AUDIT_PAGE)?;
        let route = |text: &str| (call.is_route)(text).then(|| text.to_owned());
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
            limit: size.0,
        };
        let AuditPage { entries, next } = audit_page(self.database(), &asked)?;
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

/// Returns the tag of the settings. What is missing changes by itself and is no part of it.
fn tag_of(shop: &Shop) -> Result<String, Problem> {
    let mut tag = base16ct::lower::encode_string(&Sha256::digest(serde_json::to_vec(&ShopSettingsAnswer::of(shop))?));
    tag.truncate(32);
    Ok(tag)
}

/// Applies a merge patch (RFC 7396).
fn merge(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            fields.remove(&name);
        } else {
            merge(fields.entry(name).or_insert(Value::Null), value);
        }
    }
}

impl ShopService {
    pub(in crate::api) fn retention(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        let overdue = expired(self.database(), &call.shop, call.context.now)?;
        Reply::json(StatusCode::OK, &RetentionAnswer { overdue })
    }

    /// Calls back all links for persons that the shop has sent.
    pub(in crate::api) fn call_back_links(&self, call: &Call<'_>) -> Result<Reply, Problem> {
        call.shop.call_back_links(self.database(), call.context.now)?;
        // The next request loads the shop again.
        self.shop.replace(None);
        Reply::json(StatusCode::OK, &CalledBackAnswer { called_back_before: call.context.now })
    }
}
